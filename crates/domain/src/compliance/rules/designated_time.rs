//! Rule: not at a time the person told us is inconvenient.
//!
//! Wishes are kept in the person's local time. Where we do not know which of several clocks is theirs, a time is closed
//! when it is closed on any of them. Two statements of "only then" add up: either is a time they named as good.
//!
//! "Inconvenient to the consumer" is to the one we reach, a co-debtor or a spouse as well as the debtor. A co-debtor, or who counts as
//! the consumer, and named no time is reached as the debtor asked. The word of a lawyer or another third party is heeded alike,
//! beyond the law.

use crate::compliance::ContactRule;
use crate::compliance::facts::{ContactFacts, TimeWish};
use crate::compliance::record::{Hours, Wish};
use crate::decision::{Detail, Finding, NEVER, Rule, RuleCard, Severity, day};
use crate::values::channel::Channel;
use crate::values::clock::Clock;

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "regf.time.consumer-designated",
        cite: "12 CFR 1006.6(b)(1); comment 6(b)(1)-1",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "They told us this time does not suit them.",
        instead: "The next time that suits them is shown; letters may go at any hour.",
    },
    check: |facts, _, now| {
        if facts.time_wishes.is_empty() || !facts.regf_binds || facts.channel == Channel::Letter {
            return None;
        }
        let finding = closed_by_wish(&facts.time_wishes, &facts.wish_clocks, now.at)?;
        if facts.reply.as_ref().is_some_and(|reply| reply.came_at_designated_time) {
            return None;
        }
        let until = next_consent(facts, now.at).map_or(finding.until, |consent| consent.min(finding.until));
        Some(Finding { until, ..finding })
    },
};

/// Whether a second lies in a time that their wishes close.
pub fn is_designated(wishes: &[TimeWish], clocks: &[Clock], at: i64) -> bool {
    closed_by_wish(wishes, clocks, at).is_some()
}

fn closed_by_wish(wishes: &[TimeWish], clocks: &[Clock], at: i64) -> Option<Finding> {
    let mut closed: Option<Finding> = None;
    let mut keep = |finding: Finding| {
        if closed.as_ref().is_none_or(|closed| closed.until < finding.until) {
            closed = Some(finding);
        }
    };
    for clock in clocks {
        // The later word wins: consent to this hour takes back what was said before it, and not what was said after.
        let consented =
            wishes.iter().filter(|wish| matches!(wish.wish, Wish::TimeConsent(hours) if end_of_hours(hours, clock, at).is_some()));
        let taken_back = consented.filter(|wish| wish.ends_at.is_none_or(|ends| at < ends)).map(|wish| wish.told_at).max();
        let stands = |wish: &&TimeWish| wish.ends_at.is_none_or(|ends| at < ends) && taken_back.is_none_or(|told| wish.told_at > told);
        let living = || wishes.iter().filter(stands);
        let mut only_then = false;
        let mut in_a_named_time = false;
        let mut opens = NEVER;
        for wish in living() {
            match wish.wish {
                Wish::InconvenientTime(hours) => {
                    if let Some(end) = end_of_hours(hours, clock, at) {
                        keep(Finding::until(end.min(wish.ends_at.unwrap_or(NEVER)), Detail::TimeNamed { from: hours.from, to: hours.to }));
                    }
                }
                Wish::ConvenientOnly(hours) => {
                    only_then = true;
                    in_a_named_time |= end_of_hours(hours, clock, at).is_some();
                    opens = opens.min(start_of_hours(hours, clock, at)).min(wish.ends_at.unwrap_or(NEVER));
                }
                _ => {}
            }
        }
        if only_then && !in_a_named_time {
            keep(Finding::until(opens, Detail::OnlyOtherTimes));
        }
    }
    closed
}

/// Whether they consented, directly, to this time (12 CFR 1006.6(b)(4)(i)); with several clocks, on all of them.
pub(super) fn consented_at(facts: &ContactFacts, at: i64) -> bool {
    consents(facts, at).any(|hours| facts.wish_clocks.iter().all(|clock| end_of_hours(hours, clock, at).is_some()))
}

/// The next second at which a time they consented to begins.
pub(super) fn next_consent(facts: &ContactFacts, at: i64) -> Option<i64> {
    consents(facts, at).flat_map(|hours| facts.wish_clocks.iter().map(move |clock| start_of_hours(hours, clock, at))).min()
}

