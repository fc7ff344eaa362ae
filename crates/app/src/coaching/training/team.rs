//! Who is due and overdue, and which permissions wait for a certificate.

use super::certificates::{GATED, end_need, gated, set_need, would_stop};
use super::store::{self, NeedRow, OpenAssignment};
use crate::app::{Failure, Problems};
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{COACHING, Frame, page};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::coaching::course::Course;
use duly_domain::identity::{Permission, may};
use duly_domain::values::ids::NeedId;
use duly_domain::values::moment::written;
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::HashMap;

/// One who is due.
struct ShownDue {
    row: OpenAssignment,
    due: String,
    is_overdue: bool,
}

/// One permission that waits.
struct ShownNeed {
    row: NeedRow,
    words: &'static str,
    course: String,
    binds: String,
    stops: usize,
}

/// What switching one on would do.
struct Preview {
    words: &'static str,
    course: Course,
    stopped: Vec<String>,
}

#[derive(Template)]
#[template(path = "coaching/training/team.html")]
struct TeamPage {
    frame: Frame,
    due: Vec<ShownDue>,
    overdue: usize,
    needs: Vec<ShownNeed>,
    preview: Option<Preview>,
    may_set: bool,
    permission: String,
    course: String,
    from: Date,
    from_in_words: String,
    today: Date,
    problems: Problems,
}

/// `GET /practice/team?permission=&course=&from=`
pub async fn get_team(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    show(&web, &visit, &query, Problems::default()).await
}

async fn show(web: &Web, visit: &Visit, query: &HashMap<String, String>, problems: Problems) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let today = visit.at.business_day;
    let due: Vec<ShownDue> = store::list_open(&mut tx)
        .await?
        .into_iter()
        .map(|row| ShownDue { due: written(row.due_on), is_overdue: row.due_on < today, row })
        .collect();
    let mut needs = Vec::new();
    for row in store::list_needs(&mut tx).await? {
        let (Some((permission, _, words)), Some(course)) = (gated(&row.permission), Course::parse(&row.course)) else { continue };
        let stops = would_stop(&mut tx, permission, course, today).await?.len();
        needs.push(ShownNeed { words, course: course.to_string(), binds: written(row.binds_on), stops, row });
    }
    let asked = |name: &str| query.get(name).cloned().unwrap_or_default();
    let from = asked("from").parse().unwrap_or_else(|_| today.saturating_add(14.days()));
    let preview = match (gated(&asked("permission")), Course::parse(&asked("course"))) {
        (Some((permission, _, words)), Some(course)) => {
            Some(Preview { words, course, stopped: would_stop(&mut tx, permission, course, from.max(today)).await? })
        }
        _ => None,
    };
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = TeamPage {
        frame: Frame::of(visit, COACHING, "Training of the team").saying(query.get("said").map(String::as_str)),
        overdue: due.iter().filter(|due| due.is_overdue).count(),
        due,
        needs,
        preview,
        may_set: may(visit.who.role, Permission::ChangePolicy),
        permission: asked("permission"),
        course: asked("course"),
        from,
        from_in_words: written(from),
        today,
        problems,
    };
    Ok((status, page(&shown)).into_response())
}

/// `POST /practice/needs`: from a day on a permission waits for a certificate.
pub async fn post_need(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let mut problems = Problems::default();
    let set = match fields.date("from", &mut problems) {
        Some(from) => set_need(&web.app, &visit.who, visit.at, fields.text("permission"), fields.text("course"), from).await.map(drop),
        None => Err(Failure::Wrong(problems)),
    };
    match set {
        Ok(()) => Ok(Redirect::to("/practice/team?said=settled").into_response()),
        Err(Failure::Wrong(problems)) => {
            let query = ["permission", "course", "from"].map(|name| (name.to_string(), fields.text(name).to_string()));
            show(&web, &visit, &query.into_iter().collect(), problems).await
        }
        Err(failure) => Err(failure),
    }
}

/// `POST /practice/needs/{need}/ends`
pub async fn post_need_end(State(web): State<Web>, visit: Visit, Path(need): Path<String>) -> Result<Response, Failure> {
    let need: NeedId = need.parse().map_err(|_| Failure::NotFound("such requirement".into()))?;
    end_need(&web.app, &visit.who, visit.at, need).await?;
    Ok(Redirect::to("/practice/team?said=ended").into_response())
}
