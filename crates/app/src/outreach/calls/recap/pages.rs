//! The recap on a call's page: made, and said to be sent.

use super::{Made, make, note_wish, say_sent, store};
use crate::app::{Failure, Problems};
use crate::outreach::calls::showing::show;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::outreach::conversation::Stage;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{CallId, RecapId};
use std::collections::HashMap;

/// `POST /calls/{call}/recaps`: what was agreed is written for them.
pub async fn post_recap(State(web): State<Web>, visit: Visit, Path(call): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let call: CallId = call.parse().map_err(|_| Failure::NotFound("such call".into()))?;
    let fields = Fields::of(&body);
    let Some(channel) = by(&fields) else { return said(&web, &visit, call, vec!["choose a letter or a text".into()]).await };
    match make(&web.app, &visit.who, visit.at, call, channel).await {
        Ok(Made::Kept(_)) => Ok(Redirect::to(&format!("/calls/{call}?said=recap")).into_response()),
        Ok(Made::Held(because)) => said(&web, &visit, call, because).await,
        Err(Failure::Stale(says)) => said(&web, &visit, call, vec![says]).await,
        Err(failure) => Err(failure),
    }
}

/// `POST /calls/{call}/wishes`: by which way they like to have things in writing.
pub async fn post_wish(State(web): State<Web>, visit: Visit, Path(call): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let call: CallId = call.parse().map_err(|_| Failure::NotFound("such call".into()))?;
    let fields = Fields::of(&body);
    let stage = Stage::parse(fields.text("at")).unwrap_or(Stage::Close);
    let problems = match note_wish(&web.app, &visit.who, visit.at, call, fields.text("by")).await {
        Ok(_) => return Ok(Redirect::to(&format!("/calls/{call}?stage={}&said=noted", stage.code())).into_response()),
        Err(Failure::Wrong(problems)) => Problems::one("form", problems.to_string()),
        Err(Failure::Stale(says)) => Problems::one("form", says),
        Err(failure) => return Err(failure),
    };
    let query = HashMap::from([("stage".to_string(), stage.code().to_string())]);
    show(&web, &visit, call, &query, Fields::default(), problems).await
}

/// `POST /recaps/{recap}/sendings`: the officer sends the text now.
pub async fn post_sending(State(web): State<Web>, visit: Visit, Path(recap): Path<String>) -> Result<Response, Failure> {
    let recap: RecapId = recap.parse().map_err(|_| Failure::NotFound("such recap".into()))?;
    let call = store::load(&mut web.app.db.read().await?, recap).await?.call;
    match say_sent(&web.app, &visit.who, visit.at, recap).await {
        Ok(because) if because.is_empty() => Ok(Redirect::to(&format!("/calls/{call}?said=sent")).into_response()),
        Ok(because) => said(&web, &visit, call, because).await,
        Err(Failure::Stale(says)) => said(&web, &visit, call, vec![says]).await,
        Err(failure) => Err(failure),
    }
}

/// The way that a form names.
pub fn by(fields: &Fields) -> Option<Channel> {
    Channel::parse(fields.text("recap")).filter(|channel| super::BY.contains(channel))
}

/// The call's page again, with what kept from it.
async fn said(web: &Web, visit: &Visit, call: CallId, because: Vec<String>) -> Result<Response, Failure> {
    let says = because.join("; ");
    show(web, visit, call, &HashMap::new(), Fields::default(), Problems::one("recap", says)).await
}
