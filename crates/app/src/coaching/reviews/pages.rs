//! What an officer sees of their own reviews, and whoever reviews them of theirs: each call with both scores, and the goals.

use super::goals::{SetGoal, close_goal, set_goal};
use super::marking::Marked;
use super::store::goals::{self, Goal};
use super::store::{self, Person, Review};
use super::{care, numbers, scope};
use crate::app::{Failure, Problems};
use crate::store::Tx;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{COACHING, Frame, page, when};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::coaching::goal::Outcome;
use duly_domain::coaching::review::Seat;
use duly_domain::coaching::sample::Why;
use duly_domain::coaching::scorecard::{Item, Scorecard};
use duly_domain::identity::{Permission, Role, may};
use duly_domain::values::ids::{CallId, GoalId, MoodNoteId, ReviewId, UserId};
use duly_domain::values::moment::written;
use std::collections::HashMap;

/// So many reviews are shown, the newest.
const SHOWN: usize = 40;

/// A share as it is shown: `85.7 %`, or that there is none.
pub fn percent(basis_points: Option<i64>) -> String {
    basis_points.map_or("none".into(), |points| format!("{}.{} %", (points + 5) / 100, (points + 5) / 10 % 10))
}

/// Why a call is looked at, in words.
pub fn reasons(review: &Review) -> Vec<String> {
    review.reasons.split_whitespace().filter_map(Why::parse).map(|why| why.to_string()).collect()
}

/// A review in a list.
pub struct ShownReview {
    href: String,
    called: String,
    reasons: Vec<String>,
    state: &'static str,
    tone: &'static str,
    own: String,
    theirs: String,
    steps: String,
    fails: bool,
}

/// A goal as it is shown.
struct ShownGoal {
    goal: Goal,
    about: String,
    due: String,
    recheck: String,
    state: String,
    tone: &'static str,
}

/// Own and reviewer's scores over time, the oldest first, as places in a picture 600 wide and 100 high.
#[derive(Default)]
pub struct Chart {
    own: Vec<(i64, i64)>,
    theirs: Vec<(i64, i64)>,
}

impl Chart {
    fn line(points: &[(i64, i64)]) -> String {
        points.iter().map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" ")
    }
}

#[derive(Template)]
#[template(path = "coaching/reviews/officer.html")]
struct OfficerPage {
    frame: Frame,
    person: Person,
    is_own: bool,
    may_review: bool,
    waiting: usize,
    reviews: Vec<ShownReview>,
    chart: Option<Chart>,
    goals: Vec<ShownGoal>,
    outcomes: &'static [Outcome],
    items: Vec<Item>,
    marked: Vec<(String, String)>,
    fields: Fields,
    problems: Problems,
}

/// `GET /coaching`: an officer's own reviews; those of their team for whoever reviews or audits.
pub async fn get_coaching(web: State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    match (visit.who.role, visit.who.id) {
        (Role::Officer, Some(user)) => officer_page(&web, &visit, user, &query, Fields::default(), Problems::default()).await,
        _ => super::team_page::team_page(&web, &visit, &query, Problems::default()).await,
    }
}

/// `GET /coaching/officers/{user}`
pub async fn get_officer(
    web: State<Web>,
    visit: Visit,
    Path(user): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let mut fields = Fields::default();
    for name in ["review", "item"] {
        fields = fields.with(name, query.get(name).map_or("", String::as_str));
    }
    officer_page(&web, &visit, parsed_user(&user)?, &query, fields, Problems::default()).await
}

fn parsed_user(user: &str) -> Result<UserId, Failure> {
    user.parse().map_err(|_| Failure::NotFound("such officer".into()))
}

async fn officer_page(
    web: &Web,
    visit: &Visit,
    user: UserId,
    query: &HashMap<String, String>,
    fields: Fields,
    problems: Problems,
) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let person = scope::person(&mut tx, &visit.who, user).await?;
    let is_own = visit.who.id == Some(user);
    let mut all = Vec::new();
    for review in store::list_reviews(&mut tx, user).await?.into_iter().take(SHOWN) {
        all.push(Marked::of(&mut tx, review, visit.at.at).await?);
    }
    let chart = chart(&all);
    let marked = all
        .iter()
        .filter(|one| one.is_open)
        .map(|one| (one.review.id.to_string(), when(one.review.called_at, visit.at.at, &visit.zone)))
        .collect();
    let reviews: Vec<ShownReview> = all.iter().map(|one| shown(one, visit)).collect();
    let waiting = all.iter().filter(|one| is_own && one.score(Seat::Officer).is_none()).count();
    let card = Scorecard::shipped();
    let goals = goals::list_of(&mut tx, user).await?.into_iter().map(|goal| shown_goal(goal, &card, visit)).collect();
    let title = if is_own { "My calls, reviewed".into() } else { person.name.clone() };
    let frame = Frame::of(visit, COACHING, &title).saying(query.get("said").map(String::as_str));
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let may_review = may(visit.who.role, Permission::ReviewCalls) && !is_own;
    let items = card.items;
    let outcomes = Outcome::ALL;
    let shown =
        OfficerPage { frame, person, is_own, may_review, waiting, reviews, chart, goals, outcomes, items, marked, fields, problems };
    Ok((status, page(&shown)).into_response())
}

