//! Nights: their steps, counts and reports, and the button that runs one.

use super::nightly;
use super::store::{self, Night, Step};
use crate::app::{Failure, behind};
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::identity::{Permission, may};
use duly_domain::values::moment::written;
use serde_json::{Map, Value as Json};
use std::collections::HashMap;

struct ShownNight {
    night: Night,
    day: String,
    steps: Vec<(Step, String)>,
}

#[derive(Template)]
#[template(path = "jobs/nights.html")]
struct NightsPage {
    frame: Frame,
    nights: Vec<ShownNight>,
    may_run: bool,
    suggestion: String,
    today: String,
    says: String,
}

/// `GET /nights`
pub async fn get_nights(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    nights_page(&web, &visit, query.get("said").map(String::as_str), String::new()).await
}

async fn nights_page(web: &Web, visit: &Visit, said: Option<&str>, says: String) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let mut nights = Vec::new();
    for night in store::list_nights(&mut tx, 14).await? {
        let steps = store::list_steps(&mut tx, night.business_day).await?;
        let steps = steps.into_iter().map(|step| (step.clone(), counts_in_words(&step.counts))).collect();
        nights.push(ShownNight { day: written(night.business_day), night, steps });
    }
    let last = nights.iter().find(|shown| shown.night.state == "done").map(|shown| shown.night.business_day);
    let suggestion = last.map_or(visit.at.business_day, |last| last.saturating_add(jiff::Span::new().days(1)).min(visit.at.business_day));
    Ok(page(&NightsPage {
        frame: Frame::of(visit, "/nights", "Nights").saying(said),
        nights,
        may_run: may(visit.who.role, Permission::RunNights),
        suggestion: suggestion.to_string(),
        today: visit.at.business_day.to_string(),
        says,
    }))
}

fn counts_in_words(counts: &str) -> String {
    let counts: Map<String, Json> = serde_json::from_str(counts).unwrap_or_default();
    counts.iter().map(|(name, count)| format!("{count} {}", name.replace('_', " "))).collect::<Vec<_>>().join(", ")
}

/// `POST /nights`: runs the night that closes a day.
pub async fn post_night(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let mut problems = crate::app::Problems::default();
    let Some(day) = fields.date("day", &mut problems) else {
        return nights_page(&web, &visit, None, format!("The day {}.", problems.of("day").unwrap_or("is missing"))).await;
    };
    if day > visit.at.business_day {
        return nights_page(&web, &visit, None, "That day is not over: it lies in the future.".into()).await;
    }
    if day == visit.at.business_day && fields.text("early").is_empty() {
        let says = "Today is not over. If its last posting is done, say so and close it: what still comes in falls to the next night.";
        return nights_page(&web, &visit, None, says.into()).await;
    }
    let app = web.app.clone();
    match behind(async move { nightly::run(&app, visit.at, day).await }).await? {
        Ok(_) => Ok(Redirect::to("/nights?said=night").into_response()),
        Err(Failure::Stale(says)) => nights_page(&web, &visit, None, format!("Not done: {says}.")).await,
        Err(failure) => Err(failure),
    }
}
