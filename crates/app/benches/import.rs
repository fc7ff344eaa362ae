//! How fast 1,000,000 rows of CSV become accounts.
//!
//! Floor: raw prepared inserts of the same columns of the same rows into the same tables, by SQLite itself. Aim: half its
//! rate, per processor-second. `DULY_BENCH_ROWS` asks for fewer rows.

mod measure;

use duly::app::{Actor, App, Clock};
use duly::intake::actions::{ImportAccounts, import_accounts};
use duly::intake::mapping_file::parse;
use duly::intake::progress::Progress;
use duly::store::{Db, migrate};
use measure::{grouped, processor_nanos};
use rusqlite::Connection;
use rusqlite::types::Value;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

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
const TABLES: [&str; 10] = [
    "debtors",
    "contact_points",
    "accounts",
    "account_people",
    "entries",
    "entry_lines",
    "balances",
    "worklist",
    "audit_entries",
    "audit_heads",
];

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

fn main() {
    let rows: u64 = std::env::var("DULY_BENCH_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(1_000_000);
    let folder = std::env::temp_dir();
    let path = |name: &str| -> PathBuf { folder.join(format!("duly-bench-{}-{name}", std::process::id())) };
    let (file, imported, raw) = (path("rows.csv"), path("imported.db"), path("raw.db"));
    write_file(&file, rows);
    let spent = import(&file, &imported).max(1);
    let floor = raw_inserts(&imported, &raw).max(1);
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
    println!("aim: 50 %: {}", if floor * 2 >= spent { "reached" } else { "missed" });
}
