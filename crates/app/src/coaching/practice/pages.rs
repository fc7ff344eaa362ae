//! Handlers of practice.

use super::actions::{begin, choose, load, somebody};
use super::{showing, store};
use crate::app::Failure;
use crate::coaching::guides;
use crate::coaching::training::certificates::progress;
use crate::coaching::training::store::{AssignmentRow, list_open_of};
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{COACHING, Frame, page, when};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::coaching::course::Course;
use duly_domain::coaching::practice::{Scenario, find, shipped};
use duly_domain::coaching::topic::Topic;
use duly_domain::identity::{Permission, may};
use duly_domain::values::ids::PracticeId;
use duly_domain::values::moment::written;
use std::collections::HashMap;

/// A scenario with what the reader came to in it.
struct ShownScenario {
    scenario: &'static Scenario,
    tries: i64,
    percent: Option<i64>,
    is_passed: bool,
    last: String,
}

/// A course, and how far the reader is in it.
struct ShownCourse {
    course: Course,
    left: Vec<&'static str>,
    is_quiz_passed: bool,
    held_until: Option<String>,
}

#[derive(Template)]
#[template(path = "coaching/practice/practice.html")]
struct PracticePage {
    frame: Frame,
    scenarios: Vec<ShownScenario>,
    passed: usize,
    assigned: Vec<(AssignmentRow, String, bool)>,
    courses: Vec<ShownCourse>,
    sees_team: bool,
}

/// `GET /practice`
pub async fn get_practice(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    let user = somebody(&visit.who)?;
    let mut tx = web.app.db.read().await?;
    let best = store::list_best(&mut tx, user).await?;
    let scenarios: Vec<ShownScenario> = shipped()
        .iter()
        .map(|scenario| {
            let mine = best.iter().find(|best| best.scenario == scenario.code);
            ShownScenario {
                scenario,
                tries: mine.map_or(0, |best| best.tries),
                percent: mine.and_then(|best| best.percent),
                is_passed: mine.is_some_and(|best| best.is_passed == Some(true)),
                last: mine.and_then(|best| best.last_at).map(|at| when(at, visit.at.at, &visit.zone)).unwrap_or_default(),
            }
        })
        .collect();
    let today = visit.at.business_day;
    let assigned = list_open_of(&mut tx, user).await?;
    let assigned = assigned.into_iter().map(|row| (written(row.due_on), row.due_on < today, row)).map(|(due, late, row)| (row, due, late));
    let mut courses = Vec::new();
    for course in Course::ALL.iter().copied() {
        let progress = progress(&mut tx, user, course, visit.at).await?;
        let title = |code: &&'static str| find(code).map_or(*code, |scenario| scenario.title.as_str());
        courses.push(ShownCourse {
            course,
            left: progress.scenarios_left.iter().map(title).collect(),
            is_quiz_passed: progress.is_quiz_passed,
            held_until: progress.held_until.map(written),
        });
    }
    let passed = scenarios.iter().filter(|shown| shown.is_passed).count();
    let frame = Frame::of(&visit, COACHING, "Practice").saying(query.get("said").map(String::as_str));
    Ok(page(&PracticePage {
        frame,
        scenarios,
        passed,
        assigned: assigned.collect(),
        courses,
        sees_team: may(visit.who.role, Permission::ReadCompliance),
    }))
}

/// `POST /practice/calls`: a scenario begins.
pub async fn post_call(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let id = begin(&web.app, &visit.who, visit.at, Fields::of(&body).text("scenario")).await?;
    Ok(Redirect::to(&format!("/practice/calls/{id}")).into_response())
}

fn parsed(id: &str) -> Result<PracticeId, Failure> {
    id.parse().map_err(|_| Failure::NotFound("such practice call".into()))
}

/// `GET /practice/calls/{practice}`
pub async fn get_call(State(web): State<Web>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let played = load(&mut tx, &visit.who, parsed(&id)?).await?;
    // The words of today lead practice as they lead calls.
    let language = played.play.scenario.language;
    let guide = guides::code_in_force(&mut tx, language, visit.at.at).await?;
    let guide = guides::of_call(&mut tx, language, &guide).await?;
    tx.rollback().await;
    Ok(showing::show(&played, &visit, &guide))
}

/// `POST /practice/calls/{practice}/choices`
pub async fn post_choice(State(web): State<Web>, visit: Visit, Path(id): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let (id, fields) = (parsed(&id)?, Fields::of(&body));
    let number = |name: &str| fields.text(name).parse::<usize>().ok();
    let (Some(seq), Some(place)) = (number("seq"), number("choice")) else {
        return Err(Failure::wrong("choice", "is missing: press one of those shown"));
    };
    choose(&web.app, &visit.who, visit.at, id, seq, place).await?;
    Ok(Redirect::to(&format!("/practice/calls/{id}#now")).into_response())
}
