//! An amendment is proposed, approved by a second person, or withdrawn.

use super::change::Amending;
use super::editions;
use super::store::{self, AmendmentRow, Binding};
use crate::app::{Actor, Ahead, App, Failure, Problems, new_uuid};
use crate::audit::kept;
use crate::coaching::training::assigning;
use crate::compliance::difference::{Difference, find_difference};
use crate::store::Tx;
use crate::transaction;
use duly_domain::compliance::amendments::{Column, Says};
use duly_domain::compliance::packs::find;
use duly_domain::compliance::states::Confidence;
use duly_domain::values::ids::AmendmentId;
use duly_domain::values::moment::Moment;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde_json::json;

/// An amendment to be proposed.
#[derive(Clone, Debug)]
pub struct ProposeAmendment {
    /// Of which pack.
    pub pack: String,
    /// Of which column.
    pub column: Column,
    /// What it is to say.
    pub says: String,
    /// From which day.
    pub from_on: Date,
    /// The last day, where one is known.
    pub to_on: Option<Date>,
    /// Where it stands.
    pub source: String,
    /// How sure the agency is.
    pub confidence: Confidence,
}

impl ProposeAmendment {
    /// What is wrong with it, and what it says where that can be read.
    fn read(&self, at: Moment) -> Result<Says, Problems> {
        let mut problems = Problems::default();
        if find(&self.pack).is_none() {
            problems.0.push(("pack", format!("{} is not there; duly pack list names them", self.pack)));
        } else if !self.column.is_of(&self.pack) {
            let why =
                if self.pack == "us" { "federal law is rules, and rules change with a release" } else { "a city has hours and caps alone" };
            problems.0.push(("column", format!("is none that {} has: {why}", self.pack)));
        }
        let says = Says::parse(self.column, &self.says).map_err(|wrong| problems.0.push(("says", wrong)));
        problems.check_begin(at, self.from_on, "decided", Ahead::FiveYears);
        if self.to_on.is_some_and(|last| last < self.from_on) {
            problems.0.push(("to", "lies before the first day".into()));
        }
        problems.check_ground("source", &self.source, "where does the law say so?");
        match says {
            Ok(says) if problems.is_empty() => Ok(says),
            _ => Err(problems),
        }
    }
}

/// What an amendment would change; nothing is kept.
pub async fn try_amendment(app: &App, at: Moment, ask: &ProposeAmendment) -> Result<Difference, Failure> {
    let says = ask.read(at).map_err(Failure::Wrong)?;
    difference_of(app, at.at, ask, says, ask.from_on).await
}

async fn difference_of(app: &App, at: Timestamp, ask: &ProposeAmendment, says: Says, from_on: Date) -> Result<Difference, Failure> {
    let law = editions(&mut app.db.read().await?).await?;
    let amending = Amending {
        law,
        pack: ask.pack.clone(),
        column: ask.column,
        says,
        source: ask.source.trim().to_string(),
        confidence: ask.confidence,
    };
    find_difference(app, at, from_on, &amending).await
}

/// Proposes an amendment: kept with the difference it would make, and binding nobody.
pub async fn propose_amendment(app: &App, who: &Actor, at: Moment, ask: &ProposeAmendment) -> Result<(AmendmentId, Difference), Failure> {
    let says = ask.read(at).map_err(Failure::Wrong)?;
    let words = says.to_string();
    let difference = difference_of(app, at.at, ask, says, ask.from_on).await?;
    let id = AmendmentId(new_uuid());
    let said = as_text(&difference);
    let kept: Result<(), Failure> = transaction!(app.db, tx, {
        let known = store::list_of_pack(tx, &ask.pack).await?;
        if let Some(open) = known.iter().find(|row| row.state == "proposed" && row.column == ask.column.code()) {
            return Err(Failure::Stale(format!("amendment {} is proposed already: approve or withdraw it first", open.number)));
        }
        let row = AmendmentRow {
            id,
            number: store::find_newest_number(tx).await? + 1,
            pack: ask.pack.clone(),
            column: ask.column.code().into(),
            says: words.clone(),
            source: ask.source.trim().to_string(),
            confidence: ask.confidence.code().into(),
            from_on: ask.from_on,
            to_on: ask.to_on,
            difference: said.clone(),
            proposed_by: who.label().to_string(),
            proposed_at: at.at,
            state: "proposed".into(),
            begins_on: None,
            begins_at: None,
            ends_at: None,
            difference_decided: None,
            decided_by: None,
            decided_at: None,
        };
        store::insert_amendment(tx, &row).await?;
        record(tx, who, at.at, "amendment.propose", &row).await
    });
    kept?;
    Ok((id, difference))
}

