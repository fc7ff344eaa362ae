//! A plan follows its promises: the next installment is taken, the plan is kept, broken, or goes on again.
//!
//! Read [`follow`] first. [`Planned`] tells those who judge promises what arrived for the installments among them: money goes to the
//! earliest installment that still waits for it, so that whoever pays ahead keeps the next ones too.

use super::store::{self, InstallmentRow, PlanRow};
use crate::accounts::actions::set_next;
use crate::app::App;
use crate::app::{Actor, Failure, new_uuid};
use crate::audit::kept;
use crate::ledger::store::Arrival;
use crate::plans::joint;
use crate::plans::store as promises;
use crate::plans::store::PromiseRow;
use crate::store::{StoreError, Tx};
use crate::{accounts, strategy, transaction};
use duly_domain::plans::plan::{Due, PlanState, shares};
use duly_domain::plans::promise::{GRACE_DAYS, PromiseState, last_day};
use duly_domain::values::ids::{AccountId, PlanId, PromiseId};
use duly_domain::values::moment::Moment;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;
use std::collections::HashMap;

/// What arrived for the installments among an account's promises, in minor units, with their plan.
#[derive(Clone, Debug, Default)]
pub struct Planned(HashMap<PromiseId, (i64, PlanId)>);

impl Planned {
    /// Reads an account's plans and shares out to them what arrived.
    pub async fn read(tx: &mut Tx, account: AccountId, arrivals: &[Arrival]) -> Result<Planned, StoreError> {
        let plans = store::list_plans(tx, account).await?;
        if plans.is_empty() {
            return Ok(Planned::default());
        }
        let installments = store::list_installments(tx, account).await?;
        let mut planned = Planned::default();
        for plan in &plans {
            planned.share_out(plan, &installments, arrivals);
        }
        Ok(planned)
    }

    fn share_out(&mut self, plan: &PlanRow, installments: &[InstallmentRow], arrivals: &[Arrival]) {
        let own: Vec<&InstallmentRow> = installments.iter().filter(|one| one.plan == plan.id).collect();
        let grace = own.iter().find_map(|one| one.grace_days).and_then(|days| i32::try_from(days).ok()).unwrap_or(GRACE_DAYS);
        let dues: Vec<Due> = own.iter().map(|one| Due { amount_minor: one.amount_minor, last_day: last_day(one.due_on, grace) }).collect();
        // What was there before keeps no plan, and what came after one was over is not its own.
        let is_over = matches!(plan.standing(), PlanState::Withdrawn | PlanState::Kept);
        let until = plan.decided_at.filter(|_| is_over).unwrap_or(Timestamp::MAX);
        let counts = |arrival: &&Arrival| arrival.effective_on >= plan.agreed_on && (plan.agreed_at..=until).contains(&arrival.posted_at);
        let arrived: Vec<(Date, i64)> =
            arrivals.iter().filter(counts).map(|arrival| (arrival.effective_on, arrival.amount_minor)).collect();
        for (one, share) in own.iter().zip(shares(&dues, &arrived)) {
            if let Some(promise) = one.promise {
                self.0.insert(promise, (share, plan.id));
            }
        }
    }

    /// Whether the account never had a plan.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What arrived for a promise that is an installment.
    pub fn arrived(&self, promise: PromiseId) -> Option<i64> {
        self.0.get(&promise).map(|(minor, _)| *minor)
    }

    /// Whether two promises are installments of one plan.
    pub fn are_of_one(&self, one: PromiseId, other: PromiseId) -> bool {
        let of = |promise| self.0.get(&promise).map(|(_, plan)| *plan);
        of(one).is_some() && of(one) == of(other)
    }
}

