//! Remittances on screen: what comes next, the preview with every payment and why, approval by somebody else, the files.

use super::gathering::{Ask, Gathered, Held, gather};
use super::statement::{Statement, summary};
use super::store::{self, LineRow, RemittanceRow};
use super::{approve, ask_of, figures_of, mode_of, next_period, prepare, preview, withdraw};
use crate::accounts;
use crate::app::{Failure, Problems};
use crate::identity::names::Names;
use crate::ledger::rates;
use crate::ledger::store::currency;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, TRUST, page, when};
use crate::web::upload::hand_out;
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::identity::{Permission, may};
use duly_domain::ledger::remittance::LineKind;
use duly_domain::values::ids::{AccountId, CreditorId, RemittanceId};
use duly_domain::values::moment::{Moment, written};
use duly_domain::values::money::{Currency, Money};
use jiff::civil::Date;
use std::collections::HashMap;

/// Lines on a page; the workbook has all of them.
const LINES: usize = 300;

/// A creditor with the period that comes next.
struct Next {
    creditor: CreditorId,
    name: String,
    period: String,
    from: Date,
    to: Date,
    /// The remittance that waits for approval; empty where none does.
    waiting: String,
}

/// A remittance in the list.
struct ShownRow {
    id: RemittanceId,
    name: String,
    number: i64,
    period: String,
    collected: Money,
    fees: Money,
    paid: Money,
    state: String,
}

/// A line, as it is shown.
struct ShownLine {
    account: AccountId,
    reference: String,
    day: String,
    what: String,
    is_back: bool,
    amount: String,
    costs: String,
    fee: String,
    why: String,
}

/// A payment that is held, as it is shown.
struct ShownHeld {
    account: AccountId,
    reference: String,
    day: String,
    free: String,
    amount: Money,
}

/// What a remittance holds, as it is shown.
struct Shown {
    mode: String,
    summary: Vec<(String, Money, bool)>,
    count: usize,
    lines: Vec<ShownLine>,
    held: Vec<ShownHeld>,
    problems: Vec<String>,
}

#[derive(Template)]
#[template(path = "ledger/remittances/remittances.html")]
struct ListPage {
    frame: Frame,
    today: String,
    next: Vec<Next>,
    rows: Vec<ShownRow>,
    problems: Problems,
}

#[derive(Template)]
#[template(path = "ledger/remittances/preview.html")]
struct PreviewPage {
    frame: Frame,
    creditor: CreditorId,
    name: String,
    period: String,
    from: Date,
    to: Date,
    currency: String,
    may_keep: bool,
    shown: Shown,
    problems: Problems,
}

#[derive(Template)]
#[template(path = "ledger/remittances/remittance.html")]
struct RemittancePage {
    frame: Frame,
    row: RemittanceRow,
    period: String,
    prepared: String,
    decided: String,
    is_mine: bool,
    has_changed: bool,
    may_keep: bool,
    may_approve: bool,
    shown: Shown,
    problems: Problems,
}

/// `GET /remittances`
pub async fn get_remittances(
    State(web): State<Web>,
    visit: Visit,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    list_page(&web, &visit, query.get("said").map(String::as_str), Problems::default()).await
}

async fn list_page(web: &Web, visit: &Visit, said: Option<&str>, problems: Problems) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let kept = store::list_remittances(&mut tx, 100).await?;
    let plans = rates::store::list_plans(&mut tx).await?;
    let mut next: Vec<Next> = Vec::new();
    for plan in plans.iter().filter(|plan| plan.state == "approved") {
        if next.iter().any(|one| one.creditor == plan.creditor) {
            continue;
        }
        let (from, to) = next_period(&mut tx, visit.at, plan.creditor).await?;
        let waiting = kept.iter().find(|row| row.creditor == plan.creditor && row.state == "prepared");
        next.push(Next {
            creditor: plan.creditor,
            name: plan.creditor_name.clone(),
            period: period(from, to),
            from,
            to,
            waiting: waiting.map(|row| row.id.to_string()).unwrap_or_default(),
        });
    }
    tx.rollback().await;
    let mut rows = Vec::with_capacity(kept.len());
    for row in kept {
        let of = currency(&row.currency)?;
        rows.push(ShownRow {
            id: row.id,
            number: row.number,
            period: if row.corrects.is_some() {
                format!("{}, put right", period(row.from_on, row.to_on))
            } else {
                period(row.from_on, row.to_on)
            },
            collected: Money::of(row.collected_minor, of),
            fees: Money::of(row.fees_minor, of),
            paid: Money::of(row.paid_minor, of),
            state: row.state,
            name: row.creditor_name,
        });
    }
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let frame = Frame::of(visit, TRUST, "Remittances").saying(said);
    let shown = ListPage { frame, today: visit.at.business_day.to_string(), next, rows, problems };
    Ok((status, page(&shown)).into_response())
}

fn period(from: Date, to: Date) -> String {
    format!("{} to {}", written(from), written(to))
}

