//! A plan goes on otherwise: a payment is skipped, the day of the month is another, two payments are one, or it rests for a pause.
//!
//! The plan that was agreed stays as it was and is over; what is left of it to pay is a plan of its own that names it. Nothing is added
//! and nothing is lost to the cent.

use super::following::{take_first, withdraw_in};
use super::store::{self, InstallmentRow, PlanRow};
use crate::accounts::actions::set_next;
use crate::accounts::limitation::reckoning_of;
use crate::app::{Actor, App, Failure, Problems, WORDS_MAX, check_length, new_uuid};
use crate::audit::kept::{self, KeptRow};
use crate::plans::actions;
use crate::plans::desk::standing::book_of;
use crate::store::Tx;
use crate::{accounts, strategy, transaction};
use duly_domain::plans::plan::PlanState;
use duly_domain::plans::promise::PromiseState;
use duly_domain::plans::revision::{Left, Revision, revise};
use duly_domain::values::ids::{AccountId, InstallmentId, PlanId};
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
        let plans = store::list_plans(tx, account).await?;
        if revision == Revision::Skip && skipped(&plans, &row) >= SKIPS_MAX {
            let says =
                format!("{SKIPS_MAX} payments of this agreement were skipped already: ask for the budget again and agree another plan");
            return Err(Failure::Stale(says));
        }
        let held = accounts::store::load_account(tx, account).await?;
        let limitation = last_on(tx, &held, at).await?;
        let (book, _) = book_of(tx, Some(held.creditor), at.business_day).await?;
        let left = left_of(tx, &row).await?;
        let anew = revise(&left, row.every(), revision, at.business_day, book.shift, limitation)
            .map_err(|problem| Failure::Wrong(Problems::one(problem.field, lowered(&problem.says))))?;
        if anew == left {
            return Err(Failure::wrong("form", "this is how the plan is already"));
        }
        let new = go_on(tx, who, at, &row, &anew, revision, because).await?;
        actions::judge_account(tx, who, at, account).await?;
        strategy::actions::place_on_worklist(tx, account, at).await?;
        store::load_plan(tx, new).await
    })
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

/// What is left to pay of a plan, in its order: of the payment that is open what is missing.
async fn left_of(tx: &mut Tx, plan: &PlanRow) -> Result<Vec<Left>, Failure> {
    let own = store::list_installments(tx, plan.account).await?.into_iter().filter(|one| one.plan == plan.id);
    let left = own.filter(|one| one.standing() != Some(PromiseState::Kept));
    Ok(left.map(|one| (one.wanted_on, one.due_on, one.amount_minor - one.arrived_minor.unwrap_or(0))).filter(|one| one.2 > 0).collect())
}

/// Nothing of an active plan is due before a day; one that would end after the time to sue is over instead, and agreed anew after the pause.
pub async fn rest_until(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId, until: Date) -> Result<(), Failure> {
    let plans = store::list_plans(tx, account).await?;
    let Some(row) = plans.iter().find(|plan| plan.standing() == PlanState::Active) else { return Ok(()) };
    let held = accounts::store::load_account(tx, account).await?;
    let limitation = last_on(tx, &held, at).await?;
    let (book, _) = book_of(tx, Some(held.creditor), at.business_day).await?;
    let left = left_of(tx, row).await?;
    let revision = Revision::Rest { until };
    match revise(&left, row.every(), revision, at.business_day, book.shift, limitation) {
        Ok(anew) if anew == left => Ok(()),
        Ok(anew) => go_on(tx, who, at, row, &anew, revision, "a hardship pause").await.map(drop),
        Err(_) => withdraw_in(tx, who, at, row, "a hardship pause, after which it would not end in time").await,
    }
}

/// Ends a plan and begins the one that goes on from it.
async fn go_on(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    row: &PlanRow,
    left: &[Left],
    revision: Revision,
    because: &str,
) -> Result<PlanId, Failure> {
    let (Some((first_on, ..)), Some((_, last_on, _))) = (left.first().copied(), left.last().copied()) else {
        return Err(Failure::Stale("nothing of the plan is left to pay".into()));
    };
    let total_minor: i64 = left.iter().map(|(.., minor)| *minor).sum();
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
        revision: Some(serde_json::to_string(&revision).map_err(|error| Failure::File(format!("a revision cannot be written: {error}")))?),
        ..row.clone()
    };
    let installments: Vec<InstallmentRow> = (1..)
        .zip(left)
        .map(|(number, (wanted_on, due_on, amount_minor))| InstallmentRow {
            id: InstallmentId(new_uuid()),
            plan: plan.id,
            number,
            wanted_on: *wanted_on,
            due_on: *due_on,
            amount_minor: *amount_minor,
            promise: None,
            promise_state: None,
            arrived_minor: None,
            grace_days: None,
        })
        .collect();
    withdraw_in(tx, who, at, row, &format!("it goes on otherwise: {because}")).await?;
    store::insert_plan(tx, &plan, &installments).await?;
    let detail = json!({"plan": plan.id.to_string(), "revises": row.id.to_string(), "terms": revision, "because": because});
    let mut rows: Vec<KeptRow> = vec![plan.id.into()];
    rows.extend(installments.iter().map(|one| KeptRow::from(one.id)));
    kept::record(tx, who, at.at, row.account, "plan.revise", detail, &rows).await?;
    take_first(tx, who, at, &plan, &installments).await?;
    if let Some(first) = installments.first() {
        set_next(tx, row.account, "Installment 1 due", first.due_on, None).await?;
    }
    Ok(plan.id)
}
