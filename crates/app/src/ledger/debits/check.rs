//! Proves that debits, payments and files are the same thing told three times.

use super::store::drawn::{count_states, list_faults, list_to_settle, list_ungated};
use crate::app::Failure;
use crate::cli::output::written;
use crate::jobs;
use crate::store::Tx;
use duly_domain::values::ids::DebitId;

/// Faults of a kind that are named.
const SHOWN: i64 = 20;

/// What the check found; the error names what is not whole.
pub async fn verify(tx: &mut Tx) -> Result<Result<String, String>, Failure> {
    let (unpaid, twice, off, many) = list_faults(tx).await?;
    let closed = jobs::store::find_last_done(tx).await?.map(|night| night.business_day);
    let unposted = match closed {
        Some(day) => list_to_settle(tx, day, DebitId(uuid::Uuid::nil()), SHOWN).await?,
        None => Vec::new(),
    };
    let mut faults: Vec<String> = unpaid.iter().map(|id| format!("{id} is not what its payment says")).collect();
    faults.extend((twice > 0).then(|| format!("{twice} payments stand for two debits")));
    faults.extend(off.iter().map(|id| format!("the file {id} is not what its debits make")));
    faults.extend(list_ungated(tx).await?.iter().map(|id| format!("{id} was sent and no answer of the rules allows it")));
    faults
        .extend(unposted.iter().map(|row| format!("{} took effect on {} and is not posted: duly ach settle says why", row.id, row.day())));
    faults.extend(many.iter().map(|id| format!("{id} was asked for more than three times")));
    if !faults.is_empty() {
        return Ok(Err(faults.join("; ")));
    }
    let states = count_states(tx).await?;
    let said: Vec<String> = states.iter().map(|(state, count, minor)| format!("{count} {state} ({})", written(*minor, "USD"))).collect();
    Ok(Ok(if said.is_empty() { "no debit was planned".into() } else { said.join(", ") }))
}
