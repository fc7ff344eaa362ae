//! Handlers of the workspace, the search, holds and notices.

use super::actions::{end_hold, hold_person, place_hold};
use super::notice::{Choice, RecordNotice, record_notice};
use super::search::{self, Found};
use super::store;
use crate::app::{Failure, Problems, WORDS_MAX, check_length};
use crate::ledger;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::values::ids::{AccountId, HoldId};
use duly_domain::values::money::{Currency, Money};
use std::collections::HashMap;

pub use super::workspace::{Unfinished, show};
#[derive(Template)]
#[template(path = "accounts/search.html")]
struct SearchPage {
    frame: Frame,
    query: String,
    found: Vec<(Found, Money)>,
}

/// `GET /accounts?q=`: by name, number, reference, or the last four of either.
pub async fn get_accounts(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    let text = query.get("q").map(|text| text.trim().to_string()).unwrap_or_default();
    let mut tx = web.app.db.read().await?;
    let found = if text.is_empty() { Vec::new() } else { search::find(&mut tx, &text).await? };
    if let [only] = found.as_slice() {
        return Ok(Redirect::to(&format!("/accounts/{}", only.row.id)).into_response());
    }
    let found = found
        .into_iter()
        .map(|found| Ok((Money::of(found.row.balance_minor, ledger::store::currency(&found.row.currency)?), found)))
        .map(|pair: Result<_, Failure>| pair.map(|(money, found)| (found, money)))
        .collect::<Result<Vec<_>, _>>()?;
    let mut frame = Frame::of(&visit, "/accounts", "Accounts");
    frame.query.clone_from(&text);
    Ok(page(&SearchPage { frame, query: text, found }))
}

/// `GET /accounts/{account}?do=&why=&said=`
pub async fn get_account(
    State(web): State<Web>,
    visit: Visit,
    Path(account): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    show(&web, &visit, &account, &query, Unfinished::default()).await
}

/// Back to the workspace, saying what was done.
pub fn back(account: &str, said: &str) -> Response {
    Redirect::to(&format!("/accounts/{account}?said={said}")).into_response()
}

/// Runs an action of a form on an account: back to the workspace when done, the form again with what is wrong.
pub async fn after<T>(
    web: &Web,
    visit: &Visit,
    account: &str,
    form: &'static str,
    fields: Fields,
    done: Result<T, Failure>,
    said: &str,
) -> Result<Response, Failure> {
    match done {
        Ok(_) => Ok(back(account, said)),
        Err(Failure::Wrong(problems)) => {
            show(web, visit, account, &HashMap::new(), Unfinished { form, fields, problems, refused: None }).await
        }
        Err(Failure::Stale(says)) => {
            let problems = Problems::one("form", says);
            show(web, visit, account, &HashMap::new(), Unfinished { form, fields, problems, refused: None }).await
        }
        Err(failure) => Err(failure),
    }
}

/// The currency in which an account's forms are read.
pub async fn currency_of(web: &Web, account: AccountId) -> Result<Currency, Failure> {
    let mut tx = web.app.db.read().await?;
    Ok(ledger::store::currency(&store::load_account(&mut tx, account).await?.currency)?)
}

/// Reads an account's id from an address.
pub async fn resolve(web: &Web, account: &str) -> Result<AccountId, Failure> {
    store::resolve(&mut web.app.db.read().await?, account).await
}

/// `POST /accounts/{account}/holds`
pub async fn post_hold(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let mut problems = Problems::default();
    let done = match fields.date("until", &mut problems) {
        Some(until) if fields.text("scope") == "person" => {
            hold_person(&web.app, &visit.who, visit.at, id, fields.text("reason"), until).await.map(drop)
        }
        Some(until) => place_hold(&web.app, &visit.who, visit.at, id, fields.text("reason"), until).await.map(drop),
        None => Err(Failure::Wrong(problems)),
    };
    after(&web, &visit, &account, "hold", fields, done, "held").await
}

/// `POST /accounts/{account}/holds/{hold}/ends`
pub async fn post_hold_end(
    State(web): State<Web>,
    visit: Visit,
    Path((account, hold)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let id = resolve(&web, &account).await?;
    let hold: HoldId = hold.parse().map_err(|_| Failure::NotFound("such hold".into()))?;
    let done = end_hold(&web.app, &visit.who, visit.at, id, hold).await;
    after(&web, &visit, &account, "hold", Fields::default(), done, "ended").await
}

/// `POST /accounts/{account}/stops`
pub async fn post_stop(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let mut problems = Problems::default();
    let on = fields.some("on").and_then(|_| fields.past_date("on", visit.at.business_day, &mut problems));
    let choice = Choice::parse(fields.text("kind"));
    if choice.is_none() {
        problems.0.push(("kind", "is not chosen".into()));
    }
    if let Err(Failure::Wrong(wrong)) = check_length("words", fields.text("words"), WORDS_MAX) {
        problems.0.extend(wrong.0);
    }
    let done = match choice.filter(|_| problems.is_empty()) {
        Some(choice) => {
            let ask = RecordNotice { words: fields.some("words"), ..choice.ask(id, visit.at.at, on) };
            record_notice(&web.app, &visit.who, visit.at, ask).await
        }
        None => Err(Failure::Wrong(problems)),
    };
    after(&web, &visit, &account, "stop", fields, done, "stopped").await
}
