//! Handlers of the call desk.

use super::actions::{WrapUp, begin_call, compare, end_call, load, take_step, wrap_call};
use super::opening;
use super::showing::{WRAP_SECONDS, show};
use super::store;
use crate::app::{Failure, Outcome, Problems};
use crate::coaching::reviews::care;
use crate::compliance::gate::look_at;
use crate::ledger;
use crate::plans::actions::{TakePromise, take_promise};
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::decision::Answer;
use duly_domain::outreach::conversation::{Answered, Choice, Means, Reason, Stage, Step, Trigger, Way};
use duly_domain::outreach::result;
use duly_domain::parties::right_party::{Check, Fit};
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, CallId, ContactId};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::HashMap;

/// A call of the day, as its list shows it.
struct ShownCall {
    at: String,
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
    pace: Option<(i64, usize)>,
}

/// `GET /calls`: the officer's calls today.
pub async fn get_calls(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    let since = visit.at.business_day.to_zoned(visit.zone.clone()).map_or(visit.at.at, |start| start.timestamp());
    let (calls, abusive) = match visit.who.id {
        Some(officer) => {
            let mut tx = web.app.db.read().await?;
            (store::list_lately(&mut tx, officer, since).await?, care::list_abusive(&mut tx, officer, since).await?)
        }
        None => (Vec::new(), Vec::new()),
    };
    let seconds = |from: Option<Timestamp>, to: Option<Timestamp>| Some(to?.duration_since(from?).as_secs().max(0));
    let mut wraps: Vec<i64> = calls.iter().filter_map(|call| seconds(call.ended_at, call.wrapped_at)).collect();
    wraps.sort_unstable();
    let pace = wraps.get(wraps.len() / 2).map(|median| (*median, wraps.len()));
    let shown = calls.into_iter().map(|call| ShownCall {
        at: call.began_at.to_zoned(visit.zone.clone()).strftime("%H:%M").to_string(),
        href: format!("/calls/{}", call.id),
        name: call.name.unwrap_or_else(|| "No name on file".into()),
        result: match call.result.as_deref().and_then(result::find) {
            Some(result) => result.label.into(),
            None => "not wrapped up yet".into(),
        },
        talked: seconds(Some(call.began_at), call.ended_at).map(|spent| format!("{:02}:{:02}", spent / 60, spent % 60)).unwrap_or_default(),
        wrapped: seconds(call.ended_at, call.wrapped_at).map(|spent| format!("{spent} s")).unwrap_or_default(),
        is_abusive: abusive.contains(&call.id),
    });
    let calls = shown.collect();
    let frame = Frame::of(&visit, "/calls", "Calls").saying(query.get("said").map(String::as_str));
    Ok(page(&CallsPage { frame, calls, pace }))
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
    let done = do_step(&web, &visit, call, &fields).await;
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/calls/{call}{}", onward(&web, &visit, call, &fields, stage).await?)).into_response()),
        Err(Failure::Wrong(problems)) => {
            let mut query = HashMap::from([("stage".to_string(), stage.code().to_string())]);
            query.extend(fields.some("trigger").map(|code| ("words".to_string(), code)));
            show(&web, &visit, call, &query, fields, problems).await
        }
        Err(Failure::Stale(says)) => {
            let query = HashMap::from([("stage".to_string(), stage.code().to_string())]);
            show(&web, &visit, call, &query, fields, Problems::one("form", says)).await
        }
        Err(failure) => Err(failure),
    }
}

/// Where a step leads: on, where its stage has what belongs to it.
async fn onward(web: &Web, visit: &Visit, call: CallId, fields: &Fields, stage: Stage) -> Result<String, Failure> {
    let mut tx = web.app.db.read().await?;
    let led = load(&mut tx, &visit.who, call).await?;
    tx.rollback().await;
    let to = match led.conversation.way() {
        Way::Talking if fields.text("step") == "opened" => Some(stage),
        Way::Talking => led.conversation.after(stage).or(Some(stage)),
        _ => None,
    };
    Ok(to.map(|to| format!("?stage={}", to.code())).unwrap_or_default())
}

