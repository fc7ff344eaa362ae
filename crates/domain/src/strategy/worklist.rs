//! The worklist: lanes, and a priority that anyone can work out again.
//!
//! Priority is a sum: owed × chance × urgency − cost of the talk, in minor units. Each term comes with its evidence.
//! The chance is a table, not a model: it starts from the age of the debt and moves with what the person did.
//!
//! Always true: the same facts give the same order; nothing about who a person is enters, only what was agreed and done.

use crate::values::money::Money;
use jiff::Timestamp;
use jiff::civil::Date;
use std::fmt;

/// A part of the worklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Agreed for a time of the day.
    Timed,
    /// What somebody asked a supervisor for came back, or lapsed.
    Returned,
    /// A promise falls due.
    PromiseDue,
    /// A promise was broken.
    Broken,
    /// Nobody has spoken with them yet.
    FirstContact,
    /// Anything else whose day has come.
    FollowUp,
}

impl Lane {
    /// Every lane, in the order in which they are shown.
    pub const ALL: [Lane; 6] = [Lane::Timed, Lane::Returned, Lane::PromiseDue, Lane::Broken, Lane::FirstContact, Lane::FollowUp];

    /// The code in commands and the database.
    pub const fn code(self) -> &'static str {
        match self {
            Lane::Timed => "timed",
            Lane::Returned => "approval_returned",
            Lane::PromiseDue => "promise_due",
            Lane::Broken => "broken",
            Lane::FirstContact => "first_contact",
            Lane::FollowUp => "follow_up",
        }
    }

    /// Finds a lane by its code.
    pub fn parse(code: &str) -> Option<Lane> {
        Lane::ALL.into_iter().find(|lane| lane.code() == code)
    }
}

/// The words on screens.
impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Lane::Timed => "Timed",
            Lane::Returned => "Approvals returned",
            Lane::PromiseDue => "Promises due",
            Lane::Broken => "Broken",
            Lane::FirstContact => "First contact",
            Lane::FollowUp => "Follow-ups",
        })
    }
}

/// What must be known to place an account on the worklist.
#[derive(Clone, Copy, Debug)]
pub struct WorkFacts {
    /// What is owed.
    pub balance: Money,
    /// Days past due.
    pub days_past_due: i32,
    /// A time of the day agreed for the next action.
    pub timed_at: Option<Timestamp>,
    /// Whether what somebody asked a supervisor for came back and nobody has taken it up.
    pub has_returned: bool,
    /// When the open promise is due.
    pub promise_due_on: Option<Date>,
    /// A promise was broken since the last talk.
    pub has_broken_promise: bool,
    /// Whether anybody spoke with them yet.
    pub was_reached: bool,
    /// Promises kept and decided.
    pub promises_kept: u32,
    /// Promises decided: kept, partly kept or broken.
    pub promises_decided: u32,
    /// Whether any payment arrived on the account.
    pub has_paid: bool,
    /// The day on which the next action is due.
    pub next_action_on: Date,
    /// Today.
    pub today: Date,
}

/// An account's place on the worklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranking {
    /// The lane.
    pub lane: Lane,
    /// What a talk is expected to bring, in minor units; the order of the list.
    pub expected_minor: i64,
    /// Chance that this talk brings the money in, in basis points.
    pub chance_bp: i64,
    /// Why the chance is what it is.
    pub chance_because: &'static str,
    /// Urgency in hundredths.
    pub urgency_percent: i64,
    /// Why it is urgent.
    pub urgency_because: &'static str,
    /// Cost of the talk, in minor units.
    pub cost_minor: i64,
}

/// Six minutes at a desk rate of 24.00 an hour.
const COST_OF_A_TALK: i64 = 240;

/// Places an account on the worklist.
pub fn rank(facts: &WorkFacts) -> Ranking {
    let lane = lane_of(facts);
    let (chance_bp, chance_because) = chance(facts);
    let (urgency_percent, urgency_because) = urgency(lane, facts);
    // Wide enough: 64 bits of minor units times two small factors.
    let worth = i128::from(facts.balance.minor()) * i128::from(chance_bp) * i128::from(urgency_percent) / 1_000_000;
    let expected_minor = i64::try_from(worth).unwrap_or(i64::MAX) - COST_OF_A_TALK;
    Ranking { lane, expected_minor, chance_bp, chance_because, urgency_percent, urgency_because, cost_minor: COST_OF_A_TALK }
}

