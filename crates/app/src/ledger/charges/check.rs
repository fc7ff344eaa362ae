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
    if off == 0 && differs.is_empty() {
        return Ok(Ok(format!("{charges} charges are what their entries say; interest on {bearing} accounts is what its terms say")));
    }
    let named = differs.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ");
    Ok(Err(format!("{off} charges differ from their entries; interest differs from its terms on {} accounts: {named}", differs.len())))
}
