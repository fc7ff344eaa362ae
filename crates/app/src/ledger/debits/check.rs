//! Proves that debits, payments and files are the same thing told three times.

use super::store::drawn::{count_states, list_faults};
use crate::app::Failure;
use crate::cli::output::written;
use crate::store::Tx;

/// What the check found; the error names what is not whole.
pub async fn verify(tx: &mut Tx) -> Result<Result<String, String>, Failure> {
    let (unpaid, twice, off, many) = list_faults(tx).await?;
    let mut faults: Vec<String> = unpaid.iter().map(|id| format!("{id} is not what its payment says")).collect();
    faults.extend((twice > 0).then(|| format!("{twice} payments stand for two debits")));
    faults.extend(off.iter().map(|id| format!("the file {id} is not what its debits make")));
    faults.extend(many.iter().map(|id| format!("{id} was asked for more than three times")));
    if !faults.is_empty() {
        return Ok(Err(faults.join("; ")));
    }
    let states = count_states(tx).await?;
    let said: Vec<String> = states.iter().map(|(state, count, minor)| format!("{count} {state} ({})", written(*minor, "USD"))).collect();
    Ok(Ok(if said.is_empty() { "no debit was planned".into() } else { said.join(", ") }))
}
