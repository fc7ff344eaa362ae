//! Simple interest by day count: what bears it from which day at which rate, when it runs and when it rests.
//!
//! Interest of a stretch is principal × rate × share of a year; nothing bears interest on interest. Shares of a year are whole numbers of
//! [`YEAR`] parts, which 360, 365 and 366 all divide, so that nothing is rounded before an amount is posted: then the sum from the
//! beginning is rounded, half a minor unit to the even one, and what was posted before is taken off ([`Interest::to_post`]). A fraction
//! that was not posted is in the next posting.
//!
//! The first day of a stretch does not count and its last one does. By 30/360 as the United States have it a day's place depends on
//! the stretch's first day, so days are counted from the beginning of each stretch and never from one posting to the next.
//!
//! Read [`Interest::accrued`]. Whether interest may be asked for at all, and at which rate, is not decided here.
//!
//! Always true: however often it is posted, what was posted together is what posting once would be.

use crate::values::coded::coded;
use crate::values::moment::day_number;
use crate::values::money::{Currency, Money};
use jiff::civil::Date;

/// The parts of a year: the least number that 360, 365 and 366 divide.
pub const YEAR: i128 = 1_603_080;

/// A whole, in the millionths of which rates are.
const MILLION: i128 = 1_000_000;

coded! {
    /// How days become a share of a year. The thirties and the last one are as in the 2006 ISDA Definitions, section 4.16, with the end of
    /// February as United States markets have it.
    DayCount, 5 {
        Actual365 = "actual_365", "actual days of 365";
        Actual360 = "actual_360", "actual days of 360";
        Thirty360Us = "30_360_us", "months of 30 days, United States";
        Thirty360European = "30_360_european", "months of 30 days, European";
        ActualActualIsda = "actual_actual_isda", "actual days of the actual year";
    }
}

impl DayCount {
    /// The share of a year from one day to a later one, in parts of [`YEAR`]; none where it is not later.
    pub fn parts(self, from: Date, to: Date) -> i128 {
        if to <= from {
            return 0;
        }
        let actual = |from: Date, to: Date| i128::from(day_number(to) - day_number(from));
        match self {
            DayCount::Actual365 => actual(from, to) * (YEAR / 365),
            DayCount::Actual360 => actual(from, to) * (YEAR / 360),
            DayCount::Thirty360Us => thirties(from, to, us_days(from, to)) * (YEAR / 360),
            DayCount::Thirty360European => thirties(from, to, (from.day().min(30), to.day().min(30))) * (YEAR / 360),
            DayCount::ActualActualIsda => (from.year()..=to.year())
                .map(|year| {
                    let (first, next) = (Date::new(year, 1, 1).unwrap_or(from), Date::new(year + 1, 1, 1).unwrap_or(to));
                    let days = actual(first.max(from), next.min(to));
                    days * (YEAR / if first.in_leap_year() { 366 } else { 365 })
                })
                .sum(),
        }
    }
}

/// Days where every month has thirty, with the days of the two months as a convention has them.
fn thirties(from: Date, to: Date, days: (i8, i8)) -> i128 {
    let months = (i128::from(to.year()) - i128::from(from.year())) * 12 + i128::from(to.month()) - i128::from(from.month());
    months * 30 + i128::from(days.1) - i128::from(days.0)
}

/// The last day of February counts as the 30th, and of the second date only where the first one is such a day too; the 31st counts as the
/// 30th, and of the second date only where the first one counts as it.
fn us_days(from: Date, to: Date) -> (i8, i8) {
    let ends_february = |on: Date| on.month() == 2 && on.day() == on.days_in_month();
    let first = if ends_february(from) || from.day() == 31 { 30 } else { from.day() };
    let second = match to.day() {
        _ if ends_february(from) && ends_february(to) => 30,
        31 if first == 30 => 30,
        day => day,
    };
    (first, second)
}

/// What bears interest from a day on, and how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bearing {
    /// From this day on, until the next one.
    pub from: Date,
    /// What bears it, in minor units.
    pub principal_minor: i64,
    /// The rate of a year, in millionths: 90,000 are nine percent.
    pub rate_ppm: u32,
}

