//! Whether write-offs are what their entries say, and accounts say the same.

use super::store;
use crate::app::Failure;
use crate::store::Tx;

/// In words: that all is well, or what is not.
pub async fn verify(tx: &mut Tx) -> Result<Result<String, String>, Failure> {
    let (off, standing) = store::count_faults(tx).await?;
    Ok(match off {
        0 => Ok(format!("{standing} write-offs stand, on closed accounts that owe nothing")),
        _ => Err(format!("{off} write-offs, entries of write-offs or accounts say otherwise than each other")),
    })
}
