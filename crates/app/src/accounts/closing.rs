//! An account ends, or comes back: recalled by its creditor, settled, given up.
//!
//! The books keep what was owed when it ended; only work ends. Whatever is open about it is withdrawn with it. Where what is left is
//! written off ([`write_offs`](crate::ledger::write_offs)), taking the account up again takes that back.

use super::store;
use crate::app::{Actor, App, Failure};
use crate::compliance::acts;
use crate::store::Tx;
use crate::{audit, ledger, outreach, plans, strategy, transaction};
use duly_domain::compliance::acts::Act;
use duly_domain::compliance::facts::Transferee;
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::Moment;
use jiff::civil::Date;
use serde_json::json;

/// Why an account can end, with the words on screens.
pub const CLOSE_REASONS: [(&str, &str); 9] = [
    ("recalled", "Recalled by the creditor"),
    ("returned", "Returned to the creditor"),
    ("settled", "Settled"),
    ("uncollectible", "Nothing to be had"),
    ("placed_in_error", "Placed in error"),
    ("sold", "Sold"),
    ("bankruptcy", "Bankruptcy"),
    ("deceased", "Died, no estate"),
    ("fraud", "Fraud or identity theft"),
];

/// An account ends for this only where what is left is written off.
const SMALL_BALANCE: (&str, &str) = ("small_balance", "Small balance");

/// The words of a reason.
pub fn in_words_of_closing(code: &str) -> &str {
    CLOSE_REASONS.iter().chain([&SMALL_BALANCE]).find(|(known, _)| *known == code).map_or(code, |(_, words)| words)
}

/// Closes an account. Closing it again for the same reason changes nothing.
pub async fn close_account(
    app: &App,
    who: &Actor,
    at: Moment,
    account: AccountId,
    because: &str,
    note: Option<&str>,
) -> Result<(), Failure> {
    // The answer is kept, also where nothing is closed.
    if let Some(to) = passes_to(because) {
        let act = Act::Transfer { to, name: String::new(), shows_dispute: true };
        if let Some(says) = acts::ask(app, who, at, account, &act).await?.refusal() {
            return Err(Failure::Stale(says));
        }
    }
    transaction!(app.db, tx, { close(tx, who, at, account, because, note).await })
}

/// To whom the debt passes when an account ends for a reason; to nobody by most. What we tell of it is the creditor's own file, which
/// says what is disputed.
fn passes_to(because: &str) -> Option<Transferee> {
    match because {
        "sold" => Some(Transferee::Buyer),
        "recalled" | "returned" => Some(Transferee::Owner),
        _ => None,
    }
}

/// As [`close_account`], within a transaction.
pub async fn close(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId, because: &str, note: Option<&str>) -> Result<(), Failure> {
    if !CLOSE_REASONS.iter().any(|(known, _)| *known == because) {
        let known: Vec<&str> = CLOSE_REASONS.iter().map(|(code, _)| *code).collect();
        return Err(Failure::wrong("because", format!("is not one of {}", known.join(", "))));
    }
    close_for(tx, who, at, account, because, note).await
}

/// As [`close`], for any reason that is kept of an account.
pub async fn close_for(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId, because: &str, note: Option<&str>) -> Result<(), Failure> {
    let facts = store::load_account(tx, account).await?;
    if facts.state == "closed" {
        return match facts.closed_because.as_deref() {
            Some(before) if before == because => Ok(()),
            before => Err(Failure::Stale(format!("it was closed before: {}", in_words_of_closing(before.unwrap_or("taken back"))))),
        };
    }
    if let Some(contact) = outreach::store::find_reserved(tx, account, at.at).await? {
        return Err(Failure::Stale(format!("a {} is reserved on it: record its result first", contact.channel)));
    }
    plans::actions::withdraw_all(tx, who, at, account).await?;
    super::hardship::actions::end_all(tx, who, at, account).await?;
    ledger::charges::actions::stop_all(tx, who, at, account).await?;
    store::update_closed(tx, account, Some((at.business_day, because))).await?;
    store::update_next(tx, account, None, None, None).await?;
    let detail = json!({"because": because, "note": note, "balance_minor": facts.balance_minor, "currency": facts.currency});
    audit::record(tx, who, at.at, Some(account), "account.close", &detail).await?;
    strategy::actions::place_on_worklist(tx, account, at).await
}

/// Notes the day on which the creditor takes an account back, or that none is named: no plan runs past it.
pub async fn set_recall(app: &App, who: &Actor, at: Moment, account: AccountId, on: Option<Date>) -> Result<(), Failure> {
    if on.is_some_and(|on| on <= at.business_day) {
        return Err(Failure::wrong("recall", "is not after today: close the account as recalled instead"));
    }
    transaction!(app.db, tx, {
        let facts = store::load_account(tx, account).await?;
        if facts.state == "closed" {
            return Err(Failure::Stale("the account is closed".into()));
        }
        store::relief::update_recall(tx, account, on).await?;
        let detail = json!({"on": on.map(|on| on.to_string()), "before": facts.recall_on.map(|on| on.to_string())});
        audit::record(tx, who, at.at, Some(account), "account.recall", &detail).await.map(drop)
    })
}

/// Takes a closed account up again today.
pub async fn reopen_account(app: &App, who: &Actor, at: Moment, account: AccountId) -> Result<(), Failure> {
    transaction!(app.db, tx, { reopen(tx, who, at, account).await })
}

/// As [`reopen_account`], within a transaction.
pub async fn reopen(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId) -> Result<(), Failure> {
    let facts = store::load_account(tx, account).await?;
    if facts.state != "closed" {
        return Err(Failure::Stale(format!("the account is {}", facts.state)));
    }
    if facts.closed_because.is_none() {
        return Err(Failure::Stale("its placement was taken back: import the mended file instead".into()));
    }
    ledger::write_offs::actions::take_back_standing(tx, who, at, account, "the account is taken up again").await?;
    let facts = store::load_account(tx, account).await?;
    store::update_closed(tx, account, None).await?;
    let state = if facts.balance_minor > 0 { "open" } else { "paid" };
    store::update_state(tx, account, state).await?;
    if state == "open" {
        super::actions::set_next(tx, account, "Take up again", at.business_day, None).await?;
    }
    audit::record(tx, who, at.at, Some(account), "account.reopen", &json!({})).await?;
    // What was paid meanwhile, perhaps for days before it ended, bears less.
    let facts = store::load_account(tx, account).await?;
    ledger::charges::bearing::restate(tx, who, at, &facts).await?;
    strategy::actions::place_on_worklist(tx, account, at).await
}
