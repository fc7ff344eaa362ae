//! One review: the form for whoever has not marked yet; for all others what was marked, side by side.

use super::drawing;
use super::marking::{DisputeMark, GiveMarks, Marked, Marks, decide, dispute, give_marks};
use super::pages::{percent, reasons};
use super::steps::in_words;
use super::store;
use crate::app::{Failure, Problems};
use crate::audit;
use crate::identity::names::Names;
use crate::outreach::calls::store as calls;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{COACHING, Frame, page, when};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::coaching::review::{OWN_VIEW_DAYS, Purpose, Seat, gap, may_decide, may_dispute};
use duly_domain::coaching::scorecard::{Group, Item, Mark};
use duly_domain::identity::{Permission, may};
use duly_domain::values::ids::{CallId, ReviewId, ScoreDisputeId};
use duly_domain::values::moment::written;
use std::collections::HashMap;

/// An item with what everybody saw.
struct Row {
    item: Item,
    first: Option<Mark>,
    second: Option<Mark>,
    steps: Option<Mark>,
    why: String,
    at: String,
    gap: Option<i64>,
    standing: Option<Mark>,
    fails: bool,
}

/// A disputed mark.
struct ShownDispute {
    row: store::Dispute,
    question: String,
    wanted: String,
    decided: Option<String>,
    may_decide: bool,
}

/// Somebody's view in a line: who, what it came to, what it fails by, their words.
struct View {
    who: String,
    percent: String,
    fails: bool,
    words: String,
}

/// Items in their groups.
type Grouped = Vec<(Group, Vec<Item>)>;

/// All of it, side by side.
struct Compared {
    rows: Vec<Row>,
    views: Vec<View>,
    names: (&'static str, &'static str),
}

#[derive(Template)]
#[template(path = "coaching/reviews/review.html")]
struct ReviewPage {
    frame: Frame,
    id: ReviewId,
    call: CallId,
    account: String,
    officer: String,
    officer_href: String,
    called: String,
    is_calibration: bool,
    reasons: Vec<String>,
    drawn: String,
    steps: Vec<(String, String)>,
    /// The seat to be taken, with the items in their groups.
    form: Option<(Seat, Grouped)>,
    given: Marks,
    compared: Option<Compared>,
    waits_for: String,
    disputes: Vec<ShownDispute>,
    may_dispute: bool,
    may_review: bool,
    marks: &'static [Mark],
    fields: Fields,
    problems: Problems,
}

fn parsed(review: &str) -> Result<ReviewId, Failure> {
    review.parse().map_err(|_| Failure::NotFound("such review".into()))
}

/// `GET /coaching/reviews/{review}`
pub async fn get_review(
    State(web): State<Web>,
    visit: Visit,
    Path(review): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    show(&web, &visit, parsed(&review)?, query.get("said").map(String::as_str), Fields::default(), Problems::default()).await
}

