//! A review of a call: who may mark it, who sees whose marks, what a dispute of a mark comes to.
//!
//! Each review has two seats. In a review of an officer's call they are the officer and a reviewer; in a calibration two reviewers.
//! Both mark blind: nobody sees the marks of the other seat, nor those of the steps, before both are in ([`is_open`]). An officer who
//! does not mark for [`OWN_VIEW_DAYS`] days has waived the first word, and sees the reviewer's marks then.
//!
//! Read [`seat_of`] first. Always true: nobody sits on a call they led but as its officer; nobody sits twice; who decides about a
//! disputed mark gave none of the marks.

use super::scorecard::Mark;
use crate::values::coded::coded;
use crate::values::ids::UserId;
use jiff::{SignedDuration, Timestamp};

/// After so many days an officer's own view is no longer waited for.
pub const OWN_VIEW_DAYS: i64 = 7;

coded! {
    /// What a call is looked at for.
    Purpose {
        /// To see how it was led, with its officer.
        Review = "review", "Review";
        /// To see whether two reviewers see the same.
        Calibration = "calibration", "Calibration";
    }
}

coded! {
    /// From where a call is marked.
    Seat {
        /// Whoever led it.
        Officer = "officer", "The officer";
        /// Whoever reviews it.
        Reviewer = "reviewer", "The reviewer";
        /// The other reviewer of a calibration.
        Second = "second", "The second reviewer";
    }
}

/// A seat that is taken: who marked, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Which.
    pub seat: Seat,
    /// By whom.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// The seat that somebody takes when they mark, or why they may not.
pub fn seat_of(purpose: Purpose, officer: UserId, who: UserId, reviews: bool, taken: &[Taken]) -> Result<Seat, &'static str> {
    if taken.iter().any(|one| one.by == who) {
        return Err("you have marked this call: marks are not changed, they are disputed");
    }
    let free = |seat: Seat| !taken.iter().any(|one| one.seat == seat);
    match purpose {
        Purpose::Review if who == officer => Ok(Seat::Officer),
        Purpose::Calibration if who == officer => Err("you led this call: others calibrate on it"),
        _ if !reviews => Err("only who reviews calls marks those of others"),
        _ if free(Seat::Reviewer) => Ok(Seat::Reviewer),
        Purpose::Review => Err("somebody has reviewed this call"),
        Purpose::Calibration if free(Seat::Second) => Ok(Seat::Second),
        Purpose::Calibration => Err("two have marked this call"),
    }
}

/// Whether the marks of all may be seen.
pub fn is_open(purpose: Purpose, taken: &[Taken], now: Timestamp) -> bool {
    let at = |seat: Seat| taken.iter().find(|one| one.seat == seat).map(|one| one.at);
    match purpose {
        Purpose::Calibration => at(Seat::Reviewer).is_some() && at(Seat::Second).is_some(),
        Purpose::Review => at(Seat::Reviewer).is_some_and(|given| {
            let waited = now.duration_since(given) >= SignedDuration::from_hours(24 * OWN_VIEW_DAYS);
            at(Seat::Officer).is_some() || waited
        }),
    }
}

/// Whether somebody may dispute a mark: the officer, where both have marked, once an item.
pub fn may_dispute(purpose: Purpose, officer: UserId, who: UserId, is_open: bool, is_disputed: bool) -> Result<(), &'static str> {
    match (purpose, is_open) {
        (Purpose::Calibration, _) => Err("a calibration is about the reviewers, and no mark of the officer's"),
        _ if who != officer => Err("only who led the call disputes its marks"),
        (_, false) => Err("there is nothing to dispute before both have marked"),
        _ if is_disputed => Err("this item is disputed already"),
        _ => Ok(()),
    }
}

/// Whether somebody may decide about a disputed mark.
pub fn may_decide(officer: UserId, who: UserId, taken: &[Taken]) -> Result<(), &'static str> {
    match who == officer || taken.iter().any(|one| one.by == who) {
        true => Err("somebody decides who gave none of the marks"),
        false => Ok(()),
    }
}

