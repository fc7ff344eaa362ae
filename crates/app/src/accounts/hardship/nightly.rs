//! The night's step: pauses end on the day of their review.

use super::{actions, store};
use crate::app::{Actor, Failure};
use crate::jobs::nightly::Page;
use crate::store::Tx;
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::Moment;
use uuid::Uuid;

/// Ends a page of pauses whose day is tomorrow or has passed; each account is on the worklist then.
pub async fn end_pauses(tx: &mut Tx, tomorrow: Moment, limit: i64) -> Result<Page, Failure> {
    let due = store::list_due(tx, tomorrow.business_day, limit.min(100)).await?;
    for pause in &due {
        actions::end_within(tx, &Actor::night(), tomorrow, pause, pause.until_on, "its day of review").await?;
    }
    // What was ended does not come again, so the next page begins at the start.
    Ok(if due.is_empty() { Page::end() } else { Page::of(AccountId(Uuid::nil()), due.len()) })
}
