//! *Why?* for anybody, any channel and any moment, past ones too: every rule and what it says of the facts.
//!
//! Nothing is kept and nobody is contacted. A past moment is judged by what is known today of it ([`super::as_of`]): what came later
//! does not count, what was found later does. What was known then stands with each kept decision, to which the page leads.

use super::acts::pages::said;
use super::as_of::AsOf;
use super::facts::{Known, gather};
use super::gate::look_at;
use super::law::cite_of;
use super::store;
use crate::accounts::strip::{can_carry, missing_point};
use crate::accounts::{self, strip};
use crate::app::{Failure, Problems};
use crate::audit::views;
use crate::parties;
use crate::parties::store::Point;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page, when};
use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use duly_domain::compliance::packs::{confidence_in, confidence_of};
use duly_domain::compliance::rules::CONTACT;
use duly_domain::compliance::states::Confidence;
use duly_domain::compliance::{RULE_SET, Verdict, trace};
use duly_domain::decision::{Severity, Whose};
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, DebtorId};
use duly_domain::values::moment::{Moment, written};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// How long before and after a moment kept decisions are named.
const BESIDE: SignedDuration = SignedDuration::from_hours(36);

/// One rule and what it says.
struct ShownRule {
    plain: &'static str,
    detail: String,
    instead: &'static str,
    cite: String,
    id: &'static str,
    tone: &'static str,
    says: String,
    /// Whose rule it is.
    whose: Whose,
    is_verified: bool,
}

#[derive(Template)]
#[template(path = "compliance/why.html")]
struct WhyPage {
    frame: Frame,
    account: AccountId,
    reference: String,
    people: Vec<(DebtorId, String, bool)>,
    channels: Vec<(Channel, bool)>,
    at: String,
    /// The zone in which the moment is written; its name, since the hour's shift follows the day.
    zone: String,
    problems: Problems,
    shown: Option<Shown>,
}