/// Reads a form and does what it says.
async fn do_step(web: &Web, visit: &Visit, call: CallId, fields: &Fields) -> Result<(), Failure> {
    let (app, who, at) = (&web.app, &visit.who, visit.at);
    let mut problems = Problems::default();
    let step = match fields.text("step") {
        "answered" => match Answered::parse(fields.text("who")) {
            Some(answered) => Step::Answered { who: answered },
            None => return Err(Failure::wrong("form", "choose who answered")),
        },
        "checked" => return check(web, visit, call, fields).await,
        "located" => Step::Located { told: fields.text("told") == "yes" },
        "message" => Step::MessageLeft,
        "disclosed" => Step::Disclosed { words: words_said(web, visit, call, fields).await? },
        "purpose" => Step::Purpose,
        "told" => match Reason::parse(fields.text("reason")) {
            Some(reason) => {
                let agreed = fields.text("agreed") == "yes";
                // What they did not agree to is not written down at all.
                let is_kept = agreed || !reason.is_sensitive();
                let text = |name: &str| if is_kept { fields.text(name).to_string() } else { String::new() };
                Step::Told { reason, since: text("since"), words: text("words"), agreed }
            }
            None => return Err(Failure::wrong("reason", "is not chosen")),
        },
        "opened" => match Trigger::parse(fields.text("trigger")) {
            Some(trigger) => {
                let led = load(&mut app.db.read().await?, who, call).await?;
                if led.call.wrapped_at.is_some() {
                    return Err(Failure::Stale("this call is wrapped up".into()));
                }
                if !led.conversation.triggers().contains(&trigger) {
                    opening::open(app, who, at, &led.call, trigger, fields.some("words")).await?;
                }
                Step::Opened { trigger }
            }
            None => return Err(Failure::wrong("form", "choose what they said")),
        },
        "offered" => {
            let choices: Vec<Choice> = fields.ticked("choice.").iter().filter_map(|code| Choice::parse(code)).collect();
            Step::Offered { choices }
        }
        "budget" => {
            let currency = currency_of(web, visit, call).await?;
            let mut amount = |name: &'static str| fields.amount(name, currency, &mut problems).unwrap_or(0);
            let (income_minor, essentials_minor, priority_minor) = (amount("income"), amount("essentials"), amount("priority"));
            Step::Budget { income_minor, essentials_minor, priority_minor }
        }
        "promised" if fields.text("refused") == "yes" => Step::Refused,
        "promised" => return promise(web, visit, call, fields).await,
        "read_back" => Step::ReadBack { confirmed: fields.text("confirmed") == "yes" },
        "agreed" => {
            let on = fields.date("on", &mut problems);
            let by = Means::parse(fields.text("by")).unwrap_or(Means::None);
            let minute = fields.minute("time").and_then(|minute| u16::try_from(minute).ok());
            match on {
                Some(on) => Step::Agreed { on, minute, by },
                None => return Err(Failure::Wrong(problems)),
            }
        }
        "bad_time" => {
            take_step(app, who, at, call, Step::BadTime).await?;
            return end_call(app, who, at, call).await;
        }
        _ => return Err(Failure::wrong("form", "is no step of a call")),
    };
    if !problems.is_empty() {
        return Err(Failure::Wrong(problems));
    }
    take_step(app, who, at, call, step).await
}

/// Compares what they said; what cannot be read is named and is no miss.
async fn check(web: &Web, visit: &Visit, call: CallId, fields: &Fields) -> Result<(), Failure> {
    if let Some(check) = Check::parse(fields.text("declined")) {
        return take_step(&web.app, &visit.who, visit.at, call, Step::Checked { check, fit: Fit::Declined }).await;
    }
    let mut problems = Problems::default();
    let said: Vec<Check> = Check::ALL.into_iter().filter(|check| fields.some(check.code()).is_some()).collect();
    if said.is_empty() {
        return Err(Failure::wrong("form", "type what they said, or press that they would not say"));
    }
    for check in said {
        match compare(&web.app, &visit.who, visit.at, call, check, fields.text(check.code())).await {
            Ok(()) => {}
            Err(Failure::Wrong(wrong)) => problems.0.extend(wrong.0),
            Err(failure) => return Err(failure),
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Failure::Wrong(problems)) }
}

