//! The floor: officers and debtors by name, days by date, one business event per line.

use duly::app::{Actor, App, Clock, Failure, Outcome};
use duly::audit::keys::Keys;
use duly::compliance::gate::AskContact;
use duly::intake::actions::{ImportAccounts, import_accounts};
use duly::intake::mapping_file::parse;
use duly::intake::progress::Progress;
use duly::intake::report::Report;
use duly::intake::undo::{TakenBack, take_back};
use duly::jobs::nightly;
use duly::ledger::actions::{PostPayment, Posted, post_payment, reverse_payment};
use duly::ledger::journal::Dialect;
use duly::outreach::actions::{RecordContact, Recorded, Reserved, record_contact, reserve_contact};
use duly::outreach::words::Said;
use duly::plans::actions::{TakePromise, take_promise, withdraw_promise};
use duly::store::{Db, Value, migrate};
use duly::{accounts, identity, jobs, ledger, plans, strategy};
use duly_domain::identity::Role;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, BatchId, ContactId, DebtorId, DeskId, PaymentId, PromiseId, UserId};
use duly_domain::values::money::{Currency, Money};
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use std::collections::HashMap;
use std::path::PathBuf;
use tokio::runtime::Runtime;
use uuid::Uuid;

/// The password of everybody on the floor.
pub const PASSWORD: &str = "a floor's password";

/// Which database the floor stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file of its own.
    Sqlite,
    /// A database of its own on the run's private server.
    Postgres,
}

/// A floor with a frozen clock and a database of its own.
pub struct Floor {
    /// Runs what the actions wait for.
    pub runtime: Runtime,
    /// The product.
    pub app: App,
    /// The address of the database.
    pub address: String,
    file: Option<PathBuf>,
    today: Date,
    users: HashMap<String, (UserId, Actor)>,
    rows: u32,
    /// Whether imports alter known accounts.
    pub updates: bool,
    /// How far an import is, and the word to stop it.
    pub progress: Progress,
}

/// A debtor with one account.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// The account.
    pub account: AccountId,
    /// Who owes it.
    pub debtor: DebtorId,
}

/// Somebody at work on the floor.
pub struct Officer<'f> {
    floor: &'f mut Floor,
    who: Actor,
}

const MAPPING: &str = r#"
[columns]
reference = "reference"
name = "name"
zip = "zip"
mobile = "mobile"
work_phone = "work"
email = "email"
principal = "principal"
due_on = "due_on"
"#;

impl Floor {
    /// A floor at nine in the morning of a day.
    pub fn on(engine: Engine, day: &str) -> Floor {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime starts");
        let name = format!("duly_{}", Uuid::now_v7().simple());
        let (address, file) = match engine {
            Engine::Sqlite => {
                let file = std::env::temp_dir().join(format!("{name}.db"));
                (format!("sqlite:{}", file.display()), Some(file))
            }
            Engine::Postgres => {
                let server = std::env::var("DULY_TEST_POSTGRES").expect(
                    "DULY_TEST_POSTGRES names no server: run the tests by `cargo xtask test`, which starts one (Debian package postgresql)",
                );
                let made = runtime.block_on(async {
                    let mut tx = Db::open(&format!("{server}/postgres")).await?.begin().await?;
                    tx.batch("rollback").await?;
                    tx.batch(&format!("create database {name}")).await
                });
                made.expect("the test server makes a database");
                (format!("{server}/{name}"), None)
            }
        };
        let today: Date = day.parse().expect("a day such as 2026-03-02");
        let app = runtime.block_on(async {
            let db = Db::open(&address).await.expect("the database opens");
            let keys = Keys::in_folder(std::env::temp_dir().join(format!("{name}.keys")));
            let app = App::new(db, Clock::frozen(Timestamp::UNIX_EPOCH)).with_keys(keys);
            migrate::migrate(&app.db, Timestamp::UNIX_EPOCH).await.expect("the schema is made");
            app
        });
        let mut floor =
            Floor { runtime, app, address, file, today, users: HashMap::new(), rows: 0, updates: false, progress: Progress::default() };
        floor.clock("09:00");
        floor
    }

