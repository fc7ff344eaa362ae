//! Rule: a debt of which we were told that it comes from identity theft is neither sold nor placed.
//!
//! A seller may take it back for that reason, it may be pledged among others, or pass in a merger (15 USC 1681m(f)(3)).

use crate::compliance::TransferRule;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: TransferRule = Rule {
    card: RuleCard {
        id: "fcra.transfer.identity-theft",
        cite: "15 USC 1681m(f)",
        in_force_from: day(2004, 12, 1),
        in_force_to: None,
        jurisdiction: "US, everyone",
        severity: Severity::Block,
        plain: "We were told that this debt comes from identity theft: it may not be sold or placed.",
        instead: "Take it out of the file, or give it back to whoever it came from.",
    },
    check: |facts, (), _| {
        let is_theft = facts.debts.iter().any(|debt| debt.is_from_identity_theft);
        (facts.to.is_sale_or_placement() && is_theft).then(|| Finding::lasting(Detail::Plain))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::facts::Transferee;
    use crate::compliance::record::CollectorRole;
    use crate::compliance::rules::proposal_tests::{consumer_in, transfer};

    #[test]
    fn nobody_sells_it_and_the_ways_back_stay_open() {
        for role in [CollectorRole::ThirdParty, CollectorRole::DebtBuyer, CollectorRole::FirstParty] {
            for is_consumer_purpose in [true, false] {
                let mut record = consumer_in(&["America/New_York"]);
                record.role = role;
                record.debts[0].is_consumer_purpose = is_consumer_purpose;
                assert!(transfer(&record, Transferee::Buyer, false).is_empty());
                record.debts[0].is_from_identity_theft = true;
                assert_eq!(transfer(&record, Transferee::Buyer, false), ["fcra.transfer.identity-theft"]);
                for to in
                    [Transferee::Owner, Transferee::PreviousOwnerByContract, Transferee::SecurityInterest, Transferee::MergerSuccessor]
                {
                    assert!(transfer(&record, to, false).is_empty(), "{to:?}");
                }
            }
        }
    }

    #[test]
    fn every_reason_is_given() {
        let mut record = consumer_in(&["America/New_York"]);
        (record.debts[0].is_from_identity_theft, record.debts[0].is_paid) = (true, true);
        assert_eq!(transfer(&record, Transferee::Buyer, false), ["regf.transfer.prohibited", "fcra.transfer.identity-theft"]);
    }
}
