//! The state hash: what a database holds, independent of the engine that holds it.
//!
//! Each table is written as lines of JSON in order of its key. The hashes of these texts, one line per table in order of
//! name as `sha256sum` prints them, are hashed once more. So `cd FOLDER && sha256sum *.jsonl | sha256sum` over an export
//! gives the same hash without our program.

use super::catalogue::{Table, list_tables};
use super::row::{Row, Value};
use super::{FromRow, StoreError, Tx};
use crate::app::Failure;
use duly_domain::audit::hex;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

/// Rows that are read, and written, at a time.
pub const AT_A_TIME: usize = 2_000;

/// What one table holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The table.
    pub table: String,
    /// Its rows.
    pub rows: i64,
    /// The length of its text.
    pub bytes: u64,
    /// The hash of its text, in hexadecimal.
    pub hash: String,
}

/// What a database holds: its tables, each after those it refers to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State(pub Vec<Held>);

impl State {
    /// The state hash.
    pub fn hash(&self) -> String {
        let mut lines: Vec<String> = self.0.iter().map(|held| format!("{}  {}.jsonl\n", held.hash, held.table)).collect();
        lines.sort_by(|a, b| a[64..].cmp(&b[64..]));
        hex(&Sha256::digest(lines.concat()))
    }

    /// How many rows there are in all.
    pub fn rows(&self) -> i64 {
        self.0.iter().map(|held| held.rows).sum()
    }

    /// `counts` and `hashes` by table, and the state hash.
    pub fn json(&self) -> Json {
        let counts: serde_json::Map<String, Json> = self.0.iter().map(|held| (held.table.clone(), json!(held.rows))).collect();
        let hashes: serde_json::Map<String, Json> = self.0.iter().map(|held| (held.table.clone(), json!(held.hash))).collect();
        json!({"state": self.hash(), "rows": self.rows(), "counts": counts, "hashes": hashes})
    }

    /// The first table in which two states differ, in words.
    pub fn difference(&self, other: &State) -> Option<String> {
        let differing = self.0.iter().find(|held| !other.0.contains(held)).or_else(|| other.0.iter().find(|held| !self.0.contains(held)));
        differing.map(|held| format!("table {}", held.table))
    }
}

/// A table's text under way.
#[derive(Default)]
pub struct Hashing {
    rows: i64,
    bytes: u64,
    hasher: Sha256,
}

impl Hashing {
    /// Takes one line.
    pub fn add(&mut self, line: &str) {
        self.rows += 1;
        self.bytes += line.len() as u64;
        self.hasher.update(line.as_bytes());
    }

    /// How many lines were taken.
    pub fn rows(&self) -> i64 {
        self.rows
    }

    /// What the table holds.
    pub fn end(self, table: &str) -> Held {
        Held { table: table.into(), rows: self.rows, bytes: self.bytes, hash: hex(&self.hasher.finalize()) }
    }
}

/// Reads what a database holds, in one snapshot.
pub async fn read(tx: &mut Tx) -> Result<State, Failure> {
    let mut state = State::default();
    for table in list_tables(tx).await? {
        let mut hashing = Hashing::default();
        let mut walk = Walk::of(&table);
        while let Some(rows) = walk.next(tx).await? {
            rows.iter().for_each(|row| hashing.add(&table.line(row)));
        }
        state.0.push(hashing.end(&table.name));
    }
    Ok(state)
}

/// Walks a table in order of its key, some rows at a time.
///
/// SQLite goes on behind the last key. PostgreSQL may order texts by a language, and would sort the table for each page:
/// it keeps a cursor.
pub struct Walk<'t> {
    table: &'t Table,
    last: Option<Vec<Value>>,
}

struct Cells(Vec<Value>);

impl FromRow for Cells {
    fn from_row(row: Row) -> Result<Cells, StoreError> {
        Ok(Cells(row.0))
    }
}

impl<'t> Walk<'t> {
    /// From the beginning of a table.
    pub fn of(table: &'t Table) -> Walk<'t> {
        Walk { table, last: None }
    }

    /// The next rows, the values as their columns' kinds; `None` at the end.
    pub async fn next(&mut self, tx: &mut Tx) -> Result<Option<Vec<Vec<Value>>>, StoreError> {
        let table = self.table;
        let cells: Vec<Cells> = if tx.engine() == "sqlite" {
            let key = self.key("");
            let after = match &self.last {
                None => String::new(),
                Some(last) => {
                    let places: Vec<String> = (1..=last.len()).map(|i| format!("${i}")).collect();
                    format!("where ({key}) > ({})", places.join(", "))
                }
            };
            let sql = format!("select {} from {} {after} order by {key} limit {AT_A_TIME}", columns(table), quoted(&table.name));
            tx.all(&sql, self.last.as_deref().unwrap_or_default()).await?
        } else {
            let cursor = quoted(&format!("walk_{}", table.name));
            if self.last.is_none() {
                let order = self.key(" collate \"C\"");
                let sql = format!("select {} from {} order by {order}", columns(table), quoted(&table.name));
                tx.batch(&format!("declare {cursor} no scroll cursor for {sql}")).await?;
            }
            let rows: Vec<Cells> = tx.all(&format!("fetch {AT_A_TIME} from {cursor}"), &[]).await?;
            if rows.is_empty() {
                tx.batch(&format!("close {cursor}")).await?;
            }
            rows
        };
        let rows: Vec<Vec<Value>> = cells.into_iter().map(|cells| self.as_kinds(cells.0)).collect::<Result<_, _>>()?;
        let Some(last) = rows.last() else { return Ok(None) };
        // Embedded, nothing waits by itself: let others have their turn.
        tokio::task::yield_now().await;
        self.last = Some(table.key.iter().map(|place| last[*place].clone()).collect());
        Ok(Some(rows))
    }

    fn as_kinds(&self, row: Vec<Value>) -> Result<Vec<Value>, StoreError> {
        as_kinds(self.table, row)
    }

    fn key(&self, collation: &str) -> String {
        key(self.table, collation)
    }
}

/// Rows of a table for which a condition holds, in order of its key, the values as their columns' kinds.
///
/// The condition is one of the program's own; what comes from outside is a parameter of it.
pub async fn list_where(tx: &mut Tx, table: &Table, condition: &str, params: &[Value]) -> Result<Vec<Vec<Value>>, StoreError> {
    let order = key(table, if tx.engine() == "sqlite" { "" } else { " collate \"C\"" });
    let sql = format!("select {} from {} where {condition} order by {order}", columns(table), quoted(&table.name));
    let cells: Vec<Cells> = tx.all(&sql, params).await?;
    cells.into_iter().map(|cells| as_kinds(table, cells.0)).collect()
}

fn as_kinds(table: &Table, row: Vec<Value>) -> Result<Vec<Value>, StoreError> {
    let columns = table.columns.iter().zip(row);
    columns
        .map(|(column, value)| column.kind.take(value).ok_or_else(|| StoreError::Column(format!("{}.{}", table.name, column.name))))
        .collect()
}

/// The columns of a table's key; texts with a collation.
fn key(table: &Table, collation: &str) -> String {
    let columns = table.key.iter().map(|place| &table.columns[*place]);
    let parts = columns.map(|column| {
        let collation = if column.kind == super::catalogue::Kind::Text { collation } else { "" };
        format!("{}{collation}", quoted(&column.name))
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// The columns of a table, in order of name.
pub fn columns(table: &Table) -> String {
    table.columns.iter().map(|column| quoted(&column.name)).collect::<Vec<_>>().join(", ")
}

/// A name of the catalogue in a statement.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
