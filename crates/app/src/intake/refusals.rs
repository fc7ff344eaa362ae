//! The files that go back to the creditor: every problem, the refused rows to be mended and imported again, and the
//! acknowledgement of what became of each row.

use super::source::SourceRow;
use crate::app::Failure;
use duly_domain::intake::mapping::Mapping;
use duly_domain::intake::row::Problem;
use duly_domain::values::ids::AccountId;
use duly_domain::values::money::{Currency, Money};
use std::path::{Path, PathBuf};

/// Both files on their way; nothing is written where no path was named.
#[derive(Default)]
pub struct RefusalFiles {
    path: Option<PathBuf>,
    problems: Option<csv::Writer<std::fs::File>>,
    rows: Option<csv::Writer<std::fs::File>>,
    outcomes: Option<csv::Writer<std::fs::File>>,
}

impl RefusalFiles {
    /// Files at a path and beside it.
    pub fn at(path: Option<&Path>) -> RefusalFiles {
        RefusalFiles { path: path.map(Path::to_path_buf), ..RefusalFiles::default() }
    }

    /// A file beside the one of problems: `-rows`, `-acknowledgement`.
    fn beside(path: &Path, what: &str) -> PathBuf {
        let stem = path.file_stem().map_or_else(|| "refused".into(), |stem| stem.to_string_lossy().into_owned());
        path.with_file_name(format!("{stem}-{what}.csv"))
    }

    /// Makes the files and writes their heads.
    pub fn open(&mut self, heads: &[String], is_trial: bool) -> Result<(), Failure> {
        let Some(path) = &self.path else { return Ok(()) };
        let writer = |path: &Path| csv::Writer::from_path(path).map_err(|error| unwritable(path, &error));
        let mut problems = writer(path)?;
        problems.write_record(["row", "column", "value", "problem"]).map_err(|error| unwritable(path, &error))?;
        let mut rows = writer(&RefusalFiles::beside(path, "rows"))?;
        rows.write_record(heads.iter().map(String::as_str).chain(["problems"])).map_err(|error| unwritable(path, &error))?;
        (self.problems, self.rows) = (Some(problems), Some(rows));
        if is_trial {
            return Ok(());
        }
        let mut outcomes = writer(&RefusalFiles::beside(path, "acknowledgement"))?;
        let head = ["row", "reference", "outcome", "account", "balance", "currency", "problems"];
        outcomes.write_record(head).map_err(|error| unwritable(path, &error))?;
        self.outcomes = Some(outcomes);
        Ok(())
    }

    /// One problem of one row.
    pub fn write_problem(&mut self, row: u64, problem: &Problem) -> Result<(), Failure> {
        let (Some(path), Some(writer)) = (&self.path, &mut self.problems) else { return Ok(()) };
        let cells = [&row.to_string(), &problem.column, &in_a_cell(&problem.value), &problem.says];
        writer.write_record(cells).map_err(|error| unwritable(path, &error))
    }

    /// One refused row as it stands, with its problems behind it.
    pub fn write_row(&mut self, row: &SourceRow, problems: &[Problem]) -> Result<(), Failure> {
        let (Some(path), Some(writer)) = (&self.path, &mut self.rows) else { return Ok(()) };
        let cells = row.cells().map(in_a_cell).chain([sentences(problems)]);
        // A row may have another number of cells than the head: that is then its problem.
        let mut flexible = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        flexible.write_record(cells).map_err(|error| unwritable(path, &error))?;
        let line = flexible.into_inner().map_err(|error| Failure::File(error.to_string()))?;
        writer.flush().map_err(|error| Failure::File(error.to_string()))?;
        std::io::Write::write_all(&mut writer.get_ref(), &line).map_err(|error| Failure::File(error.to_string()))
    }

    /// What became of one row; an account with its balance where it has one.
    pub fn write_outcome(
        &mut self,
        row: u64,
        reference: &str,
        outcome: &str,
        account: Option<(AccountId, i64, Currency)>,
        problems: &[Problem],
    ) -> Result<(), Failure> {
        let (Some(path), Some(writer)) = (&self.path, &mut self.outcomes) else { return Ok(()) };
        let (id, balance, currency) = account.map_or_else(Default::default, |(id, minor, currency)| {
            (id.to_string(), Money::of(minor, currency).decimal(), currency.code().to_string())
        });
        let cells = [row.to_string(), in_a_cell(reference), outcome.to_string(), id, balance, currency, sentences(problems)];
        writer.write_record(cells).map_err(|error| unwritable(path, &error))
    }

    /// Closes them; where they are: problems, refused rows, acknowledgement.
    pub fn finish(&mut self) -> Result<[Option<PathBuf>; 3], Failure> {
        for writer in [&mut self.problems, &mut self.rows, &mut self.outcomes].into_iter().flatten() {
            writer.flush().map_err(|error| Failure::File(error.to_string()))?;
        }
        let beside = |what| self.path.as_deref().map(|path| RefusalFiles::beside(path, what));
        Ok([self.path.clone(), beside("rows"), beside("acknowledgement").filter(|_| self.outcomes.is_some())])
    }
}

fn sentences(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("{} {}", problem.column, problem.says)).collect::<Vec<_>>().join("; ")
}

/// What is wrong with cells already as the file has them; with one that no field takes, nobody is bothered.
pub fn wrong_cells(row: &SourceRow, heads: &[String], mapping: &Mapping) -> Vec<Problem> {
    let is_mapped = |at: usize| mapping.columns.iter().any(|column| heads.get(at).is_some_and(|head| is_same_head(&column.head, head)));
    let wrong = row.problems().iter().filter(|wrong| is_mapped(wrong.column));
    wrong
        .map(|wrong| Problem {
            column: heads[wrong.column].clone(),
            value: row.cell(wrong.column).to_string(),
            says: wrong.says.clone(),
            refuses: true,
        })
        .collect()
}

/// Whether a mapping and a file mean the same column.
pub fn is_same_head(a: &str, b: &str) -> bool {
    a.trim().eq_ignore_ascii_case(b.trim())
}

fn unwritable(path: &Path, error: &csv::Error) -> Failure {
    Failure::File(format!("{} cannot be written: {error}", path.display()))
}

/// A cell that a spreadsheet would run as a formula is defused by an apostrophe (CSV injection, OWASP).
fn in_a_cell(text: &str) -> String {
    let is_number = text.trim_start_matches(['-', '+']).starts_with(|c: char| c.is_ascii_digit() || c == '.');
    if text.starts_with(['=', '@', '\t', '\r']) || (text.starts_with(['+', '-']) && !is_number) {
        format!("'{text}")
    } else {
        text.to_string()
    }
}
