//! Delimited text read row by row.

use super::dialect::{Dialect, Quotes, Record, Records, first_records, guess, told_by_excel};
use super::encoding::{NOT_TEXT, Survey, Text};
use super::packed::Packed;
use super::{FileChoice, SourceRow, head};

/// Rows of delimited text below their head.
pub(super) struct Delimited {
    records: Records<Text>,
    record: Record,
}

impl Delimited {
    /// Guesses what was not said, and reads up to the heads.
    pub(super) fn open(
        packed: &Packed,
        survey: &Survey,
        choice: &FileChoice,
        notices: &mut Vec<String>,
    ) -> Result<(Vec<String>, Delimited), String> {
        let dialect = guess(&survey.sample, survey.is_whole, choice.delimiter);
        if dialect.quotes == Quotes::None {
            notices.push("quotes are read as letters like others: taken as quotes they make uneven rows".into());
        }
        let head_row = match choice.head_row {
            Some(row) => row.max(1),
            None => find_head(survey, dialect, notices)?,
        };
        let mut rows = Delimited { records: Records::new(survey.text(packed)?, dialect), record: Record::default() };
        loop {
            if !rows.records.read(&mut rows.record)? {
                return Err(format!("ends before row {head_row}, which should hold the heads"));
            }
            if rows.record.number == head_row {
                break;
            }
        }
        let heads = head::names(rows.record.cells());
        if heads.iter().all(String::is_empty) {
            return Err(format!("has no column heads in row {head_row}"));
        }
        Ok((heads, rows))
    }

    /// The next row.
    pub(super) fn next_row(&mut self) -> Result<Option<SourceRow>, String> {
        if !self.records.read(&mut self.record)? {
            return Ok(None);
        }
        let mut row = SourceRow::numbered(self.record.number, self.record.line);
        for (at, cell) in self.record.cells().enumerate() {
            row.push(cell);
            if cell.contains('\u{fffd}') {
                row.say(at, NOT_TEXT);
            }
        }
        for at in &self.record.misquoted {
            row.say(*at, "has text behind its closing quote");
        }
        Ok(Some(row))
    }
}

/// The row of the heads, counted from 1.
fn find_head(survey: &Survey, dialect: Dialect, notices: &mut Vec<String>) -> Result<u64, String> {
    let (records, _) = first_records(&survey.sample, survey.is_whole, dialect);
    let skipped = usize::from(told_by_excel(&survey.sample).is_some());
    let rows: Vec<Vec<String>> = records.iter().skip(skipped).map(|record| record.cells().map(String::from).collect()).collect();
    let Some(at) = head::find(&rows) else { return Err("has no column heads: every row is blank".into()) };
    let row = (at + skipped) as u64 + 1;
    let above: Vec<String> = rows[..at]
        .iter()
        .map(|cells| cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(" "))
        .collect();
    notices.extend(head::above(row, &above));
    Ok(row)
}
