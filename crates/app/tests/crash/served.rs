//! The product served by a process of its own, and officers who visit it.

use super::place::Place;
use crate::permissions::{client, sign_in};
use reqwest::{Client, Response};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// A server process; killed with the value.
pub struct Served {
    child: Child,
    pub base: String,
}

impl Served {
    /// Starts one at a free port, with its clock frozen or not.
    pub fn start(place: &Place, now: Option<&str>) -> Served {
        let frozen = now.map_or_else(Vec::new, |now| vec!["--now", now]);
        let args = [&["serve", "--listen", "127.0.0.1:0"][..], &frozen].concat();
        let mut child = place.duly(&args).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let base = line.trim().strip_prefix("Duly is at ").unwrap_or_else(|| panic!("{line:?}")).to_string();
        Served { child, base }
    }

    /// Kills it without a word.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, as the system does; how long it took.
    pub fn stops(&mut self) -> Duration {
        let began = Instant::now();
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
        self.child.wait().unwrap();
        began.elapsed()
    }

    /// Whether it still runs.
    pub fn lives(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have been killed before.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// An officer with a session, which outlives the server's process.
#[derive(Clone)]
pub struct Visitor {
    client: Client,
    csrf: String,
}

impl Visitor {
    /// Signs in.
    pub async fn signs_in(base: &str, name: &str) -> Visitor {
        let client = client();
        let csrf = sign_in(&client, base, &format!("{name}@example.org")).await;
        Visitor { client, csrf }
    }

    /// Opens a page.
    pub async fn opens(&self, base: &str, path: &str) -> Result<Response, reqwest::Error> {
        self.client.get(format!("{base}{path}")).send().await
    }

    /// Asks for a call and reserves it.
    pub async fn reserves(&self, base: &str, account: &str) -> Result<Response, reqwest::Error> {
        let form = [("csrf", self.csrf.as_str()), ("to", "call")];
        self.client.post(format!("{base}/accounts/{account}/contacts")).form(&form).send().await
    }

    /// Records what became of a contact.
    pub async fn records(&self, base: &str, account: &str, contact: Uuid, result: &str) -> Result<Response, reqwest::Error> {
        let form = [("csrf", self.csrf.as_str()), ("result", result)];
        let path = format!("/accounts/{account}/contacts/con_{}/results", contact.simple());
        self.client.post(format!("{base}{path}")).form(&form).send().await
    }

    /// The contact that waits for its result on an account's page.
    pub async fn finds_reserved(&self, base: &str, account: &str) -> Result<Option<Uuid>, reqwest::Error> {
        let page = self.opens(base, &format!("/accounts/{account}")).await?.text().await?;
        let id = page.split("/contacts/con_").nth(1).and_then(|rest| rest.get(..32));
        Ok(id.map(|id| Uuid::parse_str(id).unwrap()))
    }
}

/// Whether an answer leads back with a word: it was done.
pub fn said(answer: &Response, word: &str) -> bool {
    let location = answer.headers().get("location").map(|to| to.to_str().unwrap().to_string()).unwrap_or_default();
    answer.status().as_u16() == 303 && location.contains(&format!("said={word}"))
}
