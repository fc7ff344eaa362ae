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
    let days = date.since(EPOCH).map(|span| span.get_days());
    days.expect("a span in days between two civil dates always exists")
}

/// The civil date of a day number.
pub fn date_of_day(day: i32) -> Date {
    EPOCH.saturating_add(jiff::Span::new().days(i64::from(day).clamp(-4_000_000, 2_900_000)))
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
    /// Days since 30 December 1899, as spreadsheets of the 1900 system count from March 1900 on.
    ExcelSerial,
    /// Days since 1 January 1960, as SAS counts.
    SasSerial,
    /// `Mar-2018`: the first day of that month.
    MonthYear,
}

/// Reads a date in the form its column is said to have; the error is a sentence's end.
pub fn parse_date(text: &str, form: DateForm) -> Result<Date, &'static str> {
    let text = text.trim();
    match form {
        DateForm::Iso => {
            let day = text.split_once(['T', ' ']).map_or(text, |(day, _)| day);
            day.parse().map_err(|_| "is not a date such as 2026-03-31")
        }
        DateForm::MonthFirst => slashed(text).and_then(|[m, d, y]| civil(y, m, d)).ok_or("is not a date such as 03/31/2026"),
        DateForm::DayFirst => slashed(text).and_then(|[d, m, y]| civil(y, m, d)).ok_or("is not a date such as 31/03/2026"),
        DateForm::ExcelSerial => match text.split('.').next().unwrap_or_default().parse::<i32>() {
            // Serial 60 is the 29 February 1900 that never was; below it the count is off by one.
            Ok(serial @ 61..=2_958_465) => Ok(date_of_day(serial - 25_569)),
            Ok(serial @ 1..=59) => Ok(date_of_day(serial - 25_568)),
            _ => Err("is not a spreadsheet date number"),
        },
        DateForm::SasSerial => match text.parse::<i32>() {
            Ok(serial @ -130_000..=100_000) => Ok(date_of_day(serial - 3_653)),
            _ => Err("is not a number of days since 1960"),
        },
        DateForm::MonthYear => month_year(text).ok_or("is not a month such as Mar-2018"),
    }
}

fn slashed(text: &str) -> Option<[i32; 3]> {
    let mut parts = text.split(['/', '-', '.']).map(|part| part.trim().parse::<i32>());
    let three = [parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?];
    // A two-digit year is a guess, and a guess about a debt's age is refused.
    (parts.next().is_none() && three[2] >= 1000).then_some(three)
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
    fn dates_are_read_in_the_form_of_their_column() {
        //     text         form                      date
        for (text, form, expected) in [
            ("2026-03-03", DateForm::Iso, Some(date(2026, 3, 3))),
            ("2026-02-30", DateForm::Iso, None),
            ("03/31/2026", DateForm::MonthFirst, Some(date(2026, 3, 31))),
            ("31/03/2026", DateForm::MonthFirst, None),
            ("31/03/2026", DateForm::DayFirst, Some(date(2026, 3, 31))),
            ("03/03/26", DateForm::MonthFirst, None),
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
