//! Calls are drawn: each officer's week by chance and by risk, or one because somebody asks for it.

use super::numbers::Numbers;
use super::scope;
use super::store::{self, Draw, NewReview};
use crate::app::{Actor, App, Failure, new_uuid};
use crate::audit::kept;
use crate::identity::names::Names;
use crate::outreach::calls::store as calls;
use crate::store::Tx;
use crate::transaction;
use duly_domain::audit::hex;
use duly_domain::coaching::review::Purpose;
use duly_domain::coaching::sample::{self, CallFacts, Why};
use duly_domain::coaching::scorecard::Scorecard;
use duly_domain::outreach::conversation::{Step, Trigger};
use duly_domain::values::ids::{CallId, DrawId, ReviewId, UserId};
use duly_domain::values::moment::Moment;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::json;

/// The Monday of the last week that is over.
pub fn last_week(today: Date) -> Date {
    let since_monday = i64::from(today.weekday().to_monday_zero_offset());
    today.saturating_sub(Span::new().days(since_monday + 7))
}

/// A seed that nobody chose.
pub fn make_seed() -> Result<String, Failure> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| Failure::File(format!("no random numbers can be had: {error}")))?;
    Ok(hex(&bytes))
}

/// Draws of an officer's week; a week that was drawn stays as it was drawn.
pub async fn draw_week(app: &App, who: &Actor, at: Moment, officer: UserId, week_on: Date, seed: &str) -> Result<DrawId, Failure> {
    let zone = app.zone();
    if week_on.weekday() != Weekday::Monday || week_on.saturating_add(Span::new().days(7)) > at.business_day {
        return Err(Failure::wrong("week", "is drawn from its Monday, when it is over"));
    }
    transaction!(app.db, tx, {
        scope::person(tx, who, officer).await?;
        if who.id == Some(officer) {
            return Err(Failure::Stale("nobody draws of their own calls".into()));
        }
        if store::list_draws(tx, week_on).await?.iter().any(|draw| draw.officer == officer) {
            return Err(Failure::Stale("this week is drawn: a draw is not made again".into()));
        }
        draw_in(tx, who, at.at, officer, (week_on, &zone), seed).await.map(|(draw, _)| draw)
    })
}

/// Draws of an officer's week that nobody drew, within a transaction; how many calls.
pub(super) async fn draw_in(
    tx: &mut Tx,
    who: &Actor,
    at: Timestamp,
    officer: UserId,
    (week_on, zone): (Date, &TimeZone),
    seed: &str,
) -> Result<(DrawId, usize), Failure> {
    let numbers = Numbers::read(tx).await?.sample;
    let (ids, facts) = week(tx, officer, week_on, zone).await?;
    let drawn = sample::draw(&facts, seed, &numbers);
    let draw = Draw {
        id: DrawId(new_uuid()),
        officer,
        week_on,
        seed: seed.to_string(),
        calls: i64::try_from(facts.len()).unwrap_or(i64::MAX),
        population: sample::population(&facts),
        random_most: numbers.random_most,
        risk_most: numbers.risk_most,
        drawn_by: who.label().to_string(),
        drawn_at: at,
    };
    store::insert_draw(tx, &draw).await?;
    let mut rows = vec![draw.id.into()];
    for one in &drawn {
        if store::find_review_of(tx, ids[one.at], Purpose::Review).await?.is_none() {
            let reasons: Vec<&str> = one.reasons.iter().map(|why| why.code()).collect();
            rows.push(insert(tx, who, at, ids[one.at], officer, Purpose::Review, Some(draw.id), &reasons.join(" ")).await?.into());
        }
    }
    let detail = json!({"draw": draw.id.to_string(), "officer": officer.to_string(), "week": week_on.to_string(),
        "calls": draw.calls, "drawn": drawn.len()});
    kept::record_of_agency(tx, who, at, "reviews.draw", detail, &rows).await?;
    Ok((draw.id, drawn.len()))
}

