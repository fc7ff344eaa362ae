//! What posting is measured against: a bare loop of three prepared statements a payment (the entry, the balance, the audit entry), a
//! thousand a commit.
//!
//! It begins from a copy that was made before the posting and writes the rows that the posting wrote, so that it divides the same pages
//! and brings the same texts to the disk. It reads nothing, allocates nothing, hashes nothing, and keeps no head of a chain.

use duly::store::Db;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::measure::processor_nanos;

/// Payments a commit.
const COMMIT: usize = 1_000;

/// The columns of an entry that is a payment; the second is its account.
const ENTRY: &str = "id, account_id, kind, booked_on, memo, created_at, currency, principal_minor, interest_minor, fees_minor, costs_minor,
    other_minor, placed_minor, trust_bank_minor, client_payable_minor, unapplied_minor, payment, effective_on, reference, posted_by, posting_no";
const AUDIT: &str = "id, chain, seq, recorded_at, actor, act, detail, hash";

fn rows_of(db: &Connection, sql: &str) -> Vec<Vec<Value>> {
    let mut select = db.prepare(sql).expect("the table is there");
    let columns = select.column_count();
    let rows = select.query_map([], |row| (0..columns).map(|at| row.get(at)).collect());
    rows.expect("rows").collect::<Result<_, _>>().expect("a row")
}

fn opened(path: &Path) -> Connection {
    let db = Connection::open(path).expect("the database opens");
    db.execute_batch("pragma foreign_keys = on; pragma synchronous = full; pragma journal_mode = wal").expect("pragmas");
    db
}

/// Copies a database that nobody writes to, with what its log still holds.
pub fn copy(from: &Path, to: &Path) {
    fs::copy(from, to).expect("the database is copied");
    let log = |path: &Path| format!("{}-wal", path.display());
    if Path::new(&log(from)).exists() {
        fs::copy(log(from), log(to)).expect("its log is copied");
    }
}

/// On a copy from before the posting, embedded, what was posted: how much processor time it takes.
pub fn bare_loop(before: &Path, posted: &Path) -> u64 {
    let from = opened(posted);
    let entries = rows_of(&from, &format!("select {ENTRY} from entries where kind = 'payment' order by id"));
    let audits = rows_of(&from, &format!("select {AUDIT} from audit_entries where act = 'payment.post' order by id"));
    assert_eq!(entries.len(), audits.len(), "each payment has its entry of the record");
    drop(from);
    let db = opened(before);
    let marks = |count: usize| vec!["?"; count].join(", ");
    let entry = format!("insert into entries ({ENTRY}) values ({})", marks(21));
    let audit = format!("insert into audit_entries ({AUDIT}) values ({})", marks(8));
    let balance = "update accounts set balance_minor = balance_minor - 1 where id = ?";
    let began = processor_nanos();
    for (entries, audits) in entries.chunks(COMMIT).zip(audits.chunks(COMMIT)) {
        db.execute_batch("begin immediate").expect("a transaction");
        for (row, said) in entries.iter().zip(audits) {
            db.prepare_cached(&entry).and_then(|mut insert| insert.execute(params_from_iter(row))).expect("a payment");
            db.prepare_cached(balance).and_then(|mut update| update.execute([&row[1]])).expect("a balance");
            db.prepare_cached(&audit).and_then(|mut insert| insert.execute(params_from_iter(said))).expect("an entry");
        }
        db.execute_batch("commit").expect("the transaction ends");
    }
    processor_nanos() - began
}

/// In the same database of a server, behind the posting and with shorter rows than it wrote: how long it takes by the clock, because the
/// server does the work.
#[allow(dead_code, reason = "a benchmark that is of one engine alone does not ask a server")]
pub async fn bare_loop_of_server(db: &Db) -> Duration {
    let rows: Vec<(duly_domain::values::ids::AccountId, i64, String)> = db
        .read()
        .await
        .expect("a snapshot")
        .all("select account_id, amount_minor, reference from payments order by id", &[])
        .await
        .expect("the payments are read");
    let mut spent = Duration::ZERO;
    for (chunk_no, chunk) in rows.chunks(COMMIT).enumerate() {
        let (mut payments, mut accounts, mut entries) = (Vec::new(), Vec::new(), Vec::new());
        for (i, (account, amount, reference)) in chunk.iter().enumerate() {
            let (id, no) = (uuid::Uuid::now_v7(), i64::try_from(chunk_no * COMMIT + i).unwrap_or(0));
            payments.push(duly::values![id, *account, -amount, *amount, *amount, -amount, id, format!("{reference} bare")]);
            accounts.push(duly::values![*account]);
            entries.push(duly::values![uuid::Uuid::now_v7(), no, reference, &[7_u8; 32]]);
        }
        let began = Instant::now();
        let mut tx = db.begin().await.expect("a transaction");
        let insert = "insert into entries (id, account_id, kind, booked_on, memo, created_at, currency, principal_minor, trust_bank_minor, placed_minor,
                client_payable_minor, payment, effective_on, reference, posted_by)
             values ($1, $2, 'payment', '2026-03-02', '', 0, 'USD', $3, $4, $5, $6, $7, '2026-01-02', $8, 'bench')";
        tx.run_many(insert, &payments).await.expect("payments");
        tx.run_many("update accounts set balance_minor = balance_minor - 1 where id = $1", &accounts).await.expect("balances");
        let insert = "insert into audit_entries (id, chain, seq, recorded_at, actor, act, detail, hash)
             values ($1, 'bare', $2, 0, 'bench', 'payment.post', $3, $4)";
        tx.run_many(insert, &entries).await.expect("entries");
        tx.commit().await.expect("it lasts");
        spent += began.elapsed();
    }
    spent
}
