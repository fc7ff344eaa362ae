//! A real server that speaks as Stripe does, for one test: with a mailbox for its messages, and a line to it that can be cut.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use duly::ledger::processor::adapter::{Processor, ProcessorPlaces};
use duly_testkit::Floor;
use jiff::Timestamp;
use reqwest::Client;
use serde_json::{Value as Json, json};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What signs the messages.
pub const SECRET: &str = "whsec_of_the_test";
/// A card that is good, and one that is declined when it is charged.
pub const GOOD: &str = "4242424242424242";
pub const DECLINED: &str = "4000000000000341";

/// For how long something that happens by itself is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A message as it came: its signature and its body.
pub type Letter = (String, Bytes);

/// The server, its mailbox, and the line to it.
pub struct LocalStripe {
    child: Child,
    /// Where it answers.
    pub api: String,
    client: Client,
    mailbox: Arc<Mutex<Vec<Letter>>>,
    line: Line,
    folder: PathBuf,
}

impl Drop for LocalStripe {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port is free").port()
}

fn python() -> PathBuf {
    let usual = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/localstripe-1.15.10/bin/python");
    let python = std::env::var_os("DULY_TEST_LOCALSTRIPE").map_or_else(|| PathBuf::from(usual), PathBuf::from);
    assert!(python.exists(), "{} is missing: run the tests by `cargo xtask test`, which installs localstripe", python.display());
    python
}

