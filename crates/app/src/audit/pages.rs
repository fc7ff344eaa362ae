//! Who saw an account, and who had a masked value of it shown, with the reason they gave.

use super::{store, views};
use crate::accounts;
use crate::app::Failure;
use crate::identity::names::Names;
use crate::parties::masking;
use crate::web::Web;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page, when};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use duly_domain::values::ids::AccountId;

/// Views and shown values read at the most, of each kind.
const MOST: i64 = MOST_SHOWN as i64;

/// Lines of the page at the most.
const MOST_SHOWN: usize = 200;

struct ShownView {
    when: String,
    who: String,
    id: String,
    what: String,
    /// Why a masked value was shown; empty where the account was opened.
    because: String,
}

#[derive(Template)]
#[template(path = "audit/views.html")]
struct ViewsPage {
    frame: Frame,
    id: AccountId,
    reference: String,
    views: Vec<ShownView>,
    is_cut: bool,
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
        let seen = ShownView {
            when: when(view.seen_at, visit.at.at, &visit.zone),
            who,
            id: view.seen_by,
            what: view.what,
            because: String::new(),
        };
        shown.push((view.seen_at, seen));
    }
    for entry in store::list_of_act(&mut tx, &id.to_string(), masking::SHOWN, MOST).await? {
        let (what, because) = masking::in_words(&entry.detail);
        let who = names.of(&mut tx, &entry.actor).await?;
        let when = when(entry.recorded_at, visit.at.at, &visit.zone);
        shown.push((entry.recorded_at, ShownView { when, who, id: entry.actor, what, because }));
    }
    shown.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let is_cut = shown.len() > MOST_SHOWN;
    let shown = shown.into_iter().take(MOST_SHOWN).map(|(_, view)| view).collect();
    Ok(page(&ViewsPage { frame: Frame::of(&visit, "/accounts", "Who saw this account"), id, reference, views: shown, is_cut }))
}
