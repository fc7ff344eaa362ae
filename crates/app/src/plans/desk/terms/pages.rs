//! Limits and the policy for offers on screen: what is in force, what is proposed beside it, and the form that proposes.

use super::About;
use super::actions::{
    ProposeTerms, approve_terms, limits_in_force, parts_in_force, parts_of, propose_terms, refuse_terms, try_terms, withdraw_terms,
};
use super::store::{self, ProposalRow};
use super::words::{self, Change, Part};
use crate::accounts::store::{Creditor, list_creditors};
use crate::app::{Failure, Problems};
use crate::identity::names::Names;
use crate::plans::desk::standing::book_of;
use crate::plans::desk::store::{list_limits, list_policies};
use crate::plans::desk::{limits, policy};
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
use duly_domain::identity::{Permission, Role, may};
use duly_domain::plans::limits::LimitTable;
use duly_domain::values::ids::{CreditorId, TermsProposalId};
use duly_domain::values::moment::written;
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::HashMap;

/// What the text begins with where nobody set any limits: what the house says of officers' plans.
const FIRST_ROW: &str = "[[row]]\nrole = \"officer\"\n\n[row.limits]\nmonths_max = 12\n";

/// A row of limits as a table shows it.
struct ShownRow {
    role: String,
    creditor: String,
    kind: String,
    age: String,
    lines: Vec<String>,
}

/// A version that was set.
struct Version {
    number: i64,
    whose: String,
    from: String,
    by: String,
    stands: &'static str,
}

/// A proposal as it is shown.
struct ShownProposal {
    row: ProposalRow,
    whose: String,
    from: String,
    proposed: String,
    decided: String,
    changes: Vec<Change>,
    /// Why it could not be approved by now.
    problems: Vec<String>,
    is_mine: bool,
}

#[derive(Template)]
#[template(path = "plans/desk/terms/terms.html")]
struct TermsPage {
    frame: Frame,
    about: About,
    here: &'static str,
    says: String,
    rows: Vec<ShownRow>,
    house: Vec<Part>,
    parts: Vec<Part>,
    versions: Vec<Version>,
    proposed: Vec<ShownProposal>,
    past: Vec<ShownProposal>,
    creditors: Vec<Creditor>,
    whose: String,
    may_change: bool,
    text: String,
    form: Form,
}

/// The form as it stands, with what is wrong and what it would change.
#[derive(Default)]
struct Form {
    fields: Fields,
    problems: Problems,
    changes: Option<Vec<Change>>,
}

fn about_of(code: &str) -> Result<About, Failure> {
    About::parse(code).ok_or_else(|| Failure::NotFound(format!("page {code:?}: there are limits and offers")))
}

fn creditor_of(about: About, whose: &str) -> Result<Option<CreditorId>, Failure> {
    match about {
        About::Limits => Ok(None),
        About::Offers if whose.is_empty() => Ok(None),
        About::Offers => whose.parse().map(Some).map_err(|_| Failure::NotFound("such creditor".into())),
    }
}

/// `GET /compliance/terms/{about}?whose=&said=`
pub async fn get_terms(
    State(web): State<Web>,
    visit: Visit,
    Path(about): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let about = about_of(&about)?;
    let whose = query.get("whose").cloned().unwrap_or_default();
    terms_page(&web, &visit, (about, &whose), query.get("said").map(String::as_str), Form::default()).await
}

