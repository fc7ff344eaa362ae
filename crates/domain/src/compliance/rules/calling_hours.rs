//! Rule: between 08:00 and 21:00 where the person is, on every clock the record points to.

use crate::compliance::ContactRule;
use crate::compliance::facts::ContactFacts;
use crate::compliance::policy::{CLOSES_BY_LAW, OPENS_BY_LAW};
use crate::compliance::rules::designated_time::{consented_at, next_consent};
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(in crate::compliance) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "regf.time.hours",
        cite: "12 CFR 1006.6(b)(1)(i); 15 USC 1692c(a)(1)",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "It is outside the hours of the day where they are, or may be.",
        instead: "The next allowed time is shown; letters may go at any hour.",
    },
    check: |facts, _, now| {
        if !facts.has_protected_hours() {
            return None;
        }
        outside(facts, now.at, OPENS_BY_LAW, CLOSES_BY_LAW)
    },
};

/// What is found outside some hours of the day (minutes), unless they consented to this one or began a contact at a closed one.
pub(super) fn outside(facts: &ContactFacts, at: i64, opens: u16, closes: u16) -> Option<Finding> {
    let closed = closed_clock(facts, at, i32::from(opens) * 60, i32::from(closes) * 60)?;
    if consented_at(facts, at) || replies_in_closed_hours(facts) {
        return None;
    }
    let clock = &facts.clocks[closed.clock];
    let minute = u16::try_from(closed.second / 60).unwrap_or(0);
    let until = next_consent(facts, at).map_or(closed.until, |consent| consent.min(closed.until));
    Some(Finding::until(until, Detail::Hours { zone: clock.zone, minute, opens, closes }))
}

struct Closed {
    clock: usize,
    second: i32,
    until: i64,
}

/// The closed clock that opens last, if any is closed.
fn closed_clock(facts: &ContactFacts, at: i64, opens: i32, closes: i32) -> Option<Closed> {
    let mut last: Option<Closed> = None;
    for (clock, zone) in facts.clocks.iter().enumerate() {
        let (day, second) = zone.local(at);
        if second >= opens && second < closes {
            continue;
        }
        let until = zone.instant(if second < opens { day } else { day + 1 }, opens);
        if last.as_ref().is_none_or(|closed| closed.until < until) {
            last = Some(Closed { clock, second, until });
        }
    }
    last
}

/// Someone who begins a contact at an hour that the law closes may be answered once, then (comment 6(b)(1)-2). Hours that only a
/// state or the house closes open nothing: a house that closes at noon would answer at night whoever wrote in the afternoon.
fn replies_in_closed_hours(facts: &ContactFacts) -> bool {
    facts.reply.as_ref().is_some_and(|reply| {
        reply.clocks.iter().any(|clock| {
            let (_, second) = clock.local(reply.at);
            !(i32::from(OPENS_BY_LAW) * 60..i32::from(CLOSES_BY_LAW) * 60).contains(&second)
        })
    })
}

#[cfg(test)]
mod tests {
    use crate::compliance::decide_contact;
    use crate::compliance::facts::gather;
    use crate::compliance::policy::{ContactPolicy, Limits, Version};
    use crate::compliance::record::{Direction, Outcome, Proposal};
    use crate::compliance::rules::proposal_tests::{CONSUMER, DEBT, ask, call, consumer_in, decide, with};
    use crate::values::channel::Channel;

    #[test]
    fn an_answer_is_lifted_only_if_they_began_at_a_closed_hour() {
        //  came                           the answer                    refused
        for (came, answered, refused) in [
            ("2026-05-05T22:00:00-04:00", "2026-05-05T22:10:00-04:00", false),
            ("2026-05-05T20:58:00-04:00", "2026-05-05T21:02:00-04:00", true),
            // 20:30 before the clocks changed was open; it must not be read as 21:30.
            ("2026-03-07T20:30:00-05:00", "2026-03-08T07:30:00-04:00", true),
        ] {
            let mut rang = call(came, Direction::In, Outcome::LeftMessage);
            rang.key = Some(7);
            let record = with(consumer_in(&["America/New_York"]), [rang]);
            let because = ask(&record, |proposal| (proposal.at, proposal.in_response_to) = (answered.parse().unwrap(), Some(7)));
            assert_eq!(!because.is_empty(), refused, "{came}");
        }
    }

    #[test]
    fn a_house_that_closes_early_answers_no_later_than_the_law() {
        let mut rang = call("2026-05-05T15:00:00-04:00", Direction::In, Outcome::LeftMessage);
        rang.key = Some(7);
        let record = with(consumer_in(&["America/New_York"]), [rang]);
        let at = "2026-05-05T22:00:00-04:00".parse().unwrap();
        let proposal = Proposal { in_response_to: Some(7), ..Proposal::of(at, Channel::Call, CONSUMER, vec![DEBT]) };
        let facts = gather(&record, &proposal);
        let house = Version { number: 1, limits: Limits { closes_minute: Some(720), ..Limits::NONE } };
        for policy in [ContactPolicy::LAW, ContactPolicy { house, ..ContactPolicy::LAW }] {
            assert_eq!(decide_contact(&facts, &policy).because[0].rule.id, "regf.time.hours");
        }
    }

    #[test]
    fn the_day_opens_at_eight_and_closes_at_nine() {
        //   zones                                       when                          refused, next
        for (zones, when, next) in [
            (&["America/New_York"][..], "2026-05-05T07:59:59-04:00", Some("2026-05-05T08:00:00-04:00")),
            (&["America/New_York"], "2026-05-05T08:00:00-04:00", None),
            (&["America/New_York"], "2026-05-05T20:59:59-04:00", None),
            (&["America/New_York"], "2026-05-05T21:00:00-04:00", Some("2026-05-06T08:00:00-04:00")),
            (&["America/New_York", "America/Los_Angeles"], "2026-05-05T10:30:00-04:00", Some("2026-05-05T11:00:00-04:00")),
            (&["America/New_York", "America/Los_Angeles"], "2026-05-05T21:15:00-04:00", Some("2026-05-06T11:00:00-04:00")),
            // The clocks change in the night between: nine Eastern is eight Central, in daylight time.
            (&["America/Chicago"], "2026-03-07T21:00:00-06:00", Some("2026-03-08T08:00:00-05:00")),
            (&["America/Chicago"], "2026-10-31T21:00:00-05:00", Some("2026-11-01T08:00:00-06:00")),
            // No sign at all: open on every clock of the states, that is from eight in Honolulu to nine in New York.
            (&[], "2026-05-05T13:59:00-04:00", Some("2026-05-05T14:00:00-04:00")),
            (&[], "2026-05-05T14:00:00-04:00", None),
        ] {
            let decision = decide(&consumer_in(zones), when);
            assert_eq!(
                decision.because.iter().map(|r| r.rule.id).collect::<Vec<_>>(),
                next.map_or(vec![], |_| vec!["regf.time.hours"]),
                "{when}"
            );
            assert_eq!(decision.next_allowed_at, next.map(|next| next.parse().unwrap()), "{when}");
        }
    }
}