/// Who drew, in the middle of a sentence.
pub(super) async fn drawer(tx: &mut Tx, names: &mut Names, draw: &Draw) -> Result<String, Failure> {
    Ok(if draw.drawn_by == Actor::night().label() { "the night".into() } else { names.of(tx, &draw.drawn_by).await? })
}

/// From its Monday up to the next, in a zone.
pub(super) fn span_of(week_on: Date, zone: &TimeZone) -> (Timestamp, Timestamp) {
    let start = |day: Date| day.to_zoned(zone.clone()).map_or(Timestamp::UNIX_EPOCH, |midnight| midnight.timestamp());
    (start(week_on), start(week_on.saturating_add(Span::new().days(7))))
}

/// Asks for one call to be looked at; the review that is there, where there is one.
pub async fn ask(app: &App, who: &Actor, at: Moment, call: CallId, purpose: Purpose) -> Result<ReviewId, Failure> {
    transaction!(app.db, tx, {
        let on = calls::load_call(tx, call).await?;
        let Some(officer) = on.officer else { return Err(Failure::Stale("nobody is on record as having led this call".into())) };
        if purpose == Purpose::Review {
            scope::person(tx, who, officer).await?;
        }
        if on.wrapped_at.is_none() {
            return Err(Failure::Stale("this call is not wrapped up yet".into()));
        }
        if let Some(known) = store::find_review_of(tx, call, purpose).await? {
            return Ok(known);
        }
        let id = insert(tx, who, at.at, call, officer, purpose, None, Why::Asked.code()).await?;
        let detail = json!({"review": id.to_string(), "purpose": purpose.code()});
        kept::record_of_agency(tx, who, at.at, "review.ask", detail, &[id.into()]).await?;
        Ok(id)
    })
}

async fn insert(
    tx: &mut Tx,
    who: &Actor,
    at: Timestamp,
    call: CallId,
    officer: UserId,
    purpose: Purpose,
    draw: Option<DrawId>,
    reasons: &str,
) -> Result<ReviewId, Failure> {
    let id = ReviewId(new_uuid());
    let edition = Scorecard::shipped().edition();
    let new = NewReview { id, call, officer, purpose, draw, reasons, scorecard: &edition, asked_by: who.label() };
    store::insert_review(tx, &new, at).await?;
    Ok(id)
}

/// The calls of an officer's week with what is known of them, in the order in which the draw takes them.
pub async fn week(tx: &mut Tx, officer: UserId, week_on: Date, zone: &TimeZone) -> Result<(Vec<CallId>, Vec<CallFacts>), Failure> {
    let (from, to) = span_of(week_on, zone);
    let before = store::count_calls_before(tx, officer, from).await?;
    let calls = store::list_week(tx, officer, from, to).await?;
    let opened = store::list_opened(tx, officer, from, to).await?;
    let broken = store::list_broken(tx, officer, from).await?;
    let said = |call: CallId, wanted: &[Trigger]| {
        opened
            .iter()
            .filter(|(of, _)| *of == call)
            .any(|(_, done)| matches!(calls::read_step(done), Ok(Step::Opened { trigger }) if wanted.contains(&trigger)))
    };
    let facts = (1..).zip(&calls).map(|(no, call)| CallFacts {
        id: call.id.to_string(),
        ordinal: before + no,
        seconds: call.ended_at.duration_since(call.began_at).as_secs(),
        disputed: said(call.id, &[Trigger::Disputes, Trigger::NotTheirs, Trigger::Paid]),
        complained: said(call.id, &[Trigger::Complaint]),
        broke: broken.iter().any(|(account, taken)| *account == call.account && (call.began_at..=call.wrapped_at).contains(taken)),
        fails: !call.failed_by.is_empty(),
    });
    let facts = facts.collect();
    Ok((calls.iter().map(|call| call.id).collect(), facts))
}
