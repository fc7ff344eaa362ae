//! Rule: before a debt is first reported to a bureau the consumer has heard of it from us.
//!
//! Heard: we spoke about it by telephone or in person, or wrote and fourteen days passed without the message coming back.

use crate::compliance::FurnishRule;
use crate::decision::{Detail, Finding, NEVER, Rule, RuleCard, Severity, day};

pub(super) const RULE: FurnishRule = Rule {
    card: RuleCard {
        id: "regf.credit-report.precondition",
        cite: "12 CFR 1006.30(a)(1)",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "The consumer has not been told enough about this debt to report it.",
        instead: "Speak with them about it, or write and wait out the fourteen days in which it could come back.",
    },
    check: |facts, (), now| {
        let untold = facts.debts.iter().filter(|debt| debt.regf_binds && debt.told_from_day.is_none_or(|day| now.day < day));
        let opens = untold.map(|debt| debt.told_from_day.map_or(NEVER, |day| facts.day_clock.instant(day, 0))).max()?;
        Some(Finding::until(opens, Detail::Plain))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::record::{CollectorRole, Direction, NoticeKind, Outcome};
    use crate::compliance::rules::proposal_tests::{call, consumer_in, furnish, happened, with};
    use crate::values::channel::Channel;

    #[test]
    fn a_letter_has_its_fourteen_days() {
        // Reports are proposed on 6 May 2026.
        //   letter        came back            refused
        for (letter, back, refused) in [
            ("2026-04-22", None, true),
            ("2026-04-21", None, false),
            ("2026-04-10", Some("2026-04-24"), true),
            ("2026-04-10", Some("2026-04-25"), false),
        ] {
            let mut sent = call(&format!("{letter}T11:00:00-04:00"), Direction::Out, Outcome::Delivered);
            (sent.channel, sent.outcome, sent.key) = (Channel::Letter, None, Some(77));
            let mut record = with(consumer_in(&["America/New_York"]), [sent]);
            if let Some(back) = back {
                happened(&mut record, &format!("{back}T12:00:00-04:00"), NoticeKind::Undeliverable(Some(77)));
            }
            assert_eq!(furnish(&record, false), if refused { vec!["regf.credit-report.precondition"] } else { vec![] }, "{letter}");
            record.role = CollectorRole::FirstParty;
            assert!(furnish(&record, false).is_empty(), "a creditor in its own name is not bound");
        }
    }

    #[test]
    fn a_talk_is_enough_and_a_voice_mail_is_not() {
        for (outcome, refused) in [(Outcome::Conversation, false), (Outcome::Voicemail, true), (Outcome::NoAnswer, true)] {
            let record = with(consumer_in(&["America/New_York"]), [call("2026-05-05T11:00:00-04:00", Direction::In, outcome)]);
            assert_eq!(!furnish(&record, false).is_empty(), refused, "{outcome:?}");
        }
        let mut noticed = consumer_in(&["America/New_York"]);
        happened(&mut noticed, "2026-04-21T12:00:00-04:00", NoticeKind::ValidationNoticeSent { sent_on: None, stated_end: None });
        assert!(furnish(&noticed, false).is_empty(), "the validation notice is enough");
    }
}
