//! One batch on screen: what came in, and taking it back.

use super::history::taking_back::{hindrances, permits};
use super::undo::take_back;
use crate::accounts::store::{Batch, count_of_batch, count_touched, find_why_taken_back, load_batch};
use crate::app::Failure;
use crate::ledger;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::values::ids::BatchId;
use duly_domain::values::moment::written;
use duly_domain::values::money::Money;
use jiff::tz::TimeZone;

#[derive(Template)]
#[template(path = "intake/batch.html")]
struct BatchPage {
    frame: Frame,
    batch: Batch,
    placed: Money,
    day: String,
    accounts: i64,
    touched: Vec<String>,
    /// What taking a batch of history back means.
    permits: Vec<String>,
    /// Why it was taken back.
    because: String,
    says: String,
}

/// A batch with what was placed and its day, as lists show it.
pub fn shown(batch: Batch, zone: &TimeZone) -> Result<(Batch, Money, String), Failure> {
    let placed = Money::of(batch.placed_minor, ledger::store::currency(&batch.currency)?);
    let day = written(batch.created_at.to_zoned(zone.clone()).date());
    Ok((batch, placed, day))
}

/// `GET /batches/{batch}`
pub async fn get_batch(State(web): State<Web>, visit: Visit, Path(batch): Path<String>) -> Result<Response, Failure> {
    batch_page(&web, &visit, parsed(&batch)?, String::new()).await
}

async fn batch_page(web: &Web, visit: &Visit, id: BatchId, says: String) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let (batch, placed, day) = shown(load_batch(&mut tx, id).await?, &visit.zone)?;
    let (touched, permits) = if batch.kind == "history" {
        (hindrances(&mut tx, id).await?, permits(&mut tx, id).await?)
    } else {
        let touched = count_touched(&mut tx, id).await?;
        (touched.iter().filter(|(_, count)| *count > 0).map(|(what, count)| format!("{count} {what}")).collect(), Vec::new())
    };
    let accounts = count_of_batch(&mut tx, id).await?;
    let because = find_why_taken_back(&mut tx, id).await?.unwrap_or_default();
    let frame = Frame::of(visit, "/imports", "Batch");
    let status = if says.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = BatchPage { frame, batch, placed, day, accounts, touched, permits, because, says };
    Ok((status, page(&shown)).into_response())
}

/// `POST /batches/{batch}/undos`: takes a batch back, or says why not.
pub async fn post_undo(State(web): State<Web>, visit: Visit, Path(batch): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let batch = parsed(&batch)?;
    let fields = Fields::of(&body);
    match take_back(&web.app, &visit.who, visit.at, batch, fields.text("because")).await {
        Ok(_) => Ok(Redirect::to("/imports?said=taken-back").into_response()),
        Err(Failure::Wrong(_)) => batch_page(&web, &visit, batch, "Not done: say why this never was.".into()).await,
        Err(Failure::Stale(says)) => batch_page(&web, &visit, batch, format!("Not done: {says}.")).await,
        Err(failure) => Err(failure),
    }
}

fn parsed(batch: &str) -> Result<BatchId, Failure> {
    batch.parse().map_err(|_| Failure::NotFound("such batch".into()))
}
