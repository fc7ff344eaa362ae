//! The tables `furnished_creditors` and `furnishings`.

use crate::params;
use crate::rows;
use crate::store::{Keyed, StoreError, Tx, Value};
use duly_domain::values::ids::{AccountId, CreditorId, DecisionId, FurnishingId};
use jiff::Timestamp;
use jiff::civil::Date;

const TELL_CREDITOR: &str = "
    insert into furnished_creditors (creditor_id, classification, told_by, told_at) values ($1, $2, $3, $4)
    on conflict (creditor_id) do update set classification = excluded.classification, told_by = excluded.told_by, told_at = excluded.told_at";
const LEAVE_CREDITOR: &str = "delete from furnished_creditors where creditor_id = $1";
const CREDITORS: &str = "
    select f.creditor_id, c.name, f.classification from furnished_creditors f join creditors c on c.id = f.creditor_id order by c.name";
/// Accounts of creditors that want it, and those that were told before and must be told of to their end.
const PAGE: &str = "
    select a.id, c.name, coalesce(f.classification, '')
      from accounts a join creditors c on c.id = a.creditor_id left join furnished_creditors f on f.creditor_id = a.creditor_id
     where a.id > $1 and (f.creditor_id is not null or exists (select 1 from furnishings t where t.account_id = a.id))
     order by a.id limit $2";
const TOLD_OF: &str = "
    select account_id, id, as_of, status, balance_dollars, delinquent_since, dispute, is_settled
      from furnishings where account_id in ($keys) order by account_id, as_of";
const INSERT: &str = "
    insert into furnishings (id, account_id, as_of, status, balance_dollars, delinquent_since, dispute, is_settled, decision_id, told_by, told_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const NEWEST: &str = "select max(as_of) from furnishings";

rows! {
    /// A creditor whose accounts are told.
    pub struct FurnishedCreditor {
        pub creditor: CreditorId,
        pub name: String,
        pub classification: String,
    }

    /// An account that may be told, with its creditor; no classification where the creditor does not want it any more.
    pub struct ToTell {
        pub account: AccountId,
        pub creditor: String,
        pub classification: String,
    }

    /// What was told of an account.
    pub struct FurnishingRow {
        pub id: FurnishingId,
        pub as_of: Date,
        pub status: String,
        pub balance_dollars: i64,
        pub delinquent_since: Date,
        pub dispute: Option<String>,
        pub is_settled: bool,
    }
}

/// From now on a creditor's accounts are told.
pub async fn upsert_creditor(tx: &mut Tx, creditor: CreditorId, classification: &str, by: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.run(TELL_CREDITOR, params![creditor, classification, by, at]).await.map(drop)
}

/// From now on they are not; whether they were.
pub async fn delete_creditor(tx: &mut Tx, creditor: CreditorId) -> Result<bool, StoreError> {
    Ok(tx.run(LEAVE_CREDITOR, params![creditor]).await? == 1)
}

/// The creditors whose accounts are told.
pub async fn list_creditors(tx: &mut Tx) -> Result<Vec<FurnishedCreditor>, StoreError> {
    tx.all(CREDITORS, &[]).await
}

/// The next accounts that may be told.
pub async fn list_to_tell(tx: &mut Tx, after: AccountId, limit: i64) -> Result<Vec<ToTell>, StoreError> {
    tx.all(PAGE, params![after, limit]).await
}

/// What was told of some accounts, of each the newest last.
pub async fn list_told(tx: &mut Tx, accounts: &[Value]) -> Result<Vec<Keyed<AccountId, FurnishingRow>>, StoreError> {
    tx.all_in(TOLD_OF, accounts).await
}

/// The last day for which anything was told.
pub async fn find_newest(tx: &mut Tx) -> Result<Option<Date>, StoreError> {
    let newest: Option<(Option<Date>,)> = tx.one(NEWEST, &[]).await?;
    Ok(newest.and_then(|(day,)| day))
}

pub async fn insert_furnishing(
    tx: &mut Tx,
    account: AccountId,
    row: &FurnishingRow,
    decision: Option<DecisionId>,
    by: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let FurnishingRow { id, as_of, status, balance_dollars, delinquent_since, dispute, is_settled } = row.clone();
    let values = params![id, account, as_of, status, balance_dollars, delinquent_since, dispute, is_settled, decision, by, at];
    tx.run(INSERT, values).await.map(drop)
}
