//! The night's step for this room: promises are kept, broken or still open.

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
    for (account,) in due {
        let changed = actions::judge_by(tx, &Actor::night(), closing, account, closing.business_day, tomorrow.business_day).await?;
        for state in &changed {
            page = page.with(state.code(), 1);
        }
        if changed.iter().any(|state| *state != PromiseState::Open) {
            strategy::actions::place_on_worklist(tx, account, tomorrow).await?;
        }
    }
    Ok(page)
}
