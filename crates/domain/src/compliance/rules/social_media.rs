//! Rule: no message about a debt where others can see it.

use crate::compliance::ContactRule;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};
use crate::values::channel::Channel;

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "regf.electronic.social-media",
        cite: "12 CFR 1006.22(f)(4)",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "The public or their contacts could see this message.",
        instead: "Send a private message, an email or a letter.",
    },
    check: |facts, _, _| (facts.regf_binds && facts.channel == Channel::SocialPublic).then(|| Finding::lasting(Detail::Plain)),
};

#[cfg(test)]
mod tests {
    use crate::compliance::rules::proposal_tests::{ask, consumer_in};
    use crate::values::channel::Channel;

    #[test]
    fn what_others_can_see_is_refused_alone_and_a_private_message_is_not() {
        let record = consumer_in(&["America/New_York"]);
        let by = |channel| {
            ask(&record, |proposal| {
                proposal.channel = channel;
                proposal.lacks_opt_out_notice = true;
            })
        };
        assert_eq!(by(Channel::SocialPublic), ["regf.electronic.social-media"]);
        assert_eq!(by(Channel::SocialPrivateMessage), ["regf.electronic.opt-out-notice"]);
    }
}
