//! The line of an entry, `:61:`: days, mark, amount, kind and references run into one another, told apart by their form.

use super::mt940::{day, figures_of};
use super::{Entry, join};
use crate::values::file_problem::FileProblems;
use crate::values::iso4217::{Amount, CurrencyCode};
use jiff::civil::Date;

/// Reads an entry; what cannot be read leaves its place empty and is said.
pub(super) fn read(line: usize, lines: &[&str], currency: Option<CurrencyCode>, problems: &mut FileProblems) -> Entry {
    let first = lines.first().copied().unwrap_or_default().trim_end();
    let mut entry = Entry { line, ..Entry::default() };
    entry.fields.push(("61".into(), first.to_string()));
    let Some((value_day, rest)) = first.split_at_checked(6).filter(|(day, _)| day.bytes().all(|byte| byte.is_ascii_digit())) else {
        problems.refuse(line, ":61:", first, "does not begin with a day written as year, month, day: the entry cannot be read");
        return entry;
    };
    entry.value_date = day(value_day);
    let rest = book_day(&mut entry, value_day, rest, problems);
    let Some((mark, is_credit, rest)) = mark(rest) else {
        problems.refuse(line, ":61:", first, "says neither C nor D behind its days: which way the money went is not known");
        return entry;
    };
    entry.is_reversal = mark.starts_with('R');
    if mark.starts_with('E') {
        entry.status = super::Status::Pending;
    }
    // The third letter of the currency may stand between the mark and the amount.
    let rest = rest.strip_prefix(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(rest);
    let length = rest.bytes().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b'.')).count();
    let (figures, rest) = rest.split_at(length);
    match currency {
        Some(currency) => {
            let amount = figures_of(figures, currency, line, ":61:", problems);
            entry.amount = if is_credit { amount } else { amount.map(Amount::negative) };
        }
        None => problems.refuse(line, ":61:", figures, "is in no known currency: no balance of the statement names one"),
    }
    references(&mut entry, rest, problems);
    lines.iter().skip(1).for_each(|more| join(&mut entry.text, more));
    entry
}

/// The day of booking, month and day alone, of the year in which it lies closest to the other day. Blanks stand for none.
fn book_day<'t>(entry: &mut Entry, value_day: &str, rest: &'t str, problems: &mut FileProblems) -> &'t str {
    let (text, rest) = match rest.split_at_checked(4) {
        Some((text, rest)) if text.bytes().all(|byte| byte.is_ascii_digit()) => (text, rest),
        _ => ("", rest.trim_start_matches(' ')),
    };
    let part = |text: &str| text.parse::<i8>().unwrap_or_default();
    if !text.is_empty() {
        let year = day(&format!("{}0101", &value_day[..2])).map_or(2000, Date::year);
        let days = [year, year + 1, year - 1].into_iter().filter_map(|year| Date::new(year, part(&text[..2]), part(&text[2..])).ok());
        entry.date = match entry.value_date {
            Some(value) => days.min_by_key(|day| (day.until(value).map_or(i32::MAX, |span| span.get_days().abs()), day.year() != year)),
            None => days.into_iter().next(),
        };
        if entry.date.is_none() {
            problems.refuse(entry.line, ":61:", text, "is no day of booking written as month, day");
        }
    }
    match (entry.value_date, entry.date) {
        (Some(value), None) if text.is_empty() => entry.date = Some(value),
        (None, Some(_)) => problems.note(entry.line, ":61:", value_day, "is no day of the calendar; the day of booking was taken"),
        (None, None) => problems.refuse(entry.line, ":61:", value_day, "is no day of the calendar, and no other is told"),
        _ => {}
    }
    rest
}

/// The mark, whether money comes in by it, and what follows. `RC` takes a credit back: money leaves.
fn mark(text: &str) -> Option<(&str, bool, &str)> {
    const MARKS: [(&str, bool); 6] = [("RC", false), ("RD", true), ("EC", true), ("ED", false), ("C", true), ("D", false)];
    MARKS.iter().find_map(|(mark, is_credit)| Some((*mark, *is_credit, text.strip_prefix(mark)?)))
}

