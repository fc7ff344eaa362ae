//! The tables `budgets`, `offer_policies` and `grant_limits`: rows are added and never changed.

use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::values::ids::{AccountId, BudgetId, CreditorId, LimitsId, OfferPolicyId};
use jiff::Timestamp;
use jiff::civil::Date;

const INSERT_BUDGET: &str = "
    insert into budgets (id, account_id, lines, left_minor, at_hand_minor, currency, share_bp, pay_every, pay_on, made_by, made_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const NEWEST_BUDGET: &str = "
    select id, account_id, lines, left_minor, at_hand_minor, currency, share_bp, pay_every, pay_on, made_by, made_at
      from budgets where account_id = $1 order by id desc limit 1";
const BUDGETS: &str = "
    select id, account_id, lines, left_minor, at_hand_minor, currency, share_bp, pay_every, pay_on, made_by, made_at
      from budgets where account_id = $1 order by id desc limit 50";
const INSERT_POLICY: &str = "
    insert into offer_policies (id, creditor_id, number, terms, from_on, set_by, approved_by, set_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8)";
const POLICIES: &str = "
    select id, creditor_id, number, terms, from_on, set_by, approved_by, set_at from offer_policies order by id desc limit 500";
const DECIDED_WITH: &str = "
    select cast(count(*) as bigint), cast(coalesce(sum(case when p.state = 'kept' then 1 else 0 end), 0) as bigint)
      from (select account_id, state from promises order by id desc limit 5000) p join accounts a on a.id = p.account_id
     where a.creditor_id = $1 and p.state in ('kept', 'partly_kept', 'broken')";
const DECIDED: &str = "
    select cast(count(*) as bigint), cast(coalesce(sum(case when state = 'kept' then 1 else 0 end), 0) as bigint)
      from (select state from promises order by id desc limit 5000) p
     where state in ('kept', 'partly_kept', 'broken')";

const INSERT_LIMITS: &str = "
    insert into grant_limits (id, number, terms, from_on, set_by, approved_by, set_at) values ($1, $2, $3, $4, $5, $6, $7)";
const LIMITS: &str = "
    select id, number, terms, from_on, set_by, approved_by, set_at from grant_limits order by number desc limit 500";
const LIMITS_ON: &str = "
    select id, number, terms, from_on, set_by, approved_by, set_at from grant_limits
     where from_on <= $1 order by from_on desc, number desc limit 1";

rows! {
    /// One version of what somebody may grant alone.
    pub struct LimitsRow {
        pub id: LimitsId,
        pub number: i64,
        pub terms: String,
        pub from_on: Date,
        pub set_by: String,
        pub approved_by: String,
        pub set_at: Timestamp,
    }

    /// What somebody can pay, as they told it.
    pub struct BudgetRow {
        pub id: BudgetId,
        pub account: AccountId,
        pub lines: String,
        pub left_minor: i64,
        pub at_hand_minor: i64,
        pub currency: String,
        pub share_bp: i64,
        pub pay_every: Option<String>,
        pub pay_on: Option<Date>,
        pub made_by: String,
        pub made_at: Timestamp,
    }

    /// One version of what may be offered.
    pub struct OfferPolicyRow {
        pub id: OfferPolicyId,
        pub creditor: Option<CreditorId>,
        pub number: i64,
        pub terms: String,
        pub from_on: Date,
        pub set_by: String,
        pub approved_by: String,
        pub set_at: Timestamp,
    }
}

pub async fn insert_budget(tx: &mut Tx, row: &BudgetRow) -> Result<(), StoreError> {
    let BudgetRow { id, account, lines, left_minor, at_hand_minor, currency, share_bp, pay_every, pay_on, made_by, made_at } = row.clone();
    let values = params![id, account, lines, left_minor, at_hand_minor, currency, share_bp, pay_every, pay_on, made_by, made_at];
    tx.run(INSERT_BUDGET, values).await.map(drop)
}

/// What they told last.
pub async fn find_budget(tx: &mut Tx, account: AccountId) -> Result<Option<BudgetRow>, StoreError> {
    tx.one(NEWEST_BUDGET, params![account]).await
}

/// Everything they told, the newest first.
pub async fn list_budgets(tx: &mut Tx, account: AccountId) -> Result<Vec<BudgetRow>, StoreError> {
    tx.all(BUDGETS, params![account]).await
}

pub async fn insert_policy(tx: &mut Tx, row: &OfferPolicyRow) -> Result<(), StoreError> {
    let OfferPolicyRow { id, creditor, number, terms, from_on, set_by, approved_by, set_at } = row.clone();
    tx.run(INSERT_POLICY, params![id, creditor, number, terms, from_on, set_by, approved_by, set_at]).await.map(drop)
}

pub async fn insert_limits(tx: &mut Tx, row: &LimitsRow) -> Result<(), StoreError> {
    let LimitsRow { id, number, terms, from_on, set_by, approved_by, set_at } = row.clone();
    tx.run(INSERT_LIMITS, params![id, number, terms, from_on, set_by, approved_by, set_at]).await.map(drop)
}

/// Every version of limits, the newest first.
pub async fn list_limits(tx: &mut Tx) -> Result<Vec<LimitsRow>, StoreError> {
    tx.all(LIMITS, &[]).await
}

/// The newest version of limits that has begun on a day.
pub async fn find_limits(tx: &mut Tx, on: Date) -> Result<Option<LimitsRow>, StoreError> {
    tx.one(LIMITS_ON, params![on]).await
}

/// Every version, the newest first.
pub async fn list_policies(tx: &mut Tx) -> Result<Vec<OfferPolicyRow>, StoreError> {
    tx.all(POLICIES, &[]).await
}

/// How many of the newest promises are decided and how many of them were kept: with a creditor, or with all.
pub async fn count_kept(tx: &mut Tx, creditor: Option<CreditorId>) -> Result<(i64, i64), StoreError> {
    let counted: Option<(i64, i64)> = match creditor {
        Some(creditor) => tx.one(DECIDED_WITH, params![creditor]).await?,
        None => tx.one(DECIDED, &[]).await?,
    };
    Ok(counted.unwrap_or_default())
}
