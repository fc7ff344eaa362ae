//! Rule: a limited-content message is a voice mail with four parts and few others.
//!
//! It is an attempt and no communication: it owes no statement, tells no third party, begins no validation and no wait before a
//! report to a bureau; as a call it counts. What this rule refuses may still be left, as the communication that it then is.

use crate::compliance::MessageRule;
use crate::compliance::facts::MessageFacts;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: MessageRule = Rule {
    card: RuleCard {
        id: "regf.limited-content",
        cite: "12 CFR 1006.2(j)",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "This is no limited-content message: it is a communication about the debt.",
        instead: "Leave a voice mail with the business's name, a request to reply, a person's name and a number, and no more.",
    },
    check: |facts, (), _| fault(facts).map(|what| Finding::lasting(Detail::Fault(what))),
};

fn fault(facts: &MessageFacts) -> Option<&'static str> {
    [
        (!facts.is_voicemail, "only a voice mail can be one"),
        (facts.is_cut_off, "it was cut off"),
        (!facts.names_business, "it lacks the business's name, which may not show that it collects debts"),
        (!facts.asks_for_reply, "it lacks the request to reply"),
        (!facts.names_person, "it lacks the name of a person to ask for"),
        (!facts.gives_number, "it lacks the number to reply to"),
        (facts.says_more, "it says more than may be said"),
    ]
    .into_iter()
    .find_map(|(is_so, what)| is_so.then_some(what))
}

#[cfg(test)]
mod tests {
    use crate::compliance::facts::gather_message;
    use crate::compliance::rules::MESSAGE;
    use crate::compliance::rules::proposal_tests::consumer_in;

    const FOUR: [&str; 4] = ["business_name_not_debt", "asks_for_reply", "person_to_ask_for", "reply_number"];

    fn fault(is_voicemail: bool, parts: &[&str], is_cut_off: bool) -> Option<String> {
        let at = "2026-05-06T10:00:00-04:00".parse().unwrap();
        let facts = gather_message(&consumer_in(&["America/New_York"]), at, is_voicemail, parts.iter().copied(), is_cut_off);
        crate::compliance::decide(&MESSAGE, &facts, &()).because.first().map(|reason| reason.detail.to_string())
    }

    #[test]
    fn four_parts_are_needed() {
        assert_eq!(fault(true, &FOUR, false), None);
        for missing in FOUR {
            let three: Vec<&str> = FOUR.into_iter().filter(|part| *part != missing).collect();
            assert!(fault(true, &three, false).unwrap().starts_with("it lacks"), "{missing}");
        }
    }

    #[test]
    fn four_more_may_be_added_and_anything_else_spoils_it() {
        //   part                    spoils
        for (part, spoils) in [
            ("salutation", false),
            ("date_time", false),
            ("suggested_times", false),
            ("any_representative", false),
            ("state_required_text", true),
            ("account_number", true),
            ("mentions_debt", true),
            ("business_name_debt", true),
            ("", true),
        ] {
            let parts: Vec<&str> = FOUR.into_iter().chain([part]).collect();
            assert_eq!(fault(true, &parts, false).is_some(), spoils, "{part}");
        }
    }

    #[test]
    fn it_is_a_whole_voice_mail() {
        assert_eq!(fault(false, &FOUR, false).unwrap(), "only a voice mail can be one");
        assert_eq!(fault(true, &FOUR, true).unwrap(), "it was cut off");
        assert_eq!(fault(true, &FOUR[..2], true).unwrap(), "it was cut off");
    }
}
