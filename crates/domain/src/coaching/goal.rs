//! A goal: what an officer works on, how they practice it, by when, and whether it came about.
//!
//! A goal is open until somebody looks again and says what came of it. It rests on a call that was reviewed, where there is one, and
//! never on a rank among others.
//!
//! Always true: it is looked at again on the day it is due or later; an outcome stands once.

use crate::values::coded::coded;
use jiff::civil::Date;

coded! {
    /// What came of a goal.
    Outcome {
        /// It is so now.
        Reached = "reached", "Reached";
        /// In part.
        Partly = "partly", "Partly";
        /// It is as it was.
        NotReached = "not_reached", "Not reached";
        /// It is no goal any more.
        Dropped = "dropped", "Dropped";
    }
}

/// What is wrong with the days of a goal, with the field.
pub fn prove_days(today: Date, due_on: Date, recheck_on: Date) -> Vec<(&'static str, &'static str)> {
    let mut wrong = Vec::new();
    if due_on < today {
        wrong.push(("due_on", "lies in the past"));
    }
    if recheck_on < due_on {
        wrong.push(("recheck_on", "lies before the day it is due"));
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_goal_is_looked_at_again_when_it_is_due_or_later() {
        let day = |day| date(2026, 3, day);
        assert!(prove_days(day(2), day(2), day(2)).is_empty() && prove_days(day(2), day(9), day(16)).is_empty());
        assert_eq!(prove_days(day(2), day(1), day(2)), [("due_on", "lies in the past")]);
        assert_eq!(prove_days(day(2), day(9), day(8)), [("recheck_on", "lies before the day it is due")]);
    }
}
