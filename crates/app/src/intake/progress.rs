//! How far an import is, for whoever waits; and a word to stop it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Shared between an import and who watches it. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    rows: AtomicU64,
    taken: AtomicU64,
    refused: AtomicU64,
    read: AtomicU64,
    total: AtomicU64,
    is_stopped: AtomicBool,
}

/// How far it is at one moment. Rows count once they are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// Rows whose outcome is kept.
    pub rows: u64,
    /// Of them, placed or known.
    pub taken: u64,
    /// Of them, refused.
    pub refused: u64,
    /// Of the file, read: bytes, or rows of a sheet.
    pub read: u64,
    /// Of how many.
    pub total: u64,
}

impl Reached {
    /// Whole percent of the file that was read; never 100 before the end.
    pub fn percent(&self) -> u64 {
        self.read.saturating_mul(100).checked_div(self.total).unwrap_or(0).min(99)
    }
}

impl Progress {
    /// Says how far it is.
    pub fn say(&self, reached: Reached) {
        let counters = &self.0;
        for (counter, value) in [
            (&counters.rows, reached.rows),
            (&counters.taken, reached.taken),
            (&counters.refused, reached.refused),
            (&counters.read, reached.read),
            (&counters.total, reached.total),
        ] {
            counter.store(value, Ordering::Relaxed);
        }
    }

    /// How far it is.
    pub fn reached(&self) -> Reached {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let counters = &self.0;
        Reached {
            rows: of(&counters.rows),
            taken: of(&counters.taken),
            refused: of(&counters.refused),
            read: of(&counters.read),
            total: of(&counters.total),
        }
    }

    /// Asks it to stop after the piece it is at.
    pub fn stop(&self) {
        self.0.is_stopped.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to stop.
    pub fn is_stopped(&self) -> bool {
        self.0.is_stopped.load(Ordering::Relaxed)
    }
}
