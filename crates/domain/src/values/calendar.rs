//! Business days: the legal public holidays of the United States, and days counted without them.
//!
//! The statute names each holiday on its own date (5 USC 6103(a)). Where that date falls on a weekend a weekday stands in
//! for it (6103(b)); whether the stand-in counts depends on who counts, so both questions can be asked.

use jiff::civil::{Date, Weekday};

/// Whether a date is one of the legal public holidays, on its own date.
pub fn is_federal_holiday(date: Date) -> bool {
    let (month, day, weekday) = (date.month(), date.day(), date.weekday());
    let nth = (day - 1) / 7 + 1;
    match (month, weekday) {
        (1, _) if day == 1 => true,
        (1, Weekday::Monday) => nth == 3,
        (2, Weekday::Monday) => nth == 3,
        (5, Weekday::Monday) => day > 24,
        // Since Public Law 117-17.
        (6, _) => day == 19 && date.year() >= 2021,
        (7, _) => day == 4,
        (9, Weekday::Monday) => nth == 1,
        (10, Weekday::Monday) => nth == 2,
        (11, _) if day == 11 => true,
        (11, Weekday::Thursday) => nth == 4,
        (12, _) => day == 25,
        _ => false,
    }
}

/// Whether a weekday stands in for a holiday: Friday for one on Saturday, Monday for one on Sunday.
pub fn is_stand_in(date: Date) -> bool {
    let other = match date.weekday() {
        Weekday::Friday => date.tomorrow(),
        Weekday::Monday => date.yesterday(),
        _ => return false,
    };
    other.is_ok_and(is_federal_holiday)
}

/// Saturday or Sunday.
pub fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// A day that leaves out weekends, holidays and the weekdays that stand in for them.
pub fn is_business_day(date: Date) -> bool {
    is_literal_business_day(date) && !is_stand_in(date)
}

/// A day that leaves out weekends and holidays on their own dates, and nothing else.
pub fn is_literal_business_day(date: Date) -> bool {
    !is_weekend(date) && !is_federal_holiday(date)
}

/// A day on which banks are open: as [`is_business_day`], but for the Friday before a holiday on Saturday, which the Federal
/// Reserve's banks keep as an ordinary day.
pub fn is_bank_day(date: Date) -> bool {
    is_literal_business_day(date) && !(date.weekday() == Weekday::Monday && is_stand_in(date))
}

/// The so-manieth day of a kind after a date, whose own day does not count.
pub fn nth_day_after(date: Date, nth: u32, counts: fn(Date) -> bool) -> Date {
    let mut day = date;
    let mut left = nth;
    while left > 0 {
        let Ok(next) = day.tomorrow() else { return day };
        day = next;
        left -= u32::from(counts(day));
    }
    day
}

/// The so-manieth day of a kind before a date, whose own day does not count.
pub fn nth_day_before(date: Date, nth: u32, counts: fn(Date) -> bool) -> Date {
    let mut day = date;
    let mut left = nth;
    while left > 0 {
        let Ok(before) = day.yesterday() else { return day };
        day = before;
        left -= u32::from(counts(day));
    }
    day
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn holidays_fall_on_their_dates_and_stand_ins_beside_them() {
        //   date                holiday stand-in
        for (on, holiday, stand_in) in [
            (date(2026, 1, 1), true, false),
            (date(2026, 1, 19), true, false),
            (date(2026, 1, 12), false, false),
            (date(2027, 2, 15), true, false),
            (date(2026, 5, 25), true, false),
            (date(2027, 5, 24), false, false),
            (date(2027, 5, 31), true, false),
            (date(2020, 6, 19), false, false),
            (date(2026, 6, 19), true, false),
            (date(2027, 6, 18), false, true),
            (date(2026, 7, 3), false, true),
            (date(2027, 7, 5), false, true),
            (date(2026, 9, 7), true, false),
            (date(2026, 10, 12), true, false),
            (date(2026, 11, 11), true, false),
            (date(2026, 11, 26), true, false),
            (date(2026, 11, 19), false, false),
            (date(2026, 12, 25), true, false),
            (date(2027, 12, 24), false, true),
            (date(2027, 12, 31), false, true),
            (date(2026, 12, 24), false, false),
        ] {
            assert_eq!((is_federal_holiday(on), is_stand_in(on)), (holiday, stand_in), "{on}");
        }
    }

    #[test]
    fn days_are_counted_from_the_day_after() {
        assert_eq!(nth_day_after(date(2027, 3, 1), 5, is_business_day), date(2027, 3, 8));
        assert_eq!(nth_day_after(date(2027, 12, 20), 5, is_business_day), date(2027, 12, 28));
        assert_eq!(nth_day_after(date(2027, 12, 20), 5, is_literal_business_day), date(2027, 12, 27));
        assert_eq!(nth_day_after(Date::MAX, 5, is_business_day), Date::MAX, "the calendar ends; nothing panics");
        assert_eq!(nth_day_before(date(2027, 3, 8), 5, is_business_day), date(2027, 3, 1));
        assert_eq!(nth_day_before(Date::MIN, 1, is_business_day), Date::MIN);
    }

    #[test]
    fn a_holiday_on_a_weekend_moves_each_calendar_in_its_own_way() {
        //   date                statute  with stand-ins  banks
        for (on, literal, careful, bank) in [
            // Saturday 4 July 2026 and the Friday before it.
            (date(2026, 7, 3), true, false, true),
            (date(2026, 7, 4), false, false, false),
            (date(2026, 7, 6), true, true, true),
            // Sunday 4 July 2027 and the Monday after it.
            (date(2027, 7, 2), true, true, true),
            (date(2027, 7, 5), true, false, false),
            // New Year's Day 2028 is a Saturday: its stand-in lies in the old year.
            (date(2027, 12, 31), true, false, true),
            // Christmas 2027 is a Saturday.
            (date(2027, 12, 24), true, false, true),
            // A Monday's own holiday closes all of them; so does a leap day on none.
            (date(2027, 1, 18), false, false, false),
            (date(2028, 2, 29), true, true, true),
        ] {
            assert_eq!((is_literal_business_day(on), is_business_day(on), is_bank_day(on)), (literal, careful, bank), "{on}");
        }
    }
}
