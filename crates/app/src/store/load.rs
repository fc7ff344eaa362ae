//! A whole record enters an empty database: in one transaction, proved by its state hash before it lasts.
//!
//! Cut off anywhere, it leaves the database empty. A row of a table that names a later row of the same table gets that name
//! when all are there.

use super::catalogue::{Table, list_tables};
use super::row::Value;
use super::state::{self, AT_A_TIME, State, columns, quoted};
use super::{Db, StoreError, Tx};
use crate::app::Failure;

/// A load under way.
pub struct Loading {
    tx: Tx,
    /// The tables, each after those it refers to.
    pub tables: Vec<Table>,
}

impl Loading {
    /// Begins, if the database is empty.
    pub async fn begin(db: &Db) -> Result<Loading, Failure> {
        let mut tx = db.begin().await?;
        let tables = list_tables(&mut tx).await?;
        for table in &tables {
            let sql = format!("select count(*) from (select 1 from {} limit 1) held", quoted(&table.name));
            if tx.number(&sql, &[]).await? > 0 {
                let says = format!("is not empty: it has {}; name a new one with --database (or --to), nothing was changed", table.name);
                return Err(Failure::wrong("database", says));
            }
        }
        Ok(Loading { tx, tables })
    }

    /// The table of a name.
    pub fn table(&self, name: &str) -> Option<Table> {
        self.tables.iter().find(|table| table.name == name).cloned()
    }

    /// A sink for the rows of one table.
    pub fn filling<'l>(&'l mut self, table: &'l Table) -> Filling<'l> {
        let values = format!("insert into {} ({})", quoted(&table.name), columns(table));
        Filling { tx: &mut self.tx, table, head: values, rows: Vec::new(), later: Vec::new() }
    }

    /// Proves that what stands here is what was to come, and makes it last.
    pub async fn end(mut self, expected: &State) -> Result<State, Failure> {
        let found = state::read(&mut self.tx).await?;
        if found.hash() != expected.hash() {
            let what = found.difference(expected).unwrap_or_else(|| "the record".into());
            return Err(Failure::File(format!("{what} arrived otherwise than it was written; nothing was kept")));
        }
        self.tx.commit().await?;
        Ok(found)
    }
}

/// Rows on their way into one table.
pub struct Filling<'l> {
    tx: &'l mut Tx,
    table: &'l Table,
    head: String,
    rows: Vec<Vec<Value>>,
    /// The column, its value, and the key of the row that waits for it.
    later: Vec<(usize, Value, Vec<Value>)>,
}

impl Filling<'_> {
    /// Takes one row; the columns in order of name.
    pub async fn add(&mut self, mut row: Vec<Value>) -> Result<(), StoreError> {
        let own = self.table.key[self.table.key.len() - 1];
        for place in &self.table.inward {
            if is_later(&row[*place], &row[own]) {
                let value = std::mem::replace(&mut row[*place], Value::Null);
                self.later.push((*place, value, self.table.key.iter().map(|place| row[*place].clone()).collect()));
            }
        }
        self.rows.push(row);
        if self.rows.len() >= AT_A_TIME { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> Result<(), StoreError> {
        self.tx.insert_many(&self.head, &self.rows).await?;
        self.rows.clear();
        // Embedded, nothing waits by itself: let others have their turn.
        tokio::task::yield_now().await;
        Ok(())
    }

    /// Writes what is left.
    pub async fn end(mut self) -> Result<(), StoreError> {
        self.flush().await?;
        for (place, value, key) in std::mem::take(&mut self.later) {
            let names = self.table.key.iter().map(|place| quoted(&self.table.columns[*place].name));
            let matches: Vec<String> = names.enumerate().map(|(i, name)| format!("{name} = ${}", i + 2)).collect();
            let column = quoted(&self.table.columns[place].name);
            let sql = format!("update {} set {column} = $1 where {}", quoted(&self.table.name), matches.join(" and "));
            let params: Vec<Value> = std::iter::once(value).chain(key).collect();
            self.tx.run(&sql, &params).await?;
        }
        Ok(())
    }
}

/// Whether a row names one that comes after it. Ids sort as their bytes on both engines.
fn is_later(names: &Value, own: &Value) -> bool {
    match (names, own) {
        (Value::Null, _) => false,
        (Value::Uuid(names), Value::Uuid(own)) => names > own,
        _ => true,
    }
}
