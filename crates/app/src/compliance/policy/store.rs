//! The table `policies`: a version is added, decided once, and never changed otherwise.

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::compliance::policy::{Limits, Version};
use duly_domain::values::ids::{CreditorId, PolicyId};
use jiff::Timestamp;
use jiff::civil::Date;

const INSERT: &str = "
    insert into policies (id, creditor_id, number, attempts_max_7_days, opens_minute, closes_minute, electronic_max_7_days,
                          is_off_on_sundays, is_off_on_holidays, from_on, reason, difference, proposed_by, proposed_at, state)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'proposed')";

macro_rules! policies_where {
    ($condition:literal) => {
        concat!(
            "select id, creditor_id, number, attempts_max_7_days, opens_minute, closes_minute, electronic_max_7_days, is_off_on_sundays,
                    is_off_on_holidays, from_on, reason, difference, proposed_by, proposed_at, state, begins_at, difference_decided,
                    decided_by, decided_at
               from policies ",
            $condition
        )
    };
}

const POLICY: &str = policies_where!("where id = $1");
const APPROVED: &str = policies_where!("where state = 'approved' order by id");
const ALL: &str = policies_where!("order by id desc limit 500");
const DECIDE: &str = "
    update policies set state = $1, begins_at = $2, difference_decided = $3, decided_by = $4, decided_at = $5
     where id = $6 and state = 'proposed'";

rows! {
    /// One version.
    pub struct PolicyRow {
        pub id: PolicyId,
        pub creditor: Option<CreditorId>,
        pub number: i64,
        pub attempts_max_7_days: Option<i64>,
        pub opens_minute: Option<i64>,
        pub closes_minute: Option<i64>,
        pub electronic_max_7_days: Option<i64>,
        pub is_off_on_sundays: bool,
        pub is_off_on_holidays: bool,
        pub from_on: Date,
        pub reason: String,
        pub difference: String,
        pub proposed_by: String,
        pub proposed_at: Timestamp,
        pub state: String,
        pub begins_at: Option<Timestamp>,
        pub difference_decided: Option<String>,
        pub decided_by: Option<String>,
        pub decided_at: Option<Timestamp>,
    }
}

impl PolicyRow {
    /// What it asks. A number that does not fit was never written by us; the strictest stands for it.
    pub fn limits(&self) -> Limits {
        let count = |number: Option<i64>| number.map(|number| u32::try_from(number).unwrap_or(0));
        let minute = |minute: Option<i64>, strictest: u16| minute.map(|minute| u16::try_from(minute).unwrap_or(strictest));
        Limits {
            attempts_max_7_days: count(self.attempts_max_7_days),
            opens_minute: minute(self.opens_minute, 24 * 60),
            closes_minute: minute(self.closes_minute, 0),
            electronic_max_7_days: count(self.electronic_max_7_days),
            is_off_on_sundays: self.is_off_on_sundays,
            is_off_on_holidays: self.is_off_on_holidays,
        }
    }

    /// It as decisions keep it.
    pub fn version(&self) -> Version {
        Version { number: u32::try_from(self.number).unwrap_or(0), limits: self.limits() }
    }
}

/// Adds a proposal.
pub async fn insert_policy(tx: &mut Tx, policy: &PolicyRow) -> Result<(), StoreError> {
    let values = params![
        policy.id,
        policy.creditor,
        policy.number,
        policy.attempts_max_7_days,
        policy.opens_minute,
        policy.closes_minute,
        policy.electronic_max_7_days,
        policy.is_off_on_sundays,
        policy.is_off_on_holidays,
        policy.from_on,
        &policy.reason,
        &policy.difference,
        &policy.proposed_by,
        policy.proposed_at
    ];
    tx.run(INSERT, values).await.map(drop)
}

pub async fn load_policy(tx: &mut Tx, id: PolicyId) -> Result<PolicyRow, Failure> {
    tx.one(POLICY, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("policy {id}")))
}

/// Every approved version, the oldest first.
pub async fn list_approved(tx: &mut Tx) -> Result<Vec<PolicyRow>, StoreError> {
    tx.all(APPROVED, &[]).await
}

/// Every version, the newest first.
pub async fn list_all(tx: &mut Tx) -> Result<Vec<PolicyRow>, StoreError> {
    tx.all(ALL, &[]).await
}

/// Decides a proposal: approved with its beginning, or withdrawn without; whether it still was a proposal.
pub async fn decide_policy(
    tx: &mut Tx,
    id: PolicyId,
    begins_at: Option<Timestamp>,
    difference: Option<&str>,
    by: &str,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let state = if begins_at.is_some() { "approved" } else { "withdrawn" };
    Ok(tx.run(DECIDE, params![state, begins_at, difference, by, at, id]).await? == 1)
}
