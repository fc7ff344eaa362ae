//! What the index tells of calls led at the desk, what was written for them, and what officers asked to grant: from the pack's rows.

use super::index::{document_of, instant, result_of, text};
use super::paper::Paper;
use crate::app::Failure;
use crate::coaching::reviews::steps::in_words;
use crate::identity::names::Names;
use crate::outreach::calls::store::read_step;
use crate::store::Tx;
use duly_domain::plans::approval::{ApprovalState, Terms};
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::UserId;
use jiff::tz::TimeZone;
use serde_json::Value as Json;
use std::collections::HashMap;
use uuid::Uuid;

/// The rows of a pack, by file.
type Rows = HashMap<&'static str, Vec<Json>>;

/// Who led calls, who asked and who answered, by name.
pub async fn actors(tx: &mut Tx, names: &mut Names, rows: &Rows) -> Result<HashMap<String, String>, Failure> {
    let mut known = HashMap::new();
    for row in rows["approvals"].iter().chain(&rows["contacts"]) {
        for user in ["asked_by_id", "answered_by_id", "officer_id"].map(|name| text(row, name)) {
            if let Ok(id) = Uuid::try_parse(user) {
                known.insert(user.to_string(), names.of(tx, &UserId(id).to_string()).await?);
            }
        }
    }
    Ok(known)
}

/// Each call with its steps in order, then what was agreed in it as it was written for them.
pub fn calls(paper: &mut Paper, rows: &Rows, actors: &HashMap<String, String>, zone: &TimeZone) -> Result<(), Failure> {
    paper.heading(2, "Calls led at the desk, step by step");
    let mut items = Vec::new();
    for call in &rows["calls"] {
        let contact = rows["contacts"].iter().find(|contact| contact["id"] == call["contact_id"]);
        let way = if contact.is_some_and(|contact| text(contact, "direction") == "in") { "They called us" } else { "We called" };
        let result = contact.map(|contact| format!(" {}.", result_of(contact))).unwrap_or_default();
        let end = match (instant(call, "ended_at", zone), instant(call, "wrapped_at", zone)) {
            (ended, wrapped) if wrapped.is_empty() => {
                format!("Not wrapped up{}", if ended.is_empty() { "" } else { ", though it is over" })
            }
            (ended, wrapped) => format!("Ended {}, wrapped up {wrapped}", if ended.is_empty() { &wrapped } else { &ended }),
        };
        let by = contact.and_then(|contact| actors.get(text(contact, "officer_id"))).map(|name| format!(" by {name}")).unwrap_or_default();
        let told = format!("{way}, led{by} in {}, guide {}. {end}.{result}", text(call, "language"), text(call, "guide"));
        items.push((instant(call, "began_at", zone), told));
        let mut steps: Vec<&Json> = rows["call-steps"].iter().filter(|step| step["call_id"] == call["id"]).collect();
        steps.sort_by_key(|step| step["seq"].as_i64());
        for step in steps {
            let done = read_step(text(step, "done"))?;
            items.push((instant(step, "done_at", zone), format!("{}. {}", step["seq"], in_words(&done))));
        }
    }
    paper.list(items);
    paper.heading(3, "What was agreed in them, as it was written");
    paper.list(rows["recaps"].iter().map(|recap| {
        let channel = Channel::parse(text(recap, "channel")).unwrap_or(Channel::Letter);
        let sent = instant(recap, "sent_at", zone);
        let sent = if sent.is_empty() { "not sent".to_string() } else { format!("sent or mailed {sent}") };
        let letter = rows["letters"].iter().find(|letter| !recap["letter_id"].is_null() && letter["id"] == recap["letter_id"]);
        let words = match letter {
            Some(letter) => format!("its words are in document {}", document_of(letter)),
            None => format!("“{}”", text(recap, "content")),
        };
        (instant(recap, "made_at", zone), format!("{channel} in {}, {sent}: {words}", text(recap, "language")))
    }));
    Ok(())
}

/// Each request with what it passes, and what was answered.
pub fn approvals(paper: &mut Paper, rows: &Rows, actors: &HashMap<String, String>, zone: &TimeZone) {
    paper.heading(2, "What officers asked to grant beyond their limits");
    let terms = |row: &Json, name: &str| serde_json::from_str::<Terms>(text(row, name)).map(|terms| terms.to_string()).unwrap_or_default();
    let said = |words: &str| if words.is_empty() { String::new() } else { format!(" “{words}”") };
    let mut items = Vec::new();
    for row in &rows["approvals"] {
        let who = |name: &str| actors.get(text(row, name)).map_or("Somebody", String::as_str);
        let limits = text(row, "limits");
        let passes = if limits.is_empty() { String::new() } else { format!(", beyond {limits}") };
        let asked = format!("{} asked for {}{passes}.{}", who("asked_by_id"), terms(row, "terms"), said(text(row, "words")));
        items.push((instant(row, "asked_at", zone), asked));
        let state = ApprovalState::parse(text(row, "state")).map_or_else(|| text(row, "state").to_string(), |state| state.to_string());
        let answered = instant(row, "answered_at", zone);
        if answered.is_empty() {
            items.push(("Since then".into(), state));
            continue;
        }
        let granted = terms(row, "answer_terms");
        let granted = if granted.is_empty() { String::new() } else { format!(", granted {granted}") };
        items.push((answered, format!("{}: {state}{granted}.{}", who("answered_by_id"), said(text(row, "answer_words")))));
    }
    paper.list(items);
}
