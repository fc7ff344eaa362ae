//! Offers: the best of all plans that policy and budget have, with what they are worth.
//!
//! [`find_offers`] goes through every candidate: the whole balance and each rung of the settlement ladder, at once today, at once on each
//! first day, and for each down payment, number of installments, frequency and first day. A candidate is feasible when
//! - each installment is at least policy's least one, and all is paid within its months, by the rung's days, the time to sue and a recall;
//! - a down payment, or all of it today, is at hand; one payment later is at hand or what a month leaves; the largest installment is what
//!   can be paid so often. Where no budget was asked for, nothing of that binds.
//!
//! Feasible ones are ranked by their expected present value ([`worth`](super::worth)), to the last bit of it. Of two that are worth the same
//! comes first: fewer installments, the earlier end, the lower total, the lower down payment, the more frequent, the earlier first day.
//! With them stand the ways that need no sum: a changed due date, and a pause in hardship.
//!
//! What the plan builder asks for is checked by [`offer_of`] against the same; an [`OfferBook`] is a policy as it is kept.
//!
//! Always true: an [`Offer`] is within policy. Nothing else makes one.

mod book;
mod built;
mod policy;
mod search;

pub use book::{OfferBook, PartsWithin, RungWithin};
pub use built::offer_of;
pub use policy::{FIRST_DAYS_MAX, InParts, OfferCase, OfferPolicy, PolicyTerms, Rung};
pub use search::BEST;

use super::FieldProblem;
use super::budget::Means;
use super::rhythm::Frequency;
use super::schedule::{Cut, PlanTerms, Schedule, plan_schedule};
use super::worth::{Odds, Worth, bits_for};
use crate::values::coded::coded;
use crate::values::money::Money;
use jiff::Span;
use jiff::civil::Date;

coded! {
    /// What kind of way an offer is.
    OfferKind, 4 {
        InFull = "in_full", "Pay in full";
        Plan = "plan", "Payment plan";
        SettledAtOnce = "settled_at_once", "Settlement, paid at once";
        SettledInParts = "settled_in_parts", "Settlement in parts";
    }
}

/// A plan that may be offered, with what the officer weighs it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    terms: PlanTerms,
    schedule: Schedule,
    share_bp: u32,
    worth: Worth,
    all_kept_ppm: u32,
}

impl Offer {
    /// What kind of way it is.
    pub fn kind(&self) -> OfferKind {
        let is_at_once = self.schedule.installments().len() + usize::from(self.schedule.down().minor() > 0) <= 1;
        match (self.share_bp == 10_000, is_at_once) {
            (true, true) => OfferKind::InFull,
            (true, false) => OfferKind::Plan,
            (false, true) => OfferKind::SettledAtOnce,
            (false, false) => OfferKind::SettledInParts,
        }
    }

    /// Its terms, as the plan builder takes them.
    pub const fn terms(&self) -> &PlanTerms {
        &self.terms
    }

    /// Day by day.
    pub const fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// How much of the balance is paid in all, in basis points: 10,000 is the whole.
    pub const fn share_bp(&self) -> u32 {
        self.share_bp
    }

    /// What is not asked for, where it is a settlement.
    pub fn forgiven(&self, balance: Money) -> Money {
        Money::of(balance.minor() - self.schedule.total().minor(), balance.currency())
    }

    /// What it is expected to bring, in money of today. For the officer, never for the consumer.
    pub const fn worth(&self) -> Worth {
        self.worth
    }

    /// The chance that every installment is kept, in millionths, rounded down.
    pub const fn all_kept_ppm(&self) -> u32 {
        self.all_kept_ppm
    }
}

coded! {
    /// What may be done about the days alone.
    ReliefKind {
        DateChange = "date_change", "Another due date";
        Pause = "pause", "A pause in hardship";
    }
}

/// A way that changes days and no amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relief {
    kind: ReliefKind,
    until: Date,
}

impl Relief {
    /// Which one.
    pub const fn kind(&self) -> ReliefKind {
        self.kind
    }

    /// Until which day at the latest.
    pub const fn until(&self) -> Date {
        self.until
    }
}

