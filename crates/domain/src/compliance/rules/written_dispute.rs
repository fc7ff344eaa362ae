//! Rule: after a written dispute in the validation period, no collection until verification has been sent.
//!
//! One that repeats a dispute already met with verification (`regf.dispute.duplicative`) may be answered with the reason
//! instead; until it is, the stop holds. A report to a bureau is collection while verification is owed.
//!
//! Where a part alone is disputed, the stop is on that part: a contact that asks for the rest of that one debt and says so may be
//! made. What nobody named, several debts at once, suits, debits and reports wait whole.

use crate::compliance::facts::Stopped;
use crate::compliance::{ContactRule, FurnishRule, SuitRule};
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

const CARD: RuleCard = RuleCard {
    id: "regf.dispute.written-stop",
    cite: "12 CFR 1006.38(d)(2); 15 USC 1692g(b)",
    in_force_from: day(2021, 11, 30),
    in_force_to: None,
    jurisdiction: "US, collectors",
    severity: Severity::Block,
    plain: "They disputed this debt in writing within the validation period, and it is not answered yet.",
    instead: "Send a copy of verification or of the judgment; collection may go on once it has been sent. Where a part alone is \
              disputed, ask about the rest only.",
};

pub(super) const RULE: ContactRule = Rule {
    card: CARD,
    check: |facts, _, _| {
        let since = facts.dispute.written_at.filter(|_| facts.regf_binds && facts.is_collecting())?;
        match facts.dispute.undisputed {
            Some(_) if facts.dispute.is_about_undisputed => None,
            Some(rest) => Some(Finding::lasting(Detail::SincePart { since, rest })),
            None => Some(Finding::lasting(Detail::Since(since))),
        }
    },
};

pub(super) const FURNISH: FurnishRule = Rule {
    card: CARD,
    check: |facts, (), _| facts.debts.iter().filter_map(|debt| debt.written_at).min().map(|since| Finding::lasting(Detail::Since(since))),
};

pub(super) const SUIT: SuitRule = Rule {
    card: CARD,
    check: |facts, (), _| {
        let waits = facts.debts.iter().filter(|_| !facts.is_proof_of_claim).filter_map(|debt| debt.written_at).min()?;
        Some(Finding::lasting(Detail::Since(waits)))
    },
};

/// Other acts that collect.
pub(super) const fn of_act<F: Stopped>() -> Rule<F, ()> {
    Rule { card: CARD, check: |facts, (), _| facts.stops().written_at.map(|since| Finding::lasting(Detail::Since(since))) }
}

#[cfg(test)]
mod tests {
    use crate::compliance::record::{CollectorRole, NoticeKind, Purpose, Record};
    use crate::compliance::rules::proposal_tests::{PERSON, ask, consumer_in, decide, drawn, happened, with_person};
    use crate::values::channel::Channel;
    use crate::values::money::Money;
    use jiff::civil::{Date, date};

    const NOTICE: NoticeKind = NoticeKind::ValidationNoticeSent { sent_on: None, stated_end: None };

    fn dispute(in_writing: bool, submitted_on: Option<Date>, is_duplicative: bool) -> NoticeKind {
        NoticeKind::Dispute { in_writing, submitted_on, is_duplicative, part: None }
    }

    /// What happened on days of March, April and May 2026, to a consumer in New York; the call is proposed on 6 May.
    fn record(events: &[(&str, NoticeKind)]) -> Record {
        let mut record = consumer_in(&["America/New_York"]);
        events.iter().for_each(|(on, kind)| happened(&mut record, &format!("{on}T12:00:00-04:00"), *kind));
        record
    }

    #[test]
    fn what_counts_is_the_day_it_was_submitted_and_that_it_was_in_writing() {
        // Sent on 18 March, the notice counts as received on the 25th; the period ends on 24 April.
        let sent = ("2026-03-18", NOTICE);
        //  events                                                                              refused
        for (events, refused) in [
            (vec![sent, ("2026-04-24", dispute(true, None, false))], true),
            (vec![sent, ("2026-04-25", dispute(true, None, false))], false),
            (vec![sent, ("2026-04-28", dispute(true, Some(date(2026, 4, 24)), false))], true),
            (vec![sent, ("2026-04-28", dispute(true, Some(date(2026, 4, 25)), false))], false),
            (vec![sent, ("2026-04-01", dispute(false, None, false))], false),
            (vec![("2026-03-02", dispute(true, None, false)), sent], true),
            (vec![("2026-03-02", dispute(true, None, false))], true),
            (
                vec![
                    ("2026-03-18", NoticeKind::ValidationNoticeSent { sent_on: None, stated_end: Some(date(2026, 4, 30)) }),
                    ("2026-04-30", dispute(true, None, false)),
                ],
                true,
            ),
            // The notice came back: what follows is before any notice, or in the period of the one sent again.
            (vec![sent, ("2026-03-30", NoticeKind::Undeliverable(None)), ("2026-05-01", dispute(true, None, false))], true),
            (
                vec![
                    sent,
                    ("2026-03-30", NoticeKind::Undeliverable(None)),
                    ("2026-04-01", NOTICE),
                    ("2026-05-05", dispute(true, None, false)),
                ],
                true,
            ),
        ] {
            let because = ask(&record(&events), |_| ());
            assert_eq!(because, if refused { vec!["regf.dispute.written-stop"] } else { vec![] }, "{events:?}");
        }
    }

