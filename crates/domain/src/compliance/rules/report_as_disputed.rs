//! Rule: a report to a bureau or to whoever takes a debt over shows every dispute that is known, spoken and late ones too.

use crate::compliance::{FurnishRule, TransferRule};
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

const CARD: RuleCard = RuleCard {
    id: "fdcpa.dispute.report-as-disputed",
    cite: "15 USC 1692e(8)",
    in_force_from: day(1978, 3, 20),
    in_force_to: None,
    jurisdiction: "US, collectors",
    severity: Severity::Block,
    plain: "They dispute this debt, and the report does not say so.",
    instead: "Report it as disputed.",
};

pub(super) const RULE: FurnishRule = Rule {
    card: CARD,
    check: |facts, (), _| {
        // Under an open written dispute nothing is reported at all; that rule says so alone.
        let is_left_out = |debt: &crate::compliance::facts::FurnishedDebt| debt.regf_binds && debt.is_disputed && debt.written_at.is_none();
        let found = !facts.reports_as_disputed && facts.debts.iter().any(is_left_out);
        found.then(|| Finding::lasting(Detail::Plain))
    },
};

pub(super) const TRANSFER: TransferRule = Rule {
    card: CARD,
    check: |facts, (), _| {
        let is_left_out = facts.hides_dispute && facts.debts.iter().any(|debt| debt.regf_binds && debt.is_disputed);
        is_left_out.then(|| Finding::lasting(Detail::Plain))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::facts::Transferee;
    use crate::compliance::record::{CollectorRole, Direction, NoticeKind, Outcome};
    use crate::compliance::rules::proposal_tests::{call, consumer_in, furnish, happened, transfer, with};

    #[test]
    fn whoever_takes_it_over_is_told() {
        let mut record = consumer_in(&["America/New_York"]);
        assert!(transfer(&record, Transferee::Buyer, true).is_empty(), "nothing is disputed");
        happened(
            &mut record,
            "2026-05-01T12:00:00-04:00",
            NoticeKind::Dispute { in_writing: false, submitted_on: None, is_duplicative: false, part: None },
        );
        for to in [Transferee::Buyer, Transferee::Owner, Transferee::MergerSuccessor] {
            assert_eq!(transfer(&record, to, true), ["fdcpa.dispute.report-as-disputed"], "{to:?}");
            assert!(transfer(&record, to, false).is_empty(), "{to:?}");
        }
        record.role = CollectorRole::FirstParty;
        assert!(transfer(&record, Transferee::Buyer, true).is_empty());
    }

    #[test]
    fn every_known_dispute_is_shown() {
        let spoke = call("2026-03-02T11:00:00-05:00", Direction::Out, Outcome::Conversation);
        let sent = ("2026-03-18", NoticeKind::ValidationNoticeSent { sent_on: None, stated_end: None });
        let dispute = |in_writing| NoticeKind::Dispute { in_writing, submitted_on: None, is_duplicative: false, part: None };
        let verified = ("2026-04-10", NoticeKind::VerificationSent);
        const SHOW: &[&str] = &["fdcpa.dispute.report-as-disputed"];
        const STOP: &[&str] = &["regf.dispute.written-stop"];
        //  events                                                 shown   rules
        for (events, shown, rules) in [
            (vec![sent], false, &[][..]),
            (vec![sent, ("2026-04-01", dispute(false))], false, SHOW),
            (vec![sent, ("2026-04-01", dispute(false))], true, &[][..]),
            (vec![sent, ("2026-05-01", dispute(true))], false, SHOW),
            (vec![sent, ("2026-04-01", dispute(true))], false, STOP),
            (vec![sent, ("2026-04-01", dispute(true))], true, STOP),
            (vec![sent, ("2026-04-01", dispute(true)), verified], false, SHOW),
            (vec![sent, ("2026-04-01", dispute(true)), verified], true, &[][..]),
        ] {
            let mut record = with(consumer_in(&["America/New_York"]), [spoke.clone()]);
            events.iter().for_each(|(on, kind)| happened(&mut record, &format!("{on}T12:00:00-04:00"), *kind));
            assert_eq!(furnish(&record, shown), rules, "{events:?} {shown}");
            record.role = CollectorRole::FirstParty;
            assert!(furnish(&record, shown).is_empty());
        }
    }
}
