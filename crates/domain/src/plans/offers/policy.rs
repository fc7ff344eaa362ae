//! What a creditor or the house lets be offered: the terms of its policy, checked once, and the facts of the case beside them.
//!
//! Shares and steps are in basis points; amounts that follow from a share are rounded up, a cent below it being below it.

use crate::plans::FieldProblem;
use crate::plans::rhythm::{Rhythm, Shift, moved};
use crate::plans::schedule::{COUNT_MAX, PlanDays};
use crate::values::calendar::is_business_day;
use crate::values::money::Money;
use jiff::Span;
use jiff::civil::Date;

/// First days that are tried for a plan, at the most.
pub const FIRST_DAYS_MAX: usize = 16;

/// More months than any plan runs.
const MONTHS_MAX: u32 = 120;

/// A settlement in parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InParts {
    /// Payments at the most, a down payment with them.
    pub count_max: u32,
    /// The day by which the last one is due.
    pub until: Date,
}

/// One rung of the settlement ladder: a share of the balance that is taken as the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rung {
    /// The share, in basis points of the balance.
    pub share_bp: u32,
    /// The day by which it is paid at once.
    pub lump_until: Date,
    /// In how many parts it may be paid instead, and by when.
    pub parts: Option<InParts>,
}

impl Rung {
    /// A ladder by even steps from one share down to another, all with the same days; none where a step goes nowhere.
    pub fn steps(from_bp: u32, to_bp: u32, step_bp: u32, lump_until: Date, parts: Option<InParts>) -> Vec<Rung> {
        let step = usize::try_from(step_bp).ok().filter(|step| *step > 0);
        let down = step.map(|step| (to_bp..=from_bp).rev().step_by(step));
        down.into_iter().flatten().map(|share_bp| Rung { share_bp, lump_until, parts }).collect()
    }
}

/// Everything that may be offered. What is not named here is not offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyTerms {
    /// The least installment. A debt paid at once has none.
    pub installment_min: Money,
    /// Installments at the most.
    pub count_max: u32,
    /// Months from the agreement to the last payment, at the most.
    pub months_max: u32,
    /// Days from the agreement to the first installment, at the most.
    pub first_within_days: u32,
    /// The least down payment of a plan, in basis points of what is paid in all.
    pub down_min_bp: u32,
    /// The largest that is tried.
    pub down_max_bp: u32,
    /// The steps from one to the other.
    pub down_step_bp: u32,
    /// Where an installment goes whose day is no business day.
    pub shift: Shift,
    /// The settlement ladder, the largest share first; empty where nothing is settled.
    pub ladder: Vec<Rung>,
    /// By how many days a due date may be changed, where it may.
    pub date_change_days_max: Option<u32>,
    /// For how many months a hardship may pause payments, where it may.
    pub pause_months_max: Option<u32>,
}

/// Terms that were checked. Offers are made of these alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferPolicy(PolicyTerms);

