//! They called us: who is it? Found by the number that the telephone shows, a name or a reference; then the desk opens.
//!
//! Nothing of a debt is in this page: not the creditor, not the amount, not the number under which the creditor knows an account. An
//! account is told apart by our own reference, which stands on our letters, and by when we were last in touch.

use super::answering::{AnswerCall, answer_call, talk_about};
use crate::accounts::search::{self, Found};
use crate::app::{Failure, Problems};
use crate::outreach;
use crate::outreach::letters::facts::reference_of;
use crate::parties::{masking, name_of};
use crate::store::Tx;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page, when};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::values::ids::{AccountId, CallId, DebtorId};
use std::collections::HashMap;

/// How many are offered: more is no choice while somebody waits on the line.
const OFFERED: usize = 20;

/// An account that they may call about.
struct Offered {
    account: AccountId,
    person: DebtorId,
    name: String,
    role: String,
    by: &'static str,
    masked: String,
    reference: String,
    last: String,
    is_open: bool,
}

#[derive(Template)]
#[template(path = "outreach/calls/coming_in.html")]
struct ComingInPage {
    frame: Frame,
    query: String,
    offered: Vec<Offered>,
    is_more: bool,
    problems: Problems,
}

/// `GET /calls/in?q=`: who is calling?
pub async fn get_coming_in(
    State(web): State<Web>,
    visit: Visit,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    show(&web, &visit, query.get("q").map_or("", |text| text.trim()), Problems::default()).await
}

/// `POST /calls/in`: the desk opens for an account.
pub async fn post_coming_in(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let query = fields.text("q").to_string();
    let Ok(account) = fields.text("account").parse::<AccountId>() else {
        return show(&web, &visit, &query, Problems::one("q", "says nothing yet: type a number, a name or a reference")).await;
    };
    let ask = AnswerCall { account, person: fields.text("person").parse().ok(), number: query.clone() };
    match answer_call(&web.app, &visit.who, visit.at, &ask).await {
        Ok(call) => Ok(Redirect::to(&format!("/calls/{call}")).into_response()),
        Err(Failure::Wrong(problems)) => show(&web, &visit, &query, problems).await,
        Err(Failure::Stale(says)) => show(&web, &visit, &query, Problems::one("form", says)).await,
        Err(failure) => Err(failure),
    }
}

/// `POST /calls/{call}/debts`: they speak of another of their debts too.
pub async fn post_debt(State(web): State<Web>, visit: Visit, Path(call): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let call: CallId = call.parse().map_err(|_| Failure::NotFound("such call".into()))?;
    let fields = Fields::of(&body);
    let also = fields.text("account").parse().map_err(|_| Failure::NotFound("such account".into()))?;
    talk_about(&web.app, &visit.who, visit.at, call, also).await?;
    let stage = duly_domain::outreach::conversation::Stage::parse(fields.text("at")).map(|at| format!("?stage={}", at.code()));
    Ok(Redirect::to(&format!("/calls/{call}{}", stage.unwrap_or_default())).into_response())
}

async fn show(web: &Web, visit: &Visit, query: &str, problems: Problems) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let mut found = if query.is_empty() { Vec::new() } else { search::find(&mut tx, query).await? };
    // An account that is closed is called about too, behind those that are open.
    found.sort_by_key(|found| found.row.state != "open");
    let is_more = found.len() > OFFERED;
    let mut offered = Vec::with_capacity(found.len().min(OFFERED));
    for found in found.into_iter().take(OFFERED) {
        offered.push(offer(&mut tx, visit, query, found).await?);
    }
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let frame = Frame::of(visit, "/calls", "They called us");
    Ok((status, page(&ComingInPage { frame, query: query.to_string(), offered, is_more, problems })).into_response())
}

async fn offer(tx: &mut Tx, visit: &Visit, query: &str, Found { row, by }: Found) -> Result<Offered, Failure> {
    let last = outreach::store::list_of_account(tx, row.id, 1).await?.into_iter().next();
    Ok(Offered {
        account: row.id,
        person: row.person,
        name: name_of(row.name.as_deref()).to_string(),
        role: if row.role == "debtor" { String::new() } else { crate::parties::pages::role(&row.role) },
        by,
        masked: if by == "number" { masking::masked(query) } else { String::new() },
        reference: reference_of(row.id),
        last: last.map(|contact| when(contact.contacted_at, visit.at.at, &visit.zone)).unwrap_or_default(),
        is_open: row.state == "open",
    })
}
