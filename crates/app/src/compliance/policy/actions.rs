//! A version of policy is proposed, approved by a second person, or withdrawn.

use super::change::Instead;
use super::store::{self, PolicyRow};
use crate::app::{Actor, App, Failure, Problems, new_uuid};
use crate::audit::kept;
use crate::coaching::training::assigning;
use crate::compliance::difference::{Difference, find_difference};
use crate::store::Tx;
use crate::{accounts, transaction};
use duly_domain::compliance::policy::Limits;
use duly_domain::values::ids::{CreditorId, PolicyId};
use duly_domain::values::moment::Moment;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

/// A version to be proposed.
#[derive(Clone, Debug)]
pub struct ProposePolicy {
    /// Whose it is to be; the agency's own unless named.
    pub creditor: Option<CreditorId>,
    /// What it asks; what it leaves out is left to the law.
    pub limits: Limits,
    /// From which day.
    pub from_on: Date,
    /// Why.
    pub reason: String,
}

impl ProposePolicy {
    fn problems(&self, at: Moment) -> Problems {
        let mut problems = Problems(self.limits.faults());
        problems.check_proposal(at, self.from_on, "decided", &self.reason);
        problems
    }
}

/// What a version would change; nothing is kept.
pub async fn try_policy(app: &App, at: Moment, ask: &ProposePolicy) -> Result<Difference, Failure> {
    let problems = ask.problems(at);
    if !problems.is_empty() {
        return Err(Failure::Wrong(problems));
    }
    find_difference(app, at.at, ask.from_on, &Instead::of(ask.creditor, ask.limits)).await
}

/// Proposes a version: kept with the difference it would make, and binding nobody.
pub async fn propose_policy(app: &App, who: &Actor, at: Moment, ask: &ProposePolicy) -> Result<(PolicyId, Difference), Failure> {
    let difference = try_policy(app, at, ask).await?;
    let id = PolicyId(new_uuid());
    let said = as_text(&difference);
    let kept: Result<(), Failure> = transaction!(app.db, tx, {
        if let Some(creditor) = ask.creditor {
            accounts::store::load_creditor(tx, creditor).await?;
        }
        let known = store::list_all(tx).await?;
        let of_same = || known.iter().filter(|row| row.creditor == ask.creditor);
        if let Some(open) = of_same().find(|row| row.state == "proposed") {
            return Err(Failure::Stale(format!("version {} is proposed already: approve or withdraw it first", open.number)));
        }
        let count = |number: Option<u32>| number.map(i64::from);
        let row = PolicyRow {
            id,
            creditor: ask.creditor,
            number: of_same().map(|row| row.number).max().unwrap_or(0) + 1,
            attempts_max_7_days: count(ask.limits.attempts_max_7_days),
            opens_minute: ask.limits.opens_minute.map(i64::from),
            closes_minute: ask.limits.closes_minute.map(i64::from),
            electronic_max_7_days: count(ask.limits.electronic_max_7_days),
            is_off_on_sundays: ask.limits.is_off_on_sundays,
            is_off_on_holidays: ask.limits.is_off_on_holidays,
            from_on: ask.from_on,
            reason: ask.reason.trim().to_string(),
            difference: said.clone(),
            proposed_by: who.label().to_string(),
            proposed_at: at.at,
            state: "proposed".into(),
            begins_at: None,
            difference_decided: None,
            decided_by: None,
            decided_at: None,
        };
        store::insert_policy(tx, &row).await?;
        record(tx, who, at.at, "policy.propose", &row).await
    });
    kept?;
    Ok((id, difference))
}

/// Approves a proposal that somebody else made, after trying it again; it binds from its day, or from now if that has come.
pub async fn approve_policy(app: &App, who: &Actor, at: Moment, id: PolicyId) -> Result<Difference, Failure> {
    let row = store::load_policy(&mut app.db.read().await?, id).await?;
    check_open(&row)?;
    if row.proposed_by == who.label() {
        return Err(Failure::wrong("approver", "is who proposed it: a second person approves"));
    }
    let faults = row.limits().faults();
    if !faults.is_empty() {
        return Err(Failure::Wrong(Problems(faults)));
    }
    let difference = find_difference(app, at.at, row.from_on.max(at.business_day), &Instead::of(row.creditor, row.limits())).await?;
    if !difference.cases.is_good() {
        return Err(Failure::wrong("cases", format!("do not all come out as they must: {}", difference.tested())));
    }
    let begins_at = row.from_on.to_zoned(app.zone()).map_or(at.at, |midnight| midnight.timestamp()).max(at.at);
    decide(app, who, at.at, id, Some(begins_at), Some(&as_text(&difference))).await?;
    Ok(difference)
}

/// Withdraws a proposal; it stays on record.
pub async fn withdraw_policy(app: &App, who: &Actor, at: Moment, id: PolicyId) -> Result<(), Failure> {
    check_open(&store::load_policy(&mut app.db.read().await?, id).await?)?;
    decide(app, who, at.at, id, None, None).await
}

async fn decide(
    app: &App,
    who: &Actor,
    at: Timestamp,
    id: PolicyId,
    begins_at: Option<Timestamp>,
    difference: Option<&str>,
) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        if !store::decide_policy(tx, id, begins_at, difference, who.label(), at).await? {
            return Err(Failure::Stale(format!("{id} was decided meanwhile")));
        }
        let row = store::load_policy(tx, id).await?;
        if begins_at.is_some() {
            assigning::policy_changed(tx, who, app.moment_at(at), &row).await?;
        }
        record(tx, who, at, if begins_at.is_some() { "policy.approve" } else { "policy.withdraw" }, &row).await
    })
}

fn check_open(row: &PolicyRow) -> Result<(), Failure> {
    if row.state == "proposed" { Ok(()) } else { Err(Failure::Stale(format!("{} is {} already", row.id, row.state))) }
}

/// Writes an act into the agency's chain, with the hash of the version as it stands.
async fn record(tx: &mut Tx, who: &Actor, at: Timestamp, act: &str, row: &PolicyRow) -> Result<(), Failure> {
    let detail = json!({
        "policy": row.id.to_string(),
        "creditor": row.creditor.map(|creditor| creditor.to_string()),
        "number": row.number,
        "limits": row.limits(),
        "from": row.from_on.to_string(),
        "begins": row.begins_at.map(|begins| begins.to_string()),
        "reason": row.reason,
    });
    kept::record_of_agency(tx, who, at, act, detail, &[row.id.into()]).await
}

fn as_text(difference: &Difference) -> String {
    serde_json::to_string(difference).expect("counts and words are always JSON")
}