/// Which of the words that were due were said.
async fn words_said(web: &Web, visit: &Visit, call: CallId, fields: &Fields) -> Result<Vec<String>, Failure> {
    let led = load(&mut web.app.db.read().await?, &visit.who, call).await?;
    let due: Vec<String> = led.due().filter(|due| due.words.is_ok()).map(|due| due.wording.id.to_string()).collect();
    let said = if fields.text("all") == "yes" { due.clone() } else { fields.ticked("said.") };
    let said: Vec<String> = said.into_iter().filter(|id| due.contains(id)).collect();
    match said.is_empty() && !due.is_empty() {
        true => Err(Failure::wrong("said", "come before anything else: tick what you said")),
        false => Ok(said),
    }
}

/// Takes the promise and keeps it as a step.
async fn promise(web: &Web, visit: &Visit, call: CallId, fields: &Fields) -> Result<(), Failure> {
    let mut problems = Problems::default();
    let currency = currency_of(web, visit, call).await?;
    let (amount, due_on) = (fields.amount("amount", currency, &mut problems), fields.date("due", &mut problems));
    let (Some(amount_minor), Some(due_on)) = (amount, due_on) else { return Err(Failure::Wrong(problems)) };
    let led = load(&mut web.app.db.read().await?, &visit.who, call).await?;
    led.conversation.may_enter(Stage::Commit).map_err(|says| Failure::Stale(format!("{} {says}", Stage::Commit)))?;
    let ask = TakePromise { account: led.call.account, amount_minor, due_on };
    match take_promise(&web.app, &visit.who, visit.at, ask).await? {
        Outcome::Done(_) => {
            let step = Step::Promised { amount_minor, currency: currency.code().into(), due_on };
            take_step(&web.app, &visit.who, visit.at, call, step).await
        }
        Outcome::Refused(decision) => {
            let says: Vec<&str> = decision.because.iter().map(|reason| reason.rule.plain).collect();
            let says = format!("the promise is refused: {}", says.join(" ").trim_end_matches('.'));
            let mut problems = Problems::one("form", says);
            if decision.answer == Answer::NeedsSupervisor {
                problems.0.push(("limit", "is passed: a supervisor may grant it".into()));
            }
            Err(Failure::Wrong(problems))
        }
    }
}

async fn currency_of(web: &Web, visit: &Visit, call: CallId) -> Result<duly_domain::values::money::Currency, Failure> {
    let led = load(&mut web.app.db.read().await?, &visit.who, call).await?;
    Ok(ledger::store::currency(&led.known.account.currency)?)
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
    let (account, zone) = their_zone(&web, &visit, call).await?;
    let ask = WrapUp {
        call,
        result: fields.text("result").to_string(),
        note: fields.text("note").to_string(),
        follow_up_on,
        follow_up_at: follow_up_on.zip(fields.minute("follow_up_time")).and_then(|(on, minute)| moment_of(on, minute, &zone)),
    };
    let done = match problems.is_empty() {
        true => wrap_call(&web.app, &visit.who, visit.at, &ask).await,
        false => Err(Failure::Wrong(problems)),
    };
    let again = HashMap::new();
    match done {
        Ok(_) if fields.text("abusive") == "yes" => {
            care::mark_abusive(&web.app, &visit.who, visit.at, call).await?;
            Ok(Redirect::to("/coaching/care?said=pausing").into_response())
        }
        Ok(_) if fields.text("then") == "break" => Ok(Redirect::to("/calls?said=recorded").into_response()),
        Ok(_) => Ok(Redirect::to(&format!("/next?after={account}")).into_response()),
        Err(Failure::Wrong(problems)) => show(&web, &visit, call, &again, fields, problems).await,
        Err(Failure::Stale(says)) => show(&web, &visit, call, &again, fields, Problems::one("form", says)).await,
        Err(failure) => Err(failure),
    }
}

/// The call's account, and the zone in which its person's clock is read.
async fn their_zone(web: &Web, visit: &Visit, call: CallId) -> Result<(AccountId, TimeZone), Failure> {
    let led = load(&mut web.app.db.read().await?, &visit.who, call).await?;
    let seen = look_at(&led.known, visit.at.at, Channel::Call, led.call.person);
    let zone = seen.facts.clocks.first().and_then(|clock| TimeZone::get(clock.zone).ok());
    Ok((led.call.account, zone.unwrap_or_else(|| visit.zone.clone())))
}

fn moment_of(on: Date, minute: i64, zone: &TimeZone) -> Option<Timestamp> {
    let time = on.at(i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?, 0, 0);
    time.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp())
}
