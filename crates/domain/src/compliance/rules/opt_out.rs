//! Rule: a medium, number or address that the person closed stays closed. The law says it of any "person": it is theirs who asked,
//! whoever they are, and nobody else's.

use crate::compliance::ContactRule;
use crate::compliance::facts::Confirmation;
use crate::decision::{Detail, Finding, NEVER, Rule, RuleCard, Severity, day};

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "regf.channel.opt-out",
        cite: "12 CFR 1006.14(h)",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "They asked us not to use this channel or address.",
        instead: "Choose another channel or address that they have not closed.",
    },
    check: |facts, _, now| {
        if !facts.regf_binds || facts.is_required_in_this_medium || facts.confirmation == Confirmation::First {
            return None;
        }
        if facts.confirmation == Confirmation::Faulty {
            return Some(Finding::lasting(Detail::Plain));
        }
        let closed = facts.closures.iter().filter(|closure| closure.ends_at.is_none_or(|ends| now.at < ends));
        let last = closed.max_by_key(|closure| closure.ends_at.unwrap_or(NEVER))?;
        let detail = Detail::Closed { channel: facts.channel, at: last.at, one_address: last.one_address };
        Some(Finding::until(last.ends_at.unwrap_or(NEVER), detail))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::record::{Closure, Direction, Outcome, Preference, Purpose, Wish};
    use crate::compliance::rules::proposal_tests::{PERSON, ask, call, consumer_in, of_person, wishes, with, with_person};
    use crate::values::channel::Channel;

    #[test]
    fn closing_one_medium_closes_that_one() {
        let closed = |closure| wishes(consumer_in(&["America/New_York"]), [Wish::NoChannel(closure)]);
        //  closed                          asked                            refused
        for (closure, channel, refused) in [
            (Closure::One(Channel::Call), Channel::Call, true),
            (Closure::One(Channel::Call), Channel::RinglessVoicemail, true),
            (Closure::One(Channel::Call), Channel::Text, false),
            (Closure::One(Channel::Text), Channel::Email, false),
            (Closure::Electronic, Channel::Text, true),
            (Closure::Electronic, Channel::Email, true),
            (Closure::Electronic, Channel::SocialPrivateMessage, true),
            (Closure::Electronic, Channel::Call, false),
            (Closure::Electronic, Channel::Letter, false),
        ] {
            assert_eq!(!ask(&closed(closure), |proposal| proposal.channel = channel).is_empty(), refused, "{closure:?} {channel}");
        }
        let required = ask(&closed(Closure::One(Channel::Call)), |proposal| proposal.is_required_in_this_medium = true);
        assert!(required.is_empty());
    }

    #[test]
    fn a_medium_is_closed_for_whoever_closed_it() {
        for role in ["co_debtor", "spouse", "consumer_attorney"] {
            let theirs = of_person(with_person(role), [Wish::NoChannel(Closure::One(Channel::Call))]);
            assert_eq!(ask(&theirs, |proposal| proposal.person = PERSON), ["regf.channel.opt-out"], "{role}");
            assert!(ask(&theirs, |_| ()).is_empty(), "the debtor closed nothing");
            let debtors = wishes(with_person(role), [Wish::NoChannel(Closure::One(Channel::Call))]);
            assert!(ask(&debtors, |proposal| proposal.person = PERSON).is_empty(), "{role} closed nothing");
        }
    }

    #[test]
    fn one_number_can_be_closed_alone() {
        let wish = Wish::NoAddress { closure: Closure::One(Channel::Call), address: "+16145550100".into() };
        let closed = wishes(consumer_in(&["America/New_York"]), [wish]);
        for (address, refused) in [("+16145550100", true), ("+16145550199", false)] {
            assert_eq!(!ask(&closed, |proposal| proposal.address = Some(address.into())).is_empty(), refused, "{address}");
        }
    }

    #[test]
    fn an_opt_out_is_confirmed_once_and_in_no_more_words() {
        let closed = wishes(consumer_in(&["America/New_York"]), [Wish::NoChannel(Closure::One(Channel::Text))]);
        let mut sent = call("2026-05-02T11:00:00-04:00", Direction::Out, Outcome::Delivered);
        (sent.channel, sent.purpose) = (Channel::Text, Purpose::OptOutConfirmation);
        let confirmed = with(closed.clone(), [sent]);
        for (record, extra, refused) in [(&closed, false, false), (&closed, true, true), (&confirmed, false, true)] {
            let because = ask(record, |proposal| {
                (proposal.channel, proposal.purpose, proposal.has_extra_text) = (Channel::Text, Purpose::OptOutConfirmation, extra);
            });
            assert_eq!(because, if refused { vec!["regf.channel.opt-out"] } else { vec![] });
        }
        // A faulty one is refused by whichever medium it goes.
        let by_mail = ask(&closed, |proposal| {
            (proposal.channel, proposal.purpose, proposal.has_extra_text) = (Channel::Email, Purpose::OptOutConfirmation, true);
        });
        assert_eq!(by_mail, ["regf.channel.opt-out"]);
    }

    #[test]
    fn the_message_that_closes_a_medium_is_no_later_use_of_it() {
        let mut closed = consumer_in(&["America/New_York"]);
        let at = |when: &str| when.parse().unwrap();
        closed.consumer.preferences.push(Preference {
            at: at("2026-05-06T10:00:00-04:00"),
            until: None,
            wish: Wish::NoChannel(Closure::One(Channel::Text)),
        });
        for (came, refused) in [("2026-05-06T10:00:00-04:00", true), ("2026-05-06T10:00:01-04:00", false)] {
            let mut incoming = call(came, Direction::In, Outcome::Delivered);
            (incoming.channel, incoming.key) = (Channel::Text, Some(7));
            let record = with(closed.clone(), [incoming]);
            let because = ask(&record, |proposal| (proposal.channel, proposal.in_response_to) = (Channel::Text, Some(7)));
            assert_eq!(!because.is_empty(), refused, "{came}");
        }
    }
}
