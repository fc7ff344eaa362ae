//! The tables `plans` and `plan_installments`: what was agreed stands; a state and the promise of an installment follow the money.

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{Keyed, StoreError, Tx, Value};
use crate::values;
use duly_domain::plans::offers::OfferKind;
use duly_domain::plans::plan::PlanState;
use duly_domain::plans::promise::PromiseState;
use duly_domain::plans::revision::Revision;
use duly_domain::plans::rhythm::Frequency;
use duly_domain::values::ids::{AccountId, ApprovalId, BudgetId, CreditorId, InstallmentId, JointPlanId, OfferPolicyId, PlanId, PromiseId};
use jiff::Timestamp;
use jiff::civil::Date;

const INSERT: &str = "
    insert into plans (id, account_id, budget_id, approval_id, policy_id, kind, total_minor, down_minor, balance_minor, share_bp, currency,
                       frequency, first_on, agreed_on, last_on, worth_minor, all_kept_ppm, kept_ppm, kept_from, agreed_by, agreed_at,
                       revises_id, revision, joint_id, state)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, 'active')";
const INSERT_INSTALLMENT: &str = "
    insert into plan_installments (id, account_id, plan_id, number, wanted_on, due_on, amount_minor, currency)
    values ($1, $2, $3, $4, $5, $6, $7, $8)";

macro_rules! plans_where {
    ($which:literal) => {
        concat!(
            "select id, account_id, budget_id, approval_id, policy_id, kind, total_minor, down_minor, balance_minor, share_bp, currency,
                    frequency, first_on, agreed_on, last_on, worth_minor, all_kept_ppm, kept_ppm, kept_from, agreed_by, agreed_at, state,
                    decided_at, revises_id, revision, joint_id
               from plans ",
            $which
        )
    };
}

const ONE: &str = plans_where!("where id = $1");
const OF_ACCOUNT: &str = plans_where!("where account_id = $1 order by id desc limit 50");
const OF_ACCOUNTS: &str = plans_where!("where account_id in ($keys) order by account_id, id desc");
const OF_JOINT: &str = plans_where!("where joint_id = $1 order by id");
const OF_JOINTS: &str = plans_where!("where joint_id in ($keys) order by id");
macro_rules! installments_where {
    ($which:literal) => {
        concat!(
            "select i.id, i.plan_id, i.number, i.wanted_on, i.due_on, i.amount_minor, i.promise_id, p.state, p.arrived_minor, p.grace_days
               from plan_installments i left join promises p on p.id = i.promise_id
              where ",
            $which,
            " order by i.plan_id, i.number"
        )
    };
}

const INSTALLMENTS: &str = installments_where!("i.account_id = $1");
const INSTALLMENTS_OF: &str = installments_where!("i.plan_id in ($keys)");
const GRACE_DAYS: &str = "select a.id, c.grace_days from accounts a join creditors c on c.id = a.creditor_id where a.id in ($keys)";
const SET_STATE: &str = "update plans set state = $1, decided_at = $2 where id = $3";
const SET_PROMISE: &str = "update plan_installments set promise_id = $1 where id = $2";
const OF_CREDITOR: &str = "
    select p.kind, p.total_minor, p.balance_minor, p.currency, p.share_bp, p.state
      from plans p join accounts a on a.id = p.account_id
     where a.creditor_id = $1 and p.agreed_on >= $2 and not exists (select 1 from plans n where n.revises_id = p.id) order by p.id desc limit 1000";

rows! {
    /// One plan that was agreed.
    pub struct PlanRow {
        pub id: PlanId,
        pub account: AccountId,
        pub budget: Option<BudgetId>,
        pub approval: Option<ApprovalId>,
        pub policy: Option<OfferPolicyId>,
        pub kind: String,
        pub total_minor: i64,
        pub down_minor: i64,
        pub balance_minor: i64,
        pub share_bp: i64,
        pub currency: String,
        pub frequency: String,
        pub first_on: Date,
        pub agreed_on: Date,
        pub last_on: Date,
        pub worth_minor: i64,
        pub all_kept_ppm: i64,
        pub kept_ppm: i64,
        pub kept_from: String,
        pub agreed_by: String,
        pub agreed_at: Timestamp,
        pub state: String,
        pub decided_at: Option<Timestamp>,
        pub revises: Option<PlanId>,
        pub revision: Option<String>,
        pub joint: Option<JointPlanId>,
    }

    /// One of its payments, with how its promise stands.
    pub struct InstallmentRow {
        pub id: InstallmentId,
        pub plan: PlanId,
        pub number: i64,
        pub wanted_on: Date,
        pub due_on: Date,
        pub amount_minor: i64,
        pub promise: Option<PromiseId>,
        pub promise_state: Option<String>,
        pub arrived_minor: Option<i64>,
        pub grace_days: Option<i64>,
    }

    /// A plan with a creditor, for comparison.
    pub struct PastPlan {
        pub kind: String,
        pub total_minor: i64,
        pub balance_minor: i64,
        pub currency: String,
        pub share_bp: i64,
        pub state: String,
    }
}

impl PlanRow {
    /// Where it stands. What cannot be read was never written by us and is over.
    pub fn standing(&self) -> PlanState {
        PlanState::parse(&self.state).unwrap_or(PlanState::Withdrawn)
    }

