//! Rule: from the petition on nothing is done to collect; the claim goes through the court.

use crate::compliance::facts::Stopped;
use crate::compliance::record::Standing;
use crate::compliance::{ContactRule, SuitRule};
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

const CARD: RuleCard = RuleCard {
    id: "bankruptcy.stay",
    cite: "11 USC 362(a)(6), 1201, 1301",
    in_force_from: day(1979, 10, 1),
    in_force_to: None,
    jurisdiction: "US, everyone",
    severity: Severity::Block,
    plain: "They are in bankruptcy: every act to collect this debt is stayed.",
    instead: "File a proof of claim with the court.",
};

pub(super) const RULE: ContactRule = Rule {
    card: CARD,
    check: |facts, _, _| {
        let is_stayed = match facts.standing {
            Standing::CoDebtor => facts.bankruptcy.is_stayed_for_co_debtors,
            _ => facts.bankruptcy.is_stayed,
        };
        ((is_stayed || facts.bankruptcy.is_stayed_by_others) && facts.is_collecting()).then(|| Finding::lasting(Detail::Plain))
    },
};

pub(super) const SUIT: SuitRule = Rule {
    card: CARD,
    check: |facts, (), _| {
        let is_stayed = !facts.is_proof_of_claim && facts.debts.iter().any(|debt| debt.is_stayed);
        is_stayed.then(|| Finding::lasting(Detail::Plain))
    },
};

/// Other acts that collect. A check may still be presented (11 USC 362(b)(11)).
pub(super) const fn of_act<F: Stopped>() -> Rule<F, ()> {
    Rule { card: CARD, check: |facts, (), _| facts.stops().is_stayed.then(|| Finding::lasting(Detail::Plain)) }
}

#[cfg(test)]
mod tests {
    use crate::compliance::record::{Bankruptcy, CollectorRole, Purpose};
    use crate::compliance::rules::proposal_tests::{CONSUMER, DEBT, PERSON, ask, drawn, with_person};

    const OPEN: Bankruptcy = Bankruptcy { is_discharged: false, chapter: Some(7), is_stay_lifted: false };

    #[test]
    fn the_stay_binds_everyone_until_it_is_lifted() {
        //  case                                                        post-petition  refused
        for (case, is_post_petition, refused) in [
            (Some(OPEN), false, true),
            (Some(Bankruptcy { chapter: Some(11), ..OPEN }), false, true),
            (Some(Bankruptcy { chapter: None, ..OPEN }), false, true),
            (Some(Bankruptcy { is_stay_lifted: true, ..OPEN }), false, false),
            (Some(OPEN), true, false),
            (None, false, false),
        ] {
            for role in [CollectorRole::ThirdParty, CollectorRole::DebtBuyer, CollectorRole::FirstParty] {
                for is_consumer_purpose in [true, false] {
                    let mut record = with_person("spouse");
                    record.role = role;
                    let debt = &mut record.debts[0];
                    (debt.bankruptcy, debt.is_post_petition, debt.is_consumer_purpose) = (case, is_post_petition, is_consumer_purpose);
                    for person in [CONSUMER, PERSON] {
                        let because = ask(&record, |proposal| proposal.person = person);
                        assert_eq!(because, if refused { vec!["bankruptcy.stay"] } else { vec![] }, "{case:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn co_debtors_on_consumer_debts_are_shielded_in_two_chapters() {
        //   chapter    consumer  refused
        for (chapter, is_consumer_purpose, refused) in [
            (Some(7), true, false),
            (Some(11), true, false),
            (Some(12), true, true),
            (Some(13), true, true),
            (Some(13), false, false),
            (None, true, true),
        ] {
            let mut record = with_person("co_debtor");
            record.debts[0].bankruptcy = Some(Bankruptcy { chapter, ..OPEN });
            record.debts[0].is_consumer_purpose = is_consumer_purpose;
            assert_eq!(!ask(&record, |proposal| proposal.person = PERSON).is_empty(), refused, "{chapter:?}");
        }
    }

    #[test]
    fn whoever_filed_is_protected_and_in_two_chapters_whoever_owes_it_with_them() {
        //   role           chapter    lifted  consumer  them   debtor
        for (role, chapter, is_stay_lifted, is_consumer_purpose, them, debtor) in [
            ("co_debtor", Some(7), false, true, true, false),
            ("co_debtor", Some(11), false, true, true, false),
            ("co_debtor", Some(13), false, true, true, true),
            ("co_debtor", Some(12), false, true, true, true),
            ("co_debtor", None, false, true, true, true),
            ("co_debtor", Some(13), false, false, true, false),
            ("co_debtor", Some(13), true, true, false, false),
            ("spouse", Some(13), false, true, true, false),
        ] {
            let mut record = with_person(role);
            record.debts[0].is_consumer_purpose = is_consumer_purpose;
            record.persons[0].cases = vec![(DEBT, Bankruptcy { chapter, is_stay_lifted, ..OPEN })];
            let is_stayed = |person| ask(&record, |proposal| proposal.person = person) == ["bankruptcy.stay"];
            assert_eq!((is_stayed(PERSON), is_stayed(CONSUMER)), (them, debtor), "{role} {chapter:?} {is_stay_lifted}");
            let stays = drawn(&record).iter().filter(|because| !because.is_empty()).count();
            assert_eq!(stays, if debtor { 2 } else { 0 }, "debits and judgments against the debtor: {role} {chapter:?}");
            record.persons[0].cases[0].0 = DEBT + 1;
            assert!(ask(&record, |proposal| proposal.person = PERSON).is_empty(), "another debt of theirs");
        }
    }

    #[test]
    fn the_court_is_the_way() {
        let mut record = with_person("consumer_attorney");
        record.debts[0].bankruptcy = Some(OPEN);
        assert!(ask(&record, |proposal| proposal.purpose = Purpose::ProofOfClaim).is_empty());
        assert_eq!(ask(&record, |proposal| proposal.person = PERSON), ["bankruptcy.stay"], "asking their lawyer is asking them");
        record.persons[0].is_consumers_lawyer = false;
        assert!(ask(&record, |proposal| proposal.person = PERSON).is_empty(), "our own lawyer may be spoken to");
    }

    #[test]
    fn debits_and_judgments_are_stayed_and_a_check_may_be_presented() {
        let mut record = with_person("spouse");
        record.debts[0].bankruptcy = Some(OPEN);
        let refused = vec!["bankruptcy.stay"];
        assert_eq!(drawn(&record), [Vec::new(), refused.clone(), refused]);
    }
}
