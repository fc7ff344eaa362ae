//! The team: what waits for whoever reviews it, the draw of the last week, and who pauses.

use super::numbers::{self, Numbers};
use super::store::{self, Draw};
use super::{drawing, pages, scope};
use crate::app::{Failure, Problems};
use crate::identity::names::Names;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{COACHING, Frame, page, when};
use askama::Template;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::identity::{Permission, may};
use duly_domain::values::ids::UserId;
use duly_domain::values::moment::written;
use jiff::civil::Date;
use std::collections::HashMap;

/// Something that waits.
struct Due {
    what: &'static str,
    tone: &'static str,
    officer: String,
    about: String,
    since: String,
    href: String,
}

/// Somebody whose calls are reviewed.
struct ShownOfficer {
    person: store::Person,
    is_me: bool,
    calls: i64,
    draw: Option<Draw>,
    /// Who drew it, in words.
    drawn_by: String,
    pausing: Option<String>,
}

#[derive(Template)]
#[template(path = "coaching/reviews/team.html")]
struct TeamPage {
    frame: Frame,
    week: String,
    week_on: Date,
    due: Vec<Due>,
    officers: Vec<ShownOfficer>,
    may_review: bool,
    reads_calibration: bool,
    numbers: Numbers,
    problems: Problems,
}

/// The page for whoever reviews, decides or audits.
pub(super) async fn team_page(web: &Web, visit: &Visit, query: &HashMap<String, String>, problems: Problems) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let now = visit.at.at;
    let week_on = drawing::last_week(visit.at.business_day);
    let (from, to) = drawing::span_of(week_on, &visit.zone);
    let counts = store::list_call_counts(&mut tx, from, to).await?;
    let draws = store::list_draws(&mut tx, week_on).await?;
    let pauses = store::care::list_pauses(&mut tx, now).await?;
    let people = scope::people(&mut tx, &visit.who).await?;
    let mut due = Vec::new();
    let is_mine = |officer: &UserId| people.iter().any(|person| person.id == *officer);
    let may_review = may(visit.who.role, Permission::ReviewCalls);
    for id in store::list_waiting_disputes(&mut tx).await? {
        let review = store::load_review(&mut tx, id).await?;
        let since = when(review.asked_at, now, &visit.zone);
        let href = format!("/coaching/reviews/{id}");
        due.push(Due {
            what: "Disputed mark",
            tone: "wait",
            officer: review.officer_name.clone(),
            about: pages::reasons(&review).join(", "),
            since,
            href,
        });
    }
    for goal in store::goals::list_due(&mut tx, visit.at.business_day).await?.into_iter().filter(|goal| is_mine(&goal.officer)) {
        let href = format!("/coaching/officers/{}", goal.officer);
        due.push(Due {
            what: "Goal to look at again",
            tone: "acc",
            officer: goal.officer_name,
            about: goal.goal,
            since: written(goal.recheck_on),
            href,
        });
    }
    let waiting = store::list_waiting(&mut tx).await?;
    for review in waiting.into_iter().filter(|review| is_mine(&review.officer) && visit.who.id != Some(review.officer)) {
        let since = when(review.called_at, now, &visit.zone);
        let href = format!("/coaching/reviews/{}", review.id);
        due.push(Due {
            what: "Call to review",
            tone: "",
            officer: review.officer_name.clone(),
            about: pages::reasons(&review).join(", "),
            since,
            href,
        });
    }
    if may_review {
        for review in store::list_calibrations(&mut tx).await? {
            let scores = store::list_scores(&mut tx, review.id).await?;
            let is_done = scores.len() > 1 || scores.iter().any(|score| Some(score.scorer) == visit.who.id);
            if !is_done && visit.who.id != Some(review.officer) {
                let since = when(review.called_at, now, &visit.zone);
                let href = format!("/coaching/reviews/{}", review.id);
                due.push(Due { what: "Calibration", tone: "", officer: review.officer_name, about: "Mark it blind".into(), since, href });
            }
        }
    }
    let mut names = Names::default();
    let mut officers = Vec::new();
    for person in people {
        let draw = draws.iter().find(|draw| draw.officer == person.id).cloned();
        let pausing = pauses.iter().find(|pause| pause.officer == person.id);
        officers.push(ShownOfficer {
            is_me: visit.who.id == Some(person.id),
            calls: counts.iter().find(|(user, _)| *user == person.id).map_or(0, |(_, count)| *count),
            drawn_by: match &draw {
                Some(draw) => drawing::drawer(&mut tx, &mut names, draw).await?,
                None => String::new(),
            },
            draw,
            pausing: pausing.map(|pause| pause.until_at.to_zoned(visit.zone.clone()).strftime("%H:%M").to_string()),
            person,
        });
    }
    let numbers = Numbers::read(&mut tx).await?;
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = TeamPage {
        frame: Frame::of(visit, COACHING, "Coaching").saying(query.get("said").map(String::as_str)),
        week: written(week_on),
        week_on,
        due,
        officers,
        may_review,
        reads_calibration: may(visit.who.role, Permission::ReadCompliance),
        numbers,
        problems,
    };
    Ok((status, page(&shown)).into_response())
}

/// `POST /coaching/draws`: a week of one officer is drawn, or that of all.
pub async fn post_draw(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let Ok(week_on) = fields.text("week").parse::<Date>() else { return Err(Failure::wrong("week", "is no day")) };
    let officer: UserId = fields.text("officer").parse().map_err(|_| Failure::NotFound("such officer".into()))?;
    match drawing::draw_week(&web.app, &visit.who, visit.at, officer, week_on, &drawing::make_seed()?).await {
        Ok(_) => Ok(Redirect::to("/coaching?said=drawn").into_response()),
        Err(Failure::Stale(says)) => team_page(&web, &visit, &HashMap::new(), Problems::one("form", says)).await,
        Err(failure) => Err(failure),
    }
}

/// `POST /coaching/numbers`
pub async fn post_numbers(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    match Numbers::parse(|name| fields.text(name).to_string()) {
        Ok(settled) => {
            numbers::settle(&web.app, &visit.who, visit.at, settled).await?;
            Ok(Redirect::to("/coaching?said=settled").into_response())
        }
        Err(problems) => team_page(&web, &visit, &HashMap::new(), problems).await,
    }
}
