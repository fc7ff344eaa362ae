//! Care for the officer: time to breathe after an abusive call, and notes that are theirs alone.
//!
//! A call is marked as abusive by whoever led it, with one press; from then on they pause, and nothing new is offered to them as next.
//! What is in the call stays where it is: supervisors see that somebody pauses after an abusive call, and no more.
//!
//! A note is read by whoever wrote it and by nobody else through this program. It is in no chain and in no evidence pack, nobody counts
//! it, and deleting it deletes it. It is plain text in the database: whoever has that file, or a copy of it, could read it.

use super::numbers::Numbers;
use super::scope;
use super::store::care::{self as store, MoodNote, Pause};
use crate::app::{Actor, App, Failure, WORDS_MAX, check_length, new_uuid};
use crate::outreach::calls::store as calls;
use crate::store::Tx;
use crate::{audit, transaction};
use duly_domain::values::ids::{CallId, MoodNoteId, PauseId, UserId};
use duly_domain::values::moment::Moment;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

/// Marks a call as abusive, and gives whoever led it a pause; pressed twice it is one.
pub async fn mark_abusive(app: &App, who: &Actor, at: Moment, call: CallId) -> Result<Pause, Failure> {
    let user = scope::user(who)?;
    transaction!(app.db, tx, {
        if calls::load_call(tx, call).await?.officer != Some(user) {
            return Err(Failure::NotFound("such call among yours".into()));
        }
        if let Some(pause) = store::find_pause_of(tx, call).await? {
            return Ok(pause);
        }
        let minutes = Numbers::read(tx).await?.pause_minutes;
        let until_at = at.at.saturating_add(SignedDuration::from_mins(minutes)).unwrap_or(at.at);
        let pause = Pause { id: PauseId(new_uuid()), officer: user, began_at: at.at, until_at };
        store::insert_pause(tx, &pause, call).await?;
        // The account's chain says nothing of it: it is about the officer.
        audit::record(tx, who, at.at, None, "pause.begin", &json!({"pause": pause.id.to_string(), "minutes": minutes})).await?;
        Ok(pause)
    })
}

/// Ends one's own pause early, where the agency leaves that to the officer.
pub async fn end_pause(app: &App, who: &Actor, at: Moment) -> Result<(), Failure> {
    let user = scope::user(who)?;
    transaction!(app.db, tx, {
        let Some(pause) = store::find_pause(tx, user, at.at).await? else { return Ok(()) };
        if Numbers::read(tx).await?.pause_is_firm {
            return Err(Failure::Stale("the pause lasts its minutes here: your agency has settled it so".into()));
        }
        store::update_ended(tx, user, at.at).await?;
        audit::record(tx, who, at.at, None, "pause.end", &json!({"pause": pause.id.to_string()})).await
    })
}

/// Until when somebody pauses, if they do.
pub async fn pausing_until(tx: &mut Tx, officer: UserId, now: Timestamp) -> Result<Option<Timestamp>, Failure> {
    Ok(store::find_pause(tx, officer, now).await?.map(|pause| pause.until_at))
}

/// The calls that somebody marked as abusive since a moment.
pub async fn list_abusive(tx: &mut Tx, officer: UserId, since: Timestamp) -> Result<Vec<CallId>, Failure> {
    Ok(store::list_abusive(tx, officer, since).await?)
}

/// Keeps a note of one's own.
pub async fn write_note(app: &App, who: &Actor, at: Moment, words: &str) -> Result<MoodNoteId, Failure> {
    let user = scope::user(who)?;
    let words = words.trim();
    if words.is_empty() {
        return Err(Failure::wrong("words", "are missing"));
    }
    check_length("words", words, WORDS_MAX)?;
    let id = MoodNoteId(new_uuid());
    transaction!(app.db, tx, {
        store::insert_note(tx, id, user, words, at.at).await?;
        Ok(id)
    })
}

/// One's own notes.
pub async fn list_notes(tx: &mut Tx, who: &Actor) -> Result<Vec<MoodNote>, Failure> {
    Ok(store::list_notes(tx, scope::user(who)?).await?)
}

/// Deletes a note of one's own: it is gone.
pub async fn delete_note(app: &App, who: &Actor, id: MoodNoteId) -> Result<(), Failure> {
    let user = scope::user(who)?;
    transaction!(app.db, tx, {
        match store::delete_note(tx, id, user).await? {
            true => Ok(()),
            false => Err(Failure::NotFound("such note of yours".into())),
        }
    })
}
