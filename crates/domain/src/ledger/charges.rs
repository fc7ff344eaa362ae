//! What is added to a debt and taken off it beside payments: interest by its terms, fees, waivers.
//!
//! [`Accrual`] brings together what says how much interest there is: terms by their days, the principal as entries moved it, and the days
//! on which interest rests. It is worked out from those alone, so that what is posted can be proved against them on any day. The first
//! day of terms does not count and the last one does; no day of a rest counts.
//!
//! A charge raises one bucket, a waiver lowers it. Where what was paid already is taken back, the bucket holds too little: [`plan_room`]
//! then turns what was paid for it to other buckets, and what no bucket takes to unapplied money.
//!
//! Read [`Accrual::of`]. Whether something may be charged the gate decides, and who may waive how much [`super::waiver`].
//!
//! Always true: each entry adds up to zero, and after room was made no bucket falls below zero.

use super::interest::{Accrued, Bearing, DayCount, Interest, InterestFault, Running};
use super::{AllocationOrder, Balanced, Buckets, Code, LedgerError, Line};
use crate::accounts::Bucket;
use crate::values::coded::coded;
use crate::values::money::{Currency, Money};
use jiff::Span;
use jiff::civil::Date;

coded! {
    /// What provides for interest.
    InterestSource, 2 {
        Agreement = "agreement", "The agreement";
        Judgment = "judgment", "A judgment";
    }
}

coded! {
    /// What an entry is beside payments and placements.
    ChargeKind, 3 {
        Interest = "interest", "Interest";
        Fee = "fee", "Fee";
        Waiver = "waiver", "Waiver";
    }
}

/// Terms of interest from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterestTerms {
    /// Interest runs from this day, which does not count.
    pub from: Date,
    /// To this day, which does; no end while none is known.
    pub until: Option<Date>,
    /// The rate of a year, in millionths.
    pub rate_ppm: u32,
    /// How days become a share of a year.
    pub day_count: DayCount,
}

/// Principal that was placed, paid or otherwise moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// From which day on; that day still bears what was there before.
    pub on: Date,
    /// By how much, in minor units.
    pub minor: i64,
}

/// Days on which no interest runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    /// The first day that does not count.
    pub from: Date,
    /// The first day that counts again; none while no end is known.
    pub until: Option<Date>,
}

/// All interest on an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accrual {
    currency: Currency,
    parts: Vec<Interest>,
}

impl Accrual {
    /// Works out what bears interest when: each terms alone, all with the same principal and rests, in any order.
    pub fn of(currency: Currency, terms: &[InterestTerms], moved: &[Moved], rests: &[Rest]) -> Result<Accrual, InterestFault> {
        let principal = principal_by_day(moved);
        let mut rests = rests.to_vec();
        rests.sort_by_key(|rest| rest.from);
        let part = |terms: &InterestTerms| {
            let bears = |(from, minor): &(Date, i64)| Bearing { from: *from, principal_minor: (*minor).max(0), rate_ppm: terms.rate_ppm };
            Interest::new(currency, terms.day_count, principal.iter().map(bears).collect(), running(terms, &rests))
        };
        Ok(Accrual { currency, parts: terms.iter().map(part).collect::<Result<_, _>>()? })
    }

    /// All interest to the end of a day, not rounded.
    pub fn accrued(&self, to: Date) -> Accrued {
        self.parts.iter().map(|part| part.accrued(to)).fold(Accrued::default(), Accrued::plus)
    }

    /// What is to be posted at the end of a day, when so much was posted before, half a minor unit to the even one; below zero where too
    /// much was.
    pub fn to_post(&self, to: Date, posted_minor: i64) -> Money {
        Money::of(self.accrued(to).rounded_minor().saturating_sub(posted_minor), self.currency)
    }
}

/// The principal from each day on which it moved.
fn principal_by_day(moved: &[Moved]) -> Vec<(Date, i64)> {
    let mut moved = moved.to_vec();
    moved.sort_by_key(|moved| moved.on);
    let mut by_day: Vec<(Date, i64)> = Vec::with_capacity(moved.len());
    let mut sum = 0i64;
    for Moved { on, minor } in moved {
        sum = sum.saturating_add(minor);
        match by_day.last_mut() {
            Some((last, principal)) if *last == on => *principal = sum,
            _ => by_day.push((on, sum)),
        }
    }
    by_day
}

