//! Turns: long jobs write in pages, one page of one job at a time, so that whoever does a single thing gets in between.
//!
//! Embedded there is one writer, and those who wait for it are served in the order in which they came. A job has its turn for one
//! page: two jobs never stand in that line one behind the other, so that a short write waits for one page at most, however many
//! jobs run. A page takes as many rows as its statements write in a part of the longest wait we allow ([`Pace`]); how long the disk
//! takes for the commit is not in its hand.
//!
//! Nothing is stored. Always true: a turn is held for one transaction, and never while something else is waited for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::OwnedMutexGuard;

/// A page that held the writer so long is told.
const TOLD: Duration = Duration::from_millis(50);

/// The statements of a page should take no longer.
const LONG: Duration = Duration::from_millis(25);

/// A page whose statements take less may be larger.
const SHORT: Duration = Duration::from_millis(10);

/// Rows of the first page.
const FIRST: i64 = 100;

/// Rows of a page at the least: fewer bring nothing, because each page waits for the disk once.
const LEAST: i64 = 25;

/// What the pages of one job came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pages {
    /// How many there were.
    pub count: u64,
    /// The longest, from the beginning of its transaction to its end.
    pub longest: Duration,
}

/// Whose turn it is to write a page. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Turns {
    turn: Arc<tokio::sync::Mutex<()>>,
    pages: Arc<Mutex<BTreeMap<&'static str, Pages>>>,
}

impl Turns {
    /// Waits until no other long job writes.
    pub async fn take(&self, job: &'static str) -> Turn {
        let held = self.turn.clone().lock_owned().await;
        Turn { _held: held, of: self.clone(), job, began: Instant::now(), worked: Duration::ZERO }
    }

    /// The pages that ended since the program started, by job.
    pub fn pages(&self) -> BTreeMap<&'static str, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A job's turn to write one page.
pub struct Turn {
    _held: OwnedMutexGuard<()>,
    of: Turns,
    job: &'static str,
    began: Instant,
    worked: Duration,
}

impl Turn {
    /// The transaction has begun, now: until then somebody else wrote.
    pub fn begins(&mut self) -> Instant {
        self.began = Instant::now();
        self.began
    }

    /// Its statements are run, and only the commit is left.
    pub fn worked(&mut self) {
        self.worked = self.began.elapsed();
    }

    /// The transaction has ended; how long its statements took.
    pub fn ends(self) -> Duration {
        let took = self.began.elapsed();
        let mut pages = self.of.pages.lock().unwrap_or_else(PoisonError::into_inner);
        let known = pages.entry(self.job).or_default();
        *known = Pages { count: known.count + 1, longest: known.longest.max(took) };
        drop(pages);
        if took > TOLD {
            let (job, duration_ms) = (self.job, u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
            tracing::debug!(job, duration_ms, "a page of a long job held the writer");
        }
        self.worked
    }
}

/// How many rows the next page of a job takes.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    rows: i64,
    most: i64,
}

impl Pace {
    /// Up to so many rows, beginning with few.
    pub fn up_to(most: i64) -> Pace {
        Pace { rows: most.min(FIRST), most }
    }

    /// Rows of the next page.
    pub fn rows(self) -> i64 {
        self.rows
    }

    /// Takes note of how long the statements of a page took.
    pub fn took(&mut self, took: Duration) {
        if took > LONG {
            self.rows = (self.rows / 2).max(LEAST.min(self.most));
        } else if took < SHORT {
            self.rows = (self.rows * 2).min(self.most);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_grows_while_it_is_quick_and_shrinks_when_it_is_not() {
        let mut pace = Pace::up_to(500);
        let mut after = |took: u64| {
            pace.took(Duration::from_millis(took));
            pace.rows()
        };
        assert_eq!([after(1), after(1), after(1), after(1)], [200, 400, 500, 500]);
        assert_eq!([after(20), after(31), after(200), after(9_000)], [500, 250, 125, 62]);
        assert_eq!([after(99), after(99), after(99)], [31, 25, 25]);
        assert_eq!(Pace::up_to(5).rows(), 5, "never more than the job takes");
    }

    #[tokio::test]
    async fn one_job_has_its_turn_at_a_time() {
        let turns = Turns::default();
        let one = turns.take("night").await;
        let other = tokio::spawn({
            let turns = turns.clone();
            async move { turns.take("import").await.ends() }
        });
        tokio::task::yield_now().await;
        assert!(!other.is_finished());
        one.ends();
        other.await.unwrap();
        let pages = turns.pages();
        assert_eq!((pages["night"].count, pages["import"].count), (1, 1));
    }
}
