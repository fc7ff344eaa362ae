//! Somebody reached us: recorded as it was, counted as the rules count it.

use super::store::{self, PastContact};
use crate::app::{Actor, App, Failure, WORDS_MAX, check_length, new_uuid};
use crate::audit::kept;
use crate::{accounts, parties, strategy, transaction};
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, ContactId, DebtorId};
use duly_domain::values::moment::Moment;
use serde_json::json;

/// One contact that came in.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// About which account.
    pub account: AccountId,
    /// Who it was; the debtor unless named.
    pub person: Option<DebtorId>,
    /// By which medium.
    pub channel: String,
    /// `talked`, `not_discussed`, `message`.
    pub result: String,
    /// What is new.
    pub note: Option<String>,
}

/// What can become of one: code, outcome in law, label.
const RESULTS: [(&str, &str); 3] = [("talked", "conversation"), ("not_discussed", "answered_busy"), ("message", "left_message")];

/// Records it. A talk about the debt is a conversation in the sense of 12 CFR 1006.14(b)(2)(i)(B), whoever began it.
pub async fn record_incoming(app: &App, who: &Actor, at: Moment, ask: &Incoming) -> Result<ContactId, Failure> {
    let Some(channel) = Channel::parse(&ask.channel) else { return Err(Failure::wrong("channel", "is not one by which they reach us")) };
    let Some((code, outcome)) = RESULTS.iter().find(|(code, _)| *code == ask.result) else {
        return Err(Failure::wrong("result", "is not said: choose what became of it"));
    };
    check_length("note", ask.note.as_deref().unwrap_or_default(), WORDS_MAX)?;
    transaction!(app.db, tx, {
        let account = accounts::store::load_account(tx, ask.account).await?;
        let person = ask.person.unwrap_or(account.debtor);
        if !parties::store::list_people(tx, account.id).await?.iter().any(|known| known.debtor == person) {
            return Err(Failure::wrong("person", "is not on this account"));
        }
        let id = ContactId(new_uuid());
        let contact = PastContact {
            id,
            account: account.id,
            debtor: person,
            channel: channel.code(),
            direction: "in",
            purpose: "collection",
            result: Some(code),
            outcome,
            note: ask.note.as_deref(),
            officer: who.id,
            at: at.at,
            recorded_at: at.at,
        };
        store::insert_past(tx, contact).await?;
        if *outcome == "conversation" && person == account.debtor {
            accounts::store::update_reached(tx, account.id).await?;
        }
        let detail = json!({"contact": id.to_string(), "channel": channel.code(), "result": code, "person": person.to_string()});
        kept::record(tx, who, at.at, account.id, "contact.incoming", detail, &[id.into()]).await?;
        if account.state == "open" && *outcome == "left_message" {
            // Whoever asks for an answer comes first.
            accounts::actions::set_next(tx, account.id, "Answer them", at.business_day, Some(at.at)).await?;
        }
        strategy::actions::place_on_worklist(tx, account.id, at).await?;
        Ok(id)
    })
}
