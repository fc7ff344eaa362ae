//! How fast a bank's file of payments is read, matched, allocated and posted: a camt.053, taken as `duly bank post` takes it.
//!
//! Each payment names its account, one half by the reference for it, one half among other words; each is kept as a movement of the bank
//! and posted. Floor: a bare loop of three prepared statements a payment, as for lists of payments (`payments`), which reads no file,
//! matches nothing and keeps no movement. Per processor-second. `DULY_BENCH_PAYMENTS` asks for 1,000,000 instead of 100,000,
//! `DULY_BENCH_FORM=bai2` for a lockbox's BAI2.
//!
//! With `DULY_BENCH_POSTGRES` (an address such as `postgres://user@host`) the same on PostgreSQL, by the clock, because the server
//! does the work. Memory is the largest this process had while it took the file.
//!
//! With a hundred bookings a commit, on two cores with other builds beside it and without optimization across crates: 7,900 against a floor of
//! 77,500, 10 %, and 665 MB at the most; 12,000 for a BAI2 of 50,000; on PostgreSQL 725 a second for 10,000, 14 %. See decision 0063.

mod floor;
mod measure;

use duly::app::{Actor, App, Clock};
use duly::intake::actions::{ImportAccounts, import_accounts};
use duly::intake::mapping_file::parse;
use duly::intake::progress::Progress;
use duly::ledger::receipts::take::{PIECE_MAX, TakeFile, take_file};
use duly::store::{Db, migrate};
use duly_domain::ledger::receipts::State;
use floor::{bare_loop, bare_loop_of_server, copy};
use measure::{forget_peak, grouped, peak_megabytes, processor_nanos};
use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant};

const MAPPING: &str = "[columns]\nreference = \"account\"\nname = \"name\"\nprincipal = \"principal\"\ninterest = \"interest\"\n";

fn write_accounts(path: &Path, payments: usize) {
    let mut out = BufWriter::new(fs::File::create(path).expect("the temporary folder can be written"));
    writeln!(out, "account,name,principal,interest").expect("a line");
    for i in 0..payments {
        writeln!(out, "ACC-{i:07},Person {i},{}.00,12.50", 100 + i % 900).expect("a line");
    }
    out.flush().expect("the file is written");
}

/// The cents of a payment.
fn minor(i: usize) -> usize {
    2_025 + (i % 60) * 100
}

/// How a payment names its account: the reference for it, and what was written besides.
fn words(i: usize) -> (String, String) {
    match i % 2 {
        0 => (format!("ACC-{i:07}"), "monthly payment".into()),
        _ => ("NOTPROVIDED".into(), format!("for account ACC-{i:07} thank you")),
    }
}

