//! Answers on standard output: JSON for programs, lines for people.

use super::Format;
use crate::app::Failure;
use duly_domain::values::money::{Currency, Money};
use serde_json::{Value as Json, json};
use std::io::Write;

/// Writes one answer: as JSON, or as the lines given.
pub fn answer(format: Format, json: &Json, lines: impl FnOnce() -> Vec<String>) -> Result<(), Failure> {
    match format {
        Format::Text => lines().iter().try_for_each(|line| write_line(line)),
        Format::Json | Format::Hledger | Format::Beancount => write_line(&json.to_string()),
    }
}

/// Writes one line. A reader that went away is no failure of ours to shout about.
pub fn write_line(line: &str) -> Result<(), Failure> {
    match writeln!(std::io::stdout(), "{line}") {
        // Whoever reads has enough, as `head` does.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        done => done.map_err(|error| Failure::File(format!("standard output: {error}"))),
    }
}

/// `{"minor": 12345, "currency": "USD"}`.
pub fn money(minor: i64, currency: &str) -> Json {
    json!({"minor": minor, "currency": currency})
}

/// `USD 123.45`.
pub fn written(minor: i64, currency: &str) -> String {
    Currency::parse(currency).map_or_else(|| format!("{minor} {currency}"), |currency| Money::of(minor, currency).to_string())
}