/// A review in a line. What may not be seen yet is not in it.
fn shown(one: &Marked, visit: &Visit) -> ShownReview {
    let of = |seat: Seat| one.marks(seat).map(|marks| one.scored(&marks));
    let is_own = visit.who.id == Some(one.review.officer);
    let (own, theirs) = (one.score(Seat::Officer), one.score(Seat::Reviewer));
    let is_reviewer = theirs.is_some_and(|score| Some(score.scorer) == visit.who.id);
    let has_open_dispute = one.disputes.iter().any(|dispute| dispute.decided_at.is_none());
    let (state, tone) = match (own.is_some(), theirs.is_some()) {
        _ if has_open_dispute => ("disputed", "wait"),
        _ if one.is_open => ("seen by both", "ok"),
        (false, _) if is_own => ("waits for your own view", "acc"),
        (_, false) if is_own => ("waits for the reviewer", ""),
        (_, false) => ("waits for the reviewer", "acc"),
        _ => ("waits for the officer", ""),
    };
    let standing = one.standing().map(|marks| one.scored(&marks));
    let fails = one.is_open && standing.as_ref().is_some_and(|scored| !scored.failed_by.is_empty());
    let seen = |is_seen: bool, points: Option<Option<i64>>| match points {
        Some(points) if is_seen => percent(points),
        Some(_) => "given".into(),
        None => "\u{2013}".into(),
    };
    ShownReview {
        href: format!("/coaching/reviews/{}", one.review.id),
        called: when(one.review.called_at, visit.at.at, &visit.zone),
        reasons: reasons(&one.review),
        state,
        tone,
        own: seen(one.is_open || is_own, of(Seat::Officer).map(|scored| scored.basis_points)),
        theirs: seen(one.is_open || is_reviewer, standing.map(|scored| scored.basis_points)),
        steps: if one.is_open {
            one.steps.as_ref().map_or("\u{2013}".into(), |kept| percent(kept.basis_points))
        } else {
            "\u{2013}".into()
        },
        fails,
    }
}

fn shown_goal(goal: Goal, card: &Scorecard, visit: &Visit) -> ShownGoal {
    let about = goal.item.as_deref().and_then(|code| card.item(code)).map(|item| item.question.clone()).unwrap_or_default();
    let (state, tone) = match goal.outcome.as_deref().and_then(Outcome::parse) {
        Some(Outcome::Reached) => (Outcome::Reached.to_string(), "ok"),
        Some(outcome) => (outcome.to_string(), ""),
        None if goal.recheck_on <= visit.at.business_day => ("To be looked at again".into(), "wait"),
        None => (format!("Looked at again {}", written(goal.recheck_on)), "acc"),
    };
    ShownGoal { due: written(goal.due_on), recheck: written(goal.recheck_on), goal, about, state, tone }
}

/// The picture of what both saw over time; nothing where there is less than two.
fn chart(all: &[Marked]) -> Option<Chart> {
    let mut chart = Chart::default();
    let seen: Vec<&Marked> = all.iter().rev().filter(|one| one.is_open).collect();
    let step = 600 / i64::try_from(seen.len().max(2) - 1).unwrap_or(1);
    for (place, one) in (0..).zip(&seen) {
        let points = |marks| one.scored(&marks).basis_points;
        let high = |points: i64| 100 - points / 100;
        chart.own.extend(one.marks(Seat::Officer).and_then(points).map(|points| (place * step, high(points))));
        chart.theirs.extend(one.standing().and_then(points).map(|points| (place * step, high(points))));
    }
    (seen.len() > 1).then_some(chart)
}

/// `POST /coaching/officers/{user}/goals`
pub async fn post_goal(State(web): State<Web>, visit: Visit, Path(user): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let (user, fields) = (parsed_user(&user)?, Fields::of(&body));
    let mut problems = Problems::default();
    let review = match fields.some("review").map(|id| id.parse::<ReviewId>()) {
        Some(Err(_)) => return Err(Failure::NotFound("such review".into())),
        known => known.transpose().unwrap_or_default(),
    };
    let ask = SetGoal {
        item: fields.some("item"),
        goal: fields.text("goal").into(),
        review,
        practice: fields.text("practice").into(),
        due_on: fields.date("due_on", &mut problems),
        recheck_on: fields.date("recheck_on", &mut problems),
    };
    match set_goal(&web.app, &visit.who, visit.at, user, &ask).await {
        Ok(_) => Ok(Redirect::to(&format!("/coaching/officers/{user}?said=goal")).into_response()),
        Err(Failure::Wrong(problems)) => officer_page(&web, &visit, user, &HashMap::new(), fields, problems).await,
        Err(failure) => Err(failure),
    }
}

