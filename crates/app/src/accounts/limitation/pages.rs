//! The tab "Limitation": entries, their withdrawal, and the question whether we may sue.

use super::EntryKind;
use super::actions::{Enter, enter, withdraw};
use crate::accounts::pages::{after, resolve};
use crate::accounts::workspace::{Unfinished, show};
use crate::app::{Failure, Problems};
use crate::compliance::acts;
use crate::parties::status::pages::document;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::compliance::acts::Act;
use duly_domain::decision::Answer;
use duly_domain::values::ids::LimitationEntryId;
use std::collections::HashMap;

/// `POST /accounts/{account}/limitation`
pub async fn post_entry(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let mut problems = Problems::default();
    let kind = EntryKind::parse(fields.text("kind"));
    if kind.is_none() {
        problems.0.push(("kind", "is not chosen".into()));
    }
    let mut day = |name: &'static str| fields.some(name).and_then(|_| fields.date(name, &mut problems));
    let (from, until) = (day("from"), day("until"));
    let document = document(&fields, &mut problems);
    let done = match kind.filter(|_| problems.is_empty()) {
        Some(kind) => {
            let value = match kind {
                EntryKind::Agreement => fields.text("agreement"),
                EntryKind::ContractLaw => fields.text("law"),
                EntryKind::Tolled => fields.text("tolled"),
                EntryKind::Accrued | EntryKind::Revived => "",
            };
            let ask = Enter { account: id, kind, value: value.into(), from, until, source: fields.text("evidence").into(), document };
            enter(&web.app, &visit.who, visit.at, &ask).await.map(drop)
        }
        None => Err(Failure::Wrong(problems)),
    };
    back(&web, &visit, &account, fields, done).await
}

/// `POST /accounts/{account}/limitation/{entry}/withdrawals`
pub async fn post_withdrawal(
    State(web): State<Web>,
    visit: Visit,
    Path((account, entry)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let entry: LimitationEntryId = entry.parse().map_err(|_| Failure::NotFound("such entry".into()))?;
    let done = withdraw(&web.app, &visit.who, visit.at, id, entry, fields.text("because")).await;
    back(&web, &visit, &account, fields, done).await
}

/// `POST /accounts/{account}/limitation/questions`: may we sue, or say that we will?
pub async fn post_question(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let suit = Act::Suit { venue: None, is_proof_of_claim: false, accrued_on: None, agreement: None };
    let asked = acts::ask(&web.app, &visit.who, visit.at, id, &suit).await?;
    let refused = Some(asked.decision).filter(|decision| decision.answer != Answer::Yes);
    match refused {
        None => Ok(Redirect::to(&format!("/accounts/{account}?do=limitation&said=may-sue")).into_response()),
        refused => {
            let left = Unfinished { form: "limitation", fields, problems: Problems::default(), refused };
            show(&web, &visit, &account, &HashMap::new(), left).await
        }
    }
}

async fn back(web: &Web, visit: &Visit, account: &str, fields: Fields, done: Result<(), Failure>) -> Result<Response, Failure> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/accounts/{account}?do=limitation&said=noted")).into_response()),
        failed => after(web, visit, account, "limitation", fields, failed, "noted").await,
    }
}
