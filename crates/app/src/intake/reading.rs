//! The rows of a file are read ahead, on a thread of their own, while the database keeps the rows before them.
//!
//! At most two pieces are held: one that waits, one that is being read. Who stops taking them ends the reading.

use super::refusals::wrong_cells;
use super::source::{Source, SourceRow};
use crate::app::Failure;
use duly_domain::intake::mapping::{Field, Mapping};
use duly_domain::intake::row::{Layout, NewAccount, Problem, read};
use duly_domain::ledger::AllocationOrder;
use jiff::civil::Date;
use std::collections::HashMap;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Rows of the first piece, so that the first accounts stand soon.
const FIRST: usize = 500;

/// Rows of a piece at most.
const MOST: usize = 4_000;

/// A row as it was read: the account if it is good, and what is wrong with it.
pub struct Read {
    /// The row as the file has it.
    pub row: SourceRow,
    /// The account, unless something refuses it.
    pub account: Option<NewAccount>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// Rows that were read together, and how far the reading is.
pub struct Piece {
    /// The rows.
    pub rows: Vec<Read>,
    /// Of the file, read: bytes, or rows of a sheet.
    pub read: u64,
    /// Of how many.
    pub total: u64,
}

/// A file being read ahead.
pub struct Ahead {
    pieces: mpsc::Receiver<Piece>,
    reading: Option<JoinHandle<Result<(), String>>>,
}

impl Ahead {
    /// Starts to read; the mapping fits the file's heads.
    pub fn start(source: Source, mapping: Mapping, order: AllocationOrder, today: Date) -> Ahead {
        let (into, pieces) = mpsc::channel(1);
        let reading = tokio::task::spawn_blocking(move || read_all(source, &mapping, order, today, &into));
        Ahead { pieces, reading: Some(reading) }
    }

    /// The next piece; none at the end of the file.
    pub async fn next(&mut self) -> Result<Option<Piece>, Failure> {
        if let Some(piece) = self.pieces.recv().await {
            return Ok(Some(piece));
        }
        // Only now it is known whether the file ended or could not be read further.
        let Some(reading) = self.reading.take() else { return Ok(None) };
        let ended = reading.await.unwrap_or_else(|_| Err("the reading of the file ended before its time".into()));
        ended.map(|()| None).map_err(Failure::File)
    }
}

fn read_all(mut source: Source, mapping: &Mapping, order: AllocationOrder, today: Date, into: &mpsc::Sender<Piece>) -> Result<(), String> {
    let heads = source.heads().to_vec();
    let layout = Layout::of(mapping, &heads, order).map_err(|missing| format!("the file has no column {}", missing.join(", ")))?;
    let mut reader = Reader { mapping, layout, heads, today, seen: HashMap::new() };
    let mut together = FIRST;
    let mut rows = Vec::with_capacity(together);
    loop {
        let row = source.next_row()?;
        let is_end = row.is_none();
        rows.extend(row.map(|row| reader.read(row)));
        if rows.len() == together || is_end {
            // The first rows are kept soon, later ones more and more together.
            together = (together * 2).min(MOST);
            let (read, total) = source.progress();
            let piece = Piece { rows: std::mem::replace(&mut rows, Vec::with_capacity(together)), read, total };
            if into.blocking_send(piece).is_err() || is_end {
                return Ok(());
            }
        }
    }
}

struct Reader<'m> {
    mapping: &'m Mapping,
    layout: Layout<'m>,
    heads: Vec<String>,
    today: Date,
    /// References of this file, hashed, with the row they stand in: a second row with one is refused.
    seen: HashMap<u128, u64>,
}

impl Reader<'_> {
    /// Reads one row by the mapping; a reference that stands in the file twice is found here.
    fn read(&mut self, row: SourceRow) -> Read {
        let refused = |row: SourceRow, problem: Problem| Read { row, account: None, problems: vec![problem] };
        if row.len() != self.heads.len() {
            let says = format!("has {} cells where the head has {}", row.len(), self.heads.len());
            return refused(row, Problem { column: "row".into(), value: String::new(), says, refuses: true });
        }
        let wrong = wrong_cells(&row, &self.heads, self.mapping);
        if !wrong.is_empty() {
            return Read { row, account: None, problems: wrong };
        }
        let (account, problems) = read(&self.layout, |i| row.cell(i), self.today);
        if let Some(account) = &account
            && let Some(earlier) = self.seen.insert(fingerprint(&account.reference), row.number)
        {
            let (column, value) = (reference_head(self.mapping), account.reference.clone());
            return refused(row, Problem { column, value, says: format!("is the same as in row {earlier}"), refuses: true });
        }
        Read { row, account, problems }
    }
}

/// The head of the column by which an account is known.
pub fn reference_head(mapping: &Mapping) -> String {
    let column = mapping.columns.iter().find(|column| column.field == Field::Reference);
    column.map_or_else(|| "reference".into(), |column| column.head.clone())
}

/// A reference in sixteen bytes, so that millions of them fit: two that differ meet by chance once in 10^25 files of a million.
fn fingerprint(reference: &str) -> u128 {
    use sha2::{Digest, Sha256};
    let hash = Sha256::digest(reference.as_bytes());
    u128::from_be_bytes(hash[..16].try_into().expect("a SHA-256 has 32 bytes"))
}
