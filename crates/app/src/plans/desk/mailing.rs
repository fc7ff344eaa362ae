//! The comparison sent by mail from the desk: what stands of it, what keeps from it, and the button.

use super::pages::{Again, show};
use super::standing::Desk;
use crate::accounts::pages::resolve;
use crate::app::Failure;
use crate::outreach::letters::comparisons::{Held, Sent, look, print_comparison};
use crate::store::Tx;
use crate::web::Web;
use crate::web::guard::Visit;
use crate::web::shell::when;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::values::ids::DocumentId;
use duly_domain::values::moment::written;

/// What the desk shows of it.
pub(super) struct Mailing {
    /// The last that was printed: what became of it, how that looks, and its paper.
    pub last: Option<(String, &'static str, DocumentId)>,
    /// Whether there is one to be printed today.
    pub may_send: bool,
    /// What keeps from it.
    pub because: Vec<String>,
    /// From when it may go.
    pub next: String,
    /// Whether somebody just pressed and is told so.
    pub is_told: bool,
}

impl Mailing {
    /// What is true of an account today; or what a press was just told.
    pub async fn of(tx: &mut Tx, visit: &Visit, desk: &Desk, told: Option<Held>) -> Result<Mailing, Failure> {
        let seen = look(tx, &visit.who, visit.at, desk).await?;
        let may_send = seen.held.is_none() && !seen.is_same;
        let is_told = told.is_some();
        let held = told.or(seen.held).unwrap_or_default();
        let last = seen.last.map(|last| match last.mailed_on {
            Some(on) => (format!("in the mail since {}", written(on)), "ok", last.document),
            None => (format!("printed {}, not in the mail yet", written(last.made_on)), "wait", last.document),
        });
        let next = held.next.map(|next| when(next, visit.at.at, &visit.zone)).unwrap_or_default();
        Ok(Mailing { last, may_send, because: held.because, next, is_told })
    }
}

/// `POST /accounts/{account}/offers/letters`: the ways as they are today go out by mail, each version once.
pub async fn post_letter(State(web): State<Web>, visit: Visit, Path(account): Path<String>) -> Result<Response, Failure> {
    let id = resolve(&web, &account).await?;
    let said = match print_comparison(&web.app, &visit.who, visit.at, id).await {
        Ok(Sent::Printed(_)) => "comparison",
        Ok(Sent::Stands) => "comparison-stands",
        Ok(Sent::Held(held)) => return show(&web, &visit, id, None, Again { form: "letter", held: Some(held), ..Again::default() }).await,
        Err(failure) => return Err(failure),
    };
    Ok(Redirect::to(&format!("/accounts/{id}/offers?said={said}#ways")).into_response())
}
