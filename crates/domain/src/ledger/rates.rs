//! Rate plans: what the agency earns on what was collected for a creditor, payment by payment, and why.
//!
//! The first rate that fits a payment is taken: by the age of the debt when it was placed, by whether there is a judgment. A rate is a share
//! in slices (30 % of the first thousand, 25 % above) or a flat amount. Costs that the agency laid out on the account are recovered first
//! and bear no fee. What the debtor paid to the creditor itself may bear a share of its own.
//!
//! A fee is rounded once, for each payment, half a minor unit away from zero: so does the spreadsheet in which a client checks it.
//!
//! Read [`RatePlan::fee`]. Always true: a fee is neither below zero nor above what it is on; the parts in slices add up to that.

use crate::values::coded::coded;
use crate::values::money::{Currency, Money};
use serde::{Deserialize, Serialize};

/// Basis points of a whole.
pub const WHOLE_BP: u32 = 10_000;

/// The most days for which a payment is held.
const HOLD_MAX: u32 = 90;

coded! {
    /// How the agency gets its fees.
    Mode, 3 {
        Net = "net", "net: fees are kept from what is remitted";
        Gross = "gross", "gross: all is remitted and fees are invoiced";
        Combined = "combined", "combined: fees on what we collected are kept, fees on direct payments are invoiced";
    }
}

coded! {
    /// What slices count from.
    SlicesOf, 2 {
        Account = "account", "all that was collected on the account";
        Payment = "payment", "each payment by itself";
    }
}

/// A share of what lies in a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slice {
    /// Where it ends, in minor units; the last one has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to_minor: Option<i64>,
    /// The share, in basis points.
    pub bp: u32,
}

/// One rate of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// What statements call it.
    pub name: String,
    /// For debts with a judgment alone, or without one alone; for both unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_judgment: Option<bool>,
    /// For debts that were so many days old when placed, or older.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_days_min: Option<i32>,
    /// For debts that were so many days old when placed, or younger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_days_max: Option<i32>,
    /// A flat amount for each payment, in minor units, instead of slices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flat_minor: Option<i64>,
    /// The shares.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slices: Vec<Slice>,
}

/// What was agreed with a creditor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RatePlan {
    /// How fees are got.
    pub mode: Mode,
    /// Days from the day it counts until a payment is cleared.
    pub hold_days: u32,
    /// The same for a payment that a bank's statement brought.
    pub hold_days_bank: u32,
    /// What slices count from.
    pub slices_of: SlicesOf,
    /// The least fee on a payment, in minor units; never more than the payment.
    #[serde(default)]
    pub minimum_minor: i64,
    /// The share of what was paid to the creditor itself, in basis points; as any other payment unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direct_bp: Option<u32>,
    /// The rates; the first that fits is taken.
    pub rates: Vec<Rate>,
}

/// What a fee is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paid {
    /// What the debt took of the payment.
    pub amount: Money,
    /// How much of it recovers costs that the agency laid out on the account.
    pub costs_minor: i64,
    /// Whether it was paid to the creditor itself.
    pub is_direct: bool,
    /// How old the debt was when it was placed, where that is known.
    pub age_days: Option<i32>,
    /// Whether there is a judgment.
    pub has_judgment: bool,
    /// What bore fees on the account before.
    pub before_minor: i64,
}

/// A fee, with what it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fee {
    /// How much.
    pub amount: Money,
    /// The name of the rate.
    pub rate: String,
    /// How much bore which share, in minor units and basis points.
    pub parts: Vec<(i64, u32)>,
    /// What decided it, where that is no share.
    pub by: By,
}

/// What decided a fee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The shares.
    Shares,
    /// The flat amount.
    Flat,
    /// The least fee.
    Minimum,
    /// Nothing bears a fee: all recovers costs, or direct payments are free.
    Nothing,
}

/// Why there is no fee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RateFault {
    /// No rate fits.
    NoRate,
    /// The amount is not above zero, or the costs are more than it.
    Amount,
}

impl std::fmt::Display for RateFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            RateFault::NoRate => "no rate of the plan fits: the last one should fit everything",
            RateFault::Amount => "the amount must be above zero, and no smaller than the costs it recovers",
        })
    }
}

impl std::error::Error for RateFault {}

/// Divides, half away from zero.
pub fn half_away(numerator: i128, denominator: i128) -> i128 {
    let (twice, rest) = (numerator / denominator, numerator % denominator);
    if rest.abs() * 2 >= denominator.abs() { twice + numerator.signum() * denominator.signum() } else { twice }
}

