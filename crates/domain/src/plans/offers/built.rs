//! The plan builder's own terms: an offer where they are within policy and budget, else every reason why they are none.
//!
//! Always true: what [`find_offers`](super::find_offers) finds, this accepts and gives the same.

use super::policy::{OfferCase, OfferPolicy, Rung};
use super::{Offer, case_problems};
use crate::plans::FieldProblem;
use crate::plans::budget::Means;
use crate::plans::rhythm::Frequency;
use crate::plans::schedule::{PlanTerms, Schedule, plan_schedule};
use crate::plans::share_up;
use crate::plans::worth::Odds;
use crate::values::moment::written;
use crate::values::money::Money;
use jiff::Span;
use jiff::civil::Date;

/// The offer that these terms are, or every problem of them by its field.
///
/// A total between two rungs of the ladder goes with the days of the best rung below it that has room: more than a rung is never less
/// than policy.
pub fn offer_of(
    policy: &OfferPolicy,
    case: &OfferCase,
    means: Option<&Means>,
    odds: &Odds,
    terms: PlanTerms,
) -> Result<Offer, Vec<FieldProblem>> {
    let problems = case_problems(policy, case, means);
    if !problems.is_empty() {
        return Err(problems);
    }
    if terms.total.currency() != case.balance.currency() || terms.total.minor() > case.balance.minor() {
        return Err(vec![FieldProblem::new("total", format!("No more than {} is asked for.", case.balance))]);
    }
    let schedule = plan_schedule(&terms, &policy.days(case))?;
    let mut problems = day_problems(policy, case, &terms, &schedule);
    problems.extend(amount_problems(policy, &terms, &schedule));
    problems.extend(means.into_iter().flat_map(|means| budget_problems(means, &terms, &schedule)));
    let share_bp = match share_of(policy, case, &schedule) {
        Ok(share_bp) => share_bp,
        Err(problem) => {
            problems.push(problem);
            0
        }
    };
    if !problems.is_empty() {
        return Err(problems);
    }
    let (worth, count) = (odds.worth(&schedule, case.balance), u32::try_from(schedule.installments().len()).unwrap_or(u32::MAX));
    Ok(Offer { terms, share_bp, worth, all_kept_ppm: odds.all_kept_ppm(count), schedule })
}

/// Whether all is paid in one payment.
fn is_at_once(schedule: &Schedule) -> bool {
    schedule.installments().len() + usize::from(schedule.down().minor() > 0) <= 1
}

fn day_problems(policy: &OfferPolicy, case: &OfferCase, terms: &PlanTerms, schedule: &Schedule) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    let within = policy.terms().first_within_days;
    let last_first = case.agreed_on.saturating_add(Span::new().days(i64::from(within)));
    if let Some(first) = schedule.installments().first() {
        if terms.first_on <= case.agreed_on {
            let says = "The first installment is after today: what is paid today is the down payment.";
            problems.push(FieldProblem::new("first_on", says));
        } else if first.wanted_on > last_first {
            let says = match first.wanted_on == terms.first_on {
                true => format!("The first installment is by {}: policy gives {within} days.", written(last_first)),
                false => {
                    format!("Their pay day after it is {}: the first installment is by {}.", written(first.wanted_on), written(last_first))
                }
            };
            problems.push(FieldProblem::new("first_on", says));
        }
    }
    let last_on = policy.last_on(case);
    if schedule.last_on() > last_on {
        let says = format!("The last payment would be due on {}, after {}.", written(schedule.last_on()), written(last_on));
        problems.push(FieldProblem::new("count", format!("{says} Agree on fewer and larger installments.")));
    }
    problems
}

