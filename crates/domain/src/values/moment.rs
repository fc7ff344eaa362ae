//! Time as an argument: an instant and the business day it falls on, and how dates are read and written.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};

/// An instant, and the business day of the organization it belongs to. Made at the edge, passed down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The instant itself.
    pub at: Timestamp,
    /// The civil date in the organization's time zone.
    pub business_day: Date,
}

/// Days since 1970-01-01, the form in which rules count days.
pub fn day_number(date: Date) -> i32 {
    // Years begin in March here, so that the day a leap year has more is their last one; 400 of them have 146,097 days.
    let (month, day) = (i32::from(date.month()), i32::from(date.day()));
    let year = i32::from(date.year()) - i32::from(month <= 2);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The civil date of a day number; the first or last one of the calendar for a number past it.
pub fn date_of_day(day: i32) -> Date {
    EPOCH.saturating_add(jiff::Span::new().days(i64::from(day).clamp(-5_000_000, 5_000_000)))
}

const EPOCH: Date = jiff::civil::date(1970, 1, 1);

/// `Tue 3 Mar 2026`.
pub fn written(date: Date) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS[usize::from(date.month().unsigned_abs()) - 1];
    format!("{} {} {month} {}", short_weekday(date.weekday()), date.day(), date.year())
}

/// `Tue`.
pub fn short_weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    }
}

/// How a column writes its dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateForm {
    /// `2026-03-03`.
    Iso,
    /// `03/03/2026`, the month first.
    MonthFirst,
    /// `03/03/2026`, the day first.
    DayFirst,
    /// `03/31/26`, the month first; years to 68 are of this century.
    MonthFirstShort,
    /// `31/03/26`, the day first; years to 68 are of this century.
    DayFirstShort,
    /// `20260331`.
    Compact,
    /// Days since 30 December 1899, as spreadsheets of the 1900 system count from March 1900 on.
    ExcelSerial,
    /// Days since 1 January 1960, as SAS counts.
    SasSerial,
    /// `Mar-2018`: the first day of that month.
    MonthYear,
}

impl DateForm {
    /// Every form with the name it has in mapping files.
    pub const NAMED: [(DateForm, &str); 9] = [
        (DateForm::Iso, "iso"),
        (DateForm::MonthFirst, "month_first"),
        (DateForm::DayFirst, "day_first"),
        (DateForm::MonthFirstShort, "month_first_short"),
        (DateForm::DayFirstShort, "day_first_short"),
        (DateForm::Compact, "compact"),
        (DateForm::ExcelSerial, "excel_serial"),
        (DateForm::SasSerial, "sas_serial"),
        (DateForm::MonthYear, "month_year"),
    ];

    /// Its name in mapping files.
    pub fn name(self) -> &'static str {
        DateForm::NAMED.iter().find(|(form, _)| *form == self).map_or("", |(_, name)| name)
    }
}

/// Reads a date in the form its column is said to have; the error is a sentence's end. A time behind the day is left out.
pub fn parse_date(text: &str, form: DateForm) -> Result<Date, &'static str> {
    const SHORT_YEAR: &str = "has a year of two digits, which the mapping does not name";
    let text = text.trim();
    let day = without_time(text);
    // A year that comes first cannot be mistaken, whatever the column says: spreadsheets give their dates so.
    let year_first = || day.get(..4).filter(|year| year.bytes().all(|b| b.is_ascii_digit())).and_then(|_| iso(day));
    let by_parts = |order: fn([i32; 3]) -> [i32; 3], is_short: bool, wrong: &'static str| {
        let (parts, digits) = slashed(day).ok_or(wrong)?;
        let [y, m, d] = order(parts);
        match digits {
            2 if is_short => civil(if y <= 68 { 2000 + y } else { 1900 + y }, m, d).ok_or(wrong),
            2 => Err(SHORT_YEAR),
            4 => civil(y, m, d).ok_or(wrong),
            _ => Err(wrong),
        }
    };
    match form {
        DateForm::Iso => iso(day).ok_or("is not a date such as 2026-03-31"),
        DateForm::MonthFirst | DateForm::MonthFirstShort => match year_first() {
            Some(date) => Ok(date),
            None => by_parts(|[m, d, y]| [y, m, d], form == DateForm::MonthFirstShort, "is not a date such as 03/31/2026"),
        },
        DateForm::DayFirst | DateForm::DayFirstShort => match year_first() {
            Some(date) => Ok(date),
            None => by_parts(|[d, m, y]| [y, m, d], form == DateForm::DayFirstShort, "is not a date such as 31/03/2026"),
        },
        DateForm::Compact => match (day.len(), day.parse::<i32>()) {
            (8, Ok(all)) => civil(all / 10_000, all / 100 % 100, all % 100).ok_or("is not a date such as 20260331"),
            _ => year_first().ok_or("is not a date such as 20260331"),
        },
        DateForm::ExcelSerial => match text.split('.').next().unwrap_or_default().parse::<i32>() {
            // Serial 60 is the 29 February 1900 that never was; below it the count is off by one.
            Ok(serial @ 61..=2_958_465) => Ok(date_of_day(serial - 25_569)),
            Ok(serial @ 1..=59) => Ok(date_of_day(serial - 25_568)),
            _ => year_first().ok_or("is not a spreadsheet date number"),
        },
        DateForm::SasSerial => match text.parse::<i32>() {
            Ok(serial @ -130_000..=100_000) => Ok(date_of_day(serial - 3_653)),
            _ => Err("is not a number of days since 1960"),
        },
        DateForm::MonthYear => month_year(text).ok_or("is not a month such as Mar-2018"),
    }
}

