//! Notes and documents on the workspace; closing and opening again.

use super::{FileDocument, LARGEST_DOCUMENT, file_document, read_document, write_note};
use crate::accounts::closing::{close_account, reopen_account};
use crate::accounts::pages::{after, resolve};
use crate::app::Failure;
use crate::audit;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::{Visit, is_same};
use axum::body::Bytes;
use axum::extract::{Multipart, Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use duly_domain::values::ids::DocumentId;
use std::collections::HashMap;

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
    mut parts: Multipart,
) -> Result<Response, Failure> {
    let id = resolve(&web, &account).await?;
    let unreadable = |error: axum::extract::multipart::MultipartError| Failure::File(format!("the upload broke off: {error}"));
    let mut fields: HashMap<String, String> = HashMap::new();
    let mut ask =
        FileDocument { kind: String::new(), file_name: String::new(), media_type: String::new(), source: String::new(), body: Vec::new() };
    while let Some(mut part) = parts.next_field().await.map_err(unreadable)? {
        let name = part.name().unwrap_or_default().to_string();
        // The token comes first: nothing of a form that is not ours is read further.
        if name != "csrf" && !fields.get("csrf").is_some_and(|token| is_same(token, &visit.csrf)) {
            return Err(Failure::Forbidden);
        }
        if name == "file" {
            ask.file_name = part.file_name().unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default().to_string();
            ask.media_type = part.content_type().unwrap_or("application/octet-stream").to_string();
            // One byte more than may be is enough to refuse it; the rest is not taken in.
            while ask.body.len() <= LARGEST_DOCUMENT
                && let Some(chunk) = part.chunk().await.map_err(unreadable)?
            {
                ask.body.extend_from_slice(&chunk);
            }
        } else {
            fields.insert(name, part.text().await.map_err(unreadable)?);
        }
    }
    let text = |name: &str| fields.get(name).cloned().unwrap_or_default();
    (ask.kind, ask.source) = (text("kind"), text("source"));
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
    let plain: String = document.file_name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')).collect();
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{plain}\"")),
    ];
    Ok((headers, body).into_response())
}

/// `POST /accounts/{account}/closings`
pub async fn post_closing(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let note = fields.some("note");
    let done = close_account(&web.app, &visit.who, visit.at, id, fields.text("because"), note.as_deref()).await;
    after(&web, &visit, &account, "close", fields, done, "closed").await
}

/// `POST /accounts/{account}/openings`
pub async fn post_opening(State(web): State<Web>, visit: Visit, Path(account): Path<String>) -> Result<Response, Failure> {
    let id = resolve(&web, &account).await?;
    let done = reopen_account(&web.app, &visit.who, visit.at, id).await;
    after(&web, &visit, &account, "close", Fields::default(), done, "opened").await
}