/// What may be offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offers {
    /// The best plans, the best first; no more than [`BEST`].
    pub best: Vec<Offer>,
    /// The best of each kind that there is, in the order of [`OfferKind::ALL`]: the best plans may all be of one kind.
    pub best_of_each: Vec<Offer>,
    /// What may be done about the days alone.
    pub relief: Vec<Relief>,
    /// How many candidates the grid has.
    pub candidates: u64,
    /// How many of them are within policy, and were weighed.
    pub weighed: u64,
}

/// Finds what may be offered in a case, by policy and by what they can pay, or says why nothing can be.
pub fn find_offers(policy: &OfferPolicy, case: &OfferCase, means: Option<&Means>, odds: &Odds) -> Result<Offers, Vec<FieldProblem>> {
    let problems = case_problems(policy, case, means);
    if !problems.is_empty() {
        return Err(problems);
    }
    let weighed = search::search(policy, case, means, odds);
    let first_days = policy.first_days(case);
    let offers = |found: &[search::Found]| found.iter().filter_map(|found| offer(policy, case, odds, &first_days, found)).collect();
    let (best, best_of_each) = (offers(&weighed.found), offers(&weighed.of_kind));
    Ok(Offers { best, best_of_each, relief: relief(policy, case), candidates: weighed.candidates, weighed: weighed.weighed })
}

/// Why nothing at all can be offered in a case.
fn case_problems(policy: &OfferPolicy, case: &OfferCase, means: Option<&Means>) -> Vec<FieldProblem> {
    let currency = case.balance.currency();
    let mut problems = Vec::new();
    if !(1..=Money::LARGEST_MINOR).contains(&case.balance.minor()) {
        problems.push(FieldProblem::new("balance", "Something has to be owed before anything is offered."));
    }
    if policy.terms().installment_min.currency() != currency {
        let says = format!("The policy is in {}, the debt in {}.", policy.terms().installment_min.currency().code(), currency.code());
        problems.push(FieldProblem::new("policy", says));
    }
    if let Some(other) = means.map(|means| means.at_hand().currency()).filter(|other| *other != currency) {
        problems.push(FieldProblem::new("budget", format!("The budget is in {}, the debt in {}.", other.code(), currency.code())));
    }
    problems
}

/// The offer that a candidate stands for, day by day.
fn offer(policy: &OfferPolicy, case: &OfferCase, odds: &Odds, first_days: &[Date], found: &search::Found) -> Option<Offer> {
    let money = |minor| Money::of(minor, case.balance.currency());
    let terms = PlanTerms {
        total: money(found.total_minor),
        down: money(found.down_minor),
        cut: Cut::Count(found.count),
        first_on: first_days.get(usize::from(found.first)).copied().unwrap_or(case.agreed_on),
        frequency: Frequency::ALL[usize::from(found.frequency)],
    };
    let share_bp = usize::from(found.rung).checked_sub(1).map_or(10_000, |rung| policy.terms().ladder[rung].share_bp);
    let worth = Worth::new(-found.minus_units, bits_for(case.balance.minor()), case.balance);
    let schedule = plan_schedule(&terms, &policy.days(case)).ok()?;
    Some(Offer { terms, schedule, share_bp, worth, all_kept_ppm: odds.all_kept_ppm(found.count) })
}

fn relief(policy: &OfferPolicy, case: &OfferCase) -> Vec<Relief> {
    let terms = policy.terms();
    let last_on = policy.days(case).last_on().map_or(Date::MAX, |(on, _)| on);
    let change = terms.date_change_days_max.zip(case.due_on).map(|(days, due_on)| {
        let until = due_on.saturating_add(Span::new().days(i64::from(days))).min(last_on);
        (until > due_on).then_some(Relief { kind: ReliefKind::DateChange, until })
    });
    let pause = terms.pause_months_max.filter(|_| case.is_in_hardship).map(|months| {
        let until = case.agreed_on.saturating_add(Span::new().months(i64::from(months))).min(last_on);
        (until > case.agreed_on).then_some(Relief { kind: ReliefKind::Pause, until })
    });
    change.into_iter().chain(pause).flatten().collect()
}

#[cfg(test)]
mod tests;
