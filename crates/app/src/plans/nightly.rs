//! The night's step for this room: promises are kept, broken or still open.

use super::agreed::course::By;
use super::{actions, store};
use crate::app::{Actor, Failure};
use crate::jobs::nightly::Page;
use crate::store::Tx;
use crate::strategy;
use duly_domain::plans::promise::PromiseState;
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::Moment;

/// Judges a page of open promises that are due with the business day over.
pub async fn judge_promises(tx: &mut Tx, closing: Moment, tomorrow: Moment, after: AccountId, limit: i64) -> Result<Page, Failure> {
    let due = store::list_due(tx, closing.business_day, after, limit).await?;
    let Some((last,)) = due.last().copied() else { return Ok(Page::end()) };
    let mut page = Page::of(last, due.len());
    let accounts: Vec<AccountId> = due.into_iter().map(|(account,)| account).collect();
    let night = Actor::night();
    let by = By { who: &night, at: closing, closed_day: closing.business_day, next_day: tomorrow.business_day };
    for (account, changed) in actions::judge_accounts(tx, by, &accounts).await? {
        for state in &changed {
            page = page.with(state.code(), 1);
        }
        if changed.iter().any(|state| *state != PromiseState::Open) {
            strategy::actions::place_on_worklist(tx, account, tomorrow).await?;
        }
    }
    Ok(page)
}
