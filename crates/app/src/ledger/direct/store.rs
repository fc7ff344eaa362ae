//! The table `direct_payments`: rows are added and never changed. One is taken back when another entry reverses its entry.

use crate::app::Failure;
use crate::ledger::store::Arrival;
use crate::params;
use crate::rows;
use crate::store::{Keyed, StoreError, Tx, Value};
use duly_domain::values::ids::{AccountId, DirectPaymentId, EntryId};
use jiff::Timestamp;
use jiff::civil::Date;

macro_rules! direct_where {
    ($condition:literal) => {
        concat!(
            "select d.id, d.account_id, d.entry_id, d.amount_minor, d.currency, d.paid_on, d.reference, r.booked_on
               from direct_payments d
               left join entries r on r.account_id = d.account_id and r.reverses_entry_id = d.entry_id
              where ",
            $condition
        )
    };
}

const INSERT: &str = "
    insert into direct_payments (id, account_id, entry_id, amount_minor, currency, paid_on, reference, recorded_by, recorded_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const ONE: &str = direct_where!("d.id = $1");
const BY_REFERENCE: &str = direct_where!("d.account_id = $1 and d.reference = $2");
const OF_ACCOUNT: &str = direct_where!("d.account_id = $1 order by d.paid_on desc, d.id desc limit 50");
const ARRIVALS: &str = "
    select d.account_id, d.paid_on, d.recorded_at, d.amount_minor from direct_payments d
     where d.account_id in ($keys)
       and not exists (select 1 from entries r where r.account_id = d.account_id and r.reverses_entry_id = d.entry_id)";

rows! {
    /// A payment that was made to the creditor itself.
    pub struct DirectPayment {
        pub id: DirectPaymentId,
        pub account: AccountId,
        pub entry: EntryId,
        pub amount_minor: i64,
        pub currency: String,
        pub paid_on: Date,
        pub reference: String,
        pub taken_back_on: Option<Date>,
    }
}

pub async fn insert_direct(tx: &mut Tx, row: &DirectPayment, by: &str, at: Timestamp) -> Result<(), StoreError> {
    let DirectPayment { id, account, entry, amount_minor, currency, paid_on, reference, .. } = row.clone();
    tx.run(INSERT, params![id, account, entry, amount_minor, currency, paid_on, reference, by, at]).await.map(drop)
}

pub async fn load_direct(tx: &mut Tx, id: DirectPaymentId) -> Result<DirectPayment, Failure> {
    tx.one(ONE, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("payment {id} to a creditor")))
}

pub async fn find_by_reference(tx: &mut Tx, account: AccountId, reference: &str) -> Result<Option<DirectPayment>, StoreError> {
    tx.one(BY_REFERENCE, params![account, reference]).await
}

pub async fn list_direct(tx: &mut Tx, account: AccountId) -> Result<Vec<DirectPayment>, StoreError> {
    tx.all(OF_ACCOUNT, params![account]).await
}

/// Those that stand on many accounts, as their promises see them.
pub async fn list_arrivals(tx: &mut Tx, accounts: &[Value]) -> Result<Vec<Keyed<AccountId, Arrival>>, StoreError> {
    tx.all_in(ARRIVALS, accounts).await
}
