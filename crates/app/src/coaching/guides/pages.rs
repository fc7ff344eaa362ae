//! The call guide on screen: what is said in which call, its versions, and the form that proposes a text.

use super::actions::{ProposeGuide, Tried, approve_guide, propose_guide, try_guide, withdraw_guide};
use super::store::{self, GuideRow};
use super::{in_force, text_in_force};
use crate::app::{Failure, Problems};
use crate::identity::names::Names;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{COACHING, Frame, page, when};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::coaching::guide::{Card, Change, Condition, Guide, Line, Problem, Situation, changes, shipped_text};
use duly_domain::identity::{Permission, may};
use duly_domain::outreach::conversation::Stage;
use duly_domain::outreach::letter::Language;
use duly_domain::values::ids::GuideId;
use duly_domain::values::moment::written;
use jiff::ToSpan;
use std::collections::HashMap;

const LANGUAGES: [Language; 2] = [Language::English, Language::Spanish];

/// A version as it is listed.
struct ShownGuide {
    row: GuideRow,
    from: String,
    proposed: String,
    decided: String,
    changes: Vec<Change>,
    /// What this release does not read in it.
    problems: Vec<Problem>,
    is_mine: bool,
}

/// What leads the calls of a language.
struct Leading {
    language: Language,
    says: String,
    cards: usize,
    rows: usize,
}

#[derive(Template)]
#[template(path = "coaching/guides/guides.html")]
struct GuidesPage {
    frame: Frame,
    leading: Vec<Leading>,
    proposed: Vec<ShownGuide>,
    past: Vec<ShownGuide>,
    may_change: bool,
    problems: Problems,
}

/// `GET /guides?said=`
pub async fn get_guides(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    guides_page(&web, &visit, query.get("said").map(String::as_str), Problems::default()).await
}

async fn guides_page(web: &Web, visit: &Visit, said: Option<&str>, problems: Problems) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let rows = store::list_all(&mut tx).await?;
    let mut names = Names::default();
    let leading = LANGUAGES.map(|language| {
        let text = text_in_force(&rows, language, visit.at.at);
        let guide = Guide::parse(text).unwrap_or_else(|_| Guide::shipped(language));
        let says = match in_force(&rows, language, visit.at.at) {
            Some(row) => format!("Version {}, since {}", row.number, since(row, visit)),
            None => "As it comes with the program".into(),
        };
        Leading { language, says, cards: guide.cards.len(), rows: guide.table.len() }
    });
    let (mut proposed, mut past) = (Vec::new(), Vec::new());
    for row in &rows {
        let decided = match (&row.decided_by, row.decided_at) {
            (Some(by), Some(at)) => {
                let by = names.of(&mut tx, by).await?;
                format!("{} {} by {by}", row.state, when(at, visit.at.at, &visit.zone))
            }
            _ => String::new(),
        };
        let by = names.of(&mut tx, &row.proposed_by).await?;
        let shown = ShownGuide {
            from: since(row, visit),
            proposed: format!("{} by {by}", when(row.proposed_at, visit.at.at, &visit.zone)),
            decided,
            changes: changes(before(&rows, row), &row.body),
            problems: Guide::parse(&row.body).err().unwrap_or_default(),
            is_mine: row.proposed_by == visit.who.label(),
            row: row.clone(),
        };
        if row.state == "proposed" { proposed.push(shown) } else { past.push(shown) }
    }
    tx.rollback().await;
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let frame = Frame::of(visit, COACHING, "Call guides").saying(said);
    let may_change = may(visit.who.role, Permission::ChangePolicy);
    Ok((status, page(&GuidesPage { frame, leading: leading.into(), proposed, past, may_change, problems })).into_response())
}

/// When a version begins, or from which day it is to.
fn since(row: &GuideRow, visit: &Visit) -> String {
    row.begins_at.map_or_else(|| written(row.from_on), |at| when(at, visit.at.at, &visit.zone))
}

/// What was said when a version was proposed.
fn before<'r>(rows: &'r [GuideRow], row: &GuideRow) -> &'r str {
    text_in_force(rows, row.language(), row.proposed_at)
}

/// The words of a stage as they come out.
struct ShownStage<'g> {
    stage: Stage,
    lines: Vec<&'g Line>,
}

/// A card as its words come out.
struct ShownCard<'g> {
    card: &'g Card,
    lines: Vec<&'g Line>,
}

#[derive(Template)]
#[template(path = "coaching/guides/guide.html")]
struct GuidePage<'g> {
    frame: Frame,
    code: String,
    language: Language,
    which: String,
    conditions: Vec<(Condition, bool)>,
    stages: Vec<ShownStage<'g>>,
    cards: Vec<ShownCard<'g>>,
    guide: &'g Guide,
    may_change: bool,
}

