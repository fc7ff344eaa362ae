//! Plans that were agreed: what becomes of one as its payments are kept or broken by money that arrived.
//!
//! A plan goes `Active` → `Kept`, `Broken` or `Withdrawn`. Each payment in turn becomes a promise; [`follow`] says what the plan is when
//! they stand so, and which payment is the next. Money decides: a payment that is taken back takes back what it kept, and one that was in
//! time and posted late mends what was broken. Nobody sets a state by hand but by withdrawing.
//!
//! [`shares`] says what arrived for each payment. Money goes to the earliest payment that still waits for it, so that whoever pays ahead
//! keeps the next ones too.
//!
//! Always true: a plan has at most one payment open, no more arrives for a payment than it is for, and for all than was paid.

use super::promise::PromiseState;
use crate::values::coded::coded;
use jiff::civil::Date;

coded! {
    /// Where a plan stands.
    PlanState, 4 {
        Active = "active", "Active";
        Kept = "kept", "Kept to the end";
        Broken = "broken", "Broken";
        Withdrawn = "withdrawn", "Withdrawn";
    }
}

/// What follows from how the payments of a plan stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Follow {
    /// Where the plan stands now.
    pub state: PlanState,
    /// The place of the payment that is the next to be promised, if one is.
    pub next: Option<usize>,
    /// The place of a payment that is open too early: an earlier one is open again.
    pub back: Option<usize>,
}

/// Says what becomes of a plan whose payments stand so, in their order; nothing for one that is not promised yet.
///
/// A plan that is over stays over where `may_go_on` says no: something else was agreed meanwhile.
pub fn follow(state: PlanState, payments: &[Option<PromiseState>], may_go_on: bool) -> Follow {
    let has = |asked: PromiseState| payments.contains(&Some(asked));
    let to = if state == PlanState::Withdrawn || has(PromiseState::Withdrawn) {
        PlanState::Withdrawn
    } else if has(PromiseState::Broken) || has(PromiseState::PartlyKept) {
        PlanState::Broken
    } else if payments.iter().all(|payment| *payment == Some(PromiseState::Kept)) {
        PlanState::Kept
    } else if state == PlanState::Broken && !may_go_on {
        PlanState::Broken
    } else {
        PlanState::Active
    };
    let open: Vec<usize> = (0..payments.len()).filter(|place| payments[*place] == Some(PromiseState::Open)).collect();
    let is_active = to == PlanState::Active;
    Follow {
        state: to,
        next: payments.iter().position(Option::is_none).filter(|_| is_active && open.is_empty()),
        back: open.last().copied().filter(|_| is_active && open.len() > 1),
    }
}

/// A payment of a plan, as money is shared out to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// How much, in minor units.
    pub amount_minor: i64,
    /// The last day on which money keeps it.
    pub last_day: Date,
}