fn lane_of(facts: &WorkFacts) -> Lane {
    if facts.timed_at.is_some() {
        Lane::Timed
    } else if facts.has_returned {
        Lane::Returned
    } else if facts.has_broken_promise {
        Lane::Broken
    } else if facts.promise_due_on.is_some() {
        Lane::PromiseDue
    } else if !facts.was_reached {
        Lane::FirstContact
    } else {
        Lane::FollowUp
    }
}

fn chance(facts: &WorkFacts) -> (i64, &'static str) {
    let (mut chance, mut because) = match facts.days_past_due {
        ..=30 => (1_200, "up to 30 days past due"),
        31..=90 => (800, "31 to 90 days past due"),
        91..=180 => (500, "91 to 180 days past due"),
        181..=365 => (300, "half a year to a year past due"),
        366.. => (150, "over a year past due"),
    };
    if facts.promises_decided > 0 && facts.promises_kept * 2 >= facts.promises_decided {
        (chance, because) = (chance * 2, "kept at least half of their promises");
    } else if facts.has_paid {
        (chance, because) = (chance * 3 / 2, "has paid before");
    } else if facts.promises_decided > 0 {
        (chance, because) = (chance * 3 / 4, "kept fewer than half of their promises");
    }
    (chance, because)
}

fn urgency(lane: Lane, facts: &WorkFacts) -> (i64, &'static str) {
    match lane {
        Lane::Timed => (200, "agreed for a time"),
        Lane::Returned => (160, "an answer they wait for came back"),
        Lane::Broken => (140, "the promise broke: ask while it is fresh"),
        Lane::PromiseDue if facts.promise_due_on.is_some_and(|due| due <= facts.today) => (150, "the promise is due"),
        Lane::PromiseDue => (110, "the promise falls due soon"),
        Lane::FirstContact => (120, "nobody has spoken with them yet"),
        Lane::FollowUp if facts.next_action_on < facts.today => (110, "the day agreed has passed"),
        Lane::FollowUp => (100, "the day agreed has come"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn facts() -> WorkFacts {
        WorkFacts {
            balance: Money::usd(100_000),
            days_past_due: 40,
            timed_at: None,
            has_returned: false,
            promise_due_on: None,
            has_broken_promise: false,
            was_reached: true,
            promises_kept: 0,
            promises_decided: 0,
            has_paid: false,
            next_action_on: date(2026, 3, 3),
            today: date(2026, 3, 3),
        }
    }

    #[test]
    fn the_sum_can_be_worked_out_again() {
        let ranking = rank(&facts());
        // 1,000.00 × 8 % × 1.00 − 2.40
        assert_eq!((ranking.lane, ranking.expected_minor), (Lane::FollowUp, 8_000 - 240));
        let kept = rank(&WorkFacts { promises_kept: 1, promises_decided: 2, has_broken_promise: true, ..facts() });
        // 1,000.00 × 16 % × 1.40 − 2.40
        assert_eq!((kept.lane, kept.expected_minor), (Lane::Broken, 22_400 - 240));
    }

    #[test]
    fn lanes_follow_what_was_agreed() {
        let due = Some(date(2026, 3, 3));
        assert_eq!(rank(&WorkFacts { has_returned: true, has_broken_promise: true, ..facts() }).lane, Lane::Returned);
        assert_eq!(rank(&WorkFacts { timed_at: Some(Timestamp::UNIX_EPOCH), has_broken_promise: true, ..facts() }).lane, Lane::Timed);
        assert_eq!(rank(&WorkFacts { promise_due_on: due, ..facts() }).lane, Lane::PromiseDue);
        assert_eq!(rank(&WorkFacts { was_reached: false, ..facts() }).lane, Lane::FirstContact);
        assert_eq!(Lane::parse("broken"), Some(Lane::Broken));
    }

    #[test]
    fn a_huge_balance_does_not_overflow() {
        assert!(rank(&WorkFacts { balance: Money::usd(i64::MAX), ..facts() }).expected_minor > 0);
    }
}
