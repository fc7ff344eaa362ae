//! The floor as it is now.

use super::store::{self, OpenCall};
use crate::accounts::desks::store as desks;
use crate::app::{App, Failure, aside};
use crate::coaching::reviews::store::care::list_pauses;
use crate::identity::actions::IDLE_MINUTES;
use crate::outreach::calls::store::read_step;
use crate::plans::approvals;
use crate::store::{Tx, Value};
use duly_domain::audit::hex;
use duly_domain::identity::Role;
use duly_domain::outreach::conversation::Stage;
use duly_domain::outreach::presence::{CallNow, Doing, PresenceFacts, presence};
use duly_domain::strategy::worklist::Lane;
use duly_domain::values::ids::{AccountId, CallId, TeamId, UserId};
use duly_domain::values::moment::Moment;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How old the depths of the lanes may be: they are counted row by row.
const DEPTHS_SECONDS: i64 = 30;

/// Somebody on the floor.
#[derive(Clone, Debug)]
pub struct Present {
    /// Who.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// Their team.
    pub team: Option<TeamId>,
    /// What they are doing.
    pub doing: Doing,
    /// Since when.
    pub since: Option<Timestamp>,
    /// The account of their call.
    pub on: Option<(AccountId, String)>,
    /// Calls today.
    pub calls: i64,
    /// With how many of them the right person was reached.
    pub reached: i64,
    /// Promises today.
    pub promises: i64,
}

/// Reads everybody on the floor, by name: officers, and supervisors who called today or are on a call.
pub async fn list_present(tx: &mut Tx, at: Moment, zone: &TimeZone) -> Result<Vec<Present>, Failure> {
    let midnight = at.business_day.to_zoned(zone.clone()).map_or(at.at, |start| start.timestamp());
    let seen_since = at.at.saturating_sub(SignedDuration::from_mins(IDLE_MINUTES)).unwrap_or(at.at);
    let sessions: HashMap<UserId, (Timestamp, Timestamp)> =
        store::list_sessions(tx, at.at, seen_since).await?.into_iter().map(|(user, began, seen)| (user, (began, seen))).collect();
    // A call may last longer than its reservation; one that nobody wrapped up for so long is over.
    let reserved_until = at.at.saturating_sub(SignedDuration::from_mins(IDLE_MINUTES)).unwrap_or(at.at);
    let calls = store::list_open_calls(tx, midnight, reserved_until).await?;
    let keys: Vec<Value> = calls.iter().map(|call| Value::from(call.call)).collect();
    let mut stages: HashMap<CallId, Stage> = HashMap::new();
    for (call, done) in store::list_last_steps(tx, &keys).await? {
        stages.insert(call, read_step(&done)?.stage());
    }
    // The call that began last is the one they are on.
    let calls: HashMap<UserId, OpenCall> = calls.into_iter().map(|call| (call.officer, call)).collect();
    let pauses: HashMap<UserId, Timestamp> =
        list_pauses(tx, at.at).await?.into_iter().map(|pause| (pause.officer, pause.began_at)).collect();
    let wrapped: HashMap<UserId, Option<Timestamp>> = store::list_wrapped(tx, midnight).await?.into_iter().collect();
    let called: HashMap<UserId, (i64, i64)> =
        store::list_called(tx, midnight).await?.into_iter().map(|(user, calls, reached)| (user, (calls, reached))).collect();
    let promised: HashMap<String, i64> = store::list_promised(tx, at.business_day).await?.into_iter().collect();
    let mut present = Vec::new();
    for worker in desks::list_workers(tx).await? {
        let user = worker.user;
        let call = calls.get(&user);
        let (count, reached) = called.get(&user).copied().unwrap_or_default();
        if worker.role != Role::Officer.code() && count == 0 && call.is_none() {
            continue;
        }
        let facts = PresenceFacts {
            signed_in_at: sessions.get(&user).map(|(began, _)| *began),
            seen_at: sessions.get(&user).map(|(_, seen)| *seen),
            call: call.map(|call| CallNow {
                began_at: call.began_at,
                ended_at: call.ended_at,
                stage: stages.get(&call.call).copied().unwrap_or(Stage::Verify),
            }),
            wrapped_at: wrapped.get(&user).copied().flatten(),
            pausing_since: pauses.get(&user).copied(),
        };
        let (doing, since) = presence(&facts, at.at);
        present.push(Present {
            user,
            name: worker.name,
            team: worker.team,
            doing,
            since,
            on: call.map(|call| (call.account, call.reference.clone())),
            calls: count,
            reached,
            promises: promised.get(&user.to_string()).copied().unwrap_or_default(),
        });
    }
    Ok(present)
}

/// Whether anything changed on the floor or among what is asked for: the same mark says that nothing did.
pub async fn mark_of(tx: &mut Tx, at: Moment, zone: &TimeZone) -> Result<String, Failure> {
    let mut hash = Sha256::new();
    hash.update(approvals::panel::mark_of(tx, None, at).await?.1.as_bytes());
    for present in list_present(tx, at, zone).await? {
        let Present { user, doing, since, on, calls, reached, promises, .. } = present;
        hash.update(user.0.as_bytes());
        hash.update(doing.code().as_bytes());
        for number in [since.map_or(0, Timestamp::as_second), calls, reached, promises] {
            hash.update(number.to_be_bytes());
        }
        hash.update(on.map(|(account, _)| account.0.into_bytes()).unwrap_or_default());
    }
    Ok(hex(&hash.finalize()[..8]))
}

/// A lane: how many wait in it, and since which day the oldest.
pub type Depth = (Lane, i64, Option<Date>);

/// The depths of the lanes as they were some seconds ago. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Depths(Arc<Mutex<Option<Counted>>>);

/// When they were counted, and what they were.
type Counted = (Timestamp, Vec<Depth>);

impl Depths {
    /// The depths, counted anew where they are too old, on a thread that answers no pages.
    pub async fn read(&self, app: &App, now: Timestamp) -> Result<Vec<Depth>, Failure> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, depths)) = kept
            && now.duration_since(at).abs() < SignedDuration::from_secs(DEPTHS_SECONDS)
        {
            return Ok(depths);
        }
        let db = app.db.clone();
        let rows = aside(async move { store::list_depths(&mut db.read().await?).await }).await??;
        let found: HashMap<String, (i64, Option<Date>)> = rows.into_iter().map(|(lane, count, oldest)| (lane, (count, oldest))).collect();
        let depths: Vec<Depth> = Lane::ALL
            .into_iter()
            .map(|lane| {
                let (count, oldest) = found.get(lane.code()).copied().unwrap_or_default();
                (lane, count, oldest)
            })
            .collect();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, depths.clone()));
        Ok(depths)
    }
}
