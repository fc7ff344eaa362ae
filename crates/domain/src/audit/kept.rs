//! What an entry says of a row that was kept with it: its hash, so that the row cannot be altered, added or removed unnoticed.
//!
//! A row has columns that never change and columns that may (a promise is kept or broken, a hold ends). They are hashed apart:
//! every entry about a row must name the same hash of the first, and the newest entry the hash of the second as it stands.
//! So a later act cannot cover up that what never changes was altered before it.
//!
//! What is hashed is plain text again: the form's name, the kind, then each value on a line of its own behind its length.

use super::{hex, push_hex};
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt::{self, Write};

/// The first line of every hashed text; a changed form, or another set of columns, gets a new name.
const FORM: &str = "duly-kept-1";

/// What an entry says of a row that its act took away.
const GONE: &str = "gone";

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Nothing.
    Nothing,
    /// A whole number.
    Number(i64),
    /// Text.
    Text(Cow<'a, str>),
    /// Bytes, such as an id: text in hexadecimal.
    Bytes(&'a [u8]),
    /// A day: text such as 2026-03-02.
    Day(Date),
}

/// What an entry says of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The hash of what never changes.
    pub fixed: String,
    /// The hash of what may change; empty where nothing may.
    pub state: String,
}

impl Claim {
    /// What is to be said of a row: its kind, what never changes, what may.
    pub fn of(kind: &str, fixed: &[Cell<'_>], state: &[Cell<'_>]) -> Claim {
        Claim { fixed: hash(kind, fixed), state: if state.is_empty() { String::new() } else { hash(kind, state) } }
    }

    /// What is to be said of a row that is taken away.
    pub fn gone() -> Claim {
        Claim { fixed: GONE.into(), state: String::new() }
    }

    /// Whether the row was taken away.
    fn is_gone(&self) -> bool {
        self.fixed == GONE
    }

    /// Reads what an entry says.
    pub fn parse(text: &str) -> Claim {
        let (fixed, state) = text.split_once(' ').unwrap_or((text, ""));
        Claim { fixed: fixed.into(), state: state.into() }
    }
}

/// As it stands in an entry: one hash, or two with a blank between.
impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fixed)?;
        if self.state.is_empty() { Ok(()) } else { write!(f, " {}", self.state) }
    }
}

fn hash(kind: &str, cells: &[Cell<'_>]) -> String {
    let mut text = String::with_capacity(512);
    let mut digits = itoa::Buffer::new();
    text += FORM;
    text.push('\n');
    text += kind;
    for cell in cells {
        text.push('\n');
        match cell {
            Cell::Nothing => text.push('-'),
            Cell::Number(value) => text.push_str(digits.format(*value)),
            Cell::Text(value) => {
                text.push_str(digits.format(value.len()));
                text.push(':');
                text.push_str(value);
            }
            Cell::Bytes(bytes) => {
                text.push_str(digits.format(bytes.len() * 2));
                text.push(':');
                push_hex(&mut text, bytes);
            }
            // A day from year 0 to 9999, as all are that somebody can pay on.
            Cell::Day(day) if day.year() >= 0 => write!(text, "10:{day}").expect("writing to a string cannot fail"),
            Cell::Day(day) => {
                let day = day.to_string();
                write!(text, "{}:{day}", day.len()).expect("writing to a string cannot fail");
            }
        }
    }
    text.push('\n');
    hex(&Sha256::digest(text.as_bytes()))
}

/// What all entries together say of one row.
#[derive(Clone, Debug)]
pub struct Told {
    claim: Claim,
    seq: i64,
    altered_before: Option<i64>,
}

/// How a row differs from what its entries say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Differs {
    /// It is not what the entry of this number says.
    Since(i64),
    /// What never changes had been altered when the entry of this number was written.
    Before(i64),
}

impl Told {
    /// What the first entry says.
    pub fn first(claim: Claim, seq: i64) -> Told {
        Told { claim, seq, altered_before: None }
    }

