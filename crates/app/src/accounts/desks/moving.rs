//! Moving work: what would move is shown, then it moves piece by piece, and the whole move can be undone.
//!
//! A move goes `moving` → `done`, and may go on to `undoing` → `undone`. Each piece is one transaction: the accounts, their
//! places on the worklist, their audit entries and the count of the move. A move that was cut off is gone on with, or undone.
//!
//! Read [`preview`] first, then [`move_work`] and [`undo`].
//!
//! Always true: an account stands in a move as `moved` only while the move is what put it on its desk.

use super::store;
use super::store::moves::{self, Criteria, MoveRow, Preview};
use crate::app::{Actor, App, Failure, Problems, new_uuid};
use crate::{accounts, audit, strategy, transaction};
use duly_domain::values::ids::{AccountId, DeskId, MoveId};
use duly_domain::values::moment::Moment;
use serde_json::json;
use uuid::Uuid;

/// Accounts in one transaction: few enough that an officer who records beside it waits for milliseconds.
const PIECE: i64 = 100;

/// What would move, and who would see it.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Counts by currency.
    pub by_currency: Vec<Preview>,
    /// Who works the desk it goes to.
    pub will_see: Vec<String>,
    /// Who works the desk it leaves and not the other.
    pub will_not_see: Vec<String>,
}

impl Plan {
    /// How many accounts would move.
    pub fn count(&self) -> i64 {
        self.by_currency.iter().map(|preview| preview.count).sum()
    }
}

/// What a move would take, without taking it.
pub async fn preview(app: &App, criteria: &Criteria, to: DeskId, at: Moment) -> Result<Plan, Failure> {
    let mut tx = app.db.read().await?;
    check(&mut tx, criteria, to).await?;
    let by_currency = moves::preview(&mut tx, criteria, at.at).await?;
    let members = store::list_members(&mut tx).await?;
    let named = |desk: DeskId| members.iter().filter(move |member| member.desk == desk);
    Ok(Plan {
        by_currency,
        will_see: named(to).map(|member| member.name.clone()).collect(),
        will_not_see: named(criteria.from)
            .filter(|member| !named(to).any(|other| other.user == member.user))
            .map(|member| member.name.clone())
            .collect(),
    })
}

async fn check(tx: &mut crate::store::Tx, criteria: &Criteria, to: DeskId) -> Result<(), Failure> {
    let mut problems = Problems::default();
    for (field, desk) in [("from", criteria.from), ("to", to)] {
        if store::find_desk_by_id(tx, desk).await?.is_none() {
            problems.0.push((field, "is no desk".into()));
        }
    }
    if criteria.from == to {
        problems.0.push(("to", "is the desk the work is on already".into()));
    }
    if criteria.limit.is_some_and(|limit| limit < 1) {
        problems.0.push(("limit", "is less than one".into()));
    }
    if let (Some(least), Some(most)) = (criteria.balance_min, criteria.balance_max)
        && least > most
    {
        problems.0.push(("balance_max", "is less than the least".into()));
    }
    if problems.is_empty() { Ok(()) } else { Err(Failure::Wrong(problems)) }
}

/// Moves what the criteria name; the move, by which it can be undone.
pub async fn move_work(app: &App, who: &Actor, at: Moment, criteria: &Criteria, to: DeskId) -> Result<MoveRow, Failure> {
    let id = MoveId(new_uuid());
    transaction!(app.db, tx, {
        check(tx, criteria, to).await?;
        if !store::list_members(tx).await?.iter().any(|member| member.desk == to) {
            return Err(Failure::wrong("to", "is worked by nobody: put somebody on it first"));
        }
        moves::insert(tx, id, criteria, to, who.label(), at.at).await?;
        let detail = json!({"move": id.to_string(), "from": criteria.from.to_string(), "to": to.to_string(), "criteria": criteria.json()});
        audit::record(tx, who, at.at, None, "desk.move", &detail).await
    })?;
    go_on(app, who, at, id).await
}

