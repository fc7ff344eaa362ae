//! Handlers of the call desk.

use super::actions::{Led, WrapUp, begin_call, end_call, load, wrap_in};
use super::opening;
use super::pressing::{Pressed, press};
use super::recap::pages::by;
use super::recap::{self, Made};
use super::showing::{WRAP_SECONDS, show};
use super::store::{self, LateCall};
use crate::app::{Failure, Problems};
use crate::coaching::reviews::care;
use crate::compliance::gate::look_at;
use crate::parties::name_of;
use crate::transaction;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::outreach::conversation::{Conversation, Stage, Trigger, Way};
use duly_domain::outreach::result;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{CallId, ContactId};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::HashMap;

/// A call of the day, as its list shows it.
struct ShownCall {
    at: String,
    came_in: bool,
    href: String,
    name: String,
    result: String,
    talked: String,
    wrapped: String,
    is_abusive: bool,
}

#[derive(Template)]
#[template(path = "outreach/calls/calls.html")]
struct CallsPage {
    frame: Frame,
    calls: Vec<ShownCall>,
    left_open: Vec<ShownCall>,
    pace: Option<(i64, usize)>,
}

/// `GET /calls`: the officer's calls today.
pub async fn get_calls(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    let since = visit.at.business_day.to_zoned(visit.zone.clone()).map_or(visit.at.at, |start| start.timestamp());
    let mut tx = web.app.db.read().await?;
    let (calls, left_open, abusive) = match visit.who.id {
        Some(officer) => (
            store::list_lately(&mut tx, officer, since).await?,
            store::list_left_open(&mut tx, officer, since).await?,
            care::list_abusive(&mut tx, officer, since).await?,
        ),
        None => (Vec::new(), Vec::new(), Vec::new()),
    };
    let mut wraps: Vec<i64> = calls.iter().filter_map(|call| seconds(call.ended_at, call.wrapped_at)).collect();
    wraps.sort_unstable();
    let pace = wraps.get(wraps.len() / 2).map(|median| (*median, wraps.len()));
    let calls = calls.into_iter().map(|call| shown(call, "%H:%M", &visit.zone, &abusive)).collect();
    let left_open = left_open.into_iter().map(|call| shown(call, "%a %-d %b %H:%M", &visit.zone, &abusive)).collect();
    let frame = Frame::of(&visit, "/calls", "Calls").saying(query.get("said").map(String::as_str));
    Ok(page(&CallsPage { frame, calls, left_open, pace }))
}