fn consents(facts: &ContactFacts, at: i64) -> impl Iterator<Item = Hours> {
    facts.time_wishes.iter().filter(move |wish| wish.ends_at.is_none_or(|ends| at < ends)).filter_map(|wish| match wish.wish {
        Wish::TimeConsent(hours) => Some(hours),
        _ => None,
    })
}

/// If a second lies in the hours, the second at which they end.
fn end_of_hours(hours: Hours, clock: &Clock, at: i64) -> Option<i64> {
    let (today, second) = clock.local(at);
    let (from, to) = (i32::from(hours.from) * 60, i32::from(hours.to) * 60);
    // Hours past midnight belong to the day on which they begin.
    for began in [today, today - 1] {
        if hours.days & (1 << began.wrapping_add(3).rem_euclid(7)) == 0 {
            continue;
        }
        let ends = if to <= from { to + 86_400 } else { to };
        let seconds = (today - began) * 86_400 + second;
        if (from..ends).contains(&seconds) {
            return Some(clock.instant(began + ends / 86_400, ends % 86_400));
        }
    }
    None
}

/// The next second after this one at which the hours begin.
fn start_of_hours(hours: Hours, clock: &Clock, at: i64) -> i64 {
    let (today, second) = clock.local(at);
    let from = i32::from(hours.from) * 60;
    (today..=today + 7)
        .filter(|day| hours.days & (1 << (day + 3).rem_euclid(7)) != 0)
        .filter(|day| *day > today || from > second)
        .map(|day| clock.instant(day, from))
        .next()
        .unwrap_or(NEVER)
}

#[cfg(test)]
mod tests {
    use crate::compliance::record::{EVERY_DAY, Hours, Preference, Record, Wish};
    use crate::compliance::rules::proposal_tests::{PERSON, ask, consumer_in, decide, of_person, wishes, with_person};
    use crate::values::region::LocationSignal;

    fn ids(record: &Record, when: &str) -> (bool, Option<String>) {
        let decision = decide(record, when);
        let eastern = jiff::tz::TimeZone::get("America/New_York").unwrap();
        let next = decision.next_allowed_at.map(|at| at.to_zoned(eastern).strftime("%a %H:%M").to_string());
        (decision.because.iter().any(|r| r.rule.id == "regf.time.consumer-designated"), next)
    }

    #[test]
    fn named_times_are_closed_from_their_first_minute_to_before_their_last() {
        let weekdays_at_three =
            wishes(consumer_in(&["America/New_York"]), [Wish::InconvenientTime(Hours { days: 0b1_1111, from: 900, to: 1020 })]);
        //  Wednesday                      closed  next
        for (when, closed, next) in [
            ("2026-05-06T14:59:00-04:00", false, None),
            ("2026-05-06T15:00:00-04:00", true, Some("Wed 17:00")),
            ("2026-05-06T16:59:00-04:00", true, Some("Wed 17:00")),
            ("2026-05-06T17:00:00-04:00", false, None),
            ("2026-05-09T16:00:00-04:00", false, None),
        ] {
            assert_eq!(ids(&weekdays_at_three, when), (closed, next.map(String::from)), "{when}");
        }
    }

    #[test]
    fn hours_past_midnight_belong_to_the_day_they_begin() {
        let friday_night =
            wishes(consumer_in(&["America/New_York"]), [Wish::InconvenientTime(Hours { days: 0b1_0000, from: 20 * 60, to: 10 * 60 })]);
        assert_eq!(ids(&friday_night, "2026-05-09T09:00:00-04:00"), (true, Some("Sat 10:00".into())));
        assert_eq!(ids(&friday_night, "2026-05-08T09:00:00-04:00"), (false, None));
        assert_eq!(ids(&friday_night, "2026-05-10T09:00:00-04:00"), (false, None));
    }

