//! MT940 and MT942 of SWIFT, as banks send them: with or without the blocks around them, with lines wrapped where they should not be.
//!
//! A field begins with its tag at the start of a line; what follows until the next belongs to it. Only tags of these messages begin
//! a field, so that a time of day that was wrapped (`:26:37`) stays in the text it comes from.

use super::mt940_line;
use super::narrative::{self, Narrative};
use super::{Balance, BalanceKind, Statement, join};
use crate::values::file_problem::FileProblems;
use crate::values::iso4217::{Amount, CurrencyCode};
use jiff::civil::Date;

/// Tags of fields that begin at the start of a line.
const TAGS: [&str; 24] = [
    "20", "21", "25", "25P", "28", "28C", "13", "13D", "34F", "60F", "60M", "60", "61", "86", "62F", "62M", "62", "64", "65", "90D", "90C",
    "NS", "940", "942",
];

/// One field: its line, its tag, its lines.
struct Tagged<'t> {
    line: usize,
    tag: &'t str,
    lines: Vec<&'t str>,
}

/// Whether a line begins a field, or a block of SWIFT around fields.
pub(super) fn is_field(line: &str) -> bool {
    tag_of(bare(line)).is_some_and(|(tag, _)| TAGS.contains(&tag)) || line.starts_with("{1:F")
}

/// Without what some programs put before a line: marks of the end of a file, blanks of a printer.
fn bare(line: &str) -> &str {
    line.trim_start_matches(['\u{1a}', '\u{feff}', '\u{1}', '\u{3}'])
}

/// The tag of a line and what follows it.
fn tag_of(line: &str) -> Option<(&str, &str)> {
    let (tag, rest) = line.strip_prefix(':')?.split_once(':')?;
    let is_tag = (2..=3).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    is_tag.then_some((tag, rest))
}

/// Reads a file.
pub(super) fn read(text: &str, problems: &mut FileProblems) -> (String, Vec<Statement>) {
    let fields = fields(text, problems);
    let mut statements: Vec<Statement> = Vec::new();
    let mut at = 0;
    while at < fields.len() {
        // A statement reaches from its :20: to the next; a file may lack the first.
        let end = (at + 1..fields.len()).find(|next| fields[*next].tag == "20").unwrap_or(fields.len());
        let own: Vec<&Tagged<'_>> = fields[at..end].iter().filter(|field| !["940", "942"].contains(&field.tag)).collect();
        if !own.is_empty() {
            statements.push(read_statement(&own, problems));
        }
        at = end;
    }
    if statements.is_empty() {
        problems.refuse(0, "the file", "", "holds no statement");
    }
    let is_interim =
        fields.iter().any(|field| ["34F", "13D"].contains(&field.tag)) && !fields.iter().any(|field| field.tag.starts_with("60"));
    (if is_interim { "MT942" } else { "MT940" }.into(), statements)
}

/// Takes the text apart into fields; what stands outside of them is said.
fn fields<'t>(text: &'t str, problems: &mut FileProblems) -> Vec<Tagged<'t>> {
    let mut fields: Vec<Tagged<'t>> = Vec::new();
    let mut is_within = false;
    for (at, raw) in text.lines().enumerate() {
        let line_number = at + 1;
        let mut line = bare(raw.trim_end_matches('\r'));
        // The blocks of SWIFT; the text block opens with {4: and may hold the first field.
        while line.starts_with('{') {
            let Some(rest) = after_block(line) else { break };
            (line, is_within) = (rest, false);
        }
        let trimmed = line.trim();
        if trimmed.is_empty() {
            continue;
        }
        if let Some((tag, rest)) = tag_of(line) {
            if TAGS.contains(&tag) {
                fields.push(Tagged { line: line_number, tag, lines: vec![rest] });
                is_within = true;
                continue;
            }
            let in_text = is_within && fields.last().is_some_and(|field| ["86", "NS"].contains(&field.tag));
            if !in_text {
                problems.note(line_number, format!(":{tag}:"), rest.trim(), "is no field of MT940 or MT942, and was passed over");
                is_within = false;
                continue;
            }
        }
        if ends_block(trimmed) {
            is_within = false;
        } else if let Some(field) = fields.last_mut().filter(|_| is_within) {
            field.lines.push(line);
        } else if !is_envelope(trimmed) {
            problems.note(line_number, "the line", trimmed, "stands outside of any field, and was passed over");
        }
    }
    fields
}

