//! Goals: what an officer works on, set by whoever reviews them and looked at again on its day.

use super::scope;
use super::store::goals::{self as store, NewGoal};
use crate::app::{Actor, App, Failure, Problems, WORDS_MAX, check_length, new_uuid};
use crate::audit::kept;
use crate::transaction;
use duly_domain::coaching::goal::{Outcome, prove_days};
use duly_domain::coaching::scorecard::Scorecard;
use duly_domain::values::ids::{GoalId, ReviewId, UserId};
use duly_domain::values::moment::Moment;
use jiff::civil::Date;
use serde_json::json;

/// A goal to set.
#[derive(Clone, Debug, Default)]
pub struct SetGoal {
    /// The item of the scorecard it is about, where it is about one.
    pub item: Option<String>,
    /// In a sentence.
    pub goal: String,
    /// The call it rests on.
    pub review: Option<ReviewId>,
    /// How it is practiced.
    pub practice: String,
    /// By when.
    pub due_on: Option<Date>,
    /// When somebody looks again.
    pub recheck_on: Option<Date>,
}

/// Sets a goal with an officer.
pub async fn set_goal(app: &App, who: &Actor, at: Moment, officer: UserId, ask: &SetGoal) -> Result<GoalId, Failure> {
    let user = scope::user(who)?;
    let mut problems = Problems::default();
    let (goal, practice) = (ask.goal.trim(), ask.practice.trim());
    if goal.is_empty() {
        problems.0.push(("goal", "is missing".into()));
    }
    if practice.is_empty() {
        problems.0.push(("practice", "is missing: how is it learned?".into()));
    }
    let card = Scorecard::shipped();
    if ask.item.as_deref().is_some_and(|item| card.item(item).is_none()) {
        problems.0.push(("item", "is no item of the scorecard".into()));
    }
    match (ask.due_on, ask.recheck_on) {
        (Some(due_on), Some(recheck_on)) => {
            problems.0.extend(prove_days(at.business_day, due_on, recheck_on).into_iter().map(|(field, says)| (field, says.into())))
        }
        (due_on, recheck_on) => {
            problems.0.extend(due_on.is_none().then(|| ("due_on", "is missing".to_string())));
            problems.0.extend(recheck_on.is_none().then(|| ("recheck_on", "is missing".to_string())));
        }
    }
    let (Some(due_on), Some(recheck_on), true) = (ask.due_on, ask.recheck_on, problems.is_empty()) else {
        return Err(Failure::Wrong(problems));
    };
    check_length("goal", goal, WORDS_MAX)?;
    check_length("practice", practice, WORDS_MAX)?;
    transaction!(app.db, tx, {
        scope::person(tx, who, officer).await?;
        if let Some(review) = ask.review
            && super::store::load_review(tx, review).await?.officer != officer
        {
            return Err(Failure::wrong("review", "is about a call of somebody else"));
        }
        let id = GoalId(new_uuid());
        let item = ask.item.as_deref();
        let new = NewGoal { id, officer, item, goal, review: ask.review, practice, due_on, recheck_on, set_by: user };
        store::insert(tx, &new, at.at).await?;
        let detail = json!({"goal": id.to_string(), "officer": officer.to_string()});
        kept::record_of_agency(tx, who, at.at, "goal.set", detail, &[id.into()]).await?;
        Ok(id)
    })
}

/// Somebody looked again: what came of a goal.
pub async fn close_goal(app: &App, who: &Actor, at: Moment, id: GoalId, outcome: Outcome, words: &str) -> Result<UserId, Failure> {
    let user = scope::user(who)?;
    let words = words.trim();
    check_length("words", words, WORDS_MAX)?;
    transaction!(app.db, tx, {
        let goal = store::load(tx, id).await?;
        scope::person(tx, who, goal.officer).await?;
        if !store::update_closed(tx, id, (outcome.code(), words), user, at.at).await? {
            return Err(Failure::Stale("somebody has said what came of this goal".into()));
        }
        let detail = json!({"goal": id.to_string(), "outcome": outcome.code()});
        kept::record_of_agency(tx, who, at.at, "goal.close", detail, &[id.into()]).await?;
        Ok(goal.officer)
    })
}
