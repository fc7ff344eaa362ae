//! What posting is measured against: a bare loop of three prepared statements a payment, a thousand a commit, over the rows that the
//! posting made.

use duly::store::Db;
use rusqlite::{Connection, params};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::measure::processor_nanos;

/// Payments a commit.
const COMMIT: usize = 1_000;

/// On a copy of the database, embedded: how much processor time it takes.
pub fn bare_loop(from: &Path, to: &Path) -> u64 {
    fs::copy(from, to).expect("the database is copied");
    let db = Connection::open(to).expect("the copy opens");
    db.execute_batch("pragma foreign_keys = on; pragma synchronous = full; pragma journal_mode = wal").expect("pragmas");
    let mut rows = Vec::new();
    {
        let mut select = db.prepare("select account_id, amount_minor, reference from payments").expect("the table is there");
        let mut found = select.query([]).expect("rows");
        while let Some(row) = found.next().expect("a row") {
            let row: (Vec<u8>, i64, String) = (row.get(0).expect("account"), row.get(1).expect("amount"), row.get(2).expect("reference"));
            rows.push(row);
        }
    }
    let began = processor_nanos();
    for (chunk_no, chunk) in rows.chunks(COMMIT).enumerate() {
        db.execute_batch("begin immediate").expect("a transaction");
        for (i, (account, amount, reference)) in chunk.iter().enumerate() {
            let no = i64::try_from(chunk_no * COMMIT + i).unwrap_or(0);
            let id = uuid::Uuid::now_v7().as_bytes().to_vec();
            db.prepare_cached(
                "insert into entries (id, account_id, kind, booked_on, memo, created_at, currency, principal_minor, trust_bank_minor, placed_minor,
                    client_payable_minor, payment, effective_on, reference, posted_by)
                 values (?1, ?2, 'payment', '2026-03-02', '', 0, 'USD', -?4, ?4, ?4, -?4, ?1, '2026-01-02', ?3, 'bench')",
            )
            .and_then(|mut insert| insert.execute(params![id, account, format!("{reference} bare"), amount]))
            .expect("a payment");
            db.prepare_cached("update accounts set balance_minor = balance_minor - 1 where id = ?")
                .and_then(|mut update| update.execute(params![account]))
                .expect("a balance");
            db.prepare_cached(
                "insert into audit_entries (id, chain, seq, recorded_at, actor, act, detail, hash) values (?, 'bare', ?, 0, 'bench', 'payment.post', ?, ?)",
            )
            .and_then(|mut insert| insert.execute(params![uuid::Uuid::now_v7().as_bytes().to_vec(), no, reference, id]))
            .expect("an entry");
        }
        db.execute_batch("commit").expect("the transaction ends");
    }
    processor_nanos() - began
}

/// In the same database of a server: how long it takes by the clock, because the server does the work.
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
