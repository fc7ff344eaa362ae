//! A mapping of history guessed from the heads and first rows of a file, each column with its reason.
//!
//! Heads speak first, then values. What every row tells is guessed from the columns there are, where no column tells it, and said.

use super::reading::{PROMISE_STATES, WISHES};
use super::{FIELDS, Field, HistoryMapping};
use crate::compliance::record::Outcome;
use crate::intake::guess::{Confidence, ROWS};
use crate::intake::shape::Shape;
use crate::outreach::result;
use crate::parties::circumstance::Circumstance;
use crate::values::channel::Channel;
use crate::values::moment::DateForm;
use crate::values::money::{Currency, DecimalMark};
use std::collections::BTreeMap;

/// Kinds a row can tell beside wishes, circumstances and notices.
const KINDS: [&str; 15] = [
    "contact",
    "call",
    "text",
    "email",
    "letter",
    "payment",
    "promise",
    "hold",
    "note",
    "recall",
    "phone",
    "address",
    "email_address",
    "complaint",
    "identity_theft",
];

/// One column that was recognized.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guessed {
    /// The field it fills.
    pub field: Field,
    /// Its head.
    pub head: String,
    /// Why, as a sentence's end.
    pub because: &'static str,
    /// How sure.
    pub confidence: Confidence,
}

/// A guessed mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// The mapping.
    pub mapping: HistoryMapping,
    /// The columns it names, each with its reason.
    pub columns: Vec<Guessed>,
    /// What a person must hear before using it.
    pub notices: Vec<String>,
}

/// Our words for a field whose cells are words; the kinds of notices stand in `app`.
pub fn choices(field: Field) -> Vec<&'static str> {
    match field {
        Field::Kind => KINDS.into_iter().chain(WISHES).chain(Circumstance::ALL.map(Circumstance::code)).collect(),
        Field::Channel => ["call", "ringless_voicemail", "text", "email", "letter", "in_person", "web_portal"].to_vec(),
        Field::Direction => ["out", "in"].to_vec(),
        Field::Result => result::RESULTS.iter().map(|result| result.code).collect(),
        Field::State => PROMISE_STATES.to_vec(),
        _ => Vec::new(),
    }
}

/// Whether a word, as a file writes it, is one of ours.
pub fn knows(field: Field, word: &str) -> bool {
    let plain = word.trim().to_lowercase().replace([' ', '-'], "_");
    let is_more = match field {
        Field::Channel => Channel::parse(&plain).is_some(),
        Field::Result => Outcome::parse(&plain).is_some(),
        Field::Direction => ["outgoing", "outbound", "incoming", "inbound"].contains(&plain.as_str()),
        _ => false,
    };
    is_more || choices(field).contains(&plain.as_str())
}

/// Guesses a mapping from heads and the cells of the first rows; what is not recognized stays out.
pub fn guess(heads: &[String], samples: &[Vec<String>]) -> Guess {
    let shape = |at: usize| Shape::of(samples.iter().take(ROWS).map(move |row| row.get(at).cloned().unwrap_or_default()));
    let mut columns: Vec<Guessed> = Vec::new();
    let mut notices = Vec::new();
    for (at, head) in heads.iter().enumerate() {
        let plain: String = head.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let is_meant = |(_, name, others): &&(Field, &str, &[&str])| name.replace('_', "") == plain || others.contains(&plain.as_str());
        let Some((field, ..)) = FIELDS.iter().find(is_meant) else { continue };
        let shape = shape(at);
        if shape.is_empty() {
            take(&mut columns, *field, head, "its head says so", Confidence::Medium);
        } else if agrees(*field, head, &shape) {
            take(&mut columns, *field, head, "its head says so and its values agree", Confidence::High);
        } else if field.is_date() {
            notices.push(format!("{head:?} is not read: its head says {}, its values are no dates", field.name().replace('_', " ")));
        } else {
            take(&mut columns, *field, head, "its head says so, though its values are not in our words", Confidence::Low);
        }
    }
    for (at, head) in heads.iter().enumerate().filter(|(_, head)| !head.is_empty()) {
        if let Some((field, because)) = by_values(head, &shape(at)) {
            take(&mut columns, field, head, because, Confidence::Medium);
        }
    }
    let kind = every_row(&columns);
    notices.extend(kind.map(|kind| format!("no column says what a row tells: each is read as a {kind}, as its columns look")));
    let places: Vec<(&Guessed, Shape)> =
        columns.iter().filter_map(|known| Some((known, shape(heads.iter().position(|head| *head == known.head)?)))).collect();
    let amount = places.iter().find(|(known, _)| known.field == Field::Amount).map(|(_, shape)| shape);
    let is_comma = amount.is_some_and(Shape::has_decimal_comma);
    let currency = amount.and_then(Shape::currency).unwrap_or(Currency::Usd);
    let mut mapped = Vec::new();
    for (known, shape) in &places {
        let dates = if known.field.is_date() && !shape.is_empty() { shape.dates(&known.head) } else { None };
        mapped.push((known.field, known.head.clone(), dates.as_ref().map_or(DateForm::Iso, |dates| dates.form)));
        notices.extend(dates.and_then(|dates| dates.notice));
    }
    let mapping = HistoryMapping {
        columns: mapped,
        kind: kind.map(String::from),
        words: BTreeMap::new(),
        nothing: ["NA", "N/A", "NULL", "null"].map(String::from).to_vec(),
        currency,
        decimal: if is_comma { DecimalMark::Comma } else { DecimalMark::Point },
    };
    Guess { mapping, columns, notices }
}

