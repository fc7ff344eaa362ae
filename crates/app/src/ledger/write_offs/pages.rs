//! The form *Close*, where what is left is written off: done, or asked of a supervisor.

use super::actions::{WriteOff, write_off};
use crate::accounts::pages::{Unfinished, resolve, show};
use crate::accounts::store::load_account;
use crate::app::{Failure, Outcome, Problems};
use crate::ledger::charges::payoff;
use crate::plans::approvals::actions::{AskApproval, ask};
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::ledger::write_off::WriteOffReason;
use duly_domain::plans::approval::Terms;
use duly_domain::values::ids::AccountId;
use std::collections::HashMap;

/// `POST /accounts/{account}/write_offs`: writes off what is left, or asks a supervisor to.
pub async fn post_write_off(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let asks = fields.text("do") == "ask";
    let done = match WriteOffReason::parse(fields.text("write-because")) {
        None => Err(Failure::wrong("write-because", "is not chosen")),
        Some(because) if asks => ask_for(&web, &visit, id, because, fields.text("write-note")).await,
        Some(because) => {
            let ask = WriteOff { account: id, because, note: fields.text("write-note").to_string() };
            write_off(&web.app, &visit.who, visit.at, &ask).await.map(to_nothing)
        }
    };
    let said = if asks { "asked" } else { "written-off" };
    let again = match done {
        Ok(Outcome::Done(())) => return Ok(Redirect::to(&format!("/accounts/{account}?do=close&said={said}")).into_response()),
        Ok(Outcome::Refused(decision)) => Unfinished { form: "close", fields, problems: Problems::default(), refused: Some(decision) },
        Err(Failure::Wrong(problems)) => Unfinished { form: "close", fields, problems, refused: None },
        Err(Failure::Stale(says)) => Unfinished { form: "close", fields, problems: Problems::one("form", says), refused: None },
        Err(failure) => return Err(failure),
    };
    show(&web, &visit, &account, &HashMap::new(), again).await
}

/// Asks for what is left today, with the interest to today.
async fn ask_for(web: &Web, visit: &Visit, id: AccountId, because: WriteOffReason, words: &str) -> Result<Outcome<()>, Failure> {
    let mut tx = web.app.db.read().await?;
    let account = load_account(&mut tx, id).await?;
    let on = account.interest_to_on.map_or(visit.at.business_day, |to| to.max(visit.at.business_day));
    let left = payoff::of(&mut tx, &account, on).await?.total;
    tx.rollback().await;
    let asked = AskApproval { account: id, call: None, terms: Terms::write_off(left, because), words: words.to_string() };
    ask(&web.app, &visit.who, visit.at, &asked).await.map(to_nothing)
}

fn to_nothing<T>(outcome: Outcome<T>) -> Outcome<()> {
    match outcome {
        Outcome::Done(_) => Outcome::Done(()),
        Outcome::Refused(decision) => Outcome::Refused(decision),
    }
}
