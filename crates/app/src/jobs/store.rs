//! The tables `nights` and `night_steps`.

use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use jiff::Timestamp;
use jiff::civil::Date;

const NIGHT: &str = "select business_day, state, started_at, ended_at from nights where business_day = $1";
const NIGHTS: &str = "select business_day, state, started_at, ended_at from nights order by business_day desc limit $1";
const RUNNING_BEFORE: &str = "select business_day, state, started_at, ended_at from nights where state = 'running' and business_day < $1 order by business_day limit 1";
const LAST_DONE: &str =
    "select business_day, state, started_at, ended_at from nights where state = 'done' order by business_day desc limit 1";
const INSERT: &str = "insert into nights (business_day, state, started_at) values ($1, 'running', $2)";
const END: &str = "update nights set state = 'done', ended_at = $1 where business_day = $2";
const STEPS: &str = "select step_no, name, state, cursor, counts, millis from night_steps where business_day = $1 order by step_no";
const INSERT_STEP: &str = "insert into night_steps (business_day, step_no, name, state) values ($1, $2, $3, 'running')";
const SET_STEP: &str = "
    update night_steps set state = $1, cursor = $2, counts = $3, millis = $4 where business_day = $5 and step_no = $6 and cursor = $7";

rows! {
    /// One night.
    pub struct Night {
        pub business_day: Date,
        pub state: String,
        pub started_at: Timestamp,
        pub ended_at: Option<Timestamp>,
    }

    /// One step of a night.
    pub struct Step {
        pub step_no: i64,
        pub name: String,
        pub state: String,
        pub cursor: String,
        pub counts: String,
        pub millis: i64,
    }
}

pub async fn find_night(tx: &mut Tx, day: Date) -> Result<Option<Night>, StoreError> {
    tx.one(NIGHT, params![day]).await
}

/// A night before this day that was never finished.
pub async fn find_unfinished_before(tx: &mut Tx, day: Date) -> Result<Option<Night>, StoreError> {
    tx.one(RUNNING_BEFORE, params![day]).await
}

pub async fn find_last_done(tx: &mut Tx) -> Result<Option<Night>, StoreError> {
    tx.one(LAST_DONE, &[]).await
}

pub async fn list_nights(tx: &mut Tx, limit: i64) -> Result<Vec<Night>, StoreError> {
    tx.all(NIGHTS, params![limit]).await
}

pub async fn insert_night(tx: &mut Tx, day: Date, at: Timestamp) -> Result<(), StoreError> {
    tx.run(INSERT, params![day, at]).await.map(drop)
}

pub async fn end_night(tx: &mut Tx, day: Date, at: Timestamp) -> Result<(), StoreError> {
    tx.run(END, params![at, day]).await.map(drop)
}

pub async fn list_steps(tx: &mut Tx, day: Date) -> Result<Vec<Step>, StoreError> {
    tx.all(STEPS, params![day]).await
}

pub async fn insert_step(tx: &mut Tx, day: Date, no: i64, name: &str) -> Result<(), StoreError> {
    tx.run(INSERT_STEP, params![day, no, name]).await.map(drop)
}

/// Moves a step on from the cursor that was read; `false` when another run moved it first.
pub async fn update_step(tx: &mut Tx, day: Date, step: &Step, cursor_before: &str) -> Result<bool, StoreError> {
    let Step { step_no, state, cursor, counts, millis, .. } = step;
    Ok(tx.run(SET_STEP, params![state, cursor, counts, *millis, day, *step_no, cursor_before]).await? == 1)
}
