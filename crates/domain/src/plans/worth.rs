//! Worth: what a plan is expected to bring, in money of today.
//!
//! Expected present value = down payment + sum over k = 1..n of installment k × s^k / (1 + r)^(t_k): s is the chance that each next
//! installment is kept, r the monthly discount rate, t_k the months from the agreement to the day wanted. A month counts thirty days, as
//! in 30/360, so that a plan from the same day of the next month has t_k = k. A down payment is paid on the day of the agreement and
//! counts whole. Example: 12 × 100.00 on 1,500.00 at s = 0.93 and r = 1 % are worth 730.65, or 48.71 % of the balance.
//!
//! Kept in whole numbers: s and r in millionths; powers in units of 2^-60, each product rounded down; a weight in units of 2^-40 or, for
//! balances above 41,943.03, as many bits fewer as keep every sum in 64 ([`bits_for`]), rounded down. The same plan is worth the same
//! to the last bit however its sum is taken, and no tie is broken by a rounding.
//!
//! This number is for the officer and never for the consumer.

use super::FieldProblem;
use super::schedule::Schedule;
use crate::values::money::Money;
use jiff::civil::Date;

/// One, in the units of powers.
const ONE: u64 = 1 << 60;

/// A whole, in millionths.
const MILLION: u32 = 1_000_000;

/// The days of a month, as they are counted here.
const MONTH: u32 = 30;

/// How likely it is that money comes, and what it loses by coming later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Odds {
    /// The chance that each next installment is kept, in units of 2^-60.
    kept: u64,
    /// What is left of money a month later.
    month: u64,
    /// What is left of it so many days later, within a month; the thirtieth would be a month's.
    days: [u64; MONTH as usize],
}

impl Odds {
    /// From the chance that each next installment is kept, above 0 and at most 1, and the monthly discount rate, at most 100 %; both in
    /// millionths.
    pub fn new(kept_ppm: u32, discount_ppm: u32) -> Result<Odds, FieldProblem> {
        if !(1..=MILLION).contains(&kept_ppm) {
            return Err(FieldProblem::new("kept", "The chance that an installment is kept is above 0 and at most 100 percent."));
        }
        if discount_ppm > MILLION {
            return Err(FieldProblem::new("discount", "The monthly discount rate is at most 100 percent."));
        }
        let kept = ratio(kept_ppm, MILLION);
        let month = ratio(MILLION, MILLION + discount_ppm);
        let day = thirtieth_root(month);
        let mut days = [ONE; MONTH as usize];
        for place in 1..days.len() {
            days[place] = times(days[place - 1], day);
        }
        Ok(Odds { kept, month, days })
    }

    /// The chance that so many installments are all kept, in units of 2^-60.
    fn all_kept(&self, count: u32) -> u64 {
        power(self.kept, count)
    }

    /// The chance that so many installments are all kept, in millionths, rounded down.
    pub fn all_kept_ppm(&self, count: u32) -> u32 {
        u32::try_from((u128::from(self.all_kept(count)) * u128::from(MILLION)) >> 60).unwrap_or(MILLION)
    }

    /// What money so many days of months of thirty ahead is worth, in units of 2^-60.
    fn discount(&self, days: u32) -> u64 {
        times(power(self.month, days / MONTH), self.days[(days % MONTH) as usize])
    }

    /// The weight of the so-manieth installment (from 1), wanted so many days ahead, in units of 2^-bits.
    pub fn weight(&self, no: u32, days: u32, bits: u32) -> i64 {
        weight(self.all_kept(no), self.discount(days), bits)
    }

    /// The powers of these odds, to be read from tables: up to so many installments and so many days.
    pub(super) fn tables(&self, count: u32, days: u32) -> Tables {
        Tables { kept: powers(self.kept, count), months: powers(self.month, days / MONTH), days: self.days }
    }

    /// What a schedule is worth: every payment by its own weight.
    pub fn worth(&self, schedule: &Schedule, balance: Money) -> Worth {
        let bits = bits_for(balance.minor());
        let mut units = schedule.down().minor() << bits;
        let (mut kept, mut month, mut months) = (ONE, ONE, 0);
        for one in schedule.installments() {
            let days = days_ahead(schedule.agreed_on(), one.wanted_on);
            kept = times(kept, self.kept);
            while months < days / MONTH {
                (month, months) = (times(month, self.month), months + 1);
            }
            units += one.amount.minor() * weight(kept, times(month, self.days[(days % MONTH) as usize]), bits);
        }
        Worth { units, bits, balance }
    }
}

