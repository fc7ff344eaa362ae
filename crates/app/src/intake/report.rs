//! What an import came to: counts, problems, differences, and where the files for the creditor are.

use super::refusals::{RefusalFiles, is_same_head};
use super::source::SourceRow;
use crate::app::Failure;
use duly_domain::intake::row::Problem;
use duly_domain::values::ids::{AccountId, BatchId};
use duly_domain::values::money::Currency;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

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
    /// Rows placed that owe nothing: kept as paid, nobody works them.
    pub settled: u64,
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

impl Report {
    /// Rows, accepted, refused, duplicates, gaps, changed, updated: as a batch keeps them.
    pub fn counts(&self) -> [i64; 7] {
        let known = self.duplicates + self.changed;
        [self.rows, self.accepted, self.refused, known, self.gaps, self.changed, self.updated]
            .map(|count| i64::try_from(count).unwrap_or(i64::MAX))
    }
}

/// A report being written, row by row, with the files for the creditor.
pub struct Tally {
    /// The report so far.
    pub report: Report,
    by_problem: HashMap<(String, String), (bool, u64)>,
    files: RefusalFiles,
    /// The column by which an account is known.
    reference_at: Option<usize>,
}

impl Tally {
    /// Begins a report; the files are made where a path is named. A trial acknowledges nothing.
    pub fn begin(refusals: Option<&Path>, heads: &[String], is_trial: bool) -> Result<Tally, Failure> {
        let mut files = RefusalFiles::at(refusals);
        files.open(heads, is_trial)?;
        Ok(Tally { report: Report::default(), by_problem: HashMap::new(), files, reference_at: None })
    }

    /// Says which columns are used, as field and head.
    pub fn describe<'c>(&mut self, heads: &[String], columns: impl Iterator<Item = (&'c str, &'c str)>) {
        self.report.matched = columns.map(|(field, head)| (field.to_string(), head.to_string())).collect();
        let is_matched = |head: &String| self.report.matched.iter().any(|(_, known)| is_same_head(known, head));
        self.report.unmatched = heads.iter().filter(|head| !is_matched(head)).cloned().collect();
        let reference = self.report.matched.iter().find(|(field, _)| field == "reference");
        self.reference_at = reference.and_then(|(_, known)| heads.iter().position(|head| is_same_head(known, head)));
    }

    /// A row stays out; the creditor hears which by its reference as the row has it.
    pub fn refuse(&mut self, row: &SourceRow, problems: Vec<Problem>) -> Result<(), Failure> {
        let reference = self.reference_at.map_or("", |at| row.cell(at)).trim();
        self.report.refused += 1;
        self.files.write_row(row, &problems)?;
        self.outcome(row.number, reference, "refused", None, problems)
    }

    /// What became of a row, with the account and its balance where it has one.
    pub fn outcome(
        &mut self,
        row: u64,
        reference: &str,
        outcome: &str,
        account: Option<(AccountId, i64, Currency)>,
        problems: Vec<Problem>,
    ) -> Result<(), Failure> {
        self.files.write_outcome(row, reference, outcome, account, &problems)?;
        for problem in problems {
            self.files.write_problem(row, &problem)?;
            // Sentences with figures in them would each be counted alone.
            let says = problem.says.split(':').next().unwrap_or_default();
            let has_figure = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
            let says = says.split_once(" by ").filter(|(_, by)| has_figure(by)).map_or(says, |(says, _)| says);
            let says = says.split(" in row ").next().unwrap_or_default().to_string();
            self.by_problem.entry((problem.column.clone(), says)).or_insert((problem.refuses, 0)).1 += 1;
            if self.report.problems.len() < SHOWN {
                self.report.problems.push(RowProblem { row, problem });
            }
        }
        Ok(())
    }

    /// Closes the files; the whole report.
    pub fn finish(mut self) -> Result<Report, Failure> {
        let mut by_problem: Vec<_> =
            self.by_problem.drain().map(|((column, says), (refuses, count))| (column, says, refuses, count)).collect();
        by_problem.sort_by(|a, b| (b.3, &a.0, &a.1).cmp(&(a.3, &b.0, &b.1)));
        self.report.by_problem = by_problem;
        [self.report.refusals, self.report.refused_rows, self.report.acknowledgement] = self.files.finish()?;
        Ok(self.report)
    }
}