/// The times of terms between rests, which are in order and may overlap.
fn running(terms: &InterestTerms, rests: &[Rest]) -> Vec<Running> {
    let day_before = |day: Date| day.saturating_sub(Span::new().days(1));
    let mut running = Vec::new();
    let mut from = terms.from;
    for rest in rests {
        let end = day_before(rest.from);
        if terms.until.is_some_and(|until| until <= end) {
            break;
        }
        if end > from {
            running.push(Running { from, to: Some(end) });
        }
        let Some(until) = rest.until else { return running };
        from = from.max(day_before(until));
    }
    if terms.until.is_none_or(|until| until > from) {
        running.push(Running { from, to: terms.until });
    }
    running
}

/// The entry that adds a charge to a bucket.
pub fn plan_charge(bucket: Bucket, amount: Money) -> Result<Balanced, LedgerError> {
    if amount.minor() <= 0 {
        return Err(LedgerError::NotPositive);
    }
    let (minor, currency) = (amount.minor(), amount.currency());
    let lines = [Line::new(Code::Receivable, Some(bucket), minor, currency), Line::new(Code::Placed, None, -minor, currency)];
    Balanced::new(currency, lines)
}

/// The entry that waives a part of a bucket; more than it holds is an error.
pub fn plan_waiver(owed: &Buckets, bucket: Bucket, amount: Money) -> Result<Balanced, LedgerError> {
    let lines = plan_charge(bucket, amount)?.reversed();
    owed.after(&lines)?;
    Ok(lines)
}

