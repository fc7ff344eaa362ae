//! A spreadsheet's rows: the sheet chosen and held, its heads found, and what a reader would not see said out loud.

use super::book::{self, Choice};
use super::packed::{BookKind, Packed};
use super::{FileChoice, SourceRow, head};
use std::collections::VecDeque;

/// A spreadsheet file may not be larger: it has to be held in memory.
pub const LARGEST_FILE: u64 = 200 << 20;

/// Nor may it become larger than this when it is unpacked.
pub(super) const LARGEST_UNPACKED: u64 = 2 << 30;

/// Cells with something in them.
const MOST_CELLS: usize = 24_000_000;

/// Bytes of all of them.
const MOST_TEXT: usize = 1 << 30;

/// One row as the sheet has it: only the cells that say something.
#[derive(Clone, Debug, Default)]
pub(super) struct TableRow {
    /// Its place from 0.
    pub row: u32,
    /// Column and end of its text.
    pub cells: Vec<(u32, u32)>,
    pub text: String,
    pub problems: Vec<(u32, String)>,
}

impl TableRow {
    fn cell_of(&self, column: u32) -> &str {
        let Ok(at) = self.cells.binary_search_by_key(&column, |(column, _)| *column) else { return "" };
        let start = if at == 0 { 0 } else { self.cells[at - 1].1 as usize };
        &self.text[start..self.cells[at].1 as usize]
    }

    fn width(&self) -> usize {
        self.cells.last().map_or(0, |(column, _)| *column as usize + 1)
    }

    fn texts(&self) -> Vec<String> {
        (0..self.width().min(16_384)).map(|column| self.cell_of(column as u32).to_string()).collect()
    }
}

/// A rectangle of cells, ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Region {
    pub rows: (u32, u32),
    pub columns: (u32, u32),
}

/// What a sheet holds and hides.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub rows: VecDeque<TableRow>,
    pub merged: Vec<Region>,
    pub hidden_rows: Vec<(u32, u32)>,
    pub hidden_columns: Vec<(u32, u32)>,
    /// Formulas whose results the file does not keep.
    pub unkept: Vec<(u32, u32)>,
    cells: usize,
    text: usize,
}

impl Table {
    /// Adds a cell; the error says that the sheet is too large.
    pub(super) fn push(&mut self, row: u32, column: u32, text: &str, problem: Option<String>) -> Result<(), String> {
        if text.is_empty() && problem.is_none() {
            return Ok(());
        }
        self.cells += 1;
        self.text += text.len();
        if self.cells > MOST_CELLS || self.text > MOST_TEXT {
            return Err(format!("has a sheet of more than {MOST_CELLS} cells or 1 GB: save it as CSV, which may have any size"));
        }
        match self.rows.back() {
            Some(last) if last.row == row => {}
            Some(last) if last.row > row => {
                return Err("has rows out of their order: open it in a spreadsheet program and save it anew".into());
            }
            _ => self.rows.push_back(TableRow { row, ..TableRow::default() }),
        }
        let Some(last) = self.rows.back_mut() else { return Ok(()) };
        if last.cells.last().is_some_and(|(before, _)| *before >= column) {
            return Err(format!("has two cells in one place in row {}: open it in a spreadsheet program and save it anew", row + 1));
        }
        last.text.push_str(text);
        let end = u32::try_from(last.text.len()).map_err(|_| format!("has more than 4 GB in row {}", row + 1))?;
        last.cells.push((column, end));
        last.problems.extend(problem.map(|says| (column, says)));
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.iter().all(|row| row.text.trim().is_empty())
    }
}

/// The rows of the chosen sheet.
pub(super) struct Sheet {
    heads: Vec<String>,
    table: Table,
    given: u64,
    all: u64,
}

impl Sheet {
    /// Reads the named sheet, or the first with something on it.
    pub(super) fn open(packed: &Packed, kind: BookKind, choice: &FileChoice, notices: &mut Vec<String>) -> Result<Sheet, String> {
        let Choice { name, others, is_hidden, mut table } = book::read(packed, kind, choice.sheet.as_deref())?;
        if is_hidden {
            notices.push(format!("the sheet {name:?} that was read is hidden"));
        }
        if !others.is_empty() {
            let names: Vec<String> =
                others.iter().map(|(other, hidden)| format!("{other:?}{}", if *hidden { " (hidden)" } else { "" })).collect();
            notices.push(format!("only the sheet {name:?} was read, not {}", names.join(", ")));
        }
        // Row numbers count from the top of the sheet, as the user sees them.
        let at = match choice.head_row {
            Some(row) => table.rows.iter().position(|known| u64::from(known.row) + 1 == row),
            None => head::find(&table.rows.iter().take(200).map(TableRow::texts).collect::<Vec<_>>()),
        };
        let Some(at) = at else {
            return Err(match choice.head_row {
                Some(row) => format!("has no column heads in row {row} of its sheet {name:?}"),
                None => format!("has no column heads: its sheet {name:?} is empty"),
            });
        };
        let above: Vec<String> = table.rows.iter().take(at).map(|row| row.texts().join(" ")).collect();
        table.rows.drain(..at);
        let Some(head) = table.rows.pop_front() else { return Err(format!("has no column heads: its sheet {name:?} is empty")) };
        if choice.head_row.is_none() {
            notices.extend(head::above(u64::from(head.row) + 1, &above));
        }
        let texts = head.texts();
        let heads = head::names(texts.iter().map(String::as_str));
        if heads.iter().all(String::is_empty) {
            return Err(format!("has no column heads in row {} of its sheet {name:?}", head.row + 1));
        }
        notices.extend(hidden(&table, head.row));
        settle(&mut table, head.row, heads.len(), notices);
        let all = table.rows.len() as u64;
        Ok(Sheet { heads, table, given: 0, all })
    }

