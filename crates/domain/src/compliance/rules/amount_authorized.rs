//! Rule: a fee or interest is added only where the agreement expressly provides for it or the law permits it.

use crate::compliance::{FeeRule, InterestRule};
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

const CARD: RuleCard = RuleCard {
    id: "fdcpa.amount.authorised",
    cite: "15 USC 1692f(1); 12 CFR 1006.22(b)",
    in_force_from: day(1978, 3, 20),
    in_force_to: None,
    jurisdiction: "US, collectors",
    severity: Severity::Block,
    plain: "Neither the agreement expressly provides for this charge nor does the law permit it.",
    instead: "Leave it out, or put the clause or the law that provides for it on record first.",
};

pub(super) const RULE: FeeRule = Rule {
    card: CARD,
    check: |facts, (), _| {
        let is_bare = facts.fdcpa_binds && !facts.is_in_agreement && !facts.is_permitted_by_law;
        is_bare.then(|| Finding::lasting(Detail::Plain))
    },
};

pub(super) const INTEREST: InterestRule =
    Rule { card: CARD, check: |facts, (), _| (facts.fdcpa_binds && facts.is_unauthorized).then(|| Finding::lasting(Detail::Plain)) };

#[cfg(test)]
mod tests {
    use crate::compliance::facts::{gather_fee, gather_interest};
    use crate::compliance::record::{CollectorRole, Record};
    use crate::compliance::rules::proposal_tests::{DEBT, consumer_in, refusals};
    use crate::compliance::rules::{FEE, INTEREST};

    const AT: &str = "2026-05-06T11:00:00-04:00";

    fn refused(record: &Record, in_agreement: bool, permitted: bool) -> bool {
        let because = refusals(&FEE, &gather_fee(record, AT.parse().unwrap(), &[DEBT], in_agreement, permitted));
        assert!(because.is_empty() || because == ["fdcpa.amount.authorised"]);
        !because.is_empty()
    }

    #[test]
    fn the_agreement_or_the_law_provides_for_a_fee() {
        let mut record = consumer_in(&["America/New_York"]);
        //  in agreement  permitted  refused
        for (in_agreement, permitted, expected) in [(false, false, true), (true, false, false), (false, true, false), (true, true, false)] {
            assert_eq!(refused(&record, in_agreement, permitted), expected);
        }
        record.role = CollectorRole::DebtBuyer;
        assert!(refused(&record, false, false));
        record.debts[0].is_consumer_purpose = false;
        assert!(!refused(&record, false, false), "a debt of a business is not covered");
        record.debts[0].is_consumer_purpose = true;
        record.role = CollectorRole::FirstParty;
        assert!(!refused(&record, false, false), "a creditor in its own name is not bound");
    }

    #[test]
    fn interest_that_nothing_provides_for_is_refused_too() {
        let mut record = consumer_in(&["America/New_York"]);
        let asked = |record: &Record, is_bare| refusals(&INTEREST, &gather_interest(record, AT.parse().unwrap(), &[DEBT], 500, is_bare));
        assert_eq!(asked(&record, true), ["fdcpa.amount.authorised"]);
        assert!(asked(&record, false).is_empty());
        record.role = CollectorRole::FirstParty;
        assert!(asked(&record, true).is_empty());
    }
}
