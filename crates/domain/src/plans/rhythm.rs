//! Rhythms: the days on which somebody is paid, or on which they pay: every week, every two weeks, twice a month, once a month.
//!
//! A rhythm by the month is kept by its day and never by the date before it: the 31st is the last day of a shorter month, and the 31st
//! again after. Which days are business days is not asked here; [`moved`] says where a day that is none goes.
//!
//! Always true: two days of a rhythm lie seven days apart or more, so that no move makes two payments of one day.

use crate::values::calendar::is_business_day;
use crate::values::coded::coded;
use crate::values::moment::{date_of_day, day_number};
use jiff::civil::Date;

coded! {
    /// How often something is paid: income, outgoings, installments.
    Frequency, 4 {
        Weekly = "week", "every week";
        EveryTwoWeeks = "two_weeks", "every two weeks";
        TwiceAMonth = "half_month", "twice a month";
        Monthly = "month", "once a month";
    }
}

impl Frequency {
    /// Its place in [`Frequency::ALL`].
    pub const fn index(self) -> usize {
        match self {
            Frequency::Weekly => 0,
            Frequency::EveryTwoWeeks => 1,
            Frequency::TwiceAMonth => 2,
            Frequency::Monthly => 3,
        }
    }

    /// Whether installments may come so often with somebody who is paid so often: never two from one pay.
    ///
    /// Twice a month does not go with pay every two weeks: in February both halves would fall on one pay day.
    pub const fn fits(self, pay: Frequency) -> bool {
        match pay {
            Frequency::Weekly => true,
            Frequency::EveryTwoWeeks => matches!(self, Frequency::EveryTwoWeeks | Frequency::Monthly),
            Frequency::TwiceAMonth => matches!(self, Frequency::TwiceAMonth | Frequency::Monthly),
            Frequency::Monthly => matches!(self, Frequency::Monthly),
        }
    }
}

coded! {
    /// Where a day goes that is no business day.
    Shift, 2 {
        Next = "next", "the next business day";
        Previous = "previous", "the business day before";
    }
}

/// Where a day goes that is no business day; never before a day, where it goes to the next one instead.
pub fn moved(day: Date, shift: Shift, not_before: Date) -> Date {
    let walk = |mut on: Date, step: fn(Date) -> Option<Date>| {
        while !is_business_day(on) {
            match step(on) {
                Some(next) => on = next,
                None => return on,
            }
        }
        on
    };
    if shift == Shift::Previous {
        let before = walk(day, |on| on.yesterday().ok());
        if before >= not_before {
            return before;
        }
    }
    walk(day, |on| on.tomorrow().ok())
}

/// The days of a rhythm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rhythm {
    frequency: Frequency,
    /// One of its days, for weeks.
    anchor: Date,
    /// Its days of the month, the earlier first; the same twice for once a month, and unused for weeks.
    days: [i8; 2],
}

impl Rhythm {
    /// The rhythm that a first day begins. Twice a month means that day and the one fifteen days from it.
    pub fn from_first(frequency: Frequency, first_on: Date) -> Rhythm {
        let day = first_on.day();
        let days = match frequency {
            Frequency::TwiceAMonth if day <= 15 => [day, day + 15],
            Frequency::TwiceAMonth => [day - 15, day],
            _ => [day, day],
        };
        Rhythm { frequency, anchor: first_on, days }
    }