/// Powers of odds, in units of 2^-60.
pub(super) struct Tables {
    kept: Vec<u64>,
    months: Vec<u64>,
    days: [u64; MONTH as usize],
}

impl Tables {
    /// As [`Odds::discount`].
    pub(super) fn discount(&self, days: u32) -> u64 {
        times(self.months[(days / MONTH) as usize], self.days[(days % MONTH) as usize])
    }

    /// As [`Odds::weight`], of a discount that was read before.
    pub(super) fn weight(&self, no: usize, discount: u64, bits: u32) -> i64 {
        weight(self.kept[no], discount, bits)
    }
}

/// What a plan is expected to bring, in money of today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worth {
    units: i64,
    bits: u32,
    balance: Money,
}

impl Worth {
    pub(super) const fn new(units: i64, bits: u32, balance: Money) -> Worth {
        Worth { units, bits, balance }
    }

    /// In units of 2^-bits of a minor unit: what plans on one balance are ranked by.
    pub const fn units(&self) -> i64 {
        self.units
    }

    /// As money, half a minor unit to the even one.
    pub fn amount(&self) -> Money {
        Money::of(half_even(i128::from(self.units), 1 << self.bits), self.balance.currency())
    }

    /// As a share of the balance in basis points, half of one to the even one: what a lump sum today has to be above.
    pub fn share_bp(&self) -> i64 {
        half_even(i128::from(self.units) * 10_000, i128::from(self.balance.minor().max(1)) << self.bits)
    }
}

/// The bits behind the point that weights have for a balance: every sum of a plan on it stays below 2^62.
pub fn bits_for(balance_minor: i64) -> u32 {
    (62 - (64 - balance_minor.leading_zeros()).min(62)).min(40)
}

/// Days from one day to a later one where every month has thirty: the 31st counts as the 30th.
pub fn days_ahead(from: Date, to: Date) -> u32 {
    let day = |on: Date| i32::from(on.year()) * 360 + i32::from(on.month()) * 30 + i32::from(on.day().min(30));
    u32::try_from(day(to) - day(from)).unwrap_or(0)
}

fn ratio(part: u32, whole: u32) -> u64 {
    u64::try_from(u128::from(part) * u128::from(ONE) / u128::from(whole)).unwrap_or(ONE)
}

/// A product of two powers, at most one, rounded down.
fn times(one: u64, other: u64) -> u64 {
    u64::try_from((u128::from(one) * u128::from(other)) >> 60).unwrap_or(ONE)
}

fn weight(kept: u64, discount: u64, bits: u32) -> i64 {
    i64::try_from((u128::from(kept) * u128::from(discount)) >> (120 - bits)).unwrap_or(i64::MAX)
}

/// A power by one multiplication after the other, so that a table of powers is the same.
fn power(base: u64, exponent: u32) -> u64 {
    (0..exponent).fold(ONE, |power, _| times(power, base))
}

fn powers(base: u64, most: u32) -> Vec<u64> {
    std::iter::successors(Some(ONE), |power| Some(times(*power, base))).take(most as usize + 1).collect()
}

/// The largest number whose thirtieth power is not above this one.
fn thirtieth_root(of: u64) -> u64 {
    let (mut low, mut high) = (of.min(ONE), ONE);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if power(middle, MONTH) <= of { low = middle } else { high = middle - 1 }
    }
    low
}

