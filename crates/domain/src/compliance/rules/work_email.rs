//! Rule: no e-mail to an address the employer provides, unless the person opened it.

use crate::compliance::ContactRule;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};
use crate::values::channel::Channel;

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "regf.electronic.work-email",
        cite: "12 CFR 1006.22(f)(3)",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "The address is the employer's: others there can read it.",
        instead: "Use a private address, or ask them for direct consent to this one.",
    },
    check: |facts, _, _| {
        let to_employer = facts.channel == Channel::Email && facts.is_employer_address_without_basis;
        (facts.regf_binds && facts.is_a_consumer() && to_employer).then(|| Finding::lasting(Detail::Plain))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::rules::proposal_tests::{ask, consumer_in};
    use crate::values::channel::Channel;

    #[test]
    fn the_employers_address_is_closed_for_email_alone() {
        let record = consumer_in(&["America/New_York"]);
        for (channel, without_basis, refused) in
            [(Channel::Email, true, true), (Channel::Email, false, false), (Channel::Text, true, false)]
        {
            let because =
                ask(&record, |proposal| (proposal.channel, proposal.is_employer_address_without_basis) = (channel, without_basis));
            assert_eq!(because, if refused { vec!["regf.electronic.work-email"] } else { vec![] });
        }
    }
}
