//! The table `coaching_goals`.

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::values::ids::{GoalId, ReviewId, UserId};
use jiff::Timestamp;
use jiff::civil::Date;

const INSERT: &str = "
    insert into coaching_goals (id, officer_id, item, goal, review_id, practice, due_on, recheck_on, set_by_id, set_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const GOAL: &str = "
    select g.id, g.officer_id, o.name, g.item, g.goal, g.review_id, g.practice, g.due_on, g.recheck_on, s.name, g.set_at, g.outcome,
           g.outcome_words, g.closed_at
      from coaching_goals g join users o on o.id = g.officer_id join users s on s.id = g.set_by_id where g.id = $1";
const OF_OFFICER: &str = "
    select g.id, g.officer_id, o.name, g.item, g.goal, g.review_id, g.practice, g.due_on, g.recheck_on, s.name, g.set_at, g.outcome,
           g.outcome_words, g.closed_at
      from coaching_goals g join users o on o.id = g.officer_id join users s on s.id = g.set_by_id
     where g.officer_id = $1 order by g.set_at desc, g.id limit 200";
const DUE: &str = "
    select g.id, g.officer_id, o.name, g.item, g.goal, g.review_id, g.practice, g.due_on, g.recheck_on, s.name, g.set_at, g.outcome,
           g.outcome_words, g.closed_at
      from coaching_goals g join users o on o.id = g.officer_id join users s on s.id = g.set_by_id
     where g.outcome is null and g.recheck_on <= $1 order by g.recheck_on, g.id limit 500";
const CLOSE: &str = "
    update coaching_goals set outcome = $1, outcome_words = $2, closed_by_id = $3, closed_at = $4 where id = $5 and outcome is null";

rows! {
    /// What an officer works on.
    pub struct Goal {
        pub id: GoalId,
        pub officer: UserId,
        pub officer_name: String,
        pub item: Option<String>,
        pub goal: String,
        pub review: Option<ReviewId>,
        pub practice: String,
        pub due_on: Date,
        pub recheck_on: Date,
        pub set_by: String,
        pub set_at: Timestamp,
        pub outcome: Option<String>,
        pub outcome_words: Option<String>,
        pub closed_at: Option<Timestamp>,
    }
}

/// A goal, as it is written.
pub struct NewGoal<'a> {
    pub id: GoalId,
    pub officer: UserId,
    pub item: Option<&'a str>,
    pub goal: &'a str,
    pub review: Option<ReviewId>,
    pub practice: &'a str,
    pub due_on: Date,
    pub recheck_on: Date,
    pub set_by: UserId,
}

pub async fn insert(tx: &mut Tx, new: &NewGoal<'_>, at: Timestamp) -> Result<(), StoreError> {
    let NewGoal { id, officer, item, goal, review, practice, due_on, recheck_on, set_by } = *new;
    tx.run(INSERT, params![id, officer, item, goal, review, practice, due_on, recheck_on, set_by, at]).await.map(drop)
}

pub async fn load(tx: &mut Tx, id: GoalId) -> Result<Goal, Failure> {
    tx.one(GOAL, params![id]).await?.ok_or_else(|| Failure::NotFound("such goal".into()))
}

/// An officer's goals, the newest first.
pub async fn list_of(tx: &mut Tx, officer: UserId) -> Result<Vec<Goal>, StoreError> {
    tx.all(OF_OFFICER, params![officer]).await
}

/// Open goals that are to be looked at again by a day.
pub async fn list_due(tx: &mut Tx, by: Date) -> Result<Vec<Goal>, StoreError> {
    tx.all(DUE, params![by]).await
}

/// Closes a goal; whether it was open.
pub async fn update_closed(tx: &mut Tx, id: GoalId, (outcome, words): (&str, &str), by: UserId, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.run(CLOSE, params![outcome, words, by, at, id]).await? > 0)
}
