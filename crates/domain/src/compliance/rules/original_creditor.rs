//! Rule: after a written request for the original creditor in the validation period, no collection until it is answered.

use crate::compliance::facts::Stopped;
use crate::compliance::{ContactRule, FurnishRule, SuitRule};
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

const CARD: RuleCard = RuleCard {
    id: "regf.dispute.original-creditor",
    cite: "12 CFR 1006.38(c); 15 USC 1692g(b)",
    in_force_from: day(2021, 11, 30),
    in_force_to: None,
    jurisdiction: "US, collectors",
    severity: Severity::Block,
    plain: "They asked in writing for the original creditor's name and address, and it is not answered yet.",
    instead: "Send the original creditor's name and address; collection may go on once they have been sent.",
};

pub(super) const RULE: ContactRule = Rule {
    card: CARD,
    check: |facts, _, _| {
        let since = facts.dispute.creditor_request_at.filter(|_| facts.regf_binds && facts.is_collecting())?;
        Some(Finding::lasting(Detail::Since(since)))
    },
};

pub(super) const FURNISH: FurnishRule = Rule {
    card: CARD,
    check: |facts, (), _| {
        facts.debts.iter().filter_map(|debt| debt.creditor_request_at).min().map(|since| Finding::lasting(Detail::Since(since)))
    },
};

pub(super) const SUIT: SuitRule = Rule {
    card: CARD,
    check: |facts, (), _| {
        let waits = facts.debts.iter().filter(|_| !facts.is_proof_of_claim).filter_map(|debt| debt.creditor_request_at).min()?;
        Some(Finding::lasting(Detail::Since(waits)))
    },
};

/// Other acts that collect.
pub(super) const fn of_act<F: Stopped>() -> Rule<F, ()> {
    Rule { card: CARD, check: |facts, (), _| facts.stops().creditor_request_at.map(|since| Finding::lasting(Detail::Since(since))) }
}

#[cfg(test)]
mod tests {
    use crate::compliance::record::{NoticeKind, Purpose};
    use crate::compliance::rules::proposal_tests::{ask, consumer_in, drawn, happened};

    #[test]
    fn a_written_request_of_the_period_waits_for_its_own_answer() {
        let asked = |in_writing| NoticeKind::OriginalCreditorRequest { in_writing, submitted_on: None };
        let sent = ("2026-03-18", NoticeKind::ValidationNoticeSent { sent_on: None, stated_end: None });
        //  events                                                                                     refused
        for (events, refused) in [
            (vec![sent, ("2026-04-24", asked(true))], true),
            (vec![sent, ("2026-04-25", asked(true))], false),
            (vec![sent, ("2026-04-24", asked(false))], false),
            (vec![("2026-04-24", asked(true))], true),
            (vec![sent, ("2026-04-24", asked(true)), ("2026-04-25", NoticeKind::OriginalCreditorSent)], false),
            (vec![sent, ("2026-04-24", asked(true)), ("2026-04-25", NoticeKind::VerificationSent)], true),
        ] {
            let mut record = consumer_in(&["America/New_York"]);
            events.iter().for_each(|(on, kind)| happened(&mut record, &format!("{on}T12:00:00-04:00"), *kind));
            let because = ask(&record, |_| ());
            assert_eq!(because, if refused { vec!["regf.dispute.original-creditor"] } else { vec![] }, "{events:?}");
            assert!(ask(&record, |proposal| proposal.purpose = Purpose::SendOriginalCreditor).is_empty());
        }
    }

    #[test]
    fn nothing_is_drawn_while_it_waits() {
        let mut record = consumer_in(&["America/New_York"]);
        happened(&mut record, "2026-05-01T12:00:00-04:00", NoticeKind::OriginalCreditorRequest { in_writing: true, submitted_on: None });
        let refused = vec!["regf.dispute.original-creditor"];
        assert_eq!(drawn(&record), [refused.clone(), refused.clone(), refused]);
    }
}
