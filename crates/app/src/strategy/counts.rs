//! How long a desk's list is: rows by lane and what talks were expected to bring when they were ranked, for the head of *My day*.
//!
//! A list is counted row by row, and nobody should wait for a million rows with every page: the count of a long list is kept
//! for some seconds; whoever asks next has it taken anew behind their page, and sees the old one. Only a count that nobody asked for
//! in a minute is waited for. A short list is counted every time.

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

/// How old it may be where it is shown meanwhile.
const SHOWN_SECONDS: i64 = 60;

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

/// What is known of a desk's count.
enum Known {
    /// It is good enough, or somebody takes it anew already.
    Fresh(Lanes),
    /// It is good enough to be shown: whoever is told so has it taken anew.
    Aging(Lanes),
    /// The list is long and its count too old: whoever is told so counts, and the others go on with the old one meanwhile.
    Old,
    /// It is not kept.
    Unknown,
}

impl Counts {
    fn known(&self, desk: DeskId, now: Timestamp) -> Known {
        let mut counts = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(count) = counts.get_mut(&desk) else { return Known::Unknown };
        let since = |then: Timestamp| now.duration_since(then).abs();
        if since(count.asked) < SignedDuration::from_secs(SECONDS) {
            return Known::Fresh(count.lanes.clone());
        }
        count.asked = now;
        if since(count.taken) < SignedDuration::from_secs(SHOWN_SECONDS) { Known::Aging(count.lanes.clone()) } else { Known::Old }
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

/// Rows by lane of one desk, and what talks were expected to bring; of a long list, as they were some seconds ago.
pub async fn of_desk(app: &App, tx: &mut Tx, desk: DeskId, now: Timestamp) -> Result<Lanes, Failure> {
    let lanes = match app.counts.known(desk, now) {
        Known::Fresh(lanes) => return Ok(lanes),
        Known::Aging(lanes) => {
            count_behind(app, desk, now);
            return Ok(lanes);
        }
        Known::Old => count_aside(app, desk).await?,
        Known::Unknown => {
            let _turn = app.counts.turn.lock().await;
            if let Known::Fresh(lanes) = app.counts.known(desk, now) {
                return Ok(lanes);
            }
            store::count_lanes(tx, desk).await?
        }
    };
    app.counts.keep(desk, &lanes, now);
    Ok(lanes)
}

/// Counts every list, so that the first officers of a day need not wait for it.
pub async fn count_all(app: &App, now: Timestamp) -> Result<(), Failure> {
    let _turn = app.counts.turn.lock().await;
    for desk in accounts::store::list_desks(&mut app.db.read().await?).await? {
        let lanes = count_aside(app, desk.id).await?;
        app.counts.keep(desk.id, &lanes, now);
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

/// Counts on a thread that answers no pages.
async fn count_aside(app: &App, desk: DeskId) -> Result<Lanes, Failure> {
    let db = app.db.clone();
    aside(async move { store::count_lanes(&mut db.read().await?, desk).await }).await?.map_err(Failure::from)
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

    #[test]
    fn a_short_list_is_counted_every_time() {
        let (counts, desk) = (Counts::default(), DeskId(new_uuid()));
        counts.keep(desk, &of(LONG - 1), at(0));
        assert!(matches!(counts.known(desk, at(0)), Known::Unknown));
        // One that has become short is forgotten.
        counts.keep(desk, &of(LONG), at(0));
        counts.keep(desk, &of(LONG - 1), at(1));
        assert!(matches!(counts.known(desk, at(1)), Known::Unknown));
    }

    #[test]
    fn the_count_of_a_long_list_is_kept_for_some_seconds_and_taken_anew_by_one() {
        let (counts, desk) = (Counts::default(), DeskId(new_uuid()));
        counts.keep(desk, &of(LONG), at(0));
        assert!(matches!(counts.known(desk, at(SECONDS - 1)), Known::Fresh(lanes) if lanes == of(LONG)));
        assert!(matches!(counts.known(desk, at(SECONDS)), Known::Aging(lanes) if lanes == of(LONG)), "one has it taken anew");
        assert!(matches!(counts.known(desk, at(SECONDS)), Known::Fresh(_)), "the others do not");
        // Nobody could take it anew, and nobody asked for it in a minute.
        assert!(matches!(counts.known(desk, at(SHOWN_SECONDS)), Known::Old), "one waits for it");
        assert!(matches!(counts.known(desk, at(SHOWN_SECONDS)), Known::Fresh(_)), "the others do not");
        counts.keep(desk, &of(LONG + 1), at(SHOWN_SECONDS));
        assert!(matches!(counts.known(desk, at(SHOWN_SECONDS + 1)), Known::Fresh(lanes) if lanes == of(LONG + 1)));
        // A clock that was set back does not keep it for ever.
        assert!(matches!(counts.known(desk, at(-3600)), Known::Old));
    }
}
