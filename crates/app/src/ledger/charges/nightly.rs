//! The night's step: at a month's end interest is posted.

use super::bearing::bring_to;
use crate::accounts::store::relief;
use crate::app::{Actor, Failure};
use crate::jobs::nightly::Page;
use crate::store::Tx;
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::Moment;

/// Accounts of a page at the most: the gate is asked for each.
const MOST: i64 = 50;

/// Posts interest on a page of accounts to the end of the day that closes, where a month ends with it.
pub async fn post_interest(tx: &mut Tx, closing: Moment, after: AccountId, limit: i64) -> Result<Page, Failure> {
    let day = closing.business_day;
    if day != day.last_of_month() {
        return Ok(Page::end());
    }
    let behind = relief::list_behind(tx, day, after, limit.min(MOST)).await?;
    let Some((last,)) = behind.last().copied() else { return Ok(Page::end()) };
    let mut posted = 0;
    for (account,) in &behind {
        posted += usize::from(bring_to(tx, &Actor::night(), closing, *account, day).await?.is_some());
    }
    Ok(Page::of(last, behind.len()).with("posted", posted))
}
