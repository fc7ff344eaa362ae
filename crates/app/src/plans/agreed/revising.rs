//! A plan goes on otherwise: a payment is skipped, the day of the month is another, two payments are one, or it rests for a pause.
//!
//! The plan that was agreed stays as it was and is over; what is left of it to pay is a plan of its own that names it. Nothing is added
//! and nothing is lost to the cent. What is done to one plan of a joint one is done to all that run, in one transaction or not at all.

use super::following::{take_first, withdraw_in, withdraw_together};
use super::store::{self, InstallmentRow, PlanRow};
use crate::accounts::actions::set_next;
use crate::accounts::limitation::reckoning_of;
use crate::app::{Actor, App, Failure, Problems, WORDS_MAX, check_length, new_uuid};
use crate::audit::kept::{self, KeptRow};
use crate::plans::desk::standing::book_of;
use crate::plans::joint::store::{JointPayment, JointRow, insert_joint, load_joint, written};
use crate::plans::{actions, joint};
use crate::store::Tx;
use crate::{accounts, strategy, transaction};
use duly_domain::plans::FieldProblem;
use duly_domain::plans::joint::{Numbered, revise_joint, whole_of};
use duly_domain::plans::plan::PlanState;
use duly_domain::plans::promise::PromiseState;
use duly_domain::plans::revision::{Left, Revision};
use duly_domain::values::ids::{AccountId, InstallmentId, JointPlanId, PlanId};
use duly_domain::values::moment::Moment;
use jiff::civil::Date;
use serde_json::json;

/// How often a payment of one agreement may be skipped: more is a plan that does not fit.
pub const SKIPS_MAX: usize = 2;

/// Lets an active plan go on otherwise, as they asked for; the new one.
pub async fn revise_plan(
    app: &App,
    who: &Actor,
    at: Moment,
    account: AccountId,
    plan: PlanId,
    revision: Revision,
    because: &str,
) -> Result<PlanRow, Failure> {
    let because = because.trim();
    if because.is_empty() {
        return Err(Failure::wrong("because", "is missing: say what they asked for, and why"));
    }
    check_length("because", because, WORDS_MAX)?;
    transaction!(app.db, tx, {
        let row = store::load_plan(tx, plan).await?;
        if row.account != account {
            return Err(Failure::NotFound(format!("plan {plan} on this account")));
        }
        if row.standing() != PlanState::Active {
            return Err(Failure::Stale(format!("the plan is {}: agree a new one", row.standing().to_string().to_lowercase())));
        }
        let rows = joint::running(tx, &row).await?;
        for row in &rows {
            let plans = store::list_plans(tx, row.account).await?;
            if revision == Revision::Skip && skipped(&plans, row) >= SKIPS_MAX {
                let says =
                    format!("{SKIPS_MAX} payments of this agreement were skipped already: ask for the budget again and agree another plan");
                return Err(Failure::Stale(says));
            }
        }
        let parts = parts_of(tx, &rows).await?;
        let anew = match lay_out(tx, at, &rows, &parts, revision).await? {
            Ok(anew) => anew,
            Err(problem) => return Err(Failure::Wrong(Problems::one(problem.field, lowered(&problem.says)))),
        };
        if is_same(&anew, &parts) {
            return Err(Failure::wrong("form", "this is how the plan is already"));
        }
        let plans = go_on(tx, who, at, &rows, &anew, revision, because).await?;
        for row in &rows {
            actions::judge_account(tx, who, at, row.account).await?;
            strategy::actions::place_on_worklist(tx, row.account, at).await?;
        }
        let own = rows.iter().zip(plans).find(|(row, _)| row.account == account).map_or(plan, |(_, plan)| plan);
        store::load_plan(tx, own).await
    })
}

/// What is left of plans that go together, laid out anew, or why it cannot be: on the days of the first one's creditor, and within the time
/// that every account has.
async fn lay_out(
    tx: &mut Tx,
    at: Moment,
    rows: &[PlanRow],
    parts: &[Vec<Numbered>],
    revision: Revision,
) -> Result<Result<Vec<Vec<Numbered>>, FieldProblem>, Failure> {
    let (mut last, mut shift) = (None, None);
    for row in rows {
        let held = accounts::store::load_account(tx, row.account).await?;
        let on = last_on(tx, &held, at).await?;
        last = last.into_iter().chain(on).min_by_key(|(on, _)| *on);
        if shift.is_none() {
            shift = Some(book_of(tx, Some(held.creditor), at.business_day).await?.0.shift);
        }
    }
    let (Some(row), Some(shift)) = (rows.first(), shift) else { return Err(Failure::Stale("nothing of the plan is left to pay".into())) };
    Ok(revise_joint(parts, row.every(), revision, at.business_day, shift, last))
}

