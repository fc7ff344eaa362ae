//! Rule: what is paid, settled or discharged is neither sold nor placed.
//!
//! It may go back to its owner or, as the contract provides, to an earlier one; it may be security, or pass in a merger.

use crate::compliance::TransferRule;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: TransferRule = Rule {
    card: RuleCard {
        id: "regf.transfer.prohibited",
        cite: "12 CFR 1006.30(b)",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "This debt is paid, settled or discharged: it may not be sold or placed.",
        instead: "Take it out of the file, or give it back to its owner.",
    },
    check: |facts, (), _| {
        let is_over = |debt: &crate::compliance::facts::TransferredDebt| debt.regf_binds && (debt.is_paid_or_settled || debt.is_discharged);
        (facts.to.is_sale_or_placement() && facts.debts.iter().any(is_over)).then(|| Finding::lasting(Detail::Plain))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::facts::Transferee;
    use crate::compliance::record::{Bankruptcy, CollectorRole};
    use crate::compliance::rules::proposal_tests::{consumer_in, transfer};

    const DISCHARGED: Bankruptcy = Bankruptcy { is_discharged: true, chapter: Some(7), is_stay_lifted: false };

    #[test]
    fn what_is_over_is_not_sold() {
        //   paid   settled  discharged  survives  post-petition  refused
        for (paid, settled, discharged, survives, post_petition, refused) in [
            (false, false, false, false, false, false),
            (true, false, false, false, false, true),
            (false, true, false, false, false, true),
            (false, false, true, false, false, true),
            (false, false, true, true, false, false),
            (false, false, true, false, true, false),
        ] {
            let mut record = consumer_in(&["America/New_York"]);
            let debt = &mut record.debts[0];
            (debt.is_paid, debt.is_settled) = (paid, settled);
            debt.bankruptcy = Some(Bankruptcy { is_discharged: discharged, ..DISCHARGED });
            (debt.survives_discharge, debt.is_post_petition) = (survives, post_petition);
            let expected = if refused { vec!["regf.transfer.prohibited"] } else { vec![] };
            assert_eq!(transfer(&record, Transferee::Buyer, false), expected);
            record.role = CollectorRole::DebtBuyer;
            assert_eq!(transfer(&record, Transferee::Buyer, false), expected);
            record.debts[0].is_consumer_purpose = false;
            assert!(transfer(&record, Transferee::Buyer, false).is_empty(), "a debt of a business is not covered");
            record.debts[0].is_consumer_purpose = true;
            record.role = CollectorRole::FirstParty;
            assert!(transfer(&record, Transferee::Buyer, false).is_empty(), "a creditor in its own name is not bound");
        }
    }

    #[test]
    fn four_ways_stay_open() {
        let mut record = consumer_in(&["America/New_York"]);
        record.debts[0].is_paid = true;
        for code in ["owner", "previous_owner_by_contract", "security_interest", "merger_successor"] {
            assert!(transfer(&record, Transferee::parse(code), false).is_empty(), "{code}");
        }
        for code in ["buyer", "another_agency"] {
            assert_eq!(transfer(&record, Transferee::parse(code), false), ["regf.transfer.prohibited"], "{code}");
        }
    }
}
