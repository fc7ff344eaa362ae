//! A record moves from one database to an empty one, whatever their engines; both state hashes must agree.

use super::Db;
use super::load::Loading;
use super::state::{Hashing, State, Walk};
use crate::app::Failure;

/// Moves everything; what stands in the other database then.
pub async fn transfer(from: &Db, to: &Db) -> Result<State, Failure> {
    let mut tx = from.read().await?;
    let mut loading = Loading::begin(to).await?;
    let tables = super::catalogue::list_tables(&mut tx).await?;
    if tables != loading.tables {
        return Err(Failure::wrong("to", "has another schema: bring both databases up to date with duly migrate"));
    }
    let mut moved = State::default();
    for table in &tables {
        let (mut hashing, mut walk, mut filling) = (Hashing::default(), Walk::of(table), loading.filling(table));
        while let Some(rows) = walk.next(&mut tx).await? {
            for row in rows {
                hashing.add(&table.line(&row));
                filling.add(row).await?;
            }
        }
        filling.end().await?;
        moved.0.push(hashing.end(&table.name));
    }
    let state = loading.end(&moved).await?;
    to.analyze().await?;
    Ok(state)
}
