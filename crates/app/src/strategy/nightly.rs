//! The night's step for this room: tomorrow's worklists.

use super::{actions, store};
use crate::app::Failure;
use crate::jobs::nightly::Page;
use crate::store::Tx;
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::Moment;

/// Builds the rows of a page of accounts anew, for the day after the one that closes.
pub async fn build_worklists(tx: &mut Tx, tomorrow: Moment, after: AccountId, limit: i64) -> Result<Page, Failure> {
    let facts = store::list_facts(tx, after, limit).await?;
    let Some(last) = facts.last().map(|row| row.account) else { return Ok(Page::end()) };
    store::delete_range(tx, after, last).await?;
    let mut rows = Vec::new();
    for row in &facts {
        rows.extend(actions::work_values(row, tomorrow.business_day)?);
    }
    store::insert_rows(tx, &rows).await?;
    Ok(Page::of(last, facts.len()).with("listed", rows.len()))
}