async fn show(web: &Web, visit: &Visit, id: ReviewId, said: Option<&str>, fields: Fields, problems: Problems) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let one = Marked::load(&mut tx, &visit.who, id, visit.at.at).await?;
    let view = audit::views::begin(&web.app, &visit.who, visit.at.at, one.review.account, audit::views::CALL);
    let seat = one.seat_for(&visit.who).ok().filter(|_| may(visit.who.role, Permission::WorkAccounts));
    let groups = |items: &[Item]| {
        let of = |group: Group| (group, items.iter().filter(|item| item.group == group).cloned().collect::<Vec<Item>>());
        Group::ALL.iter().copied().map(of).filter(|(_, items)| !items.is_empty()).collect::<Vec<_>>()
    };
    let done = calls::list_steps(&mut tx, one.review.call).await?;
    let mut steps = Vec::new();
    for row in &done {
        let at = row.done_at.to_zoned(visit.zone.clone()).strftime("%H:%M:%S").to_string();
        steps.push((at, in_words(&calls::read_step(&row.done)?)));
    }
    let draw = match one.review.draw {
        Some(draw) => store::find_draw(&mut tx, draw).await?,
        None => None,
    };
    let drawn = match draw {
        Some(draw) => {
            let calls = if draw.calls == 1 { "1 call".into() } else { format!("{} calls", draw.calls) };
            let by = drawing::drawer(&mut tx, &mut Names::default(), &draw).await?;
            Some(format!("Drawn by {by} from {calls} of the week of {} with the seed {}.", written(draw.week_on), draw.seed))
        }
        None => None,
    };
    tx.rollback().await;
    let is_calibration = one.review.purpose() == Purpose::Calibration;
    let is_disputed = |item: &str| one.disputes.iter().any(|dispute| dispute.item == item);
    let user = visit.who.id;
    let may_dispute = user.is_some_and(|user| {
        one.card
            .items
            .iter()
            .any(|item| may_dispute(one.review.purpose(), one.review.officer, user, one.is_open, is_disputed(&item.code)).is_ok())
    });
    let decides = may(visit.who.role, Permission::DecideScores)
        && user.is_some_and(|user| may_decide(one.review.officer, user, &store::taken(&one.scores)).is_ok());
    let disputes = one.disputes.iter().cloned().map(|row| ShownDispute {
        question: one.card.item(&row.item).map(|item| item.question.clone()).unwrap_or_default(),
        wanted: Mark::parse(&row.wanted).map(|mark| mark.to_string()).unwrap_or_default(),
        decided: row.mark.as_deref().and_then(Mark::parse).map(|mark| mark.to_string()),
        may_decide: decides && row.decided_at.is_none(),
        row,
    });
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let title = if is_calibration { "Calibration" } else { "Review" };
    let shown = ReviewPage {
        frame: Frame::of(visit, COACHING, title).saying(said),
        id,
        call: one.review.call,
        account: one.review.account.to_string(),
        officer: one.review.officer_name.clone(),
        officer_href: format!("/coaching/officers/{}", one.review.officer),
        called: when(one.review.called_at, visit.at.at, &visit.zone),
        is_calibration,
        reasons: reasons(&one.review),
        drawn: drawn.unwrap_or_default(),
        steps,
        given: one
            .card
            .items
            .iter()
            .filter_map(|item| Some((item.code.clone(), Mark::parse(fields.text(&format!("mark.{}", item.code)))?)))
            .collect(),
        waits_for: waits_for(&one),
        compared: compared(&one, visit),
        form: seat.map(|seat| (seat, groups(&one.card.items))),
        disputes: disputes.collect(),
        may_dispute,
        may_review: may(visit.who.role, Permission::ReviewCalls),
        marks: Mark::ALL,
        fields,
        problems,
    };
    let answer = (status, page(&shown)).into_response();
    view.kept().await?;
    Ok(answer)
}

/// Whom a review that is not open waits for.
fn waits_for(one: &Marked) -> String {
    let has = |seat: Seat| one.score(seat).is_some();
    match (one.is_open, one.review.purpose()) {
        (true, _) => String::new(),
        (false, Purpose::Calibration) => "Both reviewers mark blind; what they saw is shown when both are in.".into(),
        (false, Purpose::Review) if has(Seat::Reviewer) => {
            format!("The officer's own view is waited for, {OWN_VIEW_DAYS} days at the most; then both stand side by side.")
        }
        (false, Purpose::Review) => "The reviewer's marks are waited for; then both stand side by side.".into(),
    }
}