/// The day of a date with a time of day behind it; anything else behind it stays and makes it no date.
fn without_time(text: &str) -> &str {
    match text.split_once(['T', ' ']) {
        Some((day, time)) if time.contains(':') && time.chars().all(|c| c.is_ascii_digit() || ":.,+-Z APMapm".contains(c)) => day,
        _ => text,
    }
}

/// `2026-03-31`, `2026/03/31` or `2026.3.31`.
fn iso(text: &str) -> Option<Date> {
    let mut parts = text.split(['-', '/', '.']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let is_plain = |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if parts.next().is_some() || year.len() != 4 || !is_plain(year, 4) || !is_plain(month, 2) || !is_plain(day, 2) {
        return None;
    }
    civil(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// Three numbers, and how many digits the last has.
fn slashed(text: &str) -> Option<([i32; 3], usize)> {
    let mut parts = text.split(['/', '-', '.']).map(str::trim);
    let three = [parts.next()?, parts.next()?, parts.next()?];
    if parts.next().is_some() || three.iter().any(|part| part.is_empty() || part.len() > 4 || !part.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    Some(([three[0].parse().ok()?, three[1].parse().ok()?, three[2].parse().ok()?], three[2].len()))
}

fn civil(year: i32, month: i32, day: i32) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn month_year(text: &str) -> Option<Date> {
    let (month, year) = text.split_once(['-', ' '])?;
    let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let month = names.iter().position(|name| name.eq_ignore_ascii_case(month))?;
    let year: i32 = year.trim().parse().ok().filter(|year| *year >= 1000)?;
    civil(year, i32::try_from(month).ok()? + 1, 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_are_numbered_as_the_calendar_has_them() {
        let by_calendar = |date: Date| date.since(EPOCH).expect("days between two dates").get_days();
        let (mut day, mut number) = (date(1899, 12, 31), by_calendar(date(1899, 12, 31)));
        while day < date(2101, 1, 1) {
            assert_eq!((day_number(day), date_of_day(number)), (number, day));
            (day, number) = (day.tomorrow().expect("a day"), number + 1);
        }
        for far in [Date::MIN, Date::ZERO, date(-400, 2, 29), date(-1, 12, 31), date(1600, 2, 29), date(2400, 3, 1), Date::MAX] {
            assert_eq!((day_number(far), date_of_day(by_calendar(far))), (by_calendar(far), far));
        }
        assert_eq!((date_of_day(i32::MIN), date_of_day(i32::MAX)), (Date::MIN, Date::MAX), "the calendar ends; nothing panics");
    }

    #[test]
    fn dates_are_read_in_the_form_of_their_column() {
        //     text         form                      date
        for (text, form, expected) in [
            ("2026-03-03", DateForm::Iso, Some(date(2026, 3, 3))),
            ("2026-02-30", DateForm::Iso, None),
            ("03/31/2026", DateForm::MonthFirst, Some(date(2026, 3, 31))),
            ("31/03/2026", DateForm::MonthFirst, None),
            ("31/03/2026", DateForm::DayFirst, Some(date(2026, 3, 31))),
            ("03/03/26", DateForm::MonthFirst, None),
            ("03/03/26", DateForm::MonthFirstShort, Some(date(2026, 3, 3))),
            ("31.12.69", DateForm::DayFirstShort, Some(date(1969, 12, 31))),
            ("3/31/2026 0:00", DateForm::MonthFirst, Some(date(2026, 3, 31))),
            ("2026-03-31T00:00:00Z", DateForm::MonthFirst, Some(date(2026, 3, 31))),
            ("2026/3/31", DateForm::Iso, Some(date(2026, 3, 31))),
            ("2026-03-31 or so", DateForm::Iso, None),
            ("+12/03/2026", DateForm::MonthFirst, None),
            ("20260331", DateForm::Compact, Some(date(2026, 3, 31))),
            ("20260231", DateForm::Compact, None),
            ("15130", DateForm::ExcelSerial, Some(date(1941, 6, 3))),
            ("15130", DateForm::SasSerial, Some(date(2001, 6, 4))),
            ("61", DateForm::ExcelSerial, Some(date(1900, 3, 1))),
            ("60", DateForm::ExcelSerial, None),
            ("59", DateForm::ExcelSerial, Some(date(1900, 2, 28))),
            ("Mar-2018", DateForm::MonthYear, Some(date(2018, 3, 1))),
            ("Mars-2018", DateForm::MonthYear, None),
        ] {
            assert_eq!(parse_date(text, form).ok(), expected, "{text}");
        }
    }

    #[test]
    fn a_date_is_written_in_words_and_counts_in_days() {
        assert_eq!(written(date(2026, 3, 3)), "Tue 3 Mar 2026");
        assert_eq!(day_number(date(1970, 1, 2)), 1);
        assert_eq!(date_of_day(day_number(date(2028, 2, 29))), date(2028, 2, 29));
    }
}
