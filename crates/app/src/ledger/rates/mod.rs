//! Rate plans: what a creditor is charged, as dated versions that one person proposes and another approves.
//!
//! A version holds for payments from its day on, until a later one does ([`in_force`]). It may begin in the past: payments that were not
//! remitted yet go by it, and what was remitted stays as it was charged until a remittance puts it right.
//!
//! Stored in `rate_plans`; shown at `/rates`. Always true: nobody approves what they proposed; no version is changed after its decision.

pub mod pages;
pub mod store;

use crate::app::{Actor, App, Failure, Problems, WORDS_MAX, check_length, new_uuid};
use crate::audit::kept;
use crate::store::Tx;
use crate::{accounts, transaction};
use duly_domain::identity::{Permission, may};
use duly_domain::ledger::rates::RatePlan;
use duly_domain::values::ids::{CreditorId, RatePlanId};
use duly_domain::values::moment::Moment;
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::json;
use store::RatePlanRow;

/// A version to propose.
#[derive(Clone, Debug)]
pub struct ProposeRates {
    /// Whose it is to be.
    pub creditor: CreditorId,
    /// What it says.
    pub plan: RatePlan,
    /// From which day.
    pub from_on: Date,
    /// Why.
    pub reason: String,
}

/// Reads a plan as people write it; the error names the line and what may stand there.
pub fn parse(text: &str) -> Result<RatePlan, Failure> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1);
        Failure::wrong("plan", format!("cannot be read: line {line}: {}", error.message()))
    })
}

/// Writes a plan as [`parse`] reads it.
pub fn write(plan: &RatePlan) -> Result<String, Failure> {
    toml::to_string(plan).map_err(|error| Failure::File(format!("the rate plan cannot be written: {error}")))
}

/// Proposes a version; it binds nobody until somebody else approves it.
pub async fn propose(app: &App, who: &Actor, at: Moment, ask: &ProposeRates) -> Result<RatePlanRow, Failure> {
    let mut problems = Problems(ask.plan.problems());
    let reason = ask.reason.trim();
    if reason.is_empty() {
        problems.0.push(("reason", "is missing: what was agreed with the creditor?".into()));
    }
    if ask.from_on < at.business_day.saturating_sub(5.years()) || ask.from_on > at.business_day.saturating_add(2.years()) {
        problems.0.push(("from", "is more than five years back or two years ahead: look at the year".into()));
    }
    if !problems.is_empty() {
        return Err(Failure::Wrong(problems));
    }
    check_length("reason", reason, WORDS_MAX)?;
    let terms = serde_json::to_string(&ask.plan).map_err(|_| Failure::wrong("plan", "cannot be written"))?;
    transaction!(app.db, tx, {
        let creditor = accounts::store::load_creditor(tx, ask.creditor).await?;
        let known = store::list_of_creditor(tx, ask.creditor).await?;
        if let Some(open) = known.iter().find(|row| row.state == "proposed") {
            return Err(Failure::Stale(format!("version {} is proposed already: approve or withdraw it first", open.number)));
        }
        let row = RatePlanRow {
            id: RatePlanId(new_uuid()),
            creditor: creditor.id,
            creditor_name: creditor.name,
            number: known.first().map_or(0, |row| row.number) + 1,
            terms: terms.clone(),
            from_on: ask.from_on,
            reason: reason.to_string(),
            proposed_by: who.label().to_string(),
            proposed_at: at.at,
            state: "proposed".into(),
            decided_by: None,
            decided_at: None,
        };
        store::insert_plan(tx, &row).await?;
        record(tx, who, at, "rate-plan.propose", &row).await?;
        Ok(row)
    })
}

/// Approves a version that somebody else proposed.
pub async fn approve(app: &App, who: &Actor, at: Moment, id: RatePlanId) -> Result<RatePlanRow, Failure> {
    if who.id.is_some() && !may(who.role, Permission::ApproveTrust) {
        return Err(Failure::Forbidden);
    }
    transaction!(app.db, tx, {
        let row = store::load_plan(tx, id).await?;
        if row.proposed_by == who.label() {
            return Err(Failure::wrong("approver", "is who proposed it: a second person approves"));
        }
        decide(tx, who, at, row, "approved").await
    })
}

/// Withdraws a proposal; it stays on record.
pub async fn withdraw(app: &App, who: &Actor, at: Moment, id: RatePlanId) -> Result<RatePlanRow, Failure> {
    transaction!(app.db, tx, {
        let row = store::load_plan(tx, id).await?;
        decide(tx, who, at, row, "withdrawn").await
    })
}

async fn decide(tx: &mut Tx, who: &Actor, at: Moment, row: RatePlanRow, state: &'static str) -> Result<RatePlanRow, Failure> {
    if !store::decide_plan(tx, row.id, state, who.label(), at.at).await? {
        return Err(Failure::Stale(format!("version {} is {} already", row.number, row.state)));
    }
    let row = store::load_plan(tx, row.id).await?;
    record(tx, who, at, if state == "approved" { "rate-plan.approve" } else { "rate-plan.withdraw" }, &row).await?;
    Ok(row)
}

async fn record(tx: &mut Tx, who: &Actor, at: Moment, act: &str, row: &RatePlanRow) -> Result<(), Failure> {
    let detail = json!({"rate_plan": row.id.to_string(), "creditor": row.creditor.to_string(), "number": row.number,
        "from_on": row.from_on.to_string(), "reason": row.reason});
    kept::record_of_agency(tx, who, at.at, act, detail, &[row.id.into()]).await
}

/// The version in force on a day: of those approved that had begun, the one that began last, the later of two that began together.
pub fn in_force(rows: &[RatePlanRow], on: Date) -> Option<&RatePlanRow> {
    let begun = rows.iter().filter(|row| row.state == "approved" && row.from_on <= on);
    begun.max_by_key(|row| (row.from_on, row.number))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = "mode = \"net\"\nhold_days = 10\nhold_days_bank = 3\nslices_of = \"account\"\nminimum_minor = 0\n\n\
        [[rates]]\nname = \"judgment\"\nhas_judgment = true\n\n[[rates.slices]]\nbp = 4000\n\n\
        [[rates]]\nname = \"usual\"\n\n[[rates.slices]]\nup_to_minor = 100000\nbp = 3000\n\n[[rates.slices]]\nbp = 2500\n";

    #[test]
    fn a_plan_is_written_as_it_is_read_and_a_wrong_line_is_named() {
        let plan = parse(PLAN).unwrap();
        assert_eq!((plan.problems(), plan.rates.len()), (Vec::new(), 2));
        assert_eq!(parse(&write(&plan).unwrap()).unwrap(), plan);
        let says = parse(&PLAN.replacen("hold_days =", "hold_hours =", 1)).unwrap_err().to_string();
        assert!(says.starts_with("plan cannot be read: line 2: unknown field `hold_hours`"), "{says}");
    }
}
