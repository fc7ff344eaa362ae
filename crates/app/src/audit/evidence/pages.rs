//! Evidence packs as downloads: of an account, and of a creditor's accounts.

use super::{Pack, Population, make_account, make_population};
use crate::accounts;
use crate::app::{Failure, aside};
use crate::web::Web;
use crate::web::guard::Visit;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use std::collections::HashMap;

/// The most accounts of a download, which is made in memory; the command takes more.
const MOST_IN_HAND: i64 = 200;

/// `GET /accounts/{account}/evidence`: masked, as one ZIP file.
pub async fn get_pack(State(web): State<Web>, visit: Visit, Path(account): Path<String>) -> Result<Response, Failure> {
    let id = accounts::store::resolve(&mut web.app.db.read().await?, &account).await?;
    let (app, who) = (web.app.clone(), visit.who.clone());
    let name = format!("evidence-{id}");
    let inside = name.clone();
    let packed = aside(async move { make_account(&app, &who, id, None, Pack::in_hand()).await?.zip(&inside) }).await??;
    Ok(download(&name, packed))
}

/// `GET /compliance/evidence?creditor=&from=&to=`: the same of the accounts of a creditor that were placed in these days.
pub async fn get_population(
    State(web): State<Web>,
    visit: Visit,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let day = |name: &'static str| match query.get(name).map(|day| day.trim()).filter(|day| !day.is_empty()) {
        None => Ok(None),
        Some(day) => day.parse::<Date>().map(Some).map_err(|_| Failure::wrong(name, "is no day: write it as 2026-03-02")),
    };
    let creditor = query.get("creditor").cloned().unwrap_or_default();
    let of = Population { creditor, from: day("from")?, to: day("to")? };
    let (app, who) = (web.app.clone(), visit.who.clone());
    let name = format!("evidence-{}", visit.at.business_day);
    let inside = name.clone();
    let packed = aside(async move {
        let (pack, _) = make_population(&app, &who, &of, None, MOST_IN_HAND, Pack::in_hand()).await?;
        pack.zip(&inside)
    });
    Ok(download(&name, packed.await??))
}

fn download(name: &str, packed: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.zip\"")),
    ];
    (headers, packed).into_response()
}
