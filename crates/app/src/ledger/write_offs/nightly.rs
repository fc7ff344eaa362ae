//! The night writes off small balances on which nothing moved for as long as their limits say; where none say so, none.

use super::actions::{WriteOff, write_off_within};
use super::store;
use crate::accounts::store::load_account;
use crate::app::{Actor, Failure, Outcome};
use crate::jobs::nightly::Page;
use crate::outreach::store::find_reserved;
use crate::plans::desk::limits::{case_of, table_of};
use crate::store::Tx;
use duly_domain::identity::Role;
use duly_domain::ledger::write_off::WriteOffReason;
use duly_domain::plans::limits::LimitTable;
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::{Moment, day_number};
use jiff::Span;

/// Accounts of a page at the most: each has a decision of its own.
const MOST: i64 = 50;

/// Writes off what is due of a page of accounts.
pub async fn write_off_little(tx: &mut Tx, closing: Moment, after: AccountId, limit: i64) -> Result<Page, Failure> {
    let table = table_of(tx, closing.business_day).await?;
    let rows = || table.rows().iter().map(|row| &row.limits);
    let most = rows().filter_map(|limits| limits.write_off_max_minor).max().unwrap_or(0);
    let Some(fewest) = rows().filter_map(|limits| limits.write_off_after_days).min() else { return Ok(Page::end()) };
    let until = closing.business_day.saturating_sub(Span::new().days(i64::from(fewest)));
    let found = store::list_little(tx, most, after, until, limit.min(MOST)).await?;
    let Some((last,)) = found.last().copied() else { return Ok(Page::end()) };
    let mut written_off = 0;
    for (id,) in &found {
        if is_due(tx, &table, closing, *id).await? {
            let ask = WriteOff { account: *id, because: WriteOffReason::SmallBalance, note: String::new() };
            let done = write_off_within(tx, &Actor::night(), closing, &ask).await?;
            written_off += usize::from(matches!(done, Outcome::Done(_)));
        }
    }
    Ok(Page::of(last, found.len()).with("written_off", written_off))
}

/// Whether a balance is small, and nothing moved or is under way for as long as its limits say.
async fn is_due(tx: &mut Tx, table: &LimitTable, closing: Moment, id: AccountId) -> Result<bool, Failure> {
    let account = load_account(tx, id).await?;
    let case = case_of(&account, Role::Officer, closing.business_day);
    let Some(days) = table.write_off_after(&case) else { return Ok(false) };
    let moved_on = store::find_last_moved(tx, id).await?.unwrap_or(account.placed_on);
    let stood = day_number(closing.business_day).saturating_sub(day_number(moved_on));
    let is_small = table.write_offs(&case).small.is_some_and(|(small, _)| account.balance_minor <= small);
    // What bears interest goes on moving, and whoever reserved a contact is about to reach them.
    let is_still = account.interest_to_on.is_none() && find_reserved(tx, id, closing.at).await?.is_none();
    Ok(is_small && is_still && u32::try_from(stood).unwrap_or(0) >= days)
}
