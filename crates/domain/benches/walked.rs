//! The search for offers as one would write it down: every candidate is laid out day by day, asked for every limit, weighed payment by
//! payment, and all that are left are sorted. Slow, and the measure of the other one.
//!
//! Tests of the domain and `benches/plans.rs` both read this file; `super::duly` is the domain to each.

use super::duly::plans::budget::Means;
use super::duly::plans::offers::{BEST, OfferCase, OfferPolicy};
use super::duly::plans::rhythm::Frequency;
use super::duly::plans::schedule::{Cut, PlanTerms, Schedule, plan_schedule};
use super::duly::plans::worth::Odds;
use super::duly::values::money::Money;
use jiff::civil::Date;
use std::cmp::Reverse;

/// A candidate that was laid out and may be offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walked {
    pub terms: PlanTerms,
    pub schedule: Schedule,
    pub share_bp: u32,
    pub worth: i64,
}

/// What walking all of them comes to.
pub struct Walk {
    pub best: Vec<Walked>,
    /// The best in full and settled, each at once and in parts, as far as there are such.
    pub best_of_each: Vec<Walked>,
    pub candidates: u64,
    pub feasible: u64,
}

/// One rung: a share of the balance, by when it is paid at once, and in how many payments by when.
struct Rung {
    share_bp: u32,
    lump_until: Date,
    parts: Option<(u32, Date)>,
}

/// Walks every candidate.
pub fn walk(policy: &OfferPolicy, case: &OfferCase, means: Option<&Means>, odds: &Odds) -> Walk {
    let terms = policy.terms();
    let mut rungs = vec![Rung { share_bp: 10_000, lump_until: Date::MAX, parts: Some((u32::MAX, Date::MAX)) }];
    rungs.extend(terms.ladder.iter().map(|rung| Rung {
        share_bp: rung.share_bp,
        lump_until: rung.lump_until,
        parts: rung.parts.map(|parts| (parts.count_max, parts.until)),
    }));
    let frequencies: Vec<Frequency> =
        Frequency::ALL.into_iter().filter(|one| case.pay_days.is_none_or(|pay| one.fits(pay.frequency()))).collect();
    let first_days = policy.first_days(case);
    let last_on = policy.last_on(case);
    let at_hand = means.map_or(i64::MAX, |means| means.at_hand().minor());
    let can_pay = |every| means.map_or(i64::MAX, |means| means.can_pay(every).minor());
    let money = |minor| Money::of(minor, case.balance.currency());

    let mut candidates = 0;
    let mut all: Vec<Walked> = Vec::new();
    let mut ask = |share_bp: u32, terms: PlanTerms, may: &dyn Fn(&Schedule) -> bool| {
        candidates += 1;
        let Ok(schedule) = plan_schedule(&terms, &policy.days(case)) else { return };
        if schedule.last_on() <= last_on && may(&schedule) {
            let worth = odds.worth(&schedule, case.balance).units();
            all.push(Walked { terms, schedule, share_bp, worth });
        }
    };
    for rung in &rungs {
        let share = i128::from(case.balance.minor()) * i128::from(rung.share_bp);
        let total = money(i64::try_from(share / 10_000 + i128::from(share % 10_000 != 0)).expect("a share of an amount"));
        let plan = |down, count, frequency, first_on| PlanTerms { total, down: money(down), cut: Cut::Count(count), first_on, frequency };
        let today = plan(total.minor(), 0, Frequency::Monthly, first_days.first().copied().unwrap_or(case.agreed_on));
        ask(rung.share_bp, today, &|schedule| schedule.last_on() <= rung.lump_until && total.minor() <= at_hand);
        for first_on in &first_days {
            let once = at_hand.max(can_pay(Frequency::Monthly));
            let later = plan(0, 1, Frequency::Monthly, *first_on);
            ask(rung.share_bp, later, &|schedule| schedule.last_on() <= rung.lump_until && total.minor() <= once);
        }
        for down in policy.downs(total.minor()) {
            for frequency in &frequencies {
                for first_on in &first_days {
                    for count in 1..=terms.count_max {
                        if count == 1 && (down == 0 || *frequency != Frequency::Monthly) {
                            continue;
                        }
                        ask(rung.share_bp, plan(down, count, *frequency, *first_on), &|schedule| {
                            let payments = count + u32::from(down > 0);
                            let amounts = || schedule.installments().iter().map(|one| one.amount.minor());
                            rung.parts.is_some_and(|(most, until)| payments <= most && schedule.last_on() <= until)
                                && schedule.down().minor() <= at_hand
                                && amounts().all(|amount| amount >= terms.installment_min.minor() && amount <= can_pay(*frequency))
                                && !schedule.installments().is_empty()
                        });
                    }
                }
            }
        }
    }
    let feasible = all.len() as u64;
    all.sort_by_key(|one| {
        let Walked { terms, schedule, share_bp, worth } = one;
        let first = (terms.frequency.index(), terms.first_on, Reverse(*share_bp));
        (Reverse(*worth), schedule.installments().len(), schedule.last_on(), terms.total.minor(), terms.down.minor(), first)
    });
    let of_kind = |is_settled: bool, is_in_parts: bool| {
        all.iter().find(|one| {
            let payments = one.schedule.installments().len() + usize::from(one.terms.down.minor() > 0);
            (one.share_bp < 10_000, payments > 1) == (is_settled, is_in_parts)
        })
    };
    let kinds = [of_kind(false, false), of_kind(false, true), of_kind(true, false), of_kind(true, true)];
    let best_of_each = kinds.into_iter().flatten().cloned().collect();
    all.truncate(BEST);
    Walk { best: all, best_of_each, candidates, feasible }
}