/// A time in which interest runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Running {
    /// From this day, which does not count.
    pub from: Date,
    /// To this day, which does; no end while none is known.
    pub to: Option<Date>,
}

/// The interest on one debt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interest {
    currency: Currency,
    day_count: DayCount,
    bearing: Vec<Bearing>,
    running: Vec<Running>,
}

/// Why terms are no interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InterestFault {
    /// The days from which something bears interest do not go up.
    BearingOrder,
    /// The times in which it runs overlap, end before they begin, or one without an end is not the last.
    RunningOrder,
    /// A principal below zero or larger than a debt can be, or a rate above 1,000 percent.
    OutOfRange,
}

impl std::fmt::Display for InterestFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            InterestFault::BearingOrder => "what bears interest is named by days that go up, each once",
            InterestFault::RunningOrder => "the times in which interest runs follow each other, and only the last one has no end",
            InterestFault::OutOfRange => "a principal is from zero to the largest debt, and a rate at most 1,000 percent",
        })
    }
}

impl std::error::Error for InterestFault {}

/// Interest that is not rounded yet, in parts of [`YEAR`] of a millionth of a minor unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Accrued(i128);

impl Accrued {
    /// In whole minor units, half of one to the even one.
    pub fn rounded_minor(self) -> i64 {
        let unit = YEAR * MILLION;
        let (whole, rest) = (self.0.div_euclid(unit), self.0.rem_euclid(unit));
        let is_up = rest * 2 > unit || (rest * 2 == unit && whole % 2 != 0);
        i64::try_from(whole + i128::from(is_up)).unwrap_or(i64::MAX)
    }

    /// This and another one.
    pub const fn plus(self, other: Accrued) -> Accrued {
        Accrued(self.0.saturating_add(other.0))
    }
}

impl Interest {
    /// Takes terms that follow each other.
    pub fn new(currency: Currency, day_count: DayCount, bearing: Vec<Bearing>, running: Vec<Running>) -> Result<Interest, InterestFault> {
        if bearing.windows(2).any(|two| two[0].from >= two[1].from) {
            return Err(InterestFault::BearingOrder);
        }
        let follows = |two: &[Running]| two[0].to.is_some_and(|to| to <= two[1].from);
        if !running.windows(2).all(follows) || running.iter().any(|one| one.to.is_some_and(|to| to < one.from)) {
            return Err(InterestFault::RunningOrder);
        }
        let is_in_range = |one: &Bearing| (0..=Money::LARGEST_MINOR).contains(&one.principal_minor) && one.rate_ppm <= 10_000_000;
        if !bearing.iter().all(is_in_range) {
            return Err(InterestFault::OutOfRange);
        }
        Ok(Interest { currency, day_count, bearing, running })
    }

    /// All interest from the beginning to the end of a day, not rounded.
    pub fn accrued(&self, to: Date) -> Accrued {
        let sum = self.running.iter().map(|run| {
            let end = run.to.map_or(to, |end| end.min(to));
            let next = self.bearing.iter().skip(1).map(|next| next.from).chain(std::iter::once(Date::MAX));
            let stretches = self.bearing.iter().zip(next).map(|(bearing, next)| {
                let parts = self.day_count.parts(bearing.from.max(run.from), next.min(end));
                i128::from(bearing.principal_minor) * i128::from(bearing.rate_ppm) * parts
            });
            stretches.sum::<i128>()
        });
        Accrued(sum.sum())
    }

