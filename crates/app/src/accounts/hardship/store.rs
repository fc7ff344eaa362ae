//! The table `hardship_pauses`.

use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::values::ids::{AccountId, ApprovalId, HardshipPauseId, HoldId};
use jiff::Timestamp;
use jiff::civil::Date;

const INSERT: &str = "
    insert into hardship_pauses (id, account_id, reason, words, from_on, until_on, hold_id, approval_id, granted_by, granted_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const OF_ACCOUNT: &str = "
    select id, account_id, reason, words, from_on, until_on, hold_id, approval_id, granted_by, granted_at, ended_on, ended_by, ended_because
      from hardship_pauses where account_id = $1 order by id";
const DUE: &str = "
    select id, account_id, reason, words, from_on, until_on, hold_id, approval_id, granted_by, granted_at, ended_on, ended_by, ended_because
      from hardship_pauses where ended_on is null and until_on <= $1 order by until_on, id limit $2";
const END: &str = "
    update hardship_pauses set ended_on = $1, ended_by = $2, ended_because = $3, ended_at = $4 where id = $5 and ended_on is null";
/// Accounts that say something else of their pause than its row.
const OFF: &str = "
    select count(*) from accounts a left join hardship_pauses p on p.account_id = a.id and p.ended_on is null
     where coalesce(a.paused_until, '0001-01-01') <> coalesce(p.until_on, '0001-01-01')";
const COUNT: &str = "select count(*) from hardship_pauses where ended_on is null";

rows! {
    /// One pause.
    pub struct PauseRow {
        pub id: HardshipPauseId,
        pub account: AccountId,
        pub reason: String,
        pub words: String,
        pub from_on: Date,
        pub until_on: Date,
        pub hold: HoldId,
        pub approval: Option<ApprovalId>,
        pub granted_by: String,
        pub granted_at: Timestamp,
        pub ended_on: Option<Date>,
        pub ended_by: Option<String>,
        pub ended_because: Option<String>,
    }
}

pub async fn insert_pause(tx: &mut Tx, row: &PauseRow) -> Result<(), StoreError> {
    let PauseRow { id, account, reason, words, from_on, until_on, hold, approval, granted_by, granted_at, .. } = row.clone();
    tx.run(INSERT, params![id, account, reason, words, from_on, until_on, hold, approval, granted_by, granted_at]).await.map(drop)
}

/// The pauses of an account, the oldest first.
pub async fn list_of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<PauseRow>, StoreError> {
    tx.all(OF_ACCOUNT, params![account]).await
}

/// Pauses whose day of review has come.
pub async fn list_due(tx: &mut Tx, on: Date, limit: i64) -> Result<Vec<PauseRow>, StoreError> {
    tx.all(DUE, params![on, limit]).await
}

/// Ends a pause on a day; whether it stood.
pub async fn update_ended(tx: &mut Tx, id: HardshipPauseId, on: Date, by: &str, because: &str, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.run(END, params![on, by, because, at, id]).await? == 1)
}

/// How many accounts do not say what their pause says; and how many pauses stand.
pub async fn count_faults(tx: &mut Tx) -> Result<(i64, i64), StoreError> {
    Ok((tx.number(OFF, &[]).await?, tx.number(COUNT, &[]).await?))
}