/// Takes up a move where it stands and brings it to its end.
pub async fn go_on(app: &App, who: &Actor, at: Moment, id: MoveId) -> Result<MoveRow, Failure> {
    let mut after = AccountId(Uuid::nil());
    loop {
        let mut turn = app.turns.take("moving").await;
        let next = transaction!(app.db, tx, {
            turn.begins();
            let known = moves::load(tx, id).await?;
            if known.state != "moving" {
                return Ok(None);
            }
            let criteria = Criteria::read(known.from, &known.criteria);
            let piece = criteria.limit.map_or(PIECE, |limit| PIECE.min(limit - known.moved));
            let accounts = moves::list_matching(tx, &criteria, after, piece).await?;
            for account in &accounts {
                accounts::store::update_desk(tx, *account, known.from, known.to).await?;
                strategy::store::update_desk(tx, *account, known.to).await?;
                moves::insert_moved(tx, id, *account).await?;
                let detail = json!({"move": id.to_string(), "from": known.from.to_string(), "to": known.to.to_string()});
                audit::record(tx, who, at.at, Some(*account), "desk.move", &detail).await?;
            }
            let count = i64::try_from(accounts.len()).unwrap_or(0);
            let is_done = count < PIECE;
            moves::update_progress(tx, id, count, if is_done { "done" } else { "moving" }).await?;
            Ok::<Option<AccountId>, Failure>(accounts.last().copied().filter(|_| !is_done))
        })?;
        turn.ends();
        match next {
            Some(last) => after = last,
            None => return moves::load(&mut app.db.read().await?, id).await,
        }
        // Embedded, nothing waits by itself: let others have their turn between pieces.
        tokio::task::yield_now().await;
    }
}

/// Takes a whole move back. What was moved on since stays where it is, and is counted.
pub async fn undo(app: &App, who: &Actor, at: Moment, id: MoveId) -> Result<MoveRow, Failure> {
    transaction!(app.db, tx, {
        let known = moves::load(tx, id).await?;
        match known.state.as_str() {
            "undone" => return Err(Failure::Stale("the move was undone before".into())),
            "undoing" => return Ok(()),
            _ => {}
        }
        if !store::list_members(tx).await?.iter().any(|member| member.desk == known.from) {
            return Err(Failure::Stale("nobody works the desk the accounts would go back to: put somebody on it first".into()));
        }
        moves::begin_undo(tx, id, who.label(), at.at).await?;
        audit::record(tx, who, at.at, None, "desk.move.undo", &json!({"move": id.to_string()})).await
    })?;
    loop {
        let mut turn = app.turns.take("moving").await;
        let is_done = transaction!(app.db, tx, {
            turn.begins();
            let known = moves::load(tx, id).await?;
            if known.state != "undoing" {
                return Ok(true);
            }
            let accounts = moves::list_moved(tx, id, PIECE).await?;
            let mut left = 0;
            for account in &accounts {
                let is_ours = !moves::is_moved_on(tx, id, *account).await?;
                if is_ours && accounts::store::update_desk(tx, *account, known.to, known.from).await? {
                    strategy::store::update_desk(tx, *account, known.from).await?;
                    moves::update_moved(tx, id, *account, "back").await?;
                    let detail = json!({"move": id.to_string(), "from": known.to.to_string(), "to": known.from.to_string()});
                    audit::record(tx, who, at.at, Some(*account), "desk.move.undo", &detail).await?;
                } else {
                    moves::update_moved(tx, id, *account, "left").await?;
                    left += 1;
                }
            }
            let is_done = i64::try_from(accounts.len()).unwrap_or(0) < PIECE;
            moves::update_undone(tx, id, left, if is_done { "undone" } else { "undoing" }).await?;
            Ok::<bool, Failure>(is_done)
        })?;
        turn.ends();
        if is_done {
            return moves::load(&mut app.db.read().await?, id).await;
        }
        tokio::task::yield_now().await;
    }
}
