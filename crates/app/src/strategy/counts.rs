//! How long a desk's list is: rows by lane and what talks were expected to bring when they were ranked, for the head of *My day*.
//!
//! A list is counted row by row, and nobody should wait for a million rows: the count of a long list is kept. Whoever asks when it is
//! some seconds old has it taken anew behind their page, and sees the old one, with the time it was taken where that is more than a minute
//! ago. Only a list that was never counted is waited for. A short list is counted every time.

use super::store;
use crate::accounts;
use crate::app::{App, Failure, aside, behind};
use crate::store::Tx;
use duly_domain::values::ids::DeskId;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Rows and what talks with them were expected to bring, in minor units, by lane.
pub type Lanes = Vec<(String, i64, i64)>;

/// A list of so many rows is long.
const LONG: i64 = 10_000;

/// How old the count of a long list may be before it is taken anew.
const SECONDS: i64 = 15;

/// How old it may be without a word of when it was taken.
const SILENT_SECONDS: i64 = 60;

/// The counts of long lists, in memory alone. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    kept: Arc<Mutex<HashMap<DeskId, Count>>>,
    /// Held while lists are counted whose length is not known, so that whoever comes meanwhile finds the count.
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// One list's count.
#[derive(Clone, Debug)]
struct Count {
    lanes: Lanes,
    /// When it was taken.
    taken: Timestamp,
    /// When somebody began to take it anew.
    asked: Timestamp,
}

/// A count as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The list by lane.
    pub lanes: Lanes,
    /// When it was taken, where that is worth a word.
    pub taken: Option<Timestamp>,
}

impl Counts {
    /// What is kept of a desk's list, and whether whoever asks is the one to have it taken anew.
    fn known(&self, desk: DeskId, now: Timestamp) -> Option<(Counted, bool)> {
        let mut counts = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.get_mut(&desk)?;
        let is_older = |then: Timestamp, seconds: i64| now.duration_since(then).abs() >= SignedDuration::from_secs(seconds);
        let is_due = is_older(count.asked, SECONDS);
        if is_due {
            count.asked = now;
        }
        let taken = is_older(count.taken, SILENT_SECONDS).then_some(count.taken);
        Some((Counted { lanes: count.lanes.clone(), taken }, is_due))
    }

    fn keep(&self, desk: DeskId, lanes: &Lanes, now: Timestamp) {
        let mut counts = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if lanes.iter().map(|(_, count, _)| count).sum::<i64>() >= LONG {
            counts.insert(desk, Count { lanes: lanes.clone(), taken: now, asked: now });
        } else {
            counts.remove(&desk);
        }
    }
}

/// Rows by lane of one desk, and what talks were expected to bring; of a long list, as they were when it was counted.
pub async fn of_desk(app: &App, tx: &mut Tx, desk: DeskId, now: Timestamp) -> Result<Counted, Failure> {
    let known = || {
        app.counts.known(desk, now).map(|(counted, is_due)| {
            if is_due {
                count_behind(app, desk, now);
            }
            counted
        })
    };
    if let Some(counted) = known() {
        return Ok(counted);
    }
    let _turn = app.counts.turn.lock().await;
    if let Some(counted) = known() {
        return Ok(counted);
    }
    let lanes = store::count_lanes(tx, desk).await?;
    app.counts.keep(desk, &lanes, now);
    Ok(Counted { lanes, taken: None })
}

/// Counts every list, so that the first officers of a day need not wait for it.
pub async fn count_all(app: &App, now: Timestamp) -> Result<(), Failure> {
    let _turn = app.counts.turn.lock().await;
    for desk in accounts::store::list_desks(&mut app.db.read().await?).await? {
        let (db, desk) = (app.db.clone(), desk.id);
        let lanes = aside(async move { store::count_lanes(&mut db.read().await?, desk).await }).await??;
        app.counts.keep(desk, &lanes, now);
    }
    Ok(())
}

/// Counts behind those who answer pages, and keeps it.
fn count_behind(app: &App, desk: DeskId, now: Timestamp) {
    let app = app.clone();
    tokio::spawn(async move {
        let db = app.db.clone();
        match behind(async move { store::count_lanes(&mut db.read().await?, desk).await }).await.map(|lanes| lanes.map_err(Failure::from)) {
            Ok(Ok(lanes)) => app.counts.keep(desk, &lanes, now),
            Ok(Err(failure)) | Err(failure) => tracing::error!(%failure, "a long list could not be counted"),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::new_uuid;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_772_000_000 + second).unwrap()
    }

    fn of(rows: i64) -> Lanes {
        vec![("follow_up".into(), rows - 1, 500), ("broken".into(), 1, 70)]
    }

    fn known(counts: &Counts, desk: DeskId, second: i64) -> Option<(i64, Option<i64>, bool)> {
        let (Counted { lanes, taken }, is_due) = counts.known(desk, at(second))?;
        Some((lanes.iter().map(|(_, rows, _)| rows).sum(), taken.map(|taken| taken.as_second() - at(0).as_second()), is_due))
    }

    #[test]
    fn a_short_list_is_counted_every_time() {
        let (counts, desk) = (Counts::default(), DeskId(new_uuid()));
        counts.keep(desk, &of(LONG - 1), at(0));
        assert_eq!(known(&counts, desk, 0), None);
        // One that has become short is forgotten.
        counts.keep(desk, &of(LONG), at(0));
        counts.keep(desk, &of(LONG - 1), at(1));
        assert_eq!(known(&counts, desk, 1), None);
    }

    #[test]
    fn the_count_of_a_long_list_is_shown_while_one_has_it_taken_anew() {
        let (counts, desk) = (Counts::default(), DeskId(new_uuid()));
        counts.keep(desk, &of(LONG), at(0));
        assert_eq!(known(&counts, desk, SECONDS - 1), Some((LONG, None, false)));
        assert_eq!(known(&counts, desk, SECONDS), Some((LONG, None, true)), "one has it taken anew");
        assert_eq!(known(&counts, desk, SECONDS), Some((LONG, None, false)), "the others do not");
        // Nobody could take it anew, or nobody asked for it in a minute: nobody waits, and everybody is told.
        assert_eq!(known(&counts, desk, SILENT_SECONDS), Some((LONG, Some(0), true)));
        assert_eq!(known(&counts, desk, SILENT_SECONDS), Some((LONG, Some(0), false)));
        counts.keep(desk, &of(LONG + 1), at(SILENT_SECONDS));
        assert_eq!(known(&counts, desk, SILENT_SECONDS + 1), Some((LONG + 1, None, false)));
        // A clock that was set back does not keep it for ever.
        assert_eq!(known(&counts, desk, -3600), Some((LONG + 1, Some(SILENT_SECONDS), true)));
    }
}
