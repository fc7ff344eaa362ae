//! Both engines end with the same tables and columns; every id has its key, every amount its currency.

use duly_testkit::{Engine, Floor};
use std::collections::{BTreeMap, BTreeSet};

type Schema = BTreeMap<String, BTreeSet<String>>;

fn schema(floor: &Floor, sql: &str) -> Schema {
    let rows: Vec<(String, String)> =
        floor.runtime.block_on(async { floor.app.db.read().await?.all(sql, &[]).await }).expect("the catalogue is read");
    let mut schema = Schema::new();
    for (table, column) in rows {
        schema.entry(table).or_default().insert(column);
    }
    schema
}

const SQLITE: &str =
    "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' and m.name not like 'sqlite_%'";
const POSTGRES: &str = "
    select cast(table_name as text), cast(column_name as text) from information_schema.columns where table_schema = 'public'";
const KEYS: &str = "select m.name, f.\"from\" from sqlite_master m join pragma_foreign_key_list(m.name) f where m.type = 'table'";

#[test]
fn both_engines_have_the_same_tables_and_columns() {
    let (sqlite, postgres) = (Floor::on(Engine::Sqlite, "2026-03-02"), Floor::on(Engine::Postgres, "2026-03-02"));
    let (left, right) = (schema(&sqlite, SQLITE), schema(&postgres, POSTGRES));
    assert!(left.len() > 20);
    assert_eq!(left, right);
}

#[test]
fn every_id_has_its_key_and_every_amount_its_currency() {
    let floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let (columns, keys) = (schema(&floor, SQLITE), schema(&floor, KEYS));
    for (table, columns) in &columns {
        for column in columns.iter().filter(|column| column.ends_with("_id")) {
            assert!(keys.get(table).is_some_and(|keys| keys.contains(column)), "{table}.{column} has no foreign key");
        }
        // On the worklist and in promises, payments and accounts alike.
        if columns.iter().any(|column| column.ends_with("_minor")) {
            assert!(columns.contains("currency"), "{table} has amounts without a currency");
        }
    }
}

#[test]
fn a_key_asked_for_twice_is_answered_once() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let floor = Floor::on(engine, "2026-03-02");
        // The same key at both ends of a list longer than one statement takes.
        let keys: Vec<duly::store::Value> = (1..=90i64).chain([1]).map(duly::store::Value::from).collect();
        let sql = "select number from schema_steps where number in ($keys)";
        let found: Vec<(i64,)> = floor.runtime.block_on(async { floor.app.db.read().await?.all_in(sql, &keys).await }).unwrap();
        assert_eq!(found.iter().filter(|(number,)| *number == 1).count(), 1, "{engine:?}");
    }
}

#[test]
fn a_newer_schema_is_refused() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    floor.tamper("insert into schema_steps (number, name, hash, applied_at) values (99, 'later', '', 0)", &[]);
    let refused = floor.runtime.block_on(duly::store::migrate::migrate(&floor.app.db, jiff::Timestamp::UNIX_EPOCH));
    assert_eq!(
        refused.unwrap_err().to_string(),
        "the database was upgraded by a newer duly (schema 99, this program knows 12): use that one"
    );
}
