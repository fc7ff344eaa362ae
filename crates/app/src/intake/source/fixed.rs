//! Text of fixed width: every column has its place on the line, said by the mapping.

use super::encoding::{NOT_TEXT, Survey, Text};
use super::packed::{Packed, broken};
use super::{FileChoice, FixedColumn, SourceRow};
use std::io::{BufRead, Read};

/// Longer lines are no lines.
const LONGEST_LINE: u64 = 1 << 20;

/// Lines cut into columns.
pub(super) struct FixedWidth {
    text: Text,
    columns: Vec<FixedColumn>,
    line: Vec<u8>,
    number: u64,
}

impl FixedWidth {
    /// Opens the text; lines up to the head row, where there is one, are left out.
    pub(super) fn open(packed: &Packed, survey: &Survey, choice: &FileChoice) -> Result<FixedWidth, String> {
        if let Some(wrong) = choice.widths.iter().find(|column| column.start == 0 || column.width == 0) {
            return Err(format!("cannot be cut: the column {:?} needs a start and a width of at least 1", wrong.name));
        }
        let mut rows = FixedWidth { text: survey.text(packed)?, columns: choice.widths.clone(), line: Vec::new(), number: 0 };
        while rows.number < choice.head_row.unwrap_or(0) {
            if !rows.read_line()? {
                return Err(format!("ends before row {}, which should hold the heads", choice.head_row.unwrap_or(0)));
            }
        }
        Ok(rows)
    }

    /// The next line as a row.
    pub(super) fn next_row(&mut self) -> Result<Option<SourceRow>, String> {
        if !self.read_line()? {
            return Ok(None);
        }
        let line = std::str::from_utf8(&self.line).unwrap_or_default().trim_end_matches(['\n', '\r']);
        // Where each character starts, and where the line ends.
        let places: Vec<usize> = line.char_indices().map(|(at, _)| at).chain([line.len()]).collect();
        let place = |character: usize| places.get(character).copied().unwrap_or(line.len());
        let mut row = SourceRow::numbered(self.number, self.number);
        let mut reached = 0;
        for (at, column) in self.columns.iter().enumerate() {
            let end = column.start.saturating_add(column.width) - 1;
            reached = reached.max(end);
            let cell = &line[place(column.start - 1)..place(end)];
            row.push(cell);
            if cell.contains('\u{fffd}') {
                row.say(at, NOT_TEXT);
            }
        }
        if !line[place(reached)..].trim().is_empty() {
            row.say(self.columns.len() - 1, "is followed by more text than the mapping has columns for");
        }
        Ok(Some(row))
    }

    /// One line as it stands; a mark that ends old files (Ctrl-Z) is no line.
    fn read_line(&mut self) -> Result<bool, String> {
        self.line.clear();
        let read = self.text.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut self.line).map_err(broken)?;
        if read as u64 == LONGEST_LINE && !self.line.ends_with(b"\n") {
            return Err(format!("has a line {} of more than 1 MB, which is no text of fixed width", self.number + 1));
        }
        self.number += u64::from(read > 0);
        if self.line == b"\x1a" {
            self.line.clear();
        }
        Ok(read > 0)
    }
}
