//! Rule: after a death, address a named person who may act for the estate. Whoever else has died is not reached either.

use crate::compliance::ContactRule;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "regf.deceased.personal-representative",
        cite: "12 CFR 1006.6(a)(4), 1006.34(a)(1)",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "They have died: address a named person who may act for the estate.",
        instead: "Write to or call the person who acts for the estate.",
    },
    check: |facts, _, _| (facts.regf_binds && facts.is_deceased).then(|| Finding::lasting(Detail::Plain)),
};

#[cfg(test)]
mod tests {
    use crate::compliance::rules::proposal_tests::{PERSON, ask, with_person};
    use crate::values::channel::Channel;

    #[test]
    fn only_who_speaks_for_the_estate_is_addressed() {
        for (role, refused) in [("personal_representative", false), ("spouse", false), ("adult_child", true)] {
            let mut record = with_person(role);
            record.consumer.is_deceased = true;
            assert_eq!(ask(&record, |proposal| proposal.channel = Channel::Letter), ["regf.deceased.personal-representative"]);
            assert_eq!(!ask(&record, |proposal| proposal.person = PERSON).is_empty(), refused, "{role}");
        }
        let mut co_debtor = with_person("co_debtor");
        co_debtor.persons[0].is_deceased = true;
        assert_eq!(ask(&co_debtor, |proposal| proposal.person = PERSON), ["regf.deceased.personal-representative"]);
        assert!(ask(&co_debtor, |_| ()).is_empty(), "the debtor lives");
    }
}
