//! Rules: at most seven calls about one debt to one person in seven days, none in the week after we spoke, and no bursts.
//!
//! What counts was settled when the facts were gathered: connected calls we placed, not excluded by consent.

use crate::compliance::ContactRule;
use crate::compliance::caps::full_run;
use crate::compliance::facts::{ContactFacts, DebtCalls};
use crate::compliance::policy::ATTEMPTS_BY_LAW;
use crate::compliance::record::Standing;
use crate::decision::{Detail, Finding, Instant, Rule, RuleCard, Severity, day};

/// The run of days in which attempts are counted, and the days a conversation closes.
const DAYS: i32 = 7;
/// Seconds after a call within which another is one of a burst.
pub(in crate::compliance) const BURST_SECONDS: i64 = 5 * 60;
/// Calls of a day after which another is one of many.
pub(in crate::compliance) const CALLS_BEFORE_MANY: usize = 6;

pub(in crate::compliance) const ATTEMPTS: ContactRule = Rule {
    card: RuleCard {
        id: "regf.call-frequency.attempts",
        cite: "12 CFR 1006.14(b)(2)(i)(A)",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Presumption,
        plain: "We called about this debt as often as we may in seven days.",
        instead: "The next free day is shown; a letter may go today, or a supervisor releases the call with a recorded reason.",
    },
    check: |facts, _, now| {
        open_debts(facts, now).filter_map(|debt| too_many(debt, ATTEMPTS_BY_LAW, facts, now)).max_by_key(|finding| finding.until)
    },
};

pub(in crate::compliance) const CONVERSATION: ContactRule = Rule {
    card: RuleCard {
        id: "regf.call-frequency.conversation",
        cite: "12 CFR 1006.14(b)(2)(i)(B)",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Presumption,
        plain: "We spoke about this debt less than seven days ago.",
        instead: "The first open day is shown; a letter may go today, or a supervisor releases the call with a recorded reason.",
    },
    check: |facts, _, now| {
        // The day of the conversation is day one, so the first open date is that date and seven.
        let on = last_conversation(facts, now).filter(|on| now.day < on + DAYS)?;
        Some(Finding::until(facts.day_clock.instant(on + DAYS, 0), Detail::Spoke { on, open_on: on + DAYS }))
    },
};

pub(super) const PATTERN: ContactRule = Rule {
    card: RuleCard {
        id: "regf.call-frequency.pattern",
        cite: "comment 14(b)(2)(i)-2",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Warn,
        plain: "Calls this close together can count against us though no limit is passed.",
        instead: "Wait a while, or choose a letter or an email.",
    },
    check: |facts, _, now| {
        let last = facts.connected_calls.last().copied().filter(|_| is_counted(facts))?;
        let today = facts.connected_calls.iter().rev().take_while(|call| facts.day_clock_day(**call) == now.day).count();
        let many_until = Some(facts.day_clock.instant(now.day + 1, 0)).filter(|_| today >= CALLS_BEFORE_MANY);
        if now.at - last <= BURST_SECONDS {
            let until = many_until.unwrap_or(last + BURST_SECONDS + 1);
            return Some(Finding::until(until, Detail::SecondsSinceLastCall(now.at - last)));
        }
        let nth = u32::try_from(today).unwrap_or(u32::MAX).saturating_add(1);
        Some(Finding::until(many_until?, Detail::CallOfDay(nth)))
    },
};

impl ContactFacts {
    /// The day of an earlier call: the clock knows its present offset and those to come, which is right for today's calls.
    fn day_clock_day(&self, at: i64) -> i32 {
        self.day_clock.local(at).0
    }
}

fn is_counted(facts: &ContactFacts) -> bool {
    facts.regf_binds && facts.channel.is_call() && facts.standing != Standing::Professional
}

/// The debts on which consent to extra calls does not live (12 CFR 1006.14(b)(3)(i)).
fn open_debts(facts: &ContactFacts, now: Instant) -> impl Iterator<Item = &DebtCalls> {
    let debts = if is_counted(facts) { facts.debts.as_slice() } else { &[] };
    debts.iter().filter(move |debt| debt.consent_until_day.is_none_or(|until| until < now.day))
}

/// The most attempts about any open debt in the run that ends today; `None` where none is counted.
pub(in crate::compliance) fn attempts_in_run(facts: &ContactFacts, now: Instant) -> Option<usize> {
    let in_run = |day: &&i32| **day > now.day - DAYS && **day <= now.day;
    open_debts(facts, now).map(|debt| debt.attempt_days.iter().filter(in_run).count()).max()
}