/// Approves a proposal that somebody else made, after trying it again; it binds from its day, or from now if that has come.
pub async fn approve_amendment(app: &App, who: &Actor, at: Moment, id: AmendmentId) -> Result<Difference, Failure> {
    let row = store::load_amendment(&mut app.db.read().await?, id).await?;
    check_open(&row)?;
    if row.proposed_by == who.label() {
        return Err(Failure::wrong("approver", "is who proposed it: a second person approves"));
    }
    if row.to_on.is_some_and(|last| last < at.business_day) {
        return Err(Failure::wrong("to", "has passed: withdraw it and propose another"));
    }
    let begins_on = row.from_on.max(at.business_day);
    let ask = ProposeAmendment {
        pack: row.pack.clone(),
        column: row.column().ok_or_else(|| Failure::wrong("column", "is none of the table"))?,
        says: row.says.clone(),
        from_on: begins_on,
        to_on: row.to_on,
        source: row.source.clone(),
        confidence: Confidence::parse(&row.confidence),
    };
    let says = ask.read(at).map_err(Failure::Wrong)?;
    let difference = difference_of(app, at.at, &ask, says, begins_on).await?;
    if difference.cases.passed != difference.cases.run {
        return Err(Failure::wrong("cases", format!("do not all come out as they must: {}", difference.tested())));
    }
    let midnight = |day: Date| day.to_zoned(app.zone()).map(|midnight| midnight.timestamp());
    let begins_at = midnight(begins_on).unwrap_or(at.at).max(at.at);
    let ends_at = row.to_on.and_then(|last| midnight(last.saturating_add(1.day())).ok());
    decide(app, who, at.at, id, Some(Binding { begins_on, begins_at, ends_at }), Some(&as_text(&difference))).await?;
    Ok(difference)
}

/// Withdraws a proposal; it stays on record. What binds is ended by another amendment.
pub async fn withdraw_amendment(app: &App, who: &Actor, at: Moment, id: AmendmentId) -> Result<(), Failure> {
    check_open(&store::load_amendment(&mut app.db.read().await?, id).await?)?;
    decide(app, who, at.at, id, None, None).await
}

async fn decide(
    app: &App,
    who: &Actor,
    at: Timestamp,
    id: AmendmentId,
    binding: Option<Binding>,
    difference: Option<&str>,
) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        if !store::decide_amendment(tx, id, binding, difference, who.label(), at).await? {
            return Err(Failure::Stale(format!("{id} was decided meanwhile")));
        }
        let row = store::load_amendment(tx, id).await?;
        if binding.is_some() {
            assigning::amendment_made(tx, who, app.moment_at(at), &row).await?;
        }
        record(tx, who, at, if binding.is_some() { "amendment.approve" } else { "amendment.withdraw" }, &row).await
    })
}

fn check_open(row: &AmendmentRow) -> Result<(), Failure> {
    match row.state.as_str() {
        "proposed" => Ok(()),
        "approved" => Err(Failure::Stale(format!("{} is approved already; another amendment ends it", row.id))),
        state => Err(Failure::Stale(format!("{} is {state} already", row.id))),
    }
}

/// Writes an act into the agency's chain, with the hash of the amendment as it stands.
async fn record(tx: &mut Tx, who: &Actor, at: Timestamp, act: &str, row: &AmendmentRow) -> Result<(), Failure> {
    let detail = json!({
        "amendment": row.id.to_string(),
        "number": row.number,
        "pack": row.pack,
        "column": row.column,
        "says": row.says,
        "source": row.source,
        "confidence": row.confidence,
        "from": row.from_on.to_string(),
        "to": row.to_on.map(|last| last.to_string()),
        "begins": row.begins_at.map(|begins| begins.to_string()),
    });
    kept::record_of_agency(tx, who, at, act, detail, &[row.id.into()]).await
}

fn as_text(difference: &Difference) -> String {
    serde_json::to_string(difference).expect("counts and words are always JSON")
}
