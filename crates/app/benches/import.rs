//! How fast 1,000,000 rows of CSV become accounts.
//!
//! Floor: raw prepared inserts of the same columns of the same rows into the same tables, by SQLite itself. Aim: half its
//! rate, per processor-second. `DULY_BENCH_ROWS` asks for fewer rows.
//!
//! With `DULY_BENCH_POSTGRES` (an address such as `postgres://user@host`) the same on PostgreSQL, by the clock, because the server
//! does the work: floor, raw inserts of 500 rows a statement. Memory is the largest this process had.

mod measure;

use duly::app::{Actor, App, Clock};
use duly::intake::actions::{ImportAccounts, import_accounts};
use duly::intake::mapping_file::parse;
use duly::intake::progress::Progress;
use duly::store::{Db, migrate};
use measure::{grouped, peak_megabytes, processor_nanos};
use rusqlite::Connection;
use rusqlite::types::Value;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const MAPPING: &str = r#"
[columns]
reference = "account"
name = "name"
street = "street"
city = "city"
state = "state"
zip = "zip"
mobile = "mobile"
email = "email"
principal = "principal"
interest = "interest"
itemized_on = "itemized_on"
due_on = "due_on"
"#;

/// Tables an import fills, referenced ones first.
const TABLES: [&str; 8] =
    ["debtors", "contact_points", "accounts", "account_people", "entries", "worklist", "audit_entries", "audit_heads"];

fn write_file(path: &Path, rows: u64) {
    let mut out = BufWriter::new(fs::File::create(path).expect("the temporary folder can be written"));
    writeln!(out, "account,name,street,city,state,zip,mobile,email,principal,interest,itemized_on,due_on").expect("a line");
    for i in 0..rows {
        let (a, b, c) = (i % 900 + 100, i % 97, i % 28 + 1);
        writeln!(
            out,
            "ACC-{i:08},Person Number {i},{a} Alder Lane,Columbus,OH,43205,614{:03}{:04},person{i}@example.org,{a}.{b:02},{b}.10,2025-03-{c:02},2025-03-{c:02}",
            200 + i % 700,
            i % 10_000
        )
        .expect("a line");
    }
    out.flush().expect("the file is written");
}

fn import(file: &Path, database: &Path) -> u64 {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let app = App::new(Db::open(&format!("sqlite:{}", database.display())).await.expect("the database opens"), Clock::System);
        migrate::migrate(&app.db, app.moment().at).await.expect("the schema is made");
        let ask = ImportAccounts { mapping: Some(parse(MAPPING).expect("the mapping is good")), ..ImportAccounts::of(file, "Bench") };
        let began = processor_nanos();
        let report = import_accounts(&app, &Actor::command(), app.moment(), &ask, &Progress::default()).await.expect("the file is good");
        assert_eq!(report.refused, 0, "{:?}", report.problems.first());
        processor_nanos() - began
    })
}

/// Copies every row the import made into an empty database of the same schema, by prepared inserts alone.
fn raw_inserts(from: &Path, to: &Path) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let db = Db::open(&format!("sqlite:{}", to.display())).await.expect("the database opens");
        migrate::migrate(&db, jiff::Timestamp::UNIX_EPOCH).await.expect("the schema is made");
    });
    let source = Connection::open(from).expect("the imported database opens");
    let target = Connection::open(to).expect("the empty database opens");
    target.execute_batch("pragma foreign_keys = off; pragma synchronous = full; pragma cache_size = -262144").expect("pragmas");
    for table in ["desks", "creditors", "batches"] {
        copy(&source, &target, table);
    }
    target.execute_batch("pragma foreign_keys = on; begin immediate").expect("a transaction begins");
    let spent = TABLES.iter().map(|table| copy(&source, &target, table)).sum::<u64>();
    let began = processor_nanos();
    target.execute_batch("commit").expect("the transaction ends");
    spent + processor_nanos() - began
}

/// Only the inserting is measured; reading the rows is not.
fn copy(source: &Connection, target: &Connection, table: &str) -> u64 {
    let mut select = source.prepare(&format!("select * from {table}")).expect("the table is there");
    let width = select.column_count();
    let mut insert = target.prepare(&format!("insert into {table} values ({})", vec!["?"; width].join(", "))).expect("the table is there");
    let mut rows = select.query([]).expect("rows");
    let mut spent = 0;
    loop {
        let mut chunk: Vec<Vec<Value>> = Vec::with_capacity(50_000);
        while chunk.len() < 50_000 {
            let Some(row) = rows.next().expect("a row") else { break };
            chunk.push((0..width).map(|i| row.get(i).expect("a value")).collect());
        }
        if chunk.is_empty() {
            return spent;
        }
        let began = processor_nanos();
        for row in &chunk {
            insert.execute(rusqlite::params_from_iter(row)).expect("the row is new");
        }
        spent += processor_nanos() - began;
    }
}

fn remove(path: &Path) {
    for ending in ["", "-wal", "-shm"] {
        // What is not there needs no removing.
        fs::remove_file(format!("{}{ending}", path.display())).ok();
    }
}

