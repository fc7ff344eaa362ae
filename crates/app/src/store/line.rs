//! The line before the writer of a SQLite file, across processes: whoever waits stands in a locked file beside it.
//!
//! SQLite keeps no line: whoever asks again at the right moment writes. So a process holds the line's lock while it waits for the
//! writer and lets go of it when it writes; who has just written comes after it. A long job looks whether somebody
//! stands there, and makes room.
//!
//! Nothing is stored. Always true: who stands in the line does not write yet, and the lock ends with the process.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a process waits for its place; then it goes to the writer without one.
const PATIENCE: Duration = Duration::from_secs(10);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(1);

/// The line of one file, as one handle sees it.
pub struct Line {
    stands: File,
    looks: File,
}

/// A place at the head of the line, until it is dropped.
pub struct Place<'l>(&'l Line);

impl Line {
    /// The line of a database; none where no file can be made beside it.
    pub fn beside(path: &Path) -> Option<Line> {
        let path = format!("{}-line", path.display());
        let open = || File::options().create(true).truncate(false).write(true).open(&path).or_else(|_| File::open(&path));
        Some(Line { stands: open().ok()?, looks: open().ok()? })
    }

    /// Waits for the head of the line; one thread of a process at a time.
    pub fn stand(&self) -> Option<Place<'_>> {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.stands.try_lock() {
                Ok(()) => return Some(Place(self)),
                Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(PAUSE),
                Err(_) => return None,
            }
        }
    }

    /// Whether another handle stands in it; asked by who writes, and does not stand in it itself.
    pub fn is_taken(&self) -> bool {
        match self.looks.try_lock_shared() {
            Ok(()) => left(self.looks.unlock(), false),
            Err(TryLockError::WouldBlock) => true,
            Err(TryLockError::Error(_)) => false,
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        left(self.0.stands.unlock(), ());
    }
}

/// A lock that cannot be let go of would hold up everybody: it is told.
fn left<T>(unlocked: io::Result<()>, answer: T) -> T {
    if let Err(error) = unlocked {
        tracing::error!(%error, "the line before the database could not be left");
    }
    answer
}
