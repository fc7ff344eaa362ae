//! The table `history_rows`: which facts of which file are known, and those that have no other home.

use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx, Value};
use duly_domain::values::ids::{AccountId, BatchId};
use jiff::Timestamp;

const BATCH_OF: &str = "select batch_id from history_rows where account_id = $1 and fingerprint = $2";
const INSERT: &str = "
    insert into history_rows (account_id, fingerprint, batch_id, kind, happened_at, summary, amount_minor, currency)";
/// Payments made before the account was here: the placed balance had them already.
const PAID_BEFORE: &str = "
    select happened_at, summary, amount_minor, currency from history_rows
     where account_id = $1 and kind = 'payment' and amount_minor is not null order by happened_at desc, fingerprint limit 100";

rows! {
    /// A payment that was made before the account was here.
    pub struct PaidBefore {
        pub happened_at: Timestamp,
        pub summary: String,
        pub amount_minor: i64,
        pub currency: String,
    }
}

/// The batch that told a fact, if it is known.
pub async fn find_batch(tx: &mut Tx, account: AccountId, fingerprint: &[u8; 32]) -> Result<Option<BatchId>, StoreError> {
    Ok(tx.one::<(BatchId,)>(BATCH_OF, params![account, fingerprint]).await?.map(|(batch,)| batch))
}

/// The values of one fact.
pub fn values(
    account: AccountId,
    fingerprint: &[u8; 32],
    batch: BatchId,
    kind: &str,
    at: Timestamp,
    summary: &str,
    amount: Option<(i64, &str)>,
) -> Vec<Value> {
    let (minor, currency) = amount.unzip();
    params![account, fingerprint, batch, kind, at, summary, minor, currency].to_vec()
}

pub async fn insert(tx: &mut Tx, rows: &[Vec<Value>]) -> Result<(), StoreError> {
    tx.insert_many(INSERT, rows).await.map(drop)
}

/// Payments made before the account was here, the newest first.
pub async fn list_paid_before(tx: &mut Tx, account: AccountId) -> Result<Vec<PaidBefore>, StoreError> {
    tx.all(PAID_BEFORE, params![account]).await
}
