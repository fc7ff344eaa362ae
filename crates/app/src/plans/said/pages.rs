//! Notes that seem to promise something: beside their account, and the list of those that nobody has looked at.

use super::store::{self, NoteFlag};
use crate::app::{Failure, Problems};
use crate::store::Tx;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page, when};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::identity::{Permission, may};
use duly_domain::plans::said::FlagOutcome;
use duly_domain::values::ids::{AccountId, NoteFlagId};
use std::collections::HashMap;

/// A flag as it is shown.
struct Shown {
    row: NoteFlag,
    flagged: String,
    looked: String,
    /// Whether the visitor wrote the note.
    is_own: bool,
}

impl Shown {
    fn of(row: NoteFlag, visit: &Visit) -> Shown {
        let at = |at| when(at, visit.at.at, &visit.zone);
        Shown {
            flagged: at(row.flagged_at),
            looked: row.looked_at.map(at).unwrap_or_default(),
            is_own: row.written_by == visit.who.label(),
            row,
        }
    }
}

/// What stands beside an account.
#[derive(Template)]
#[template(path = "plans/said/panel.html")]
pub struct SaidPanel {
    flags: Vec<Shown>,
    account: AccountId,
    may_work: bool,
    may_look: bool,
}

impl SaidPanel {
    /// The panel of an account; it shows nothing where no note waits to be looked at.
    pub async fn of(tx: &mut Tx, visit: &Visit, account: AccountId) -> Result<SaidPanel, Failure> {
        let flags = store::list_open_of(tx, account).await?.into_iter().map(|row| Shown::of(row, visit)).collect();
        let [may_work, may_look] = [Permission::WorkAccounts, Permission::LeadFloor].map(|permission| may(visit.who.role, permission));
        Ok(SaidPanel { flags, account, may_work, may_look })
    }
}

#[derive(Template)]
#[template(path = "plans/said/flags.html")]
struct FlagsPage {
    frame: Frame,
    waiting: Vec<Shown>,
    lately: Vec<Shown>,
    outcomes: [FlagOutcome; 3],
    /// The flag whose form came back, with what was typed and what is wrong.
    asked: Option<NoteFlagId>,
    fields: Fields,
    problems: Problems,
}

impl FlagsPage {
    fn of(&self, flag: &NoteFlagId, field: &str) -> Option<&str> {
        self.problems.of(field).filter(|_| self.asked == Some(*flag))
    }

    fn text(&self, flag: &NoteFlagId, field: &str) -> &str {
        if self.asked == Some(*flag) { self.fields.text(field) } else { "" }
    }
}

/// `GET /note-flags`
pub async fn get_flags(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    let said = query.get("said").map(String::as_str);
    show(&web, &visit, said, (None, Fields::default(), Problems::default())).await
}

async fn show(
    web: &Web,
    visit: &Visit,
    said: Option<&str>,
    (asked, fields, problems): (Option<NoteFlagId>, Fields, Problems),
) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let waiting = store::list_open(&mut tx).await?.into_iter().map(|row| Shown::of(row, visit)).collect();
    let lately = store::list_lately(&mut tx).await?.into_iter().map(|row| Shown::of(row, visit)).collect();
    let frame = Frame::of(visit, "/approvals", "Promises in notes").saying(said);
    Ok(page(&FlagsPage { frame, waiting, lately, outcomes: FlagOutcome::ALL, asked, fields, problems }))
}

/// `POST /note-flags/{flag}/looks`
pub async fn post_look(State(web): State<Web>, visit: Visit, Path(flag): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let flag: NoteFlagId = flag.parse().map_err(|_| Failure::NotFound("such flag".into()))?;
    let (status, problems) =
        match super::looked_at(&web.app, &visit.who, visit.at, flag, fields.text("outcome"), fields.text("words")).await {
            Ok(()) => return Ok(Redirect::to("/note-flags?said=noted").into_response()),
            Err(Failure::Wrong(problems)) => (StatusCode::UNPROCESSABLE_ENTITY, problems),
            Err(Failure::Stale(says)) => (StatusCode::CONFLICT, Problems::one("form", says)),
            Err(failure) => return Err(failure),
        };
    Ok((status, show(&web, &visit, None, (Some(flag), fields, problems)).await?).into_response())
}
