//! The time to sue: how long after a debt accrued a suit may be brought (rule `state.sol`).
//!
//! Counted from the day it accrued, by the law of the consumer's state and of the state that the contract chose; the shorter
//! wins, as it would under a borrowing statute. A payment never begins the time anew: whether it does by some state's law is for
//! a lawyer to say, who then records another day of accrual. What is not known makes the time unknown, and no suit may rest on it.

mod reckoning;

pub use reckoning::{ByLaw, ClockEvent, ClockFacts, Line, Reckoning, Tolling, reckon};

use super::amendments::Column;
use super::editions::Edition;
use super::states::LimitationYears;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// The kind of agreement a debt arose from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Agreement {
    /// Not known: the shortest period of all counts.
    #[default]
    Unknown,
    /// A contract in writing.
    Written,
    /// A spoken one.
    Oral,
    /// A promissory note.
    PromissoryNote,
    /// An open account; credit cards too.
    OpenAccount,
}

impl Agreement {
    /// The agreement behind a kind of debt as files name it. Where that leaves room (a doctor's bill may be written, spoken or
    /// on account) it is unknown.
    pub fn of_kind(kind: &str) -> Agreement {
        match kind {
            "credit_card" | "store_card" | "charge_card" | "retail_card" | "line_of_credit" | "open_account" => Agreement::OpenAccount,
            "promissory_note" | "student_loan" | "mortgage" => Agreement::PromissoryNote,
            "written_contract" | "personal_loan" | "installment_loan" | "auto_loan" | "payday_loan" | "lease" => Agreement::Written,
            "oral_contract" | "oral" => Agreement::Oral,
            _ => Agreement::Unknown,
        }
    }

    /// Every kind, as screens list them.
    pub const ALL: [Agreement; 5] =
        [Agreement::Unknown, Agreement::Written, Agreement::Oral, Agreement::PromissoryNote, Agreement::OpenAccount];

    /// Its code in tables and commands.
    pub const fn code(self) -> &'static str {
        match self {
            Agreement::Unknown => "unknown",
            Agreement::Written => "written",
            Agreement::Oral => "oral",
            Agreement::PromissoryNote => "promissory_note",
            Agreement::OpenAccount => "open_account",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Agreement> {
        Agreement::ALL.into_iter().find(|known| known.code() == code)
    }

    /// The columns that its years stand in.
    const fn columns(self) -> &'static [Column] {
        match self {
            Agreement::Written => &[Column::WrittenYears],
            Agreement::Oral => &[Column::OralYears],
            Agreement::PromissoryNote => &[Column::NoteYears],
            Agreement::OpenAccount => &[Column::OpenAccountYears],
            Agreement::Unknown => &[Column::WrittenYears, Column::OralYears, Column::NoteYears, Column::OpenAccountYears],
        }
    }

    fn years(self, of: &LimitationYears) -> Option<u8> {
        match self {
            Agreement::Written => of.written,
            Agreement::Oral => of.oral,
            Agreement::PromissoryNote => of.promissory_note,
            Agreement::OpenAccount => of.open_account,
            // One that is missing may be the shortest.
            Agreement::Unknown => Some(of.written?.min(of.oral?).min(of.promissory_note?).min(of.open_account?)),
        }
    }
}

impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Agreement::Unknown => "not known",
            Agreement::Written => "a contract in writing",
            Agreement::Oral => "a spoken agreement",
            Agreement::PromissoryNote => "a promissory note",
            Agreement::OpenAccount => "open account, credit cards too",
        })
    }
}

/// The time in which a suit may be brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limitation {
    /// How many years.
    pub years: u8,
    /// The last day for a suit: the anniversary. In a year without a 29 February it is the 28th.
    pub last_day: Date,
    /// Whether our source for the period is beyond doubt.
    pub is_verified: bool,
    /// The amendment of the table that names the period, if one does.
    pub amendment: Option<u32>,
}

impl Limitation {
    /// The shortest time by the states that may govern; `None` where the day of accrual, a state or its period is not known.
    pub fn of(
        agreement: Agreement,
        accrued_on: Option<Date>,
        consumer: Option<&str>,
        contract: Option<&str>,
        law: &Arc<Edition>,
    ) -> Option<Limitation> {
        // The day as of which it is counted matters to events alone.
        let today = accrued_on?;
        let known = |code: Option<&str>| code.map(|code| law.state(code).map_or(UNKNOWN, |state| state.code));
        let (consumer, contract, law) = (known(consumer), known(contract), law.clone());
        let facts = ClockFacts { agreement, accrued_on, consumer, contract, events: Vec::new(), today, law };
        reckon(&facts).limitation()
    }
}

/// A state that is none of ours.
const UNKNOWN: &str = "";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compliance::editions::Editions;
    use jiff::civil::date;

    fn by(agreement: Agreement, accrued: Option<Date>, consumer: Option<&str>, contract: Option<&str>) -> Option<Limitation> {
        Limitation::of(agreement, accrued, consumer, contract, &Editions::default().at(0))
    }

    #[test]
    fn the_anniversary_is_the_last_day() {
        use Agreement::{OpenAccount, Oral, PromissoryNote, Unknown, Written};
        //   agreement       accrued             state  last day
        for (agreement, accrued, state, last) in [
            (OpenAccount, date(2022, 3, 10), "NY", date(2025, 3, 10)),
            (PromissoryNote, date(2022, 3, 10), "NY", date(2028, 3, 10)),
            (Unknown, date(2022, 3, 10), "NY", date(2025, 3, 10)),
            (Oral, date(2022, 3, 10), "CA", date(2024, 3, 10)),
            (Written, date(2022, 3, 10), "CA", date(2026, 3, 10)),
            (OpenAccount, date(2024, 2, 29), "NY", date(2027, 2, 28)),
            (OpenAccount, date(2024, 2, 29), "CA", date(2028, 2, 29)),
            (OpenAccount, date(2023, 12, 31), "NJ", date(2029, 12, 31)),
        ] {
            let limitation = by(agreement, Some(accrued), Some(state), None).unwrap();
            assert_eq!(limitation.last_day, last, "{agreement:?} {accrued} {state}");
        }
    }

    #[test]
    fn the_shorter_of_two_laws_wins_and_what_is_unknown_stays_unknown() {
        let accrued = Some(date(2022, 3, 10));
        let years = |consumer, contract| by(Agreement::OpenAccount, accrued, consumer, contract).map(|found| found.years);
        assert_eq!(years(Some("NJ"), Some("DE")), Some(3));
        assert_eq!(years(Some("DE"), Some("NJ")), Some(3));
        assert_eq!(years(Some("NJ"), Some("XX")), None);
        assert_eq!(years(None, Some("NJ")), None);
        assert_eq!(by(Agreement::OpenAccount, None, Some("NJ"), None), None);
        let washington = by(Agreement::OpenAccount, accrued, Some("WA"), None).unwrap();
        assert!(!washington.is_verified, "sources of medium confidence are obeyed and marked");
        assert_eq!(by(Agreement::OpenAccount, Some(Date::MAX), Some("NJ"), None), None, "the calendar ends; nothing panics");
    }

    #[test]
    fn kinds_of_debts_lead_to_agreements() {
        for (kind, agreement) in [
            ("credit_card", Agreement::OpenAccount),
            ("student_loan", Agreement::PromissoryNote),
            ("personal_loan", Agreement::Written),
            ("medical", Agreement::Unknown),
            ("", Agreement::Unknown),
        ] {
            assert_eq!(Agreement::of_kind(kind), agreement, "{kind}");
        }
    }
}