/// What follows a block such as `{1:F01…}`; for `{4:` what is in it.
fn after_block(line: &str) -> Option<&str> {
    if let Some(rest) = line.strip_prefix("{4:") {
        return Some(rest);
    }
    let mut depth = 0usize;
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return Some(&line[at + 1..]),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The end of a message: a hyphen, with or without the end of its block.
fn ends_block(line: &str) -> bool {
    line == "-" || line == "-XXX" || line.starts_with("-}") || line == "--"
}

/// Lines that banks put around a message: the number of the message and the banks that send and get it.
fn is_envelope(line: &str) -> bool {
    let is_bic = |word: &str| {
        let bank = word.get(..6).unwrap_or_default();
        (8..=17).contains(&word.len())
            && bank.bytes().all(|byte| byte.is_ascii_uppercase())
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    match words.as_slice() {
        [one] => ["940", "942", "$"].contains(one) || is_bic(one) || one.bytes().all(|byte| byte == b'-'),
        ["940" | "942", priority] => is_number(priority),
        [first, second] => is_number(first) && second.get(2..).is_some_and(is_bic),
        _ => line.bytes().all(|byte| byte == b'-' || byte == b' '),
    }
}

fn read_statement(fields: &[&Tagged<'_>], problems: &mut FileProblems) -> Statement {
    let mut statement = Statement { line: fields[0].line, ..Statement::default() };
    statement.currency = fields.iter().find_map(|field| currency_of(field));
    let mut narratives: Vec<(usize, Narrative)> = Vec::new();
    let mut is_entry = false;
    for field in fields {
        let (line, first) = (field.line, field.lines.first().copied().unwrap_or_default().trim());
        match field.tag {
            "20" => statement.number = first.to_string(),
            "25" | "25P" => statement.account = first.to_string(),
            "28" | "28C" if !first.is_empty() => statement.number = first.to_string(),
            "61" => {
                statement.entries.push(mt940_line::read(line, &field.lines, statement.currency, problems));
                is_entry = true;
                continue;
            }
            "86" | "NS" if is_entry => {
                let at = statement.entries.len() - 1;
                let narrative = narrative::read(line, &field.lines, problems);
                match narratives.last_mut().filter(|(of, _)| *of == at) {
                    Some((_, known)) => known.append(narrative),
                    None => narratives.push((at, narrative)),
                }
                continue;
            }
            "86" | "NS" => {
                let mut note = String::new();
                field.lines.iter().for_each(|more| join(&mut note, more));
                statement.notes.extend(Some(note).filter(|note| !note.is_empty()));
                continue;
            }
            "60F" | "60M" | "60" | "62F" | "62M" | "62" | "64" | "65" => statement.balances.push(balance(field, first, problems)),
            "34F" => statement.notes.push(format!("floor limit {first}")),
            _ => {}
        }
        // What follows another field says something of the statement, not of the last entry.
        is_entry = false;
        for more in field.lines.iter().skip(1).map(|more| more.trim()).filter(|more| !more.is_empty()) {
            problems.note(line, format!(":{}:", field.tag), more, "follows a field of one line, and was passed over");
        }
    }
    for (at, narrative) in narratives {
        narrative.tell(&mut statement.entries[at]);
    }
    complete(&statement, fields, problems);
    for field in fields.iter().filter(|field| field.tag.starts_with("90")) {
        prove_count(field, &statement, problems);
    }
    statement
}

/// The currency that a balance or a limit names.
fn currency_of(field: &Tagged<'_>) -> Option<CurrencyCode> {
    let text = field.lines.first()?.trim();
    match field.tag {
        "60F" | "60M" | "60" | "62F" | "62M" | "62" | "64" | "65" => CurrencyCode::parse(text.get(7..10)?),
        "34F" => CurrencyCode::parse(text.get(..3)?),
        _ => None,
    }
}

/// `C100318EUR380115,77`.
fn balance(field: &Tagged<'_>, text: &str, problems: &mut FileProblems) -> Balance {
    let kind = match field.tag {
        "60F" | "60M" | "60" => BalanceKind::Opening,
        "62F" | "62M" | "62" => BalanceKind::Closing,
        _ => BalanceKind::Other,
    };
    let mut balance = Balance { line: field.line, kind, code: field.tag.to_string(), on: None, amount: None };
    let place = format!(":{}:", field.tag);
    let (Some(mark), Some(on), Some(code), Some(figures)) = (text.get(..1), text.get(1..7), text.get(7..10), text.get(10..)) else {
        problems.refuse(field.line, place, text, "is no balance such as C260302EUR1234,50");
        return balance;
    };
    balance.on = day(on);
    if balance.on.is_none() {
        problems.refuse(field.line, place.clone(), on, "is no day written as year, month, day");
    }
    balance.amount = match (mark, CurrencyCode::parse(code)) {
        ("C" | "D", Some(currency)) => figures_of(figures, currency, field.line, &place, problems),
        ("C" | "D", None) => {
            problems.refuse(field.line, place, code, "is no currency of ISO 4217");
            None
        }
        _ => {
            problems.refuse(field.line, place, text, "says neither C nor D: whether money is there or owed is not known");
            None
        }
    };
    if mark == "D" {
        balance.amount = balance.amount.map(Amount::negative);
    }
    balance
}

/// An amount of MT940: digits with a comma, which must be there.
pub(super) fn figures_of(figures: &str, currency: CurrencyCode, line: usize, place: &str, problems: &mut FileProblems) -> Option<Amount> {
    let figures = figures.trim();
    let says = match Amount::read(figures, &[',', '.'], currency) {
        Ok(_) if figures.starts_with(['-', '+']) => "has a sign, which stands in the mark before it".to_string(),
        Ok(_) if !figures.contains([',', '.']) => "has no decimal comma, so that its decimals are not known".to_string(),
        Ok(amount) => {
            if figures.contains('.') {
                problems.note(line, place, figures, "has a decimal point where the standard has a comma");
            }
            return Some(amount);
        }
        Err(error) => error.to_string(),
    };
    problems.refuse(line, place, figures, says);
    None
}

/// A day as `YYMMDD`; years from 80 on are of the last century.
pub(super) fn day(text: &str) -> Option<Date> {
    if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let year: i16 = text[..2].parse().ok()?;
    Date::new(if year < 80 { 2000 } else { 1900 } + year, text[2..4].parse().ok()?, text[4..].parse().ok()?).ok()
}

/// What a statement must have.
fn complete(statement: &Statement, fields: &[&Tagged<'_>], problems: &mut FileProblems) {
    let has = |tags: &[&str]| fields.iter().any(|field| tags.contains(&field.tag));
    let is_interim = has(&["34F", "13D"]) && !has(&["60F", "60M", "60"]);
    let place = ":20:".to_string() + &statement.number;
    if !has(&["20"]) {
        problems.note(statement.line, "the statement", "", "has no :20:, with which a statement begins");
    }
    if !has(&["25", "25P"]) {
        problems.refuse(statement.line, place.clone(), "", "does not name its account (:25:)");
    }
    if is_interim {
        return;
    }
    for (tags, what) in [(["60F", "60M", "60"], "opening balance (:60F:)"), (["62F", "62M", "62"], "closing balance (:62F:)")] {
        if !has(&tags) {
            problems.refuse(statement.line, place.clone(), "", format!("has no {what}: the statement is not whole"));
        }
    }
}

/// Holds the number and sum of debits or credits of an MT942 against its entries.
fn prove_count(field: &Tagged<'_>, statement: &Statement, problems: &mut FileProblems) {
    let text = field.lines.first().copied().unwrap_or_default().trim();
    let place = format!(":{}:", field.tag);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (count, rest) = text.split_at(digits);
    let currency = rest.get(..3).and_then(CurrencyCode::parse);
    let (Ok(count), Some(currency)) = (count.parse::<usize>(), currency) else {
        problems.refuse(field.line, place, text, "is no number and sum such as 2EUR12,50");
        return;
    };
    let Some(told) = figures_of(&rest[3..], currency, field.line, &place, problems) else { return };
    let is_debit = field.tag == "90D";
    let own: Vec<i64> = statement
        .entries
        .iter()
        .filter_map(|entry| entry.amount)
        .map(|amount| amount.minor)
        .filter(|minor| (*minor < 0) == is_debit)
        .collect();
    let sum: i128 = own.iter().map(|minor| i128::from(minor.unsigned_abs())).sum();
    if own.len() != count || sum != i128::from(told.minor) {
        let says = format!("is not what the entries make: {} of {sum} minor units of {}", own.len(), currency.code());
        problems.refuse(field.line, place, text, says);
    }
}
