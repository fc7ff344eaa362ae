//! The table `limitation_entries`: what the time to sue is counted from. Never changed but to be withdrawn.

use crate::params;
use crate::rows;
use crate::store::{Keyed, StoreError, Tx, Value};
use duly_domain::values::ids::{AccountId, CreditorId, DeskId, DocumentId, LimitationEntryId};
use jiff::Timestamp;
use jiff::civil::Date;

const INSERT: &str = "
    insert into limitation_entries (id, account_id, kind, value, from_on, until_on, source, document_id, recorded_by, recorded_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const OF: &str = "
    select account_id, id, kind, value, from_on, until_on, source, document_id, recorded_by, recorded_at, withdrawn_at, withdrawn_because
      from limitation_entries where account_id in ($keys) order by account_id, id";
const WITHDRAW: &str = "
    update limitation_entries set withdrawn_at = $1, withdrawn_because = $2 where id = $3 and account_id = $4 and withdrawn_at is null";
const STATES_OF: &str = "
    select a.id, d.state from accounts a join debtors d on d.id = a.debtor_id where a.id in ($keys) order by a.id";
/// Without the day it accrued no last day is known.
const ACCRUED: &str = "
    select a.id, a.reference, d.name, d.state, a.creditor_id, c.name, a.desk_id, k.name, a.balance_minor, a.currency
      from accounts a
      join debtors d on d.id = a.debtor_id join creditors c on c.id = a.creditor_id join desks k on k.id = a.desk_id
     where a.state = 'open' and a.id > $1
       and exists (select 1 from limitation_entries e where e.account_id = a.id and e.kind = 'accrued' and e.withdrawn_at is null)
     order by a.id limit $2";
const COUNT_UNKNOWN: &str = "
    select count(*) from accounts a
     where a.state = 'open'
       and not exists (select 1 from limitation_entries e where e.account_id = a.id and e.kind = 'accrued' and e.withdrawn_at is null)";

rows! {
    /// One entry.
    pub struct EntryRow {
        pub id: LimitationEntryId,
        pub kind: String,
        pub value: Option<String>,
        pub from_on: Option<Date>,
        pub until_on: Option<Date>,
        pub source: String,
        pub document: Option<DocumentId>,
        pub recorded_by: String,
        pub recorded_at: Timestamp,
        pub withdrawn_at: Option<Timestamp>,
        pub withdrawn_because: Option<String>,
    }

    /// An open account of which it is on record when the debt accrued.
    pub struct AccruedRow {
        pub account: AccountId,
        pub reference: String,
        pub name: Option<String>,
        pub state: Option<String>,
        pub creditor: CreditorId,
        pub creditor_name: String,
        pub desk: DeskId,
        pub desk_name: String,
        pub balance_minor: i64,
        pub currency: String,
    }
}

pub async fn insert_entry(tx: &mut Tx, account: AccountId, row: &EntryRow) -> Result<(), StoreError> {
    let EntryRow { id, kind, value, from_on, until_on, source, document, recorded_by, recorded_at, .. } = row.clone();
    tx.run(INSERT, params![id, account, kind, value, from_on, until_on, source, document, recorded_by, recorded_at]).await.map(drop)
}

/// The entries of many accounts, each behind its account, oldest first.
pub async fn list_of(tx: &mut Tx, accounts: &[Value]) -> Result<Vec<Keyed<AccountId, EntryRow>>, StoreError> {
    tx.all_in(OF, accounts).await
}

/// The entries of one account, oldest first.
pub async fn list_of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<EntryRow>, StoreError> {
    Ok(list_of(tx, &[Value::from(account)]).await?.into_iter().map(|Keyed(_, row)| row).collect())
}

/// Withdraws an entry; whether it stood.
pub async fn withdraw(tx: &mut Tx, account: AccountId, id: LimitationEntryId, because: &str, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.run(WITHDRAW, params![at, because, id, account]).await? == 1)
}

/// In which state the debtors of accounts live.
pub async fn list_states_of(tx: &mut Tx, accounts: &[Value]) -> Result<Vec<(AccountId, Option<String>)>, StoreError> {
    tx.all_in(STATES_OF, accounts).await
}

/// A page of open accounts of which it is on record when the debt accrued.
pub async fn list_accrued(tx: &mut Tx, after: AccountId, limit: i64) -> Result<Vec<AccruedRow>, StoreError> {
    tx.all(ACCRUED, params![after, limit]).await
}

/// Open accounts of which it is not.
pub async fn count_unknown(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.number(COUNT_UNKNOWN, &[]).await
}
