//! Teams: what each officer did today, and what waits for them.

use super::actions::{add_team, set_team};
use super::store::{self, Team, Today, Worker};
use crate::app::{Failure, Problems};
use crate::store::Tx;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::identity::Role;
use duly_domain::strategy::worklist::Lane;
use duly_domain::values::ids::{TeamId, UserId};
use std::collections::HashMap;

/// A team as it is shown; the last one holds whoever belongs to none.
struct ShownTeam {
    team: Option<Team>,
    leader: String,
    is_mine: bool,
    people: Vec<(Worker, Today, i64, i64)>,
}

impl ShownTeam {
    /// Contacts, talks and promises of all.
    fn sum(&self) -> (i64, i64, i64) {
        self.people.iter().fold((0, 0, 0), |(contacts, talks, promises), (_, today, _, _)| {
            (contacts + today.contacts, talks + today.talks, promises + today.promises)
        })
    }
}

#[derive(Template)]
#[template(path = "accounts/desks/teams.html")]
struct TeamsPage {
    frame: Frame,
    teams: Vec<ShownTeam>,
    choices: Vec<Team>,
    people: Vec<Worker>,
    supervisors: Vec<Worker>,
    name: String,
    problems: Problems,
}

/// `GET /teams`
pub async fn get_teams(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    teams_page(&web, &visit, query.get("said").map(String::as_str), String::new(), Problems::default()).await
}

async fn teams_page(web: &Web, visit: &Visit, said: Option<&str>, name: String, problems: Problems) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let choices = store::list_teams(&mut tx).await?;
    let people = store::list_workers(&mut tx).await?;
    let teams = list_shown(&mut tx, visit, &choices, &people).await?;
    let supervisors = people.iter().filter(|worker| worker.role == Role::Supervisor.code()).cloned().collect();
    let frame = Frame::of(visit, "/desks", "Teams").saying(said);
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, page(&TeamsPage { frame, teams, choices, people, supervisors, name, problems })).into_response())
}

/// Every team with its people, one's own first; whoever belongs to none at the end.
async fn list_shown(tx: &mut Tx, visit: &Visit, teams: &[Team], people: &[Worker]) -> Result<Vec<ShownTeam>, Failure> {
    let began = visit.at.business_day.to_zoned(visit.zone.clone()).map_or(visit.at.at, |midnight| midnight.timestamp());
    let rows = store::list_lanes(tx).await?;
    let members = store::list_members(tx).await?;
    let mut shown: Vec<ShownTeam> = Vec::new();
    for team in teams.iter().cloned().map(Some).chain([None]) {
        let mut of_team = Vec::new();
        let leads = |worker: &Worker| teams.iter().any(|team| team.supervisor == worker.user);
        let belongs = |worker: &&Worker| match &team {
            Some(team) => worker.team == Some(team.id) || team.supervisor == worker.user,
            None => worker.team.is_none() && !leads(worker),
        };
        for worker in people.iter().filter(belongs) {
            let today = store::load_today(tx, worker.user, began, visit.at.business_day, visit.at.at).await?;
            let on_desk = |desk| members.iter().any(|member| member.desk == desk && member.user == worker.user);
            let mine = rows.iter().filter(|(desk, _, _)| on_desk(*desk));
            let waiting = mine.clone().map(|(_, _, count)| count).sum();
            let timed = mine.filter(|(_, lane, _)| lane == Lane::Timed.code()).map(|(_, _, count)| count).sum();
            of_team.push((worker.clone(), today, waiting, timed));
        }
        let leader = team.as_ref().and_then(|team| people.iter().find(|worker| worker.user == team.supervisor));
        shown.push(ShownTeam {
            leader: leader.map(|worker| worker.name.clone()).unwrap_or_default(),
            is_mine: team.as_ref().is_some_and(|team| Some(team.supervisor) == visit.who.id),
            people: of_team,
            team,
        });
    }
    shown.retain(|shown| shown.team.is_some() || !shown.people.is_empty());
    shown.sort_by_key(|shown| (!shown.is_mine, shown.team.is_none()));
    Ok(shown)
}

/// `POST /teams`
pub async fn post_team(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let Ok(supervisor) = fields.text("supervisor").parse::<UserId>() else {
        let problems = Problems::one("supervisor", "is missing");
        return teams_page(&web, &visit, None, fields.text("name").into(), problems).await;
    };
    match add_team(&web.app, &visit.who, visit.at, fields.text("name"), supervisor).await {
        Ok(_) => Ok(Redirect::to("/teams?said=added").into_response()),
        Err(Failure::Wrong(problems)) => teams_page(&web, &visit, None, fields.text("name").into(), problems).await,
        Err(failure) => Err(failure),
    }
}

/// `POST /teams/members`: puts somebody into a team, or out of theirs.
pub async fn post_member(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let user: UserId = fields.text("user").parse().map_err(|_| Failure::NotFound("such user".into()))?;
    let team = match fields.some("team") {
        None => None,
        Some(team) => Some(team.parse::<TeamId>().map_err(|_| Failure::NotFound("such team".into()))?),
    };
    set_team(&web.app, &visit.who, visit.at, user, team).await?;
    Ok(Redirect::to("/teams?said=joined").into_response())
}