    #[test]
    fn only_then_closes_the_rest_and_two_of_them_add_up() {
        let only = |from, to| Wish::ConvenientOnly(Hours { days: EVERY_DAY, from, to });
        let noon_or_evening = wishes(consumer_in(&["America/New_York"]), [only(720, 780), only(1140, 1200)]);
        assert_eq!(ids(&noon_or_evening, "2026-05-06T12:30:00-04:00"), (false, None));
        assert_eq!(ids(&noon_or_evening, "2026-05-06T13:00:00-04:00"), (true, Some("Wed 19:00".into())));
        let never_lawful = wishes(consumer_in(&["America/New_York"]), [only(22 * 60, 23 * 60)]);
        assert_eq!(ids(&never_lawful, "2026-05-06T13:00:00-04:00"), (true, None));
    }

    #[test]
    fn consent_to_a_time_opens_a_closed_hour() {
        let late = wishes(consumer_in(&["America/New_York"]), [Wish::TimeConsent(Hours { days: EVERY_DAY, from: 21 * 60, to: 22 * 60 })]);
        assert!(decide(&late, "2026-05-06T21:30:00-04:00").because.is_empty());
        assert_eq!(decide(&late, "2026-05-06T22:00:00-04:00").because.len(), 1);
    }

    #[test]
    fn a_time_is_closed_for_whoever_named_it_and_for_consumers_who_named_none() {
        let afternoon = |to| Wish::InconvenientTime(Hours { days: EVERY_DAY, from: 600, to });
        let refused = |record: &Record| ask(record, |proposal| proposal.person = PERSON);
        //   role                 the debtor's closes it for them
        for (role, shared) in [("co_debtor", true), ("spouse", true), ("executor", true), ("consumer_attorney", false)] {
            let theirs = of_person(with_person(role), [afternoon(900)]);
            assert_eq!(refused(&theirs), ["regf.time.consumer-designated"], "{role} named it");
            assert!(ask(&theirs, |_| ()).is_empty(), "the debtor named none, {role} did");
            let debtors = wishes(with_person(role), [afternoon(900)]);
            assert_eq!(!refused(&debtors).is_empty(), shared, "the debtor named it, {role} is called");
            let both = of_person(debtors.clone(), [Wish::InconvenientTime(Hours { days: EVERY_DAY, from: 1200, to: 1260 })]);
            assert!(refused(&both).is_empty(), "{role} named a time of their own");
            let mut estate = debtors;
            estate.consumer.is_deceased = true;
            assert!(refused(&estate).is_empty(), "the wishes of the dead bind {role} no more");
        }
        for role in ["co_debtor", "spouse"] {
            let late = wishes(with_person(role), [Wish::TimeConsent(Hours { days: EVERY_DAY, from: 0, to: 1440 })]);
            let night = ask(&late, |proposal| (proposal.person, proposal.at) = (PERSON, "2026-05-06T22:30:00-04:00".parse().unwrap()));
            assert_eq!(night, ["regf.time.hours"], "what the debtor consented to opens nothing for the {role}");
        }
    }

    #[test]
    fn a_wish_is_told_on_the_clock_of_who_told_it() {
        let mut record = of_person(with_person("co_debtor"), [Wish::InconvenientTime(Hours { days: EVERY_DAY, from: 600, to: 720 })]);
        record.persons[0].signals = vec![LocationSignal { kind: "address".into(), zone: "America/Los_Angeles".into() }];
        for (when, refused) in [("2026-05-06T11:30:00-04:00", false), ("2026-05-06T14:30:00-04:00", true)] {
            let because = ask(&record, |proposal| (proposal.person, proposal.at) = (PERSON, when.parse().unwrap()));
            assert_eq!(!because.is_empty(), refused, "{when}");
        }
    }

    #[test]
    fn the_later_word_wins() {
        let evening = Hours { days: EVERY_DAY, from: 18 * 60, to: 20 * 60 };
        let told = |at: &str, wish| Preference { at: at.parse().unwrap(), until: None, wish };
        for (consent_at, not_then_at, closed) in
            [("2026-05-02T12:00:00Z", "2026-05-01T12:00:00Z", false), ("2026-05-01T12:00:00Z", "2026-05-02T12:00:00Z", true)]
        {
            let mut record = consumer_in(&["America/New_York"]);
            record.consumer.preferences =
                vec![told(consent_at, Wish::TimeConsent(evening)), told(not_then_at, Wish::InconvenientTime(evening))];
            assert_eq!(!decide(&record, "2026-05-06T19:00:00-04:00").because.is_empty(), closed);
        }
    }
}
