//! A database that has been worked with for months: accounts on one desk, each with events behind it.

use duly::app::{Actor, App, Clock};
use duly::intake::actions::{ImportAccounts, import_accounts};
use duly::intake::mapping_file::parse;
use duly::intake::progress::Progress;
use duly::outreach::store::{INSERT_DEBT, INSERT_PAST};
use duly::store::{Db, migrate};
use jiff::{SignedDuration, Timestamp};
use std::fmt::Write;
use std::path::Path;

/// Events behind each account: calls nobody answered, eight days apart.
pub const EVENTS: u64 = 20;

const MAPPING: &str = "[columns]\nreference = \"account\"\nname = \"name\"\nzip = \"zip\"\nmobile = \"mobile\"\nprincipal = \"principal\"\ndue_on = \"due_on\"\n";

/// Fills a new file.
pub async fn fill(database: &Path, count: u64, at: Timestamp) {
    let db = Db::open(&format!("sqlite:{}", database.display())).await.expect("the database opens");
    let app = App::new(db, Clock::frozen(at));
    migrate::migrate(&app.db, app.moment().at).await.expect("the schema is made");
    let file = database.with_extension("csv");
    write_file(&file, "A", count);
    place(&app, &file, "Bench").await;
    std::fs::remove_file(&file).expect("the file is there");
    add_events(&app, at).await;
    app.db.analyze().await.expect("statistics");
}

/// Adds one event after the other for all accounts, the oldest first, as they would have come: those of one account lie apart.
///
/// The indexes are made at the end, which is quicker for so many rows.
async fn add_events(app: &App, at: Timestamp) {
    let sql = "select name, sql from sqlite_master where type = 'index' and tbl_name in ('contacts', 'contact_debts') and sql is not null";
    let indexes: Vec<(String, String)> = app.db.read().await.expect("a snapshot").all(sql, &[]).await.expect("the indexes");
    run(app, &indexes.iter().map(|(name, _)| format!("drop index {name};")).collect::<String>()).await;
    for event in (1..=EVENTS).rev() {
        let hours = i64::try_from(event * 8 * 24).expect("some months");
        let then = at.saturating_sub(SignedDuration::from_hours(hours)).expect("an instant");
        let (millis, micros) = (then.as_millisecond(), then.as_microsecond());
        let id = format!("unhex(printf('%012x7%03x8%015x', {millis}, {event}, a.rowid))");
        run(
            app,
            &format!(
                "{INSERT_PAST} select {id}, a.id, a.debtor_id, 'call', 'out', 'collection', 'recorded', 'no_answer', 'no_answer', null,
                    null, {micros} + a.rowid % 10000 * 1000000, {micros} + a.rowid % 10000 * 1000000 from accounts a order by a.rowid;
                 {INSERT_DEBT} select {id}, a.id from accounts a order by a.rowid"
            ),
        )
        .await;
    }
    for (_, sql) in indexes {
        run(app, &sql).await;
    }
}

async fn run(app: &App, sql: &str) {
    let mut tx = app.db.begin().await.expect("a transaction");
    tx.batch(sql).await.expect("the statements are good");
    tx.commit().await.expect("it is kept");
}

/// Writes a creditor's file.
pub fn write_file(path: &Path, prefix: &str, count: u64) {
    let mut text = String::from("account,name,zip,mobile,principal,due_on\n");
    for i in 0..count {
        writeln!(text, "{prefix}-{i},Person {i},43205,614{:03}{:04},{}.00,2026-01-05", 200 + i % 700, i % 10_000, 50 + i % 5_000)
            .expect("a line");
    }
    std::fs::write(path, text).expect("the folder can be written");
}

/// Brings a creditor's file in.
pub async fn place(app: &App, file: &Path, creditor: &str) {
    let ask = ImportAccounts { mapping: Some(parse(MAPPING).expect("the mapping is good")), ..ImportAccounts::of(file, creditor) };
    import_accounts(app, &Actor::command(), app.moment(), &ask, &Progress::default()).await.expect("the file is good");
}