    /// Sets the clock to a time of today, in the organization's zone.
    pub fn clock(&mut self, time: &str) {
        let (hour, minute) = time.split_once(':').expect("a time such as 09:30");
        let at = self.today.at(hour.parse().expect("an hour"), minute.parse().expect("a minute"), 0, 0);
        let zoned = at.to_zoned(self.app.zone()).expect("a time that exists");
        self.app.set_clock(zoned.timestamp());
    }

    /// Nine in the morning of a later day; the nights between are run.
    pub fn morning_of(&mut self, day: &str) {
        let day: Date = day.parse().expect("a day such as 2026-03-09");
        while self.today < day {
            let closing = self.today;
            self.clock("23:30");
            self.run_night(closing).expect("the night ends");
            self.today = self.today.saturating_add(Span::new().days(1));
        }
        self.clock("09:00");
    }

    /// The nights up to and with that of a day; the clock then stands at the next morning.
    pub fn night_of(&mut self, day: &str) {
        let day: Date = day.parse().expect("a day such as 2026-03-09");
        let next = day.saturating_add(Span::new().days(1)).to_string();
        self.morning_of(&next);
    }

    /// Runs one night as it stands.
    pub fn run_night(&mut self, day: Date) -> Result<nightly::Report, Failure> {
        self.runtime.block_on(nightly::run(&self.app, self.app.moment(), day))
    }

    /// Today.
    pub fn today(&self) -> Date {
        self.today
    }

    /// A debtor who owes an amount, due forty days ago, with a mobile and a work number in Columbus, Ohio.
    pub fn debtor(&mut self, name: &str, owes: &str) -> Person {
        self.rows += 1;
        let due_on = self.today.saturating_sub(Span::new().days(40));
        let row = format!("R-{0},{name},43205,61455501{0:02},61455502{0:02},person{0}@example.org,{owes},{due_on}\n", self.rows);
        let report = self
            .import(&format!("reference,name,zip,mobile,work,email,principal,due_on\n{row}"), MAPPING, "Larkfield")
            .expect("the file is good");
        assert_eq!((report.accepted, report.refused), (1, 0), "{:?}", report.problems);
        let reference = format!("R-{}", self.rows);
        let desks = self.runtime.block_on(async {
            let mut tx = self.app.db.read().await?;
            accounts::store::list_desks(&mut tx).await
        });
        for (user, who) in self.users.values() {
            for desk in desks.as_ref().expect("desks are read") {
                let joined = accounts::actions::join_desk(&self.app, who, self.app.moment(), desk.id, *user);
                self.runtime.block_on(joined).expect("officers join the desk");
            }
        }
        self.runtime.block_on(async {
            let mut tx = self.app.db.read().await.expect("a snapshot");
            let account = accounts::store::resolve(&mut tx, &reference).await.expect("the account is there");
            let debtor = accounts::store::load_account(&mut tx, account).await.expect("the account is there").debtor;
            Person { account, debtor }
        })
    }

    /// A debtor by the creditor's reference of the account.
    pub fn person(&mut self, reference: &str) -> Person {
        self.runtime.block_on(async {
            let mut tx = self.app.db.read().await.expect("a snapshot");
            let account = accounts::store::resolve(&mut tx, reference).await.expect("the account is there");
            let debtor = accounts::store::load_account(&mut tx, account).await.expect("the account is there").debtor;
            Person { account, debtor }
        })
    }

    /// Imports a file's text.
    pub fn import(&mut self, text: &str, mapping: &str, creditor: &str) -> Result<Report, Failure> {
        let path = std::env::temp_dir().join(format!("duly_{}.csv", Uuid::now_v7().simple()));
        std::fs::write(&path, text).expect("the temporary folder can be written");
        let report = self.import_file(&path, Some(mapping), creditor, false);
        std::fs::remove_file(&path).expect("the temporary file is there");
        report
    }

