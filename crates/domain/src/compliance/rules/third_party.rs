//! Rule: about the debt we speak to the consumer and a few others only.

use crate::compliance::ContactRule;
use crate::compliance::record::{Purpose, Standing};
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "regf.third-party.disclosure",
        cite: "12 CFR 1006.6(d)(1); 15 USC 1692c(b)",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "This person may not be told about the debt.",
        instead: "Speak to the person who owes, or ask for their direct consent to speak with this one.",
    },
    check: |facts, _, _| {
        let is_third_party = facts.standing == Standing::ThirdParty && facts.purpose != Purpose::LocationInformation;
        (facts.regf_binds && is_third_party && !facts.third_party_consented).then(|| Finding::lasting(Detail::Plain))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::rules::proposal_tests::{PERSON, ask, with_person};

    #[test]
    fn few_may_be_told() {
        //   role                          refused
        for (role, refused) in [
            ("neighbor", true),
            ("adult_child", true),
            ("employer", true),
            ("spouse", false),
            ("guardian", false),
            ("personal_representative", false),
            ("co_debtor", false),
            ("consumer_attorney", false),
            ("creditor", false),
            ("consumer_reporting_agency", false),
        ] {
            let record = with_person(role);
            assert_eq!(!ask(&record, |proposal| proposal.person = PERSON).is_empty(), refused, "{role}");
        }
        let consented = ask(&with_person("neighbor"), |proposal| {
            proposal.person = PERSON;
            proposal.third_party_consented = true;
        });
        assert!(consented.is_empty());
    }
}
