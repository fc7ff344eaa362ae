//! Who saw an account.

use super::{store, views};
use crate::accounts;
use crate::app::Failure;
use crate::identity::names::Names;
use crate::web::Web;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page, when};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use duly_domain::values::ids::AccountId;

/// Views shown at the most.
const MOST: i64 = 200;

struct ShownView {
    when: String,
    who: String,
    id: String,
    what: String,
}

#[derive(Template)]
#[template(path = "audit/views.html")]
struct ViewsPage {
    frame: Frame,
    id: AccountId,
    reference: String,
    views: Vec<ShownView>,
}

/// `GET /accounts/{account}/views`: the newest first.
pub async fn get_views(State(web): State<Web>, visit: Visit, Path(account): Path<String>) -> Result<Response, Failure> {
    views::flush(&web.app).await?;
    let mut tx = web.app.db.read().await?;
    let id = accounts::store::resolve(&mut tx, &account).await?;
    let reference = accounts::store::load_account(&mut tx, id).await?.reference;
    let mut names = Names::default();
    let mut shown = Vec::new();
    for view in store::list_views(&mut tx, id, MOST).await? {
        let who = names.of(&mut tx, &view.seen_by).await?;
        shown.push(ShownView { when: when(view.seen_at, visit.at.at, &visit.zone), who, id: view.seen_by, what: view.what });
    }
    Ok(page(&ViewsPage { frame: Frame::of(&visit, "/accounts", "Who saw this account"), id, reference, views: shown }))
}
