//! A text of the call guide is proposed, approved by a second person, or withdrawn.

use super::store::{self, GuideRow};
use super::text_in_force;
use crate::app::{Actor, App, Failure, Problems, new_uuid};
use crate::audit::kept;
use crate::store::Tx;
use crate::transaction;
use duly_domain::coaching::guide::{Change, Guide, Problem, changes};
use duly_domain::values::ids::GuideId;
use duly_domain::values::moment::Moment;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

/// A text to be proposed.
#[derive(Clone, Debug)]
pub struct ProposeGuide {
    /// The whole text; it names its language.
    pub body: String,
    /// From which day it is to lead calls.
    pub from_on: Date,
    /// Why.
    pub reason: String,
}

/// A text that was read and found right, with what it says otherwise than the one in force.
pub struct Tried {
    /// The guide.
    pub guide: Guide,
    /// What differs.
    pub changes: Vec<Change>,
}

/// Reads a text and compares it with what is said now; every problem at once, and nothing is kept.
pub async fn try_guide(app: &App, at: Moment, body: &str) -> Result<Tried, Failure> {
    let guide = Guide::parse(body).map_err(|problems| wrong(&problems))?;
    let mut tx = app.db.read().await?;
    let approved = store::list_approved(&mut tx, guide.language).await?;
    tx.rollback().await;
    let changes = changes(text_in_force(&approved, guide.language, at.at), body);
    if changes.is_empty() {
        return Err(Failure::wrong("text", "says what is said now: change something first"));
    }
    Ok(Tried { guide, changes })
}

/// Problems of a text as those of a form's field, a line each.
fn wrong(problems: &[Problem]) -> Failure {
    Failure::Wrong(Problems(problems.iter().map(|problem| ("text", problem.to_string())).collect()))
}

/// Proposes a text: kept, and leading no call.
pub async fn propose_guide(app: &App, who: &Actor, at: Moment, ask: &ProposeGuide) -> Result<(GuideId, Tried), Failure> {
    let mut problems = Problems::default();
    problems.check_proposal(at, ask.from_on, "said", &ask.reason);
    let tried = match try_guide(app, at, &ask.body).await {
        Ok(tried) if problems.is_empty() => tried,
        Ok(_) => return Err(Failure::Wrong(problems)),
        Err(Failure::Wrong(of_text)) => {
            problems.0.extend(of_text.0);
            return Err(Failure::Wrong(problems));
        }
        Err(failure) => return Err(failure),
    };
    let id = GuideId(new_uuid());
    let language = tried.guide.language;
    let kept: Result<(), Failure> = transaction!(app.db, tx, {
        let known = store::list_all(tx).await?;
        let of_same = || known.iter().filter(|row| row.language == language.tag());
        if let Some(open) = of_same().find(|row| row.state == "proposed") {
            return Err(Failure::Stale(format!("version {} is proposed already: approve or withdraw it first", open.number)));
        }
        let row = GuideRow {
            id,
            language: language.tag().into(),
            number: of_same().map(|row| row.number).max().unwrap_or(0) + 1,
            body: ask.body.replace("\r\n", "\n"),
            from_on: ask.from_on,
            reason: ask.reason.trim().to_string(),
            proposed_by: who.label().to_string(),
            proposed_at: at.at,
            state: "proposed".into(),
            begins_at: None,
            decided_by: None,
            decided_at: None,
        };
        store::insert_guide(tx, &row).await?;
        record(tx, who, at.at, "guide.propose", &row).await
    });
    kept?;
    Ok((id, tried))
}

/// Approves a text that somebody else proposed; it leads the calls that begin from its day on, or from now if that has come.
pub async fn approve_guide(app: &App, who: &Actor, at: Moment, id: GuideId) -> Result<(), Failure> {
    let row = load(app, id).await?;
    check_open(&row)?;
    if row.proposed_by == who.label() {
        return Err(Failure::wrong("approver", "is who proposed it: a second person approves"));
    }
    // What was right for the release that read it may not be for this one.
    Guide::parse(&row.body).map_err(|problems| wrong(&problems))?;
    let begins_at = row.from_on.to_zoned(app.zone()).map_or(at.at, |midnight| midnight.timestamp()).max(at.at);
    decide(app, who, at.at, id, Some(begins_at)).await
}

/// Withdraws a proposal; it stays on record.
pub async fn withdraw_guide(app: &App, who: &Actor, at: Moment, id: GuideId) -> Result<(), Failure> {
    check_open(&load(app, id).await?)?;
    decide(app, who, at.at, id, None).await
}

async fn load(app: &App, id: GuideId) -> Result<GuideRow, Failure> {
    let mut tx = app.db.read().await?;
    let row = store::load_guide(&mut tx, id).await;
    tx.rollback().await;
    row
}

async fn decide(app: &App, who: &Actor, at: Timestamp, id: GuideId, begins_at: Option<Timestamp>) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        if !store::decide_guide(tx, id, begins_at, who.label(), at).await? {
            return Err(Failure::Stale(format!("{id} was decided meanwhile")));
        }
        let row = store::load_guide(tx, id).await?;
        record(tx, who, at, if begins_at.is_some() { "guide.approve" } else { "guide.withdraw" }, &row).await
    })
}

fn check_open(row: &GuideRow) -> Result<(), Failure> {
    if row.state == "proposed" { Ok(()) } else { Err(Failure::Stale(format!("{} is {} already", row.id, row.state))) }
}

/// Writes an act into the agency's chain, with the hash of the version as it stands.
async fn record(tx: &mut Tx, who: &Actor, at: Timestamp, act: &str, row: &GuideRow) -> Result<(), Failure> {
    let detail = json!({
        "guide": row.id.to_string(),
        "language": row.language,
        "number": row.number,
        "from": row.from_on.to_string(),
        "begins": row.begins_at.map(|begins| begins.to_string()),
        "reason": row.reason,
    });
    kept::record_of_agency(tx, who, at, act, detail, &[row.id.into()]).await
}
