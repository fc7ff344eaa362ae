//! Handlers of the floor.

use super::now::{self, Present};
use crate::accounts::desks::store as desks;
use crate::app::Failure;
use crate::plans::approvals::panel::{Shown, lasted};
use crate::plans::approvals::store as approvals;
use crate::web::Web;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use duly_domain::outreach::presence::Doing;
use duly_domain::strategy::worklist::Lane;
use duly_domain::values::moment::{day_number, written};

/// Somebody as the floor shows them.
struct Row {
    present: Present,
    word: &'static str,
    stage: String,
    tone: &'static str,
    spent: Option<(i64, String)>,
}

/// A lane, how many wait in it, and how long the oldest has.
struct ShownLane {
    lane: Lane,
    count: i64,
    oldest: String,
}

#[derive(Template)]
#[template(path = "outreach/floor/_now.html")]
struct Now {
    teams: Vec<(String, Vec<Row>)>,
    waiting: Vec<Shown>,
    lanes: Vec<ShownLane>,
}

#[derive(Template)]
#[template(path = "outreach/floor/floor.html")]
struct FloorPage {
    frame: Frame,
    now: Now,
}

/// `GET /floor`
pub async fn get_floor(State(web): State<Web>, visit: Visit) -> Result<Response, Failure> {
    let mark = now::mark_of(&mut web.app.db.read().await?, visit.at, &visit.zone).await?;
    let now = read(&web, &visit).await?;
    let mut frame = Frame::of(&visit, "/floor", "The floor");
    frame.live = format!("/live/floor?seen={mark}");
    Ok(page(&FloorPage { frame, now }))
}

/// `GET /floor/now`: what changes on it, alone.
pub async fn get_now(State(web): State<Web>, visit: Visit) -> Result<Response, Failure> {
    Ok(page(&read(&web, &visit).await?))
}

async fn read(web: &Web, visit: &Visit) -> Result<Now, Failure> {
    let lanes = web.depths.read(&web.app, visit.at.at).await?;
    let mut tx = web.app.db.read().await?;
    let teams = desks::list_teams(&mut tx).await?;
    let mut present = now::list_present(&mut tx, visit.at, &visit.zone).await?;
    let mut shown = Vec::new();
    for team in teams.iter().map(Some).chain([None]) {
        let (of_team, others): (Vec<Present>, Vec<Present>) = present.into_iter().partition(|present| match team {
            Some(team) => present.team == Some(team.id) || (present.team.is_none() && present.user == team.supervisor),
            None => true,
        });
        present = others;
        if !of_team.is_empty() {
            let name = team.map_or_else(|| "In no team".to_string(), |team| team.name.clone());
            shown.push((name, of_team.into_iter().map(|present| row(present, visit)).collect()));
        }
    }
    let mut waiting = approvals::list_waiting(&mut tx, visit.at.at).await?;
    waiting.sort_by_key(|row| (!row.is_holding(), row.asked_at, row.id));
    let waiting = waiting.into_iter().map(|row| Shown::of(row, visit.who.id, visit.at.at, &visit.zone));
    let today = day_number(visit.at.business_day);
    let lanes = lanes.into_iter().map(|(lane, count, oldest)| {
        let oldest = oldest.filter(|_| count > 0).map(|on| match today - day_number(on) {
            ..=0 => "of today".into(),
            1 => "since yesterday".into(),
            days => format!("{days} days, since {}", written(on)),
        });
        ShownLane { lane, count, oldest: oldest.unwrap_or_default() }
    });
    Ok(Now { teams: shown, waiting: waiting.collect::<Result<Vec<_>, _>>()?, lanes: lanes.collect() })
}

fn row(present: Present, visit: &Visit) -> Row {
    let spent = present.since.map(|since| visit.at.at.duration_since(since).as_secs().max(0));
    Row {
        word: present.doing.word(),
        stage: if let Doing::OnCall(stage) = present.doing { stage.to_string() } else { String::new() },
        tone: match present.doing {
            Doing::OnCall(_) => "ok",
            Doing::WrappingUp | Doing::Pausing => "wait",
            Doing::Working => "acc",
            Doing::Away | Doing::Idle => "",
        },
        spent: spent.map(|seconds| (seconds, lasted(seconds))),
        present,
    }
}
