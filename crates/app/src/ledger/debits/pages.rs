//! Debits for the back office: what goes into the next file and what does not, the files, what came back, the return rates.

use super::file::again;
use super::look::rates;
use super::sending::{Next, placed, preview, write};
use super::settling::settle;
use super::store::{self, AuthorizationRow, FileRow, ReturnRow};
use super::taking::{Taken, take};
use crate::accounts;
use crate::app::{Failure, Problems, aside, new_uuid};
use crate::cli::output::written as in_money;
use crate::intake::upload::folder;
use crate::store::Tx;
use crate::transaction;
use crate::web::Web;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use crate::web::upload::{self, hand_out};
use crate::{audit, parties};
use askama::Template;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::ledger::ach::return_code::ReturnCode;
use duly_domain::ledger::debits::rates::Counted;
use duly_domain::ledger::debits::{DebitKind, next_bank_day};
use duly_domain::values::ids::DebitFileId;
use duly_domain::values::moment::written;
use serde_json::json;
use std::collections::HashMap;

/// Where the page is.
const HERE: &str = "/debits";

/// Rows of a list.
const MOST: i64 = 50;

/// A planned debit as it is shown.
struct ShownNext {
    next: Next,
    name: String,
    reference: String,
    amount: String,
    kind: DebitKind,
    goes: bool,
    says: String,
    step: &'static str,
}

struct ShownFile {
    row: FileRow,
    day: String,
    amount: String,
}

struct ShownReturn {
    row: ReturnRow,
    code: ReturnCode,
    amount: String,
}

struct ShownHeld {
    row: AuthorizationRow,
    reference: String,
    since: String,
}

#[derive(Template)]
#[template(path = "ledger/debits/debits.html")]
struct DebitsPage {
    frame: Frame,
    takes_effect: String,
    due: Vec<ShownNext>,
    goes: usize,
    sum: String,
    unplaced: Option<FileRow>,
    /// No file waits to be saved.
    can_write: bool,
    held: Vec<ShownHeld>,
    files: Vec<ShownFile>,
    returns: Vec<ShownReturn>,
    unknown: Vec<ShownReturn>,
    rates: [Counted; 3],
    taken: Option<Taken>,
    problems: Problems,
}

/// `GET /debits`
pub async fn get_debits(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    debits_page(&web, &visit, query.get("said").map(String::as_str), None, Problems::default()).await
}

async fn debits_page(web: &Web, visit: &Visit, said: Option<&str>, taken: Option<Taken>, problems: Problems) -> Result<Response, Failure> {
    let today = visit.at.business_day;
    let mut tx = web.app.db.read().await?;
    let mut due = Vec::new();
    for next in preview(&mut tx, visit.at).await? {
        due.push(shown_next(&mut tx, next).await?);
    }
    let mut held = Vec::new();
    for row in store::list_held(&mut tx, MOST).await? {
        let reference = accounts::store::load_account(&mut tx, row.account).await?.reference;
        held.push(ShownHeld { reference, since: written(row.state_on), row });
    }
    let (files, unplaced) = (store::list_files(&mut tx, 20).await?, store::find_unplaced(&mut tx).await?);
    let sum = due.iter().filter(|one| one.goes).map(|one| one.next.debit.amount_minor).sum();
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = DebitsPage {
        frame: Frame::of(visit, HERE, "Debits").saying(said),
        takes_effect: written(next_bank_day(today)),
        goes: due.iter().filter(|one| one.goes).count(),
        sum: in_money(sum, "USD"),
        due,
        can_write: unplaced.as_ref().is_none_or(|file| file.closed_at.is_none()),
        unplaced,
        held,
        files: files
            .into_iter()
            .map(|row| ShownFile { day: written(row.created_on), amount: in_money(row.debits_minor, &row.currency), row })
            .collect(),
        returns: store::list_returns(&mut tx, None, MOST).await?.into_iter().filter(|row| row.debit.is_some()).map(shown_return).collect(),
        unknown: store::list_unknown(&mut tx, MOST).await?.into_iter().map(shown_return).collect(),
        rates: rates(&mut tx, today).await?,
        taken,
        problems,
    };
    Ok((status, page(&shown)).into_response())
}

