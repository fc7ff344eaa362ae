//! Amendments: from a day on, a column of a pack says something else than the program was shipped with.
//!
//! Law changes between releases. An [`Amendment`] names the pack, the column, what it says instead, since when and until when, its
//! source and how sure the agency is of it. Law can become looser as well as stricter, so an amendment may be either; it is the
//! agency's word for what the law says, and every reason that rests on it says so. Of several for one column the one that began last
//! speaks; one that says nothing but "as shipped" gives the column back to the table.
//!
//! [`Says`] is what a column can be made to say; [`limits`] reads hours and caps out of their words. [`super::editions`] is the table
//! as amended.
//!
//! Always true: what an amendment says of hours and caps is a number that a rule enforces, and never words that nobody obeys.

pub mod limits;

use super::states::Confidence;
use jiff::civil::Date;
use limits::{AmendedCap, AmendedHours};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A column that can be amended; the codes are those of `regulation/states.csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Column {
    WrittenYears,
    OralYears,
    NoteYears,
    OpenAccountYears,
    Revival,
    ContactCaps,
    CallingHours,
    LetterNotices,
    License,
    ReachesCreditors,
    JudgmentInterest,
}

impl Column {
    /// All of them, as screens list them.
    pub const ALL: [Column; 11] = [
        Column::ContactCaps,
        Column::CallingHours,
        Column::WrittenYears,
        Column::OralYears,
        Column::NoteYears,
        Column::OpenAccountYears,
        Column::Revival,
        Column::LetterNotices,
        Column::License,
        Column::ReachesCreditors,
        Column::JudgmentInterest,
    ];

    /// Its head in the table.
    pub const fn code(self) -> &'static str {
        match self {
            Column::WrittenYears => "sol_written_years",
            Column::OralYears => "sol_oral_years",
            Column::NoteYears => "sol_promissory_note_years",
            Column::OpenAccountYears => "sol_open_account_years",
            Column::Revival => "revival_rule",
            Column::ContactCaps => "contact_caps",
            Column::CallingHours => "calling_hours",
            Column::LetterNotices => "letter_notices",
            Column::License => "collection_licence",
            Column::ReachesCreditors => "state_law_reaches_creditors",
            Column::JudgmentInterest => "judgment_interest_percent",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Column> {
        Column::ALL.into_iter().find(|known| known.code() == code)
    }

    /// The part of a pack that it is, as the pack's page names it.
    pub const fn topic(self) -> &'static str {
        match self {
            Column::WrittenYears | Column::OralYears | Column::NoteYears | Column::OpenAccountYears => "Time to sue",
            Column::Revival => "Time begun anew",
            Column::ContactCaps => "Contact caps",
            Column::CallingHours => "Calling hours",
            Column::LetterNotices => "Notices in letters",
            Column::License => "License",
            Column::ReachesCreditors => "Binds creditors too",
            Column::JudgmentInterest => "Interest on judgments",
        }
    }

    /// Whether decisions about contacts read it.
    pub const fn is_about_contacts(self) -> bool {
        matches!(self, Column::ContactCaps | Column::CallingHours)
    }

    /// Whether it is a number of years in which a suit may be brought.
    pub const fn is_years(self) -> bool {
        matches!(self, Column::WrittenYears | Column::OralYears | Column::NoteYears | Column::OpenAccountYears)
    }

    /// Whether the time to sue is reckoned by it.
    pub const fn is_about_suits(self) -> bool {
        self.is_years() || matches!(self, Column::Revival)
    }

    /// Whether a pack has it: federal law has no columns, a city those about contacts.
    pub fn is_of(self, pack: &str) -> bool {
        match pack {
            "us" => false,
            pack if pack.matches('-').count() > 1 => self.is_about_contacts(),
            _ => true,
        }
    }
}

/// The words on screens.
impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Column::WrittenYears => f.write_str("Years to sue, written contracts"),
            Column::OralYears => f.write_str("Years to sue, spoken agreements"),
            Column::NoteYears => f.write_str("Years to sue, promissory notes"),
            Column::OpenAccountYears => f.write_str("Years to sue, open accounts and cards"),
            column => f.write_str(column.topic()),
        }
    }
}

/// What a column says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Says {
    /// What the table was shipped with: the end of an earlier amendment.
    AsShipped,
    /// A number of years; none is known, and counts as run out.
    Years(Option<u8>),
    /// In words.
    Words(String),
    /// Hours; none are known, and that permits.
    Hours(Option<AmendedHours>),
    /// Caps; none is known, and that permits.
    Caps(Vec<AmendedCap>),
}

/// More years than any state gives.
const YEARS_MOST: u8 = 40;
/// Letters that a column of words may have.
const WORDS_MOST: usize = 400;

impl Says {
    /// Reads what a column is to say; the error is a sentence's rest, such as "is no number of years".
    pub fn parse(column: Column, text: &str) -> Result<Says, String> {
        let text = text.trim();
        match (column, text) {
            (_, "") => Err("is missing: what does it say?".into()),
            (_, "as shipped") => Ok(Says::AsShipped),
            (column, "unknown") if column.is_years() => Ok(Says::Years(None)),
            (column, years) if column.is_years() => match years.parse::<u8>() {
                Ok(years) if (1..=YEARS_MOST).contains(&years) => Ok(Says::Years(Some(years))),
                _ => Err(format!("is no number of years from 1 to {YEARS_MOST}, and not \"unknown\"")),
            },
            (Column::CallingHours, "none") => Ok(Says::Hours(None)),
            (Column::CallingHours, text) => text.parse().map(|hours| Says::Hours(Some(hours))),
            (Column::ContactCaps, "none") => Ok(Says::Caps(Vec::new())),
            (Column::ContactCaps, text) => text.split(';').map(str::parse).collect::<Result<_, _>>().map(Says::Caps),
            (_, words) if words.chars().count() > WORDS_MOST => Err(format!("is longer than {WORDS_MOST} letters")),
            (_, words) if words.contains(['\n', '"']) => Err("has a line break or a quotation mark in it".into()),
            (_, words) => Ok(Says::Words(words.to_string())),
        }
    }
}

/// As it is entered and shown; reading it again gives the same.
impl fmt::Display for Says {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Says::AsShipped => f.write_str("as shipped"),
            Says::Years(None) => f.write_str("unknown"),
            Says::Years(Some(years)) => years.fmt(f),
            Says::Words(words) => f.write_str(words),
            Says::Hours(None) => f.write_str("none"),
            Says::Hours(Some(hours)) => hours.fmt(f),
            Says::Caps(caps) if caps.is_empty() => f.write_str("none"),
            Says::Caps(caps) => f.write_str(&caps.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")),
        }
    }
}

/// One amendment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amendment {
    /// Its number in the house, in the order in which they were proposed.
    pub number: u32,
    /// Whose law: the id of a pack.
    pub pack: String,
    /// Which column.
    pub column: Column,
    /// What it says instead.
    pub says: Says,
    /// Where that stands.
    pub source: String,
    /// How sure the agency is.
    pub confidence: Confidence,
    /// The first day.
    pub from_on: Date,
    /// The last day; `None` while no end is known.
    pub to_on: Option<Date>,
    /// The second from which it binds.
    pub begins_at: i64,
    /// The first second at which it binds no more.
    pub ends_at: i64,
}

/// The [`Amendment::ends_at`] of one that has no end.
pub const NO_END: i64 = i64::MAX;

impl Amendment {
    /// Whether it is in force at a second.
    pub fn is_in_force(&self, at: i64) -> bool {
        (self.begins_at..self.ends_at).contains(&at)
    }

    /// Whether it is in force on a day.
    pub fn is_in_force_on(&self, day: Date) -> bool {
        self.from_on <= day && self.to_on.is_none_or(|last| day <= last)
    }

    /// As it is named beside a reason.
    pub fn named(&self) -> String {
        format!("our amendment {}", self.number)
    }
}

/// Of some amendments of one column those that speak: the one that began last.
pub fn speaking<'a>(among: impl Iterator<Item = &'a Amendment>) -> Option<&'a Amendment> {
    among.max_by_key(|amendment| (amendment.begins_at, amendment.number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_column_says_is_read_and_written_alike() {
        for (column, text) in [
            (Column::OpenAccountYears, "4"),
            (Column::WrittenYears, "unknown"),
            (Column::NoteYears, "as shipped"),
            (Column::Revival, "no revival by payment (S. B. 1)"),
            (Column::CallingHours, "none"),
            (Column::CallingHours, "09:00-20:00 for calls and texts, creditors too"),
            (Column::ContactCaps, "none"),
            (Column::ContactCaps, "3 calls per debt in 7 days, creditors too; 5 electronic messages per person in 7 days"),
        ] {
            assert_eq!(Says::parse(column, text).unwrap().to_string(), text);
        }
        for (column, text, says) in [
            (Column::OralYears, "0", "from 1 to 40"),
            (Column::OralYears, "four", "from 1 to 40"),
            (Column::Revival, " ", "is missing"),
            (Column::License, "say \"yes\"", "quotation mark"),
            (Column::CallingHours, "in the morning", "09:00-20:00"),
            (Column::ContactCaps, "few calls", "3 calls per debt"),
        ] {
            let refused = Says::parse(column, text).unwrap_err();
            assert!(refused.contains(says), "{text}: {refused}");
        }
    }

    #[test]
    fn every_column_is_one_of_the_table() {
        let heads = include_str!("../../../../../regulation/states.csv").lines().next().unwrap();
        for column in Column::ALL {
            assert!(heads.split(',').any(|head| head == column.code()), "{}", column.code());
            assert_eq!(Column::parse(column.code()), Some(column));
        }
        assert!(!Column::ContactCaps.is_of("us") && Column::ContactCaps.is_of("us-ny-nyc") && !Column::Revival.is_of("us-ny-nyc"));
        assert!(Column::Revival.is_of("us-ny"));
    }
}
