//! Rule: a discharged debt is not collected from the person it was discharged for; co-debtors stay liable.

use crate::compliance::facts::Stopped;
use crate::compliance::record::Standing;
use crate::compliance::{ContactRule, SuitRule};
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

const CARD: RuleCard = RuleCard {
    id: "bankruptcy.discharge",
    cite: "11 USC 524(a)(2), (e)",
    in_force_from: day(1979, 10, 1),
    in_force_to: None,
    jurisdiction: "US, everyone",
    severity: Severity::Block,
    plain: "This debt was discharged in bankruptcy: they owe it no more.",
    instead: "Close the account; where somebody else owes it too, speak to that person.",
};

pub(super) const RULE: ContactRule = Rule {
    card: CARD,
    check: |facts, _, _| {
        let is_theirs = facts.bankruptcy.is_discharged && facts.standing != Standing::CoDebtor;
        ((is_theirs || facts.bankruptcy.is_discharged_for_them) && facts.is_collecting()).then(|| Finding::lasting(Detail::Plain))
    },
};

pub(super) const SUIT: SuitRule =
    Rule { card: CARD, check: |facts, (), _| facts.debts.iter().any(|debt| debt.is_discharged).then(|| Finding::lasting(Detail::Plain)) };

/// Other acts that collect.
pub(super) const fn of_act<F: Stopped>() -> Rule<F, ()> {
    Rule { card: CARD, check: |facts, (), _| facts.stops().is_discharged.then(|| Finding::lasting(Detail::Plain)) }
}

#[cfg(test)]
mod tests {
    use crate::compliance::record::{Bankruptcy, CollectorRole, Purpose};
    use crate::compliance::rules::proposal_tests::{CONSUMER, DEBT, PERSON, ask, drawn, with_person};

    #[test]
    fn a_co_debtors_discharge_frees_them_alone() {
        let mut record = with_person("co_debtor");
        record.persons[0].cases = vec![(DEBT, Bankruptcy { is_discharged: true, chapter: Some(13), is_stay_lifted: false })];
        assert_eq!(ask(&record, |proposal| proposal.person = PERSON), ["bankruptcy.discharge"]);
        assert!(ask(&record, |_| ()).is_empty(), "the debtor stays liable");
        assert_eq!(drawn(&record), [const { Vec::<&str>::new() }; 3]);
    }

    #[test]
    fn the_injunction_binds_everyone_and_leaves_co_debtors_liable() {
        let mut record = with_person("co_debtor");
        record.debts[0].bankruptcy = Some(Bankruptcy { is_discharged: true, chapter: Some(13), is_stay_lifted: false });
        //  survives  post-petition  person    refused
        for (survives, post_petition, person, refused) in
            [(false, false, CONSUMER, true), (true, false, CONSUMER, false), (false, true, CONSUMER, false), (false, false, PERSON, false)]
        {
            (record.debts[0].survives_discharge, record.debts[0].is_post_petition) = (survives, post_petition);
            for role in [CollectorRole::ThirdParty, CollectorRole::FirstParty] {
                record.role = role;
                let because = ask(&record, |proposal| proposal.person = person);
                assert_eq!(because, if refused { vec!["bankruptcy.discharge"] } else { vec![] });
            }
        }
        record.debts[0].is_post_petition = false;
        assert!(ask(&record, |proposal| proposal.purpose = Purpose::EndingCollection).is_empty());
    }

    #[test]
    fn nothing_is_drawn_on_it() {
        let mut record = with_person("spouse");
        record.debts[0].bankruptcy = Some(Bankruptcy { is_discharged: true, chapter: Some(7), is_stay_lifted: false });
        let refused = vec!["bankruptcy.discharge"];
        assert_eq!(drawn(&record), [refused.clone(), refused.clone(), refused]);
    }
}
