//! A batch is taken back: a whole placement while nobody was contacted about it, or a file of history
//! ([`super::history::taking_back`]).
//!
//! Of a placement nothing is erased: each account's money is booked back, the account closes, and its reference gets the mark of the batch, so that
//! the mended file can be placed anew. Accounts close at once, all together, so that none is contacted any more; that alone is one
//! transaction, of some ten milliseconds for a thousand accounts. Books, next actions and worklists follow piece by piece, and a run
//! that was cut off goes on when it is asked again.

use super::history::taking_back::{take_back_history, take_money_back};
use crate::app::{Actor, App, Failure};
use crate::jobs::turns::Pace;
use crate::store::Tx;
use crate::{accounts, audit, ledger, strategy, transaction};
use duly_domain::ledger::Buckets;
use duly_domain::values::ids::BatchId;
use duly_domain::values::moment::Moment;
use serde_json::json;

/// Accounts booked back together at the most.
const PIECE: i64 = 200;

/// What was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenBack {
    /// So many accounts of a placement.
    Accounts(i64),
    /// So many facts of a file of history.
    Facts(i64),
}

/// Takes a batch back; history only with a reason.
pub async fn take_back(app: &App, who: &Actor, at: Moment, batch: BatchId, because: &str) -> Result<TakenBack, Failure> {
    let found = accounts::store::load_batch(&mut app.db.read().await?, batch).await?;
    if found.kind == "history" {
        return take_back_history(app, who, at, batch, because).await.map(TakenBack::Facts);
    }
    let mut turn = app.turns.take("closing").await;
    transaction!(app.db, tx, {
        turn.begins();
        close(tx, who, at, batch).await
    })?;
    turn.ends();
    let mut pace = Pace::up_to(PIECE);
    loop {
        let mut turn = app.turns.take("taking back").await;
        let was_any = transaction!(app.db, tx, {
            turn.begins();
            let was_any = book_back(tx, who, at, batch, pace.rows()).await?;
            turn.worked();
            Ok::<bool, Failure>(was_any)
        })?;
        pace.took(turn.ends());
        if !was_any {
            break;
        }
        tokio::task::yield_now().await;
    }
    let mut tx = app.db.read().await?;
    Ok(TakenBack::Accounts(accounts::store::count_of_batch(&mut tx, batch).await?))
}

/// Closes the batch's accounts, or says why not. A batch that was closed before stays so.
async fn close(tx: &mut Tx, who: &Actor, at: Moment, batch: BatchId) -> Result<(), Failure> {
    let found = accounts::store::load_batch(tx, batch).await?;
    if found.state == "taken_back" {
        return Ok(());
    }
    let touched = accounts::store::count_touched(tx, batch).await?;
    let reasons: Vec<String> = touched.iter().filter(|(_, count)| *count > 0).map(|(what, count)| format!("{count} {what}")).collect();
    if !reasons.is_empty() {
        let reasons = reasons.join(", ");
        return Err(Failure::Stale(format!("the batch cannot be taken back any more: {reasons}; recall or close its accounts instead")));
    }
    accounts::store::close_batch(tx, batch).await?;
    let detail = json!({"batch": batch.to_string()});
    audit::record_in(tx, who, at.at, &batch.to_string(), "batch.take_back", &detail).await
}

/// Books a piece of the closed accounts back; whether there were any.
async fn book_back(tx: &mut Tx, who: &Actor, at: Moment, batch: BatchId, limit: i64) -> Result<bool, Failure> {
    // The batch's own letters keep two takings-back of one reference apart.
    let text = batch.to_string();
    let mark = format!(" taken back {} {}", at.business_day, &text[text.len() - 6..]);
    let piece = accounts::store::list_to_take_back(tx, batch, limit).await?;
    for (id,) in &piece {
        ledger::write_offs::actions::take_back_standing(tx, who, at, *id, "placement taken back").await?;
        let rows = take_money_back(tx, who, at, *id).await?;
        let account = accounts::store::load_account(tx, *id).await?;
        let nothing = Buckets::none(ledger::store::currency(&account.currency)?);
        ledger::actions::adjust_placed(tx, who, at, &account, &nothing, "placement taken back").await?;
        accounts::store::update_next(tx, *id, None, None, None).await?;
        strategy::actions::place_on_worklist(tx, *id, at).await?;
        accounts::store::rename(tx, *id, &format!("{}{mark}", account.reference)).await?;
        let detail = json!({"batch": text, "reference": account.reference, "placed_minor": account.placed_minor});
        audit::kept::record(tx, who, at.at, *id, "account.take_back", detail, &rows).await?;
    }
    Ok(!piece.is_empty())
}
