//! Joint plans: several accounts of one person, also with several creditors, paid by one plan: one total, one rhythm, one amount each time.
//!
//! Each account keeps a plan of its own, whose payments are its parts of the joint ones: what becomes of it follows its own money
//! ([`plan`](super::plan)). [`split`] cuts the joint payments over the accounts in proportion to what is asked for on each;
//! [`share_payment`] does the same with money that comes in for the whole; [`revise_joint`] lets the whole go on otherwise.
//!
//! Always true: the parts of a payment add up to it, the parts of an account to what is asked for on it, and none is below zero.

use super::FieldProblem;
use super::promise::limit;
use super::revision::{Left, Revision, revise};
use super::rhythm::{Frequency, Shift};
use crate::decision::{Decision, Detail, Reason, RuleCard, Severity};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// More accounts than one person agrees one plan over.
pub const ACCOUNTS_MAX: usize = 12;

static HELD: RuleCard = RuleCard {
    severity: Severity::Block,
    ..limit(
        "plans.joint.held",
        "A hold stands on the account: nothing new is agreed on it.",
        "End the hold first, or agree the plan over the other accounts.",
    )
};
static PAUSED: RuleCard = RuleCard {
    severity: Severity::Block,
    ..limit(
        "plans.joint.paused",
        "A hardship pause stands on the account: nothing is asked for in it.",
        "Look at the pause with them first, or agree the plan over the other accounts.",
    )
};

/// What a hold or a pause says to a joint plan, beside what a plan of the account's own is asked.
pub fn decide_standstill(is_held: bool, paused_until: Option<Date>, today: Date) -> Decision {
    let held = is_held.then_some(Reason { rule: &HELD, detail: Detail::Plain });
    let paused = paused_until.map(|until| Reason { rule: &PAUSED, detail: Detail::Date { asked: today, limit: until } });
    let because: Vec<Reason> = held.into_iter().chain(paused).collect();
    Decision { answer: Decision::answer_of(&because), next_allowed_at: None, because, warnings: Vec::new() }
}

/// So much of `part` as `of` is of `whole`, rounded down.
fn proportion(part: i64, of: i64, whole: i64) -> i64 {
    if whole <= 0 {
        return 0;
    }
    i64::try_from(i128::from(part) * i128::from(of) / i128::from(whole)).unwrap_or(i64::MAX)
}

/// The parts of payments for each account, in minor units: of accounts and of payments in their order.
///
/// By running totals, account by account: of what is left of the payments an account takes, up to each of them, its share of what is left
/// in all. Nothing where payments and accounts do not come to the same, or one of them is not above zero.
pub fn split(payments: &[i64], asked: &[i64]) -> Option<Vec<Vec<i64>>> {
    let sum = |amounts: &[i64]| amounts.iter().try_fold(0_i64, |sum, minor| sum.checked_add(*minor).filter(|_| *minor > 0));
    let mut whole = sum(payments).filter(|total| Some(*total) == sum(asked) && *total > 0)?;
    let mut left = payments.to_vec();
    let mut parts = Vec::with_capacity(asked.len());
    for of in asked {
        let (mut before, mut taken) = (0, 0);
        let mut own = Vec::with_capacity(left.len());
        for payment in &mut left {
            before += *payment;
            let up_to = proportion(before, *of, whole);
            own.push(up_to - taken);
            *payment -= up_to - taken;
            taken = up_to;
        }
        whole -= of;
        parts.push(own);
    }
    Some(parts)
}

/// A part of a joint payment that is not paid yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartLeft {
    /// The number of the joint payment; 0 is the down payment.
    pub number: i64,
    /// What is missing, in minor units.
    pub left_minor: i64,
    /// Its day is over: it was not paid in time.
    pub is_missed: bool,
}

/// An account of a joint plan, as money for the whole is shared out to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountLeft {
    /// What is owed on it, in minor units.
    pub owed_minor: i64,
    /// Its parts that are not paid yet.
    pub parts: Vec<PartLeft>,
}

