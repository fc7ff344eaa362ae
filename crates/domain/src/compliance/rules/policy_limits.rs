//! Rules of policy: what the agency or the creditor asks beyond the law. They never loosen anything and always say whose they are.
//!
//! They reach what we begin ourselves with anybody but professionals: an answer to somebody, and what the law asks us to send, go by
//! the law alone. Letters have no hours.

use super::call_frequency::too_many;
use super::calling_hours::outside;
use crate::compliance::ContactRule;
use crate::compliance::caps::full_run;
use crate::compliance::facts::ContactFacts;
use crate::compliance::policy::ContactPolicy;
use crate::decision::{Detail, Finding, Instant, Rule, RuleCard, Severity, Whose, day};
use crate::values::calendar::{is_federal_holiday, is_stand_in};
use crate::values::channel::Channel;
use crate::values::moment::date_of_day;

/// A version says itself from when it binds.
const ALWAYS: i32 = day(2021, 11, 30);

pub(super) const CALLS: ContactRule = Rule {
    card: RuleCard {
        id: "policy.calls",
        cite: "policy, within 12 CFR 1006.14(b)(2)",
        in_force_from: ALWAYS,
        in_force_to: None,
        jurisdiction: "whoever's policy it is",
        severity: Severity::Supervisor,
        plain: "Policy allows no more calls about this debt in these seven days.",
        instead: "The next free day is shown; write a letter, or a supervisor releases the call with a recorded reason.",
    },
    check: |facts, policy, now| {
        let (max, whose) = policy.calls().filter(|_| facts.channel.is_call() && facts.is_ours_to_choose())?;
        let open = facts.debts.iter().filter(|debt| debt.consent_until_day.is_none_or(|until| until < now.day));
        let found = open.filter_map(|debt| too_many(debt, max, facts, now)).max_by_key(|finding| finding.until)?;
        Some(found.by_policy(whose))
    },
};

pub(super) const MESSAGES: ContactRule = Rule {
    card: RuleCard {
        id: "policy.messages",
        cite: "policy, within 12 CFR 1006.14(a)",
        in_force_from: ALWAYS,
        in_force_to: None,
        jurisdiction: "whoever's policy it is",
        severity: Severity::Supervisor,
        plain: "Policy allows no more emails and texts to them in these seven days.",
        instead: "The next free day is shown; write a letter, or a supervisor releases it with a recorded reason.",
    },
    check: |facts, policy, now| {
        let (max, whose) = policy.messages().filter(|_| facts.channel.is_electronic() && facts.is_ours_to_choose())?;
        let (used, free_on) = full_run(&facts.electronic_days, max, 7, now.day)?;
        let detail = Detail::Contacts { used, max, days: 7, free_on, is_verified: true };
        Some(Finding::until(facts.day_clock.instant(free_on, 0), detail).by_policy(whose))
    },
};

pub(super) const HOURS: ContactRule = Rule {
    card: RuleCard {
        id: "policy.hours",
        cite: "policy, within 12 CFR 1006.6(b)(1)",
        in_force_from: ALWAYS,
        in_force_to: None,
        jurisdiction: "whoever's policy it is",
        severity: Severity::Block,
        plain: "It is outside the hours that policy keeps.",
        instead: "The next allowed time is shown; letters may go at any hour.",
    },
    check: |facts, policy, now| {
        let (opens, closes) = hours(facts, policy)?;
        let found = outside(facts, now.at, opens, closes)?;
        let is_early = matches!(found.detail, Detail::Hours { minute, .. } if minute < opens);
        let (_, whose) = if is_early { policy.opens() } else { policy.closes() }?;
        Some(found.by_policy(whose))
    },
};

pub(super) const DAYS_OFF: ContactRule = Rule {
    card: RuleCard {
        id: "policy.days-off",
        cite: "policy, within comment 14(b)(2)(i)-2",
        in_force_from: ALWAYS,
        in_force_to: None,
        jurisdiction: "whoever's policy it is",
        severity: Severity::Block,
        plain: "Policy leaves people alone on this day.",
        instead: "The next day is shown; letters may go on any day.",
    },
    check: |facts, policy, now| {
        if (policy.off_on_sundays().is_none() && policy.off_on_holidays().is_none()) || !is_timed(facts) {
            return None;
        }
        day_off(facts, policy, now)
    },
};