async fn terms_page(
    web: &Web,
    visit: &Visit,
    (about, whose): (About, &str),
    said: Option<&str>,
    mut form: Form,
) -> Result<Response, Failure> {
    let creditor = creditor_of(about, whose)?;
    let today = visit.at.business_day;
    let mut tx = web.app.db.read().await?;
    let creditors = list_creditors(&mut tx).await?;
    let versions = versions(&mut tx, about, &creditors, today).await?;
    let (rows, house, text, says) = match about {
        About::Limits => {
            let written = limits_in_force(&mut tx, today).await?;
            let rows = written.row.iter().map(shown_row).collect::<Vec<_>>();
            let house = LimitTable::house().rows().iter().map(words::of_house).collect::<Vec<_>>();
            let says = match versions.iter().find(|version| version.stands == "in force") {
                Some(version) => {
                    format!("Version {} holds since {}. Where no row of it says anything, the house's hold.", version.number, version.from)
                }
                None => "Nobody set any: the house's own hold.".into(),
            };
            // Where nobody set any, a row to begin with.
            let text = if written.row.is_empty() { FIRST_ROW.to_string() } else { limits::write(&written)? };
            (rows, merged(house), text, says)
        }
        About::Offers => {
            let (book, row) = book_of(&mut tx, creditor, today).await?;
            let says = match row {
                Some(row) if row.creditor.is_some() => {
                    format!("Version {} of this creditor holds since {}.", row.number, written(row.from_on))
                }
                Some(row) => format!("Version {} of the agency holds since {}.", row.number, written(row.from_on)),
                None => "Nobody set any: what comes with the program holds.".into(),
            };
            (Vec::new(), Vec::new(), policy::write(&book)?, says)
        }
    };
    let parts = parts_in_force(&mut tx, about, creditor, today).await?;
    let (mut names, mut proposed, mut past) = (Names::default(), Vec::new(), Vec::new());
    for row in store::list(&mut tx, about).await? {
        let by = names.of(&mut tx, &row.proposed_by).await?;
        let decided = match (&row.decided_by, row.decided_at) {
            (Some(by), Some(at)) => {
                let by = names.of(&mut tx, by).await?;
                let why = row.decided_words.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
                format!("{} {} by {by}{why}", row.state, when(at, visit.at.at, &visit.zone))
            }
            _ => String::new(),
        };
        let (mut changes, mut problems) = (Vec::new(), Vec::new());
        if row.state == "proposed" {
            match parts_of(&mut tx, &row).await {
                Ok(after) => changes = words::changes(&parts_in_force(&mut tx, about, row.creditor, today).await?, &after),
                Err(Failure::Wrong(wrong)) => problems = wrong.0.into_iter().map(|(_, says)| says).collect(),
                Err(failure) => return Err(failure),
            }
        }
        let shown = ShownProposal {
            whose: name_of(&creditors, row.creditor),
            from: written(row.from_on),
            proposed: format!("{} by {by}", when(row.proposed_at, visit.at.at, &visit.zone)),
            decided,
            changes,
            problems,
            is_mine: row.proposed_by == visit.who.label(),
            row,
        };
        if shown.row.state == "proposed" { proposed.push(shown) } else { past.push(shown) }
    }
    tx.rollback().await;
    if form.fields.some("from").is_none() {
        form.fields = form.fields.with("from", &today.saturating_add(1.day()).to_string());
    }
    let text = form.fields.some("text").unwrap_or(text);
    let status = if form.problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = TermsPage {
        frame: Frame::of(visit, "/compliance", about.title()).saying(said),
        about,
        here: about.code(),
        says,
        rows,
        house,
        parts,
        versions,
        proposed,
        past,
        creditors,
        whose: whose.to_string(),
        may_change: may(visit.who.role, Permission::ChangePolicy),
        text,
        form,
    };
    Ok((status, page(&shown)).into_response())
}

/// Parts of the same people together.
fn merged(parts: Vec<Part>) -> Vec<Part> {
    let mut all: Vec<Part> = Vec::new();
    for part in parts {
        match all.iter_mut().find(|known| known.title == part.title) {
            Some(known) => known.lines.extend(part.lines),
            None => all.push(part),
        }
    }
    all
}

fn shown_row(row: &limits::WrittenRow) -> ShownRow {
    ShownRow {
        role: words::role(row.role.as_deref().unwrap_or(Role::Officer.code())),
        creditor: row.creditor.clone().unwrap_or_else(|| "any".into()),
        kind: row.product.as_deref().map_or("any".into(), words::kind),
        age: row.days_past_due.map_or("any".into(), words::age),
        lines: words::limits(&row.limits),
    }
}

fn name_of(creditors: &[Creditor], creditor: Option<CreditorId>) -> String {
    let named = creditor.and_then(|id| creditors.iter().find(|creditor| creditor.id == id));
    named.map_or_else(|| "The agency".into(), |creditor| creditor.name.clone())
}

/// What was set before, the newest first, and what of it holds.
async fn versions(tx: &mut Tx, about: About, creditors: &[Creditor], today: Date) -> Result<Vec<Version>, Failure> {
    let known: Vec<(Option<CreditorId>, i64, Date, String, String)> = match about {
        About::Limits => {
            list_limits(tx).await?.into_iter().map(|row| (None, row.number, row.from_on, row.set_by, row.approved_by)).collect()
        }
        About::Offers => {
            list_policies(tx).await?.into_iter().map(|row| (row.creditor, row.number, row.from_on, row.set_by, row.approved_by)).collect()
        }
    };
    let (mut names, mut shown) = (Names::default(), Vec::new());
    for (creditor, number, from_on, set_by, approved_by) in &known {
        let begun = known.iter().filter(|other| other.0 == *creditor && other.2 <= today);
        let newest = begun.max_by_key(|other| (other.2, other.1)).map(|other| other.1);
        shown.push(Version {
            number: *number,
            whose: name_of(creditors, *creditor),
            from: written(*from_on),
            by: format!("{}, approved by {}", names.of(tx, set_by).await?, names.of(tx, approved_by).await?),
            stands: match () {
                () if *from_on > today => "to come",
                () if newest == Some(*number) => "in force",
                () => "earlier",
            },
        });
    }
    Ok(shown)
}

