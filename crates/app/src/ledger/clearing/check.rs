//! Proves that what is matched is what it is matched to, and that nothing is matched twice.

use super::store;
use crate::app::Failure;
use crate::cli::output::written;
use crate::store::Tx;

/// What the check found; the error names what is not whole.
pub async fn verify(tx: &mut Tx) -> Result<Result<String, String>, Failure> {
    let (entries, pieces, twice) = store::list_faults(tx).await?;
    let mut faults: Vec<String> = entries.iter().map(|id| format!("{id} is not what it is matched to")).collect();
    faults.extend(pieces.iter().map(|id| format!("{id} is not what it stands for")));
    faults.extend((twice > 0).then(|| format!("{twice} are matched twice")));
    if !faults.is_empty() {
        return Ok(Err(faults.join("; ")));
    }
    let said = store::list_counts(tx).await?.into_iter().map(|(kind, currency, count, minor)| {
        let kind = match kind.as_str() {
            "debits" => "files of debits",
            "return" => "debits that came back",
            other => other,
        };
        format!("{count} {kind} ({})", written(minor, &currency))
    });
    let said: Vec<String> = said.collect();
    Ok(Ok(if said.is_empty() { "no sum at the bank is matched".into() } else { said.join(", ") }))
}
