//! How long fifty officers wait, over real HTTP on one SQLite file, in a quiet hour and while a file comes in and the night runs.
//!
//! Floor: the smallest server there is, which answers a fixed page of the same size to the same officers in the same run.
//! Aim: nobody waits over 100 ms. `DULY_BENCH_ACCOUNTS` asks for fewer accounts; each has ten events behind it.

mod measure;

use duly::app::{Actor, App, Clock, aside, new_uuid};
use duly::identity::actions::{NewUser, add_user_with, sign_in};
use duly::intake::actions::{ImportAccounts, import_accounts};
use duly::intake::mapping_file::parse;
use duly::intake::progress::Progress;
use duly::jobs::nightly;
use duly::store::{Db, Value, migrate};
use duly::{accounts, outreach, params, web};
use duly_domain::identity::Role;
use duly_domain::values::ids::{AccountId, ContactId, DebtorId};
use jiff::{SignedDuration, Timestamp};
use measure::{grouped, processor_nanos};
use reqwest::{Client, header, redirect};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

const OFFICERS: u64 = 50;
const ROUNDS: usize = 8;
/// An officer rests so long between two requests: thirty times less than at work.
const REST: Duration = Duration::from_millis(1_000);
const PASSWORD: &str = "a long password";
const MAPPING: &str = "[columns]\nreference = \"account\"\nname = \"name\"\nzip = \"zip\"\nmobile = \"mobile\"\nprincipal = \"principal\"\ndue_on = \"due_on\"\n";

type Waits = BTreeMap<&'static str, Vec<Duration>>;

fn main() {
    let count: u64 = std::env::var("DULY_BENCH_ACCOUNTS").ok().and_then(|count| count.parse().ok()).unwrap_or(100_000);
    let folder = std::env::temp_dir().join(format!("duly-bench-{}-officers", std::process::id()));
    std::fs::create_dir(&folder).expect("the temporary folder can be written");
    // The officers have threads of their own, so that what is measured is the waiting and not their own work.
    let server = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let officers = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let at: Timestamp = "2026-03-03T15:00:00Z".parse().expect("an instant");
    let app = server.block_on(ready(&folder, count, at));
    let cookies = server.block_on(sign_ins(&app));
    let base = serve(&server, web_of(app.clone()));

    let began = processor_nanos();
    let quiet = officers.block_on(work(&base, &cookies));
    let requests: usize = quiet.values().map(Vec::len).sum();
    shown("quiet", &quiet);
    println!("  {} us of processor time a request, officers included", (processor_nanos() - began) / 1_000 / requests.max(1) as u64);
    let busy = {
        let (night, import, file) = (app.clone(), app.clone(), folder.join("more.csv"));
        write_file(&file, "B", count / 5);
        let under_way =
            server.spawn(aside(async move { nightly::run(&night, night.moment(), "2026-03-02".parse().expect("a day")).await }));
        let coming_in = server.spawn(aside(async move { place(&import, &file, "Other").await }));
        let busy = officers.block_on(work(&base, &cookies));
        println!("the night {}, the file {}", ended(under_way.is_finished()), ended(coming_in.is_finished()));
        server.block_on(async {
            under_way.await.expect("no panic").expect("a thread").expect("the night ends");
            coming_in.await.expect("no panic").expect("a thread");
        });
        busy
    };
    shown("while a file comes in and the night runs", &busy);

    let size = officers.block_on(async {
        let page = client(&cookies[0]).get(format!("{base}/my-day")).send().await.expect("an answer");
        page.bytes().await.expect("a page").len()
    });
    let fixed = serve(&server, axum_of(size));
    let floor = officers.block_on(work_on_floor(&fixed, &cookies));
    shown(&format!("floor: a fixed page of {} bytes", grouped(size as u64)), &floor);
    let most = busy.values().chain(quiet.values()).flatten().max().copied().unwrap_or_default();
    println!("{} accounts with ten events each; peak memory {} MB, officers included", grouped(count), peak_memory());
    println!("aim: nobody waits over 100 ms: {} ({most:?})", if most <= Duration::from_millis(100) { "reached" } else { "missed" });
    drop((server, officers));
    std::fs::remove_dir_all(&folder).ok();
}

fn ended(is_finished: bool) -> &'static str {
    if is_finished { "ended before the officers" } else { "outlasted the officers" }
}

