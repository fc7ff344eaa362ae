//! Promises, on the workspace and in their own list.

use super::actions::{TakePromise, take_promise, withdraw_promise};
use super::store::{self, RecentPromise};
use crate::accounts::pages::{Unfinished, after, back, currency_of, resolve, show};
use crate::app::{Failure, Outcome, Problems};
use crate::ledger;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use duly_domain::plans::promise::PromiseState;
use duly_domain::values::ids::PromiseId;
use duly_domain::values::moment::written;
use duly_domain::values::money::Money;
use std::collections::HashMap;

#[derive(Template)]
#[template(path = "plans/promises.html")]
struct PromisesPage {
    frame: Frame,
    promises: Vec<(RecentPromise, Money, Money, String, String)>,
}

/// `GET /promises`: open ones first.
pub async fn get_promises(State(web): State<Web>, visit: Visit) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let mut promises = Vec::new();
    for promise in store::list_recent(&mut tx, 200).await? {
        let currency = ledger::store::currency(&promise.currency)?;
        let (amount, arrived) = (Money::of(promise.amount_minor, currency), Money::of(promise.arrived_minor, currency));
        let state = PromiseState::parse(&promise.state).map(|state| state.to_string()).unwrap_or_default();
        let due = written(promise.due_on);
        promises.push((promise, amount, arrived, due, state));
    }
    Ok(page(&PromisesPage { frame: Frame::of(&visit, "/promises", "Promises"), promises }))
}

/// `POST /accounts/{account}/promises`
pub async fn post_promise(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let currency = currency_of(&web, id).await?;
    let mut problems = Problems::default();
    let (amount, due) = (fields.amount("amount", currency, &mut problems), fields.date("due", &mut problems));
    let (Some(amount_minor), Some(due_on)) = (amount, due) else {
        return show(&web, &visit, &account, &HashMap::new(), Unfinished { form: "promise", fields, problems, refused: None }).await;
    };
    match take_promise(&web.app, &visit.who, visit.at, TakePromise { account: id, amount_minor, due_on }).await? {
        Outcome::Done(_) => Ok(back(&account, "promised")),
        Outcome::Refused(decision) => {
            let form = Unfinished { form: "promise", fields, problems, refused: Some(decision) };
            show(&web, &visit, &account, &HashMap::new(), form).await
        }
    }
}

/// `POST /accounts/{account}/promises/{promise}/withdrawals`
pub async fn post_withdrawal(
    State(web): State<Web>,
    visit: Visit,
    Path((account, promise)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let promise: PromiseId = promise.parse().map_err(|_| Failure::NotFound("such promise".into()))?;
    let done = withdraw_promise(&web.app, &visit.who, visit.at, promise).await;
    after(&web, &visit, &account, "promise", Fields::default(), done, "withdrawn").await
}