/// A statement with its balances; what it comes to is what its entries come to.
fn write_camt(path: &Path, payments: usize) {
    let sum: usize = (0..payments).map(minor).sum();
    let decimal = |minor: usize| format!("{}.{:02}", minor / 100, minor % 100);
    let mut out = BufWriter::new(fs::File::create(path).expect("the temporary folder can be written"));
    write!(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt>\n\
         <GrpHdr><MsgId>M</MsgId><CreDtTm>2026-03-02T18:00:00</CreDtTm></GrpHdr><Stmt><Id>S1</Id><CreDtTm>2026-03-02T18:00:00</CreDtTm>\n\
         <Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>USD</Ccy></Acct>\n"
    )
    .expect("a line");
    for (code, minor) in [("OPBD", 0), ("CLBD", sum)] {
        let amount = decimal(minor);
        writeln!(
            out,
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"USD\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-02</Dt></Dt></Bal>"
        )
        .expect("a line");
    }
    for i in 0..payments {
        let (amount, (reference, text)) = (decimal(minor(i)), words(i));
        writeln!(
            out,
            "<Ntry><Amt Ccy=\"USD\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt>\
             <ValDt><Dt>2026-03-02</Dt></ValDt><AcctSvcrRef>BANK-{i}</AcctSvcrRef><BkTxCd><Prtry><Cd>NTRF</Cd></Prtry></BkTxCd>\
             <NtryDtls><TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs><Amt Ccy=\"USD\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>\
             <RltdPties><Dbtr><Pty><Nm>Person {i}</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        )
        .expect("a line");
    }
    write!(out, "</Stmt></BkToCstmrStmt></Document>").expect("a line");
    out.flush().expect("the file is written");
}

/// The same as a lockbox's BAI2, with its totals and counts.
fn write_bai2(path: &Path, payments: usize) {
    let sum: usize = (0..payments).map(minor).sum();
    let mut out = BufWriter::new(fs::File::create(path).expect("the temporary folder can be written"));
    writeln!(out, "01,BANK,DULY,260302,1800,1,,,2/\n02,DULY,BANK,1,260302,,USD,2/\n03,370400440532013,USD,010,0,,,015,{sum},,/")
        .expect("lines");
    for i in 0..payments {
        let (reference, text) = words(i);
        writeln!(out, "16,115,{},Z,BANK-{i},{reference},{text}", minor(i)).expect("a line");
    }
    // The sum of the account counts its closing balance too; records are counted with the trailers.
    let (total, records) = (sum * 2, payments + 2);
    writeln!(out, "49,{total},{records}/\n98,{total},1,{}/\n99,{total},1,{}/", records + 2, records + 4).expect("lines");
    out.flush().expect("the file is written");
}

/// What taking a file took.
struct Took {
    clock: Duration,
    nanos: u64,
    megabytes: u64,
}

/// Places the accounts, opens the database anew, so that nothing of that is carried over at the cost of the payments, and takes the file.
async fn take(address: &str, accounts: &Path, statement: &Path, payments: usize, placed: impl FnOnce()) -> (App, Took) {
    let open = || Db::open(address);
    let app = App::new(open().await.expect("the database opens"), Clock::System);
    migrate::migrate(&app.db, app.moment().at).await.expect("the schema is made");
    let ask = ImportAccounts { mapping: Some(parse(MAPPING).expect("the mapping is good")), ..ImportAccounts::of(accounts, "Bench") };
    import_accounts(&app, &Actor::command(), app.moment(), &ask, &Progress::default()).await.expect("the file is good");
    drop(app);
    let app = App::new(open().await.expect("the database opens again"), Clock::System);
    placed();
    forget_peak();
    let ask = TakeFile { path: statement.to_path_buf(), piece: PIECE_MAX };
    let (began, before) = (Instant::now(), processor_nanos());
    let taken = take_file(&app, &Actor::command(), app.moment(), &ask, |_| true).await.expect("the file is good");
    let took = Took { clock: began.elapsed(), nanos: (processor_nanos() - before).max(1), megabytes: peak_megabytes() };
    assert_eq!((taken.of(State::Posted).entries, taken.problems.len()), (payments as u64, 0), "{:?}", taken.problems.first());
    (app, took)
}

/// Takes the file into a database of its own at a server, and runs the bare loop over it.
async fn on_postgres(server: &str, accounts: &Path, statement: &Path, payments: usize) -> (Took, Duration) {
    let name = format!("duly_bench_receipts_{}", std::process::id());
    let admin = Db::open(&format!("{server}/postgres")).await.expect("the server answers");
    outside(&admin, &format!("create database {name}")).await;
    let (app, took) = take(&format!("{server}/{name}"), accounts, statement, payments, || ()).await;
    let floor = bare_loop_of_server(&app.db).await;
    drop(app);
    outside(&admin, &format!("drop database {name} with (force)")).await;
    (took, floor)
}

/// Runs a statement that may not stand in a transaction.
async fn outside(admin: &Db, sql: &str) {
    let mut tx = admin.begin().await.expect("a connection");
    tx.batch("rollback").await.expect("the transaction ends");
    tx.batch(sql).await.expect("the server does it");
}

fn main() {
    let payments: usize = std::env::var("DULY_BENCH_PAYMENTS").ok().and_then(|count| count.parse().ok()).unwrap_or(100_000);
    let folder = std::env::temp_dir().join(format!("duly-bench-{}-receipts", std::process::id()));
    fs::create_dir(&folder).expect("the temporary folder can be written");
    let path = |name: &str| folder.join(name);
    let (accounts, statement, database) = (path("accounts.csv"), path("statement.xml"), path("duly.db"));
    write_accounts(&accounts, payments);
    let form = if std::env::var("DULY_BENCH_FORM").is_ok_and(|form| form == "bai2") { "bai2" } else { "camt.053" };
    if form == "bai2" {
        write_bai2(&statement, payments)
    } else {
        write_camt(&statement, payments)
    };
    let megabytes = fs::metadata(&statement).map_or(0, |about| about.len() / 1_000_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let (address, before) = (format!("sqlite:{}", database.display()), path("before.db"));
    let took = runtime.block_on(async { take(&address, &accounts, &statement, payments, || copy(&database, &before)).await.1 });
    let floor = bare_loop(&before, &database).max(1);
    let a_second = |nanos: u64| payments as u64 * 1_000_000_000 / nanos.max(1);
    println!(
        "a {form} of {} payments ({megabytes} MB) read, matched, allocated, posted and audited, {PIECE_MAX} a commit: {} per processor-second, {:.1?} by the clock",
        grouped(payments as u64),
        grouped(a_second(took.nanos)),
        took.clock
    );
    println!(
        "floor: {} per processor-second by a bare loop of three statements; ratio {} %; largest memory while it was taken {} MB",
        grouped(a_second(floor)),
        floor * 100 / took.nanos,
        took.megabytes
    );
    match std::env::var("DULY_BENCH_POSTGRES") {
        Ok(server) => {
            let (took, floor) = runtime.block_on(on_postgres(&server, &accounts, &statement, payments));
            let nanos = |clock: Duration| u64::try_from(clock.as_nanos()).unwrap_or(u64::MAX).max(1);
            println!(
                "PostgreSQL, by the clock: {} a second; bare loop {}; ratio {} %; largest memory {} MB",
                grouped(a_second(nanos(took.clock))),
                grouped(a_second(nanos(floor))),
                nanos(floor) * 100 / nanos(took.clock),
                took.megabytes
            );
        }
        Err(_) => println!("PostgreSQL was not measured: name a server in DULY_BENCH_POSTGRES"),
    }
    fs::remove_dir_all(&folder).ok();
}
