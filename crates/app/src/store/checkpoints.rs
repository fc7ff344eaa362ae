//! The write-ahead log is carried over into the database file beside the writer, so that nobody who commits waits for much of it.
//!
//! A log is begun anew only by a commit that finds all of it carried over, and beside somebody who writes on and on the thread never
//! gets to its end. So the writer itself carries over what the thread left, where that is little: a log that is begun anew lies where
//! the system holds it already, and one that only grows costs a page of memory and of the disk with every page.
//!
//! Always true: a commit is on the disk before it is acknowledged, in the log; carrying it over only makes the log short again.

use super::StoreError;
use rusqlite::hooks::Wal;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, OpenFlags};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

/// From how many pages on the log is carried over.
const LONG: i32 = 4_000;

/// From how many the writer does it and waits: it writes faster than the thread beside it can follow.
const TOO_LONG: i32 = 16 * LONG;

/// How many pages that the thread left the writer carries over itself: some milliseconds.
const REST: i32 = LONG / 2;

/// How far the log was carried over, in pages. The thread has it while it is at it.
type Carried = Arc<Mutex<i32>>;

enum Ask {
    CarryOver,
    End,
}

/// The thread that carries the log over; it ends when this is dropped.
pub struct Checkpoints {
    asks: SyncSender<Ask>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    /// Lets a thread beside the writer of a file carry over what it commits.
    pub fn beside(writer: &mut Connection, path: PathBuf) -> Result<Checkpoints, StoreError> {
        Checkpoints::of_lengths(LONG..TOO_LONG, writer, path)
    }

    /// As [`Checkpoints::beside`], while the log is so long; beyond that, the writer carries it over.
    fn of_lengths(lengths: Range<i32>, writer: &mut Connection, path: PathBuf) -> Result<Checkpoints, StoreError> {
        // One ask may wait while another is heeded: more would ask for the same.
        let (asks, asked) = sync_channel(1);
        let carried = Carried::default();
        let to_writer = carried.clone();
        let unusable = |error: std::io::Error| StoreError::Beside(format!("no thread for the write-ahead log: {error}"));
        let thread = Builder::new().name("duly-log".into()).spawn(move || heed(path, &asked, &to_writer)).map_err(unusable)?;
        let to_thread = asks.clone();
        // Where somebody reads, a log may grow on though all of it was carried over: then the writer looks again only after as much.
        let mut not_before = 0;
        writer.wal_hook(Some(move |log: &mut Wal, pages| {
            if pages < lengths.start {
                not_before = 0;
            } else if pages >= lengths.end {
                tell(log.checkpoint());
            } else if pages >= not_before && is_little_left(&carried, pages) {
                tell(log.checkpoint());
                not_before = pages + lengths.start;
            } else {
                // What cannot be sent waits there already.
                to_thread.try_send(Ask::CarryOver).ok();
            }
            // The commit stands, whatever became of the log.
            Ok(())
        }))?;
        Ok(Checkpoints { asks, thread: Some(thread) })
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        // If the thread has ended, it has nothing more to be told.
        self.asks.send(Ask::End).ok();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread for the write-ahead log broke off");
        }
    }
}

/// Whether the thread left little of a log of so many pages. It is asked once: the log may be begun anew then.
fn is_little_left(carried: &Carried, pages: i32) -> bool {
    // Who holds it is carrying over now.
    let Ok(mut carried) = carried.try_lock() else { return false };
    let is_little = *carried > 0 && pages - *carried <= REST;
    if is_little {
        *carried = 0;
    }
    is_little
}

fn heed(path: PathBuf, asked: &Receiver<Ask>, carried: &Carried) {
    let mut connection = None;
    while let Ok(Ask::CarryOver) = asked.recv() {
        let log = match connection.take().map_or_else(|| open(&path), Ok) {
            Ok(log) => log,
            Err(error) => {
                tell(Err(error));
                continue;
            }
        };
        // Passive: it goes as far as it can and holds up neither writer nor readers.
        let mut so_far = carried.lock().unwrap_or_else(PoisonError::into_inner);
        let done = log.wal_checkpoint_v2(None::<&str>, CheckpointMode::PASSIVE);
        *so_far = done.as_ref().map_or(0, |(_, carried)| *carried);
        drop(so_far);
        tell(done.map(drop));
        connection = Some(log);
    }
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    // Where there is no file any more, none is made.
    let log = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    // It knows that there is a log once it has read from the file.
    log.pragma_query_value(None, "schema_version", |_| Ok(()))?;
    Ok(log)
}

fn tell(done: rusqlite::Result<()>) {
    if let Err(error) = done {
        tracing::warn!("the write-ahead log stays as it is for now: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::time::{Duration, Instant};

    #[test]
    fn the_writer_carries_over_a_little_that_the_thread_left_and_asks_once() {
        let carried = Carried::default();
        //              carried over  pages         the writer does the rest
        for (so_far, pages, is_little) in [(0, LONG, false), (LONG, LONG, true), (LONG, LONG + REST, true), (LONG, LONG + REST + 1, false)]
        {
            *carried.lock().unwrap() = so_far;
            assert_eq!(is_little_left(&carried, pages), is_little, "{so_far} of {pages}");
        }
        *carried.lock().unwrap() = LONG;
        assert!(is_little_left(&carried, LONG + 1) && !is_little_left(&carried, LONG + 1), "the log may have been begun anew since");
        *carried.lock().unwrap() = LONG;
        let at_it = carried.lock().unwrap();
        assert!(!is_little_left(&carried, LONG + 1), "the thread is at it");
        drop(at_it);
    }

    #[test]
    fn the_log_is_carried_over_while_the_writer_goes_on() {
        let folder = std::env::temp_dir().join(format!("duly-log-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("duly.db");
        let mut writer = Connection::open(&path).unwrap();
        writer.execute_batch("pragma journal_mode = wal; create table pages (bytes blob)").unwrap();
        let checkpoints = Checkpoints::of_lengths(400..4_000, &mut writer, path.clone()).unwrap();
        let fill = |count: i32| {
            writer.execute_batch("begin immediate").unwrap();
            for _ in 0..count {
                writer.execute("insert into pages values (zeroblob(4000))", ()).unwrap();
            }
            writer.execute_batch("commit").unwrap();
        };
        let carried = || fs::metadata(&path).unwrap().len() / 4096;
        fill(200);
        std::thread::sleep(Duration::from_millis(200));
        assert!(carried() < 10, "a short log is left alone");
        fill(400);
        let began = Instant::now();
        while carried() < 500 && began.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(carried() >= 500, "{} pages were carried over", carried());
        fill(4_000);
        assert!(carried() >= 4_000, "the writer has carried over {} pages itself", carried());
        drop(checkpoints);
        drop(writer);
        assert!(!folder.join("duly.db-wal").exists(), "the last to go leaves no log");
        fs::remove_dir_all(&folder).unwrap();
    }
}
