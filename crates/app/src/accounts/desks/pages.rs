//! Desks: what is open on each, who works it, people put on it and taken off. No debtor is named here.

use super::actions::{add_desk, join_desk, leave_desk};
use super::store::{self, Desk, Member, Worker};
use crate::app::{Failure, Problems};
use crate::cli::output::written;
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
use duly_domain::strategy::worklist::Lane;
use duly_domain::values::ids::{DeskId, UserId};
use std::collections::HashMap;

/// A desk as it is shown.
pub struct ShownDesk {
    /// The desk.
    pub desk: Desk,
    /// Open accounts.
    pub open: i64,
    /// What they owe, by currency.
    pub balances: Vec<String>,
    /// Rows of the worklist by lane, in the lanes' order.
    pub lanes: Vec<(String, i64)>,
    /// Accounts with a time of the day agreed.
    pub timed: i64,
    /// Who works it.
    pub members: Vec<Member>,
}

impl ShownDesk {
    /// Rows of the worklist.
    pub fn waiting(&self) -> i64 {
        self.lanes.iter().map(|(_, count)| count).sum()
    }

    /// Whether open accounts are left to nobody.
    pub fn is_alone(&self) -> bool {
        self.open > 0 && self.members.is_empty()
    }

    /// The members in a few words.
    pub fn members_in_words(&self) -> String {
        let names: Vec<&str> = self.members.iter().map(|member| member.name.as_str()).collect();
        match names.len() {
            0 => "nobody".into(),
            1..=3 => names.join(", "),
            many => format!("{}, {} and {} more", names[0], names[1], many - 2),
        }
    }
}

/// Every desk with what is on it.
pub async fn list_shown(tx: &mut Tx) -> Result<Vec<ShownDesk>, Failure> {
    let desks = store::list_desks(tx).await?;
    let open = store::list_open(tx).await?;
    let rows = store::list_lanes(tx).await?;
    let members = store::list_members(tx).await?;
    let shown = desks.into_iter().map(|desk| {
        let here = open.iter().filter(|open| open.desk == desk.id);
        let in_lane =
            |lane: Lane| rows.iter().find(|(at, code, _)| *at == desk.id && code == lane.code()).map_or(0, |(_, _, count)| *count);
        ShownDesk {
            open: here.clone().map(|open| open.count).sum(),
            balances: here.clone().map(|open| written(open.balance_minor, &open.currency)).collect(),
            timed: here.map(|open| open.timed).sum(),
            lanes: Lane::ALL.into_iter().map(|lane| (lane.to_string(), in_lane(lane))).collect(),
            members: members.iter().filter(|member| member.desk == desk.id).cloned().collect(),
            desk,
        }
    });
    Ok(shown.collect())
}

#[derive(Template)]
#[template(path = "accounts/desks/desks.html")]
struct DesksPage {
    frame: Frame,
    desks: Vec<ShownDesk>,
    lanes: Vec<String>,
    name: String,
    problems: Problems,
}

#[derive(Template)]
#[template(path = "accounts/desks/desk.html")]
struct DeskPage {
    frame: Frame,
    shown: ShownDesk,
    others: Vec<Worker>,
    says: String,
}

/// `GET /desks`
pub async fn get_desks(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    let frame = Frame::of(&visit, "/desks", "Desks").saying(query.get("said").map(String::as_str));
    desks_page(&web, frame, String::new(), Problems::default()).await
}

async fn desks_page(web: &Web, frame: Frame, name: String, problems: Problems) -> Result<Response, Failure> {
    let desks = list_shown(&mut web.app.db.read().await?).await?;
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let lanes = Lane::ALL.into_iter().map(|lane| lane.to_string()).collect();
    Ok((status, page(&DesksPage { frame, desks, lanes, name, problems })).into_response())
}

/// `POST /desks`
pub async fn post_desk(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    match add_desk(&web.app, &visit.who, visit.at, fields.text("name")).await {
        Ok(desk) => Ok(Redirect::to(&format!("/desks/{desk}?said=added")).into_response()),
        Err(Failure::Wrong(problems)) => desks_page(&web, Frame::of(&visit, "/desks", "Desks"), fields.text("name").into(), problems).await,
        Err(failure) => Err(failure),
    }
}

/// `GET /desks/{desk}`
pub async fn get_desk(
    State(web): State<Web>,
    visit: Visit,
    Path(desk): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    desk_page(&web, &visit, parse(&desk)?, query.get("said").map(String::as_str), String::new()).await
}

async fn desk_page(web: &Web, visit: &Visit, desk: DeskId, said: Option<&str>, says: String) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let shown = list_shown(&mut tx).await?.into_iter().find(|shown| shown.desk.id == desk);
    let shown = shown.ok_or_else(|| Failure::NotFound(format!("desk {desk}")))?;
    let mut others = store::list_workers(&mut tx).await?;
    others.retain(|worker| !shown.members.iter().any(|member| member.user == worker.user));
    let frame = Frame::of(visit, "/desks", &shown.desk.name).saying(said);
    let status = if says.is_empty() { StatusCode::OK } else { StatusCode::CONFLICT };
    Ok((status, page(&DeskPage { frame, shown, others, says })).into_response())
}

/// `POST /desks/{desk}/members`
pub async fn post_member(State(web): State<Web>, visit: Visit, Path(desk): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let desk = parse(&desk)?;
    let user: UserId = Fields::of(&body).text("user").parse().map_err(|_| Failure::NotFound("such user".into()))?;
    join_desk(&web.app, &visit.who, visit.at, desk, user).await?;
    Ok(Redirect::to(&format!("/desks/{desk}?said=joined")).into_response())
}

/// `POST /desks/{desk}/members/{user}/ends`
pub async fn post_member_end(
    State(web): State<Web>,
    visit: Visit,
    Path((desk, user)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let desk = parse(&desk)?;
    let user: UserId = user.parse().map_err(|_| Failure::NotFound("such user".into()))?;
    match leave_desk(&web.app, &visit.who, visit.at, desk, user).await {
        Ok(()) => Ok(Redirect::to(&format!("/desks/{desk}?said=left")).into_response()),
        Err(Failure::Stale(says)) => desk_page(&web, &visit, desk, None, says).await,
        Err(failure) => Err(failure),
    }
}

fn parse(desk: &str) -> Result<DeskId, Failure> {
    desk.parse().map_err(|_| Failure::NotFound("such desk".into()))
}
