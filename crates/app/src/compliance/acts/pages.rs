//! *May we …?*: an act is asked on an account, and what was answered is listed.

use super::form::{self, Ask};
use crate::accounts;
use crate::app::{Failure, Problems};
use crate::audit::views;
use crate::compliance::store::{self, Refusal, RefusalOfAccount};
use crate::identity::names::Names;
use crate::ledger;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page, when};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::compliance::acts::{KINDS, word};
use duly_domain::identity::{Permission, may};
use duly_domain::values::ids::AccountId;
use serde_json::Value as Json;
use std::collections::HashMap;

/// How many answers a page of the list holds.
const PAGE: i64 = 100;

/// The word and the tone of an answer.
pub fn said(answer: &str) -> (&'static str, &'static str) {
    match answer {
        "allowed" => ("ok", "allowed"),
        "needs_supervisor" => ("wait", "asks a supervisor"),
        _ => ("no", "refused"),
    }
}

/// One answer in a list.
struct ShownAnswer<R> {
    row: R,
    word: String,
    tone: &'static str,
    said: &'static str,
    when: String,
    who: String,
    because: Vec<String>,
}

fn because(kept: &str) -> Vec<String> {
    let kept: Vec<Json> = serde_json::from_str(kept).unwrap_or_default();
    let text = |reason: &Json, name: &str| reason[name].as_str().unwrap_or_default().to_string();
    kept.iter().map(|reason| format!("{} {}", text(reason, "plain"), text(reason, "citation"))).collect()
}

#[derive(Template)]
#[template(path = "compliance/acts/asking.html")]
struct AskingPage {
    frame: Frame,
    account: AccountId,
    reference: String,
    kind: &'static str,
    question: &'static str,
    asks: &'static [Ask],
    fields: Fields,
    problems: Problems,
    may_ask: bool,
    before: Vec<ShownAnswer<RefusalOfAccount>>,
}

/// `GET /accounts/{account}/acts?act=`
pub async fn get_acts(
    State(web): State<Web>,
    visit: Visit,
    Path(account): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let kind = query.get("act").map_or("furnish", String::as_str).to_string();
    show(&web, &visit, &account, &kind, Fields::default(), Problems::default()).await
}

async fn show(web: &Web, visit: &Visit, account: &str, kind: &str, fields: Fields, problems: Problems) -> Result<Response, Failure> {
    let Some((kind, _, question)) = KINDS.into_iter().find(|(code, ..)| *code == kind) else {
        return Err(Failure::NotFound("such act".into()));
    };
    let mut tx = web.app.db.read().await?;
    let id = accounts::store::resolve(&mut tx, account).await?;
    let row = accounts::store::load_account(&mut tx, id).await?;
    let before = store::list_acts_of_account(&mut tx, id, 20).await?.into_iter().map(|row| {
        let (tone, said) = said(&row.answer);
        let (word, when) = (word(&row.channel).to_string(), when(row.decided_at, visit.at.at, &visit.zone));
        ShownAnswer { word, tone, said, when, who: String::new(), because: because(&row.because), row }
    });
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = AskingPage {
        frame: Frame::of(visit, "/accounts", "May we …?"),
        account: id,
        reference: row.reference,
        kind,
        question,
        asks: form::fields_of(kind).unwrap_or_default(),
        fields,
        problems,
        may_ask: may(visit.who.role, Permission::AskActs),
        before: before.collect(),
    };
    tx.rollback().await;
    views::record(&web.app, &visit.who, visit.at.at, id, views::DECISION).await?;
    Ok((status, page(&shown)).into_response())
}

/// `POST /accounts/{account}/acts`: asks, keeps the answer and shows it.
pub async fn post_act(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let mut tx = web.app.db.read().await?;
    let id = accounts::store::resolve(&mut tx, &account).await?;
    let currency = ledger::store::currency(&accounts::store::load_account(&mut tx, id).await?.currency)?;
    tx.rollback().await;
    match form::read(fields.text("act"), &fields, currency, visit.at.business_day) {
        Ok(act) => {
            let asked = super::ask(&web.app, &visit.who, visit.at, id, &act).await?;
            Ok(Redirect::to(&format!("/accounts/{id}/decisions/{}", asked.id)).into_response())
        }
        Err(problems) if problems.of("act").is_some() => Err(Failure::Wrong(problems)),
        Err(problems) => {
            let kind = fields.text("act").to_string();
            show(&web, &visit, &account, &kind, fields, problems).await
        }
    }
}

#[derive(Template)]
#[template(path = "compliance/acts/answers.html")]
struct AnswersPage {
    frame: Frame,
    answers: Vec<ShownAnswer<Refusal>>,
    from: i64,
    to: i64,
    all: i64,
    newer: Option<i64>,
    older: Option<i64>,
}

/// `GET /compliance/acts?page=`: every kept answer about an act.
pub async fn get_answers(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let all = store::count_acts(&mut tx).await?;
    let last = ((all - 1) / PAGE + 1).max(1);
    let here = query.get("page").and_then(|text| text.parse().ok()).unwrap_or(1).clamp(1, last);
    let behind = (here - 1) * PAGE;
    let (mut answers, mut names) = (Vec::new(), Names::default());
    for row in store::list_acts(&mut tx, PAGE, behind).await? {
        let (tone, said) = said(&row.answer);
        answers.push(ShownAnswer {
            word: word(&row.channel).to_string(),
            tone,
            said,
            when: when(row.decided_at, visit.at.at, &visit.zone),
            who: names.of(&mut tx, &row.asked_by).await?,
            because: because(&row.because),
            row,
        });
    }
    tx.rollback().await;
    Ok(page(&AnswersPage {
        frame: Frame::of(&visit, "/compliance", "Acts asked about"),
        from: behind + 1,
        to: behind + i64::try_from(answers.len()).unwrap_or(0),
        all,
        answers,
        newer: Some(here - 1).filter(|page| *page >= 1),
        older: Some(here + 1).filter(|page| *page <= last),
    }))
}
