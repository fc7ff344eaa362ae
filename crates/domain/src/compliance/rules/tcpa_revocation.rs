//! Rule: consent to calls and texts by machine can be taken back by any reasonable means, and we heed it at once.
//!
//! One text within five minutes may confirm it. From a day on, taking it back for one kind of message takes it back for all.

use crate::compliance::ContactRule;
use crate::compliance::facts::{Confirmation, ContactFacts};
use crate::compliance::record::{Purpose, Standing};
use crate::decision::{Detail, Finding, Instant, Rule, RuleCard, Severity, day};
use crate::values::channel::Channel;

/// From when the rule is in force.
pub(super) const IN_FORCE_FROM: i32 = day(2025, 4, 11);

/// From when taking consent back for one kind of message takes it back for all: put off to this day by the FCC, and under review.
pub const REVOKES_ALL_FROM: i32 = day(2027, 1, 31);

/// Seconds within which one text may confirm it.
const CONFIRM_SECONDS: i64 = 5 * 60;

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "tcpa.revocation",
        cite: "47 CFR 64.1200(a)(10)-(12)",
        in_force_from: IN_FORCE_FROM,
        in_force_to: None,
        jurisdiction: "US, everyone",
        severity: Severity::Block,
        plain: "They took back their agreement to calls and texts by machine.",
        instead: "Have a person dial, or write a letter.",
    },
    check: |facts, _, now| {
        let machine = facts.machine?;
        let since = machine.revoked_at(now)?;
        (!is_confirmation(facts, since, now)).then(|| Finding::lasting(Detail::Since(since)))
    },
};

/// The one text that may confirm it. What is wrong with a confirmation otherwise is the opt-out rule's to say where that binds.
fn is_confirmation(facts: &ContactFacts, since: i64, now: Instant) -> bool {
    let opt_out_says_it = facts.regf_binds && facts.standing == Standing::Consumer;
    let is_by_text = facts.purpose == Purpose::OptOutConfirmation && facts.channel == Channel::Text;
    let is_in_time = facts.confirmation == Confirmation::First && now.at - since <= CONFIRM_SECONDS;
    let is_faulty = facts.confirmation == Confirmation::Faulty && opt_out_says_it;
    (is_by_text && is_in_time) || is_faulty
}

#[cfg(test)]
mod tests {
    use crate::compliance::record::{CollectorRole, Dialing, Direction, NoticeKind, Outcome, Purpose, Record};
    use crate::compliance::rules::proposal_tests::{agree, ask, call, consumer_in, with};
    use crate::values::channel::Channel;

    const NUMBER: &str = "+16145550101";
    const CONSENT: NoticeKind = NoticeKind::TcpaConsent { channel: None };
    const REVOKED: NoticeKind = NoticeKind::TcpaRevoked { channel: None };

    /// A record with what was agreed and taken back at moments, for the number.
    fn record(events: &[(&str, NoticeKind)]) -> Record {
        events.iter().fold(consumer_in(&["America/New_York"]), |record, (at, kind)| agree(record, at, Some(NUMBER), *kind))
    }