impl Rate {
    fn fits(&self, paid: &Paid) -> bool {
        let is_old = |least: i32| paid.age_days.is_some_and(|days| days >= least);
        let is_young = |most: i32| paid.age_days.is_some_and(|days| days <= most);
        self.has_judgment.is_none_or(|wanted| wanted == paid.has_judgment)
            && self.age_days_min.is_none_or(is_old)
            && self.age_days_max.is_none_or(is_young)
    }

    fn fits_everything(&self) -> bool {
        self.has_judgment.is_none() && self.age_days_min.is_none() && self.age_days_max.is_none()
    }
}

/// How much of what lies between two amounts is in each slice, with its share.
pub fn in_slices(slices: &[Slice], from_minor: i64, to_minor: i64) -> Vec<(i64, u32)> {
    let mut begins = 0i64;
    let mut parts = Vec::new();
    for slice in slices {
        let ends = slice.up_to_minor.unwrap_or(i64::MAX);
        let part = to_minor.min(ends).saturating_sub(from_minor.max(begins));
        if part > 0 {
            parts.push((part, slice.bp));
        }
        begins = ends;
    }
    parts
}

impl RatePlan {
    /// The fee on a payment.
    pub fn fee(&self, paid: &Paid) -> Result<Fee, RateFault> {
        let base = paid.amount.minor().checked_sub(paid.costs_minor).ok_or(RateFault::Amount)?;
        if paid.amount.minor() <= 0 || paid.costs_minor < 0 || base < 0 || paid.before_minor < 0 {
            return Err(RateFault::Amount);
        }
        let fee = |minor: i64, rate: &str, parts: Vec<(i64, u32)>, by| Fee {
            amount: Money::of(minor, paid.amount.currency()),
            rate: rate.to_string(),
            parts,
            by,
        };
        if base == 0 {
            return Ok(fee(0, "costs recovered", Vec::new(), By::Nothing));
        }
        let (name, parts, flat) = match self.direct_bp.filter(|_| paid.is_direct) {
            Some(0) => return Ok(fee(0, "direct", Vec::new(), By::Nothing)),
            Some(bp) => ("direct", vec![(base, bp)], None),
            None => {
                let rate = self.rates.iter().find(|rate| rate.fits(paid)).ok_or(RateFault::NoRate)?;
                let before = if self.slices_of == SlicesOf::Account { paid.before_minor } else { 0 };
                let parts = in_slices(&rate.slices, before, before.checked_add(base).ok_or(RateFault::Amount)?);
                (rate.name.as_str(), parts, rate.flat_minor)
            }
        };
        if let Some(flat) = flat {
            return Ok(fee(flat.clamp(0, base), name, Vec::new(), By::Flat));
        }
        let exact: i128 = parts.iter().map(|(part, bp)| i128::from(*part) * i128::from(*bp)).sum();
        let by_shares = i64::try_from(half_away(exact, i128::from(WHOLE_BP))).unwrap_or(base).clamp(0, base);
        let least = self.minimum_minor.clamp(0, base);
        Ok(if by_shares < least { fee(least, name, parts, By::Minimum) } else { fee(by_shares, name, parts, By::Shares) })
    }

    /// What is wrong with a plan, each with the field it belongs to.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        if self.hold_days > HOLD_MAX || self.hold_days_bank > HOLD_MAX {
            problems.push(("hold_days", format!("is more than {HOLD_MAX}: that is longer than any payment can come back")));
        }
        if !(0..=Money::LARGEST_MINOR).contains(&self.minimum_minor) {
            problems.push(("minimum_minor", "is below zero or too large".into()));
        }
        if self.direct_bp.is_some_and(|bp| bp > WHOLE_BP) {
            problems.push(("direct_bp", "is more than the whole: 10000 are all of it".into()));
        }
        if self.rates.last().is_none_or(|last| !last.fits_everything()) {
            problems.push(("rates", "must end with one that fits everything, without age and judgment".into()));
        }
        for rate in &self.rates {
            let at = |says: &str| ("rates", format!("{:?} {says}", rate.name));
            if rate.name.trim().is_empty() {
                problems.push(("rates", "have one without a name: statements call it by that".into()));
            }
            if rate.age_days_min.zip(rate.age_days_max).is_some_and(|(least, most)| least > most) {
                problems.push(at("fits no age: the least is above the most"));
            }
            match (rate.flat_minor, rate.slices.as_slice()) {
                (Some(flat), []) if (1..=Money::LARGEST_MINOR).contains(&flat) => {}
                (Some(_), []) => problems.push(at("has a flat amount that is not above zero or too large")),
                (Some(_), _) => problems.push(at("has a flat amount and slices: it can have one of them")),
                (None, []) => problems.push(at("has neither slices nor a flat amount")),
                (None, slices) => problems.extend(problems_of_slices(slices).map(at)),
            }
        }
        problems
    }
}