/// Kind, reference for the account's owner, the bank's reference behind `//`, and what some banks write behind them.
fn references(entry: &mut Entry, rest: &str, problems: &mut FileProblems) {
    let Some((kind, rest)) =
        rest.char_indices().nth(4).map(|(at, _)| rest.split_at(at)).or((rest.chars().count() == 4).then_some((rest, "")))
    else {
        problems.note(entry.line, ":61:", rest, "has no kind of transaction of four characters");
        entry.reference = rest.trim().to_string();
        return;
    };
    entry.code = kind.trim().to_string();
    if !kind.starts_with(['N', 'F', 'S']) {
        problems.note(entry.line, ":61:", kind, "is no kind of transaction: it begins with N, F or S");
    }
    let (own, bank) = match rest.split_once("//") {
        Some((own, bank)) if own.chars().count() <= 16 => (own, bank),
        _ => (rest, ""),
    };
    // The reference has sixteen characters at the most; a bank that fills it with blanks writes who it was behind it.
    let cut = own.char_indices().nth(16).map_or(own.len(), |(at, _)| at);
    let (reference, name) = own.split_at(cut);
    if name.is_empty() || reference.ends_with(' ') || name.starts_with(' ') {
        entry.reference = reference.trim().to_string();
        entry.counterparty = name.trim().to_string();
    } else {
        entry.reference = own.trim().to_string();
        problems.note(entry.line, ":61:", own, "is a reference of more than sixteen characters");
    }
    entry.bank_reference = bank.trim().to_string();
    if rest.trim().is_empty() {
        problems.note(entry.line, ":61:", kind, "has no reference behind its kind");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str) -> (Entry, Vec<String>) {
        let mut problems = FileProblems::default();
        let lines: Vec<&str> = text.lines().collect();
        let entry = read(7, &lines, CurrencyCode::parse("EUR"), &mut problems);
        (entry, problems.in_order().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn marks_amounts_and_references_are_told_apart() {
        for (text, minor, reference, bank, code) in [
            ("0709070904CR50990,05NTRFNONREF//0724710333343453", 5_099_005, "NONREF", "0724710333343453", "NTRF"),
            ("180417DF3892,77N077", -389_277, "", "", "N077"),
            ("1405070507C500,NTRF29-07-2014 10:05//B4", 50_000, "29-07-2014 10:05", "B4", "NTRF"),
            ("2601020102RC1,00NTRFX", -100, "X", "", "NTRF"),
            ("2601020102RDR1,00NTRFX", 100, "X", "", "NTRF"),
            ("200101    D65,00NOVBX", -6_500, "X", "", "NOVB"),
            ("1710111011DF2402,00S   X", -240_200, "X", "", "S"),
        ] {
            let (entry, _) = entry(text);
            let read =
                (entry.amount.map(|amount| amount.minor), entry.reference.as_str(), entry.bank_reference.as_str(), entry.code.as_str());
            assert_eq!(read, (Some(minor), reference, bank, code), "{text}");
        }
        let (with_name, _) = entry("121001D000000000050,00N0701313131319      J. DOE   \nmore");
        assert_eq!(
            (with_name.reference.as_str(), with_name.counterparty.as_str(), with_name.text.as_str()),
            ("1313131319", "J. DOE", "more")
        );
    }

    #[test]
    fn days_of_booking_lie_in_the_nearest_year_and_february_has_no_thirtieth() {
        let on = |text: &str| entry(text).0.date.map(|day| day.to_string()).unwrap_or_default();
        assert_eq!(on("2512310102C1,00NTRFX"), "2026-01-02");
        assert_eq!(on("2601021231C1,00NTRFX"), "2025-12-31");
        assert_eq!(on("260102C1,00NTRFX"), "2026-01-02");
        let (odd, problems) = entry("1602300301DR6,00N024NONREF");
        assert_eq!((odd.date, odd.value_date), (Some(jiff::civil::date(2016, 3, 1)), None));
        assert!(problems[0].contains("160230") && problems[0].contains("no day of the calendar"), "{problems:?}");
    }

    #[test]
    fn what_cannot_be_read_is_said_and_the_entry_kept() {
        for (text, part) in [
            ("X", "does not begin with a day"),
            ("260102X1,00NTRFX", "neither C nor D"),
            ("260102C500NTRFX", "no decimal comma"),
            ("260102C1,005NTRFX", "more decimals than EUR"),
            ("260230C1,00NTRFX", "no day of the calendar, and no other"),
            ("260102C1,00XTRFX", "begins with N, F or S"),
            ("260102C1,00NT", "four characters"),
            ("ü60102C1,00NTRFX", "does not begin with a day"),
        ] {
            let (_, problems) = entry(text);
            assert!(problems.iter().any(|problem| problem.contains(part)), "{text}: {problems:?}");
        }
    }
}
