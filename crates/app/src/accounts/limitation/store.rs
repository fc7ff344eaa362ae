//! The table `limitation_entries`: what the time to sue is counted from. Never changed but to be withdrawn.

use crate::params;
use crate::rows;
use crate::store::{Keyed, StoreError, Tx, Value};
use duly_domain::values::ids::{AccountId, DocumentId, LimitationEntryId};
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
const WITH_ENTRIES: &str = "
    select a.id, a.reference from accounts a
     where a.state = 'open' and a.id > $1 and exists (select 1 from limitation_entries e where e.account_id = a.id)
     order by a.id limit $2";

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

/// Open accounts of which something is on record, with the creditor's reference.
pub async fn list_with_entries(tx: &mut Tx, after: AccountId, limit: i64) -> Result<Vec<(AccountId, String)>, StoreError> {
    tx.all(WITH_ENTRIES, params![after, limit]).await
}
