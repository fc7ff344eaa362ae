//! Notes and documents on the workspace; closing and opening again.

use super::{FileDocument, file_document, read_document, write_note};
use crate::accounts::closing::{close_account, reopen_account, set_recall};
use crate::accounts::pages::{after, resolve};
use crate::app::{Failure, Problems};
use crate::audit;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::upload::{self, Upload, hand_out};
use axum::body::Bytes;
use axum::extract::{Multipart, Path, State};
use axum::response::Response;
use duly_domain::values::ids::DocumentId;

/// `POST /accounts/{account}/notes`
pub async fn post_note(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let done = write_note(&web.app, &visit.who, visit.at, id, fields.text("note")).await;
    after(&web, &visit, &account, "papers", fields, done, "noted").await
}

/// `POST /accounts/{account}/documents`
pub async fn post_document(
    State(web): State<Web>,
    visit: Visit,
    Path(account): Path<String>,
    parts: Multipart,
) -> Result<Response, Failure> {
    let id = resolve(&web, &account).await?;
    let (fields, Upload { file_name, media_type, body }) = upload::read(&visit, parts).await?;
    let ask = FileDocument { kind: fields.text("kind").into(), file_name, media_type, source: fields.text("source").into(), body };
    let done = file_document(&web.app, &visit.who, visit.at, id, &ask).await;
    after(&web, &visit, &account, "papers", Fields::default(), done, "filed").await
}

/// `GET /accounts/{account}/documents/{document}`: always to be saved, never shown as a page of ours.
pub async fn get_document(
    State(web): State<Web>,
    visit: Visit,
    Path((account, document)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let id = resolve(&web, &account).await?;
    let document: DocumentId = document.parse().map_err(|_| Failure::NotFound("such document".into()))?;
    audit::views::record(&web.app, &visit.who, visit.at.at, id, audit::views::DOCUMENT).await?;
    let (document, body) = read_document(&mut web.app.db.read().await?, id, document).await?;
    Ok(hand_out(&document.file_name, body))
}

/// `POST /accounts/{account}/closings`
pub async fn post_closing(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let note = fields.some("note");
    let done = close_account(&web.app, &visit.who, visit.at, id, fields.text("because"), note.as_deref()).await;
    after(&web, &visit, &account, "close", fields, done, "closed").await
}

/// `POST /accounts/{account}/recalls`: the day on which the creditor takes it back, or none.
pub async fn post_recall(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let mut problems = Problems::default();
    let on = fields.some("recall").and_then(|_| fields.date("recall", &mut problems));
    let done = match problems.is_empty() {
        true => set_recall(&web.app, &visit.who, visit.at, id, on).await,
        false => Err(Failure::Wrong(problems)),
    };
    after(&web, &visit, &account, "close", fields, done, "told").await
}

/// `POST /accounts/{account}/openings`
pub async fn post_opening(State(web): State<Web>, visit: Visit, Path(account): Path<String>) -> Result<Response, Failure> {
    let id = resolve(&web, &account).await?;
    let done = reopen_account(&web.app, &visit.who, visit.at, id).await;
    after(&web, &visit, &account, "close", Fields::default(), done, "opened").await
}
