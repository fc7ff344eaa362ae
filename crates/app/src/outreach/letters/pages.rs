//! Validation notices and confirmations on screen: which are due, printing them, and the mail.
//!
//! With a folder in the configuration a printing goes there, as by the command; without one its letters are opened here.

use super::confirmations::{self, DueConfirmation, PrintConfirmations, print_confirmations};
use super::store::Printed;
use super::{DueNotice, PrintNotices, Printing, list_due, list_missing, print_notices, record_mailed, store, void_run};
use crate::accounts;
use crate::app::{Failure, Problems};
use crate::store::Tx;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::values::ids::{AccountId, LetterRunId};
use duly_domain::values::moment::written;
use jiff::civil::Date;
use std::collections::HashMap;

/// Notices shown at a time, and printed by one press.
const SHOWN: i64 = 50;
/// Confirmations shown at a time, and printed by one press.
const CONFIRMED: usize = 50;
/// Printings shown that wait for the mail.
const WAITING: i64 = 20;

/// A notice that is due, and what keeps it from being printed.
struct ShownDue {
    row: DueNotice,
    first_on: String,
    deadline: String,
    missing: Vec<String>,
}

/// Something to be confirmed, and what keeps it from being printed.
struct ShownConfirmation {
    due: DueConfirmation,
    since: String,
    missing: Vec<String>,
}

/// A printing that waits for the mail.
struct Waiting {
    id: LetterRunId,
    mailing_on: Date,
    mailing_in_words: String,
    letters: Vec<Printed>,
}

#[derive(Template)]
#[template(path = "outreach/letters/letters.html")]
struct LettersPage {
    frame: Frame,
    due: Vec<ShownDue>,
    confirmations: Vec<ShownConfirmation>,
    waiting: Vec<Waiting>,
    has_folder: bool,
    today: Date,
    printing: Option<Printing>,
    problems: Problems,
}

/// What a press came to, to be shown above the lists.
#[derive(Default)]
struct Done {
    printing: Option<Printing>,
    problems: Problems,
}

/// `GET /letters`
pub async fn get_letters(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    show(&web, &visit, query.get("said").map(String::as_str), Done::default()).await
}

/// `POST /letters`: prints the notice of one account, or those that are shown as due.
pub async fn post_letters(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let mut problems = Problems::default();
    let mailing_on = fields.some("on").and_then(|_| fields.date("on", &mut problems));
    let accounts = match fields.some("account") {
        Some(account) => vec![accounts::store::resolve(&mut web.app.db.read().await?, &account).await?],
        None => list_due(&web.app, &mut web.app.db.read().await?, visit.at, SHOWN).await?.into_iter().map(|due| due.account).collect(),
    };
    if !problems.is_empty() || accounts.is_empty() {
        return show(&web, &visit, None, Done { printing: None, problems }).await;
    }
    let ask = PrintNotices { folder: web.app.letters_folder.clone(), mailing_on, accounts };
    after(&web, &visit, print_notices(&web.app, &visit.who, visit.at, &ask).await, None).await
}

/// `POST /letters/confirmations`: prints what one account has to be told, or what is shown as due.
pub async fn post_confirmations(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let mut problems = Problems::default();
    let mailing_on = fields.some("on").and_then(|_| fields.date("on", &mut problems));
    let accounts: Vec<AccountId> = match fields.some("account") {
        Some(account) => vec![accounts::store::resolve(&mut web.app.db.read().await?, &account).await?],
        None => {
            confirmations::list_due(&mut web.app.db.read().await?, visit.at, CONFIRMED).await?.iter().map(|due| due.row.account).collect()
        }
    };
    if !problems.is_empty() || accounts.is_empty() {
        return show(&web, &visit, None, Done { printing: None, problems }).await;
    }
    let ask = PrintConfirmations { folder: web.app.letters_folder.clone(), mailing_on, accounts };
    after(&web, &visit, print_confirmations(&web.app, &visit.who, visit.at, &ask).await, None).await
}

/// `POST /letters/{run}/mailings`: they are in the mail.
pub async fn post_mailing(State(web): State<Web>, visit: Visit, Path(run): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let run = read_run(&run)?;
    let mut problems = Problems::default();
    let on = fields.some("on").and_then(|_| fields.date("on", &mut problems));
    if !problems.is_empty() {
        return show(&web, &visit, None, Done { printing: None, problems }).await;
    }
    let done = record_mailed(&web.app, &visit.who, visit.at, run, on).await;
    after(&web, &visit, done.map(|_| Printing::default()), Some("mailed")).await
}

/// `POST /letters/{run}/voids`: they were never mailed.
pub async fn post_void(State(web): State<Web>, visit: Visit, Path(run): Path<String>) -> Result<Response, Failure> {
    let done = void_run(&web.app, &visit.who, visit.at, read_run(&run)?).await;
    after(&web, &visit, done.map(|_| Printing::default()), Some("voided")).await
}

fn read_run(run: &str) -> Result<LetterRunId, Failure> {
    run.parse().map_err(|_| Failure::NotFound("such printing".into()))
}

/// The lists again: with what was said, with what a printing came to, or with what was wrong.
async fn after(web: &Web, visit: &Visit, done: Result<Printing, Failure>, said: Option<&str>) -> Result<Response, Failure> {
    let problems = match (done, said) {
        (Ok(_), Some(said)) => return Ok(Redirect::to(&format!("/letters?said={said}")).into_response()),
        (Ok(printing), None) => return show(web, visit, None, Done { printing: Some(printing), problems: Problems::default() }).await,
        (Err(Failure::Wrong(problems)), _) => problems,
        (Err(Failure::Stale(says)), _) => Problems::one("form", says),
        (Err(failure), _) => return Err(failure),
    };
    show(web, visit, None, Done { printing: None, problems }).await
}

async fn show(web: &Web, visit: &Visit, said: Option<&str>, done: Done) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let mut due = Vec::new();
    for row in list_due(&web.app, &mut tx, visit.at, SHOWN).await? {
        let missing = list_missing(&mut tx, row.account, visit.at).await?;
        due.push(ShownDue { first_on: written(row.first_on), deadline: written(row.deadline), row, missing });
    }
    let mut confirmations = Vec::new();
    for due in confirmations::list_due(&mut tx, visit.at, CONFIRMED).await? {
        let missing = confirmations::list_missing(&mut tx, &visit.who, visit.at, &due).await?;
        confirmations.push(ShownConfirmation { since: written(due.row.since), due, missing });
    }
    let waiting = list_waiting(&mut tx).await?;
    let status = if done.problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = LettersPage {
        frame: Frame::of(visit, "/letters", "Letters").saying(said),
        due,
        confirmations,
        waiting,
        has_folder: web.app.letters_folder.is_some(),
        today: visit.at.business_day,
        printing: done.printing,
        problems: done.problems,
    };
    Ok((status, page(&shown)).into_response())
}

async fn list_waiting(tx: &mut Tx) -> Result<Vec<Waiting>, Failure> {
    let mut waiting = Vec::new();
    for run in store::list_waiting(tx, WAITING).await? {
        let letters = store::list_of_run(tx, run.id).await?.into_iter().filter(|letter| letter.state == "printed").collect();
        waiting.push(Waiting { id: run.id, mailing_on: run.mailing_on, mailing_in_words: written(run.mailing_on), letters });
    }
    Ok(waiting)
}
