//! Whether charges are what their entries say, and interest is what its terms say.

use super::{bearing, store};
use crate::accounts::store::relief;
use crate::app::Failure;
use crate::store::Tx;
use duly_domain::values::ids::AccountId;
use uuid::Uuid;

/// Accounts read at once.
const PAGE: i64 = 200;

/// Faults that are named; beyond them they are counted.
const NAMED: usize = 3;

/// Accounts with a bucket from which more was turned away than was paid for it.
const OVERTURNED: &str = "
    select count(*) from (
        select e.account_id from entries e
         where e.account_id in (select account_id from entries where kind = 'reallocation')
           and (e.kind in ('payment', 'reallocation')
                or exists (select 1 from entries p where p.account_id = e.account_id and p.id = e.reverses_entry_id and p.kind = 'payment')
                or exists (select 1 from direct_payments d
                            where d.account_id = e.account_id and d.entry_id in (e.id, e.reverses_entry_id)))
         group by e.account_id
        having sum(e.principal_minor) > 0 or sum(e.interest_minor) > 0 or sum(e.fees_minor) > 0 or sum(e.costs_minor) > 0
            or sum(e.other_minor) > 0) as overturned";

/// In words: that all is well, or what is not.
pub async fn verify(tx: &mut Tx) -> Result<Result<String, String>, Failure> {
    let (off, charges) = store::count_faults(tx).await?;
    let (mut bearing, mut differs) = (0u64, Vec::new());
    let mut after = AccountId(Uuid::nil());
    loop {
        let page = relief::list_bearing(tx, after, PAGE).await?;
        let Some((last,)) = page.last().copied() else { break };
        after = last;
        for (account,) in page {
            bearing += 1;
            differs.extend(bearing::difference(tx, account).await?);
        }
    }
    let overturned = tx.number(OVERTURNED, &[]).await?;
    if off == 0 && overturned == 0 && differs.is_empty() {
        return Ok(Ok(format!("{charges} charges are what their entries say; interest on {bearing} accounts is what its terms say")));
    }
    let named = differs.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ");
    Ok(Err(format!(
        "{off} charges differ from their entries; from a bucket of {overturned} accounts more was turned away than was paid for it; \
         interest differs from its terms on {} accounts: {named}",
        differs.len()
    )))
}
