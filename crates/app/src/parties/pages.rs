//! What people tell us about being reached, on the workspace and on the person's page.

use super::actions::{TellPreference, end_preference, tell_preference};
use super::masking::{AskToSee, reveal};
use super::store::PreferenceRow;
use crate::accounts::pages::{after, resolve};
use crate::accounts::workspace::{Unfinished, show_with};
use crate::app::Failure;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use duly_domain::parties::in_writing::{self, PREFERS};
use duly_domain::parties::role::role_in_words;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, PointId, PreferenceId};
use std::collections::HashMap;

/// A wish in words: `Not between 15:00 and 17:00, Mon to Fri`.
pub fn in_words(wish: &PreferenceRow) -> String {
    let clock = |minute: Option<i64>| minute.map(|minute| format!("{:02}:{:02}", minute / 60, minute % 60)).unwrap_or_default();
    let (from, to) = (clock(wish.from_minute), clock(wish.to_minute));
    let days = match wish.days {
        None | Some(0b111_1111) => String::new(),
        Some(0b1_1111) => ", Mon to Fri".into(),
        Some(days) => {
            let named = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].into_iter().enumerate();
            let named: Vec<&str> = named.filter(|(bit, _)| days & (1 << bit) != 0).map(|(_, day)| day).collect();
            format!(", {}", named.join(", "))
        }
    };
    let channel = match wish.channel.as_deref() {
        Some("electronic") => "anything electronic".to_string(),
        Some(code) => Channel::parse(code).map_or_else(|| code.to_string(), |channel| channel.to_string().to_lowercase()),
        None => "any channel".into(),
    };
    match wish.kind.as_str() {
        "inconvenient_time" => format!("Not between {from} and {to}{days}"),
        "convenient_only" => format!("Only between {from} and {to}{days}"),
        "time_consent" => format!("Also between {from} and {to}{days}"),
        "inconvenient_place" => format!("Not at {}", wish.place.as_deref().unwrap_or("that place")),
        "employer_prohibits" => "Employer forbids contact at work".into(),
        "no_channel" => format!("Not by {channel}"),
        PREFERS => {
            format!("In writing: prefers {}", wish.channel.as_deref().and_then(in_writing::parse).map_or("no way", in_writing::in_words))
        }
        _ => format!("Not at that number or address, by {channel}"),
    }
}

/// A role in words, small, for the middle of a sentence.
pub fn role(code: &str) -> String {
    role_in_words(code).to_lowercase()
}

/// Reads the form of a wish: whose it is, and what.
async fn read_wish(web: &Web, account: AccountId, fields: &Fields) -> Result<TellPreference, Failure> {
    let mut tx = web.app.db.read().await?;
    let person = match fields.some("person") {
        Some(person) => person.parse().map_err(|_| Failure::wrong("person", "is not on this account"))?,
        None => crate::accounts::store::load_account(&mut tx, account).await?.debtor,
    };
    let kind = fields.text("kind");
    // The form names the point, so that no masked value stands in the page.
    let address = match fields.text("address").parse::<PointId>() {
        Ok(point) if kind == "no_address" => {
            let known = super::store::list_points(&mut tx, person).await?.into_iter().find(|known| known.id == point);
            Some(known.ok_or_else(|| Failure::wrong("address", "is not one of theirs"))?.value)
        }
        _ => fields.some("address").filter(|_| kind == "no_address"),
    };
    Ok(TellPreference {
        person: Some(person),
        kind: kind.to_string(),
        from_minute: fields.minute("from"),
        to_minute: fields.minute("to"),
        days: match fields.text("days") {
            "weekdays" => Some(0b1_1111),
            "weekend" => Some(0b110_0000),
            _ => None,
        },
        place: fields.some("place").filter(|_| kind == "inconvenient_place"),
        channel: match kind {
            "no_channel" => fields.some("channel"),
            PREFERS => fields.some("by"),
            _ => None,
        },
        address,
        words: fields.some("words"),
    })
}

/// Notes the wish of a form.
pub async fn note_wish(web: &Web, visit: &Visit, account: AccountId, fields: &Fields) -> Result<PreferenceId, Failure> {
    let told = read_wish(web, account, fields).await?;
    tell_preference(&web.app, &visit.who, visit.at, account, &told).await
}

/// `POST /accounts/{account}/preferences`
pub async fn post_preference(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let done = note_wish(&web, &visit, id, &fields).await;
    let says = if fields.text("kind") == PREFERS { "noted" } else { "told" };
    after(&web, &visit, &account, "wish", fields, done, says).await
}

/// `POST /accounts/{account}/preferences/{preference}/ends`
pub async fn post_preference_end(
    State(web): State<Web>,
    visit: Visit,
    Path((account, preference)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let id = resolve(&web, &account).await?;
    let preference: PreferenceId = preference.parse().map_err(|_| Failure::NotFound("such wish".into()))?;
    let done = end_preference(&web.app, &visit.who, visit.at, id, preference).await;
    after(&web, &visit, &account, "wish", Fields::default(), done, "ended").await
}

/// `POST /accounts/{account}/unmaskings`: the workspace with one value in full, this once.
pub async fn post_unmasking(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let ask = AskToSee { what: fields.text("what").into(), reason: fields.text("why").into(), words: fields.some("words") };
    match reveal(&web.app, &visit.who, visit.at, id, &ask).await {
        Ok(revealed) => show_with(&web, &visit, &account, &HashMap::new(), Unfinished::default(), Some(revealed)).await,
        refused => after(&web, &visit, &account, "unmask", fields, refused, "").await,
    }
}
