//! Answering a case by letter, on its page.

use super::pages::{Form, correction_of, parsed, show};
use crate::app::{Failure, Problems};
use crate::outreach::letters::answers::{AnswerCase, print_answer};
use crate::store::Tx;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::disputes::case::CaseOutcome;
use duly_domain::outreach::case_letter::CaseLetterKind;
use duly_domain::values::ids::{CaseId, DocumentId};
use duly_domain::values::moment::written;

/// A letter of the case as its page shows it.
pub struct ShownLetter {
    /// The document that it is.
    pub document: DocumentId,
    /// Which answer.
    pub what: &'static str,
    /// Whether it is printed and not in the mail.
    pub waits: bool,
    /// The day it bears, written.
    pub on: String,
    /// What became of it.
    pub says: String,
    /// `ok` or nothing.
    pub tone: &'static str,
}

/// The letters of a case, the last first.
pub async fn letters_of(tx: &mut Tx, case: CaseId) -> Result<Vec<ShownLetter>, Failure> {
    let letters = crate::outreach::letters::store::list_of_case(tx, case).await?;
    Ok(letters
        .into_iter()
        .map(|letter| ShownLetter {
            document: letter.document,
            what: CaseLetterKind::parse(&letter.kind).map_or("Letter", CaseLetterKind::words),
            waits: letter.state == "printed",
            on: written(letter.mailing_on),
            says: letter.mailed_on.map_or_else(|| "taken back, never mailed".into(), |on| format!("mailed {}", written(on))),
            tone: if letter.mailed_on.is_some() { "ok" } else { "" },
        })
        .collect())
}

/// `POST /disputes/{case}/letters`: prints the answer.
pub async fn post_letter(State(web): State<Web>, visit: Visit, Path(case): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let (fields, case) = (Fields::of(&body), parsed(&case)?);
    let mut problems = Problems::default();
    let kind = CaseLetterKind::parse(fields.text("kind"));
    if kind.is_none() {
        problems.0.push(("kind", "is none of those offered".into()));
    }
    let mailing_on = fields.some("on").and_then(|_| fields.date("on", &mut problems));
    let correction = correction_of(&web, &visit, case, &fields, &mut problems).await?;
    let done = match kind.filter(|_| problems.is_empty()) {
        None => Err(Failure::Wrong(problems)),
        Some(kind) => {
            let ask = AnswerCase {
                case,
                kind,
                outcome: CaseOutcome::parse(fields.text("outcome")),
                found: fields.text("found").into(),
                enclosures: fields.ticked("enclose.").iter().filter_map(|id| id.parse().ok()).collect(),
                original_creditor: lines(fields.text("original")),
                correction,
                mailing_on,
                folder: web.app.letters_folder.clone(),
            };
            print_answer(&web.app, &visit.who, visit.at, &ask).await
        }
    };
    let mut form = Form { is_letter: true, fields, ..Form::default() };
    match done {
        Ok(printing) => match printing.held.into_iter().next() {
            None => return Ok(Redirect::to(&format!("/disputes/{case}?said=printed")).into_response()),
            Some(held) => form.held = held.because,
        },
        Err(Failure::Wrong(problems)) => form.problems = problems,
        Err(Failure::Stale(says)) => form.problems = Problems::one("form", says),
        Err(failure) => return Err(failure),
    }
    show(&web, &visit, case, None, form).await
}

/// Lines as they were written, without empty ones.
fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(String::from).collect()
}