    fn call_at(record: &Record, at: &str, is_to_mobile: bool) -> Vec<&'static str> {
        ask(record, |proposal| {
            (proposal.at, proposal.dialing) = (at.parse().unwrap(), Dialing::Prerecorded);
            (proposal.is_to_mobile, proposal.is_to_home_line) = (is_to_mobile, !is_to_mobile);
            proposal.address = Some(NUMBER.into());
        })
    }

    #[test]
    fn the_later_word_wins_at_once() {
        let (first, second, third) = ("2026-01-10T12:00:00-05:00", "2026-05-06T11:00:00-04:00", "2026-05-06T11:00:01-04:00");
        //   events                                                 asked at                     refused
        for (events, at, refused) in [
            (vec![(first, CONSENT), (second, REVOKED)], "2026-05-06T10:59:59-04:00", false),
            (vec![(first, CONSENT), (second, REVOKED)], second, true),
            (vec![(first, CONSENT), (second, REVOKED), (third, CONSENT)], third, false),
            (vec![(second, REVOKED), (second, CONSENT)], second, true),
            (vec![(first, REVOKED)], second, true),
        ] {
            for is_to_mobile in [true, false] {
                let because = call_at(&record(&events), at, is_to_mobile);
                assert_eq!(because, if refused { vec!["tcpa.revocation"] } else { vec![] }, "{events:?} {at} {is_to_mobile}");
            }
        }
        let revoked = record(&[(first, CONSENT), (second, REVOKED)]);
        let by_hand = ask(&revoked, |proposal| (proposal.is_to_mobile, proposal.address) = (true, Some(NUMBER.into())));
        assert!(by_hand.is_empty(), "a person may dial");
        let mut own = revoked;
        own.role = CollectorRole::FirstParty;
        assert_eq!(call_at(&own, second, true), ["tcpa.revocation"], "creditors are bound too");
    }

    #[test]
    fn it_reaches_its_number_and_every_number_where_it_names_none() {
        let agreed = record(&[("2026-01-10T12:00:00-05:00", CONSENT)]);
        for (number, refused) in [(Some(NUMBER), true), (Some("614-555-0101"), true), (Some("+16145550109"), false), (None, true)] {
            let taken_back = agree(agreed.clone(), "2026-02-01T12:00:00-05:00", number, REVOKED);
            assert_eq!(!call_at(&taken_back, "2026-05-06T11:00:00-04:00", true).is_empty(), refused, "{number:?}");
        }
    }

    #[test]
    fn from_a_day_on_one_kind_is_all() {
        let text = NoticeKind::TcpaRevoked { channel: Some(Channel::Text) };
        let texts = record(&[("2026-01-10T12:00:00-05:00", CONSENT), ("2026-12-01T12:00:00-05:00", text)]);
        let mut other_debt = record(&[("2026-01-10T12:00:00-05:00", CONSENT), ("2026-12-01T12:00:00-05:00", REVOKED)]);
        other_debt.notices[1].debts = vec![11].into();
        for taken_back in [texts, other_debt] {
            //   asked at                    refused
            for (at, refused) in [("2027-01-30T20:59:59-05:00", false), ("2027-01-31T08:00:00-05:00", true)] {
                assert_eq!(call_at(&taken_back, at, true), if refused { vec!["tcpa.revocation"] } else { vec![] }, "{at}");
            }
            let again = agree(taken_back, "2027-02-01T12:00:00-05:00", Some(NUMBER), CONSENT);
            assert!(call_at(&again, "2027-02-02T11:00:00-05:00", true).is_empty(), "consent given after it stands");
        }
    }

    #[test]
    fn one_text_within_five_minutes_confirms_it() {
        let revoked = record(&[("2026-01-10T12:00:00-05:00", CONSENT), ("2026-05-06T10:55:00-04:00", REVOKED)]);
        let mut sent = call("2026-05-06T10:56:00-04:00", Direction::Out, Outcome::Delivered);
        (sent.channel, sent.purpose) = (Channel::Text, Purpose::OptOutConfirmation);
        let confirmed = with(revoked.clone(), [sent.clone()]);
        sent.at = "2026-03-01T11:00:00-05:00".parse().unwrap();
        let confirmed_long_ago = with(revoked.clone(), [sent]);
        let confirm = |record: &Record, at: &str, extra: bool| {
            ask(record, |proposal| {
                (proposal.at, proposal.channel, proposal.dialing) = (at.parse().unwrap(), Channel::Text, Dialing::Automatic);
                (proposal.purpose, proposal.has_extra_text) = (Purpose::OptOutConfirmation, extra);
                proposal.address = Some(NUMBER.into());
            })
        };
        //   record                at                          extra  refused by, for a collector and for a creditor
        for (record, at, extra, collector, creditor) in [
            (&revoked, "2026-05-06T11:00:00-04:00", false, vec![], vec![]),
            (&revoked, "2026-05-06T11:00:01-04:00", false, vec!["tcpa.revocation"], vec!["tcpa.revocation"]),
            (&revoked, "2026-05-06T11:00:00-04:00", true, vec!["regf.channel.opt-out"], vec!["tcpa.revocation"]),
            (&confirmed, "2026-05-06T10:57:00-04:00", false, vec!["regf.channel.opt-out"], vec!["tcpa.revocation"]),
            (&confirmed_long_ago, "2026-05-06T11:00:00-04:00", false, vec![], vec![]),
        ] {
            assert_eq!(confirm(record, at, extra), collector, "{at} {extra}");
            let mut own = record.clone();
            own.role = CollectorRole::FirstParty;
            assert_eq!(confirm(&own, at, extra), creditor, "{at} {extra}");
        }
    }
}