/// How far apart two marks are, in halves of the weight; nothing where one does not apply and the other does, or neither does.
pub fn gap(one: Option<Mark>, other: Option<Mark>) -> Option<i64> {
    Some((one?.halves()? - other?.halves()?).abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn user(no: u128) -> UserId {
        UserId(Uuid::from_u128(no))
    }

    fn taken(seat: Seat, by: u128, day: i64) -> Taken {
        Taken { seat, by: user(by), at: at(day) }
    }

    fn at(day: i64) -> Timestamp {
        Timestamp::from_second(day * 86_400).expect("a day")
    }

    #[test]
    fn who_sits_where() {
        use Purpose::{Calibration, Review};
        let (dana, ada, ben, cleo) = (1, 2, 3, 4);
        let by_ada = [taken(Seat::Reviewer, ada, 1)];
        let by_both = [taken(Seat::Reviewer, ada, 1), taken(Seat::Second, ben, 1)];
        let cases = [
            (Review, dana, false, &[][..], Ok(Seat::Officer)),
            // A supervisor who led the call sits as its officer.
            (Review, dana, true, &[], Ok(Seat::Officer)),
            (Review, ada, true, &[], Ok(Seat::Reviewer)),
            (Review, ada, false, &[], Err("only who reviews calls marks those of others")),
            (Review, ben, true, &by_ada, Err("somebody has reviewed this call")),
            (Review, ada, true, &by_ada, Err("you have marked this call: marks are not changed, they are disputed")),
            (Review, dana, false, &by_ada, Ok(Seat::Officer)),
            (Calibration, dana, true, &[], Err("you led this call: others calibrate on it")),
            (Calibration, ada, true, &[], Ok(Seat::Reviewer)),
            (Calibration, ben, true, &by_ada, Ok(Seat::Second)),
            (Calibration, cleo, true, &by_both, Err("two have marked this call")),
        ];
        for (purpose, who, reviews, taken, expected) in cases {
            assert_eq!(seat_of(purpose, user(dana), user(who), reviews, taken), expected, "{purpose} {who}");
        }
    }

    #[test]
    fn both_mark_blind_until_both_are_in() {
        use Purpose::{Calibration, Review};
        let (own, his) = (taken(Seat::Officer, 1, 1), taken(Seat::Reviewer, 2, 1));
        assert!(!is_open(Review, &[], at(99)) && !is_open(Review, &[own], at(99)));
        assert!(is_open(Review, &[own, his], at(1)));
        assert!(!is_open(Review, &[his], at(1 + OWN_VIEW_DAYS - 1)));
        assert!(is_open(Review, &[his], at(1 + OWN_VIEW_DAYS)), "who does not mark does not keep the other's marks from being seen");
        assert!(!is_open(Calibration, &[his], at(99)), "a calibration has two");
        assert!(is_open(Calibration, &[his, taken(Seat::Second, 3, 1)], at(1)));
    }

    #[test]
    fn who_disputes_and_who_decides() {
        let (dana, ada, ben) = (user(1), user(2), user(3));
        assert_eq!(may_dispute(Purpose::Review, dana, dana, true, false), Ok(()));
        for (purpose, who, is_open, is_disputed) in [
            (Purpose::Review, ada, true, false),
            (Purpose::Review, dana, false, false),
            (Purpose::Review, dana, true, true),
            (Purpose::Calibration, dana, true, false),
        ] {
            assert!(may_dispute(purpose, dana, who, is_open, is_disputed).is_err());
        }
        let marked = [taken(Seat::Reviewer, 2, 1), taken(Seat::Officer, 1, 1)];
        assert!(may_decide(dana, ada, &marked).is_err() && may_decide(dana, dana, &marked).is_err());
        assert_eq!(may_decide(dana, ben, &marked), Ok(()));
    }

    #[test]
    fn the_gap_is_told_where_both_applied() {
        use Mark::{No, NotApplicable, Partly, Yes};
        let cases = [
            (Some(Yes), Some(No), Some(2)),
            (Some(Partly), Some(Yes), Some(1)),
            (Some(No), Some(No), Some(0)),
            (Some(NotApplicable), Some(No), None),
            (None, Some(No), None),
        ];
        for (one, other, expected) in cases {
            assert_eq!(gap(one, other), expected);
            assert_eq!(gap(other, one), expected);
        }
    }
}
