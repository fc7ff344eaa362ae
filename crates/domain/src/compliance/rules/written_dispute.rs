//! Rule: after a written dispute in the validation period, no collection until verification has been sent.
//!
//! One that repeats a dispute already met with verification (`regf.dispute.duplicative`) may be answered with the reason
//! instead; until it is, the stop holds. A report to a bureau is collection while verification is owed.

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
    instead: "Send a copy of verification or of the judgment; collection may go on once it has been sent.",
};

pub(super) const RULE: ContactRule = Rule {
    card: CARD,
    check: |facts, _, _| {
        let since = facts.dispute.written_at.filter(|_| facts.regf_binds && facts.is_collecting())?;
        Some(Finding::lasting(Detail::Since(since)))
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
    use crate::compliance::rules::proposal_tests::{PERSON, ask, consumer_in, drawn, happened, with_person};
    use crate::values::channel::Channel;
    use jiff::civil::{Date, date};

    const NOTICE: NoticeKind = NoticeKind::ValidationNoticeSent { sent_on: None, stated_end: None };

    fn dispute(in_writing: bool, submitted_on: Option<Date>, is_duplicative: bool) -> NoticeKind {
        NoticeKind::Dispute { in_writing, submitted_on, is_duplicative }
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
        assert!(ask(&disputed, |proposal| proposal.debts = vec![11]).is_empty(), "another debt is not disputed");
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
    fn nothing_is_drawn_while_it_waits() {
        let record = record(&[("2026-05-01", dispute(true, None, false))]);
        let refused = vec!["regf.dispute.written-stop"];
        assert_eq!(drawn(&record), [refused.clone(), refused.clone(), refused]);
    }
}