/// The day of the last conversation about any open debt.
pub(in crate::compliance) fn last_conversation(facts: &ContactFacts, now: Instant) -> Option<i32> {
    open_debts(facts, now).filter_map(|debt| debt.conversation_day).max()
}

pub(super) fn too_many(debt: &DebtCalls, max: u32, facts: &ContactFacts, now: Instant) -> Option<Finding> {
    // Most have been called less often than that in all.
    if debt.attempt_days.len() < max as usize {
        return None;
    }
    let (used, free_on) = full_run(&debt.attempt_days, max, DAYS, now.day)?;
    let detail = Detail::Attempts { used, max, days: DAYS.unsigned_abs(), free_on };
    Some(Finding::until(facts.day_clock.instant(free_on, 0), detail))
}

#[cfg(test)]
mod tests {
    use crate::compliance::record::{Direction, Outcome};
    use crate::compliance::rules::proposal_tests::{call, consumer_in, decide, with};
    use crate::values::channel::Channel;

    /// Calls at 11:00 on days of April 2026, then a proposal.
    fn check(days: &[(u8, Outcome)], when: &str) -> (Vec<&'static str>, Option<String>) {
        let calls = days.iter().map(|(day, outcome)| call(&format!("2026-04-{day:02}T11:00:00-04:00"), Direction::Out, *outcome));
        let decision = decide(&with(consumer_in(&["America/New_York"]), calls), when);
        let next = decision.next_allowed_at.map(|at| at.to_string());
        (decision.because.iter().map(|reason| reason.rule.id).collect(), next)
    }

    #[test]
    fn the_eighth_call_in_seven_days_waits() {
        use Outcome::{Busy, NoAnswer, Voicemail};
        let seven: Vec<_> = (1..=7).map(|day| (day, NoAnswer)).collect();
        assert_eq!(check(&seven[..6], "2026-04-07T17:00:00-04:00").0, Vec::<&str>::new());
        assert_eq!(check(&seven, "2026-04-07T17:00:00-04:00"), (vec!["regf.call-frequency.attempts"], Some("2026-04-08T12:00:00Z".into())));
        assert_eq!(check(&seven, "2026-04-08T08:00:00-04:00").0, Vec::<&str>::new());
        let on_one_day = [(4, Voicemail); 7];
        assert_eq!(
            check(&on_one_day, "2026-04-10T17:00:00-04:00"),
            (vec!["regf.call-frequency.attempts"], Some("2026-04-11T12:00:00Z".into()))
        );
        assert_eq!(check(&[(4, Busy); 20], "2026-04-04T17:00:00-04:00").0, Vec::<&str>::new());
    }

    #[test]
    fn a_conversation_closes_seven_days_and_its_day_is_the_first() {
        use Outcome::{AnsweredBusy, Conversation};
        assert_eq!(
            check(&[(1, Conversation)], "2026-04-07T20:59:00-04:00"),
            (vec!["regf.call-frequency.conversation"], Some("2026-04-08T12:00:00Z".into()))
        );
        assert_eq!(check(&[(1, Conversation)], "2026-04-08T08:00:00-04:00").0, Vec::<&str>::new());
        assert_eq!(check(&[(1, AnsweredBusy)], "2026-04-02T08:00:00-04:00").0, Vec::<&str>::new());
    }

    #[test]
    fn consent_given_by_mail_opens_the_telephone() {
        let talk = call("2026-04-01T11:00:00-04:00", Direction::Out, Outcome::Conversation);
        let mut consent = call("2026-04-02T11:00:00-04:00", Direction::In, Outcome::Delivered);
        consent.channel = Channel::Email;
        consent.particulars().gives_call_consent = Some(2);
        let record = with(consumer_in(&["America/New_York"]), [talk, consent]);
        for (when, refused) in [("2026-04-03T20:00:00-04:00", false), ("2026-04-04T09:00:00-04:00", true)] {
            assert_eq!(!decide(&record, when).because.is_empty(), refused, "{when}");
        }
    }

    #[test]
    fn a_burst_is_warned_about() {
        let call_at = |when: &str| call(when, Direction::Out, Outcome::NoAnswer);
        let one = with(consumer_in(&["America/New_York"]), [call_at("2026-04-01T10:00:00-04:00")]);
        assert_eq!(decide(&one, "2026-04-01T10:05:00-04:00").warnings.len(), 1);
        assert_eq!(decide(&one, "2026-04-01T10:05:01-04:00").warnings.len(), 0);
    }
}