/// `POST /compliance/terms/{about}`: reads a text and shows what it changes, or proposes it.
pub async fn post_terms(State(web): State<Web>, visit: Visit, Path(about): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let about = about_of(&about)?;
    let whose = fields.text("whose").to_string();
    let creditor = creditor_of(about, &whose)?;
    let text = fields.text("text").replace("\r\n", "\n");
    let done = match fields.text("do") == "propose" {
        false => try_terms(&mut web.app.db.read().await?, visit.at, about, creditor, &text).await,
        true => {
            let mut problems = Problems::default();
            match fields.date("from", &mut problems) {
                None => Err(Failure::Wrong(problems)),
                Some(from_on) => {
                    let reason = fields.text("reason").to_string();
                    let ask = ProposeTerms { about, creditor, body: text, from_on, reason };
                    match propose_terms(&web.app, &visit.who, visit.at, &ask).await {
                        Ok(_) => return Ok(back(about, &whose, "proposed")),
                        Err(failure) => Err(failure),
                    }
                }
            }
        }
    };
    let form = match done {
        Ok(changes) => Form { fields, problems: Problems::default(), changes: Some(changes) },
        Err(Failure::Wrong(problems)) => Form { fields, problems, changes: None },
        Err(Failure::Stale(says)) => Form { fields, problems: Problems::one("proposal", says), changes: None },
        Err(failure) => return Err(failure),
    };
    terms_page(&web, &visit, (about, &whose), None, form).await
}

fn back(about: About, whose: &str, said: &str) -> Response {
    let whose = if whose.is_empty() { String::new() } else { format!("whose={whose}&") };
    Redirect::to(&format!("/compliance/terms/{}?{whose}said={said}", about.code())).into_response()
}

fn parse(proposal: &str) -> Result<TermsProposalId, Failure> {
    proposal.parse().map_err(|_| Failure::NotFound("such proposal".into()))
}

/// What became of a decision: back to the page, or the page with what stands against it.
async fn decided<T>(web: &Web, visit: &Visit, id: TermsProposalId, done: Result<T, Failure>, said: &str) -> Result<Response, Failure> {
    let row = store::load(&mut web.app.db.read().await?, id).await?;
    let (about, whose) = (row.is_about(), row.creditor.map(|id| id.to_string()).unwrap_or_default());
    let problems = match done {
        Ok(_) => return Ok(back(about, &whose, said)),
        Err(Failure::Wrong(problems)) => {
            Problems(problems.0.into_iter().map(|(field, says)| ("decision", format!("{} {says}", what(field)))).collect())
        }
        Err(Failure::Stale(says)) => Problems::one("decision", says),
        Err(failure) => return Err(failure),
    };
    terms_page(web, visit, (about, &whose), None, Form { problems, ..Form::default() }).await
}

fn what(field: &str) -> &'static str {
    match field {
        "approver" => "The approver",
        "words" => "The words",
        _ => "The text:",
    }
}

/// `POST /compliance/terms/proposals/{proposal}/approvals`
pub async fn post_approval(State(web): State<Web>, visit: Visit, Path(proposal): Path<String>) -> Result<Response, Failure> {
    let id = parse(&proposal)?;
    let done = approve_terms(&web.app, &visit.who, visit.at, id).await;
    decided(&web, &visit, id, done, "approved").await
}

/// `POST /compliance/terms/proposals/{proposal}/refusals`
pub async fn post_refusal(State(web): State<Web>, visit: Visit, Path(proposal): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let (id, fields) = (parse(&proposal)?, Fields::of(&body));
    let done = refuse_terms(&web.app, &visit.who, visit.at, id, fields.text("words")).await;
    decided(&web, &visit, id, done, "refused-terms").await
}

/// `POST /compliance/terms/proposals/{proposal}/withdrawals`
pub async fn post_withdrawal(State(web): State<Web>, visit: Visit, Path(proposal): Path<String>) -> Result<Response, Failure> {
    let id = parse(&proposal)?;
    let done = withdraw_terms(&web.app, &visit.who, visit.at, id).await;
    decided(&web, &visit, id, done, "policy-withdrawn").await
}