    /// Imports a file, or tries it.
    pub fn import_file(
        &mut self,
        path: &std::path::Path,
        mapping: Option<&str>,
        creditor: &str,
        is_trial: bool,
    ) -> Result<Report, Failure> {
        let ask = ImportAccounts {
            mapping: mapping.map(|text| parse(text).expect("the mapping is good")),
            is_trial,
            updates: self.updates,
            refusals: Some(path.with_extension("refusals.csv")),
            ..ImportAccounts::of(path, creditor)
        };
        let report = self.runtime.block_on(import_accounts(&self.app, &Actor::command(), self.app.moment(), &ask, &self.progress));
        for left in ["refusals.csv", "refusals-rows.csv", "refusals-acknowledgement.csv"].map(|ending| path.with_extension(ending)) {
            if left.exists() {
                std::fs::remove_file(left).expect("the problems' file can be removed");
            }
        }
        report
    }

    /// Imports a file and gives the acknowledgement that goes to the creditor.
    pub fn acknowledgement(&mut self, path: &std::path::Path, creditor: &str) -> String {
        let refusals = path.with_extension("problems.csv");
        let ask = ImportAccounts { refusals: Some(refusals), ..ImportAccounts::of(path, creditor) };
        let who = Actor::command();
        let import = import_accounts(&self.app, &who, self.app.moment(), &ask, &self.progress);
        let report = self.runtime.block_on(import).expect("the file can be read");
        let written = report.acknowledgement.expect("it was asked for");
        let text = std::fs::read_to_string(&written).expect("it was written");
        for left in [report.refusals, report.refused_rows, Some(written)].into_iter().flatten() {
            std::fs::remove_file(left).expect("it was written");
        }
        text
    }

    /// Takes a batch back.
    pub fn take_back(&mut self, batch: BatchId) -> Result<i64, Failure> {
        self.take_back_because(batch, "")
    }

    /// Takes a batch back with a reason; how many accounts or facts.
    pub fn take_back_because(&mut self, batch: BatchId, because: &str) -> Result<i64, Failure> {
        let taken = self.runtime.block_on(take_back(&self.app, &Actor::command(), self.app.moment(), batch, because))?;
        Ok(match taken {
            TakenBack::Accounts(count) | TakenBack::Facts(count) => count,
        })
    }

    /// The batch that brought an account.
    pub fn batch_of(&mut self, person: Person) -> BatchId {
        let batch = self.runtime.block_on(async {
            self.app.db.read().await?.one::<(BatchId,)>("select batch_id from accounts where id = $1", &[Value::from(person.account)]).await
        });
        batch.expect("accounts are read").expect("the account came with a batch").0
    }

    /// A desk by its name.
    pub fn desk(&mut self, name: &str) -> DeskId {
        let found = self.runtime.block_on(async { accounts::store::find_desk(&mut self.app.db.read().await?, name).await });
        found.expect("desks are read").expect("the desk is there").id
    }