/// The hours of the day that policy keeps for a contact, in minutes. Where only one end is policy's, the law's own rule speaks of
/// the other.
pub(in crate::compliance) fn hours(facts: &ContactFacts, policy: &ContactPolicy) -> Option<(u16, u16)> {
    let (opens, closes) = (policy.opens(), policy.closes());
    let kept = (opens.is_some() || closes.is_some()) && is_timed(facts);
    kept.then(|| (opens.map_or(0, |(minute, _)| minute), closes.map_or(24 * 60, |(minute, _)| minute)))
}

/// Whether the hour and the day of this contact are policy's to choose.
fn is_timed(facts: &ContactFacts) -> bool {
    facts.channel != Channel::Letter && facts.is_ours_to_choose()
}

/// The clock on which it is a day off, if any; of several, the one that opens last.
fn day_off(facts: &ContactFacts, policy: &ContactPolicy, now: Instant) -> Option<Finding> {
    let closed = facts.clocks.iter().filter_map(|clock| {
        let (today, _) = clock.local(now.at);
        let (whose, what) = off(today, policy)?;
        // A Sunday and the holidays around it are three days at the most.
        let next = (today + 1..today + 7).find(|day| off(*day, policy).is_none())?;
        Some(Finding::until(clock.instant(next, 0), Detail::Fault(what)).by_policy(whose))
    });
    closed.max_by_key(|finding| finding.until)
}

fn off(day: i32, policy: &ContactPolicy) -> Option<(Whose, &'static str)> {
    let is_sunday = day.wrapping_add(3).rem_euclid(7) == 6;
    if let Some(whose) = policy.off_on_sundays().filter(|_| is_sunday) {
        return Some((whose, "it is Sunday there"));
    }
    let whose = policy.off_on_holidays()?;
    let date = date_of_day(day);
    (is_federal_holiday(date) || is_stand_in(date)).then_some((whose, "it is a public holiday"))
}

#[cfg(test)]
mod tests {
    use crate::compliance::policy::{ContactPolicy, Limits, Version};
    use crate::compliance::record::{Contact, Direction, Outcome, Proposal, Purpose, Record};
    use crate::compliance::rules::proposal_tests::{CONSUMER, DEBT, call, consumer_in, with};
    use crate::compliance::{decide_contact, facts};
    use crate::decision::{Decision, Whose};
    use crate::values::channel::Channel;

    fn creditor(limits: Limits) -> ContactPolicy {
        ContactPolicy { creditor: Version { number: 1, limits }, ..ContactPolicy::LAW }
    }

    fn decide(record: &Record, policy: &ContactPolicy, channel: Channel, at: &str, purpose: Purpose) -> Decision {
        let proposal = Proposal { purpose, ..Proposal::of(at.parse().unwrap(), channel, CONSUMER, vec![DEBT]) };
        decide_contact(&facts::gather(record, &proposal), policy)
    }

    fn found(decision: &Decision) -> Vec<(&'static str, Whose)> {
        decision.because.iter().map(|reason| (reason.rule.id, reason.whose())).collect()
    }

    #[test]
    fn the_fourth_call_waits_where_the_creditor_allows_three() {
        let days =
            |days: std::ops::Range<u8>| days.map(|on| call(&format!("2026-05-{on:02}T11:00:00-04:00"), Direction::Out, Outcome::NoAnswer));
        let policy = creditor(Limits { attempts_max_7_days: Some(3), ..Limits::NONE });
        let at = "2026-05-06T15:00:00-04:00";
        let three = with(consumer_in(&["America/New_York"]), days(3..6));
        let decision = decide(&three, &policy, Channel::Call, at, Purpose::Collection);
        assert_eq!(found(&decision), [("policy.calls", Whose::Creditor)]);
        assert_eq!(decision.next_allowed_at.map(|at| at.to_string()).as_deref(), Some("2026-05-10T12:00:00Z"));
        assert!(
            decision.because[0]
                .detail
                .to_string()
                .ends_with("3 of 3 calls used in 7 days; one is free again on Sun 10 May 2026; so says the creditor's policy")
        );
        assert!(found(&decide(&three, &ContactPolicy::LAW, Channel::Call, at, Purpose::Collection)).is_empty());
        assert!(found(&decide(&three, &policy, Channel::Letter, at, Purpose::Collection)).is_empty());
        assert!(
            found(&decide(&three, &policy, Channel::Call, at, Purpose::RequiredByLaw)).is_empty(),
            "what the law asks for goes by the law"
        );
        let seven = with(three, (0..4).map(|_| call("2026-05-06T09:00:00-04:00", Direction::Out, Outcome::NoAnswer)));
        let both = decide(&seven, &policy, Channel::Call, at, Purpose::Collection);
        assert_eq!(found(&both), [("regf.call-frequency.attempts", Whose::Law), ("policy.calls", Whose::Creditor)]);
    }

