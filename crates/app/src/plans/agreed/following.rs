//! A plan follows its promises: the next installment is taken, the plan is kept, broken, or goes on again.
//!
//! What becomes of it is worked out in memory ([`super::course`]). [`Planned`] tells those who judge promises what arrived for the installments among them: money goes to the
//! earliest installment that still waits for it, so that whoever pays ahead keeps the next ones too.

use super::course::{self, By, Course, Follows};
use super::store::{self, InstallmentRow, PlanRow};
use crate::accounts::actions::set_next;
use crate::accounts::store::standing::NextAction;
use crate::app::{Actor, App, Failure};
use crate::audit::chains::Chains;
use crate::audit::kept;
use crate::ledger::store::Arrival;
use crate::plans::joint;
use crate::plans::store as promises;
use crate::store::{StoreError, Tx};
use crate::{params, strategy, transaction};
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
        Ok(Planned::of(&plans, &store::list_installments(tx, account).await?, arrivals))
    }

    /// Shares out to an account's plans what arrived.
    pub fn of(plans: &[PlanRow], installments: &[InstallmentRow], arrivals: &[Arrival]) -> Planned {
        let mut planned = Planned::default();
        for plan in plans {
            planned.share_out(plan, installments, arrivals);
        }
        planned
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

/// Brings an account's plans to what their promises say, where a promise was taken back.
pub async fn follow(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId) -> Result<(), Failure> {
    let mut courses = course::read_all(tx, params![account]).await?;
    let Some(course) = courses.get_mut(&account) else { return Ok(()) };
    let (mut chains, mut follows) = (Chains::open(tx, &[account]).await?, Follows::default());
    course.follow(By::during(who, at), &mut chains, &mut follows);
    keep(tx, account, course, chains, follows).await
}

/// Writes what was changed of one account.
async fn keep(tx: &mut Tx, account: AccountId, course: &Course, chains: Chains<'_>, follows: Follows) -> Result<(), Failure> {
    course::write_all(tx, &[course]).await?;
    chains.write(tx).await?;
    if let Some((action, on)) = follows.next {
        set_next(tx, account, &action, on, None).await?;
    }
    Ok(())
}

/// What the account does next where a plan stands so.
pub(super) fn what_next<'r>(
    plan: &PlanRow,
    state: PlanState,
    mut waiting: impl Iterator<Item = &'r InstallmentRow>,
    next_day: Date,
) -> NextAction {
    match state {
        PlanState::Active => {
            let next = waiting.find(|one| one.standing().is_none_or(|state| state == PromiseState::Open));
            let what = next.map_or("Installment due".into(), |one| match one.number {
                0 => "Down payment due".into(),
                number => format!("Installment {number} due").into(),
            });
            (what, next.map_or(next_day, |one| one.due_on))
        }
        PlanState::Kept if plan.is_settled() => ("Settlement kept: close the account as settled".into(), next_day),
        PlanState::Kept => ("Plan kept to the end: agree the rest".into(), next_day),
        PlanState::Broken => ("Plan broken: ask what happened".into(), next_day),
        PlanState::Withdrawn => ("Plan withdrawn: agree what next".into(), next_day),
    }
}

/// Promises the first payment of a plan that was just agreed.
pub(in crate::plans) async fn take_first(tx: &mut Tx, who: &Actor, at: Moment, plan: &PlanRow) -> Result<Option<PromiseId>, Failure> {
    let mut course = course::read_all(tx, params![plan.account]).await?.remove(&plan.account).unwrap_or_default();
    let (mut chains, mut follows) = (Chains::open(tx, &[plan.account]).await?, Follows::default());
    let promise = course.take_first(plan.id, By::during(who, at), &mut chains, &mut follows);
    keep(tx, plan.account, &course, chains, follows).await?;
    Ok(promise)
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
    let state = PlanState::Withdrawn;
    store::update_state(tx, plan.id, state, Some(at.at)).await?;
    let detail = json!({"plan": plan.id.to_string(), "from": plan.state, "to": state.code(), "because": because});
    kept::record(tx, who, at.at, plan.account, "plan.withdraw", detail, &[plan.id.into()]).await
}
