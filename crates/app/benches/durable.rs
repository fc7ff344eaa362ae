//! How many single payments reach the disk from 32 clients at once, each acknowledged when it is there, and how long each waits.
//!
//! Every client posts one payment after the other, whole: allocated, audited, promises and worklist. Embedded, those that come at once are
//! one transaction (`ledger::at_once`), and commits reach the disk together (`store::flushes`). Decision 0064 has what it came to. The flush of the disk is measured in the same folder: a page appended and synced, alone.
//!
//! With `DULY_BENCH_POSTGRES` (an address such as `postgres://user@host`, of a server that syncs its commits) the peer: 32 connections,
//! each three plain statements a transaction, over tables of the same columns. Aims: twice the peer's rate, and a wait of at most one
//! and a half flushes. `DULY_BENCH_SECONDS` for another length.

mod measure;

use duly::app::{Actor, App, Clock};
use duly::intake::actions::{ImportAccounts, import_accounts};
use duly::intake::mapping_file::parse;
use duly::intake::progress::Progress;
use duly::ledger::actions::{PostPayment, post_payment};
use duly::store::{Db, migrate};
use duly_domain::values::ids::AccountId;
use measure::{grouped, processor_nanos};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio_postgres::NoTls;

const CLIENTS: usize = 32;
const ACCOUNTS: usize = 3_200;
const MAPPING: &str = "[columns]\nreference = \"account\"\nname = \"name\"\nprincipal = \"principal\"\ninterest = \"interest\"\n";

/// What clients came to.
struct Measured {
    waits: Vec<Duration>,
    took: Duration,
    processor_nanos: u64,
}

impl Measured {
    fn of(waits: Vec<Vec<Duration>>, took: Duration, processor_nanos: u64) -> Measured {
        let mut waits = waits.concat();
        waits.sort_unstable();
        Measured { waits, took, processor_nanos }
    }

    fn a_second(&self) -> u64 {
        (self.waits.len() as u128 * 1_000_000_000 / self.took.as_nanos().max(1)) as u64
    }

    fn middle(&self) -> Duration {
        self.waits[self.waits.len() / 2]
    }

    fn tell(&self, name: &str) {
        println!(
            "{name}: {} payments a second by the clock, {} us of this process's time each; waits: median {:.2?}, 99th percentile {:.2?}, longest {:.2?}",
            grouped(self.a_second()),
            self.processor_nanos / 1_000 / self.waits.len().max(1) as u64,
            self.middle(),
            self.waits[self.waits.len() * 99 / 100],
            self.waits.last().copied().unwrap_or_default()
        );
    }
}

/// A page appended and synced, again and again: the median, and the 99th percentile.
fn flush(folder: &Path) -> (Duration, Duration) {
    let path = folder.join("flush");
    let mut file = fs::File::create(&path).expect("the folder can be written");
    let mut took: Vec<Duration> = (0..400)
        .map(|_| {
            file.write_all(&[7; 4096]).expect("the disk has room");
            let began = Instant::now();
            file.sync_data().expect("the disk syncs");
            began.elapsed()
        })
        .collect();
    took.sort_unstable();
    (took[200], took[396])
}

async fn placed(app: &App, folder: &Path) -> Vec<AccountId> {
    let file = folder.join("accounts.csv");
    let rows: String = (0..ACCOUNTS).map(|i| format!("ACC-{i:07},Person {i},90000.00,12.50\n")).collect();
    fs::write(&file, format!("account,name,principal,interest\n{rows}")).expect("the folder can be written");
    let ask = ImportAccounts { mapping: Some(parse(MAPPING).expect("the mapping is good")), ..ImportAccounts::of(&file, "Bench") };
    import_accounts(app, &Actor::command(), app.moment(), &ask, &Progress::default()).await.expect("the file is good");
    let mut tx = app.db.read().await.expect("a snapshot");
    let ids: Vec<(AccountId,)> = tx.all("select id from accounts order by id", &[]).await.expect("the accounts are read");
    ids.into_iter().map(|(id,)| id).collect()
}

/// Clients post, each on accounts of its own, until the time is over.
async fn ours(app: &App, accounts: &[AccountId], clients: usize, length: Duration, run: &str) -> Measured {
    let (began, spent) = (Instant::now(), processor_nanos());
    let posting: Vec<_> = accounts
        .chunks(accounts.len() / clients)
        .take(clients)
        .enumerate()
        .map(|(client, own)| {
            let (app, own, run) = (app.clone(), own.to_vec(), run.to_string());
            tokio::spawn(async move {
                let mut waits = Vec::new();
                while began.elapsed() < length {
                    let no = waits.len();
                    let at = app.moment();
                    let ask = PostPayment {
                        account: own[no % own.len()],
                        amount_minor: 100,
                        effective_on: at.business_day,
                        reference: format!("{run} {client}-{no}"),
                    };
                    let asked = Instant::now();
                    post_payment(&app, &Actor::command(), at, &ask).await.expect("the payment is posted");
                    waits.push(asked.elapsed());
                }
                waits
            })
        })
        .collect();
    let mut waits = Vec::new();
    for client in posting {
        waits.push(client.await.expect("no panic"));
    }
    Measured::of(waits, began.elapsed(), processor_nanos() - spent)
}

