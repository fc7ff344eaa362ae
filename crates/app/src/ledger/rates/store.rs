//! The table `rate_plans`: a version is added, decided once, and never changed otherwise.

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::ledger::rates::RatePlan;
use duly_domain::values::ids::{CreditorId, RatePlanId};
use jiff::Timestamp;
use jiff::civil::Date;

macro_rules! plans_where {
    ($condition:literal) => {
        concat!(
            "select p.id, p.creditor_id, c.name, p.number, p.terms, p.from_on, p.reason, p.proposed_by, p.proposed_at, p.state, p.decided_by,
                    p.decided_at
               from rate_plans p join creditors c on c.id = p.creditor_id ",
            $condition
        )
    };
}

const INSERT: &str = "
    insert into rate_plans (id, creditor_id, number, terms, from_on, reason, proposed_by, proposed_at, state)
    values ($1, $2, $3, $4, $5, $6, $7, $8, 'proposed')";
const ONE: &str = plans_where!("where p.id = $1");
const OF_CREDITOR: &str = plans_where!("where p.creditor_id = $1 order by p.number desc");
const ALL: &str = plans_where!("where p.number > $1 order by c.name, p.number desc limit 500");
const DECIDE: &str = "update rate_plans set state = $1, decided_by = $2, decided_at = $3 where id = $4 and state = 'proposed'";

rows! {
    /// One version.
    pub struct RatePlanRow {
        pub id: RatePlanId,
        pub creditor: CreditorId,
        pub creditor_name: String,
        pub number: i64,
        pub terms: String,
        pub from_on: Date,
        pub reason: String,
        pub proposed_by: String,
        pub proposed_at: Timestamp,
        pub state: String,
        pub decided_by: Option<String>,
        pub decided_at: Option<Timestamp>,
    }
}

impl RatePlanRow {
    /// What it says.
    pub fn plan(&self) -> Result<RatePlan, StoreError> {
        serde_json::from_str(&self.terms).map_err(|_| StoreError::Column(format!("terms of {}", self.id)))
    }
}

pub async fn insert_plan(tx: &mut Tx, row: &RatePlanRow) -> Result<(), StoreError> {
    let RatePlanRow { id, creditor, number, terms, from_on, reason, proposed_by, proposed_at, .. } = row.clone();
    tx.run(INSERT, params![id, creditor, number, terms, from_on, reason, proposed_by, proposed_at]).await.map(drop)
}

pub async fn load_plan(tx: &mut Tx, id: RatePlanId) -> Result<RatePlanRow, Failure> {
    tx.one(ONE, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("rate plan {id}")))
}

/// Every version of a creditor's, the newest first.
pub async fn list_of_creditor(tx: &mut Tx, creditor: CreditorId) -> Result<Vec<RatePlanRow>, StoreError> {
    tx.all(OF_CREDITOR, params![creditor]).await
}

/// Every version, by creditor, the newest first.
pub async fn list_plans(tx: &mut Tx) -> Result<Vec<RatePlanRow>, StoreError> {
    tx.all(ALL, params![0i64]).await
}

/// Decides a proposal; whether it still was one.
pub async fn decide_plan(tx: &mut Tx, id: RatePlanId, state: &'static str, by: &str, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.run(DECIDE, params![state, by, at, id]).await? == 1)
}