/// The answer.
struct Shown {
    tone: &'static str,
    answer: &'static str,
    about: String,
    next: String,
    found: Vec<ShownRule>,
    others: Vec<ShownRule>,
    facts: Vec<(&'static str, String)>,
    law: Vec<(&'static str, String)>,
    /// What is to be known beside the answer.
    notes: Vec<String>,
    alternatives: Vec<(Channel, &'static str, &'static str)>,
    kept: Vec<(String, String, String)>,
    all: String,
}

/// `GET /accounts/{account}/why?person=&channel=&at=`
pub async fn get_why(
    State(web): State<Web>,
    visit: Visit,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let fields = Fields::of(query.unwrap_or_default().as_bytes());
    let mut tx = web.app.db.read().await?;
    let id = accounts::store::resolve(&mut tx, &account).await?;
    let mut known = gather(&mut tx, id).await?;
    let people = parties::store::list_people(&mut tx, id).await?;
    let mut problems = Problems::default();
    let person = match fields.some("person") {
        None => known.debtor.id,
        Some(text) => match text.parse::<DebtorId>().ok().filter(|id| people.iter().any(|person| person.debtor == *id)) {
            Some(person) => person,
            None => {
                problems.0.push(("person", "is not on this account".into()));
                known.debtor.id
            }
        },
    };
    let asked = fields.some("channel");
    let channel = asked.as_deref().and_then(Channel::parse).unwrap_or(Channel::Call);
    if !channel.can_be_proposed() || asked.is_some_and(|code| Channel::parse(&code).is_none()) {
        problems.0.push(("channel", "is none by which we reach out".into()));
    }
    let at = moment(&fields, visit.at.at, &visit.zone, &mut problems);
    let then = AsOf::of(at, &visit.zone);
    then.bring(&mut tx, &mut known).await?;
    let points = parties::store::list_points(&mut tx, person).await?;
    let notes = notes(&known, channel, &points, then.day);
    let kept: Vec<(String, String, String)> =
        store::list_beside(&mut tx, id, person, at.saturating_sub(BESIDE).unwrap_or(at), at.saturating_add(BESIDE).unwrap_or(at))
            .await?
            .into_iter()
            .map(|row| (row.0.to_string(), format!("{} {}", when(row.3, visit.at.at, &visit.zone), row.1), row.2.replace('_', " ")))
            .collect();
    tx.rollback().await;
    views::record(&web.app, &visit.who, visit.at.at, id, views::DECISION).await?;
    let shown = problems.is_empty().then(|| Shown { notes, ..answer(&known, &points, (at, channel, person), &visit.zone, kept) });
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let named = people.into_iter().map(|row| {
        let name = crate::parties::name_of(row.name.as_deref()).to_string();
        (row.debtor, format!("{name}, {}", row.role.replace('_', " ")), row.debtor == person)
    });
    let shown = WhyPage {
        frame: Frame::of(&visit, "/accounts", "Why?"),
        account: id,
        reference: known.account.reference.clone(),
        people: named.collect(),
        channels: Channel::STRIP.into_iter().map(|known| (known, known == channel)).collect(),
        at: at.to_zoned(visit.zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string(),
        zone: visit.zone.iana_name().unwrap_or("UTC").rsplit('/').next().unwrap_or("UTC").replace('_', " "),
        problems,
        shown,
    };
    Ok((status, page(&shown)).into_response())
}

/// What the rules do not say and somebody who asks must know: whether the account was here then, and whether anything can carry it.
fn notes(known: &Known, channel: Channel, points: &[Point], day: Date) -> Vec<String> {
    let account = &known.account;
    let mut notes = Vec::new();
    if day < account.placed_on {
        notes.push(format!(
            "The account was placed with us on {}: what the rules would have said before is told, and nobody here could have asked.",
            written(account.placed_on)
        ));
    }
    if let Some(on) = account.closed_on.filter(|on| *on <= day) {
        notes.push(format!("The account is closed since {}.", written(on)));
    }
    if !can_carry(points, channel) {
        notes.push(format!("Nothing on file today can carry it: {}.", missing_point(points, channel)));
    }
    notes
}

/// The moment that was asked about, in the organization's time; now unless one was.
fn moment(fields: &Fields, now: Timestamp, zone: &TimeZone, problems: &mut Problems) -> Timestamp {
    let Some(text) = fields.some("at") else { return now };
    let asked = text.parse::<DateTime>().ok().and_then(|at| at.to_zoned(zone.clone()).ok()).map(|at| at.timestamp());
    let nearest = SignedDuration::from_hours(24 * 366 * 20);
    match asked.filter(|at| at.duration_since(now).abs() < nearest) {
        Some(at) => at,
        None => {
            problems.0.push(("at", "is no moment of the last or next twenty years, such as 2026-03-02T09:30".into()));
            now
        }
    }
}

fn answer(
    known: &Known,
    points: &[Point],
    (at, channel, person): (Timestamp, Channel, DebtorId),
    zone: &TimeZone,
    kept: Vec<(String, String, String)>,
) -> Shown {
    let seen = look_at(known, at, channel, person);
    let moment = Moment { at, business_day: at.to_zoned(zone.clone()).date() };
    let words = strip::explain(&seen, known, moment);
    let (mut found, mut others) = (Vec::new(), Vec::new());
    for (card, verdict) in trace(&CONTACT, &seen.facts, &known.policy_at(at)) {
        let (whose, confidence) = match &verdict {
            Verdict::Found(detail) => (detail.whose(), confidence_in(card.id, detail)),
            _ => (Whose::Law, confidence_of(card.id)),
        };
        let (tone, says, detail) = match verdict {
            Verdict::Found(detail) if card.severity == Severity::Warn => ("wait", "warns".to_string(), detail.to_string()),
            Verdict::Found(detail) => ("no", "stands in the way".to_string(), detail.to_string()),
            Verdict::Content => ("ok", "content".to_string(), String::new()),
            Verdict::NotInForce => ("", format!("binds {}", card.in_force()), String::new()),
            Verdict::NotAsked => ("", "not asked: another speaks alone".to_string(), String::new()),
        };
        let is_verified = confidence == Confidence::High;
        let cite = cite_of(known, card);
        let rule = ShownRule { plain: card.plain, detail, instead: card.instead, cite, id: card.id, tone, says, whose, is_verified };
        if matches!(tone, "no" | "wait") { found.push(rule) } else { others.push(rule) }
    }
    let (tone, answer) = said(seen.decision.answer.code());
    let others_open = Channel::STRIP.into_iter().filter(|other| *other != channel).map(|other| {
        match said(look_at(known, at, other, person).decision.answer.code()) {
            // What nothing on file can carry is not shown green.
            ("ok", _) if !can_carry(points, other) => (other, "wait", missing_point(points, other)),
            (tone, said) => (other, tone, said),
        }
    });
    Shown {
        tone,
        answer,
        about: format!("{channel}, {}", at.to_zoned(zone.clone()).strftime("%a %-d %b %Y %H:%M %Z")),
        next: if tone == "ok" { "Then and there".into() } else { words.next },
        found,
        others,
        facts: words.facts,
        law: words.law,
        notes: Vec::new(),
        alternatives: others_open.collect(),
        kept,
        all: serde_json::to_string_pretty(&seen.facts).unwrap_or_default(),
    }
}