/// Shares out money that comes in for the whole, in minor units for each account.
///
/// First what is open, then what comes next, payment by payment in their order; then what was missed; then whatever else is owed. Where it
/// is less than such a payment, each account has its proportion of it. What is over, when all is paid, is the first one's.
pub fn share_payment(amount_minor: i64, accounts: &[AccountLeft]) -> Vec<i64> {
    let mut shares = vec![0; accounts.len()];
    let mut left = amount_minor.max(0);
    let numbers: BTreeSet<(bool, i64)> =
        accounts.iter().flat_map(|account| &account.parts).map(|part| (part.is_missed, part.number)).collect();
    let in_turn = numbers.into_iter().map(Some).chain([None]);
    for turn in in_turn {
        let waits = |(account, share): (&AccountLeft, &i64)| {
            let room = (account.owed_minor - share).max(0);
            let of = |(is_missed, number)| {
                let own = account.parts.iter().filter(|part| (part.is_missed, part.number) == (is_missed, number));
                own.fold(0_i64, |sum, part| sum.saturating_add(part.left_minor.max(0)))
            };
            turn.map_or(room, of).min(room)
        };
        let waiting: Vec<i64> = accounts.iter().zip(&shares).map(waits).collect();
        let whole = waiting.iter().fold(0_i64, |sum, minor| sum.saturating_add(*minor));
        let given = left.min(whole);
        let (mut before, mut taken) = (0, 0);
        for (share, minor) in shares.iter_mut().zip(waiting) {
            before += minor;
            let up_to = proportion(given, before, whole);
            *share += up_to - taken;
            taken = up_to;
        }
        left -= given;
    }
    if let Some(first) = shares.first_mut() {
        *first += left;
    }
    shares
}

/// What the next payment of the whole still waits for: its number, how much in minor units, and on how many accounts.
///
/// It is the first turn of [`share_payment`]: what was missed comes after it, and is no payment that is due for all.
pub fn next_due(accounts: &[AccountLeft]) -> Option<(i64, i64, usize)> {
    let waits = |account: &AccountLeft, number: i64| {
        let own = account.parts.iter().filter(|part| !part.is_missed && part.number == number);
        own.fold(0_i64, |sum, part| sum.saturating_add(part.left_minor.max(0))).min(account.owed_minor.max(0))
    };
    let numbers: BTreeSet<i64> =
        accounts.iter().flat_map(|account| &account.parts).filter(|part| !part.is_missed).map(|part| part.number).collect();
    let of = |number| {
        let waiting: Vec<i64> = accounts.iter().map(|account| waits(account, number)).filter(|minor| *minor > 0).collect();
        (!waiting.is_empty()).then(|| (number, waiting.iter().fold(0_i64, |sum, minor| sum.saturating_add(*minor)), waiting.len()))
    };
    numbers.into_iter().find_map(of)
}

/// A part of what is left with the number of its payment.
pub type Numbered = (i64, Left);

/// What is left of a joint plan, payment by payment: of each account its parts.
pub fn whole_of(parts: &[Vec<Numbered>]) -> Vec<Numbered> {
    let mut whole: BTreeMap<i64, Left> = BTreeMap::new();
    for (number, (wanted, due, minor)) in parts.iter().flatten() {
        let one = whole.entry(*number).or_insert((*wanted, *due, 0));
        *one = (one.0.min(*wanted), one.1.min(*due), one.2.saturating_add(*minor));
    }
    whole.into_iter().collect()
}

/// Lays out anew what is left of a joint plan, or says why it cannot be: the parts of each account, numbered from 1.
///
/// The whole is revised as a plan of one account is, and each part goes with its payment.
pub fn revise_joint(
    parts: &[Vec<Numbered>],
    frequency: Frequency,
    revision: Revision,
    today: Date,
    shift: Shift,
    last_on: Option<(Date, &str)>,
) -> Result<Vec<Vec<Numbered>>, FieldProblem> {
    let whole = whole_of(parts);
    let left: Vec<Left> = whole.iter().map(|(_, left)| *left).collect();
    let anew = revise(&left, frequency, revision, today, shift, last_on)?;
    let place = |place: usize| if revision == Revision::Merge { place.saturating_sub(1) } else { place };
    let mut all = Vec::with_capacity(parts.len());
    for own in parts {
        let mut laid: BTreeMap<i64, Left> = BTreeMap::new();
        for (number, (.., minor)) in own {
            let Some(at) = whole.iter().position(|(known, _)| known == number).map(place) else { continue };
            let Some((wanted, due, _)) = anew.get(at) else { continue };
            let one = laid.entry(i64::try_from(at).unwrap_or(i64::MAX).saturating_add(1)).or_insert((*wanted, *due, 0));
            one.2 = one.2.saturating_add(*minor);
        }
        all.push(laid.into_iter().collect());
    }
    Ok(all)
}

#[cfg(test)]
mod tests;