/// Brings an account's plans to what their promises say; whether a promise was taken, for which the money may be there already.
pub async fn follow(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId, next_day: Date) -> Result<bool, Failure> {
    let plans = store::list_plans(tx, account).await?;
    let mut has_taken = false;
    for plan in plans.iter().filter(|plan| plan.standing() != PlanState::Withdrawn) {
        let installments = store::list_installments(tx, account).await?;
        let (own, others): (Vec<_>, Vec<_>) = installments.into_iter().partition(|one| one.plan == plan.id);
        let is_other_active = plans.iter().any(|other| other.id != plan.id && other.standing() == PlanState::Active);
        let own_open = own.iter().filter(|one| one.standing() == Some(PromiseState::Open)).count();
        let open = promises::list_promises(tx, account).await?.iter().filter(|promise| promise.state == PromiseState::Open.code()).count();
        let may_go_on = !is_other_active && open == own_open && !others.iter().any(|one| one.standing() == Some(PromiseState::Open));
        let standings: Vec<Option<PromiseState>> = own.iter().map(InstallmentRow::standing).collect();
        let follow = duly_domain::plans::plan::follow(plan.standing(), &standings, may_go_on);
        if follow.state != plan.standing() {
            update_state(tx, who, at, plan, follow.state, None).await?;
            let (action, on) = what_next(plan, follow.state, &own, next_day);
            set_next(tx, account, &action, on, None).await?;
        }
        if let Some(one) = follow.back.and_then(|place| own.get(place)) {
            put_back(tx, who, at, plan, one).await?;
        }
        if let Some(one) = follow.next.and_then(|place| own.get(place)) {
            take(tx, who, at, plan, one).await?;
            let (action, on) = what_next(plan, follow.state, std::slice::from_ref(one), next_day);
            set_next(tx, account, &action, on, None).await?;
            has_taken = true;
        }
    }
    Ok(has_taken)
}

/// What the account does next where a plan stands so.
fn what_next(plan: &PlanRow, state: PlanState, waiting: &[InstallmentRow], next_day: Date) -> (String, Date) {
    match state {
        PlanState::Active => {
            let next = waiting.iter().find(|one| one.standing().is_none_or(|state| state == PromiseState::Open));
            let what = next.map_or("Installment due".into(), |one| match one.number {
                0 => "Down payment due".to_string(),
                number => format!("Installment {number} due"),
            });
            (what, next.map_or(next_day, |one| one.due_on))
        }
        PlanState::Kept if plan.is_settled() => ("Settlement kept: close the account as settled".into(), next_day),
        PlanState::Kept => ("Plan kept to the end: agree the rest".into(), next_day),
        PlanState::Broken => ("Plan broken: ask what happened".into(), next_day),
        PlanState::Withdrawn => ("Plan withdrawn: agree what next".into(), next_day),
    }
}

async fn update_state(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    plan: &PlanRow,
    state: PlanState,
    because: Option<&str>,
) -> Result<(), Failure> {
    store::update_state(tx, plan.id, state, (state != PlanState::Active).then_some(at.at)).await?;
    let act = if because.is_some() { "plan.withdraw" } else { "plan.judge" };
    let mut detail = json!({"plan": plan.id.to_string(), "from": plan.state, "to": state.code()});
    if let Some(because) = because {
        detail["because"] = json!(because);
    }
    kept::record(tx, who, at.at, plan.account, act, detail, &[plan.id.into()]).await
}

/// An installment's turn has come: it is promised.
async fn take(tx: &mut Tx, who: &Actor, at: Moment, plan: &PlanRow, one: &InstallmentRow) -> Result<PromiseId, Failure> {
    let account = accounts::store::load_account(tx, plan.account).await?;
    let creditor = accounts::store::load_creditor(tx, account.creditor).await?;
    let promise = PromiseRow {
        id: PromiseId(new_uuid()),
        account: plan.account,
        amount_minor: one.amount_minor,
        currency: plan.currency.clone(),
        taken_on: at.business_day,
        due_on: one.due_on,
        grace_days: creditor.grace_days,
        state: PromiseState::Open.code().into(),
        arrived_minor: 0,
        taken_at: at.at,
        decided_at: None,
    };
    promises::insert_promise(tx, &promise, who.label()).await?;
    store::update_promise(tx, one.id, Some(promise.id)).await?;
    let detail = json!({"plan": plan.id.to_string(), "installment": one.number, "promise": promise.id.to_string(),
        "amount_minor": one.amount_minor, "currency": plan.currency, "due_on": one.due_on.to_string()});
    kept::record(tx, who, at.at, plan.account, "plan.promise", detail, &[promise.id.into(), one.id.into()]).await?;
    Ok(promise.id)
}

