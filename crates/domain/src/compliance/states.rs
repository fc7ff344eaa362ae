//! What the states add to federal law, as data: limitation periods, revival, caps, hours, notices in letters.
//!
//! The table is `regulation/states.csv`, compiled in; every group of columns says how sure we are of it, and a row names its
//! source. What is not certain is obeyed all the same and marked as unverified where it is shown.

use super::amendments::{Amendment, Column, Says};
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// The day as of which the table stands.
pub const AS_OF: Date = date(2026, 11, 1);

/// How sure we are of a group of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Recalled, or sources that differ.
    Low,
    /// Seen in accounts of others.
    Medium,
    /// Several sources agree.
    High,
}

impl Confidence {
    /// Reads a code; what is none says the least.
    pub fn parse(code: &str) -> Confidence {
        match code {
            "high" => Confidence::High,
            "medium" => Confidence::Medium,
            _ => Confidence::Low,
        }
    }

    /// The mark of what is not beyond doubt; empty where it is.
    pub const fn mark(self) -> &'static str {
        match self {
            Confidence::Low => "unverified: recalled, or sources differ",
            Confidence::Medium => "unverified: an account of it was read",
            Confidence::High => "",
        }
    }

    /// The code in answers.
    pub const fn code(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

/// Something a state says, and how sure we are of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// In words; empty where nothing is known.
    pub words: Cow<'static, str>,
    /// How sure we are.
    pub confidence: Confidence,
}

impl Said {
    /// Whether what is said can be shown without a mark.
    pub fn is_verified(&self) -> bool {
        self.confidence == Confidence::High
    }

    /// Whether it says that nothing is known: that permits, and is said where it is shown.
    pub fn says_none(&self) -> bool {
        self.words.is_empty() || self.words == "none" || self.words.starts_with("none ")
    }
}

/// Years in which a suit may be brought, by kind of agreement; `None` where none is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitationYears {
    /// Written contracts.
    pub written: Option<u8>,
    /// Oral ones.
    pub oral: Option<u8>,
    /// Promissory notes.
    pub promissory_note: Option<u8>,
    /// Open accounts; credit cards are counted as such.
    pub open_account: Option<u8>,
}

/// One row: a state or the District of Columbia.
#[derive(Clone, Debug)]
pub struct State {
    /// Two letters.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Years in which a suit may be brought.
    pub limitation: LimitationYears,
    /// Where these stand.
    pub limitation_source: Said,
    /// Whether and how the time begins anew; never by itself (rule `state.sol`).
    pub revival: Said,
    /// Limits on how often somebody may be reached.
    pub contact_caps: Said,
    /// Hours of its own.
    pub calling_hours: Said,
    /// What letters must carry.
    pub letter_notices: Said,
    /// Whether collecting needs a license.
    pub license: Said,
    /// Whether its law binds creditors too.
    pub reaches_creditors: Said,
    /// Interest on a judgment, in percent.
    pub judgment_interest: Said,
    /// Where the row was made from.
    pub source: Said,
    /// What the agency says in the place of columns; none in the table as shipped.
    pub amended: Vec<Arc<Amendment>>,
}

impl State {
    /// Whether the debt itself ends with the time to sue, so far as we know.
    pub fn extinguishes(&self) -> bool {
        self.revival.words.contains("extinguished")
    }

    /// Whether something the consumer does can begin the time anew, so far as we know. Where our table says nothing, nothing does.
    pub fn can_revive(&self) -> bool {
        let words = self.revival.words.as_ref();
        !words.is_empty() && !["no revival", "right extinguished", "collectors must not"].iter().any(|no| words.starts_with(no))
    }

    /// Interest on a judgment in millionths of a year, where our table says one plain number.
    pub fn judgment_rate_ppm(&self) -> Option<u32> {
        let (whole, part) = self.judgment_interest.words.split_once('.').unwrap_or((self.judgment_interest.words.as_ref(), ""));
        let digits = format!("{whole}{part:0<4}");
        (!whole.is_empty() && part.len() <= 4).then(|| digits.parse().ok()).flatten()
    }

    /// What letters must carry whatever the age of the debt, so far as we know; empty where it is nothing. A bond is no words.
    pub fn words_for_letters(&self) -> &str {
        let is_for_all = |piece: &str| !piece.contains("time-barred") && !piece.contains("bond");
        let words = self.letter_notices.words.as_ref();
        if self.letter_notices.says_none() || !words.split(';').any(is_for_all) { "" } else { words }
    }

    /// Whether a letter about a debt that can no longer be sued on must say so, so far as we know.
    pub fn asks_time_barred_notice(&self) -> bool {
        self.letter_notices.words.contains("time-barred")
    }

    /// The amendment of a column, where it was amended.
    pub fn amendment(&self, column: Column) -> Option<&Arc<Amendment>> {
        self.amended.iter().find(|amendment| amendment.column == column)
    }