    /// What kind of way it is.
    pub fn offered(&self) -> OfferKind {
        OfferKind::parse(&self.kind).unwrap_or(OfferKind::Plan)
    }

    /// How often its installments come.
    pub fn every(&self) -> Frequency {
        Frequency::parse(&self.frequency).unwrap_or(Frequency::Monthly)
    }

    /// What became different when it went on from another plan.
    pub fn revised(&self) -> Option<Revision> {
        serde_json::from_str(self.revision.as_deref()?).ok()
    }

    /// Whether less than all is paid.
    pub const fn is_settled(&self) -> bool {
        self.share_bp < 10_000
    }
}

impl InstallmentRow {
    /// How its promise stands; nothing where its turn has not come.
    pub fn standing(&self) -> Option<PromiseState> {
        self.promise_state.as_deref().and_then(PromiseState::parse)
    }
}

/// Keeps a plan and its payments.
pub async fn insert_plan(tx: &mut Tx, plan: &PlanRow, installments: &[InstallmentRow]) -> Result<(), StoreError> {
    let values = params![
        plan.id,
        plan.account,
        plan.budget,
        plan.approval,
        plan.policy,
        &plan.kind,
        plan.total_minor,
        plan.down_minor,
        plan.balance_minor,
        plan.share_bp,
        &plan.currency,
        &plan.frequency,
        plan.first_on,
        plan.agreed_on,
        plan.last_on,
        plan.worth_minor,
        plan.all_kept_ppm,
        plan.kept_ppm,
        &plan.kept_from,
        &plan.agreed_by,
        plan.agreed_at,
        plan.revises,
        plan.revision.as_deref(),
        plan.joint
    ];
    tx.run(INSERT, values).await?;
    let rows = installments.iter().map(|one| {
        let InstallmentRow { id, number, wanted_on, due_on, amount_minor, .. } = one;
        params![*id, plan.account, plan.id, *number, *wanted_on, *due_on, *amount_minor, &plan.currency].to_vec()
    });
    tx.run_many(INSERT_INSTALLMENT, &rows.collect::<Vec<_>>()).await.map(drop)
}

pub async fn load_plan(tx: &mut Tx, id: PlanId) -> Result<PlanRow, Failure> {
    tx.one(ONE, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("plan {id}")))
}

/// An account's plans, the newest first.
pub async fn list_plans(tx: &mut Tx, account: AccountId) -> Result<Vec<PlanRow>, StoreError> {
    tx.all(OF_ACCOUNT, params![account]).await
}

/// The payments of all plans of an account, of each in their order.
pub async fn list_installments(tx: &mut Tx, account: AccountId) -> Result<Vec<InstallmentRow>, StoreError> {
    tx.all(INSTALLMENTS, params![account]).await
}

/// The plans that name a joint one, the first account's first.
pub async fn list_of_joint(tx: &mut Tx, joint: JointPlanId) -> Result<Vec<PlanRow>, StoreError> {
    tx.all(OF_JOINT, params![joint]).await
}

/// The plans that name one of some joint ones.
pub async fn list_of_joints(tx: &mut Tx, joints: &[Value]) -> Result<Vec<PlanRow>, StoreError> {
    tx.all_in(OF_JOINTS, joints).await
}

/// The payments of some plans, of each in their order.
pub async fn list_installments_of(tx: &mut Tx, plans: &[Value]) -> Result<Vec<InstallmentRow>, StoreError> {
    tx.all_in(INSTALLMENTS_OF, plans).await
}

/// The plans of some accounts, of each the newest first.
pub async fn list_plans_of(tx: &mut Tx, accounts: &[Value]) -> Result<Vec<PlanRow>, StoreError> {
    tx.all_in(OF_ACCOUNTS, accounts).await
}

/// How many days after a due day accounts' creditors still take money for it.
pub async fn list_grace_days(tx: &mut Tx, accounts: &[Value]) -> Result<Vec<Keyed<AccountId, (i64,)>>, StoreError> {
    tx.all_in(GRACE_DAYS, accounts).await
}

pub async fn update_state(tx: &mut Tx, id: PlanId, state: PlanState, decided_at: Option<Timestamp>) -> Result<(), StoreError> {
    tx.run(SET_STATE, params![state.code(), decided_at, id]).await.map(drop)
}

/// Keeps where plans stand.
pub async fn update_states(tx: &mut Tx, plans: &[&PlanRow]) -> Result<(), StoreError> {
    let sets: Vec<_> = plans.iter().map(|plan| values![&plan.state, plan.decided_at, plan.id]).collect();
    tx.run_many(SET_STATE, &sets).await.map(drop)
}

/// Keeps which promises installments became, or that their turn has not come after all.
pub async fn update_promises(tx: &mut Tx, installments: &[&InstallmentRow]) -> Result<(), StoreError> {
    let sets: Vec<_> = installments.iter().map(|one| values![one.promise, one.id]).collect();
    tx.run_many(SET_PROMISE, &sets).await.map(drop)
}

/// What was agreed with a creditor's debtors since a day, the newest first.
pub async fn list_of_creditor(tx: &mut Tx, creditor: CreditorId, since: Date) -> Result<Vec<PastPlan>, StoreError> {
    tx.all(OF_CREDITOR, params![creditor, since]).await
}
