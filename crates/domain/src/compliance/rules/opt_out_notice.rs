//! Rule: every electronic message says how to stop such messages.

use crate::compliance::ContactRule;
use crate::compliance::record::{Purpose, Standing};
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "regf.electronic.opt-out-notice",
        cite: "12 CFR 1006.6(e)",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "The message does not say how to stop such messages.",
        instead: "Add a line on how to opt out, and send it.",
    },
    check: |facts, _, _| {
        let reaches_them = facts.is_for_consumer() || facts.standing == Standing::CoDebtor;
        let needs_it = reaches_them && facts.channel.is_electronic() && facts.purpose != Purpose::OptOutConfirmation;
        (facts.regf_binds && needs_it && facts.lacks_opt_out_notice).then(|| Finding::lasting(Detail::Plain))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::rules::proposal_tests::{ask, consumer_in};
    use crate::values::channel::Channel;

    #[test]
    fn electronic_messages_say_how_to_stop_them() {
        let record = consumer_in(&["America/New_York"]);
        for (channel, lacks, refused) in [
            (Channel::Email, true, true),
            (Channel::Email, false, false),
            (Channel::Text, true, true),
            (Channel::Letter, true, false),
            (Channel::Call, true, false),
        ] {
            let because = ask(&record, |proposal| (proposal.channel, proposal.lacks_opt_out_notice) = (channel, lacks));
            assert_eq!(because, if refused { vec!["regf.electronic.opt-out-notice"] } else { vec![] }, "{channel}");
        }
    }
}