fn half_even(amount: i128, parts: i128) -> i64 {
    let (whole, rest) = (amount.div_euclid(parts), amount.rem_euclid(parts));
    let is_up = rest * 2 > parts || (rest * 2 == parts && whole % 2 != 0);
    i64::try_from(whole + i128::from(is_up)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::rhythm::{Frequency, Shift};
    use crate::plans::schedule::{Cut, PlanDays, PlanTerms, plan_schedule};
    use jiff::civil::date;
    use proptest::prelude::*;

    fn schedule(total: i64, down: i64, count: u32, first_on: Date) -> Schedule {
        let days = PlanDays { agreed_on: date(2026, 1, 15), pay_days: None, shift: Shift::Next, limitation_on: None, recall_on: None };
        let (total, down) = (Money::usd(total), Money::usd(down));
        plan_schedule(&PlanTerms { total, down, cut: Cut::Count(count), first_on, frequency: Frequency::Monthly }, &days).expect("a plan")
    }

    #[test]
    fn twelve_hundreds_on_fifteen_hundred_are_worth_what_the_handbook_says() {
        let odds = Odds::new(930_000, 10_000).expect("odds");
        let worth = odds.worth(&schedule(120_000, 0, 12, date(2026, 2, 15)), Money::usd(150_000));
        assert_eq!((worth.amount(), worth.share_bp()), (Money::usd(73_065), 4_871));
        // 0.93^12 is 0.418596….
        assert_eq!(odds.all_kept_ppm(12), 418_596);
    }

    #[test]
    fn a_down_payment_counts_whole_and_certain_money_without_discount_counts_whole_too() {
        let (sure, balance) = (Odds::new(1_000_000, 0).expect("odds"), Money::usd(150_000));
        assert_eq!(sure.worth(&schedule(120_001, 0, 12, date(2026, 2, 15)), balance).amount(), Money::usd(120_001));
        assert_eq!((sure.all_kept_ppm(500), sure.all_kept_ppm(0)), (1_000_000, 1_000_000));
        // 400.00 today, then 300.00 a month later: 300 × 0.5 / 1.25 = 120.00.
        let odds = Odds::new(500_000, 250_000).expect("odds");
        let worth = odds.worth(&schedule(70_000, 40_000, 1, date(2026, 2, 15)), Money::usd(100_000));
        assert_eq!((worth.amount(), worth.share_bp()), (Money::usd(52_000), 5_200));
    }

    #[test]
    fn days_are_counted_in_months_of_thirty() {
        //   from               to                  days
        for (from, to, days) in [
            (date(2026, 1, 15), date(2026, 2, 15), 30),
            (date(2026, 1, 31), date(2026, 2, 28), 28),
            (date(2026, 1, 31), date(2026, 3, 31), 60),
            (date(2026, 12, 25), date(2027, 1, 1), 6),
            (date(2026, 1, 30), date(2026, 1, 31), 0),
            (date(2026, 2, 1), date(2026, 1, 1), 0),
        ] {
            assert_eq!(days_ahead(from, to), days, "{from} to {to}");
        }
    }

    #[test]
    fn weights_leave_room_for_every_sum() {
        //   balance             bits
        for (balance, bits) in [(1, 40), (4_194_303, 40), (4_194_304, 39), (Money::LARGEST_MINOR, 22)] {
            assert_eq!(bits_for(balance), bits, "{balance}");
            assert!(i128::from(balance) << bits < 1 << 62, "{balance}");
        }
        assert_eq!((half_even(5, 2), half_even(7, 2), half_even(9, 4), half_even(11, 4)), (2, 4, 2, 3));
    }

    #[test]
    fn odds_are_chances_and_rates() {
        for (kept, discount, field) in [(0, 0, "kept"), (1_000_001, 0, "kept"), (1, 1_000_001, "discount")] {
            assert_eq!(Odds::new(kept, discount).expect_err("no odds").field, field);
        }
    }

    proptest! {
        #[test]
        #[allow(clippy::float_arithmetic, reason = "the formula as it is written, beside the whole numbers")]
        fn the_worth_is_the_formula_of_the_handbook(
            total in 10_000..100_000_000i64, down_bp in 0..5_000i64, count in 1..60u32, kept in 500_000..=1_000_000u32, rate in 0..100_000u32,
        ) {
            let plan = schedule(total, total * down_bp / 10_000, count, date(2026, 2, 15));
            let worth = Odds::new(kept, rate).expect("odds").worth(&plan, Money::usd(total));
            let (s, r) = (f64::from(kept) / 1e6, f64::from(rate) / 1e6);
            let later: f64 = (1..).zip(plan.installments()).map(|(k, one)| one.amount.minor() as f64 * (s / (1.0 + r)).powi(k)).sum();
            let formula = plan.down().minor() as f64 + later;
            prop_assert!((worth.amount().minor() as f64 - formula).abs() < 0.51 + formula * 1e-9, "{formula}");
        }

        #[test]
        fn tables_hold_the_same_powers(kept in 1..=1_000_000u32, rate in 0..=1_000_000u32, no in 0..100u32, days in 0..2_000u32) {
            let odds = Odds::new(kept, rate).expect("odds");
            let tables = odds.tables(100, 2_000);
            prop_assert_eq!(tables.discount(days), odds.discount(days));
            prop_assert_eq!(tables.weight(no as usize, tables.discount(days), 40), odds.weight(no, days, 40));
        }
    }
}
