//! Rule of the house: with somebody under age nobody speaks about a debt; their parent or guardian counts as the consumer.

use crate::compliance::ContactRule;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "policy.minor",
        cite: "house rule; 12 CFR 1006.6(a)(2), (3)",
        in_force_from: day(2020, 1, 1),
        in_force_to: None,
        jurisdiction: "house, everyone",
        severity: Severity::Block,
        plain: "They are under age: speak to a parent or guardian.",
        instead: "Name the parent or guardian on the account and write to or call them.",
    },
    check: |facts, _, _| (facts.care.is_minor && facts.is_collecting()).then(|| Finding::lasting(Detail::Plain)),
};

#[cfg(test)]
mod tests {
    use crate::compliance::record::{CollectorRole, Purpose};
    use crate::compliance::rules::proposal_tests::{PERSON, ask, with_person};
    use crate::values::channel::Channel;

    #[test]
    fn a_parent_or_guardian_is_reached_in_their_place() {
        for role in ["parent_of_minor", "guardian"] {
            let mut record = with_person(role);
            record.consumer.care.is_minor = true;
            for channel in [Channel::Call, Channel::Letter] {
                assert_eq!(ask(&record, |proposal| proposal.channel = channel), ["policy.minor"]);
                assert!(ask(&record, |proposal| (proposal.channel, proposal.person) = (channel, PERSON)).is_empty(), "{role}");
            }
            record.role = CollectorRole::FirstParty;
            assert_eq!(ask(&record, |_| ()), ["policy.minor"], "a house rule binds whoever collects");
            for purpose in [Purpose::RequiredByLaw, Purpose::EndingCollection] {
                assert!(ask(&record, |proposal| proposal.purpose = purpose).is_empty(), "{purpose:?}");
            }
        }
    }
}
