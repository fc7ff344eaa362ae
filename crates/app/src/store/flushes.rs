//! Commits reach the disk together: whoever commits lets the next one write, and waits until the log is on the disk with their commit in it.
//!
//! SQLite would have each commit wait for the disk while it holds the writer. Here a commit is written into the log, the writer goes on
//! to the next, and one of those who wait flushes the log for all whose commits it holds by then. A flush is of the whole file, so whose
//! commit stands in the log before it began is safe with it, also one of another process. Opened with `synchronous = normal`, SQLite
//! itself still flushes the log before it is carried over and when it is begun anew, so what survives a loss of power is always the
//! commits up to one of them.
//!
//! Always true: a commit is acknowledged when it is on the disk, and so is whatever its transaction read. Where the disk once failed to
//! flush, nothing is acknowledged any more: what it holds then nobody knows.

use super::StoreError;
use super::sqlite::blocking;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// The flushes of one file's log. The counter of commits is moved by the hook of the writer.
pub struct Flushes {
    log: PathBuf,
    file: OnceLock<File>,
    /// Commits in the log.
    committed: Arc<AtomicU64>,
    /// Those of them that are on the disk.
    flushed: AtomicU64,
    /// Held by who flushes; those behind find their commits flushed, but for the first.
    pub(super) turn: tokio::sync::Mutex<()>,
    failed: OnceLock<String>,
}

impl Flushes {
    /// Of a database's log, whose commits are counted elsewhere.
    pub fn of(database: &Path, committed: Arc<AtomicU64>) -> Flushes {
        Flushes {
            log: PathBuf::from(format!("{}-wal", database.display())),
            file: OnceLock::new(),
            committed,
            flushed: AtomicU64::new(0),
            turn: tokio::sync::Mutex::default(),
            failed: OnceLock::new(),
        }
    }

    /// How many commits stand in the log; asked by who holds the writer, it is theirs and all before.
    pub fn committed(&self) -> u64 {
        self.committed.load(Ordering::Acquire)
    }

    /// Waits until so many commits are on the disk. One that changed nothing flushes too, for what it read may be another process's
    /// commit; a log that is on the disk already is flushed at once.
    pub async fn wait_for(&self, commits: u64, has_changed: bool) -> Result<(), StoreError> {
        if has_changed && self.is_flushed(commits) {
            return self.prove();
        }
        let _turn = self.turn.lock().await;
        self.prove()?;
        if has_changed && self.is_flushed(commits) {
            return Ok(());
        }
        let reached = self.committed();
        blocking(|| self.flush())?;
        self.flushed.store(reached, Ordering::Release);
        Ok(())
    }

    fn is_flushed(&self, commits: u64) -> bool {
        self.flushed.load(Ordering::Acquire) >= commits
    }

    fn flush(&self) -> Result<(), StoreError> {
        let flushed = match self.file.get() {
            Some(file) => file.sync_data(),
            None => match File::options().read(true).write(true).open(&self.log) {
                // Nothing was ever written.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound && self.committed() == 0 => return Ok(()),
                opened => opened.and_then(|file| self.file.get_or_init(|| file).sync_data()),
            },
        };
        flushed.map_err(|error| {
            let says = format!("{} did not reach the disk: {error}", self.log.display());
            tracing::error!(%says, "nothing more is written before a new start");
            StoreError::Unflushed(self.failed.get_or_init(|| says).clone())
        })
    }

    /// An error where the disk failed once.
    pub fn prove(&self) -> Result<(), StoreError> {
        self.failed.get().map_or(Ok(()), |says| Err(StoreError::Unflushed(says.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flushes(name: &str) -> (Arc<Flushes>, Arc<AtomicU64>, PathBuf) {
        let database = std::env::temp_dir().join(format!("duly_flushes_{}_{name}.db", std::process::id()));
        let committed = Arc::new(AtomicU64::new(0));
        (Arc::new(Flushes::of(&database, committed.clone())), committed, PathBuf::from(format!("{}-wal", database.display())))
    }

    #[tokio::test]
    async fn who_comes_while_one_flushes_is_flushed_with_the_next() {
        let (flushes, committed, log) = flushes("together");
        flushes.wait_for(0, false).await.unwrap();
        std::fs::write(&log, "a commit").unwrap();
        let held = flushes.turn.lock().await;
        let waiting: Vec<_> = (1..=20)
            .map(|commit| {
                committed.store(commit, Ordering::Release);
                let flushes = flushes.clone();
                tokio::spawn(async move { flushes.wait_for(commit, true).await })
            })
            .collect();
        tokio::task::yield_now().await;
        assert!(waiting.iter().all(|waits| !waits.is_finished()), "nothing is acknowledged before it is flushed");
        drop(held);
        for waits in waiting {
            waits.await.unwrap().unwrap();
        }
        assert_eq!(flushes.flushed.load(Ordering::Acquire), 20, "the first flushed for all");
        std::fs::remove_file(log).unwrap();
    }

    #[tokio::test]
    async fn a_disk_that_failed_once_acknowledges_nothing_more() {
        let (flushes, committed, log) = flushes("failed");
        committed.store(1, Ordering::Release);
        let says = flushes.wait_for(1, true).await.unwrap_err().to_string();
        assert!(says.contains("-wal did not reach the disk") && says.contains("start Duly again"), "{says}");
        std::fs::write(&log, "a commit").unwrap();
        assert!(flushes.wait_for(1, true).await.is_err() && flushes.prove().is_err());
        std::fs::remove_file(log).unwrap();
    }
}