/// `GET /guides/{guide}?CONDITION=yes`: a version, or what leads the calls of a language, as it comes out in a call.
pub async fn get_guide(
    State(web): State<Web>,
    visit: Visit,
    Path(code): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let (guide, which) = match Language::parse(&code) {
        Some(language) => {
            let rows = store::list_approved(&mut tx, language).await?;
            let which = in_force(&rows, language, visit.at.at)
                .map_or("as it comes with the program".into(), |row| format!("version {}", row.number));
            (Guide::parse(text_in_force(&rows, language, visit.at.at)), which)
        }
        None => {
            let row = store::load_guide(&mut tx, parse(&code)?).await?;
            (Guide::parse(&row.body), format!("version {}, {}", row.number, row.state))
        }
    };
    tx.rollback().await;
    let guide =
        guide.map_err(|_| Failure::Stale("this release of the program does not read that text: see the list of versions".into()))?;
    let named: Vec<(Condition, bool)> = Condition::ALL.into_iter().map(|is| (is, query.contains_key(&field(is)))).collect();
    let situation = named.iter().fold(Situation::default(), |situation, (is, holds)| situation.and_if(*holds, *is));
    let shown = GuidePage {
        frame: Frame::of(&visit, COACHING, &format!("Call guide, {}", guide.language)),
        code,
        language: guide.language,
        which,
        conditions: named,
        stages: Stage::ALL.iter().map(|stage| ShownStage { stage: *stage, lines: guide.at(*stage, situation) }).collect(),
        cards: guide.cards.iter().map(|card| ShownCard { card, lines: card.at(situation) }).collect(),
        guide: &guide,
        may_change: may(visit.who.role, Permission::ChangePolicy),
    };
    Ok(page(&shown))
}

/// The name of a condition's box.
fn field(condition: Condition) -> String {
    condition.word().replace([' ', '-'], "_")
}

fn parse(guide: &str) -> Result<GuideId, Failure> {
    guide.parse().map_err(|_| Failure::NotFound("such guide: there are en, es and the versions on the list".into()))
}

#[derive(Template)]
#[template(path = "coaching/guides/text.html")]
struct TextPage {
    frame: Frame,
    language: Language,
    text: String,
    fields: Fields,
    problems: Problems,
    tried: Option<Tried>,
}

/// `GET /guides/{guide}/text`: the text in force, to be changed; `shipped=yes` begins with the program's own.
pub async fn get_text(
    State(web): State<Web>,
    visit: Visit,
    Path(code): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let language = language_of(&code)?;
    let mut tx = web.app.db.read().await?;
    let rows = store::list_approved(&mut tx, language).await?;
    tx.rollback().await;
    let text = match query.contains_key("shipped") {
        true => shipped_text(language),
        false => text_in_force(&rows, language, visit.at.at),
    };
    let tomorrow = visit.at.business_day.saturating_add(1.day()).to_string();
    Ok(text_page(&visit, language, text.to_string(), Fields::default().with("from", &tomorrow), Problems::default(), None))
}

fn language_of(code: &str) -> Result<Language, Failure> {
    Language::parse(code).ok_or_else(|| Failure::NotFound(format!("guide in {code:?}: there are en and es")))
}

fn text_page(visit: &Visit, language: Language, text: String, fields: Fields, problems: Problems, tried: Option<Tried>) -> Response {
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let frame = Frame::of(visit, COACHING, &format!("Change the guide, {language}"));
    (status, page(&TextPage { frame, language, text, fields, problems, tried })).into_response()
}

/// `POST /guides/{guide}/text`: reads a text and shows what it changes, or proposes it.
pub async fn post_text(State(web): State<Web>, visit: Visit, Path(code): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let language = language_of(&code)?;
    let text = fields.text("text").replace("\r\n", "\n");
    let again = |problems: Problems, tried: Option<Tried>| text_page(&visit, language, text.clone(), fields.clone(), problems, tried);
    let mut problems = Problems::default();
    let done = match fields.text("do") == "propose" {
        false => try_guide(&web.app, visit.at, &text).await,
        true => {
            let from_on = fields.date("from", &mut problems);
            let Some(from_on) = from_on else { return Ok(again(problems, None)) };
            let ask = ProposeGuide { body: text.clone(), from_on, reason: fields.text("reason").to_string() };
            match propose_guide(&web.app, &visit.who, visit.at, &ask).await {
                Ok(_) => return Ok(Redirect::to("/guides?said=guide-proposed").into_response()),
                Err(failure) => Err(failure),
            }
        }
    };
    match done {
        Ok(tried) => Ok(again(problems, Some(tried))),
        Err(Failure::Wrong(problems)) => Ok(again(problems, None)),
        Err(Failure::Stale(says)) => Ok(again(Problems::one("proposal", says), None)),
        Err(failure) => Err(failure),
    }
}

/// `POST /guides/{guide}/approvals`
pub async fn post_approval(State(web): State<Web>, visit: Visit, Path(guide): Path<String>) -> Result<Response, Failure> {
    match approve_guide(&web.app, &visit.who, visit.at, parse(&guide)?).await {
        Ok(()) => Ok(Redirect::to("/guides?said=guide-approved").into_response()),
        Err(Failure::Wrong(problems)) => guides_page(&web, &visit, None, problems).await,
        Err(failure) => Err(failure),
    }
}

/// `POST /guides/{guide}/withdrawals`
pub async fn post_withdrawal(State(web): State<Web>, visit: Visit, Path(guide): Path<String>) -> Result<Response, Failure> {
    withdraw_guide(&web.app, &visit.who, visit.at, parse(&guide)?).await?;
    Ok(Redirect::to("/guides?said=policy-withdrawn").into_response())
}