    pub(super) fn heads(&self) -> &[String] {
        &self.heads
    }

    /// The next row; each is let go when it was given.
    pub(super) fn next_row(&mut self) -> Option<SourceRow> {
        let from = self.table.rows.pop_front()?;
        self.given += 1;
        let number = u64::from(from.row) + 1;
        let mut row = SourceRow::numbered(number, number);
        let mut start = 0;
        for (column, end) in &from.cells {
            row.pad_to(*column as usize);
            row.push(from.text.get(start..*end as usize).unwrap_or_default());
            start = *end as usize;
        }
        row.pad_to(self.heads.len());
        for (column, says) in from.problems {
            row.say(column as usize, says);
        }
        Some(row)
    }

    pub(super) fn progress(&self) -> (u64, u64) {
        (self.given, self.all)
    }
}

/// Puts what merging and unkept formulas leave empty beside the rows they touch.
fn settle(table: &mut Table, head: u32, width: usize, notices: &mut Vec<String>) {
    let below: Vec<Region> = table.merged.iter().copied().filter(|region| region.rows.1 > head).collect();
    if let Some(first) = below.first() {
        notices.push(format!(
            "{} below the heads (the first at {}): only the first cell of each has the value, the others are told as problems",
            counted(below.len() as u64, "group of cells is merged", "groups of cells are merged"),
            address(first.rows.0, first.columns.0)
        ));
    }
    if !table.unkept.is_empty() {
        notices.push(format!(
            "{} no result in the file: open it in a spreadsheet program and save it",
            counted(table.unkept.len() as u64, "formula has", "formulas have")
        ));
    }
    for row in &mut table.rows {
        for region in below.iter().filter(|region| region.rows.0 <= row.row && row.row <= region.rows.1) {
            let last = region.columns.1.min(u32::try_from(width).unwrap_or(u32::MAX).saturating_sub(1));
            for column in (region.columns.0..=last).filter(|column| (row.row, *column) != (region.rows.0, region.columns.0)) {
                if row.cell_of(column).is_empty() {
                    let says = format!("is merged with {}, which alone has the value", address(region.rows.0, region.columns.0));
                    row.problems.push((column, says));
                }
            }
        }
    }
    for (at, column) in &table.unkept {
        if let Ok(place) = table.rows.binary_search_by_key(at, |row| row.row) {
            table.rows[place].problems.push((*column, "is a formula without a result in the file".into()));
        }
    }
}

/// Hidden rows and columns, which are read like the others, and said.
fn hidden(table: &Table, head: u32) -> Vec<String> {
    let mut said = Vec::new();
    let rows: u64 = table.hidden_rows.iter().map(|(first, last)| u64::from(last.saturating_sub(*first.max(&head))) + 1).sum();
    let shown = |first: &u32, last: &u32| if first == last { format!("{}", first + 1) } else { format!("{} to {}", first + 1, last + 1) };
    let places: Vec<String> = table.hidden_rows.iter().take(5).map(|(first, last)| shown(first, last)).collect();
    if !places.is_empty() {
        let more = if table.hidden_rows.len() > 5 { " and more" } else { "" };
        said.push(format!(
            "{} hidden in the sheet ({}{more}) and read like the others",
            counted(rows, "row is", "rows are"),
            places.join(", ")
        ));
    }
    let columns: Vec<String> = table
        .hidden_columns
        .iter()
        .take(5)
        .map(|(first, last)| if first == last { letters(*first) } else { format!("{} to {}", letters(*first), letters(*last)) })
        .collect();
    if !columns.is_empty() {
        said.push(format!("the hidden columns {} are read like the others", columns.join(", ")));
    }
    said
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// `B7` of a row and column from 0.
fn address(row: u32, column: u32) -> String {
    format!("{}{}", letters(column), u64::from(row) + 1)
}

/// `AB` of a column from 0.
pub(super) fn letters(column: u32) -> String {
    let mut left = u64::from(column) + 1;
    let mut letters = Vec::new();
    while left > 0 {
        letters.push(char::from(b'A' + ((left - 1) % 26) as u8));
        left = (left - 1) / 26;
    }
    letters.iter().rev().collect()
}
