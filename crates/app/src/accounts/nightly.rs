//! The night's steps for this room: holds end, accounts age.

use super::{actions, store};
use crate::app::{Actor, Failure};
use crate::jobs::nightly::Page;
use crate::store::Tx;
use duly_domain::accounts::{Stage, days_past_due};
use duly_domain::values::ids::{AccountId, HoldId};
use duly_domain::values::moment::Moment;
use uuid::Uuid;

/// Ends a page of holds whose day is tomorrow or has passed.
pub async fn end_holds(tx: &mut Tx, tomorrow: Moment, _after: AccountId, limit: i64) -> Result<Page, Failure> {
    let due = store::list_due_holds(tx, tomorrow.business_day, HoldId(Uuid::nil()), limit).await?;
    for (hold, account) in &due {
        actions::end_hold_within(tx, &Actor::night(), tomorrow, *account, *hold).await?;
    }
    // What was ended does not come again, so the next page begins at the start.
    Ok(if due.is_empty() { Page::end() } else { Page::of(AccountId(Uuid::nil()), due.len()) })
}

/// Brings the stages of a page of accounts up to tomorrow.
pub async fn age_accounts(tx: &mut Tx, tomorrow: Moment, after: AccountId, limit: i64) -> Result<Page, Failure> {
    let accounts = store::list_stages(tx, after, limit).await?;
    let Some((last, _, _)) = accounts.last() else { return Ok(Page::end()) };
    let mut page = Page::of(*last, accounts.len());
    for (account, due_on, before) in &accounts {
        let stage = Stage::of_days(days_past_due(*due_on, tomorrow.business_day)).code();
        if stage != before {
            store::update_stage(tx, *account, stage).await?;
            page = page.with("moved", 1);
        }
    }
    Ok(page)
}
