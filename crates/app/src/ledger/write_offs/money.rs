//! What becomes of a write-off when money moves on its account.

use super::actions::{Ground, book, take_back_standing};
use super::store::{self, WriteOffRow};
use crate::accounts::actions::set_next;
use crate::accounts::closing::reopen;
use crate::accounts::store::{Account, load_account};
use crate::app::{Actor, Failure};
use crate::ledger::store as ledger;
use crate::store::Tx;
use duly_domain::ledger::Buckets;
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::Moment;

/// What is owed where money that arrives may be taken for what was written off: as if it had not been. What a settlement released is not.
pub async fn owed_to_money(tx: &mut Tx, account: &Account) -> Result<Buckets, Failure> {
    match standing_open(tx, account.id).await? {
        Some(row) => without(tx, account, &row).await,
        None => Ok(account.owed()?),
    }
}

/// What is owed as if nothing stood written off.
pub async fn owed_without(tx: &mut Tx, account: &Account) -> Result<Buckets, Failure> {
    match store::find_standing(tx, account.id).await? {
        Some(row) => without(tx, account, &row).await,
        None => Ok(account.owed()?),
    }
}

async fn without(tx: &mut Tx, account: &Account, row: &WriteOffRow) -> Result<Buckets, Failure> {
    Ok(account.owed()?.after(&ledger::load_lines(tx, account.id, row.entry).await?.reversed())?)
}

async fn standing_open(tx: &mut Tx, account: AccountId) -> Result<Option<WriteOffRow>, Failure> {
    let Some(row) = store::find_standing(tx, account).await? else { return Ok(None) };
    Ok(row.reason()?.is_open_to_money().then_some(row))
}

/// Before money is divided: the write-off that it may be taken for is taken back. [`after`] goes with it.
pub async fn before(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId) -> Result<Option<WriteOffRow>, Failure> {
    match standing_open(tx, account).await? {
        Some(_) => take_back_standing(tx, who, at, account, "money came in").await,
        None => Ok(None),
    }
}

/// After it: what is left is written off again by the right of the first time; where nothing is left, the account is paid.
pub async fn after(tx: &mut Tx, who: &Actor, at: Moment, row: WriteOffRow) -> Result<Buckets, Failure> {
    let account = load_account(tx, row.account).await?;
    if account.balance_minor == 0 {
        reopen(tx, who, at, row.account).await?;
    } else {
        let because = row.reason()?;
        let ground = Ground { because, words: row.words, approval: row.approval, plan: row.plan, follows: Some(row.id) };
        book(tx, who, at, row.account, ground).await?;
    }
    Ok(load_account(tx, row.account).await?.owed()?)
}

/// Before a payment is taken back: an account with a write-off is taken up again, so that somebody decides anew.
pub async fn comes_back(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId) -> Result<bool, Failure> {
    if load_account(tx, account).await?.written_off_minor == 0 {
        return Ok(false);
    }
    reopen(tx, who, at, account).await?;
    set_next(tx, account, "Payment came back: what was left was written off", at.business_day, None).await?;
    Ok(true)
}