/// What is asked for by the fields of a form or an address.
async fn asked(web: &Web, fields: &Fields) -> Result<Ask, Failure> {
    let mut problems = Problems::default();
    let creditor = fields.text("creditor").parse::<CreditorId>();
    if creditor.is_err() {
        problems.0.push(("creditor", "is missing".into()));
    }
    let (from, to) = (fields.date("from", &mut problems), fields.date("to", &mut problems));
    let (Ok(creditor), Some(from_on), Some(to_on)) = (creditor, from, to) else { return Err(Failure::Wrong(problems)) };
    let currency = match fields.some("currency") {
        Some(currency) => currency,
        None => {
            let mut tx = web.app.db.read().await?;
            store::list_currencies(&mut tx, creditor).await?.into_iter().next().unwrap_or_else(|| Currency::Usd.code().into())
        }
    };
    Ok(Ask { creditor, currency, from_on, to_on, corrects: None })
}

/// `GET /remittances/preview`: nothing is kept.
pub async fn get_preview(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    let mut fields = Fields::default();
    for (name, text) in &query {
        fields = fields.with(name, text);
    }
    preview_page(&web, &visit, &fields, Problems::default()).await
}

async fn preview_page(web: &Web, visit: &Visit, fields: &Fields, problems: Problems) -> Result<Response, Failure> {
    let found = match asked(web, fields).await {
        Ok(ask) => preview(&web.app, visit.at, &ask).await.map(|gathered| (ask, gathered)),
        Err(failure) => Err(failure),
    };
    let (ask, gathered) = match found {
        Ok(found) => found,
        Err(Failure::Wrong(problems)) => return list_page(web, visit, None, named(problems)).await,
        Err(failure) => return Err(failure),
    };
    let mut tx = web.app.db.read().await?;
    let name = accounts::store::load_creditor(&mut tx, ask.creditor).await?.name;
    tx.rollback().await;
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = PreviewPage {
        frame: Frame::of(visit, TRUST, "Remittance, preview"),
        creditor: ask.creditor,
        name,
        period: period(ask.from_on, ask.to_on),
        from: ask.from_on,
        to: ask.to_on,
        may_keep: may(visit.who.role, Permission::KeepTrust),
        shown: show_gathered(&ask, gathered)?,
        currency: ask.currency,
        problems,
    };
    Ok((status, page(&shown)).into_response())
}

/// `POST /remittances`: prepares one.
pub async fn post_remittance(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let done = match asked(&web, &fields).await {
        Ok(ask) => prepare(&web.app, &visit.who, visit.at, &ask).await,
        Err(Failure::Wrong(problems)) => return list_page(&web, &visit, None, named(problems)).await,
        Err(failure) => Err(failure),
    };
    match done {
        Ok(row) => Ok(Redirect::to(&format!("/remittances/{}?said=prepared", row.id)).into_response()),
        Err(Failure::Wrong(problems)) => preview_page(&web, &visit, &fields, named(problems)).await,
        Err(failure @ Failure::Stale(_)) => preview_page(&web, &visit, &fields, Problems::one("form", failure.to_string())).await,
        Err(failure) => Err(failure),
    }
}

/// Problems with their fields in the words.
fn named(problems: Problems) -> Problems {
    Problems(problems.0.into_iter().map(|(field, says)| (field, format!("{field} {says}"))).collect())
}

fn parse(remittance: &str) -> Result<RemittanceId, Failure> {
    remittance.parse().map_err(|_| Failure::NotFound("such remittance".into()))
}

/// `GET /remittances/{remittance}`
pub async fn get_remittance(
    State(web): State<Web>,
    visit: Visit,
    Path(remittance): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    remittance_page(&web, &visit, parse(&remittance)?, query.get("said").map(String::as_str), Problems::default()).await
}

async fn remittance_page(web: &Web, visit: &Visit, id: RemittanceId, said: Option<&str>, problems: Problems) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let row = store::load_remittance(&mut tx, id).await?;
    let of = currency(&row.currency)?;
    let mut has_changed = false;
    let mut held = Vec::new();
    let lines = match row.state.as_str() {
        "prepared" => {
            let at = Moment { at: row.prepared_at, business_day: row.prepared_on };
            let now = gather(&web.app, &mut tx, at, &ask_of(&row)).await?;
            has_changed = now.hash() != row.lines_hash || now.figures != figures_of(&row) || !now.problems.is_empty();
            held = now.held;
            now.lines
        }
        _ => store::list_lines(&mut tx, id).await?,
    };
    let mut names = Names::default();
    let prepared = format!("{} {}", names.of(&mut tx, &row.prepared_by).await?, when(row.prepared_at, visit.at.at, &visit.zone));
    let decided = match (&row.decided_by, row.decided_at) {
        (Some(by), Some(at)) => format!("{} {}", names.of(&mut tx, by).await?, when(at, visit.at.at, &visit.zone)),
        _ => String::new(),
    };
    tx.rollback().await;
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = RemittancePage {
        frame: Frame::of(visit, TRUST, "Remittance").saying(said),
        period: period(row.from_on, row.to_on),
        prepared,
        decided,
        is_mine: row.prepared_by == visit.who.label(),
        has_changed,
        may_keep: may(visit.who.role, Permission::KeepTrust),
        may_approve: may(visit.who.role, Permission::ApproveTrust),
        shown: Shown {
            mode: mode_of(&row).to_string(),
            summary: summary(&row, of),
            count: lines.len(),
            lines: lines.into_iter().take(LINES).map(|line| show_line(line, of)).collect(),
            held: held.into_iter().map(show_held).collect(),
            problems: Vec::new(),
        },
        row,
        problems,
    };
    Ok((status, page(&shown)).into_response())
}