fn seconds(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<i64> {
    Some(to?.duration_since(from?).as_secs().max(0))
}

fn shown(call: LateCall, form: &str, zone: &TimeZone, abusive: &[CallId]) -> ShownCall {
    let came_in = call.direction == "in";
    ShownCall {
        at: call.began_at.to_zoned(zone.clone()).strftime(form).to_string(),
        came_in,
        href: format!("/calls/{}", call.id),
        name: name_of(call.name.as_deref()).to_string(),
        result: match call.result.as_deref().and_then(result::find) {
            Some(result) => result.words(came_in).into(),
            None => "not wrapped up yet".into(),
        },
        talked: seconds(Some(call.began_at), call.ended_at).map(|spent| format!("{:02}:{:02}", spent / 60, spent % 60)).unwrap_or_default(),
        wrapped: seconds(call.ended_at, call.wrapped_at).map(|spent| format!("{spent} s")).unwrap_or_default(),
        is_abusive: abusive.contains(&call.id),
    }
}

/// `POST /accounts/{account}/contacts/{contact}/calls`: a reserved call is led by the guide.
pub async fn post_call(State(web): State<Web>, visit: Visit, Path((_, contact)): Path<(String, String)>) -> Result<Response, Failure> {
    let contact: ContactId = contact.parse().map_err(|_| Failure::NotFound("such reservation".into()))?;
    let call = begin_call(&web.app, &visit.who, visit.at, contact).await?;
    Ok(Redirect::to(&format!("/calls/{call}")).into_response())
}

/// `GET /calls/{call}?stage=&card=&words=`
pub async fn get_call(
    State(web): State<Web>,
    visit: Visit,
    Path(call): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    show(&web, &visit, parsed(&call)?, &query, Fields::default(), Problems::default()).await
}

fn parsed(call: &str) -> Result<CallId, Failure> {
    call.parse().map_err(|_| Failure::NotFound("such call".into()))
}

/// `POST /calls/{call}/steps`: something was done.
pub async fn post_step(State(web): State<Web>, visit: Visit, Path(call): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let (call, fields) = (parsed(&call)?, Fields::of(&body));
    let stage = Stage::parse(fields.text("at")).unwrap_or(Stage::Verify);
    // A case that begins with their words asks for them first.
    if let Some(trigger) = Trigger::parse(fields.text("trigger"))
        && opening::needs_words(trigger)
        && fields.some("words").is_none()
    {
        return Ok(Redirect::to(&format!("/calls/{call}?stage={}&words={}#case-words", stage.code(), trigger.code())).into_response());
    }
    let problems = match press(&web.app, &visit.who, visit.at, call, &fields).await {
        Ok(Pressed::Kept(conversation)) => {
            return Ok(Redirect::to(&format!("/calls/{call}{}", onward(&conversation, &fields, stage))).into_response());
        }
        Ok(Pressed::Wrong(problems)) | Err(Failure::Wrong(problems)) => problems,
        Err(Failure::Stale(says)) => Problems::one("form", says),
        Err(failure) => return Err(failure),
    };
    let mut query = HashMap::from([("stage".to_string(), stage.code().to_string())]);
    query.extend(fields.some("trigger").map(|code| ("words".to_string(), code)));
    show(&web, &visit, call, &query, fields, problems).await
}

/// Where a step leads: on, where its stage has what belongs to it.
fn onward(conversation: &Conversation, fields: &Fields, stage: Stage) -> String {
    let to = match conversation.way() {
        Way::Talking if fields.text("step") == "opened" => Some(stage),
        Way::Talking => conversation.after(stage).or(Some(stage)),
        _ => None,
    };
    to.map(|to| format!("?stage={}", to.code())).unwrap_or_default()
}

/// `POST /calls/{call}/ends`
pub async fn post_end(State(web): State<Web>, visit: Visit, Path(call): Path<String>) -> Result<Response, Failure> {
    let call = parsed(&call)?;
    end_call(&web.app, &visit.who, visit.at, call).await?;
    Ok(Redirect::to(&format!("/calls/{call}")).into_response())
}

/// `POST /calls/{call}/wraps`
pub async fn post_wrap(State(web): State<Web>, visit: Visit, Path(call): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let (call, fields) = (parsed(&call)?, Fields::of(&body));
    let mut problems = Problems::default();
    let follow_up_on = fields.some("follow_up").and_then(|_| fields.date("follow_up", &mut problems));
    let minute = fields.minute("follow_up_time");
    let (who, at) = (&visit.who, visit.at);
    let done = match problems.is_empty() {
        true => transaction!(web.app.db, tx, {
            let led = load(tx, who, call).await?;
            let zone = their_zone(&led, &visit);
            let ask = WrapUp {
                call,
                result: fields.text("result").to_string(),
                note: fields.text("note").to_string(),
                follow_up_on,
                follow_up_at: follow_up_on.zip(minute).and_then(|(on, minute)| moment_of(on, minute, &zone)),
            };
            wrap_in(tx, who, at, &led, &ask).await
        }),
        false => Err(Failure::Wrong(problems)),
    };
    let again = HashMap::new();
    match done {
        Ok(recorded) => {
            let is_abusive = fields.text("abusive") == "yes";
            if is_abusive {
                care::mark_abusive(&web.app, who, at, call).await?;
            }
            let to = match fields.text("then") {
                // What could not be written for them, and a text that waits, is shown; a letter is on its way.
                _ if !is_written(&web, &visit, call, &fields).await? => format!("/calls/{call}?said=recorded#recap"),
                _ if is_abusive => "/coaching/care?said=pausing".into(),
                "break" => "/calls?said=recorded".into(),
                _ => format!("/next?after={}", recorded.account),
            };
            Ok(Redirect::to(&to).into_response())
        }
        Err(Failure::Wrong(problems)) => show(&web, &visit, call, &again, fields, problems).await,
        Err(Failure::Stale(says)) => show(&web, &visit, call, &again, fields, Problems::one("form", says)).await,
        Err(failure) => Err(failure),
    }
}

/// Writes the recap that was chosen; whether nothing is left to be done about it.
async fn is_written(web: &Web, visit: &Visit, call: CallId, fields: &Fields) -> Result<bool, Failure> {
    let Some(channel) = by(fields) else { return Ok(true) };
    match recap::make(&web.app, &visit.who, visit.at, call, channel).await {
        Ok(Made::Kept(_)) => Ok(channel == Channel::Letter),
        Ok(Made::Held(_)) | Err(Failure::Stale(_)) => Ok(false),
        Err(failure) => Err(failure),
    }
}

/// The zone in which the person's clock is read.
fn their_zone(led: &Led, visit: &Visit) -> TimeZone {
    let seen = look_at(&led.known, visit.at.at, Channel::Call, led.call.person);
    let zone = seen.facts.clocks.first().and_then(|clock| TimeZone::get(clock.zone).ok());
    zone.unwrap_or_else(|| visit.zone.clone())
}

fn moment_of(on: Date, minute: i64, zone: &TimeZone) -> Option<Timestamp> {
    let time = on.at(i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?, 0, 0);
    time.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp())
}