/// What arrived for each payment of a plan, in minor units: of money by its effective days, in any order.
pub fn shares(payments: &[Due], arrived: &[(Date, i64)]) -> Vec<i64> {
    let mut money: Vec<(Date, i64)> = arrived.to_vec();
    money.sort_unstable();
    let mut shares = vec![0; payments.len()];
    for (on, mut minor) in money {
        for (share, due) in shares.iter_mut().zip(payments).filter(|(_, due)| due.last_day >= on) {
            let part = minor.min(due.amount_minor - *share).max(0);
            *share += part;
            minor -= part;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::PromiseState::{Broken, Kept, Open, PartlyKept, Withdrawn};
    use super::*;
    use crate::values::moment::{date_of_day, day_number};
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn a_plan_follows_its_payments() {
        use PlanState as Plan;
        //   stands        payments                                      may go on  comes to         next     back
        for (state, payments, may_go_on, to, next, back) in [
            (Plan::Active, vec![None, None], true, Plan::Active, Some(0), None),
            (Plan::Active, vec![Some(Open), None], true, Plan::Active, None, None),
            (Plan::Active, vec![Some(Kept), None], true, Plan::Active, Some(1), None),
            (Plan::Active, vec![Some(Kept), Some(Kept)], true, Plan::Kept, None, None),
            (Plan::Active, vec![Some(PartlyKept), None], true, Plan::Broken, None, None),
            (Plan::Active, vec![Some(Kept), Some(Broken), None], true, Plan::Broken, None, None),
            (Plan::Active, vec![Some(Kept), Some(Withdrawn), None], true, Plan::Withdrawn, None, None),
            // A payment was taken back in time, while the next one is open: that one comes later again.
            (Plan::Active, vec![Some(Open), Some(Open), None], true, Plan::Active, None, Some(1)),
            // Taken back after its time.
            (Plan::Active, vec![Some(Broken), Some(Open), None], true, Plan::Broken, None, None),
            (Plan::Kept, vec![Some(Kept), Some(Broken)], true, Plan::Broken, None, None),
            (Plan::Kept, vec![Some(Kept), Some(Open)], true, Plan::Active, None, None),
            // It was in time and posted late.
            (Plan::Broken, vec![Some(Kept), None], true, Plan::Active, Some(1), None),
            (Plan::Broken, vec![Some(Kept), None], false, Plan::Broken, None, None),
            (Plan::Broken, vec![Some(Kept), Some(Kept)], false, Plan::Kept, None, None),
            (Plan::Withdrawn, vec![Some(Kept), Some(Open)], true, Plan::Withdrawn, None, None),
        ] {
            assert_eq!(follow(state, &payments, may_go_on), Follow { state: to, next, back }, "{state}: {payments:?}");
        }
    }

    #[test]
    fn whoever_pays_ahead_keeps_the_next_ones_too_and_late_money_keeps_what_is_left() {
        let due = |month, amount_minor| Due { amount_minor, last_day: date(2026, month, 4) };
        let plan = [due(2, 100), due(3, 100), due(4, 100)];
        let on = |month, day| date(2026, month, day);
        assert_eq!(shares(&plan, &[]), [0, 0, 0]);
        assert_eq!(shares(&plan, &[(on(1, 20), 250)]), [100, 100, 50]);
        assert_eq!(shares(&plan, &[(on(2, 5), 100), (on(2, 4), 40)]), [40, 100, 0], "what is late keeps the next one");
        assert_eq!(shares(&plan, &[(on(1, 20), 1_000)]), [100, 100, 100], "what is too much is nobody's");
        assert_eq!(shares(&plan, &[(on(5, 1), 100)]), [0, 0, 0]);
    }

    proptest! {
        #[test]
        fn more_money_never_takes_from_a_payment_and_no_payment_has_too_much(
            plan in proptest::collection::vec(1..500i64, 1..8), money in proptest::collection::vec((0..120i32, 1..400i64), 0..8), more in (0..120i32, 1..400i64),
        ) {
            let day = |days: i32| date_of_day(day_number(date(2026, 1, 15)) + days);
            let dues: Vec<Due> = (0..).zip(&plan).map(|(nth, amount)| Due { amount_minor: *amount, last_day: day(14 * nth) }).collect();
            let mut money: Vec<(Date, i64)> = money.into_iter().map(|(days, minor)| (day(days), minor)).collect();
            let before = shares(&dues, &money);
            prop_assert!(before.iter().sum::<i64>() <= money.iter().map(|(_, minor)| minor).sum::<i64>());
            prop_assert!(before.iter().zip(&plan).all(|(share, amount)| (0..=*amount).contains(share)));
            money.push((day(more.0), more.1));
            let after = shares(&dues, &money);
            let whole = |shares: &[i64]| shares.iter().zip(&plan).map(|(share, amount)| share == amount).collect::<Vec<_>>();
            for (had, has) in whole(&before).into_iter().zip(whole(&after)) {
                prop_assert!(!had || has, "{before:?} {after:?}");
            }
        }
    }
}
