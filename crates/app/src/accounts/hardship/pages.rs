//! The tab "Hardship pause": granted, asked for, ended.

use super::actions::{GrantPause, end_pause, grant_pause};
use crate::accounts::pages::{resolve, show};
use crate::accounts::workspace::Unfinished;
use crate::app::{Failure, Outcome, Problems};
use crate::plans::approvals::actions::{AskApproval, ask};
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::accounts::hardship::PauseReason;
use duly_domain::plans::approval::Terms;
use std::collections::HashMap;

async fn back(
    web: &Web,
    visit: &Visit,
    account: &str,
    (form, fields): (&'static str, Fields),
    done: Result<Outcome<()>, Failure>,
    said: &str,
) -> Result<Response, Failure> {
    let again = match done {
        Ok(Outcome::Done(())) => return Ok(Redirect::to(&format!("/accounts/{account}?do=pause&said={said}")).into_response()),
        Ok(Outcome::Refused(decision)) => Unfinished { form, fields, problems: Problems::default(), refused: Some(decision) },
        Err(Failure::Wrong(problems)) => Unfinished { form, fields, problems, refused: None },
        Err(Failure::Stale(says)) => Unfinished { form, fields, problems: Problems::one("form", says), refused: None },
        Err(failure) => return Err(failure),
    };
    show(web, visit, account, &HashMap::new(), again).await
}

/// `POST /accounts/{account}/pauses`: grants a pause, or asks a supervisor to.
pub async fn post_pause(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let mut problems = Problems::default();
    let days = (fields.date("from", &mut problems), fields.date("until", &mut problems));
    let reason = PauseReason::parse(fields.text("reason")).unwrap_or(PauseReason::Other);
    let asks = fields.text("do") == "ask";
    let words = fields.text("words").to_string();
    let done = match days {
        (Some(from_on), Some(until_on)) if asks => {
            let asked = AskApproval { account: id, call: None, terms: Terms::Pause { from_on, until_on, reason }, words };
            ask(&web.app, &visit.who, visit.at, &asked).await.map(|outcome| match outcome {
                Outcome::Done(_) => Outcome::Done(()),
                Outcome::Refused(decision) => Outcome::Refused(decision),
            })
        }
        (Some(from_on), Some(until_on)) => {
            let is_for_person = fields.text("scope") == "person";
            let asked = GrantPause { account: id, from_on, until_on, reason, words, is_for_person };
            grant_pause(&web.app, &visit.who, visit.at, &asked).await.map(|outcome| match outcome {
                Outcome::Done(_) => Outcome::Done(()),
                Outcome::Refused(decision) => Outcome::Refused(decision),
            })
        }
        _ => Err(Failure::Wrong(problems)),
    };
    back(&web, &visit, &account, ("pause", fields), done, if asks { "asked" } else { "paused" }).await
}

/// `POST /accounts/{account}/pauses/ends`
pub async fn post_pause_end(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let done = end_pause(&web.app, &visit.who, visit.at, id, fields.text("because")).await;
    back(&web, &visit, &account, ("end-pause", fields), done.map(Outcome::Done), "ended").await
}
