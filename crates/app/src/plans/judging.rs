//! Promises are judged by the money that arrived: from rows alone, so that many accounts are judged without asking for each.
//!
//! Read [`judge_all`] first. It changes the rows it is given and says what changed; whoever calls it writes both.

use super::agreed::following::Planned;
use super::store::PromiseRow;
use crate::ledger::store::{Arrival, currency};
use crate::store::StoreError;
use duly_domain::plans::promise::{PromiseState, judge, judge_after_reversal, last_day};
use duly_domain::values::ids::PromiseId;
use duly_domain::values::moment::Moment;
use duly_domain::values::money::Money;
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde_json::{Value as Json, json};

/// What became of a promise when it was judged: its state, or only what arrived for it.
#[derive(Clone, Copy, Debug)]
pub struct Judged {
    /// Where it stands among those that were judged.
    pub at: usize,
    /// The state before.
    pub from: PromiseState,
    /// The state now.
    pub to: PromiseState,
    /// What the account does next, if the state changed.
    pub next: (&'static str, Date),
}

impl Judged {
    /// Whether the state is another.
    pub fn is_decided_anew(&self) -> bool {
        self.from != self.to
    }

    /// What the record says of it.
    pub fn detail(&self, promises: &[PromiseRow]) -> Json {
        let promise = &promises[self.at];
        json!({"promise": promise.id.to_string(), "from": self.from.code(), "to": self.to.code(), "arrived_minor": promise.arrived_minor})
    }
}

/// While a day lasts, yesterday is the last day that is over.
pub fn last_day_over(at: Moment) -> Date {
    at.business_day.saturating_sub(Span::new().days(1))
}

/// Judges an account's promises with `closed_day` over; what changed. What follows is planned from `next_day` on.
///
/// Open promises are judged by what arrived. Decided ones are judged again when that changed: a payment was taken back, or one
/// that was effective in time was posted late. A kept promise keeps to the money that had been posted when it was kept: what
/// came after is the next one's. Withdrawn ones stay. For installments of a plan counts what the plan shares out to them.
pub fn judge_all(
    promises: &mut [PromiseRow],
    arrivals: &[Arrival],
    planned: &Planned,
    now: Timestamp,
    closed_day: Date,
    next_day: Date,
) -> Result<Vec<Judged>, StoreError> {
    let mut all = Vec::new();
    let open: Vec<PromiseId> = promises.iter().filter(|one| one.state == PromiseState::Open.code()).map(|one| one.id).collect();
    for (at, promise) in promises.iter_mut().enumerate() {
        let Some(from) = PromiseState::parse(&promise.state).filter(|state| *state != PromiseState::Withdrawn) else { continue };
        let amount = Money::of(promise.amount_minor, currency(&promise.currency)?);
        let last = last_day(promise.due_on, i32::try_from(promise.grace_days).unwrap_or(0));
        let until = promise.decided_at.filter(|_| from == PromiseState::Kept).unwrap_or(Timestamp::MAX);
        let arrived = match planned.arrived(promise.id) {
            Some(arrived) => arrived,
            None => arrived(arrivals, (promise.taken_on, last), (promise.taken_at, until)),
        };
        if arrived == promise.arrived_minor && from != PromiseState::Open {
            continue;
        }
        let to = match from {
            PromiseState::Open => judge(amount, arrived, last, closed_day),
            // Another promise may stand by now, and an account has at most one. The next installment of the same plan makes room.
            _ if arrived < promise.arrived_minor => match judge_after_reversal(amount, arrived, last, closed_day) {
                PromiseState::Open if open.iter().any(|other| !planned.are_of_one(promise.id, *other)) => PromiseState::Broken,
                state => state,
            },
            _ => judge(amount, arrived, last, closed_day),
        };
        if to == from && arrived == promise.arrived_minor {
            continue;
        }
        promise.arrived_minor = arrived;
        if to != from {
            promise.state = to.code().into();
            promise.decided_at = (to != PromiseState::Open).then_some(now);
        }
        let next = match to {
            PromiseState::Broken | PromiseState::PartlyKept => ("Promise broken: ask what happened", next_day),
            PromiseState::Kept => ("Promise kept: agree the rest", next_day.saturating_add(Span::new().days(7))),
            _ => ("Promise due", promise.due_on),
        };
        all.push(Judged { at, from, to, next });
    }
    Ok(all)
}

/// What arrived between two days and was posted between two instants, net of reversals, in minor units.
///
/// What was there when a promise was taken does not keep it, and what came after it was kept is another promise's.
fn arrived(arrivals: &[Arrival], days: (Date, Date), posted: (Timestamp, Timestamp)) -> i64 {
    let counts =
        |arrival: &&Arrival| (days.0..=days.1).contains(&arrival.effective_on) && (posted.0..=posted.1).contains(&arrival.posted_at);
    arrivals.iter().filter(counts).fold(0, |sum, arrival| sum.saturating_add(arrival.amount_minor))
}
