//! The table `promises`.

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{Keyed, StoreError, Tx, Value};
use crate::values;
use duly_domain::values::ids::{AccountId, PromiseId};
use jiff::Timestamp;
use jiff::civil::Date;

const INSERT: &str = "
    insert into promises (id, account_id, amount_minor, currency, taken_on, due_on, grace_days, state, arrived_minor, taken_by, taken_at,
        decided_at)";
const PROMISE: &str = "
    select id, account_id, amount_minor, currency, taken_on, due_on, grace_days, state, arrived_minor, taken_at, decided_at from promises where id = $1";
const OF_ACCOUNT: &str = "
    select id, account_id, amount_minor, currency, taken_on, due_on, grace_days, state, arrived_minor, taken_at, decided_at
      from promises where account_id = $1 order by taken_at desc, id desc limit 100";
const OF_ACCOUNTS: &str = "
    select account_id, id, account_id, amount_minor, currency, taken_on, due_on, grace_days, state, arrived_minor, taken_at, decided_at
      from promises where account_id in ($keys) order by account_id, taken_at desc, id desc";
const OPEN_DUE: &str = "
    select distinct account_id from promises where state = 'open' and due_on <= $1 and account_id > $2 order by account_id limit $3";
const DELETE: &str = "delete from promises where id = $1";
const SET_STATE: &str = "update promises set state = $1, arrived_minor = $2, decided_at = $3 where id = $4";
const RECENT: &str = "
    select p.id, p.account_id, d.name, a.reference, p.amount_minor, p.currency, p.due_on, p.state, p.arrived_minor
      from promises p join accounts a on a.id = p.account_id join debtors d on d.id = a.debtor_id
     order by case p.state when 'open' then 0 else 1 end, p.due_on desc, p.id desc limit $1";

rows! {
    /// One promise.
    pub struct PromiseRow {
        pub id: PromiseId,
        pub account: AccountId,
        pub amount_minor: i64,
        pub currency: String,
        pub taken_on: Date,
        pub due_on: Date,
        pub grace_days: i64,
        pub state: String,
        pub arrived_minor: i64,
        pub taken_at: Timestamp,
        pub decided_at: Option<Timestamp>,
    }

    /// One promise with the account it is on.
    pub struct RecentPromise {
        pub id: PromiseId,
        pub account: AccountId,
        pub name: Option<String>,
        pub reference: String,
        pub amount_minor: i64,
        pub currency: String,
        pub due_on: Date,
        pub state: String,
        pub arrived_minor: i64,
    }
}

pub async fn insert_promise(tx: &mut Tx, promise: &PromiseRow, by: &str) -> Result<(), StoreError> {
    insert_promises(tx, &[(promise, by)]).await
}

/// Keeps promises, each with who took it.
pub async fn insert_promises(tx: &mut Tx, promises: &[(&PromiseRow, &str)]) -> Result<(), StoreError> {
    let row = |(promise, by): &(&PromiseRow, &str)| {
        let PromiseRow { id, account, amount_minor, currency, taken_on, due_on, grace_days, state, arrived_minor, taken_at, decided_at } =
            *promise;
        values![*id, *account, *amount_minor, currency, *taken_on, *due_on, *grace_days, state, *arrived_minor, *by, *taken_at, *decided_at]
    };
    tx.insert_many(INSERT, &promises.iter().map(row).collect::<Vec<_>>()).await.map(drop)
}

/// A promise that a file of history told, and that never was.
pub async fn delete_promise(tx: &mut Tx, id: PromiseId) -> Result<(), StoreError> {
    tx.run(DELETE, params![id]).await.map(drop)
}

pub async fn load_promise(tx: &mut Tx, id: PromiseId) -> Result<PromiseRow, Failure> {
    tx.one(PROMISE, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("promise {id}")))
}

/// The newest first.
pub async fn list_promises(tx: &mut Tx, account: AccountId) -> Result<Vec<PromiseRow>, StoreError> {
    tx.all(OF_ACCOUNT, params![account]).await
}

/// The promises of many accounts, of each the newest first.
pub async fn list_promises_of(tx: &mut Tx, accounts: &[Value]) -> Result<Vec<Keyed<AccountId, PromiseRow>>, StoreError> {
    tx.all_in(OF_ACCOUNTS, accounts).await
}

/// Keeps what judging made of promises.
pub async fn update_judged(tx: &mut Tx, promises: &[&PromiseRow]) -> Result<(), StoreError> {
    let sets = promises.iter().map(|promise| params![&promise.state, promise.arrived_minor, promise.decided_at, promise.id].to_vec());
    tx.run_many(SET_STATE, &sets.collect::<Vec<_>>()).await.map(drop)
}

/// Accounts with an open promise due by a day, after an account.
pub async fn list_due(tx: &mut Tx, by: Date, after: AccountId, limit: i64) -> Result<Vec<(AccountId,)>, StoreError> {
    tx.all(OPEN_DUE, params![by, after, limit]).await
}

pub async fn update_state(
    tx: &mut Tx,
    id: PromiseId,
    state: &str,
    arrived_minor: i64,
    decided_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    tx.run(SET_STATE, params![state, arrived_minor, decided_at, id]).await.map(drop)
}

pub async fn list_recent(tx: &mut Tx, limit: i64) -> Result<Vec<RecentPromise>, StoreError> {
    tx.all(RECENT, params![limit]).await
}
