//! The evidence pack of an account as a download.

use super::{Pack, make_account};
use crate::accounts;
use crate::app::{Failure, aside};
use crate::web::Web;
use crate::web::guard::Visit;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// `GET /accounts/{account}/evidence`: masked, as one ZIP file.
pub async fn get_pack(State(web): State<Web>, visit: Visit, Path(account): Path<String>) -> Result<Response, Failure> {
    let id = accounts::store::resolve(&mut web.app.db.read().await?, &account).await?;
    let (app, who) = (web.app.clone(), visit.who.clone());
    let packed = aside(async move { make_account(&app, &who, id, None, Pack::in_hand()).await?.zip(&format!("evidence-{id}")) }).await??;
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"evidence-{id}.zip\"")),
    ];
    Ok((headers, packed).into_response())
}
