//! Whether what is posted of charges is what stands of them.

use super::store;
use crate::app::Failure;
use crate::store::Tx;

/// In words: that all is well, or what is not.
pub async fn verify(tx: &mut Tx) -> Result<Result<String, String>, Failure> {
    let (off, twice) = store::list_off(tx).await?;
    let (charges, under_way, waiting) = store::count(tx).await?;
    let mut faults: Vec<String> = off.iter().map(|id| format!("what is posted of {id} is not what stands of it")).collect();
    if twice > 0 {
        faults.push(format!("{twice} charges share a payment with another"));
    }
    Ok(match faults.is_empty() {
        true => Ok(format!("{charges} charges, {under_way} without an end, {waiting} messages wait")),
        false => Err(faults.join("; ")),
    })
}
