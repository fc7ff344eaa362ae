//! The tables `practice_calls` and `practice_choices`.

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::values::ids::{PracticeId, UserId};
use jiff::Timestamp;
use jiff::civil::Date;

const INSERT: &str = "
    insert into practice_calls (id, user_id, scenario, edition, began_at, business_day) values ($1, $2, $3, $4, $5, $6)";
const BY_ID: &str = "
    select id, user_id, scenario, edition, began_at, business_day, ended_at, percent, is_passed from practice_calls where id = $1";
const OPEN: &str = "
    select id from practice_calls where user_id = $1 and scenario = $2 and edition = $3 and ended_at is null order by id desc limit 1";
const CHOICES: &str = "select choice from practice_choices where practice_call_id = $1 order by seq";
const CHOOSE: &str = "insert into practice_choices (practice_call_id, seq, choice, chosen_at) values ($1, $2, $3, $4)";
const END: &str = "update practice_calls set ended_at = $1, percent = $2, is_passed = $3 where id = $4 and ended_at is null";
const BEST: &str = "
    select scenario, count(*), max(percent), max(is_passed), max(ended_at) from practice_calls
     where user_id = $1 and ended_at is not null group by scenario order by scenario";
const PASSED: &str = "
    select distinct scenario from practice_calls where user_id = $1 and is_passed = 1 and ended_at >= $2 order by scenario";

rows! {
    /// One call of practice.
    pub struct PracticeRow {
        pub id: PracticeId,
        pub user: UserId,
        pub scenario: String,
        pub edition: String,
        pub began_at: Timestamp,
        pub business_day: Date,
        pub ended_at: Option<Timestamp>,
        pub percent: Option<i64>,
        pub is_passed: Option<bool>,
    }

    /// What somebody came to in one scenario.
    pub struct Best {
        pub scenario: String,
        pub tries: i64,
        pub percent: Option<i64>,
        pub is_passed: Option<bool>,
        pub last_at: Option<Timestamp>,
    }
}

pub async fn insert_practice(
    tx: &mut Tx,
    id: PracticeId,
    user: UserId,
    scenario: &str,
    edition: &str,
    at: Timestamp,
    day: Date,
) -> Result<(), StoreError> {
    tx.run(INSERT, params![id, user, scenario, edition, at, day]).await.map(drop)
}

pub async fn load_practice(tx: &mut Tx, id: PracticeId) -> Result<PracticeRow, Failure> {
    tx.one(BY_ID, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("practice call {id}")))
}

/// The call of this scenario that somebody has not ended, as the scenario stands.
pub async fn find_open(tx: &mut Tx, user: UserId, scenario: &str, edition: &str) -> Result<Option<PracticeId>, StoreError> {
    Ok(tx.one::<(PracticeId,)>(OPEN, params![user, scenario, edition]).await?.map(|(id,)| id))
}

/// What was chosen, in order.
pub async fn list_choices(tx: &mut Tx, id: PracticeId) -> Result<Vec<usize>, StoreError> {
    Ok(tx.all::<(i64,)>(CHOICES, params![id]).await?.into_iter().map(|(choice,)| usize::try_from(choice).unwrap_or(usize::MAX)).collect())
}

pub async fn insert_choice(tx: &mut Tx, id: PracticeId, seq: i64, choice: i64, at: Timestamp) -> Result<(), StoreError> {
    tx.run(CHOOSE, params![id, seq, choice, at]).await.map(drop)
}

/// Notes that it is over, and what it came to.
pub async fn update_ended(tx: &mut Tx, id: PracticeId, at: Timestamp, percent: i64, is_passed: bool) -> Result<bool, StoreError> {
    Ok(tx.run(END, params![at, percent, is_passed, id]).await? > 0)
}

/// What somebody came to, by scenario.
pub async fn list_best(tx: &mut Tx, user: UserId) -> Result<Vec<Best>, StoreError> {
    tx.all(BEST, params![user]).await
}

/// The scenarios that somebody passed since a moment.
pub async fn list_passed(tx: &mut Tx, user: UserId, since: Timestamp) -> Result<Vec<String>, StoreError> {
    Ok(tx.all::<(String,)>(PASSED, params![user, since]).await?.into_iter().map(|(scenario,)| scenario).collect())
}