/// Takes a column for a field, unless one of them is taken.
fn take(columns: &mut Vec<Guessed>, field: Field, head: &str, because: &'static str, confidence: Confidence) {
    if columns.iter().all(|known| known.field != field && known.head != head) {
        columns.push(Guessed { field, head: head.to_string(), because, confidence });
    }
}

/// What every row tells, where no column does and the others can only mean one thing.
fn every_row(columns: &[Guessed]) -> Option<&'static str> {
    let has = |field: Field| columns.iter().any(|known| known.field == field);
    match (has(Field::Channel), has(Field::Result), has(Field::Amount), has(Field::DueOn)) {
        _ if has(Field::Kind) => None,
        (true, ..) => Some("contact"),
        (false, true, ..) => Some("call"),
        (false, false, true, true) => Some("promise"),
        (false, false, true, false) => Some("payment"),
        _ => None,
    }
}

/// Whether the values of a column can be the field.
fn agrees(field: Field, head: &str, shape: &Shape) -> bool {
    match field {
        Field::At | Field::DueOn | Field::Until | Field::SubmittedOn | Field::StatedEndOn => shape.dates(head).is_some(),
        Field::Amount => shape.may_be_amounts(DecimalMark::Point) || shape.may_be_amounts(DecimalMark::Comma),
        Field::Channel | Field::Direction | Field::Result | Field::State => shape.are_of(|word| knows(field, word)),
        _ => true,
    }
}

/// What values alone say, under a head that says nothing.
fn by_values(head: &str, shape: &Shape) -> Option<(Field, &'static str)> {
    if shape.is_empty() {
        return None;
    }
    let words = [
        (Field::Kind, "its values are kinds of what happened"),
        (Field::Result, "its values are results of contacts"),
        (Field::State, "its values are states of promises"),
    ];
    if let Some(found) = words.into_iter().find(|(field, _)| shape.are_of(|word| knows(*field, word))) {
        return Some(found);
    }
    if shape.dates(head).is_some_and(|dates| dates.form != DateForm::ExcelSerial) {
        return Some((Field::At, "its values are dates"));
    }
    (shape.are_phones() || shape.are_emails()).then_some((Field::To, "its values are numbers or addresses"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Guess {
        let mut lines = text.lines().map(|line| line.split('|').map(String::from).collect::<Vec<_>>());
        let heads = lines.next().unwrap();
        guess(&heads, &lines.collect::<Vec<_>>())
    }

    #[test]
    fn heads_and_values_tell_the_columns_and_what_a_row_tells() {
        //  file                                                                            fields                         kind
        for (text, fields, kind) in [
            ("account|kind|date\nA-1|call|2026-03-02", "reference kind at", None),
            ("Acct|When|How\nA-1|02/28/2026|no answer\nA-2|03/01/2026|conversation", "reference at result", Some("call")),
            ("acct|x|medium|y\nA-1|2026-03-02|call|614 555 0142", "reference channel at to", Some("contact")),
            ("account|paid|on\nA-1|25,00|31.01.2026", "reference amount at", Some("payment")),
            ("account|amount|on|due date|z\nA-1|25.00|2026-01-03|2026-02-01|broken", "reference amount at due_on state", Some("promise")),
            ("account|date\nA-1|soon", "reference", None),
        ] {
            let guess = of(text);
            let found: Vec<&str> = guess.columns.iter().map(|column| column.field.name()).collect();
            assert_eq!((found.join(" ").as_str(), guess.mapping.kind.as_deref()), (fields, kind), "{text}");
        }
        let guess = of("account|paid|on\nA-1|25,00 €|31.01.2026");
        assert_eq!((guess.mapping.decimal, guess.mapping.currency), (DecimalMark::Comma, Currency::Eur));
        assert_eq!(guess.mapping.columns[2].2, DateForm::DayFirst);
    }
}
