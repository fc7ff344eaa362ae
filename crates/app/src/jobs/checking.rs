//! What the integrity checks found last, and when.
//!
//! They read everything there is, so no page runs them: the night does, and whoever asks for it on screen, on a thread of its own.
//! What they found is an entry of the chain `checks`, which the root holds with the rest. A run that could not end is told in
//! memory alone, until the next.
//!
//! Read [`start`] first. Always true: one run at a time in a process.

use super::check::{self, Check};
use crate::app::{Actor, App, Failure, behind};
use crate::store::Tx;
use crate::{audit, transaction};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};
use std::sync::{Arc, Mutex, PoisonError};

/// The chain of what was found.
pub const CHECKS: &str = "checks";

/// A result is stale after so many hours: the night should have brought another.
const STALE_HOURS: i64 = 36;

/// A run that is under way, or could not end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Run {
    /// None.
    #[default]
    None,
    /// Since then.
    Since(Timestamp),
    /// It could not end: when it began, and why not.
    Failed(Timestamp, String),
}

/// Whether the checks run now, in this process. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Checking(Arc<Mutex<Run>>);

impl Checking {
    /// What is under way.
    pub fn run(&self) -> Run {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Begins, unless a run is under way.
    fn begin(&self, at: Timestamp) -> bool {
        let mut run = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_free = !matches!(*run, Run::Since(_));
        if is_free {
            *run = Run::Since(at);
        }
        is_free
    }

    fn end(&self, as_it_ended: Run) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = as_it_ended;
    }
}

/// One check as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptCheck {
    /// Its name.
    pub name: String,
    /// Whether all was well.
    pub ok: bool,
    /// In words.
    pub detail: String,
}

/// The last result.
#[derive(Clone, Debug)]
pub struct Kept {
    /// When it was kept.
    pub at: Timestamp,
    /// Who ran the checks, as the record says it.
    pub by: String,
    /// What they found.
    pub checks: Vec<KeptCheck>,
}

impl Kept {
    /// Whether it is too old to go by.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) > SignedDuration::from_hours(STALE_HOURS)
    }
}

/// Keeps what the checks found.
pub async fn keep(tx: &mut Tx, who: &Actor, at: Timestamp, on: Date, checks: &[Check]) -> Result<(), Failure> {
    let found: Vec<Json> = checks.iter().map(|check| json!({"name": check.name, "ok": check.ok, "detail": check.detail})).collect();
    audit::record_in(tx, who, at, CHECKS, "checks.run", &json!({"business_day": on.to_string(), "checks": found})).await
}

/// The last result, if there is one.
pub async fn find_last(tx: &mut Tx) -> Result<Option<Kept>, Failure> {
    let Some(row) = audit::store::list_of_chain(tx, CHECKS, 1).await?.pop() else { return Ok(None) };
    let detail: Json = serde_json::from_str(&row.detail).unwrap_or_default();
    let text = |check: &Json, name: &str| check[name].as_str().unwrap_or_default().to_string();
    let checks = detail["checks"].as_array().into_iter().flatten().map(|check| KeptCheck {
        name: text(check, "name"),
        ok: check["ok"] == json!(true),
        detail: text(check, "detail"),
    });
    Ok(Some(Kept { at: row.recorded_at, by: row.actor, checks: checks.collect() }))
}

/// Begins to run the checks and does not wait for them; `false` if they run already.
pub fn start(app: &App, who: &Actor, at: Timestamp) -> bool {
    if !app.checking.begin(at) {
        return false;
    }
    let (app, who) = (app.clone(), who.clone());
    tokio::spawn(async move {
        let run = behind({
            let app = app.clone();
            async move { run(&app, &who).await }
        });
        let ended = run.await.and_then(|ended| ended);
        app.checking.end(match ended {
            Ok(()) => Run::None,
            Err(failure) => {
                tracing::error!(%failure, "the integrity checks could not be run");
                Run::Failed(at, failure.to_string())
            }
        });
    });
    true
}

/// Runs the checks on a snapshot and keeps what they found.
async fn run(app: &App, who: &Actor) -> Result<(), Failure> {
    let on = app.moment().business_day;
    let checks = check::run(&mut app.db.read().await?, &app.keys, on).await?;
    let at = app.moment().at;
    transaction!(app.db, tx, { keep(tx, who, at, on, &checks).await })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_begun_once_and_again_when_it_has_ended() {
        let (checking, at) = (Checking::default(), Timestamp::UNIX_EPOCH);
        assert!(checking.begin(at));
        assert!(!checking.begin(at));
        checking.end(Run::Failed(at, "the disk is full".into()));
        assert!(checking.begin(at));
        assert_eq!(checking.run(), Run::Since(at), "what failed before is forgotten");
    }

    #[test]
    fn a_result_is_stale_when_a_night_was_missed() {
        let at = |hours: i64| Timestamp::UNIX_EPOCH.saturating_add(SignedDuration::from_hours(hours)).unwrap();
        let kept = Kept { at: at(0), by: "night".into(), checks: Vec::new() };
        assert!(!kept.is_stale(at(36)));
        assert!(kept.is_stale(at(37)));
    }
}