/// What makes room for taking an amount off a bucket that holds less, because it was paid: the payment of it goes to the other buckets in
/// the creditor's order, and what they do not take is unapplied money. Nothing where the bucket holds enough.
pub fn plan_room(owed: &Buckets, bucket: Bucket, amount: Money, order: AllocationOrder) -> Result<Option<Balanced>, LedgerError> {
    let currency = owed.currency();
    let short = amount.minus(owed.get(bucket))?.minor();
    if short <= 0 {
        return Ok(None);
    }
    let mut left = short;
    let mut lines = vec![Line::new(Code::Receivable, Some(bucket), short, currency)];
    for other in order.0.into_iter().filter(|other| *other != bucket) {
        let part = owed.get(other).minor().clamp(0, left);
        lines.push(Line::new(Code::Receivable, Some(other), -part, currency));
        left -= part;
    }
    lines.extend([
        Line::new(Code::Placed, None, -left, currency),
        Line::new(Code::ClientPayable, None, left, currency),
        Line::new(Code::Unapplied, None, -left, currency),
    ]);
    Balanced::new(currency, lines).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::moment::{date_of_day, day_number};
    use jiff::civil::date;
    use proptest::prelude::*;

    const NINE: u32 = 90_000;

    fn terms(from: Date, until: Option<Date>) -> InterestTerms {
        InterestTerms { from, until, rate_ppm: NINE, day_count: DayCount::Actual365 }
    }

    fn accrual(terms: &[InterestTerms], moved: &[(Date, i64)], rests: &[Rest]) -> Accrual {
        let moved: Vec<Moved> = moved.iter().map(|(on, minor)| Moved { on: *on, minor: *minor }).collect();
        Accrual::of(Currency::Usd, terms, &moved, rests).expect("terms")
    }

    #[test]
    fn a_rest_counts_no_day_and_a_payment_counts_from_its_own() {
        // 3,650.00 at 9 % bear 0.90 a day; half of it is paid on 11 January.
        let placed = [(date(2025, 12, 1), 365_000)];
        let on = |day| date(2026, 1, day);
        let all = accrual(&[terms(on(1), None)], &placed, &[]);
        assert_eq!(all.to_post(on(11), 0), Money::usd(900));
        let paid = accrual(&[terms(on(1), None)], &[placed[0], (on(11), -182_500)], &[]);
        assert_eq!((paid.to_post(on(11), 0), paid.to_post(on(21), 0)), (Money::usd(900), Money::usd(1_350)));
        // It rests from the 5th; the 8th counts again: four days do before, the 5th to 7th do not.
        let rest = Rest { from: on(5), until: Some(on(8)) };
        let rested = accrual(&[terms(on(1), None)], &placed, &[rest]);
        for (day, minor) in [(4, 270), (5, 270), (7, 270), (8, 360), (11, 630)] {
            assert_eq!(rested.to_post(on(day), 0), Money::usd(minor), "{day}");
        }
        // What was posted before the pause was known is too much.
        assert_eq!(rested.to_post(on(11), 900), Money::usd(-270));
        // No end is known; terms that ended before it are not touched; one that covers terms leaves nothing.
        assert_eq!(accrual(&[terms(on(1), None)], &placed, &[Rest { until: None, ..rest }]).to_post(on(31), 0), Money::usd(270));
        assert_eq!(accrual(&[terms(on(1), Some(on(3)))], &placed, &[rest]).to_post(on(31), 0), Money::usd(180));
        let whole = Rest { from: on(1), until: Some(on(31)) };
        assert_eq!(accrual(&[terms(on(1), Some(on(30)))], &placed, &[whole]).to_post(on(31), 0), Money::usd(0));
        assert_eq!(accrual(&[terms(on(1), None)], &[], &[]).to_post(on(31), 0), Money::usd(0), "nothing was placed");
    }

    #[test]
    fn newer_terms_go_on_where_older_ones_end() {
        let on = |day| date(2026, 1, day);
        let placed = [(date(2025, 12, 1), 365_000)];
        let four = InterestTerms { rate_ppm: 40_000, ..terms(on(11), None) };
        let both = accrual(&[terms(on(1), Some(on(11))), four], &placed, &[]);
        assert_eq!(both.to_post(on(21), 0), Money::usd(1_300));
    }

    fn owed(principal: i64, interest: i64, fees: i64) -> Buckets {
        Buckets::none(Currency::Usd).with(Bucket::Principal, principal).with(Bucket::Interest, interest).with(Bucket::Fees, fees)
    }

    #[test]
    fn what_was_paid_for_a_charge_that_is_taken_back_pays_the_rest() {
        let order = AllocationOrder::default();
        let charge = plan_charge(Bucket::Interest, Money::usd(500)).unwrap();
        assert_eq!(plan_charge(Bucket::Interest, Money::usd(0)), Err(LedgerError::NotPositive));
        assert_eq!(owed(1_000, 0, 0).after(&charge), Ok(owed(1_000, 500, 0)));
        assert_eq!(plan_room(&owed(1_000, 500, 0), Bucket::Interest, Money::usd(500), order), Ok(None));
        //   owed after a payment    room                    taken back
        for (before, after) in
            [(owed(1_000, 200, 0), owed(700, 0, 0)), (owed(1_000, 200, 250), owed(950, 0, 0)), (owed(100, 0, 0), owed(0, 0, 0))]
        {
            let room = plan_room(&before, Bucket::Interest, Money::usd(500), order).unwrap().expect("room");
            assert_eq!(before.after(&room).unwrap().after(&charge.reversed()), Ok(after));
        }
        let overpaid = plan_room(&owed(100, 0, 0), Bucket::Interest, Money::usd(500), order).unwrap().expect("room");
        let unapplied: i64 = overpaid.lines().filter(|line| line.code == Code::Unapplied).map(|line| line.amount.minor()).sum();
        assert_eq!(unapplied, -400, "what no bucket takes is theirs");
        assert_eq!(plan_waiver(&owed(0, 200, 0), Bucket::Interest, Money::usd(201)), Err(LedgerError::BelowZero(Bucket::Interest)));
        assert_eq!(owed(0, 200, 0).after(&plan_waiver(&owed(0, 200, 0), Bucket::Interest, Money::usd(200)).unwrap()), Ok(owed(0, 0, 0)));
    }

    proptest! {
        #[test]
        fn interest_is_that_of_the_days_that_count(
            rate in 0..400_000u32, begins in 0..300i32, lasts in proptest::option::of(1..900i32), year in 1990..2100i16,
            moves in proptest::collection::vec((0..1_200i32, -200_000..400_000i64), 1..8),
            rests in proptest::collection::vec((0..1_200i32, proptest::option::weighted(0.9, 1..200i32)), 0..5),
            mut posted_on in proptest::collection::vec(0..1_200i32, 1..10),
        ) {
            let start = day_number(date(year, 1, 30));
            let on = |day: i32| date_of_day(start + day);
            let one = InterestTerms { from: on(begins), until: lasts.map(|days| on(begins + days)), rate_ppm: rate, day_count: DayCount::Actual365 };
            let moved: Vec<(Date, i64)> = moves.iter().map(|(day, minor)| (on(*day), *minor)).collect();
            let rested: Vec<Rest> = rests.iter().map(|(day, days)| Rest { from: on(*day), until: days.map(|days| on(day + days)) }).collect();
            let all = accrual(&[one], &moved, &rested);
            // Day by day: a day bears what was there before it.
            let end = 1_200;
            let mut bore: i128 = 0;
            for day in begins + 1..=end.min(lasts.map_or(end, |days| begins + days)) {
                let is_rest = rests.iter().any(|(from, days)| (*from..days.map_or(i32::MAX, |days| from + days)).contains(&day));
                let principal: i64 = moves.iter().filter(|(moved, _)| *moved < day).map(|(_, minor)| minor).sum();
                bore += if is_rest { 0 } else { i128::from(principal.max(0)) * i128::from(rate) };
            }
            let unit = 365_000_000i128;
            let exact = i128::from(all.accrued(on(end)).rounded_minor());
            prop_assert!((exact * unit - bore).abs() * 2 <= unit, "{exact} is not {bore} / {unit}");
            // Posted in pieces it is what posting once is.
            posted_on.sort_unstable();
            let mut posted = 0;
            for day in &posted_on {
                let more = all.to_post(on(*day), posted).minor();
                prop_assert!(more >= 0);
                posted += more;
            }
            prop_assert_eq!(posted, all.to_post(on(*posted_on.last().expect("a day")), 0).minor());
        }

        #[test]
        fn charges_waivers_and_what_is_taken_back_leave_no_bucket_below_zero(
            start in proptest::array::uniform5(0..50_000i64),
            acts in proptest::collection::vec((0..4u8, 0..5usize, 1..20_000i64), 1..25),
        ) {
            let mut now = Buckets::of(Currency::Usd, start);
            let mut charged: Vec<(Bucket, i64)> = Vec::new();
            let (mut placed, mut trust, mut payable, mut unapplied) = (0i64, 0i64, 0i64, 0i64);
            let mut all = Vec::new();
            for (what, bucket, minor) in acts {
                let bucket = Bucket::ALL[bucket];
                let mut entries = Vec::new();
                match what {
                    0 => {
                        entries.push(plan_charge(bucket, Money::usd(minor)).unwrap());
                        charged.push((bucket, minor));
                    }
                    1 => entries.extend(plan_waiver(&now, bucket, Money::usd(minor)).ok()),
                    2 => entries.push(super::super::plan_payment(Money::usd(minor), &now, AllocationOrder::default()).unwrap().1),
                    _ => {
                        if let Some((bucket, minor)) = charged.pop() {
                            entries.extend(plan_room(&now, bucket, Money::usd(minor), AllocationOrder::default()).unwrap());
                            entries.push(plan_charge(bucket, Money::usd(minor)).unwrap().reversed());
                        }
                    }
                }
                for entry in entries {
                    now = now.after(&entry).expect("no bucket falls below zero");
                    let [_, _, _, _, _, p, t, c, u] = *entry.minor();
                    (placed, trust, payable, unapplied) = (placed + p, trust + t, payable + c, unapplied + u);
                    all.push(entry);
                }
            }
            prop_assert_eq!(trust + payable + unapplied, 0, "client money is whole");
            prop_assert_eq!(now.total().unwrap().minor() - start.iter().sum::<i64>() + placed, 0);
            // What was done, taken back in the end: nothing is left of it.
            let sum: i64 = all.iter().chain(&all.iter().map(Balanced::reversed).collect::<Vec<_>>()).flat_map(|entry| entry.minor().to_vec()).sum();
            prop_assert_eq!(sum, 0);
        }
    }
}