    #[test]
    fn messages_of_all_kinds_count_together() {
        let sent = |on: u8, channel: Channel| Contact {
            channel,
            ..call(&format!("2026-05-{on:02}T11:00:00-04:00"), Direction::Out, Outcome::Delivered)
        };
        let house = ContactPolicy {
            house: Version { number: 2, limits: Limits { electronic_max_7_days: Some(2), ..Limits::NONE } },
            ..ContactPolicy::LAW
        };
        let two = with(consumer_in(&["America/New_York"]), [sent(1, Channel::Email), sent(4, Channel::Text)]);
        //   by              on           refused
        for (channel, at, refused) in [
            (Channel::Text, "2026-05-06T11:00:00-04:00", true),
            (Channel::Email, "2026-05-07T11:00:00-04:00", true),
            (Channel::Email, "2026-05-08T11:00:00-04:00", false),
            (Channel::Call, "2026-05-06T11:00:00-04:00", false),
            (Channel::Letter, "2026-05-06T11:00:00-04:00", false),
        ] {
            let expected = if refused { vec![("policy.messages", Whose::House)] } else { vec![] };
            assert_eq!(found(&decide(&two, &house, channel, at, Purpose::Collection)), expected, "{channel} {at}");
        }
    }

    #[test]
    fn policy_opens_later_and_closes_earlier() {
        let policy = ContactPolicy {
            house: Version { number: 1, limits: Limits { opens_minute: Some(540), ..Limits::NONE } },
            creditor: Version { number: 1, limits: Limits { closes_minute: Some(1140), ..Limits::NONE } },
        };
        let record = consumer_in(&["America/New_York"]);
        //   at                            refused by
        for (at, expected) in [
            ("2026-05-06T08:30:00-04:00", vec![("policy.hours", Whose::House)]),
            ("2026-05-06T09:00:00-04:00", vec![]),
            ("2026-05-06T18:59:00-04:00", vec![]),
            ("2026-05-06T19:00:00-04:00", vec![("policy.hours", Whose::Creditor)]),
            ("2026-05-06T22:00:00-04:00", vec![("regf.time.hours", Whose::Law), ("policy.hours", Whose::Creditor)]),
        ] {
            let decision = decide(&record, &policy, Channel::Call, at, Purpose::Collection);
            assert_eq!(found(&decision), expected, "{at}");
        }
        let night = decide(&record, &policy, Channel::Call, "2026-05-06T22:00:00-04:00", Purpose::Collection);
        assert_eq!(night.next_allowed_at.map(|at| at.to_string()).as_deref(), Some("2026-05-07T13:00:00Z"));
        assert!(found(&decide(&record, &policy, Channel::Letter, "2026-05-06T22:00:00-04:00", Purpose::Collection)).is_empty());
    }

    #[test]
    fn sundays_and_holidays_are_left_alone() {
        let policy = creditor(Limits { is_off_on_sundays: true, is_off_on_holidays: true, ..Limits::NONE });
        let record = consumer_in(&["America/New_York", "America/Los_Angeles"]);
        //   at                            next
        for (at, next) in [
            ("2026-05-10T13:00:00-04:00", Some("2026-05-11T15:00:00Z")),
            // Sunday, then Memorial Day.
            ("2026-05-24T13:00:00-04:00", Some("2026-05-26T15:00:00Z")),
            // The fourth of July is a Saturday; Friday stands in for it.
            ("2026-07-03T13:00:00-04:00", Some("2026-07-06T15:00:00Z")),
            ("2026-05-11T13:00:00-04:00", None),
        ] {
            let decision = decide(&record, &policy, Channel::Email, at, Purpose::Collection);
            assert_eq!(decision.next_allowed_at.map(|at| at.to_string()).as_deref(), next, "{at}");
            assert_eq!(found(&decision), next.map_or(vec![], |_| vec![("policy.days-off", Whose::Creditor)]), "{at}");
        }
    }
}
