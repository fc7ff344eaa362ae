//! What an import came to: counts, problems, differences, and where the files for the creditor are.

use duly_domain::intake::row::Problem;
use duly_domain::values::ids::{AccountId, BatchId};
use std::path::PathBuf;

/// How many problems and rows a report keeps for a screen; files hold all.
pub const SHOWN: usize = 200;

/// One problem of one row, as it is shown.
#[derive(Clone, Debug)]
pub struct RowProblem {
    /// The row's number in the file.
    pub row: u64,
    /// The problem.
    pub problem: Problem,
}

/// A known account that comes again with other values.
#[derive(Clone, Debug)]
pub struct Change {
    /// The row's number in the file.
    pub row: u64,
    /// The account.
    pub account: AccountId,
    /// What differs: field, what we have, what the file says.
    pub differences: Vec<(&'static str, String, String)>,
}

/// What an import came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Rows read.
    pub rows: u64,
    /// Rows placed.
    pub accepted: u64,
    /// Rows that stay out.
    pub refused: u64,
    /// Rows placed before, with the same values.
    pub duplicates: u64,
    /// Rows placed before that come with other values.
    pub changed: u64,
    /// Of those, how many were altered.
    pub updated: u64,
    /// Rows placed with a gap to fill.
    pub gaps: u64,
    /// What is placed, in minor units.
    pub placed_minor: i64,
    /// The currency.
    pub currency: String,
    /// The batch, unless nothing was placed.
    pub batch: Option<BatchId>,
    /// Problems counted by column and sentence.
    pub by_problem: Vec<(String, String, bool, u64)>,
    /// The first problems.
    pub problems: Vec<RowProblem>,
    /// The first changes.
    pub changes: Vec<Change>,
    /// The mapping that was used, as `field ← column`.
    pub matched: Vec<(String, String)>,
    /// Columns that no field took.
    pub unmatched: Vec<String>,
    /// Whether the mapping was guessed.
    pub is_guess: bool,
    /// What a person must hear about the file and the guess.
    pub notices: Vec<String>,
    /// Where the problems were written: row, column, value, problem.
    pub refusals: Option<PathBuf>,
    /// Where the refused rows were written, to be mended and imported again.
    pub refused_rows: Option<PathBuf>,
    /// Where it was written what became of each row, for the creditor.
    pub acknowledgement: Option<PathBuf>,
    /// Of the accepted rows, those that an earlier run of this batch had placed.
    pub resumed: u64,
}
