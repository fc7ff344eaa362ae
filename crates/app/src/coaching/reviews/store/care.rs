//! The tables `pauses` and `mood_notes`.

use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::values::ids::{CallId, MoodNoteId, PauseId, UserId};
use jiff::Timestamp;

const INSERT_PAUSE: &str = "insert into pauses (id, officer_id, call_id, began_at, until_at) values ($1, $2, $3, $4, $5)";
const PAUSE_OF_CALL: &str = "select id, officer_id, began_at, until_at from pauses where call_id = $1";
const PAUSE_NOW: &str = "
    select id, officer_id, began_at, until_at from pauses
     where officer_id = $1 and until_at > $2 and ended_at is null order by until_at desc, id limit 1";
const PAUSES_NOW: &str = "
    select id, officer_id, began_at, until_at from pauses where until_at > $1 and ended_at is null order by officer_id, until_at limit 500";
const ABUSIVE: &str = "select call_id from pauses where officer_id = $1 and began_at >= $2 order by call_id limit 500";
const END_PAUSES: &str = "update pauses set ended_at = $1 where officer_id = $2 and until_at > $3 and ended_at is null";
const INSERT_NOTE: &str = "insert into mood_notes (id, user_id, words, written_at) values ($1, $2, $3, $4)";
const NOTES: &str = "select id, words, written_at from mood_notes where user_id = $1 order by written_at desc, id limit 100";
const DELETE_NOTE: &str = "delete from mood_notes where id = $1 and user_id = $2";

rows! {
    /// Time to breathe.
    pub struct Pause {
        pub id: PauseId,
        pub officer: UserId,
        pub began_at: Timestamp,
        pub until_at: Timestamp,
    }

    /// What somebody wrote for themselves.
    pub struct MoodNote {
        pub id: MoodNoteId,
        pub words: String,
        pub written_at: Timestamp,
    }
}

pub async fn insert_pause(tx: &mut Tx, pause: &Pause, call: CallId) -> Result<(), StoreError> {
    tx.run(INSERT_PAUSE, params![pause.id, pause.officer, call, pause.began_at, pause.until_at]).await.map(drop)
}

/// The pause that a call led to, if it was marked.
pub async fn find_pause_of(tx: &mut Tx, call: CallId) -> Result<Option<Pause>, StoreError> {
    tx.one(PAUSE_OF_CALL, params![call]).await
}

/// The pause that an officer has now.
pub async fn find_pause(tx: &mut Tx, officer: UserId, now: Timestamp) -> Result<Option<Pause>, StoreError> {
    tx.one(PAUSE_NOW, params![officer, now]).await
}

/// Everybody who has a pause now.
pub async fn list_pauses(tx: &mut Tx, now: Timestamp) -> Result<Vec<Pause>, StoreError> {
    tx.all(PAUSES_NOW, params![now]).await
}

/// The calls that an officer marked as abusive since a moment.
pub async fn list_abusive(tx: &mut Tx, officer: UserId, since: Timestamp) -> Result<Vec<CallId>, StoreError> {
    Ok(tx.all::<(CallId,)>(ABUSIVE, params![officer, since]).await?.into_iter().map(|(id,)| id).collect())
}

/// Ends an officer's pauses; whether there was one.
pub async fn update_ended(tx: &mut Tx, officer: UserId, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.run(END_PAUSES, params![at, officer, at]).await? > 0)
}

pub async fn insert_note(tx: &mut Tx, id: MoodNoteId, user: UserId, words: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.run(INSERT_NOTE, params![id, user, words, at]).await.map(drop)
}

/// What somebody wrote for themselves, for nobody else.
pub async fn list_notes(tx: &mut Tx, user: UserId) -> Result<Vec<MoodNote>, StoreError> {
    tx.all(NOTES, params![user]).await
}

/// Deletes a note of somebody's own; whether it was theirs.
pub async fn delete_note(tx: &mut Tx, id: MoodNoteId, user: UserId) -> Result<bool, StoreError> {
    Ok(tx.run(DELETE_NOTE, params![id, user]).await? > 0)
}