fn show_gathered(ask: &Ask, gathered: Gathered) -> Result<Shown, Failure> {
    let of = currency(&ask.currency)?;
    // The same words for what is kept and what is not yet.
    let row = super::row_of(ask, &gathered);
    Ok(Shown {
        mode: gathered.mode.to_string(),
        summary: summary(&row, of),
        count: gathered.lines.len(),
        lines: gathered.lines.into_iter().take(LINES).map(|line| show_line(line, of)).collect(),
        held: gathered.held.into_iter().map(show_held).collect(),
        problems: gathered.problems,
    })
}

fn show_line(line: LineRow, of: Currency) -> ShownLine {
    let some = |minor: i64| if minor == 0 { String::new() } else { Money::of(minor, of).to_string() };
    ShownLine {
        account: line.account,
        day: written(line.paid_on),
        what: LineKind::parse(&line.kind).map(|kind| kind.to_string()).unwrap_or_default(),
        is_back: line.kind == LineKind::Returned.code(),
        amount: some(line.amount_minor),
        costs: some(line.costs_minor),
        fee: Money::of(line.fee_minor, of).to_string(),
        why: line.why,
        reference: line.reference,
    }
}

fn show_held(held: Held) -> ShownHeld {
    let Held { account, reference, amount, paid_on, free_on } = held;
    ShownHeld { account, reference, amount, day: written(paid_on), free: written(free_on) }
}

/// `POST /remittances/{remittance}/approvals`
pub async fn post_approval(State(web): State<Web>, visit: Visit, Path(remittance): Path<String>) -> Result<Response, Failure> {
    let id = parse(&remittance)?;
    let done = approve(&web.app, &visit.who, visit.at, id).await;
    after(&web, &visit, id, done, "locked").await
}

/// `POST /remittances/{remittance}/withdrawals`
pub async fn post_withdrawal(State(web): State<Web>, visit: Visit, Path(remittance): Path<String>) -> Result<Response, Failure> {
    let id = parse(&remittance)?;
    let done = withdraw(&web.app, &visit.who, visit.at, id).await;
    after(&web, &visit, id, done, "remittance-withdrawn").await
}

/// `POST /remittances/{remittance}/corrections`: another one that puts its fees right.
pub async fn post_correction(State(web): State<Web>, visit: Visit, Path(remittance): Path<String>) -> Result<Response, Failure> {
    let id = parse(&remittance)?;
    let row = store::load_remittance(&mut web.app.db.read().await?, id).await?;
    let done = prepare(&web.app, &visit.who, visit.at, &Ask { corrects: Some(id), ..ask_of(&row) }).await;
    after(&web, &visit, id, done, "prepared").await
}

async fn after(web: &Web, visit: &Visit, id: RemittanceId, done: Result<RemittanceRow, Failure>, said: &str) -> Result<Response, Failure> {
    match done {
        Ok(row) => Ok(Redirect::to(&format!("/remittances/{}?said={said}", row.id)).into_response()),
        Err(Failure::Wrong(problems)) => remittance_page(web, visit, id, None, named(problems)).await,
        Err(failure @ Failure::Stale(_)) => remittance_page(web, visit, id, None, Problems::one("form", failure.to_string())).await,
        Err(failure) => Err(failure),
    }
}

/// `GET /remittances/{remittance}/statement.pdf`
pub async fn get_pdf(State(web): State<Web>, _: Visit, Path(remittance): Path<String>) -> Result<Response, Failure> {
    let statement = Statement::read(&web.app, parse(&remittance)?).await?;
    let named = format!("inline; filename=\"{}.pdf\"", statement.name());
    Ok(([(header::CONTENT_TYPE, "application/pdf".to_string()), (header::CONTENT_DISPOSITION, named)], statement.pdf()?).into_response())
}

/// `GET /remittances/{remittance}/statement.xlsx`
pub async fn get_xlsx(State(web): State<Web>, _: Visit, Path(remittance): Path<String>) -> Result<Response, Failure> {
    let statement = Statement::read(&web.app, parse(&remittance)?).await?;
    Ok(hand_out(&format!("{}.xlsx", statement.name()), statement.xlsx()?))
}

/// `GET /remittances/{remittance}/pay.csv`
pub async fn get_pay_file(State(web): State<Web>, _: Visit, Path(remittance): Path<String>) -> Result<Response, Failure> {
    let statement = Statement::read(&web.app, parse(&remittance)?).await?;
    Ok(hand_out(&format!("{}-pay.csv", statement.name()), statement.pay_file()?))
}
