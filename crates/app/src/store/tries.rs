//! What loses a conflict of transactions is tried again, and whoever loses often waits for those who lost before.
//!
//! A loser waits a while of chance length first. That alone does not end where many want the same row at once: each try meets the
//! others again. So from its third loss on a transaction has the turn of the losers of its process, one at a time, until it is
//! done; the others wait for it without a connection.

use super::StoreError;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// How often a transaction is tried before the conflict is told.
const TRIES: u32 = 12;

/// After so many losses it waits for its turn.
const PATIENT: u32 = 3;

/// The turn of those who lost often; one has it.
pub type Losers = Arc<Mutex<()>>;

/// The tries of one transaction. Used by `transaction!`.
#[derive(Debug, Default)]
pub struct Tries {
    lost: u32,
    turn: Option<OwnedMutexGuard<()>>,
}

impl Tries {
    /// Counts a loss and waits until another try is worth it; false where there were enough.
    pub async fn may_try_again(&mut self, losers: &Losers) -> bool {
        self.lost += 1;
        if self.lost >= TRIES {
            return false;
        }
        if self.lost >= PATIENT && self.turn.is_none() {
            self.turn = Some(losers.clone().lock_owned().await);
        }
        // Longer each time, each for a different while, so that losers of several processes do not meet again.
        let mut byte = [0u8];
        getrandom::fill(&mut byte).ok();
        tokio::time::sleep(Duration::from_millis(u64::from(self.lost * self.lost) + u64::from(byte[0] % 16))).await;
        true
    }
}

/// An error that can tell whether it came from a conflict of transactions.
pub trait Conflict {
    /// Whether another try may succeed.
    fn is_conflict(&self) -> bool;
}

impl Conflict for StoreError {
    fn is_conflict(&self) -> bool {
        StoreError::is_conflict(self)
    }
}