impl OfferPolicy {
    /// Takes terms that say something whole, or names every problem.
    pub fn new(terms: PolicyTerms) -> Result<OfferPolicy, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut unless = |is_good: bool, field, says: &str| {
            if !is_good {
                problems.push(FieldProblem::new(field, says));
            }
        };
        unless(terms.installment_min.minor() > 0, "installment_min", "The least installment is above zero.");
        unless((1..=COUNT_MAX).contains(&terms.count_max), "count_max", "A plan has from 1 to 520 installments.");
        unless((1..=MONTHS_MAX).contains(&terms.months_max), "months_max", "A plan runs from 1 to 120 months.");
        unless((1..=366).contains(&terms.first_within_days), "first_within_days", "A plan begins within 1 to 366 days.");
        unless(terms.down_min_bp <= terms.down_max_bp, "down_max", "The largest down payment is not below the least.");
        unless(terms.down_max_bp < 10_000, "down_max", "A down payment is below 100 percent: all at once is no plan.");
        unless(terms.down_step_bp > 0, "down_step", "Down payments are tried in steps above zero.");
        let goes_down = terms.ladder.windows(2).all(|two| two[0].share_bp > two[1].share_bp);
        unless(goes_down, "ladder", "The settlement ladder goes down: the largest share first, each once.");
        let is_part = terms.ladder.iter().all(|rung| (1..10_000).contains(&rung.share_bp));
        unless(is_part, "ladder", "A settlement is above zero and below 100 percent of the balance.");
        let in_parts = terms.ladder.iter().filter_map(|rung| rung.parts).all(|parts| (2..=COUNT_MAX).contains(&parts.count_max));
        unless(in_parts, "ladder", "A settlement in parts has from 2 to 520 of them.");
        let pause = terms.pause_months_max.is_none_or(|months| (1..=MONTHS_MAX).contains(&months));
        unless(pause, "pause_months", "A pause lasts from 1 to 120 months.");
        let change = terms.date_change_days_max.is_none_or(|days| (1..=366).contains(&days));
        unless(change, "date_change_days", "A due date moves by 1 to 366 days.");
        if problems.is_empty() { Ok(OfferPolicy(terms)) } else { Err(problems) }
    }

    /// Its terms.
    pub const fn terms(&self) -> &PolicyTerms {
        &self.0
    }

    /// The down payments that are tried on a total in minor units, the least first, no amount twice.
    pub fn downs(&self, total_minor: i64) -> Vec<i64> {
        let terms = &self.0;
        let shares = (terms.down_min_bp..=terms.down_max_bp).step_by(usize::try_from(terms.down_step_bp).unwrap_or(1).max(1));
        let mut downs: Vec<i64> = shares.map(|share| crate::plans::share_up(total_minor, share)).collect();
        downs.dedup();
        downs
    }

    /// The first days that are tried for a case, the nearest first: its pay days, or business days spread over the time that policy gives.
    pub fn first_days(&self, case: &OfferCase) -> Vec<Date> {
        let within = self.0.first_within_days;
        let last = case.agreed_on.saturating_add(Span::new().days(i64::from(within)));
        let Ok(tomorrow) = case.agreed_on.tomorrow() else { return Vec::new() };
        let mut days: Vec<Date> = match case.pay_days {
            Some(pay) => {
                let first = pay.on_or_after(tomorrow);
                pay.days(first).take_while(|day| *day <= last).take(FIRST_DAYS_MAX).collect()
            }
            None => {
                let most = u32::try_from(FIRST_DAYS_MAX).unwrap_or(1).min(within);
                let spread = (1..=most).map(|nth| (nth * within).div_ceil(most));
                let days = spread.map(|days| case.agreed_on.saturating_add(Span::new().days(i64::from(days))));
                days.map(|day| moved(day, Shift::Next, tomorrow)).filter(|day| *day <= last && is_business_day(*day)).collect()
            }
        };
        days.dedup();
        days
    }

    /// The last day on which a plan of a case may be due: policy's months, the time to sue or a recall, whichever is first.
    pub fn last_on(&self, case: &OfferCase) -> Date {
        let months = case.agreed_on.saturating_add(Span::new().months(i64::from(self.0.months_max)));
        self.days(case).last_on().map_or(months, |(on, _)| months.min(on))
    }

    /// The days that a plan of a case goes with.
    pub fn days(&self, case: &OfferCase) -> PlanDays {
        let OfferCase { agreed_on, pay_days, limitation_on, recall_on, .. } = *case;
        PlanDays { agreed_on, pay_days, shift: self.0.shift, limitation_on, recall_on }
    }
}

/// What must be known of a case before anything is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfferCase {
    /// What is owed.
    pub balance: Money,
    /// Today: the day on which it would be agreed.
    pub agreed_on: Date,
    /// When they are paid, where they told us.
    pub pay_days: Option<Rhythm>,
    /// The last day on which a suit may be brought, where it is known.
    pub limitation_on: Option<Date>,
    /// The day on which the creditor takes the account back, where one is named.
    pub recall_on: Option<Date>,
    /// The day on which something is due that they agreed to before, for a change of it.
    pub due_on: Option<Date>,
    /// Whether a hardship stands on record.
    pub is_in_hardship: bool,
}