/// A database with accounts, events and officers on one desk.
async fn ready(folder: &Path, count: u64, at: Timestamp) -> App {
    let address = format!("sqlite:{}", folder.join("duly.db").display());
    let app = App::new(Db::open(&address).await.expect("the database opens"), Clock::frozen(at));
    migrate::migrate(&app.db, app.moment().at).await.expect("the schema is made");
    let file = folder.join("accounts.csv");
    write_file(&file, "A", count);
    place(&app, &file, "Bench").await;
    let mut after = AccountId(uuid_nil());
    loop {
        let sql = "select id, debtor_id from accounts where id > $1 order by id limit 1000";
        let page: Vec<(AccountId, DebtorId)> = app.db.read().await.expect("a snapshot").all(sql, params![after]).await.expect("accounts");
        let Some((last, _)) = page.last().copied() else { break };
        after = last;
        let (mut contacts, mut debts) = (Vec::new(), Vec::new());
        for (account, debtor) in page {
            for event in 1..=10i64 {
                let id = ContactId(new_uuid());
                let then = at.saturating_sub(SignedDuration::from_hours(24 * 8 * event)).expect("an instant");
                let values: &[Value] = params![
                    id,
                    account,
                    debtor,
                    "call",
                    "out",
                    "collection",
                    "recorded",
                    "no_answer",
                    "no_answer",
                    Value::Null,
                    Value::Null,
                    then,
                    then
                ];
                contacts.push(values.to_vec());
                debts.push(params![id, account].to_vec());
            }
        }
        let mut tx = app.db.begin().await.expect("a transaction");
        tx.insert_many(outreach::store::INSERT_PAST, &contacts).await.expect("contacts");
        tx.insert_many(outreach::store::INSERT_DEBT, &debts).await.expect("debts");
        tx.commit().await.expect("it is kept");
    }
    app.db.analyze().await.expect("statistics");
    app
}

fn uuid_nil() -> uuid::Uuid {
    uuid::Uuid::nil()
}

fn write_file(path: &Path, prefix: &str, count: u64) {
    let mut text = String::from("account,name,zip,mobile,principal,due_on\n");
    for i in 0..count {
        writeln!(text, "{prefix}-{i},Person {i},43205,614{:03}{:04},{}.00,2026-01-05", 200 + i % 700, i % 10_000, 50 + i % 5_000)
            .expect("a line");
    }
    std::fs::write(path, text).expect("the folder can be written");
}

async fn place(app: &App, file: &Path, creditor: &str) {
    let ask = ImportAccounts { mapping: Some(parse(MAPPING).expect("the mapping is good")), ..ImportAccounts::of(file, creditor) };
    import_accounts(app, &Actor::command(), app.moment(), &ask, &Progress::default()).await.expect("the file is good");
}

/// Officers with their sessions.
async fn sign_ins(app: &App) -> Vec<String> {
    let desk = accounts::store::list_desks(&mut app.db.read().await.expect("a snapshot")).await.expect("desks")[0].id;
    let mut cookies = Vec::new();
    for i in 0..OFFICERS {
        let email = format!("officer{i}@example.org");
        let user =
            NewUser { name: &format!("Officer {i}"), email: &email, role: Role::Officer, password: PASSWORD, must_change_password: false };
        let id = add_user_with(app, &Actor::command(), app.moment(), user).await.expect("the user is new");
        accounts::actions::join_desk(app, &Actor::command(), app.moment(), desk, id).await.expect("the officer joins");
        cookies.push(sign_in(app, app.moment(), &email, PASSWORD).await.expect("an answer").expect("the password is right"));
    }
    cookies
}

enum Served {
    Product(App),
    Fixed(String),
}

fn web_of(app: App) -> Served {
    Served::Product(app)
}

fn axum_of(size: usize) -> Served {
    Served::Fixed("x".repeat(size))
}

/// Serves at a free port; where.
fn serve(runtime: &tokio::runtime::Runtime, what: Served) -> String {
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port is free");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    runtime.spawn(async move {
        match what {
            Served::Product(app) => drop(web::serve_at(app, listener).await),
            Served::Fixed(page) => {
                let router =
                    axum::Router::new().route("/", axum::routing::get(move || std::future::ready(axum::response::Html(page.clone()))));
                drop(axum::serve(listener, router).await);
            }
        }
    });
    base
}

