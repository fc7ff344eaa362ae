//! The table `itemizations`.

use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx, Value};
use duly_domain::accounts::{Bucket, Itemization};
use duly_domain::values::ids::AccountId;
use jiff::Timestamp;

/// The columns of an itemization, for [`Tx::insert_many`].
pub const INSERT: &str =
    "insert into itemizations (account_id, owed_minor, interest_minor, fees_minor, credits_minor, currency, source, told_at)";
const FIND: &str = "select owed_minor, interest_minor, fees_minor, credits_minor, currency from itemizations where account_id = $1";
const CLEAR: &str = "delete from itemizations where account_id = $1";

rows! {
    /// The itemized amounts of one account, up to its placement.
    pub struct Itemized {
        /// Owed on the itemization date.
        pub owed_minor: i64,
        /// Interest since.
        pub interest_minor: i64,
        /// Fees and costs since.
        pub fees_minor: i64,
        /// Paid or credited since.
        pub credits_minor: i64,
        pub currency: String,
    }
}

/// The values of an account's itemization.
pub fn values(account: AccountId, told: &Itemization, source: &str, at: Timestamp) -> Vec<Value> {
    row(account, &read(told), source, at)
}

fn read(told: &Itemization) -> Itemized {
    let of = |wanted: &dyn Fn(Bucket) -> bool| {
        told.owed.iter().filter(|(bucket, _)| wanted(*bucket)).fold(0i64, |sum, (_, amount)| sum.saturating_add(amount.minor()))
    };
    Itemized {
        owed_minor: of(&|bucket| bucket == Bucket::Principal),
        interest_minor: of(&|bucket| bucket == Bucket::Interest),
        fees_minor: of(&|bucket| !matches!(bucket, Bucket::Principal | Bucket::Interest)),
        credits_minor: told.paid.minor().saturating_add(told.reduced.minor()),
        currency: told.paid.currency().code().into(),
    }
}

fn row(account: AccountId, told: &Itemized, source: &str, at: Timestamp) -> Vec<Value> {
    let Itemized { owed_minor, interest_minor, fees_minor, credits_minor, currency } = told;
    params![account, *owed_minor, *interest_minor, *fees_minor, *credits_minor, currency, source, at].to_vec()
}

pub async fn find(tx: &mut Tx, account: AccountId) -> Result<Option<Itemized>, StoreError> {
    tx.one(FIND, params![account]).await
}

/// Puts what the creditor says now in the place of what it said before.
pub async fn replace(tx: &mut Tx, account: AccountId, told: &Itemization, source: &str, at: Timestamp) -> Result<(), StoreError> {
    replace_with(tx, account, &read(told), source, at).await
}

pub async fn replace_with(tx: &mut Tx, account: AccountId, told: &Itemized, source: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.run(CLEAR, params![account]).await?;
    tx.insert_many(INSERT, &[row(account, told, source, at)]).await.map(drop)
}