async fn shown_next(tx: &mut Tx, next: Next) -> Result<ShownNext, Failure> {
    let account = accounts::store::load_account(tx, next.debit.account).await?;
    let debtor = parties::store::load_debtor(tx, account.debtor).await?;
    let (goes, says, step) = match &next.answer {
        Ok(on) => (true, format!("takes effect {}", written(*on)), ""),
        Err(why) => (false, next.says.clone(), why.step()),
    };
    Ok(ShownNext {
        name: parties::name_of(debtor.name.as_deref()).to_string(),
        reference: account.reference,
        amount: in_money(next.debit.amount_minor, &next.debit.currency),
        kind: next.debit.asked_as(),
        goes,
        says,
        step,
        next,
    })
}

fn shown_return(row: ReturnRow) -> ShownReturn {
    ShownReturn {
        code: ReturnCode::of(&row.code),
        amount: row.amount_minor.filter(|minor| *minor > 0).map(|minor| in_money(minor, &row.currency)).unwrap_or_default(),
        row,
    }
}

/// Back to the page, or the page with what is wrong.
async fn after<T>(web: &Web, visit: &Visit, done: Result<T, Failure>, said: &str) -> Result<Response, Failure> {
    match done {
        Ok(_) => Ok(Redirect::to(&format!("{HERE}?said={said}")).into_response()),
        Err(failure @ (Failure::Stale(_) | Failure::Wrong(_) | Failure::File(_))) => {
            debits_page(web, visit, None, None, Problems::one("form", failure.to_string())).await
        }
        Err(failure) => Err(failure),
    }
}

/// `POST /debits`: what is due is sent; the file is there to be saved then.
pub async fn post_file(State(web): State<Web>, visit: Visit) -> Result<Response, Failure> {
    let done = write(&web.app, &visit.who, visit.at, None).await;
    let said = if done.as_ref().is_ok_and(|written| written.file.is_some()) { "debits-written" } else { "debits-none" };
    after(&web, &visit, done, said).await
}

/// `POST /debits/files/{file}/copies`: the file, to be saved. It holds whole numbers, so that handing it out is recorded.
pub async fn post_copy(State(web): State<Web>, visit: Visit, Path(file): Path<String>) -> Result<Response, Failure> {
    let id: DebitFileId = file.parse().map_err(|_| Failure::NotFound("such file".into()))?;
    let (row, text) = match again(&web.app, id).await {
        Ok(found) => found,
        Err(failure) => return after::<()>(&web, &visit, Err(failure), "").await,
    };
    let detail = json!({"file": id.to_string(), "hash": row.hash});
    let (app, who, at) = (&web.app, &visit.who, visit.at);
    transaction!(app.db, tx, { audit::record(tx, who, at.at, None, "debit.file-copy", &detail).await })?;
    placed(app, who, at, id).await?;
    Ok(hand_out(&format!("debits-{}-{}.ach", row.created_on, row.modifier), text.into_bytes()))
}

/// `POST /debits/postings`: what took effect is posted, as the night does.
pub async fn post_posting(State(web): State<Web>, visit: Visit) -> Result<Response, Failure> {
    let done = settle(&web.app, &visit.who, visit.at).await;
    after(&web, &visit, done, "debits-posted").await
}

/// `POST /debits/returns`: a file of returns is taken. The same again changes nothing.
pub async fn post_returns(State(web): State<Web>, visit: Visit, parts: Multipart) -> Result<Response, Failure> {
    let (_, upload) = upload::read(&visit, parts).await?;
    let wrong = |says: String| Problems::one("file", says);
    if upload.file_name.is_empty() {
        return debits_page(&web, &visit, None, None, wrong("is missing: choose the bank's file first".into())).await;
    }
    if upload.body.len() > accounts::papers::LARGEST_DOCUMENT {
        return debits_page(&web, &visit, None, None, wrong("is too large here: take it with duly ach take".into())).await;
    }
    let path = folder()?.join(format!("{}.ach", new_uuid().simple()));
    std::fs::write(&path, &upload.body).map_err(|error| Failure::File(format!("the upload cannot be kept: {error}")))?;
    let (app, who, at, of) = (web.app.clone(), visit.who.clone(), visit.at, path.clone());
    let done = aside(async move { take(&app, &who, at, &of).await }).await;
    // What could not be removed is in a folder of ours that goes with the program.
    drop(std::fs::remove_file(&path));
    match done? {
        Ok(taken) => debits_page(&web, &visit, None, Some(taken), Problems::default()).await,
        // Its name here says nothing to whoever sent it.
        Err(Failure::File(says)) => {
            let says = says.replace(&path.display().to_string(), &upload.file_name);
            debits_page(&web, &visit, None, None, wrong(says)).await
        }
        Err(failure) => after::<()>(&web, &visit, Err(failure), "").await,
    }
}
