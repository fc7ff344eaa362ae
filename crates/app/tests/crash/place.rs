//! A place for one run of the real program: a folder and a database of its own.

use duly::app::{Actor, App, Clock};
use duly::audit::kept::{self, KeptRow};
use duly::audit::keys::Keys;
use duly::jobs;
use duly::outreach::store::{INSERT_DEBT, INSERT_PAST};
use duly::params;
use duly::store::db::Hold;
use duly::store::{Db, Value, migrate};
use duly_domain::values::ids::{AccountId, ContactId};
use duly_testkit::{Engine, Floor};
use jiff::{SignedDuration, Timestamp};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use uuid::Uuid;

/// A folder and a database, gone with the value.
pub struct Place {
    pub folder: PathBuf,
    pub address: String,
    pub runtime: Runtime,
    database: Option<String>,
}

/// A database as it is before the work: each run begins with a copy.
pub struct Template {
    engine: Engine,
    folder: PathBuf,
    database: Option<String>,
}

/// What became of a run that was to be killed.
pub struct Killed {
    /// Whether it was killed before it ended by itself.
    pub hit: bool,
    /// What it had said on standard error.
    pub said: String,
    /// How it ended, if by itself.
    pub code: Option<i32>,
}

/// The test server.
pub fn server() -> String {
    std::env::var("DULY_TEST_POSTGRES").expect("DULY_TEST_POSTGRES names no server: run the tests by `cargo xtask test`")
}