fn amount_problems(policy: &OfferPolicy, terms: &PlanTerms, schedule: &Schedule) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    if is_at_once(schedule) {
        return problems;
    }
    let rules = policy.terms();
    let share = |basis_points| Money::of(share_up(terms.total.minor(), basis_points), terms.total.currency());
    let (least, most) = (share(rules.down_min_bp), share(rules.down_max_bp));
    if terms.down.minor() < least.minor() {
        problems.push(FieldProblem::new("down", format!("The down payment is at least {least}.")));
    } else if terms.down.minor() > most.minor() {
        problems.push(FieldProblem::new("down", format!("A down payment is at most {most}: above it, agree on all of it today.")));
    }
    let count = u32::try_from(schedule.installments().len()).unwrap_or(u32::MAX);
    if count > rules.count_max {
        problems.push(FieldProblem::new("count", format!("A plan has at most {} installments, these are {count}.", rules.count_max)));
    }
    let smallest = schedule.installments().iter().map(|one| one.amount).min_by_key(|amount| amount.minor());
    if let Some(smallest) = smallest.filter(|smallest| smallest.minor() < rules.installment_min.minor()) {
        let says = format!("Each installment is at least {}, and one of these is {smallest}.", rules.installment_min);
        problems.push(FieldProblem::new("amount", says));
    }
    problems
}

fn budget_problems(means: &Means, terms: &PlanTerms, schedule: &Schedule) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    let (at_hand, a_month) = (means.at_hand(), means.can_pay(Frequency::Monthly));
    let largest = schedule.installments().iter().map(|one| one.amount).max_by_key(|amount| amount.minor());
    match largest {
        Some(once) if is_at_once(schedule) => {
            if once.minor() > at_hand.minor().max(a_month.minor()) {
                let says = format!("By their budget they have {at_hand} at hand and {a_month} a month: {once} at once is above both.");
                problems.push(FieldProblem::new("total", says));
            }
        }
        _ => {
            if schedule.down().minor() > at_hand.minor() {
                problems.push(FieldProblem::new("down", format!("By their budget they have {at_hand} at hand for today.")));
            }
            // One installment is once a month, whatever it is called.
            let every = if schedule.installments().len() == 1 { Frequency::Monthly } else { terms.frequency };
            if let Some(largest) = largest.filter(|largest| largest.minor() > means.can_pay(every).minor()) {
                let says = format!("By their budget they can pay {} {every}, and {largest} is above it.", means.can_pay(every));
                problems.push(FieldProblem::new("amount", says));
            }
        }
    }
    problems
}

/// The share of the balance that is paid, where policy takes it: the whole, or what a rung has room for.
fn share_of(policy: &OfferPolicy, case: &OfferCase, schedule: &Schedule) -> Result<u32, FieldProblem> {
    let (total, balance) = (schedule.total().minor(), case.balance.minor());
    if total == balance {
        return Ok(10_000);
    }
    let ladder = &policy.terms().ladder;
    let least = |rung: &Rung| share_up(balance, rung.share_bp);
    let payments = u32::try_from(schedule.installments().len()).unwrap_or(u32::MAX).saturating_add(u32::from(schedule.down().minor() > 0));
    let has_room = |rung: &Rung| match is_at_once(schedule) {
        true => schedule.last_on() <= rung.lump_until,
        false => rung.parts.is_some_and(|parts| payments <= parts.count_max && schedule.last_on() <= parts.until),
    };
    let below: Vec<&Rung> = ladder.iter().filter(|rung| least(rung) <= total).collect();
    if below.iter().any(|rung| has_room(rung)) {
        let named = ladder.iter().find(|rung| least(rung) == total && has_room(rung)).map(|rung| rung.share_bp);
        let reckoned = i128::from(total) * 10_000 / i128::from(balance.max(1));
        return Ok(named.unwrap_or_else(|| u32::try_from(reckoned).unwrap_or(0)).clamp(1, 9_999));
    }
    let in_words = |rung: &Rung, latest: Date| format!("at once by {}", written(latest)) + &in_parts(rung);
    Err(match (ladder.last(), below.first()) {
        (None, _) => FieldProblem::new("total", format!("Nothing is settled here: a plan is for all of {}.", case.balance)),
        (Some(lowest), None) => {
            let least = Money::of(least(lowest), case.balance.currency());
            FieldProblem::new("total", format!("A settlement is for {least} at the least."))
        }
        (_, Some(rung)) => {
            let says = format!("A settlement for {} is paid {}.", schedule.total(), in_words(rung, rung.lump_until));
            FieldProblem::new("count", says)
        }
    })
}

fn in_parts(rung: &Rung) -> String {
    rung.parts.map(|parts| format!(", or in {} parts at the most by {}", parts.count_max, written(parts.until))).unwrap_or_default()
}