/// Promises the first payment of a plan that was just agreed.
pub(in crate::plans) async fn take_first(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    plan: &PlanRow,
    installments: &[InstallmentRow],
) -> Result<Option<PromiseId>, Failure> {
    let Some(first) = installments.first() else { return Ok(None) };
    let promise = take(tx, who, at, plan, first).await?;
    let (action, on) = what_next(plan, PlanState::Active, std::slice::from_ref(first), at.business_day);
    set_next(tx, plan.account, &action, on, None).await?;
    Ok(Some(promise))
}

/// An earlier installment is open again: the turn of this one comes after it.
async fn put_back(tx: &mut Tx, who: &Actor, at: Moment, plan: &PlanRow, one: &InstallmentRow) -> Result<(), Failure> {
    let Some(promise) = one.promise else { return Ok(()) };
    promises::update_state(tx, promise, PromiseState::Withdrawn.code(), one.arrived_minor.unwrap_or(0), Some(at.at)).await?;
    store::update_promise(tx, one.id, None).await?;
    let detail = json!({"promise": promise.to_string(), "plan": plan.id.to_string(), "because": "an earlier installment is open again"});
    kept::record(tx, who, at.at, plan.account, "promise.withdraw", detail, &[promise.into(), one.id.into()]).await
}

/// Takes an active plan back, because the debtor said so or something else is agreed; the account comes back today. A joint plan is taken
/// back on all its accounts.
pub async fn withdraw_plan(app: &App, who: &Actor, at: Moment, account: AccountId, plan: PlanId) -> Result<PlanRow, Failure> {
    transaction!(app.db, tx, {
        let plan = store::load_plan(tx, plan).await?;
        if plan.account != account {
            return Err(Failure::NotFound(format!("plan {} on this account", plan.id)));
        }
        if plan.standing() != PlanState::Active {
            return Err(Failure::Stale(format!("the plan is {} and cannot be withdrawn", plan.standing().to_string().to_lowercase())));
        }
        let rows = joint::running(tx, &plan).await?;
        withdraw_together(tx, who, at, &rows, "it was taken back").await?;
        for row in &rows {
            strategy::actions::place_on_worklist(tx, row.account, at).await?;
        }
        store::load_plan(tx, plan.id).await
    })
}

/// Withdraws plans that go together; their accounts come back today.
pub(in crate::plans) async fn withdraw_together(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    rows: &[PlanRow],
    because: &str,
) -> Result<(), Failure> {
    for row in rows {
        withdraw_in(tx, who, at, row, because).await?;
        set_next(tx, row.account, "Plan withdrawn: agree what next", at.business_day, None).await?;
    }
    Ok(())
}

/// The other plans of a joint one, where a promise is a part of it: what is taken back of one is taken back of all.
pub(in crate::plans) async fn list_beside(tx: &mut Tx, account: AccountId, promise: PromiseId) -> Result<Vec<PlanRow>, Failure> {
    let Some(one) = store::list_installments(tx, account).await?.into_iter().find(|one| one.promise == Some(promise)) else {
        return Ok(Vec::new());
    };
    let plan = store::load_plan(tx, one.plan).await?;
    Ok(joint::running(tx, &plan).await?.into_iter().filter(|other| other.id != plan.id).collect())
}

/// Withdraws a plan with whatever of it is open.
pub(in crate::plans) async fn withdraw_in(tx: &mut Tx, who: &Actor, at: Moment, plan: &PlanRow, because: &str) -> Result<(), Failure> {
    for one in store::list_installments(tx, plan.account).await?.into_iter().filter(|one| one.plan == plan.id) {
        let (Some(promise), Some(PromiseState::Open)) = (one.promise, one.standing()) else { continue };
        promises::update_state(tx, promise, PromiseState::Withdrawn.code(), one.arrived_minor.unwrap_or(0), Some(at.at)).await?;
        let detail = json!({"promise": promise.to_string(), "plan": plan.id.to_string(), "because": because});
        kept::record(tx, who, at.at, plan.account, "promise.withdraw", detail, &[promise.into()]).await?;
    }
    update_state(tx, who, at, plan, PlanState::Withdrawn, Some(because)).await
}