    /// An officer by name.
    pub fn officer(&mut self, name: &str) -> Officer<'_> {
        self.user(name, Role::Officer)
    }

    /// Somebody in a role, by name; made when first named, with their e-mail address at example.org.
    pub fn user(&mut self, name: &str, role: Role) -> Officer<'_> {
        if !self.users.contains_key(name) {
            let email = format!("{}@example.org", name.to_lowercase());
            let at = self.app.moment();
            let user = identity::actions::NewUser { name, email: &email, role, password: PASSWORD, must_change_password: false };
            let id =
                self.runtime.block_on(identity::actions::add_user_with(&self.app, &Actor::command(), at, user)).expect("the user is new");
            let who = Actor::user(id, name, role);
            let desks = self.runtime.block_on(async { accounts::store::list_desks(&mut self.app.db.read().await?).await });
            for desk in desks.expect("desks are read") {
                self.runtime.block_on(accounts::actions::join_desk(&self.app, &who, at, desk.id, id)).expect("officers join the desk");
            }
            self.users.insert(name.to_string(), (id, who));
        }
        let who = self.users[name].1.clone();
        Officer { floor: self, who }
    }

    /// A payment arrives today.
    pub fn pays(&mut self, person: Person, amount: &str, reference: &str) -> PaymentId {
        let today = self.today;
        self.pays_on(person, amount, &today.to_string(), reference).expect("the payment is good").payment
    }

    /// A payment is posted with an effective date.
    pub fn pays_on(&mut self, person: Person, amount: &str, on: &str, reference: &str) -> Result<Posted, Failure> {
        let ask = PostPayment {
            account: person.account,
            amount_minor: minor(amount),
            effective_on: on.parse().expect("a day"),
            reference: reference.into(),
        };
        self.runtime.block_on(post_payment(&self.app, &Actor::command(), self.app.moment(), &ask))
    }

    /// A payment is taken back today.
    pub fn reverses(&mut self, payment: PaymentId) {
        let (at, today) = (self.app.moment(), self.today);
        self.runtime.block_on(reverse_payment(&self.app, &Actor::command(), at, payment, today)).expect("the payment is reversed");
    }

    /// What is owed.
    pub fn balance(&mut self, person: Person) -> String {
        let account = self.account(person);
        Money::of(account.balance_minor, Currency::Usd).figures()
    }

    /// The account as it stands.
    pub fn account(&mut self, person: Person) -> accounts::store::Account {
        self.runtime.block_on(async {
            let mut tx = self.app.db.read().await.expect("a snapshot");
            accounts::store::load_account(&mut tx, person.account).await.expect("the account is there")
        })
    }

    /// The states of the account's promises, the newest first.
    pub fn promises(&mut self, person: Person) -> Vec<String> {
        let promises = self.runtime.block_on(async { plans::store::list_promises(&mut self.app.db.read().await?, person.account).await });
        promises.expect("promises are read").into_iter().map(|promise| promise.state).collect()
    }

    /// The lane in which an officer sees the account, and its rank; nothing when it is not on the list.
    pub fn place(&mut self, officer: &str, person: Person) -> Option<(String, usize)> {
        let user = self.officer(officer).who.id.expect("an officer is a user");
        let work = self.runtime.block_on(async {
            let mut tx = self.app.db.read().await?;
            strategy::actions::list_worklist(&mut tx, user, self.app.moment(), None, 100).await
        });
        let work = work.expect("the worklist is read");
        work.into_iter().find(|work| work.item.account == person.account).map(|work| (work.item.lane, work.rank))
    }

    /// Every integrity check; the failed ones.
    pub fn failed_checks(&mut self) -> Vec<String> {
        let checks = self.runtime.block_on(async { jobs::check::run(&mut self.app.db.read().await?, &self.app.keys, self.today).await });
        checks
            .expect("the checks run")
            .into_iter()
            .filter(|check| !check.ok)
            .map(|check| format!("{}: {}", check.name, check.detail))
            .collect()
    }

    /// What an account's timeline tells: title, and more about it.
    pub fn timeline(&mut self, person: Person) -> Vec<(String, String)> {
        let (app, now) = (self.app.clone(), self.app.moment().at);
        let events = self.runtime.block_on(async {
            let mut tx = app.db.read().await?;
            let account = accounts::store::load_account(&mut tx, person.account).await?;
            accounts::timeline::list(&mut tx, &account, now, &app.zone()).await
        });
        events.expect("the timeline is read").into_iter().map(|event| (event.title, event.more)).collect()
    }

    /// A count past all actions.
    pub fn count(&mut self, sql: &str) -> i64 {
        self.runtime.block_on(async { self.app.db.read().await?.number(sql, &[]).await }).expect("the count is read")
    }

    /// Pairs of texts, as a statement asks for them.
    pub fn texts(&mut self, sql: &str) -> Vec<(Option<String>, Option<String>)> {
        self.runtime.block_on(async { self.app.db.read().await?.all(sql, &[]).await }).expect("the texts are read")
    }

    /// The journal of the whole ledger, for a program.
    pub fn journal(&mut self, dialect: Dialect) -> String {
        let mut out = Vec::new();
        self.runtime
            .block_on(async { ledger::journal::write_journal(&mut self.app.db.read().await?, dialect, &mut out).await })
            .expect("the journal is written");
        String::from_utf8(out).expect("a journal is text")
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        // What is not there needs no removing.
        std::fs::remove_dir_all(self.app.keys.folder()).ok();
        if let Some(file) = &self.file {
            for ending in ["", "-wal", "-shm", "-night", "-line"] {
                // What is not there needs no removing.
                std::fs::remove_file(format!("{}{ending}", file.display())).ok();
            }
        }
    }
}