    /// The row as an amendment leaves it.
    pub(super) fn amend(&mut self, amendment: &Arc<Amendment>) {
        let years = |was: &mut Option<u8>| {
            if let Says::Years(years) = amendment.says {
                *was = years;
            }
        };
        let said = Said { words: Cow::Owned(amendment.says.to_string()), confidence: amendment.confidence };
        match amendment.column {
            Column::WrittenYears => years(&mut self.limitation.written),
            Column::OralYears => years(&mut self.limitation.oral),
            Column::NoteYears => years(&mut self.limitation.promissory_note),
            Column::OpenAccountYears => years(&mut self.limitation.open_account),
            Column::Revival => self.revival = said,
            Column::ContactCaps => self.contact_caps = said,
            Column::CallingHours => self.calling_hours = said,
            Column::LetterNotices => self.letter_notices = said,
            Column::License => self.license = said,
            Column::ReachesCreditors => self.reaches_creditors = said,
            Column::JudgmentInterest => self.judgment_interest = said,
        }
        self.amended.push(amendment.clone());
    }
}

/// The row of a state, by its code.
pub fn state(code: &str) -> Option<&'static State> {
    states().iter().find(|state| state.code == code)
}

/// Every row.
pub fn states() -> &'static [State] {
    static STATES: OnceLock<Vec<State>> = OnceLock::new();
    STATES.get_or_init(|| include_str!("../../../../regulation/states.csv").lines().skip(1).filter_map(row).collect())
}

fn row(line: &'static str) -> Option<State> {
    let columns = columns(line);
    let column = |i: usize| columns.get(i).copied().unwrap_or_default();
    let said = |i: usize| Said { words: Cow::Borrowed(column(i)), confidence: Confidence::parse(column(i + 1)) };
    let years = |i: usize| column(i).parse().ok();
    (columns.len() == COLUMNS).then(|| State {
        code: column(0),
        name: column(1),
        limitation: LimitationYears { written: years(2), oral: years(3), promissory_note: years(4), open_account: years(5) },
        limitation_source: said(6),
        revival: said(8),
        contact_caps: said(10),
        calling_hours: said(12),
        letter_notices: said(14),
        license: said(16),
        reaches_creditors: said(18),
        judgment_interest: said(20),
        source: said(22),
        amended: Vec::new(),
    })
}

const COLUMNS: usize = 24;

/// The columns of a line; one in quotes may hold commas. The table doubles no quotes.
fn columns(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = line;
    loop {
        let (column, after) = match rest.strip_prefix('"').and_then(|quoted| quoted.split_once('"')) {
            Some((column, after)) => (column, after),
            None => rest.split_at(rest.find(',').unwrap_or(rest.len())),
        };
        found.push(column);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None => return found,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_row_with_all_four_periods() {
        assert_eq!(states().len(), 51);
        for state in states() {
            let LimitationYears { written, oral, promissory_note, open_account } = state.limitation;
            for years in [written, oral, promissory_note, open_account] {
                assert!(years.is_some_and(|years| (2..=20).contains(&years)), "{}", state.code);
            }
            assert!(!state.limitation_source.words.is_empty() && !state.source.words.is_empty(), "{}", state.code);
        }
    }

    #[test]
    fn letters_carry_what_is_asked_whatever_the_age_of_the_debt() {
        let asks = |code| !state(code).unwrap().words_for_letters().is_empty();
        for (code, asked) in [("NY", true), ("CA", true), ("TN", true), ("OH", false), ("NM", false), ("TX", false), ("ME", true)] {
            assert_eq!(asks(code), asked, "{code}");
        }
    }

    #[test]
    fn columns_in_quotes_keep_their_commas() {
        let new_york = state("NY").unwrap();
        assert_eq!((new_york.limitation.open_account, new_york.limitation.written, new_york.limitation.oral), (Some(3), Some(3), Some(6)));
        assert!(new_york.revival.words.starts_with("no revival") && new_york.limitation_source.is_verified());
        assert_eq!(state("CA").unwrap().limitation_source.words, "Code Civ. Proc. 337, 339");
        assert!(state("MA").unwrap().contact_caps.words.starts_with("2 calls, texts"));
        assert!(!state("MA").unwrap().contact_caps.is_verified());
        assert!(state("XX").is_none() && state("").is_none());
    }

    #[test]
    fn a_few_states_ask_for_more() {
        let codes = |of: fn(&State) -> bool| states().iter().filter(|state| of(state)).map(|state| state.code).collect::<Vec<_>>();
        assert_eq!(codes(State::extinguishes), ["MS", "WI"]);
        assert_eq!(codes(State::can_revive), ["CA"]);
        assert_eq!(codes(State::asks_time_barred_notice), ["CA", "CT", "ME", "NM", "NY", "TX", "VT", "WV"]);
    }
}