impl LocalStripe {
    /// Starts it for a floor, whose product then charges through it; the clock stands at the machine's, by which messages are signed.
    pub fn start(floor: &mut Floor) -> LocalStripe {
        let port = free_port();
        let child = Command::new(python())
            .args(["-m", "localstripe", "--from-scratch", "--port", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("localstripe starts");
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < PATIENCE, "localstripe does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        let line = Line::to(port);
        let folder = std::env::temp_dir().join(format!("duly-stripe-{port}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        let secret = |name: &str, text: &str| {
            let path = folder.join(name);
            std::fs::write(&path, text).expect("the temporary folder can be written");
            format!("file:{}", path.display())
        };
        let places = ProcessorPlaces {
            secret_key: secret("key", "sk_test_of_the_test"),
            webhook_secret: secret("webhook", SECRET),
            publishable_key: "pk_test_of_the_test".into(),
            api: Some(format!("http://127.0.0.1:{}", line.port)),
            script: Some(format!("http://127.0.0.1:{port}/js.stripe.com/v3/")),
        };
        floor.app = floor.app.clone().charging_through(Some(Processor::open(&places).expect("its secrets are there")));
        floor.app.set_clock(Timestamp::now());
        let mailbox: Arc<Mutex<Vec<Letter>>> = Arc::default();
        let listener = floor.runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port is free");
        let to = listener.local_addr().expect("the mailbox has an address");
        let router = Router::new().route("/", post(take_letter)).with_state(mailbox.clone());
        floor.runtime.spawn(async move { axum::serve(listener, router).await.ok() });
        let api = format!("http://127.0.0.1:{port}");
        let stripe = LocalStripe { child, api, client: Client::new(), mailbox, line, folder };
        floor.runtime.block_on(async {
            let config = json!({"url": format!("http://{to}/"), "secret": SECRET});
            let answer = stripe.client.post(format!("{}/_config/webhooks/test", stripe.api)).json(&config).send().await;
            assert!(answer.expect("localstripe answers").status().is_success());
        });
        stripe
    }

    /// A configuration file that names it.
    pub fn config(&self) -> PathBuf {
        let (path, place) = (self.folder.join("duly.toml"), |name: &str| self.folder.join(name).display().to_string());
        let text = format!(
            "[processor]\nsecret_key = 'file:{}'\nwebhook_secret = 'file:{}'\npublishable_key = 'pk_test'\napi = 'http://127.0.0.1:{}'\n",
            place("key"),
            place("webhook"),
            self.line.port
        );
        std::fs::write(&path, text).expect("the temporary folder can be written");
        path
    }

    /// What a browser does with the processor's own fields: nothing of it passes us.
    pub fn card(&self, floor: &Floor, number: &str) -> String {
        let card = json!({"type": "card", "card": {"number": number, "exp_month": 12, "exp_year": 2099, "cvc": "123"}});
        self.post(floor, "payment_methods", &card)["id"].as_str().expect("a card has its token").to_string()
    }

    /// As [`LocalStripe::card`], of an account at a bank, from which money takes its time.
    pub fn bank(&self, floor: &Floor, iban: &str) -> String {
        let debit = json!({"type": "sepa_debit", "sepa_debit": {"iban": iban}, "billing_details": {"name": "Maria"}});
        self.post(floor, "payment_methods", &debit)["id"].as_str().expect("it has its token").to_string()
    }

    /// Asks it, past our product.
    pub fn get(&self, floor: &Floor, path: &str) -> Json {
        let asked = self.client.get(format!("{}/v1/{path}", self.api)).bearer_auth("sk_test_of_the_test").send();
        floor.runtime.block_on(async { asked.await.expect("an answer").json().await.expect("a document") })
    }

    /// Tells it, past our product.
    pub fn post(&self, floor: &Floor, path: &str, body: &Json) -> Json {
        let asked = self.client.post(format!("{}/v1/{path}", self.api)).bearer_auth("sk_test_of_the_test").json(body).send();
        floor.runtime.block_on(async { asked.await.expect("an answer").json().await.expect("a document") })
    }

    /// How many charges it was asked to make.
    pub fn intents(&self, floor: &Floor) -> usize {
        self.get(floor, "payment_intents?limit=100")["data"].as_array().expect("a list").len()
    }

    /// The message of a kind that it sent, once it came.
    pub fn letter(&self, kind: &str) -> Letter {
        let began = Instant::now();
        loop {
            let found = self.mailbox.lock().expect("nobody died").iter().find(|(_, body)| body_of(body)["type"] == kind).cloned();
            match found {
                Some(letter) => return letter,
                None => assert!(began.elapsed() < PATIENCE, "no {kind} came"),
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Cuts the line behind the next requests: they arrive, and their answers do not.
    pub fn lose_answers(&self, yes: bool) {
        self.line.loses.store(yes, Ordering::SeqCst);
    }

    /// Cuts the line before the next requests: they do not arrive.
    pub fn lose_requests(&self, yes: bool) {
        self.line.is_cut.store(yes, Ordering::SeqCst);
    }
}

pub fn body_of(body: &[u8]) -> Json {
    serde_json::from_slice(body).expect("a message is a document")
}

async fn take_letter(State(mailbox): State<Arc<Mutex<Vec<Letter>>>>, headers: HeaderMap, body: Bytes) {
    let signature = headers["stripe-signature"].to_str().expect("a signature is text").to_string();
    mailbox.lock().expect("nobody died").push((signature, body));
}

/// A line between the product and the server, one connection for each request.
struct Line {
    port: u16,
    loses: Arc<AtomicBool>,
    is_cut: Arc<AtomicBool>,
}

impl Line {
    fn to(server: u16) -> Line {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it has an address").port();
        let (loses, is_cut) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let line = Line { port, loses: loses.clone(), is_cut: is_cut.clone() };
        // Ends with the process; it holds nothing but its port.
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let (loses, is_cut) = (loses.clone(), is_cut.clone());
                std::thread::spawn(move || pass_on(near, server, &loses, &is_cut));
            }
        });
        line
    }
}

fn pass_on(mut near: TcpStream, server: u16, loses: &AtomicBool, is_cut: &AtomicBool) -> Option<()> {
    if is_cut.load(Ordering::SeqCst) {
        return near.shutdown(Shutdown::Both).ok();
    }
    let mut far = TcpStream::connect(("127.0.0.1", server)).ok()?;
    let (mut from_near, mut to_far) = (near.try_clone().ok()?, far.try_clone().ok()?);
    std::thread::spawn(move || std::io::copy(&mut from_near, &mut to_far));
    let mut piece = [0; 16 * 1024];
    loop {
        let read = far.read(&mut piece).ok().filter(|read| *read > 0);
        // The server has done it; whoever asked never hears.
        if read.is_none() || loses.load(Ordering::SeqCst) {
            far.shutdown(Shutdown::Both).ok();
            return near.shutdown(Shutdown::Both).ok();
        }
        near.write_all(&piece[..read?]).ok()?;
    }
}
