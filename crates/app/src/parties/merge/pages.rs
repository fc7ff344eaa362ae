//! The list of records that may be one person, and deciding about them.

use super::store::{LikenessRow, list_open};
use super::{keep_apart, merge, part};
use crate::app::Failure;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::identity::{Permission, may};
use duly_domain::values::ids::{DebtorId, MergeId};
use std::collections::HashMap;

#[derive(Template)]
#[template(path = "parties/merge/likenesses.html")]
struct LikenessesPage {
    frame: Frame,
    rows: Vec<LikenessRow>,
    says: Option<String>,
    may_merge: bool,
}

/// The reasons of a likeness with their points.
pub fn reasons(because: &str) -> Vec<(String, i64)> {
    serde_json::from_str(because).unwrap_or_default()
}

/// The reasons in one line, as they are kept with a merge.
pub fn because(because: &str) -> String {
    reasons(because).into_iter().map(|(says, points)| format!("{says} {points:+}")).collect::<Vec<_>>().join(", ")
}

/// `GET /likenesses`
pub async fn get_likenesses(
    State(web): State<Web>,
    visit: Visit,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    show(&web, &visit, query.get("said").map(String::as_str), None).await
}

async fn show(web: &Web, visit: &Visit, said: Option<&str>, says: Option<String>) -> Result<Response, Failure> {
    let rows = list_open(&mut web.app.db.read().await?, 100).await?;
    let frame = Frame::of(visit, "/likenesses", "One person or two?").saying(said);
    Ok(page(&LikenessesPage { frame, rows, says, may_merge: may(visit.who.role, Permission::MergePeople) }))
}

async fn after<T>(web: &Web, visit: &Visit, done: Result<T, Failure>, said: &str) -> Result<Response, Failure> {
    match done {
        Ok(_) => Ok(Redirect::to(&format!("/likenesses?said={said}")).into_response()),
        Err(Failure::Stale(says)) => show(web, visit, None, Some(says)).await,
        Err(Failure::Wrong(problems)) => show(web, visit, None, Some(problems.to_string())).await,
        Err(failure) => Err(failure),
    }
}

fn person(text: &str) -> Result<DebtorId, Failure> {
    text.parse().map_err(|_| Failure::NotFound("such person".into()))
}

/// `POST /people/{person}/merges`
pub async fn post_merge(State(web): State<Web>, visit: Visit, Path(kept): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let (kept, other) = (person(&kept)?, person(fields.text("other"))?);
    let done = merge(&web.app, &visit.who, visit.at, kept, other, fields.text("because")).await;
    after(&web, &visit, done, "merged").await
}

/// `POST /people/{person}/apart`
pub async fn post_apart(State(web): State<Web>, visit: Visit, Path(one): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let done = keep_apart(&web.app, &visit.who, visit.at, person(&one)?, person(fields.text("other"))?).await;
    after(&web, &visit, done, "apart").await
}

/// `POST /merges/{merge}/partings`
pub async fn post_parting(State(web): State<Web>, visit: Visit, Path(merge): Path<String>) -> Result<Response, Failure> {
    let merge: MergeId = merge.parse().map_err(|_| Failure::NotFound("such merge".into()))?;
    let done = part(&web.app, &visit.who, visit.at, merge).await;
    after(&web, &visit, done, "parted").await
}
