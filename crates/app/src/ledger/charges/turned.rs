//! Money that was paid for a charge that is taken back: it goes to what else is owed, and what is over is the debtor's.
//!
//! What is over leaves the client's ledger as if a payment of as much had come back after it was remitted: the agency's money in trust
//! covers it, the next remittance takes it back from the client with its fee, and it waits as unapplied money to be refunded. When money
//! comes back so that something is owed again, it goes to that first.
//!
//! Always true: what a reallocation takes out of a client's ledger is covered, and what it puts back is remitted like a payment.

use crate::accounts;
use crate::accounts::store::Account;
use crate::app::{Actor, Failure};
use crate::ledger::store;
use crate::ledger::trust::booking::cover_overpaid;
use crate::store::Tx;
use duly_domain::ledger::charges::plan_turned_back;
use duly_domain::ledger::{AllocationOrder, Balanced, Buckets, Code};
use duly_domain::values::moment::Moment;

/// Adds the entry that turns what was paid, and covers what is over.
pub async fn insert(tx: &mut Tx, who: &Actor, at: Moment, account: &Account, memo: &str, lines: &Balanced) -> Result<(), Failure> {
    let entry = store::insert_entry(tx, account.id, "reallocation", at.business_day, None, memo, lines, at.at).await?;
    let over: i64 = lines.lines().filter(|line| line.code == Code::ClientPayable).map(|line| line.amount.minor()).sum();
    match over > 0 {
        true => cover_overpaid(tx, who, at, account, entry, over).await,
        false => Ok(()),
    }
}

/// After a payment came back: what was turned of it is put right, and what is over goes to what is owed again; what is owed then.
pub async fn put_right(tx: &mut Tx, who: &Actor, at: Moment, account: &Account, owed: &Buckets) -> Result<Buckets, Failure> {
    let turned = store::load_turned(tx, account.id).await?;
    if turned.over <= 0 && turned.paid.iter().all(|minor| *minor >= 0) {
        return Ok(*owed);
    }
    let creditor = accounts::store::load_creditor(tx, account.creditor).await?;
    let order = AllocationOrder::parse(&creditor.allocation_order).unwrap_or_default();
    let Some(lines) = plan_turned_back(owed, &turned, order)? else { return Ok(*owed) };
    insert(tx, who, at, account, "what was turned before, turned to what is owed again", &lines).await?;
    Ok(owed.after(&lines)?)
}