/// Clients of a server, each three plain statements a transaction.
async fn peer(address: &str, length: Duration) -> Measured {
    let connected = || async {
        let (client, connection) = tokio_postgres::connect(address, NoTls).await.expect("the server answers");
        tokio::spawn(connection);
        client
    };
    let first = connected().await;
    for setting in ["fsync", "synchronous_commit"] {
        let row = first.query_one(&format!("show {setting}"), &[]).await.expect("the server says how it is set");
        assert_eq!(row.get::<_, String>(0), "on", "{setting} of the peer must be on: otherwise it does not wait for the disk");
    }
    let made = "drop schema if exists duly_bench_durable cascade; create schema duly_bench_durable; set search_path to duly_bench_durable;
        create table payments (id bigint primary key, account bigint not null, amount_minor bigint not null, reference text not null);
        create table accounts (id bigint primary key, balance_minor bigint not null);
        create table audit (id bigint primary key, chain bigint not null, detail text not null, hash bytea not null);
        insert into accounts select n, 9000000 from generate_series(1, 3200) n";
    first.batch_execute(made).await.expect("the tables are made");
    let (began, spent) = (Instant::now(), processor_nanos());
    let mut posting = Vec::new();
    for client_no in 0..CLIENTS {
        let mut client = connected().await;
        posting.push(tokio::spawn(async move {
            client.batch_execute("set search_path to duly_bench_durable").await.expect("the schema is there");
            let insert = client.prepare("insert into payments values ($1, $2, 100, $3)").await.expect("a statement");
            let update =
                client.prepare("update accounts set balance_minor = balance_minor - 100 where id = $1").await.expect("a statement");
            let audit = client.prepare("insert into audit values ($1, $2, $3, $4)").await.expect("a statement");
            let mut waits = Vec::new();
            while began.elapsed() < length {
                let no = (client_no * 100_000_000 + waits.len()) as i64;
                let account = (client_no * 100 + waits.len() % 100 + 1) as i64;
                let reference = format!("payment {no}");
                let asked = Instant::now();
                let tx = client.transaction().await.expect("a transaction");
                tx.execute(&insert, &[&no, &account, &reference]).await.expect("a payment");
                tx.execute(&update, &[&account]).await.expect("a balance");
                tx.execute(&audit, &[&no, &account, &reference, &&[7u8; 32][..]]).await.expect("an entry");
                tx.commit().await.expect("it lasts");
                waits.push(asked.elapsed());
            }
            waits
        }));
    }
    let mut waits = Vec::new();
    for client in posting {
        waits.push(client.await.expect("no panic"));
    }
    let measured = Measured::of(waits, began.elapsed(), processor_nanos() - spent);
    first.batch_execute("drop schema duly_bench_durable cascade").await.expect("the tables are dropped");
    measured
}

fn main() {
    let seconds = std::env::var("DULY_BENCH_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(8);
    let length = Duration::from_secs(seconds);
    let folder = std::env::temp_dir().join(format!("duly-bench-{}-durable", std::process::id()));
    fs::create_dir(&folder).expect("the temporary folder can be written");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let (flushed, late) = flush(&folder);
    println!("a flush of this disk: median {flushed:.2?}, 99th percentile {late:.2?}");
    let (alone, together) = runtime.block_on(async {
        let db = Db::open(&format!("sqlite:{}", folder.join("duly.db").display())).await.expect("the database opens");
        let app = App::new(db, Clock::System);
        migrate::migrate(&app.db, app.moment().at).await.expect("the schema is made");
        let accounts = placed(&app, &folder).await;
        let alone = ours(&app, &accounts, 1, length / 4, "alone").await;
        (alone, ours(&app, &accounts, CLIENTS, length, "together").await)
    });
    alone.tell("one client, embedded");
    together.tell("32 clients, embedded");
    let (after, _) = flush(&folder);
    let flushed = flushed.max(after);
    let is_quick = together.middle() <= flushed * 3 / 2;
    let reached = |is_reached: bool| if is_reached { "reached" } else { "missed" };
    println!("aim: a wait of at most one and a half flushes ({:.2?}): {} ({:.2?})", flushed * 3 / 2, reached(is_quick), together.middle());
    match std::env::var("DULY_BENCH_POSTGRES") {
        Ok(address) => {
            let peer = runtime.block_on(peer(&address, length));
            peer.tell("32 clients of PostgreSQL, three plain statements each");
            let percent = together.a_second() * 100 / peer.a_second().max(1);
            println!("aim: 200 % of the peer's rate: {} ({percent} %)", reached(percent >= 200));
        }
        Err(_) => println!("no peer: name a server that syncs its commits by DULY_BENCH_POSTGRES"),
    }
    fs::remove_dir_all(&folder).ok();
}
