//! How fast a list of payments is allocated, posted and audited, a thousand a commit.
//!
//! Floor: a bare loop of three prepared statements per payment (the payment, the balance, the audit entry) on a database of the
//! same schema, a thousand a commit. Aim: 60 % of its rate, per processor-second. `DULY_BENCH_PAYMENTS` asks for another number.
//!
//! A payment that is whole writes four rows where the floor writes three: the head of the chain besides (decision 0050); the worklist
//! only where the payment moves what is next (decision 0039). The floor reads nothing; posting reads the account, its references, its
//! head, and the log is carried over by a thread beside the writer, whose time is counted too. The database is opened anew before: what
//! the placing left in the log is not carried over at the cost of the payments.
//!
//! On two quiet cores it comes to 59,500 to 64,900 against a floor of 108,700 to 119,000, 50 to 59 %; 200,000 in a row 48 %. Before a
//! payment was its own entry it was 38 to 43 %; when the log only grew and each row was a statement, 30 to 50 %, mostly
//! 37 %; when every payment wrote its row of the worklist, 23 to 25 %; before what an entry moves stood in the entry, 20 %.
//! Where the rest goes is told by decision 0047.

mod measure;

use duly::app::{Actor, App, Clock};
use duly::intake::actions::{ImportAccounts, import_accounts};
use duly::intake::mapping_file::parse;
use duly::intake::progress::Progress;
use duly::ledger::payment_file::{COMMIT_MAX, ImportPayments, import_payments};
use duly::store::{Db, migrate};
use measure::{grouped, peak_megabytes, processor_nanos};
use rusqlite::{Connection, params};
use std::fs;
use std::path::Path;

const MAPPING: &str = "[columns]\nreference = \"account\"\nname = \"name\"\nprincipal = \"principal\"\ninterest = \"interest\"\n";

fn post(database: &Path, accounts: &Path, payments: &Path) -> u64 {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let address = format!("sqlite:{}", database.display());
    runtime.block_on(async {
        let open = || Db::open(&address);
        let app = App::new(open().await.expect("the database opens"), Clock::System);
        migrate::migrate(&app.db, app.moment().at).await.expect("the schema is made");
        let ask = ImportAccounts { mapping: Some(parse(MAPPING).expect("the mapping is good")), ..ImportAccounts::of(accounts, "Bench") };
        import_accounts(&app, &Actor::command(), app.moment(), &ask, &Progress::default()).await.expect("the file is good");
        // Closed, it leaves nothing in the log that would be carried over at the cost of the payments.
        drop(app);
        let app = App::new(open().await.expect("the database opens again"), Clock::System);
        let ask = ImportPayments { path: payments.to_path_buf(), rows_a_commit: COMMIT_MAX, refusals: None };
        let began = processor_nanos();
        let report = import_payments(&app, &Actor::command(), app.moment(), &ask, |_| ()).await.expect("the file is good");
        assert_eq!(report.refused, 0, "{:?}", report.by_problem);
        processor_nanos() - began
    })
}

/// Three statements a payment, over the rows that the posting made.
fn bare_loop(from: &Path, to: &Path) -> u64 {
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
    for (chunk_no, chunk) in rows.chunks(COMMIT_MAX).enumerate() {
        db.execute_batch("begin immediate").expect("a transaction");
        for (i, (account, amount, reference)) in chunk.iter().enumerate() {
            let no = i64::try_from(chunk_no * COMMIT_MAX + i).unwrap_or(0);
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

fn main() {
    let payments: usize = std::env::var("DULY_BENCH_PAYMENTS").ok().and_then(|count| count.parse().ok()).unwrap_or(50_000);
    let path = |name: &str| std::env::temp_dir().join(format!("duly-bench-{}-{name}", std::process::id()));
    let (accounts, list, database, bare) = (path("accounts.csv"), path("payments.csv"), path("posted.db"), path("bare.db"));
    let rows: String = (0..payments).map(|i| format!("ACC-{i:07},Person {i},{}.00,12.50\n", 100 + i % 900)).collect();
    fs::write(&accounts, format!("account,name,principal,interest\n{rows}")).expect("the temporary folder can be written");
    let rows: String = (0..payments).map(|i| format!("ACC-{i:07},{}.25,2026-01-02,BANK-{i}\n", 20 + i % 60)).collect();
    fs::write(&list, format!("account,amount,on,reference\n{rows}")).expect("the temporary folder can be written");
    let spent = post(&database, &accounts, &list).max(1);
    let floor = bare_loop(&database, &bare).max(1);
    let per_second = |nanos: u64| (payments as u64).saturating_mul(1_000_000_000) / nanos;
    println!(
        "payments: {} allocated, posted and audited, {COMMIT_MAX} a commit: {} per processor-second",
        grouped(payments as u64),
        grouped(per_second(spent))
    );
    println!(
        "floor: {} per processor-second by a bare loop of three statements; ratio {} %",
        grouped(per_second(floor)),
        floor * 100 / spent
    );
    println!("aim: 60 %: {}; largest memory {} MB", if floor * 100 >= spent * 60 { "reached" } else { "missed" }, peak_megabytes());
    for path in [accounts, list, database, bare] {
        for ending in ["", "-wal", "-shm", "-line"] {
            // What is not there needs no removing.
            fs::remove_file(format!("{}{ending}", path.display())).ok();
        }
    }
}
