//! What rules are about, as people learn them: the sections of the handbook, the lessons and the quizzes.

use crate::compliance::rules;
use crate::decision::RuleCard;
use crate::values::coded::coded;

coded! {
    /// What rules are about.
    Topic {
        /// How often.
        Frequency = "frequency", "How often we call";
        /// When and where.
        Hours = "hours", "Hours and places";
        /// By what.
        Channels = "channels", "Channels and messages";
        /// By machine.
        Machines = "machines", "Calls and texts by machine";
        /// With whom, and what stops it.
        People = "people", "People and stops";
        /// What is said and printed, and what is disputed.
        Disputes = "disputes", "Notices, disclosures and disputes";
        /// Beyond federal law.
        States = "states", "States and cities";
        /// Beyond the law.
        Policy = "policy", "House policy";
        /// All else.
        Money = "money", "Money, reports, suits and records";
    }
}

impl Topic {
    /// How the ids of its rules begin.
    const fn begins(self) -> &'static [&'static str] {
        match self {
            Topic::Frequency => &["regf.call-frequency"],
            Topic::Hours => &["regf.time.", "regf.place"],
            Topic::Channels => &["regf.channel", "regf.electronic", "regf.limited-content"],
            Topic::Machines => &["tcpa."],
            Topic::People => &["regf.cease", "regf.attorney", "regf.third-party", "regf.location-info", "regf.deceased", "bankruptcy."],
            Topic::Disputes => &["regf.validation", "regf.disclosure", "regf.dispute", "fdcpa.dispute"],
            Topic::States => &["state."],
            Topic::Policy => &["policy."],
            Topic::Money => &[""],
        }
    }

    /// What a rule is about: the first that fits.
    pub fn of(id: &str) -> Topic {
        let fits = |topic: &&Topic| topic.begins().iter().any(|begins| id.starts_with(begins));
        Topic::ALL.iter().find(fits).copied().unwrap_or(Topic::Money)
    }

    /// Its rules, in the order people read them.
    pub fn rules(self) -> Vec<&'static RuleCard> {
        rules::cards().into_iter().filter(|card| Topic::of(card.id) == self).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_has_rules_and_every_rule_a_topic() {
        let count: usize = Topic::ALL.iter().map(|topic| topic.rules().len()).sum();
        assert_eq!(count, rules::cards().len());
        for topic in Topic::ALL {
            assert!(!topic.rules().is_empty(), "{topic}");
        }
        assert_eq!(Topic::of("regf.time.hours"), Topic::Hours);
        assert_eq!(Topic::of("fcra.obsolete"), Topic::Money);
    }
}
