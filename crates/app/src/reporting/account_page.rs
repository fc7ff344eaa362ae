//! What bureaus were told of one account, month by month, and the form that tells it anew.

use super::store::{self, FurnishingRow};
use super::words::row_in_words;
use crate::accounts;
use crate::accounts::pages::resolve;
use crate::app::Failure;
use crate::identity::names::Names;
use crate::parties;
use crate::web::Web;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page, when};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use duly_domain::identity::{Permission, may};
use duly_domain::reporting::furnishing::Status;
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::written;

struct Shown {
    row: FurnishingRow,
    day: String,
    state: String,
    more: String,
    since: String,
    by: String,
    is_corrected: bool,
}

#[derive(Template)]
#[template(path = "reporting/account.html")]
struct AccountPage {
    frame: Frame,
    id: AccountId,
    reference: String,
    name: String,
    rows: Vec<Shown>,
    reporter: String,
    may_correct: bool,
}

/// `GET /accounts/{account}/reporting`
pub async fn get_reporting(State(web): State<Web>, visit: Visit, Path(account): Path<String>) -> Result<Response, Failure> {
    let id = resolve(&web, &account).await?;
    let mut tx = web.app.db.read().await?;
    let account = accounts::store::load_account(&mut tx, id).await?;
    let debtor = parties::store::load_debtor(&mut tx, account.debtor).await?;
    let told: Vec<FurnishingRow> = store::list_told(&mut tx, &[id.into()]).await?.into_iter().map(|keyed| keyed.1).collect();
    let reporter = store::list_files(&mut tx, 1).await?.pop().map(|file| file.reporter).unwrap_or_default();
    let is_in = told.last().and_then(|row| Status::parse(&row.status)).is_some_and(|status| !status.takes_out());
    let mut names = Names::default();
    let mut rows = Vec::with_capacity(told.len());
    for row in told.iter().rev() {
        let (state, more) = row_in_words(row);
        let by = format!("{} {}", names.of(&mut tx, &row.told_by).await?, when(row.told_at, visit.at.at, &visit.zone));
        let is_corrected = told.iter().any(|other| other.corrects == Some(row.id));
        rows.push(Shown { day: written(row.as_of), state, more, since: written(row.delinquent_since), by, is_corrected, row: row.clone() });
    }
    tx.rollback().await;
    let name = parties::name_of(debtor.name.as_deref()).to_string();
    Ok(page(&AccountPage {
        frame: Frame::of(&visit, "/accounts", "Told to bureaus"),
        id,
        reference: account.reference,
        name,
        rows,
        reporter,
        may_correct: is_in && may(visit.who.role, Permission::Furnish),
    }))
}