/// What may be seen of everybody's marks: all where both are in, else one's own.
fn compared(one: &Marked, visit: &Visit) -> Option<Compared> {
    let is_mine = |seat: Seat| one.score(seat).is_some_and(|score| Some(score.scorer) == visit.who.id);
    let seen = |seat: Seat| one.marks(seat).filter(|_| one.is_open || is_mine(seat));
    let (left, names) = match one.review.purpose() {
        Purpose::Review => (Seat::Officer, ("Officer", "Reviewer")),
        Purpose::Calibration => (Seat::Second, ("Second", "Reviewer")),
    };
    let (first, second) = (seen(left), seen(Seat::Reviewer));
    if first.is_none() && second.is_none() {
        return None;
    }
    let kept = one.steps.as_ref().filter(|_| one.is_open);
    let standing = one.standing().filter(|_| one.is_open).unwrap_or_default();
    let rows = one.card.items.iter().map(|item| {
        let of = |marks: &Option<Marks>| marks.as_ref().and_then(|marks| marks.get(&item.code).copied());
        let told = kept.and_then(|kept| kept.marks.iter().find(|mark| mark.item == item.code));
        let at: Vec<String> = told.map(|told| told.steps.iter().map(|at| (at + 1).to_string()).collect()).unwrap_or_default();
        let stands = standing.get(&item.code).copied();
        Row {
            first: of(&first),
            second: of(&second),
            steps: told.and_then(|told| told.mark),
            why: told.map(|told| told.why.clone()).unwrap_or_default(),
            at: at.join(", "),
            gap: gap(of(&first), of(&second)).filter(|gap| *gap > 0),
            fails: item.fails.is_some() && stands == Some(Mark::No),
            standing: stands.filter(|mark| Some(*mark) != of(&second)),
            item: item.clone(),
        }
    });
    let rows = rows.collect();
    let mut views = Vec::new();
    for (seat, marks) in [(left, first), (Seat::Reviewer, second)] {
        if let (Some(score), Some(marks)) = (one.score(seat), marks) {
            let scored = one.scored(&marks);
            let words = score.words.clone();
            views.push(View { who: score.name.clone(), percent: percent(scored.basis_points), fails: !scored.failed_by.is_empty(), words });
        }
    }
    if let Some(kept) = kept {
        let words = "From the steps alone; what only a listener can judge is not in it.".to_string();
        views.push(View { who: "The steps".into(), percent: percent(kept.basis_points), fails: !kept.failed_by.is_empty(), words });
    }
    Some(Compared { rows, views, names })
}

/// `POST /coaching/reviews/{review}/scores`
pub async fn post_score(State(web): State<Web>, visit: Visit, Path(review): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let (id, fields) = (parsed(&review)?, Fields::of(&body));
    let given = duly_domain::coaching::scorecard::Scorecard::shipped()
        .items
        .into_iter()
        .filter_map(|item| Some((item.code.clone(), Mark::parse(fields.text(&format!("mark.{}", item.code)))?)));
    let ask = GiveMarks { marks: given.collect(), words: fields.text("words").into() };
    answer(&web, &visit, id, fields, give_marks(&web.app, &visit.who, visit.at, id, &ask).await.map(drop), "marked").await
}

/// `POST /coaching/reviews/{review}/disputes`
pub async fn post_dispute(State(web): State<Web>, visit: Visit, Path(review): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let (id, fields) = (parsed(&review)?, Fields::of(&body));
    let ask =
        DisputeMark { item: fields.text("item").into(), wanted: Mark::parse(fields.text("wanted")), reason: fields.text("reason").into() };
    answer(&web, &visit, id, fields, dispute(&web.app, &visit.who, visit.at, id, &ask).await.map(drop), "mark-disputed").await
}

/// `POST /coaching/reviews/{review}/disputes/{dispute}/decisions`
pub async fn post_decision(
    State(web): State<Web>,
    visit: Visit,
    Path((review, dispute)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Failure> {
    let (id, fields) = (parsed(&review)?, Fields::of(&body));
    let dispute: ScoreDisputeId = dispute.parse().map_err(|_| Failure::NotFound("such dispute".into()))?;
    let mark = Mark::parse(fields.text("mark"));
    let because = fields.text("because").to_string();
    answer(&web, &visit, id, fields, decide(&web.app, &visit.who, visit.at, (id, dispute), mark, &because).await, "mark-decided").await
}

async fn answer(
    web: &Web,
    visit: &Visit,
    id: ReviewId,
    fields: Fields,
    done: Result<(), Failure>,
    said: &str,
) -> Result<Response, Failure> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/coaching/reviews/{id}?said={said}")).into_response()),
        Err(Failure::Wrong(problems)) => show(web, visit, id, None, fields, problems).await,
        Err(Failure::Stale(says)) => show(web, visit, id, None, fields, Problems::one("form", says)).await,
        Err(failure) => Err(failure),
    }
}

/// `POST /coaching/calls/{call}/reviews`: a call is asked for, to be reviewed or to calibrate on.
pub async fn post_review(State(web): State<Web>, visit: Visit, Path(call): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let call: CallId = call.parse().map_err(|_| Failure::NotFound("such call".into()))?;
    let purpose = Purpose::parse(Fields::of(&body).text("purpose")).unwrap_or(Purpose::Review);
    let id = drawing::ask(&web.app, &visit.who, visit.at, call, purpose).await?;
    Ok(Redirect::to(&format!("/coaching/reviews/{id}")).into_response())
}