    /// What is to be posted at the end of a day, when so much was posted before: below zero where too much was.
    pub fn to_post(&self, to: Date, posted_minor: i64) -> Money {
        Money::of(self.accrued(to).rounded_minor().saturating_sub(posted_minor), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn bearing(from: Date, principal_minor: i64, rate_ppm: u32) -> Bearing {
        Bearing { from, principal_minor, rate_ppm }
    }

    fn interest(day_count: DayCount, bearing: Vec<Bearing>, running: Vec<Running>) -> Interest {
        Interest::new(Currency::Usd, day_count, bearing, running).expect("terms")
    }

    fn from(from: Date) -> Vec<Running> {
        vec![Running { from, to: None }]
    }

    /// Ten thousand at ten percent between two days.
    fn on_ten_thousand(day_count: DayCount, first: Date, to: Date) -> i64 {
        interest(day_count, vec![bearing(first, 1_000_000, 100_000)], from(first)).accrued(to).rounded_minor()
    }

    #[test]
    fn months_of_thirty_days_are_counted_as_published() {
        use DayCount::{Thirty360European, Thirty360Us};
        // The pairs of days are those of ISDA's sheet of 30/360 conventions.
        //   from               to                   United States  European
        for (from, to, us, european) in [
            (date(2007, 1, 15), date(2007, 1, 30), 15, 15),
            (date(2007, 1, 15), date(2007, 2, 15), 30, 30),
            (date(2007, 1, 15), date(2007, 7, 15), 180, 180),
            (date(2007, 9, 30), date(2008, 3, 31), 180, 180),
            (date(2007, 9, 30), date(2007, 10, 31), 30, 30),
            (date(2007, 9, 30), date(2008, 9, 30), 360, 360),
            (date(2007, 1, 15), date(2007, 1, 31), 16, 15),
            (date(2007, 1, 31), date(2007, 2, 28), 28, 28),
            (date(2007, 2, 28), date(2007, 3, 31), 30, 32),
            (date(2006, 8, 31), date(2007, 2, 28), 178, 178),
            (date(2007, 2, 28), date(2007, 8, 31), 180, 182),
            (date(2007, 2, 14), date(2007, 2, 28), 14, 14),
            (date(2007, 2, 26), date(2008, 2, 29), 363, 363),
            (date(2008, 2, 29), date(2009, 2, 28), 360, 359),
            (date(2008, 2, 29), date(2008, 3, 30), 30, 31),
            (date(2008, 2, 29), date(2008, 3, 31), 30, 31),
            (date(2008, 2, 28), date(2008, 3, 31), 33, 32),
            (date(2007, 2, 28), date(2008, 2, 29), 360, 361),
        ] {
            let days = |day_count: DayCount| day_count.parts(from, to) * 360 / YEAR;
            assert_eq!((days(Thirty360Us), days(Thirty360European)), (us, european), "{from} to {to}");
        }
    }

    #[test]
    fn the_actual_year_is_counted_as_published() {
        // ISDA's paper on day counts of 1998: 10,000.00 at 10 %.
        //   from                to                   interest
        for (first, to, minor) in [
            // 61/365 + 121/366.
            (date(2003, 11, 1), date(2004, 5, 1), 49_772),
            // 150/365, then 184/365 + 182/366.
            (date(1999, 2, 1), date(1999, 7, 1), 41_096),
            (date(1999, 7, 1), date(2000, 7, 1), 100_138),
            // 334/365, then 170/365 + 14/366.
            (date(2002, 8, 15), date(2003, 7, 15), 91_507),
            (date(2003, 7, 15), date(2004, 1, 15), 50_400),
            // 155/365 + 29/366, then 152/366.
            (date(1999, 7, 30), date(2000, 1, 30), 50_389),
            (date(2000, 1, 30), date(2000, 6, 30), 41_530),
        ] {
            assert_eq!(on_ten_thousand(DayCount::ActualActualIsda, first, to), minor, "{first} to {to}");
        }
        // 182 days: of 365 they are 498.63, of 360 they are 505.555….
        let (first, to) = (date(2003, 11, 1), date(2004, 5, 1));
        assert_eq!(on_ten_thousand(DayCount::Actual365, first, to), 49_863);
        assert_eq!(on_ten_thousand(DayCount::Actual360, first, to), 50_556);
        for day_count in DayCount::ALL {
            assert_eq!((day_count.parts(to, first), day_count.parts(to, to)), (0, 0), "{day_count}");
        }
    }

    #[test]
    fn forty_five_days_of_eight_percent_are_what_the_handbook_says() {
        let first = date(2026, 1, 1);
        let thousand = interest(DayCount::Actual365, vec![bearing(first, 100_000, 80_000)], from(first));
        assert_eq!(thousand.to_post(date(2026, 2, 15), 0), Money::usd(986));
        assert_eq!(thousand.to_post(date(2026, 2, 15), 900), Money::usd(86));
        assert_eq!(thousand.to_post(first, 0), Money::usd(0));
    }

    #[test]
    fn rates_change_by_their_day_and_a_rest_bears_nothing() {
        // A judgment of 3,650.00: 10 % from 1 January, 4 % from 1 April; 3,000.00 of it are left from 1 May. It rests in March.
        let bears = vec![
            bearing(date(2026, 1, 1), 365_000, 100_000),
            bearing(date(2026, 4, 1), 365_000, 40_000),
            bearing(date(2026, 5, 1), 300_000, 40_000),
        ];
        let runs = vec![Running { from: date(2026, 1, 1), to: Some(date(2026, 3, 1)) }, Running { from: date(2026, 3, 31), to: None }];
        let judgment = interest(DayCount::Actual365, bears.clone(), runs);
        // 59 days of 1.00; then one day of 1.00, thirty of 0.40, and 31 of 120.00/365, which are 10.19.
        for (to, minor) in [
            (date(2025, 12, 1), 0),
            (date(2026, 1, 2), 100),
            (date(2026, 3, 1), 5_900),
            (date(2026, 3, 31), 5_900),
            (date(2026, 4, 1), 6_000),
            (date(2026, 5, 1), 7_200),
            (date(2026, 6, 1), 8_219),
        ] {
            assert_eq!(judgment.accrued(to).rounded_minor(), minor, "{to}");
        }
        let up = vec![bears[1], bears[0]];
        assert_eq!(Interest::new(Currency::Usd, DayCount::Actual365, up, vec![]), Err(InterestFault::BearingOrder));
        let open_first = vec![Running { from: date(2026, 1, 1), to: None }, Running { from: date(2026, 2, 1), to: None }];
        assert_eq!(Interest::new(Currency::Usd, DayCount::Actual365, bears, open_first), Err(InterestFault::RunningOrder));
        let high = vec![bearing(date(2026, 1, 1), 1, 10_000_001)];
        assert_eq!(Interest::new(Currency::Usd, DayCount::Actual365, high, vec![]), Err(InterestFault::OutOfRange));
    }

    #[test]
    fn half_a_cent_goes_to_the_even_one_and_is_not_lost() {
        // 36.50 at 5 % bear half a cent a day.
        let first = date(2026, 1, 1);
        let small = interest(DayCount::Actual365, vec![bearing(first, 3_650, 50_000)], from(first));
        let mut posted = 0;
        let daily: Vec<i64> = (2..=9)
            .map(|day| {
                let minor = small.to_post(date(2026, 1, day), posted).minor();
                posted += minor;
                minor
            })
            .collect();
        // 0.5, 1, 1.5, 2, 2.5, 3, 3.5 and 4 cents in all are 0, 1, 2, 2, 2, 3, 4 and 4.
        assert_eq!(daily, [0, 1, 1, 0, 0, 1, 1, 0]);
    }

    proptest! {
        #[test]
        fn accruing_in_pieces_is_accruing_at_once(
            kind in 0..5usize, principal in 0..=Money::LARGEST_MINOR, rate in 0..300_000u32, second_rate in 0..300_000u32, change in 1..900i32,
            rest in 1..400i32, mut days in proptest::collection::vec(0..1_500i32, 1..12),
        ) {
            let start = day_number(date(2023, 1, 30));
            let on = |day: i32| crate::values::moment::date_of_day(start + day);
            let bears = vec![bearing(on(0), principal, rate), bearing(on(change), principal / 2, second_rate)];
            let runs = vec![Running { from: on(0), to: Some(on(rest)) }, Running { from: on(rest + 20), to: None }];
            let all = interest(DayCount::ALL[kind], bears.clone(), runs.clone());
            days.sort_unstable();
            let mut posted = 0;
            for day in &days {
                let more = all.to_post(on(*day), posted).minor();
                prop_assert!(more >= 0, "interest does not run back");
                posted += more;
            }
            let end = on(*days.last().expect("a day"));
            prop_assert_eq!(posted, all.accrued(end).rounded_minor());
            // Each time in which it runs is its own; together they are the whole.
            let parts = runs.iter().map(|run| interest(DayCount::ALL[kind], bears.clone(), vec![*run]).accrued(end));
            prop_assert_eq!(parts.fold(Accrued::default(), Accrued::plus), all.accrued(end));
        }
    }
}