/// Imports into a PostgreSQL database of its own and copies the rows into another by raw inserts; both in nanoseconds by the clock.
fn on_postgres(server: &str, file: &Path, rows: u64) -> (u64, u64) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let admin = Db::open(&format!("{server}/postgres")).await.expect("the server answers");
        let names = ["imported", "raw"].map(|name| format!("duly_bench_{name}_{}", std::process::id()));
        let mut databases = Vec::new();
        for name in &names {
            outside(&admin, &format!("create database {name}")).await;
            let app = App::new(Db::open(&format!("{server}/{name}")).await.expect("the database opens"), Clock::System);
            migrate::migrate(&app.db, app.moment().at).await.expect("the schema is made");
            databases.push(app);
        }
        let ask = ImportAccounts { mapping: Some(parse(MAPPING).expect("the mapping is good")), ..ImportAccounts::of(file, "Bench") };
        let began = Instant::now();
        let at = databases[0].moment();
        let report = import_accounts(&databases[0], &Actor::command(), at, &ask, &Progress::default()).await.expect("the file is good");
        let spent = began.elapsed();
        assert_eq!(report.accepted, rows);
        let mut floor = Duration::ZERO;
        for (table, is_measured) in
            [("desks", false), ("creditors", false), ("batches", false)].into_iter().chain(TABLES.map(|t| (t, true)))
        {
            let took = copy_postgres(&databases[0].db, &databases[1].db, table).await;
            floor += if is_measured { took } else { Duration::ZERO };
        }
        drop(databases);
        for name in &names {
            outside(&admin, &format!("drop database {name} with (force)")).await;
        }
        (nanos(spent), nanos(floor))
    })
}

/// Runs a statement that may not stand in a transaction.
async fn outside(admin: &Db, sql: &str) {
    let mut tx = admin.begin().await.expect("a connection");
    tx.batch("rollback").await.expect("the transaction ends");
    tx.batch(sql).await.expect("the server does it");
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Only the inserting is measured; reading the rows is not.
async fn copy_postgres(from: &Db, to: &Db, table: &str) -> Duration {
    let columns: Vec<(String,)> = from
        .read()
        .await
        .expect("a snapshot")
        .all(
            "select cast(column_name as text) from information_schema.columns where table_name = $1 order by ordinal_position",
            &[table.into()],
        )
        .await
        .expect("the catalogue is read");
    let columns: Vec<String> = columns.into_iter().map(|(name,)| name).collect();
    let head = format!("insert into {table} ({})", columns.join(", "));
    let select = format!("select {} from {table} order by {} limit $1 offset $2", columns.join(", "), columns[0]);
    let (mut spent, mut offset) = (Duration::ZERO, 0i64);
    loop {
        let rows: Vec<Columns> = from.read().await.expect("a snapshot").all(&select, &[50_000.into(), offset.into()]).await.expect("rows");
        if rows.is_empty() {
            return spent;
        }
        offset += i64::try_from(rows.len()).unwrap_or(0);
        let rows: Vec<Vec<duly::store::Value>> = rows.into_iter().map(|Columns(row)| row).collect();
        let began = Instant::now();
        let mut tx = to.begin().await.expect("a transaction");
        for chunk in rows.chunks(500) {
            tx.insert_many(&head, chunk).await.expect("the rows are new");
        }
        tx.commit().await.expect("the rows are kept");
        spent += began.elapsed();
    }
}

/// A row as it is.
struct Columns(Vec<duly::store::Value>);

impl duly::store::FromRow for Columns {
    fn from_row(row: duly::store::Row) -> Result<Columns, duly::store::StoreError> {
        Ok(Columns(row.0))
    }
}

fn main() {
    let rows: u64 = std::env::var("DULY_BENCH_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(1_000_000);
    let folder = std::env::temp_dir();
    let path = |name: &str| -> PathBuf { folder.join(format!("duly-bench-{}-{name}", std::process::id())) };
    let (file, imported, raw) = (path("rows.csv"), path("imported.db"), path("raw.db"));
    write_file(&file, rows);
    let spent = import(&file, &imported).max(1);
    let floor = raw_inserts(&imported, &raw).max(1);
    let memory = peak_megabytes();
    let server = std::env::var("DULY_BENCH_POSTGRES").ok();
    let on_server = server.map(|server| on_postgres(&server, &file, rows));
    for path in [&file, &imported, &raw] {
        remove(path);
    }
    let per_second = |nanos: u64| u64::try_from(u128::from(rows) * 1_000_000_000 / u128::from(nanos)).unwrap_or(u64::MAX);
    println!(
        "import: {} rows at {} per processor-second, checked, placed, booked, listed and chained",
        grouped(rows),
        grouped(per_second(spent))
    );
    println!(
        "floor: {} per processor-second by raw prepared inserts of the same columns; ratio {} %",
        grouped(per_second(floor)),
        floor * 100 / spent
    );
    println!("aim: 50 %: {}; largest memory {memory} MB", if floor * 2 >= spent { "reached" } else { "missed" });
    let Some((spent, floor)) = on_server else {
        println!("PostgreSQL was not measured: name a server in DULY_BENCH_POSTGRES");
        return;
    };
    let (spent, floor) = (spent.max(1), floor.max(1));
    println!(
        "PostgreSQL, by the clock: {} rows a second; raw inserts {}; ratio {} %; aim 50 %: {}",
        grouped(per_second(spent)),
        grouped(per_second(floor)),
        floor * 100 / spent,
        if floor * 2 >= spent { "reached" } else { "missed" }
    );
}