    #[test]
    fn verification_sent_after_it_came_ends_the_stop() {
        let sent = ("2026-03-18", NOTICE);
        let disputed = ("2026-04-01", dispute(true, None, false));
        let verified = ("2026-04-10", NoticeKind::VerificationSent);
        let again = ("2026-04-20", dispute(true, None, true));
        let answered = ("2026-04-22", NoticeKind::DuplicativeDisputeAnswered);
        //  events                                            refused
        for (events, refused) in [
            (vec![sent, disputed, verified], false),
            (vec![sent, ("2026-03-30", NoticeKind::VerificationSent), disputed], true),
            (vec![sent, disputed, verified, again], true),
            (vec![sent, disputed, verified, again, answered], false),
            (vec![sent, disputed, again, answered], true),
            (vec![sent, disputed, verified, ("2026-04-20", dispute(true, None, false)), answered], true),
            (vec![sent, disputed, verified, again, ("2026-04-22", NoticeKind::VerificationSent)], false),
            (vec![sent, disputed, verified, ("2026-05-02", dispute(true, None, true))], false),
        ] {
            assert_eq!(!ask(&record(&events), |_| ()).is_empty(), refused, "{events:?}");
        }
    }

    #[test]
    fn it_stops_collection_of_that_debt_by_every_medium_and_from_everybody() {
        let disputed = record(&[("2026-05-01", dispute(true, None, false))]);
        for channel in Channel::STRIP {
            assert_eq!(ask(&disputed, |proposal| proposal.channel = channel), ["regf.dispute.written-stop"]);
        }
        assert!(ask(&disputed, |proposal| proposal.debts = vec![11].into()).is_empty(), "another debt is not disputed");
        assert_eq!(ask(&disputed, |proposal| proposal.debts.push(11)).len(), 1, "with a part of the debts disputed the whole waits");
        //  purpose                              refused
        for (purpose, refused) in [
            (Purpose::SendVerification, false),
            (Purpose::SendOriginalCreditor, false),
            (Purpose::AnswerDuplicativeDispute, false),
            (Purpose::RequiredByLaw, false),
            (Purpose::EndingCollection, false),
            (Purpose::WillInvokeRemedy, true),
        ] {
            assert_eq!(!ask(&disputed, |proposal| proposal.purpose = purpose).is_empty(), refused, "{purpose:?}");
        }
        //  role                  refused
        for (role, refused) in [("spouse", true), ("co_debtor", true), ("consumer_attorney", true), ("creditor", false)] {
            let mut other = with_person(role);
            other.notices.clone_from(&disputed.notices);
            assert_eq!(!ask(&other, |proposal| proposal.person = PERSON).is_empty(), refused, "{role}");
        }
        let mut own = disputed.clone();
        own.role = CollectorRole::FirstParty;
        assert!(ask(&own, |_| ()).is_empty(), "a creditor in its own name is not bound");
        let mut business = disputed;
        business.debts[0].is_consumer_purpose = false;
        assert!(ask(&business, |_| ()).is_empty(), "nor is a debt of a business covered");
    }

    #[test]
    fn a_disputed_part_leaves_the_rest_to_be_asked_about_by_itself() {
        let part =
            |minor| NoticeKind::Dispute { in_writing: true, submitted_on: None, is_duplicative: false, part: Some(Money::usd(minor)) };
        let whole = dispute(true, None, false);
        let asked = NoticeKind::OriginalCreditorRequest { in_writing: true, submitted_on: None };
        let stopped = vec!["regf.dispute.written-stop"];
        //   owed         disputes                          about the rest  refused
        for (owed, disputes, is_about_undisputed, refused) in [
            (Some(42_000), vec![part(12_000)], true, vec![]),
            (Some(42_000), vec![part(12_000)], false, stopped.clone()),
            (Some(42_000), vec![part(42_000)], true, stopped.clone()),
            (Some(42_000), vec![part(12_000), part(29_999)], true, vec![]),
            (Some(42_000), vec![part(12_000), part(30_000)], true, stopped.clone()),
            (Some(42_000), vec![part(12_000), whole], true, stopped.clone()),
            (Some(42_000), vec![whole], true, stopped.clone()),
            (None, vec![part(12_000)], true, stopped.clone()),
            (Some(42_000), vec![part(12_000), asked], true, vec!["regf.dispute.original-creditor"]),
        ] {
            let events: Vec<(&str, NoticeKind)> = disputes.iter().map(|kind| ("2026-05-01", *kind)).collect();
            let mut record = record(&events);
            record.debts[0].owed = owed.map(Money::usd);
            let because = ask(&record, |proposal| proposal.is_about_undisputed = is_about_undisputed);
            assert_eq!(because, refused, "{owed:?} {disputes:?} {is_about_undisputed}");
        }
    }

    #[test]
    fn a_part_is_stopped_whole_where_debts_are_mixed_and_says_what_is_left() {
        let part = NoticeKind::Dispute { in_writing: true, submitted_on: None, is_duplicative: false, part: Some(Money::usd(12_000)) };
        let mut record = record(&[("2026-05-01", part)]);
        record.debts[0].owed = Some(Money::usd(42_000));
        let both = ask(&record, |proposal| {
            proposal.is_about_undisputed = true;
            proposal.debts.push(11);
        });
        assert_eq!(both, ["regf.dispute.written-stop"]);
        let decision = decide(&record, "2026-05-06T15:00:00Z");
        let says = decision.because[0].detail.to_string();
        assert!(says.ends_with("about a part: ask about the undisputed USD 300.00 only"), "{says}");
        // Suits, debits and deposits wait whole.
        assert!(drawn(&record).iter().all(|rules| rules == &["regf.dispute.written-stop"]));
    }

    #[test]
    fn nothing_is_drawn_while_it_waits() {
        let record = record(&[("2026-05-01", dispute(true, None, false))]);
        let refused = vec!["regf.dispute.written-stop"];
        assert_eq!(drawn(&record), [refused.clone(), refused.clone(), refused]);
    }
}