fn client(cookie: &str) -> Client {
    let mut headers = header::HeaderMap::new();
    headers.insert(header::COOKIE, format!("duly_session={cookie}").parse().expect("a header"));
    Client::builder().default_headers(headers).redirect(redirect::Policy::none()).build().expect("a client")
}

/// One officer: a browser and what they waited.
struct Officer {
    client: Client,
    base: String,
    waits: Waits,
}

impl Officer {
    /// Sends one request, keeps the wait until the whole answer is there, and rests.
    async fn ask(&mut self, kind: &'static str, request: reqwest::RequestBuilder) -> (String, String) {
        let began = Instant::now();
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        assert!(!status.is_server_error(), "{kind}: {status}");
        let to = answer.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default().to_string();
        let text = answer.text().await.expect("a page");
        self.waits.entry(kind).or_default().push(began.elapsed());
        // Each rests a little differently, so that they do not march in step.
        let odd = u64::from(new_uuid().as_bytes()[15]);
        tokio::time::sleep(REST / 2 + Duration::from_millis(odd * 4)).await;
        (to, text)
    }

    /// They do not all come in at the same instant.
    async fn settle(&self) {
        tokio::time::sleep(REST * u32::from(new_uuid().as_bytes()[15]) / 256).await;
    }

    async fn round(&mut self) {
        let get = |client: &Client, base: &str, path: &str| client.get(format!("{base}{path}"));
        let request = get(&self.client, &self.base, "/my-day");
        self.ask("my day", request).await;
        let request = get(&self.client, &self.base, "/next");
        let (account, _) = self.ask("next account", request).await;
        let request = get(&self.client, &self.base, &account);
        let (_, page) = self.ask("account", request).await;
        let (Some(csrf), Some(to)) = (between(&page, "name=\"csrf\" value=\"", "\""), between(&page, "<option value=\"call ", "\"")) else {
            return;
        };
        let form = [("csrf", csrf.to_string()), ("to", format!("call {to}"))];
        let request = self.client.post(format!("{}{account}/contacts", self.base)).form(&form);
        self.ask("reserve", request).await;
        let request = get(&self.client, &self.base, &account);
        let (_, page) = self.ask("account", request).await;
        let Some(contact) = between(&page, &format!("action=\"{account}/contacts/"), "/results") else { return };
        let form = [("csrf", csrf.to_string()), ("result", "no_answer".into())];
        let request = self.client.post(format!("{}{account}/contacts/{contact}/results", self.base)).form(&form);
        self.ask("record", request).await;
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before).and_then(|(_, rest)| rest.split_once(after)).map(|(inside, _)| inside)
}

async fn work(base: &str, cookies: &[String]) -> Waits {
    at_once(base, cookies, |mut officer| async move {
        officer.settle().await;
        for _ in 0..ROUNDS {
            officer.round().await;
        }
        officer.waits
    })
    .await
}

async fn work_on_floor(base: &str, cookies: &[String]) -> Waits {
    at_once(base, cookies, |mut officer| async move {
        officer.settle().await;
        for _ in 0..ROUNDS {
            let request = officer.client.get(format!("{}/", officer.base));
            officer.ask("fixed page", request).await;
        }
        officer.waits
    })
    .await
}

async fn at_once<F: Future<Output = Waits> + Send + 'static>(base: &str, cookies: &[String], does: impl Fn(Officer) -> F) -> Waits {
    let officers = cookies.iter().map(|cookie| Officer { client: client(cookie), base: base.into(), waits: Waits::new() });
    let at_work: Vec<_> = officers.map(|officer| tokio::spawn(does(officer))).collect();
    let mut all = Waits::new();
    for officer in at_work {
        for (kind, waits) in officer.await.expect("no officer met an error") {
            all.entry(kind).or_default().extend(waits);
        }
    }
    all
}

fn shown(name: &str, waits: &Waits) {
    println!("{name}:");
    for (kind, waits) in waits {
        let mut waits = waits.clone();
        waits.sort();
        let (middle, late) = (waits[waits.len() / 2], waits[(waits.len() * 99).div_ceil(100) - 1]);
        let most = waits[waits.len() - 1];
        println!("  {kind:<14} {:>6} requests: median {middle:>10.2?}, 99th percentile {late:>10.2?}, largest {most:>10.2?}", waits.len());
    }
}

/// The most memory this process ever held, in megabytes.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells a process its memory");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("the peak is told");
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<u64>().ok()).expect("a number") / 1024
}
