//! The table `joint_plans`: rows are added and never changed.

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::plans::rhythm::Frequency;
use duly_domain::values::ids::{AccountId, JointPlanId};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

const INSERT: &str = "
    insert into joint_plans (id, account_id, total_minor, down_minor, currency, frequency, first_on, last_on, payments, agreed_on, agreed_by,
                             agreed_at, revises_id, revision)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";

macro_rules! joint_where {
    ($which:literal) => {
        concat!(
            "select id, account_id, total_minor, down_minor, currency, frequency, first_on, last_on, payments, agreed_on, agreed_by,
                    agreed_at, revises_id, revision
               from joint_plans where ",
            $which
        )
    };
}

const ONE: &str = joint_where!("id = $1");
const NEXT: &str = joint_where!("revises_id = $1 order by id limit 1");
const PAGE: &str = joint_where!("id > $1 order by id limit $2");

rows! {
    /// One plan over several accounts.
    pub struct JointRow {
        pub id: JointPlanId,
        pub account: AccountId,
        pub total_minor: i64,
        pub down_minor: i64,
        pub currency: String,
        pub frequency: String,
        pub first_on: Date,
        pub last_on: Date,
        pub payments: String,
        pub agreed_on: Date,
        pub agreed_by: String,
        pub agreed_at: Timestamp,
        pub revises: Option<JointPlanId>,
        pub revision: Option<String>,
    }
}

/// One payment of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JointPayment {
    /// From 1; 0 is the down payment.
    pub number: i64,
    /// The day that the rhythm wanted.
    #[serde(with = "duly_domain::values::iso_date")]
    pub wanted_on: Date,
    /// The day on which it is due.
    #[serde(with = "duly_domain::values::iso_date")]
    pub due_on: Date,
    /// How much, in minor units.
    pub amount_minor: i64,
}

impl JointRow {
    /// How often its payments come.
    pub fn every(&self) -> Frequency {
        Frequency::parse(&self.frequency).unwrap_or(Frequency::Monthly)
    }

    /// Its payments day by day.
    pub fn day_by_day(&self) -> Result<Vec<JointPayment>, Failure> {
        let unreadable = |_| Failure::Stale(format!("the payments of the joint plan {} cannot be read: run duly check", self.id));
        serde_json::from_str(&self.payments).map_err(unreadable)
    }
}

/// Payments as they are kept.
pub fn written(payments: &[JointPayment]) -> Result<String, Failure> {
    serde_json::to_string(payments).map_err(|error| Failure::File(format!("the payments of a joint plan cannot be written: {error}")))
}

pub async fn insert_joint(tx: &mut Tx, row: &JointRow) -> Result<(), StoreError> {
    let JointRow { id, account, total_minor, down_minor, currency, frequency, first_on, last_on, payments, .. } = row.clone();
    let JointRow { agreed_on, agreed_by, agreed_at, revises, revision, .. } = row.clone();
    let values = params![
        id,
        account,
        total_minor,
        down_minor,
        currency,
        frequency,
        first_on,
        last_on,
        payments,
        agreed_on,
        agreed_by,
        agreed_at,
        revises,
        revision
    ];
    tx.run(INSERT, values).await.map(drop)
}

pub async fn load_joint(tx: &mut Tx, id: JointPlanId) -> Result<JointRow, Failure> {
    tx.one(ONE, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("joint plan {id}")))
}

/// The one that goes on from another, where there is one.
pub async fn find_next(tx: &mut Tx, id: JointPlanId) -> Result<Option<JointRow>, StoreError> {
    tx.one(NEXT, params![id]).await
}

/// Joint plans after one, in their order.
pub async fn list_after(tx: &mut Tx, after: JointPlanId, limit: i64) -> Result<Vec<JointRow>, StoreError> {
    tx.all(PAGE, params![after, limit]).await
}
