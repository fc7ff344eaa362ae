//! Rule: a suit is brought where the consumer lives or signed, and over real property where it lies. A claim in a bankruptcy is no
//! suit.

use crate::compliance::SuitRule;
use crate::compliance::facts::{SuedDebt, Venue};
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: SuitRule = Rule {
    card: RuleCard {
        id: "fdcpa.legal.venue",
        cite: "15 USC 1692i(a)",
        in_force_from: day(1978, 3, 20),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "This court is not where the consumer lives or signed the contract, nor where the property lies that secures the debt.",
        instead: "Sue where they live or where they signed; over real property only where it lies.",
    },
    check: |facts, (), _| {
        let venue = facts.venue.filter(|_| !facts.is_proof_of_claim)?;
        let is_wrong = |debt: &SuedDebt| {
            let is_right = match venue {
                Venue::RealPropertyLiesThere => debt.is_secured_by_real_property,
                Venue::ConsumerLivesThere | Venue::ContractSignedThere => !debt.is_secured_by_real_property,
                Venue::Elsewhere => false,
            };
            debt.regf_binds && !is_right
        };
        facts.debts.iter().any(is_wrong).then(|| Finding::lasting(Detail::Plain))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::facts::{SuitFacts, Venue, gather_suit};
    use crate::compliance::record::{CollectorRole, Record};
    use crate::compliance::rules::SUIT;
    use crate::compliance::rules::proposal_tests::{CONSUMER, DEBT, consumer_in, refusals};

    fn refused(record: &Record, venue: Option<Venue>) -> bool {
        let at = "2026-04-15T11:00:00-04:00".parse().unwrap();
        let claim = SuitFacts { venue, ..gather_suit(record, at, CONSUMER, &[DEBT], true) };
        assert!(refusals(&SUIT, &claim).is_empty(), "a proof of claim is no suit");
        let facts = SuitFacts { venue, ..gather_suit(record, at, CONSUMER, &[DEBT], false) };
        refusals(&SUIT, &facts).contains(&"fdcpa.legal.venue")
    }

    #[test]
    fn the_court_is_tied_to_the_consumer_or_to_the_property() {
        let mut record = consumer_in(&["America/New_York"]);
        //   venue                                secured  refused
        for (venue, secured, expected) in [
            (Some(Venue::ConsumerLivesThere), false, false),
            (Some(Venue::ContractSignedThere), false, false),
            (Some(Venue::RealPropertyLiesThere), false, true),
            (Some(Venue::Elsewhere), false, true),
            (Some(Venue::RealPropertyLiesThere), true, false),
            (Some(Venue::ConsumerLivesThere), true, true),
            (Some(Venue::ContractSignedThere), true, true),
            (Some(Venue::Elsewhere), true, true),
            (None, false, false),
        ] {
            record.debts[0].is_secured_by_real_property = secured;
            assert_eq!(refused(&record, venue), expected, "{venue:?} {secured}");
        }
        record.role = CollectorRole::DebtBuyer;
        assert!(refused(&record, Some(Venue::Elsewhere)));
        record.debts[0].is_consumer_purpose = false;
        assert!(!refused(&record, Some(Venue::Elsewhere)), "a debt of a business is not covered");
        record.debts[0].is_consumer_purpose = true;
        record.role = CollectorRole::FirstParty;
        assert!(!refused(&record, Some(Venue::Elsewhere)), "a creditor in its own name is not bound");
    }
}
