//! The write-ahead log is carried over into the database file beside the writer, so that nobody who commits waits for much of it.
//!
//! What is carried over lies all over the file, and while the disk writes it a commit waits behind it: a commit of a few pages behind
//! thousands of them, a tenth of a second and more. So where small commits come one by one the log is carried over each second, a few
//! pages at once; where large ones follow each other, after as many pages as make it worth it.
//!
//! A log is begun anew only by a commit that finds all of it carried over, and beside somebody who writes on and on the thread never
//! gets to its end. So the writer itself carries over what the thread left, where that is little and nobody waits to write: a log that is
//! begun anew lies where the system holds it already, and one that only grows costs a page of memory and of the disk with every page.
//!
//! Read [`Pace::after`] first. Always true: a commit is on the disk before it is acknowledged, in the log; carrying it over only makes the
//! log short again.

use super::StoreError;
use rusqlite::hooks::Wal;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

/// A commit of so many pages is one of many that follow each other.
const LARGE: i32 = 128;

/// From how many pages on the log is carried over after large commits.
const LONG: i32 = 4_000;

/// From how many new ones on it is after small commits, and how many of them the writer carries over itself.
const SHORT: i32 = 256;

/// How long after the last time.
const WHILE: Duration = Duration::from_secs(1);

/// From how many pages on the writer does it and waits: it writes faster than the thread beside it can follow.
const TOO_LONG: i32 = 16 * LONG;

/// How many pages that the thread left the writer carries over itself after a large commit.
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
    /// Lets a thread beside the writer of a file carry over what it commits; `waiting` counts who waits to write, `committed` is moved
    /// by each commit that changed something.
    pub fn beside(
        writer: &mut Connection,
        path: PathBuf,
        waiting: Arc<AtomicUsize>,
        committed: Arc<AtomicU64>,
    ) -> Result<Checkpoints, StoreError> {
        // One ask may wait while another is heeded: more would ask for the same.
        let (asks, asked) = sync_channel(1);
        let carried = Carried::default();
        let to_writer = carried.clone();
        let unusable = |error: std::io::Error| StoreError::Beside(format!("no thread for the write-ahead log: {error}"));
        let thread = Builder::new().name("duly-log".into()).spawn(move || heed(path, &asked, &to_writer)).map_err(unusable)?;
        let to_thread = asks.clone();
        let mut pace = Pace::from(Instant::now());
        writer.wal_hook(Some(move |log: &mut Wal, pages| {
            committed.fetch_add(1, Ordering::Release);
            match pace.after(pages, Instant::now(), &carried, waiting.load(Ordering::Relaxed) > 0) {
                Next::Nothing => {}
                // What cannot be sent waits there already.
                Next::Thread => drop(to_thread.try_send(Ask::CarryOver)),
                Next::Writer => tell(log.checkpoint()),
            }
            // The commit stands, whatever became of the log.
            Ok(())
        }))?;
        Ok(Checkpoints { asks, thread: Some(thread) })
    }
}

/// Who carries the log over after a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// Nobody yet.
    Nothing,
    /// The thread beside the writer.
    Thread,
    /// The writer, before it goes on.
    Writer,
}

/// What is remembered from one commit to the next.
struct Pace {
    /// Pages of the log after the last commit.
    pages: i32,
    /// After the one that asked the thread last, and when that was.
    asked: (i32, Instant),
    /// Where somebody reads, a log may grow on though all of it was carried over: the writer looks again only after as much.
    not_before: i32,
}

impl Pace {
    fn from(now: Instant) -> Pace {
        Pace { pages: 0, asked: (0, now), not_before: 0 }
    }

