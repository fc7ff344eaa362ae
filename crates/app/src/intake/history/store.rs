//! The table `history_rows`: which facts of which file are known, and those that have no other home.

use super::applying::Kept;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx, Value};
use duly_domain::values::ids::{AccountId, BatchId};
use jiff::Timestamp;
use uuid::Uuid;

const BATCH_OF: &str = "select batch_id from history_rows where account_id = $1 and fingerprint = $2";
const INSERT: &str = "
    insert into history_rows (account_id, fingerprint, batch_id, kind, happened_at, summary, amount_minor, currency, made)";
/// Payments made before the account was here: the placed balance had them already.
const PAID_BEFORE: &str = "
    select happened_at, summary, amount_minor, currency from history_rows
     where account_id = $1 and kind = 'payment' and amount_minor is not null and taken_back_at is null
     order by happened_at desc, fingerprint limit 100";

const TO_TAKE_BACK: &str = "
    select account_id, fingerprint, kind, made from history_rows
     where batch_id = $1 and taken_back_at is null order by account_id, fingerprint limit $2";
/// Of an account whose placement goes: what stands on its books or waits to be judged. Promises first: nobody judges them again.
const MONEY_OF: &str = "
    select account_id, fingerprint, kind, made from history_rows
     where account_id = $1 and taken_back_at is null and made is not null and kind in ('payment', 'promise')
     order by kind desc, fingerprint limit 1000";
const TAKE_BACK: &str = "
    update history_rows set taken_back_at = $1, fingerprint = $2 where account_id = $3 and fingerprint = $4";
const TOLD: &str = "
    select kind, summary, count(*) from history_rows
     where batch_id = $1 and taken_back_at is null and kind in ('notice', 'contact') group by kind, summary order by kind, summary limit 500";
const TOLD_OTHERWISE: &str = "
    select kind, count(*) from history_rows
     where batch_id = $1 and taken_back_at is null and kind not in ('notice', 'contact') group by kind order by kind";
const COUNT: &str = "select count(*) from history_rows where batch_id = $1";
/// Facts that were kept before the program noted what they became.
const COUNT_UNMARKED: &str = "
    select count(*) from history_rows
     where batch_id = $1 and made is null and kind in ('contact', 'promise', 'notice', 'wish', 'note')";
const DECIDED: &str = "
    select count(*) from decisions d join batches b on b.id = $1
     where d.decided_at >= b.created_at and d.account_id in (select account_id from history_rows where batch_id = $1)";
const CONTACTED: &str = "
    select count(*) from contact_debts d join contacts c on c.id = d.contact_id join batches b on b.id = $1
     where coalesce(c.recorded_at, c.contacted_at) >= b.created_at and c.decision_id is null
       and d.account_id in (select account_id from history_rows where batch_id = $1)
       and not exists (select 1 from history_rows h where h.account_id = d.account_id and h.made = c.id)";
const PROMISED: &str = "
    select count(*) from promises p join batches b on b.id = $1
     where p.taken_at >= b.created_at and p.account_id in (select account_id from history_rows where batch_id = $1)
       and not exists (select 1 from history_rows h where h.account_id = p.account_id and h.made = p.id)";

rows! {
    /// A payment that was made before the account was here.
    pub struct PaidBefore {
        pub happened_at: Timestamp,
        pub summary: String,
        pub amount_minor: i64,
        pub currency: String,
    }

    /// A fact and the row it made.
    pub struct Fact {
        pub account: AccountId,
        pub fingerprint: Vec<u8>,
        pub kind: String,
        pub made: Option<Uuid>,
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
    at: Timestamp,
    kept: &Kept,
    amount: Option<(i64, &str)>,
) -> Vec<Value> {
    let (minor, currency) = amount.unzip();
    params![account, fingerprint, batch, kept.kind, at, kept.summary.as_str(), minor, currency, kept.made].to_vec()
}

/// Facts of a batch that still stand.
pub async fn list_to_take_back(tx: &mut Tx, batch: BatchId, limit: i64) -> Result<Vec<Fact>, StoreError> {
    tx.all(TO_TAKE_BACK, params![batch, limit]).await
}

/// Promises and payments that history brought to an account, promises first.
pub async fn list_money_of(tx: &mut Tx, account: AccountId) -> Result<Vec<Fact>, StoreError> {
    tx.all(MONEY_OF, params![account]).await
}

/// A fact no longer stands; under another fingerprint it does not keep the same fact from being told anew.
pub async fn take_back(tx: &mut Tx, fact: &Fact, fingerprint: &[u8; 32], at: Timestamp) -> Result<(), StoreError> {
    tx.run(TAKE_BACK, params![at, fingerprint, fact.account, fact.fingerprint.as_slice()]).await.map(drop)
}

/// What a batch told that still stands: kind, words where they say what it is, how many.
pub async fn list_told(tx: &mut Tx, batch: BatchId) -> Result<Vec<(String, String, i64)>, StoreError> {
    let mut told = tx.all::<(String, String, i64)>(TOLD, params![batch]).await?;
    let others = tx.all::<(String, i64)>(TOLD_OTHERWISE, params![batch]).await?;
    told.extend(others.into_iter().map(|(kind, count)| (kind, String::new(), count)));
    Ok(told)
}

/// How many facts a batch told.
pub async fn count(tx: &mut Tx, batch: BatchId) -> Result<i64, StoreError> {
    tx.number(COUNT, params![batch]).await
}

/// How many facts of a batch were kept before it was noted what they became.
pub async fn count_unmarked(tx: &mut Tx, batch: BatchId) -> Result<i64, StoreError> {
    tx.number(COUNT_UNMARKED, params![batch]).await
}

/// What was done about accounts of a batch since it came in.
pub async fn count_decided(tx: &mut Tx, batch: BatchId) -> Result<[(&'static str, i64); 3], StoreError> {
    Ok([
        ("times the gate was asked for an act", tx.number(DECIDED, params![batch]).await?),
        ("contacts came in", tx.number(CONTACTED, params![batch]).await?),
        ("promises were taken", tx.number(PROMISED, params![batch]).await?),
    ])
}

pub async fn insert(tx: &mut Tx, rows: &[Vec<Value>]) -> Result<(), StoreError> {
    tx.insert_many(INSERT, rows).await.map(drop)
}

/// Payments made before the account was here, the newest first.
pub async fn list_paid_before(tx: &mut Tx, account: AccountId) -> Result<Vec<PaidBefore>, StoreError> {
    tx.all(PAID_BEFORE, params![account]).await
}
