//! Fifty officers at work at once on one SQLite file, over real HTTP, while a file comes in and the night runs.

use duly::app::{Actor, App};
use duly::intake::actions::{ImportAccounts, import_accounts};
use duly::intake::mapping_file::parse;
use duly::intake::progress::Progress;
use duly::jobs::nightly;
use duly_domain::identity::Role;
use duly_testkit::{Engine, Floor, PASSWORD};
use reqwest::{Client, Response, StatusCode, redirect};
use std::fmt::Write;
use std::path::Path;

const OFFICERS: usize = 50;
const ROUNDS: usize = 4;

const MAPPING: &str = "[columns]\nreference = \"reference\"\nname = \"name\"\nzip = \"zip\"\nmobile = \"mobile\"\nprincipal = \"principal\"\ndue_on = \"due_on\"\n";

fn file(prefix: &str, count: usize) -> String {
    let mut text = String::from("reference,name,zip,mobile,principal,due_on\n");
    for i in 0..count {
        writeln!(text, "{prefix}-{i},Person {i},43205,61455{:05},{}.00,2026-01-05", 50_100 + i % 100, 50 + i).expect("a line");
    }
    text
}

async fn import(app: &App, path: &Path, creditor: &str) {
    let ask = ImportAccounts { mapping: Some(parse(MAPPING).unwrap()), ..ImportAccounts::of(path, creditor) };
    let report = import_accounts(app, &Actor::command(), app.moment(), &ask, &Progress::default()).await.unwrap();
    assert_eq!(report.refused, 0);
}

/// One officer's browser.
struct Desk {
    client: Client,
    base: String,
    csrf: String,
}

impl Desk {
    async fn open(base: &str, email: &str) -> Desk {
        let client = Client::builder().cookie_store(true).redirect(redirect::Policy::none()).build().unwrap();
        let form = [("email", email), ("password", PASSWORD)];
        let answer = client.post(format!("{base}/sign-in")).form(&form).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{email} signs in");
        let page = client.get(format!("{base}/password")).send().await.unwrap().text().await.unwrap();
        let csrf = between(&page, "name=\"csrf\" value=\"", "\"").expect("a form with its token").to_string();
        Desk { client, base: base.into(), csrf }
    }

    async fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.base)).send().await.unwrap()
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let form: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", self.csrf.as_str())]).collect();
        self.client.post(format!("{}{path}", self.base)).form(&form).send().await.unwrap()
    }

    /// My day, the next account, a call reserved and its result recorded; whether it came to a result.
    async fn round(&self) -> bool {
        assert_eq!(self.get("/my-day").await.status(), StatusCode::OK);
        let next = self.get("/next").await;
        assert_eq!(next.status(), StatusCode::SEE_OTHER);
        let account = next.headers()["location"].to_str().unwrap().to_string();
        let page = self.get(&account).await;
        assert_eq!(page.status(), StatusCode::OK);
        let page = page.text().await.unwrap();
        // Somebody may have been quicker: then the page says who, and offers no reservation.
        let Some(to) = between(&page, "<option value=\"call ", "\"") else {
            assert!(page.contains("has a call reserved here until"), "neither a number nor a claim:\n{page}");
            return false;
        };
        let reserved = self.post(&format!("{account}/contacts"), &[("to", &format!("call {to}"))]).await;
        if reserved.status() == StatusCode::UNPROCESSABLE_ENTITY {
            let page = reserved.text().await.unwrap();
            assert!(page.contains("wait for its result"), "{page}");
            return false;
        }
        assert_eq!(reserved.status(), StatusCode::SEE_OTHER);
        let page = self.get(&account).await.text().await.unwrap();
        let results = format!("action=\"{account}/contacts/");
        let contact = between(&page, &results, "/results").expect("a form for the result").to_string();
        let recorded = self.post(&format!("{account}/contacts/{contact}/results"), &[("result", "no_answer")]).await;
        assert_eq!(recorded.status(), StatusCode::SEE_OTHER);
        true
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before).and_then(|(_, rest)| rest.split_once(after)).map(|(inside, _)| inside)
}

#[test]
fn fifty_officers_work_while_a_file_comes_in_and_the_night_runs() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-03");
    floor.import(&file("A", 600), MAPPING, "Larkfield").unwrap();
    for i in 0..OFFICERS {
        floor.user(&format!("Officer{i}"), Role::Officer);
    }
    let base = floor.serve();
    let path = std::env::temp_dir().join(format!("duly_{}.csv", duly::app::new_uuid().simple()));
    std::fs::write(&path, file("B", 6_000)).unwrap();
    let app = floor.app.clone();
    let recorded = floor.runtime.block_on(async {
        let mut desks = Vec::new();
        for i in 0..OFFICERS {
            desks.push(Desk::open(&base, &format!("officer{i}@example.org")).await);
        }
        let (importing, night) = (app.clone(), app.clone());
        let coming_in = tokio::spawn({
            let path = path.clone();
            async move { import(&importing, &path, "Northmere").await }
        });
        let closing = tokio::spawn(async move { nightly::run(&night, night.moment(), "2026-03-02".parse().unwrap()).await });
        let at_work: Vec<_> = desks
            .into_iter()
            .map(|desk| {
                tokio::spawn(async move {
                    let mut recorded = 0;
                    for _ in 0..ROUNDS {
                        recorded += i64::from(desk.round().await);
                    }
                    recorded
                })
            })
            .collect();
        let mut recorded = 0;
        for officer in at_work {
            recorded += officer.await.expect("no officer met an error");
        }
        coming_in.await.unwrap();
        let report = closing.await.unwrap().unwrap();
        assert!(!report.was_done);
        recorded
    });
    std::fs::remove_file(&path).unwrap();
    // Led to accounts of their own, nearly every round comes to a result.
    let rounds = i64::try_from(OFFICERS * ROUNDS).unwrap();
    assert!(recorded > rounds / 2, "{recorded} of {rounds}");
    assert_eq!(floor.count("select count(*) from contacts where state = 'recorded'"), recorded);
    assert_eq!(floor.count("select count(*) from contacts where state <> 'recorded'"), 0);
    assert_eq!(floor.count("select count(*) from accounts"), 6_600);
    assert_eq!(floor.failed_checks(), Vec::<String>::new());
}