    /// Who carries the log over after a commit that left it with so many pages.
    fn after(&mut self, pages: i32, now: Instant, carried: &Carried, is_waited_for: bool) -> Next {
        if pages < self.pages {
            // It was begun anew.
            (self.pages, self.asked.0, self.not_before) = (0, 0, 0);
        }
        let is_large = pages - self.pages >= LARGE;
        self.pages = pages;
        let asked_since = now.saturating_duration_since(self.asked.1);
        let is_due = if is_large { pages >= LONG } else { pages - self.asked.0 >= SHORT && asked_since >= WHILE };
        if pages >= TOO_LONG {
            Next::Writer
        } else if pages >= LONG.max(self.not_before)
            && !is_waited_for
            && is_little_left(carried, pages, if is_large { REST } else { SHORT })
        {
            self.not_before = pages + LONG;
            Next::Writer
        } else if is_due {
            self.asked = (pages, now);
            Next::Thread
        } else {
            Next::Nothing
        }
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

/// Whether the thread left no more than so much of a log of so many pages. It is asked once: the log may be begun anew then.
fn is_little_left(carried: &Carried, pages: i32, most: i32) -> bool {
    // Who holds it is carrying over now.
    let Ok(mut carried) = carried.try_lock() else { return false };
    let is_little = *carried > 0 && pages - *carried <= most;
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

    /// What follows commits that leave the log so long, each so many milliseconds after the beginning.
    fn paced(commits: &[(i32, u64)], carried: i32, is_waited_for: bool) -> Vec<Next> {
        let (began, so_far) = (Instant::now(), Carried::default());
        *so_far.lock().unwrap() = carried;
        let mut pace = Pace::from(began);
        commits.iter().map(|(pages, millis)| pace.after(*pages, began + Duration::from_millis(*millis), &so_far, is_waited_for)).collect()
    }

    #[test]
    fn small_commits_are_carried_over_each_second_and_large_ones_by_their_pages() {
        use Next::{Nothing, Thread, Writer};
        // Small ones: not before a second and 256 new pages are over, and again only after as much.
        assert_eq!(
            paced(&[(100, 900), (200, 1_100), (300, 1_200), (400, 2_100), (500, 2_200), (600, 2_300)], 0, false)[..3],
            [Nothing, Nothing, Thread]
        );
        assert_eq!(
            paced(&[(100, 900), (200, 950), (300, 1_200), (400, 1_400), (500, 2_300), (600, 2_400)], 0, false)[3..],
            [Nothing, Nothing, Thread]
        );
        // Large ones: from four thousand on, each.
        assert_eq!(paced(&[(2_000, 10), (3_999, 20), (4_200, 30), (6_000, 40)], 0, false), [Nothing, Nothing, Thread, Thread]);
        // One that begins the log anew is as large as the log then is.
        assert_eq!(paced(&[(3_999, 10), (100, 20), (200, 1_100), (300, 1_200)], 0, false), [Nothing, Nothing, Nothing, Thread]);
        assert_eq!(paced(&[(TOO_LONG, 10)], 0, true), [Writer], "whoever waits");
    }

    #[test]
    fn the_writer_carries_over_a_little_that_the_thread_left_and_asks_once() {
        use Next::{Nothing, Thread, Writer};
        //                               pages             carried  waits  what follows
        for (commits, carried, is_waited_for, follows) in [
            (vec![(LONG, 1)], 0, false, vec![Thread]),
            (vec![(LONG, 1)], LONG, false, vec![Writer]),
            (vec![(LONG + REST, 1)], LONG, false, vec![Writer]),
            (vec![(LONG + REST + 1, 1)], LONG, false, vec![Thread]),
            (vec![(LONG + REST, 1)], LONG, true, vec![Thread]),
            // After a small commit, less.
            (vec![(LONG - 1, 1), (LONG + 9, 2)], LONG + 9 - SHORT, false, vec![Nothing, Writer]),
            (vec![(LONG - 1, 1), (LONG + 9, 2)], LONG + 8 - SHORT, false, vec![Nothing, Nothing]),
            // The log may have been begun anew since.
            (vec![(LONG, 1), (LONG + 200, 2)], LONG, false, vec![Writer, Thread]),
        ] {
            assert_eq!(paced(&commits, carried, is_waited_for), follows, "{commits:?} of which {carried} were carried over");
        }
        let carried = Carried::new(Mutex::new(LONG));
        let at_it = carried.lock().unwrap();
        assert!(!is_little_left(&carried, LONG + 1, REST), "the thread is at it");
        drop(at_it);
    }

    #[test]
    fn the_log_is_carried_over_while_the_writer_goes_on() {
        let folder = std::env::temp_dir().join(format!("duly-log-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("duly.db");
        let mut writer = Connection::open(&path).unwrap();
        writer.execute_batch("pragma journal_mode = wal; create table pages (bytes blob)").unwrap();
        let checkpoints = Checkpoints::beside(&mut writer, path.clone(), Arc::default(), Arc::default()).unwrap();
        let fill = |count: i32| {
            writer.execute_batch("begin immediate").unwrap();
            for _ in 0..count {
                writer.execute("insert into pages values (zeroblob(4000))", ()).unwrap();
            }
            writer.execute_batch("commit").unwrap();
        };
        let carried = || fs::metadata(&path).unwrap().len() / 4096;
        fill(2_000);
        std::thread::sleep(Duration::from_millis(200));
        assert!(carried() < 10, "a short log is left alone");
        fill(3_000);
        let began = Instant::now();
        while carried() < 4_500 && began.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(carried() >= 4_500, "{} pages were carried over", carried());
        fill(TOO_LONG);
        assert!(carried() >= 64_000, "the writer has carried over {} pages itself", carried());
        drop(checkpoints);
        drop(writer);
        assert!(!folder.join("duly.db-wal").exists(), "the last to go leaves no log");
        fs::remove_dir_all(&folder).unwrap();
    }
}