fn problems_of_slices(slices: &[Slice]) -> impl Iterator<Item = &'static str> {
    let ends: Vec<i64> = slices.iter().filter_map(|slice| slice.up_to_minor).collect();
    let is_open = slices.split_last().is_some_and(|(last, before)| last.up_to_minor.is_none() && ends.len() == before.len());
    let goes_up = ends.first().is_none_or(|first| *first > 0) && ends.windows(2).all(|pair| pair[0] < pair[1]);
    let is_share = slices.iter().all(|slice| slice.bp <= WHOLE_BP);
    [
        (!is_open, "has slices of which not the last one alone has no end"),
        (!goes_up, "has slices whose ends do not go up from above zero"),
        (!is_share, "has a share above the whole: 10000 are all of it"),
    ]
    .into_iter()
    .filter_map(|(is_wrong, says)| is_wrong.then_some(says))
}

/// A share as people write it: `25 %`, `12.5 %`.
pub fn percent(bp: u32) -> String {
    match (bp / 100, bp % 100) {
        (whole, 0) => format!("{whole} %"),
        (whole, rest) if rest % 10 == 0 => format!("{whole}.{} %", rest / 10),
        (whole, rest) => format!("{whole}.{rest:02} %"),
    }
}

impl Fee {
    /// Why it is what it is.
    pub fn why(&self, currency: Currency) -> String {
        let shares = || {
            let parts: Vec<String> =
                self.parts.iter().map(|(part, bp)| format!("{} of {}", percent(*bp), Money::of(*part, currency).figures())).collect();
            parts.join(", ")
        };
        match self.by {
            By::Shares => format!("{}: {}", self.rate, shares()),
            By::Flat => format!("{}: flat", self.rate),
            By::Minimum => format!("{}: the least fee, above {}", self.rate, shares()),
            By::Nothing => format!("{}: no fee", self.rate),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn slices(slices: &[(Option<i64>, u32)]) -> Vec<Slice> {
        slices.iter().map(|(up_to_minor, bp)| Slice { up_to_minor: *up_to_minor, bp: *bp }).collect()
    }

    fn rate(name: &str, of: &[(Option<i64>, u32)]) -> Rate {
        Rate { name: name.into(), has_judgment: None, age_days_min: None, age_days_max: None, flat_minor: None, slices: slices(of) }
    }

    fn plan(rates: Vec<Rate>) -> RatePlan {
        let (mode, slices_of) = (Mode::Net, SlicesOf::Account);
        RatePlan { mode, hold_days: 10, hold_days_bank: 3, slices_of, minimum_minor: 0, direct_bp: None, rates }
    }

    fn paid(minor: i64) -> Paid {
        Paid { amount: Money::usd(minor), costs_minor: 0, is_direct: false, age_days: Some(40), has_judgment: false, before_minor: 0 }
    }

    fn tiered() -> RatePlan {
        plan(vec![rate("tiered", &[(Some(100_000), 3_000), (Some(250_000), 2_500), (None, 2_000)])])
    }

    #[test]
    fn a_tiered_fee_is_by_slice() {
        let fee = tiered().fee(&paid(300_000)).unwrap();
        assert_eq!(fee.amount, Money::usd(77_500), "metrics, section 7");
        assert_eq!(fee.why(Currency::Usd), "tiered: 30 % of 1,000.00, 25 % of 1,500.00, 20 % of 500.00");
    }

    #[test]
    fn the_first_rate_that_fits_is_taken() {
        let mut legal = rate("legal", &[(None, 4_000)]);
        legal.has_judgment = Some(true);
        let mut young = rate("young", &[(None, 1_250)]);
        young.age_days_max = Some(90);
        let mut old = rate("old", &[]);
        (old.age_days_min, old.flat_minor) = (Some(365), Some(1_500));
        let plan = plan(vec![legal, young, old, rate("others", &[(None, 2_500)])]);
        assert_eq!(plan.problems(), []);
        for (age_days, has_judgment, amount, rate, minor) in [
            (Some(90), false, 10_000, "young", 1_250),
            (Some(91), false, 10_000, "others", 2_500),
            (Some(365), false, 10_000, "old", 1_500),
            (Some(365), false, 900, "old", 900),
            (None, false, 10_000, "others", 2_500),
            (Some(1), true, 10_000, "legal", 4_000),
        ] {
            let fee = plan.fee(&Paid { age_days, has_judgment, ..paid(amount) }).unwrap();
            assert_eq!((fee.rate.as_str(), fee.amount.minor()), (rate, minor), "{age_days:?} {has_judgment}");
        }
    }

    #[test]
    fn costs_come_first_direct_payments_have_their_share_and_a_least_fee_is_never_more_than_the_payment() {
        let mut plan = plan(vec![rate("usual", &[(None, 2_500)])]);
        let fee = |plan: &RatePlan, paid: Paid| plan.fee(&paid).unwrap();
        assert_eq!(fee(&plan, Paid { costs_minor: 4_000, ..paid(10_000) }).amount.minor(), 1_500);
        assert_eq!(fee(&plan, Paid { costs_minor: 10_000, ..paid(10_000) }).by, By::Nothing);
        assert_eq!(plan.fee(&Paid { costs_minor: 10_001, ..paid(10_000) }), Err(RateFault::Amount));
        let direct = Paid { is_direct: true, ..paid(10_000) };
        assert_eq!(fee(&plan, direct).amount.minor(), 2_500, "as any other unless said");
        plan.direct_bp = Some(1_000);
        assert_eq!(fee(&plan, direct).amount.minor(), 1_000);
        plan.direct_bp = Some(0);
        assert_eq!(fee(&plan, direct).why(Currency::Usd), "direct: no fee");
        plan.minimum_minor = 500;
        let small = fee(&plan, paid(1_000));
        assert_eq!((small.amount.minor(), small.why(Currency::Usd)), (500, "usual: the least fee, above 25 % of 10.00".to_string()));
        assert_eq!(fee(&plan, paid(300)).amount.minor(), 300);
    }

    #[test]
    fn half_a_cent_goes_away_from_zero() {
        for (numerator, expected) in [(5_000, 1), (4_999, 0), (15_000, 2), (25_000, 3), (-5_000, -1), (-4_999, 0), (0, 0)] {
            assert_eq!(half_away(numerator, 10_000), expected, "{numerator}");
        }
        assert_eq!(plan(vec![rate("usual", &[(None, 2_500)])]).fee(&paid(2)).unwrap().amount.minor(), 1);
    }

    #[test]
    fn a_plan_that_cannot_be_meant_is_told_field_by_field() {
        let mut wrong = plan(vec![rate("a", &[(Some(100), 3_000), (Some(50), 20_000)]), rate("", &[])]);
        wrong.rates[1].age_days_min = Some(3);
        wrong.rates[1].age_days_max = Some(2);
        (wrong.hold_days, wrong.minimum_minor, wrong.direct_bp) = (91, -1, Some(10_001));
        let fields: Vec<&str> = wrong.problems().into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields.iter().filter(|field| **field == "rates").count(), 7, "{:?}", wrong.problems());
        assert_eq!(fields[..3], ["hold_days", "minimum_minor", "direct_bp"]);
        assert_eq!(plan(Vec::new()).problems().len(), 1);
        assert_eq!(percent(1_250), "12.5 %");
        assert_eq!(percent(333), "3.33 %");
    }

    proptest! {
        #[test]
        fn slices_add_up_however_the_money_came(pieces in proptest::collection::vec(1i64..200_000, 1..30)) {
            let plan = tiered();
            let whole: i64 = pieces.iter().sum();
            let (mut before, mut fees) = (0i64, 0i64);
            let mut by_share = std::collections::BTreeMap::<u32, i64>::new();
            for piece in &pieces {
                let fee = plan.fee(&Paid { before_minor: before, ..paid(*piece) }).unwrap();
                prop_assert_eq!(fee.parts.iter().map(|(part, _)| part).sum::<i64>(), *piece);
                prop_assert!((0..=*piece).contains(&fee.amount.minor()));
                fee.parts.iter().for_each(|(part, bp)| *by_share.entry(*bp).or_default() += part);
                before += piece;
                fees += fee.amount.minor();
            }
            let at_once = plan.fee(&paid(whole)).unwrap();
            prop_assert_eq!(by_share.into_iter().rev().map(|(bp, part)| (part, bp)).collect::<Vec<_>>(), at_once.parts);
            // Each payment is rounded by itself, by half a minor unit at the most.
            prop_assert!((fees - at_once.amount.minor()).abs() * 2 <= pieces.len() as i64 + 1);
        }

        #[test]
        fn a_fee_lies_between_nothing_and_what_it_is_on(
            minor in 1i64..=Money::LARGEST_MINOR, costs in 0i64..1_000_000, bp in 0u32..=WHOLE_BP, least in 0i64..1_000_000, is_direct: bool,
        ) {
            let plan = RatePlan { minimum_minor: least, direct_bp: Some(bp / 2), ..plan(vec![rate("usual", &[(None, bp)])]) };
            let costs_minor = costs.min(minor);
            let fee = plan.fee(&Paid { costs_minor, is_direct, ..paid(minor) }).unwrap();
            prop_assert!((0..=minor - costs_minor).contains(&fee.amount.minor()));
        }
    }
}