/// Whether payments are what they were, however they are numbered.
fn is_same(anew: &[Vec<Numbered>], parts: &[Vec<Numbered>]) -> bool {
    let days = |parts: &[Vec<Numbered>]| whole_of(parts).into_iter().map(|(_, left)| left).collect::<Vec<Left>>();
    days(anew) == days(parts)
}

/// The day by which a plan ends: the last one for a suit, or the one before the creditor takes the account back, where either is known.
async fn last_on(tx: &mut Tx, account: &accounts::store::Account, at: Moment) -> Result<Option<(Date, &'static str)>, Failure> {
    let limitation =
        reckoning_of(tx, account.id, at.business_day).await?.limitation().map(|time| (time.last_day, "when the time to sue ends"));
    let recall = account.recall_on.map(|on| (on, "when the creditor takes the account back"));
    Ok(limitation.into_iter().chain(recall).filter(|(last, _)| *last >= at.business_day).min_by_key(|(last, _)| *last))
}

/// A sentence as it goes on after the name of its field.
fn lowered(says: &str) -> String {
    let mut letters = says.trim_end_matches('.').chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// How many payments were skipped since a plan was first agreed.
fn skipped(plans: &[PlanRow], plan: &PlanRow) -> usize {
    let mut count = 0;
    let mut at = Some(plan);
    while let Some(row) = at {
        count += usize::from(row.revised() == Some(Revision::Skip));
        at = row.revises.and_then(|before| plans.iter().find(|plan| plan.id == before));
    }
    count
}

/// What is left to pay of each plan, in its order: of the payment that is open what is missing.
async fn parts_of(tx: &mut Tx, rows: &[PlanRow]) -> Result<Vec<Vec<Numbered>>, Failure> {
    let mut parts = Vec::with_capacity(rows.len());
    for plan in rows {
        let own = store::list_installments(tx, plan.account).await?.into_iter().filter(|one| one.plan == plan.id);
        let left = own.filter(|one| one.standing() != Some(PromiseState::Kept));
        let left = left.map(|one| (one.number, (one.wanted_on, one.due_on, one.amount_minor - one.arrived_minor.unwrap_or(0))));
        parts.push(left.filter(|(_, (.., minor))| *minor > 0).collect());
    }
    Ok(parts)
}

/// Nothing of an active plan is due before a day; one that would end after the time to sue is over instead, and agreed anew after the pause.
/// They have one amount for all accounts of a joint plan: it rests as a whole.
pub async fn rest_until(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId, until: Date) -> Result<(), Failure> {
    let plans = store::list_plans(tx, account).await?;
    let Some(row) = plans.iter().find(|plan| plan.standing() == PlanState::Active) else { return Ok(()) };
    let rows = joint::running(tx, row).await?;
    let parts = parts_of(tx, &rows).await?;
    let revision = Revision::Rest { until };
    match lay_out(tx, at, &rows, &parts, revision).await? {
        Ok(anew) if is_same(&anew, &parts) => return Ok(()),
        Ok(anew) => go_on(tx, who, at, &rows, &anew, revision, "a hardship pause").await.map(drop)?,
        Err(_) => withdraw_together(tx, who, at, &rows, "a hardship pause, after which it would not end in time").await?,
    }
    for row in rows.iter().filter(|row| row.account != account) {
        strategy::actions::place_on_worklist(tx, row.account, at).await?;
    }
    Ok(())
}

/// Ends plans that go together and begins those that go on from them, in the same order.
async fn go_on(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    rows: &[PlanRow],
    parts: &[Vec<Numbered>],
    revision: Revision,
    because: &str,
) -> Result<Vec<PlanId>, Failure> {
    let revised = serde_json::to_string(&revision).map_err(|error| Failure::File(format!("a revision cannot be written: {error}")))?;
    let joint = match rows.first().and_then(|row| row.joint) {
        Some(before) => Some(go_on_jointly(tx, who, at, before, parts, &revised, because).await?),
        None => None,
    };
    let mut plans = Vec::with_capacity(rows.len());
    for (row, left) in rows.iter().zip(parts) {
        let (plan, installments) = rows_of(row, left, joint, &revised, who, at)?;
        withdraw_in(tx, who, at, row, &format!("it goes on otherwise: {because}")).await?;
        store::insert_plan(tx, &plan, &installments).await?;
        let detail = json!({"plan": plan.id.to_string(), "revises": row.id.to_string(), "terms": revision, "because": because});
        let mut kept_rows: Vec<KeptRow> = vec![plan.id.into()];
        kept_rows.extend(installments.iter().map(|one| KeptRow::from(one.id)));
        kept::record(tx, who, at.at, row.account, "plan.revise", detail, &kept_rows).await?;
        take_first(tx, who, at, &plan).await?;
        if let Some(first) = installments.first() {
            set_next(tx, row.account, &format!("Installment {} due", first.number), first.due_on, None).await?;
        }
        plans.push(plan.id);
    }
    Ok(plans)
}

/// The row of a joint plan that goes on from another: what its parts come to.
async fn go_on_jointly(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    before: JointPlanId,
    parts: &[Vec<Numbered>],
    revised: &str,
    because: &str,
) -> Result<JointPlanId, Failure> {
    let before = load_joint(tx, before).await?;
    let whole = whole_of(parts);
    let payments: Vec<JointPayment> = whole
        .iter()
        .map(|(number, (wanted_on, due_on, amount_minor))| JointPayment {
            number: *number,
            wanted_on: *wanted_on,
            due_on: *due_on,
            amount_minor: *amount_minor,
        })
        .collect();
    let (Some(first), Some(last)) = (payments.first(), payments.last()) else {
        return Err(Failure::Stale("nothing of the plan is left to pay".into()));
    };
    let row = JointRow {
        id: JointPlanId(new_uuid()),
        total_minor: payments.iter().map(|payment| payment.amount_minor).sum(),
        down_minor: 0,
        first_on: first.due_on,
        last_on: last.due_on,
        payments: written(&payments)?,
        agreed_on: at.business_day,
        agreed_by: who.label().to_string(),
        agreed_at: at.at,
        revises: Some(before.id),
        revision: Some(revised.to_string()),
        ..before
    };
    insert_joint(tx, &row).await?;
    let detail = json!({"joint": row.id.to_string(), "revises": before.id.to_string(), "because": because});
    kept::record(tx, who, at.at, row.account, "plan.revise-jointly", detail, &[row.id.into()]).await?;
    Ok(row.id)
}

/// The plan of one account that goes on from another, with its payments.
fn rows_of(
    row: &PlanRow,
    left: &[Numbered],
    joint: Option<JointPlanId>,
    revised: &str,
    who: &Actor,
    at: Moment,
) -> Result<(PlanRow, Vec<InstallmentRow>), Failure> {
    let (Some((_, (first_on, ..))), Some((_, (_, last_on, _)))) = (left.first().copied(), left.last().copied()) else {
        return Err(Failure::Stale("nothing of the plan is left to pay".into()));
    };
    let total_minor: i64 = left.iter().map(|(_, (.., minor))| *minor).sum();
    // What is forgiven where it is kept stays the same; of what is asked for, what was paid is gone.
    let balance_minor = row.balance_minor - (row.total_minor - total_minor);
    let share = i128::from(total_minor) * 10_000 / i128::from(balance_minor.max(1));
    let share_bp = if total_minor == balance_minor { 10_000 } else { i64::try_from(share).unwrap_or(10_000).min(9_999) };
    let plan = PlanRow {
        id: PlanId(new_uuid()),
        total_minor,
        down_minor: 0,
        balance_minor,
        share_bp,
        first_on,
        last_on,
        worth_minor: row.worth_minor.min(total_minor),
        agreed_on: at.business_day,
        agreed_by: who.label().to_string(),
        agreed_at: at.at,
        state: PlanState::Active.code().into(),
        decided_at: None,
        revises: Some(row.id),
        revision: Some(revised.to_string()),
        joint,
        ..row.clone()
    };
    let installments = left
        .iter()
        .map(|(number, (wanted_on, due_on, amount_minor))| InstallmentRow {
            id: InstallmentId(new_uuid()),
            plan: plan.id,
            number: *number,
            wanted_on: *wanted_on,
            due_on: *due_on,
            amount_minor: *amount_minor,
            promise: None,
            promise_state: None,
            arrived_minor: None,
            grace_days: None,
        })
        .collect();
    Ok((plan, installments))
}