/// `POST /coaching/goals/{goal}/outcomes`
pub async fn post_outcome(State(web): State<Web>, visit: Visit, Path(goal): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let goal: GoalId = goal.parse().map_err(|_| Failure::NotFound("such goal".into()))?;
    let Some(outcome) = Outcome::parse(fields.text("outcome")) else { return Err(Failure::wrong("outcome", "is not chosen")) };
    let officer = close_goal(&web.app, &visit.who, visit.at, goal, outcome, fields.text("words")).await?;
    Ok(Redirect::to(&format!("/coaching/officers/{officer}?said=goal-closed")).into_response())
}

#[derive(Template)]
#[template(path = "coaching/reviews/care.html")]
struct CarePage {
    frame: Frame,
    pausing: Option<String>,
    is_firm: bool,
    minutes: i64,
    notes: Vec<(String, String, String)>,
    words: String,
    problems: Problems,
}

/// `GET /coaching/care`: the pause, and notes that nobody else reads.
pub async fn get_care(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    care_page(&web, &visit, query.get("said").map(String::as_str), String::new(), Problems::default()).await
}

async fn care_page(web: &Web, visit: &Visit, said: Option<&str>, words: String, problems: Problems) -> Result<Response, Failure> {
    let user = scope::user(&visit.who)?;
    let mut tx = web.app.db.read().await?;
    let until = care::pausing_until(&mut tx, user, visit.at.at).await?;
    let settled = numbers::Numbers::read(&mut tx).await?;
    let notes = care::list_notes(&mut tx, &visit.who).await?;
    let notes = notes.into_iter().map(|note| (note.id.to_string(), when(note.written_at, visit.at.at, &visit.zone), note.words));
    let frame = Frame::of(visit, COACHING, "For you").saying(said);
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = CarePage {
        frame,
        pausing: until.map(|until| until.to_zoned(visit.zone.clone()).strftime("%H:%M").to_string()),
        is_firm: settled.pause_is_firm,
        minutes: settled.pause_minutes,
        notes: notes.collect(),
        words,
        problems,
    };
    Ok((status, page(&shown)).into_response())
}

/// `POST /calls/{call}/abuses`: a call was abusive; whoever led it pauses.
pub async fn post_abuse(State(web): State<Web>, visit: Visit, Path(call): Path<String>) -> Result<Response, Failure> {
    let call: CallId = call.parse().map_err(|_| Failure::NotFound("such call".into()))?;
    care::mark_abusive(&web.app, &visit.who, visit.at, call).await?;
    Ok(Redirect::to("/coaching/care?said=pausing").into_response())
}

/// `POST /coaching/pauses/ends`
pub async fn post_pause_end(State(web): State<Web>, visit: Visit) -> Result<Response, Failure> {
    match care::end_pause(&web.app, &visit.who, visit.at).await {
        Ok(()) => Ok(Redirect::to("/my-day").into_response()),
        Err(Failure::Stale(says)) => care_page(&web, &visit, None, String::new(), Problems::one("form", says)).await,
        Err(failure) => Err(failure),
    }
}

/// `POST /coaching/notes`
pub async fn post_note(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    match care::write_note(&web.app, &visit.who, visit.at, fields.text("words")).await {
        Ok(_) => Ok(Redirect::to("/coaching/care?said=noted").into_response()),
        Err(Failure::Wrong(problems)) => care_page(&web, &visit, None, fields.text("words").into(), problems).await,
        Err(failure) => Err(failure),
    }
}

/// `POST /coaching/notes/{note}/deletions`
pub async fn post_note_deletion(State(web): State<Web>, visit: Visit, Path(note): Path<String>) -> Result<Response, Failure> {
    let note: MoodNoteId = note.parse().map_err(|_| Failure::NotFound("such note of yours".into()))?;
    care::delete_note(&web.app, &visit.who, note).await?;
    Ok(Redirect::to("/coaching/care?said=deleted").into_response())
}

/// What waits for somebody in this room today, each with its place; shown on their day.
pub async fn waiting_today(tx: &mut Tx, visit: &Visit) -> Result<Vec<(String, &'static str)>, Failure> {
    let mut lines = Vec::new();
    let Some(user) = visit.who.id else { return Ok(lines) };
    let count = |count: usize, one: &str, more: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {more}") };
    if let Some(until) = care::pausing_until(tx, user, visit.at.at).await? {
        let until = until.to_zoned(visit.zone.clone());
        lines.push((format!("You pause until {}: nothing new is offered meanwhile", until.strftime("%H:%M")), "/coaching/care"));
    }
    let own = usize::try_from(store::count_waiting_own(tx, user).await?).unwrap_or(0);
    if own > 0 {
        lines.push((count(own, "call waits for your own view", "calls wait for your own view"), "/coaching"));
    }
    if may(visit.who.role, Permission::ReviewCalls) {
        let people = scope::people(tx, &visit.who).await?;
        let is_mine = |officer: &UserId| people.iter().any(|person| person.id == *officer);
        let due = goals::list_due(tx, visit.at.business_day).await?.iter().filter(|goal| is_mine(&goal.officer)).count();
        if due > 0 {
            lines.push((count(due, "goal is to be looked at again", "goals are to be looked at again"), "/coaching"));
        }
    }
    Ok(lines)
}