impl Officer<'_> {
    /// Where they work.
    pub fn floor(&mut self) -> &mut Floor {
        self.floor
    }

    /// Who.
    pub fn actor(&self) -> Actor {
        self.who.clone()
    }

    /// Asks the gate for a call to the mobile number and reserves it.
    pub fn reserves(&mut self, person: Person, channel: Channel) -> Result<Reserved, Failure> {
        self.reserves_because(person, channel, None)
    }

    /// As [`Officer::reserves`], released with a reason.
    pub fn reserves_because(&mut self, person: Person, channel: Channel, release: Option<&str>) -> Result<Reserved, Failure> {
        let label = if channel == Channel::Email { "personal" } else { "mobile" };
        let point = self.floor.runtime.block_on(async {
            let mut tx = self.floor.app.db.read().await.expect("a snapshot");
            let points = duly::parties::store::list_points(&mut tx, person.debtor).await.expect("points are read");
            points.into_iter().find(|point| point.label == label && !matches!(point.state.as_str(), "wrong" | "dead")).map(|point| point.id)
        });
        let ask = AskContact { point, ..AskContact::with_debtor(person.account, channel) };
        self.floor.runtime.block_on(reserve_contact(&self.floor.app, &self.who, self.floor.app.moment(), &ask, release))
    }

    /// Records what became of a contact.
    pub fn records(&mut self, contact: ContactId, result: &str) -> Result<Recorded, Failure> {
        self.records_said(contact, result, Said::NotAsked)
    }

    /// As [`Officer::records`], with what was said of the words that were due.
    pub fn records_said(&mut self, contact: ContactId, result: &str, said: Said) -> Result<Recorded, Failure> {
        let ask = RecordContact { contact, result: result.into(), follow_up_on: None, follow_up_at: None, note: None, said };
        self.floor.runtime.block_on(record_contact(&self.floor.app, &self.who, self.floor.app.moment(), &ask))
    }

    /// Calls and records the result; the rules that stood in the way if it could not be.
    pub fn calls(&mut self, person: Person, result: &str) -> Vec<&'static str> {
        let reserved = self.reserves(person, Channel::Call).expect("the gate answers");
        if let Some(contact) = reserved.contact {
            self.records(contact, result).expect("the result is recorded");
        }
        reserved.decision.because.iter().map(|reason| reason.rule.id).collect()
    }

    /// Takes a promise; the rules that stood in the way if it could not be.
    pub fn takes_promise(&mut self, person: Person, amount: &str, due_on: &str) -> Vec<&'static str> {
        let ask = TakePromise { account: person.account, amount_minor: minor(amount), due_on: due_on.parse().expect("a day") };
        let taken = self.floor.runtime.block_on(take_promise(&self.floor.app, &self.who, self.floor.app.moment(), ask));
        match taken.expect("the promise is decided") {
            Outcome::Done(_) => Vec::new(),
            Outcome::Refused(decision) => decision.because.iter().map(|reason| reason.rule.id).collect(),
        }
    }

    /// Withdraws the account's newest promise.
    pub fn withdraws_promise(&mut self, person: Person) -> Result<(), Failure> {
        let newest: PromiseId = self.floor.runtime.block_on(async {
            let mut tx = self.floor.app.db.read().await.expect("a snapshot");
            plans::store::list_promises(&mut tx, person.account).await.expect("promises are read")[0].id
        });
        self.floor.runtime.block_on(withdraw_promise(&self.floor.app, &self.who, self.floor.app.moment(), newest)).map(drop)
    }
}

/// "420.00" in cents.
fn minor(amount: &str) -> i64 {
    Money::parse(amount, Currency::Usd).expect("an amount such as 420.00").minor()
}