    /// What a later entry says.
    pub fn next(&mut self, claim: Claim, seq: i64) {
        let differs = claim.fixed != self.claim.fixed && !claim.is_gone();
        if differs && self.altered_before.is_none() {
            self.altered_before = Some(seq);
        }
        (self.claim, self.seq) = (claim, seq);
    }

    /// The number of the newest entry.
    pub fn seq(&self) -> i64 {
        self.seq
    }

    /// Whether the row was taken away by an act, so that nothing may stand in its place.
    pub fn is_gone(&self) -> bool {
        self.claim.is_gone()
    }

    /// Whether the row is still what they say.
    pub fn prove(&self, row: &Claim) -> Result<(), Differs> {
        match self.altered_before {
            Some(seq) => Err(Differs::Before(seq)),
            None if *row != self.claim => Err(Differs::Since(self.seq)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Cell<'_> {
        Cell::Text(value.into())
    }

    #[test]
    fn a_claim_is_read_as_it_is_written_and_values_cannot_run_into_each_other() {
        let note = Claim::of("note", &[text("nte_1"), text("a\nb"), Cell::Nothing], &[]);
        assert_eq!(Claim::parse(&note.to_string()), note);
        let promise = Claim::of("promise", &[text("ptp_1"), Cell::Number(100)], &[text("open")]);
        assert_eq!(Claim::parse(&promise.to_string()), promise);
        for (one, other) in [
            (vec![text("ab"), text("c")], vec![text("a"), text("bc")]),
            (vec![text("a\n1:b")], vec![text("a"), text("b")]),
            (vec![Cell::Nothing], vec![text("-")]),
            (vec![Cell::Number(1)], vec![text("1")]),
            (vec![text("")], vec![Cell::Nothing]),
        ] {
            assert_ne!(Claim::of("note", &one, &[]), Claim::of("note", &other, &[]), "{one:?} {other:?}");
        }
        assert_ne!(Claim::of("note", &[text("a")], &[]), Claim::of("promise", &[text("a")], &[]));
    }

    #[test]
    fn bytes_and_days_are_hashed_as_the_text_they_are_written_as() {
        for (value, said) in [
            (Cell::Bytes(&[0, 1, 0xab]), "0001ab"),
            (Cell::Bytes(&[]), ""),
            (Cell::Day(jiff::civil::date(2026, 3, 2)), "2026-03-02"),
            (Cell::Day(jiff::civil::date(0, 1, 1)), "0000-01-01"),
            (Cell::Day(jiff::civil::date(-1, 1, 1)), "-000001-01-01"),
        ] {
            assert_eq!(Claim::of("note", std::slice::from_ref(&value), &[]), Claim::of("note", &[text(said)], &[]), "{value:?}");
        }
    }

    #[test]
    fn the_newest_entry_holds_and_none_covers_up_an_alteration_before_it() {
        let claim = |amount: i64, state: &str| Claim::of("promise", &[Cell::Number(amount)], &[text(state)]);
        let mut told = Told::first(claim(100, "open"), 2);
        assert_eq!(told.prove(&claim(100, "open")), Ok(()));
        assert_eq!(told.prove(&claim(900, "open")), Err(Differs::Since(2)));
        told.next(claim(100, "broken"), 5);
        assert_eq!(told.prove(&claim(100, "broken")), Ok(()));
        assert_eq!(told.prove(&claim(100, "open")), Err(Differs::Since(5)));
        told.next(claim(900, "kept"), 7);
        assert_eq!(told.prove(&claim(900, "kept")), Err(Differs::Before(7)));
    }

    #[test]
    fn a_row_that_an_act_took_away_is_gone_and_must_not_come_back() {
        let row = Claim::of("note", &[text("nte_1")], &[]);
        let mut told = Told::first(row.clone(), 2);
        assert!(!told.is_gone());
        told.next(Claim::parse(&Claim::gone().to_string()), 3);
        assert!(told.is_gone());
        assert_eq!(told.prove(&row), Err(Differs::Since(3)));
        told.next(row.clone(), 4);
        assert_eq!(told.prove(&row), Err(Differs::Before(4)));
    }
}