pub fn new_folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("duly_crash_{}", Uuid::now_v7().simple()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn runtime() -> Runtime {
    // Sessions at a server live while nobody waits for them.
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// Runs a statement at the server, outside any transaction; tries for a while, as sessions end in their own time.
pub fn at_server(address: &str, sql: &str) {
    let began = Instant::now();
    loop {
        let done = runtime().block_on(async {
            let mut tx = Db::open(&format!("{address}/postgres")).await?.begin().await?;
            tx.batch("rollback").await?;
            tx.batch(sql).await
        });
        match done {
            Ok(()) => return,
            Err(error) if began.elapsed() > Duration::from_secs(20) => panic!("{sql}: {error}"),
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// A call that nobody answered about every account, on each of some days from one on, and the entries that name them.
pub async fn past_calls(app: &App, from: Timestamp, days: i64) {
    let mut tx = app.db.begin().await.unwrap();
    let accounts: Vec<(Uuid, Uuid)> = tx.all("select id, debtor_id from accounts", &[]).await.unwrap();
    let calls = accounts.iter().flat_map(|(account, debtor)| {
        (0..days).map(move |day| {
            let at = from.saturating_add(SignedDuration::from_hours(24 * day)).unwrap();
            let (none, no_answer): (Option<String>, _) = (None, "no_answer");
            params![
                Uuid::now_v7(),
                *account,
                *debtor,
                "call",
                "out",
                "collection",
                "recorded",
                no_answer,
                no_answer,
                none,
                None::<Uuid>,
                at,
                at
            ]
            .to_vec()
        })
    });
    let calls: Vec<Vec<Value>> = calls.collect();
    tx.insert_many(INSERT_PAST, &calls).await.unwrap();
    tx.insert_many(INSERT_DEBT, &calls.iter().map(|call| call[..2].to_vec()).collect::<Vec<_>>()).await.unwrap();
    for ((account, _), calls) in accounts.iter().zip(calls.chunks(usize::try_from(days).unwrap())) {
        let named: Vec<KeptRow> =
            calls.iter().map(|call| if let Value::Uuid(id) = call[0] { ContactId(id).into() } else { unreachable!() }).collect();
        kept::record(&mut tx, &Actor::command(), from, AccountId(*account), "history.take", serde_json::json!({}), &named).await.unwrap();
    }
    tx.commit().await.unwrap();
}

impl Template {
    /// What a floor of a day holds after some work.
    pub fn of(engine: Engine, day: &str, work: impl FnOnce(&mut Floor)) -> Template {
        let mut floor = Floor::on(engine, day);
        work(&mut floor);
        let folder = new_folder();
        let database = match engine {
            Engine::Postgres => floor.address.rsplit('/').next().map(String::from),
            Engine::Sqlite => {
                let file = floor.address.trim_start_matches("sqlite:").to_string();
                for ending in ["", "-wal"] {
                    std::fs::copy(format!("{file}{ending}"), folder.join(format!("duly.db{ending}"))).unwrap();
                }
                None
            }
        };
        Template { engine, folder, database }
    }

    /// A copy to work on.
    pub fn copy(&self) -> Place {
        let name = format!("duly_{}", Uuid::now_v7().simple());
        if let Some(template) = &self.database {
            at_server(&server(), &format!("create database {name} template {template}"));
        }
        let place = Place::at(self.engine, name);
        if self.database.is_none() {
            for ending in ["", "-wal"] {
                std::fs::copy(self.folder.join(format!("duly.db{ending}")), place.folder.join(format!("duly.db{ending}"))).unwrap();
            }
        }
        place
    }
}

impl Drop for Template {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).unwrap();
        if let Some(name) = &self.database {
            at_server(&server(), &format!("drop database {name} with (force)"));
        }
    }
}

impl Place {
    /// With nothing in it.
    pub fn empty(engine: Engine) -> Place {
        let name = format!("duly_{}", Uuid::now_v7().simple());
        if engine == Engine::Postgres {
            at_server(&server(), &format!("create database {name}"));
        }
        Place::at(engine, name)
    }

    fn at(engine: Engine, name: String) -> Place {
        let folder = new_folder();
        match engine {
            Engine::Sqlite => {
                Place { address: format!("sqlite:{}", folder.join("duly.db").display()), folder, runtime: runtime(), database: None }
            }
            Engine::Postgres => Place { address: format!("{}/{name}", server()), folder, runtime: runtime(), database: Some(name) },
        }
    }

    /// A command of the real program.
    pub fn duly(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_duly"));
        command.args(args).current_dir(&self.folder).env("RUST_LOG", "off");
        command.env("DULY_DATABASE", &self.address).env("DULY_KEYS", self.folder.join("keys"));
        command
    }

    /// Runs a command to its end.
    pub fn ends(&self, args: &[&str]) -> Output {
        self.duly(args).output().unwrap()
    }

    /// Runs a command that must be done; its answer.
    pub fn does(&self, args: &[&str]) -> String {
        let output = self.ends(args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?} ended with {}: {said}", output.status);
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command and kills it after a while.
    pub fn killed(&self, args: &[&str], after: Duration) -> Killed {
        let mut child = self.duly(args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(after);
        child.kill().unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        Killed { hit: output.status.signal() == Some(9), said, code: output.status.code() }
    }

    /// Waits until a server has ended what a dead process had asked: only then is what is there what stays.
    pub fn settles(&self) {
        let Some(name) = &self.database else { return };
        let busy = format!("select count(*) from pg_stat_activity where datname = '{name}'");
        let began = Instant::now();
        loop {
            let sessions = self.runtime.block_on(async {
                let db = Db::open(&format!("{}/postgres", server())).await.unwrap();
                db.read().await.unwrap().number(&busy, &[]).await.unwrap()
            });
            if sessions == 0 {
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(30), "{sessions} sessions do not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Holds a night off, as another process would.
    pub fn holds_the_night(&self) -> Option<Hold> {
        let app = self.app();
        self.runtime.block_on(app.db.hold("night")).unwrap()
    }

    /// How long a command takes here.
    pub fn measures(&self, args: &[&str]) -> Duration {
        let began = Instant::now();
        self.does(args);
        began.elapsed()
    }

    /// The product over this database, in our own process.
    pub fn app(&self) -> App {
        let db = self.runtime.block_on(Db::open(&self.address)).unwrap();
        App::new(db, Clock::frozen(Timestamp::UNIX_EPOCH)).with_keys(Keys::in_folder(self.folder.join("keys")))
    }

    /// What statements give, each row as its texts.
    pub fn rows(&self, statements: &[&str]) -> Vec<String> {
        let app = self.app();
        self.runtime.block_on(async {
            let mut tx = app.db.read().await.unwrap();
            let mut all = Vec::new();
            for sql in statements {
                let rows: Vec<(Option<String>, Option<String>, i64, i64)> = tx.all(sql, &[]).await.unwrap();
                all.extend(rows.into_iter().map(|row| format!("{row:?}")));
            }
            all
        })
    }

    /// A count.
    pub fn count(&self, sql: &str) -> i64 {
        let app = self.app();
        self.runtime.block_on(async { app.db.read().await.unwrap().number(sql, &[]).await.unwrap() })
    }

    /// The first id a statement gives.
    pub fn id(&self, sql: &str) -> Uuid {
        let app = self.app();
        let found: Option<(Uuid,)> = self.runtime.block_on(async { app.db.read().await.unwrap().one(sql, &[]).await.unwrap() });
        found.unwrap().0
    }

    /// Whether the schema was made.
    pub fn has_schema(&self) -> bool {
        let app = self.app();
        self.runtime.block_on(migrate::verify(&app.db)).unwrap_or(false)
    }

    /// Changes something past all actions.
    pub fn tamper(&self, sql: &str, params: &[Value]) {
        let app = self.app();
        self.runtime.block_on(async {
            let mut tx = app.db.begin().await.unwrap();
            tx.run(sql, params).await.unwrap();
            tx.commit().await.unwrap();
        });
    }

    /// Every integrity check holds.
    pub fn is_whole(&self, day: &str) {
        let app = self.app();
        let day = day.parse().unwrap();
        let checks = self.runtime.block_on(async { jobs::check::run(&mut app.db.read().await.unwrap(), &app.keys, day).await.unwrap() });
        let failed: Vec<String> =
            checks.iter().filter(|check| !check.ok).map(|check| format!("{}: {}", check.name, check.detail)).collect();
        assert_eq!(failed, Vec::<String>::new());
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("left for looking at: {} {}", self.folder.display(), self.address);
            return;
        }
        std::fs::remove_dir_all(&self.folder).unwrap();
        if let Some(name) = &self.database {
            at_server(&server(), &format!("drop database {name} with (force)"));
        }
    }
}