    /// Once a month on a day; 31 is the last one.
    pub fn monthly(day: i8) -> Result<Rhythm, &'static str> {
        if !(1..=31).contains(&day) {
            return Err("A day of the month is from 1 to 31, where 31 is the last one.");
        }
        Ok(Rhythm { frequency: Frequency::Monthly, anchor: Date::ZERO, days: [day, day] })
    }

    /// Twice a month on two days, from ten to twenty days apart; 31 is the last one.
    pub fn twice_a_month(one: i8, other: i8) -> Result<Rhythm, &'static str> {
        let days = [one.min(other), one.max(other)];
        if days[0] < 1 || days[1] > 31 {
            return Err("A day of the month is from 1 to 31, where 31 is the last one.");
        }
        if !(10..=20).contains(&(days[1] - days[0])) {
            return Err("The two days of a month are from ten to twenty days apart, such as the 15th and the last.");
        }
        Ok(Rhythm { frequency: Frequency::TwiceAMonth, anchor: Date::ZERO, days })
    }

    /// How often.
    pub const fn frequency(&self) -> Frequency {
        self.frequency
    }

    /// The rhythm of a plan that begins on a day, for somebody who is paid so: where they are paid as often, it is theirs.
    pub fn of_plan(frequency: Frequency, first_on: Date, pay_days: Option<Rhythm>) -> Rhythm {
        match pay_days {
            Some(pay) if pay.frequency == frequency => Rhythm { anchor: first_on, ..pay },
            _ => Rhythm::from_first(frequency, first_on),
        }
    }

    /// The first of its days on a day or after.
    pub fn on_or_after(&self, day: Date) -> Date {
        match self.step() {
            Some(step) => match (day_number(day) - day_number(self.anchor)).rem_euclid(step) {
                0 => day,
                over => date_of_day(day_number(day) + step - over),
            },
            None => self.at_place(self.place_on_or_after(day)),
        }
    }

    /// Its days from a first one on, without an end.
    pub fn days(self, first_on: Date) -> impl Iterator<Item = Date> {
        let step = self.step();
        let begins = step.map_or_else(|| self.place_on_or_after(first_on), |_| day_number(first_on));
        (0..).map(move |nth: i32| match step {
            Some(step) => date_of_day(begins.saturating_add(nth.saturating_mul(step))),
            None => self.at_place(begins.saturating_add(nth)),
        })
    }

    /// How many days lie between two of them, where it is always the same.
    pub const fn step(&self) -> Option<i32> {
        match self.frequency {
            Frequency::Weekly => Some(7),
            Frequency::EveryTwoWeeks => Some(14),
            Frequency::TwiceAMonth | Frequency::Monthly => None,
        }
    }

    /// A month of a rhythm has one place or two; they are counted from the year 0 on.
    const fn places(&self) -> i32 {
        if matches!(self.frequency, Frequency::TwiceAMonth) { 2 } else { 1 }
    }

    fn place_on_or_after(&self, day: Date) -> i32 {
        let month = i32::from(day.year()) * 12 + i32::from(day.month()) - 1;
        let begins = month * self.places();
        (begins..).find(|place| self.at_place(*place) >= day).unwrap_or(begins)
    }

    fn at_place(&self, place: i32) -> Date {
        let (month, which) = (place.div_euclid(self.places()), place.rem_euclid(self.places()));
        let day = if which == 0 { self.days[0] } else { self.days[1] };
        let first = i16::try_from(month.div_euclid(12)).ok().zip(i8::try_from(month.rem_euclid(12) + 1).ok());
        match first.map(|(year, month)| Date::new(year, month, 1)) {
            Some(Ok(first)) => Date::new(first.year(), first.month(), day.min(first.days_in_month())).unwrap_or(first),
            // Past the calendar's end; nothing is ever due there.
            _ => Date::MAX,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn days(rhythm: Rhythm, first_on: Date, count: usize) -> Vec<String> {
        rhythm.days(first_on).take(count).map(|day| day.to_string()[5..].to_string()).collect()
    }

    #[test]
    fn the_31st_is_the_last_day_of_a_shorter_month_and_the_31st_after() {
        let first = date(2027, 12, 31);
        let monthly = Rhythm::from_first(Frequency::Monthly, first);
        assert_eq!(days(monthly, first, 5), ["12-31", "01-31", "02-29", "03-31", "04-30"]);
        // The first one in February: only who says "the last" gets back to it.
        let first = date(2026, 2, 28);
        assert_eq!(days(Rhythm::from_first(Frequency::Monthly, first), first, 3), ["02-28", "03-28", "04-28"]);
        assert_eq!(days(Rhythm::monthly(31).expect("the last"), first, 3), ["02-28", "03-31", "04-30"]);
        let halves = Rhythm::twice_a_month(31, 15).expect("as many are paid");
        assert_eq!(days(halves, date(2026, 1, 31), 5), ["01-31", "02-15", "02-28", "03-15", "03-31"]);
        let from_30 = Rhythm::from_first(Frequency::TwiceAMonth, date(2026, 1, 30));
        assert_eq!(days(from_30, date(2026, 1, 30), 4), ["01-30", "02-15", "02-28", "03-15"]);
        let from_16 = Rhythm::from_first(Frequency::TwiceAMonth, date(2026, 3, 16));
        assert_eq!(days(from_16, date(2026, 3, 16), 3), ["03-16", "04-01", "04-16"]);
    }

    #[test]
    fn weeks_run_on_over_months_and_years() {
        let first = date(2026, 12, 25);
        assert_eq!(days(Rhythm::from_first(Frequency::Weekly, first), first, 3), ["12-25", "01-01", "01-08"]);
        let every_two = Rhythm::from_first(Frequency::EveryTwoWeeks, first);
        assert_eq!(days(every_two, first, 3), ["12-25", "01-08", "01-22"]);
        //   asked                 answered
        for (asked, answered) in [
            (date(2026, 12, 25), date(2026, 12, 25)),
            (date(2026, 12, 26), date(2027, 1, 8)),
            (date(2026, 12, 10), date(2026, 12, 11)),
            (date(2026, 12, 11), date(2026, 12, 11)),
        ] {
            assert_eq!(every_two.on_or_after(asked), answered, "{asked}");
        }
        let last = Rhythm::monthly(31).expect("the last");
        assert_eq!(last.on_or_after(date(2026, 2, 28)), date(2026, 2, 28));
        assert_eq!(last.on_or_after(date(2026, 3, 1)), date(2026, 3, 31));
        let halves = Rhythm::twice_a_month(1, 15).expect("as many are paid");
        assert_eq!(halves.on_or_after(date(2026, 12, 16)), date(2027, 1, 1));
        assert_eq!(days(last, Date::MAX, 2), ["12-31", "12-31"], "the calendar ends; nothing panics");
    }

    #[test]
    fn two_days_of_a_month_are_apart() {
        for (one, other) in [(0, 15), (15, 32), (10, 19), (1, 22), (14, 15)] {
            assert!(Rhythm::twice_a_month(one, other).is_err(), "{one} and {other}");
        }
        assert!(Rhythm::twice_a_month(1, 21).is_ok() && Rhythm::twice_a_month(21, 31).is_ok());
        assert!(Rhythm::monthly(0).is_err() && Rhythm::monthly(32).is_err());
    }

    #[test]
    fn a_day_that_is_no_business_day_goes_where_it_is_said() {
        let long_ago = date(2020, 1, 1);
        //   day                  next                previous
        for (day, next, previous) in [
            (date(2026, 3, 4), date(2026, 3, 4), date(2026, 3, 4)),
            (date(2026, 3, 7), date(2026, 3, 9), date(2026, 3, 6)),
            // Memorial Day, a Monday.
            (date(2026, 5, 23), date(2026, 5, 26), date(2026, 5, 22)),
            // Independence Day on a Saturday, with the Friday that stands in for it.
            (date(2026, 7, 4), date(2026, 7, 6), date(2026, 7, 2)),
            (date(2026, 11, 26), date(2026, 11, 27), date(2026, 11, 25)),
        ] {
            assert_eq!(moved(day, Shift::Next, long_ago), next, "{day}");
            assert_eq!(moved(day, Shift::Previous, long_ago), previous, "{day}");
        }
        assert_eq!(moved(date(2026, 3, 7), Shift::Previous, date(2026, 3, 7)), date(2026, 3, 9), "not before the day it is agreed");
    }

    #[test]
    fn no_two_days_of_a_plan_fall_together_on_any_pay_days() {
        let start = date(2026, 1, 1);
        for offset in 0..400 {
            let first_on = date_of_day(day_number(start) + offset);
            for pay in Frequency::ALL {
                let pay_days = Rhythm::from_first(pay, first_on);
                for frequency in Frequency::ALL.into_iter().filter(|frequency| frequency.fits(pay)) {
                    let rhythm = Rhythm::of_plan(frequency, first_on, Some(pay_days));
                    let due = |day| moved(pay_days.on_or_after(day), Shift::Previous, first_on);
                    let days: Vec<Date> = rhythm.days(first_on).take(30).map(due).collect();
                    assert!(days.windows(2).all(|two| two[0] < two[1]), "{frequency} from {first_on}, paid {pay}");
                }
            }
        }
    }
}
