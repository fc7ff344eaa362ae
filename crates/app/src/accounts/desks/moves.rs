//! Moving work on screen: criteria in the address, what would move, the button that moves it, and the moves that were made.

use super::moving::{Plan, go_on, move_work, preview, undo};
use super::store::moves::{Criteria, MoveRow, Preview, list};
use super::store::{self, Desk};
use crate::accounts::store::list_creditors;
use crate::app::{Failure, Problems, aside};
use crate::cli::output::written;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page, when};
use crate::{accounts, identity};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::accounts::Stage;
use duly_domain::strategy::worklist::Lane;
use duly_domain::values::ids::{DeskId, MoveId};
use duly_domain::values::money::Currency;
use serde_json::Value as Json;
use std::collections::HashMap;

/// A move as it is shown.
struct ShownMove {
    row: MoveRow,
    by: String,
    when: String,
    criteria: String,
}

impl ShownMove {
    /// `done` as screens say it, and its tone.
    fn state(&self) -> (&'static str, &'static str) {
        match self.row.state.as_str() {
            "moving" => ("cut off", "wait"),
            "undoing" => ("undo cut off", "wait"),
            "undone" => ("undone", ""),
            _ => ("moved", "ok"),
        }
    }
}

#[derive(Template)]
#[template(path = "accounts/desks/moves.html")]
struct MovesPage {
    frame: Frame,
    fields: Fields,
    problems: Problems,
    desks: Vec<Desk>,
    creditors: Vec<accounts::store::Creditor>,
    lanes: Vec<(&'static str, String)>,
    stages: Vec<&'static str>,
    plan: Option<Plan>,
    hidden: Vec<(&'static str, String)>,
    from_name: String,
    to_name: String,
    moves: Vec<ShownMove>,
}

/// The fields of a move, in the order of the form.
const FIELDS: [&str; 10] = ["from", "to", "creditor", "stage", "lane", "language", "region", "balance_min", "balance_max", "limit"];

/// `GET /moves?from=&to=…`: the form; with both desks named, what would move.
pub async fn get_moves(State(web): State<Web>, visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let fields = Fields::of(query.unwrap_or_default().as_bytes());
    if fields.some("to").is_none() {
        return moves_page(&web, &visit, fields, Problems::default(), None).await;
    }
    let planned = match read(&fields) {
        Ok((criteria, to)) => preview(&web.app, &criteria, to, visit.at).await,
        Err(problems) => Err(Failure::Wrong(problems)),
    };
    match planned {
        Ok(plan) => moves_page(&web, &visit, fields, Problems::default(), Some(plan)).await,
        Err(Failure::Wrong(problems)) => moves_page(&web, &visit, fields, problems, None).await,
        Err(failure) => Err(failure),
    }
}

/// `POST /moves`: moves what was shown.
pub async fn post_move(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let moved = match read(&fields) {
        Ok((criteria, to)) => {
            let (app, who, at) = (web.app.clone(), visit.who.clone(), visit.at);
            aside(async move { move_work(&app, &who, at, &criteria, to).await }).await?
        }
        Err(problems) => Err(Failure::Wrong(problems)),
    };
    match moved {
        Ok(_) => Ok(Redirect::to("/moves?said=moved").into_response()),
        Err(Failure::Wrong(problems)) => moves_page(&web, &visit, fields, problems, None).await,
        Err(failure) => Err(failure),
    }
}

/// `POST /moves/{move}/undos`
pub async fn post_undo(State(web): State<Web>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let (app, who, at, id) = (web.app.clone(), visit.who.clone(), visit.at, parse(&id)?);
    match aside(async move { undo(&app, &who, at, id).await }).await? {
        Ok(_) => Ok(Redirect::to("/moves?said=undone").into_response()),
        Err(Failure::Stale(says)) => moves_page(&web, &visit, Fields::default(), Problems::one("form", says), None).await,
        Err(failure) => Err(failure),
    }
}

/// `POST /moves/{move}/continuations`: goes on with a move that was cut off.
pub async fn post_continuation(State(web): State<Web>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let (app, who, at, id) = (web.app.clone(), visit.who.clone(), visit.at, parse(&id)?);
    aside(async move { go_on(&app, &who, at, id).await }).await??;
    Ok(Redirect::to("/moves?said=moved").into_response())
}

fn parse(id: &str) -> Result<MoveId, Failure> {
    id.parse().map_err(|_| Failure::NotFound("such move".into()))
}

/// Reads what is to move, and where to; every problem at once.
fn read(fields: &Fields) -> Result<(Criteria, DeskId), Problems> {
    let mut problems = Problems::default();
    let from = fields.text("from").parse::<DeskId>();
    let to = fields.text("to").parse::<DeskId>();
    if from.is_err() {
        problems.0.push(("from", "is missing".into()));
    }
    if to.is_err() {
        problems.0.push(("to", "is missing".into()));
    }
    let creditor = fields.some("creditor").and_then(|id| id.parse().map_err(|_| problems.0.push(("creditor", "is not known".into()))).ok());
    let mut amount = |name: &'static str| fields.some(name).and_then(|_| fields.amount(name, Currency::Usd, &mut problems));
    let (balance_min, balance_max) = (amount("balance_min"), amount("balance_max"));
    let limit = fields.some("limit").and_then(|text| text.parse().map_err(|_| problems.0.push(("limit", "is no number".into()))).ok());
    match (from, to) {
        (Ok(from), Ok(to)) if problems.is_empty() => Ok((
            Criteria {
                creditor,
                stage: fields.some("stage"),
                language: fields.some("language"),
                region: fields.some("region").map(|region| region.to_uppercase()),
                balance_min,
                balance_max,
                lane: fields.some("lane"),
                limit,
                ..Criteria::all_of(from)
            },
            to,
        )),
        _ => Err(problems),
    }
}

async fn moves_page(web: &Web, visit: &Visit, fields: Fields, problems: Problems, plan: Option<Plan>) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let desks = store::list_desks(&mut tx).await?;
    let creditors = list_creditors(&mut tx).await?;
    let users = identity::store::list_users(&mut tx, 10_000).await?;
    let names: HashMap<String, String> = users.into_iter().map(|user| (user.id.to_string(), user.name)).collect();
    let moves = list(&mut tx, 30).await?.into_iter().map(|row| ShownMove {
        by: names.get(&row.moved_by).cloned().unwrap_or_else(|| "Command line".into()),
        when: when(row.moved_at, visit.at.at, &visit.zone),
        criteria: in_words(&row.criteria, &creditors),
        row,
    });
    let named = |field: &str| {
        let id = fields.text(field);
        desks.iter().find(|desk| desk.id.to_string() == id).map(|desk| desk.name.clone()).unwrap_or_default()
    };
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let said = fields.some("said");
    let shown = MovesPage {
        frame: Frame::of(visit, "/desks", "Move work").saying(said.as_deref()),
        hidden: FIELDS.into_iter().filter_map(|name| fields.some(name).map(|value| (name, value))).collect(),
        from_name: named("from"),
        to_name: named("to"),
        moves: moves.collect(),
        lanes: Lane::ALL.into_iter().map(|lane| (lane.code(), lane.to_string())).collect(),
        stages: Stage::ALL.into_iter().map(Stage::code).collect(),
        desks,
        creditors,
        problems,
        plan,
        fields,
    };
    Ok((status, page(&shown)).into_response())
}

/// What was asked for, in words.
fn in_words(kept: &str, creditors: &[accounts::store::Creditor]) -> String {
    let json: Json = serde_json::from_str(kept).unwrap_or(Json::Null);
    let text = |name: &str| json[name].as_str().map(String::from);
    let money = |name: &str| json[name].as_i64().map(|minor| written(minor, "USD"));
    let creditor = text("creditor").map(|id| {
        let known = creditors.iter().find(|creditor| creditor.id.to_string() == id);
        known.map_or(id, |creditor| creditor.name.clone())
    });
    let parts = [
        creditor,
        text("stage").map(|stage| format!("stage {stage}")),
        text("lane").and_then(|lane| Lane::parse(&lane)).map(|lane| lane.to_string()),
        text("language"),
        text("region"),
        money("balance_min_minor").map(|least| format!("from {least}")),
        money("balance_max_minor").map(|most| format!("up to {most}")),
        json["limit"].as_i64().map(|limit| format!("at most {limit}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "everything open".into() } else { parts.join(", ") }
}

impl Preview {
    /// The balance as it is written.
    fn balance(&self) -> String {
        written(self.balance_minor, &self.currency)
    }
}
