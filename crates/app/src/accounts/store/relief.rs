//! What accounts keep of interest, pauses, recalls, re-ages and write-offs: how far the first is posted, until when the second stands, the
//! day of the third, from which day the fourth lets their age count, and how much stands written off.

use crate::params;
use crate::store::{StoreError, Tx};
use duly_domain::values::ids::AccountId;
use jiff::civil::Date;

const SET_INTEREST_TO: &str = "update accounts set interest_to_on = $1 where id = $2";
const SET_PAUSED: &str = "update accounts set paused_until = $1 where id = $2";
const SET_RECALL: &str = "update accounts set recall_on = $1 where id = $2";
const SET_AGED_FROM: &str = "update accounts set aged_from_on = $1 where id = $2";
const SET_WRITTEN_OFF: &str = "update accounts set written_off_minor = $1 where id = $2";
const BEARING: &str = "
    select id from accounts where interest_to_on is not null and id > $1 order by id limit $2";
const BEHIND: &str = "
    select id from accounts
     where interest_to_on is not null and interest_to_on < $1 and state <> 'closed' and id > $2 order by id limit $3";

/// Keeps to the end of which day interest is posted.
pub async fn update_interest_to(tx: &mut Tx, id: AccountId, on: Date) -> Result<(), StoreError> {
    tx.run(SET_INTEREST_TO, params![on, id]).await.map(drop)
}

/// Keeps until when a hardship pause stands.
pub async fn update_paused(tx: &mut Tx, id: AccountId, until: Option<Date>) -> Result<(), StoreError> {
    tx.run(SET_PAUSED, params![until, id]).await.map(drop)
}

/// Keeps the day on which the creditor takes an account back, where one is named.
pub async fn update_recall(tx: &mut Tx, id: AccountId, on: Option<Date>) -> Result<(), StoreError> {
    tx.run(SET_RECALL, params![on, id]).await.map(drop)
}

/// Keeps from which day an account's age counts, where that is not the day since which it is unpaid.
pub async fn update_aged_from(tx: &mut Tx, id: AccountId, on: Option<Date>) -> Result<(), StoreError> {
    tx.run(SET_AGED_FROM, params![on, id]).await.map(drop)
}

/// Keeps how much of what was owed stands written off.
pub async fn update_written_off(tx: &mut Tx, id: AccountId, minor: i64) -> Result<(), StoreError> {
    tx.run(SET_WRITTEN_OFF, params![minor, id]).await.map(drop)
}

/// Accounts that bear or bore interest, after an account.
pub async fn list_bearing(tx: &mut Tx, after: AccountId, limit: i64) -> Result<Vec<(AccountId,)>, StoreError> {
    tx.all(BEARING, params![after, limit]).await
}

/// Those of them that are not closed and whose interest is not posted to the end of a day.
pub async fn list_behind(tx: &mut Tx, on: Date, after: AccountId, limit: i64) -> Result<Vec<(AccountId,)>, StoreError> {
    tx.all(BEHIND, params![on, after, limit]).await
}
