//! Promises are taken, withdrawn, and judged by the money that arrived.

use super::store::{self, PromiseRow};
use crate::app::{Actor, App, Failure, Outcome, new_uuid};
use crate::store::Tx;
use crate::{accounts, audit, ledger, strategy, transaction};
use duly_domain::decision::Answer;
use duly_domain::plans::promise::{PromiseFacts, PromiseState, decide_promise, judge, judge_after_reversal, last_day};
use duly_domain::values::ids::{AccountId, PromiseId};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::Money;
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde_json::json;

/// A promise to take.
#[derive(Clone, Copy, Debug)]
pub struct TakePromise {
    /// On which account.
    pub account: AccountId,
    /// How much, in minor units of the account's currency.
    pub amount_minor: i64,
    /// By when.
    pub due_on: Date,
}

/// Records what the debtor said they will pay, if we may accept it.
pub async fn take_promise(app: &App, who: &Actor, at: Moment, ask: TakePromise) -> Result<Outcome<PromiseRow>, Failure> {
    transaction!(app.db, tx, {
        let account = accounts::store::load_account(tx, ask.account).await?;
        let creditor = accounts::store::load_creditor(tx, account.creditor).await?;
        let open = store::list_promises(tx, account.id).await?.into_iter().find(|promise| promise.state == "open");
        let currency = ledger::store::currency(&account.currency)?;
        let facts = PromiseFacts {
            balance: Money::of(account.balance_minor, currency),
            is_open: account.state == "open",
            open_promise_due_on: open.map(|promise| promise.due_on),
        };
        let decision = decide_promise(&facts, Money::of(ask.amount_minor, currency), ask.due_on, at.business_day);
        let rules: Vec<&str> = decision.because.iter().map(|reason| reason.rule.id).collect();
        let detail = json!({"amount_minor": ask.amount_minor, "currency": account.currency, "due_on": ask.due_on.to_string(),
            "answer": decision.answer.code(), "rules": rules});
        audit::record(tx, who, at.at, Some(account.id), "promise.take", &detail).await?;
        if decision.answer != Answer::Yes {
            return Ok(Outcome::Refused(decision));
        }
        let promise = PromiseRow {
            id: PromiseId(new_uuid()),
            account: account.id,
            amount_minor: ask.amount_minor,
            currency: account.currency.clone(),
            taken_on: at.business_day,
            due_on: ask.due_on,
            grace_days: creditor.grace_days,
            state: "open".into(),
            arrived_minor: 0,
            taken_at: at.at,
            decided_at: None,
        };
        store::insert_promise(tx, &promise, who.label()).await?;
        // The account comes back when the promise is due, whatever was planned before.
        accounts::actions::set_next(tx, account.id, "Promise due", ask.due_on, None).await?;
        strategy::actions::place_on_worklist(tx, account.id, at).await?;
        Ok(Outcome::Done(promise))
    })
}

/// Takes an open promise back, because the debtor said so; the account comes back today.
pub async fn withdraw_promise(app: &App, who: &Actor, at: Moment, promise: PromiseId) -> Result<PromiseRow, Failure> {
    transaction!(app.db, tx, {
        let mut promise = store::load_promise(tx, promise).await?;
        if promise.state != "open" {
            return Err(Failure::Stale(format!("the promise is {} and cannot be withdrawn", promise.state.replace('_', " "))));
        }
        promise.state = PromiseState::Withdrawn.code().into();
        store::update_state(tx, promise.id, &promise.state, promise.arrived_minor, Some(at.at)).await?;
        audit::record(tx, who, at.at, Some(promise.account), "promise.withdraw", &json!({"promise": promise.id.to_string()})).await?;
        accounts::actions::set_next(tx, promise.account, "Promise withdrawn: agree what next", at.business_day, None).await?;
        strategy::actions::place_on_worklist(tx, promise.account, at).await?;
        Ok(promise)
    })
}

/// Judges the account's promises after money moved: yesterday is the last day that is over.
pub async fn judge_account(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId) -> Result<(), Failure> {
    let yesterday = at.business_day.saturating_sub(Span::new().days(1));
    judge_by(tx, who, at, account, yesterday, at.business_day).await.map(drop)
}

/// Withdraws what is open on an account, because the account ends.
pub async fn withdraw_all(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId) -> Result<(), Failure> {
    for promise in store::list_promises(tx, account).await?.into_iter().filter(|promise| promise.state == PromiseState::Open.code()) {
        store::update_state(tx, promise.id, PromiseState::Withdrawn.code(), promise.arrived_minor, Some(at.at)).await?;
        let detail = json!({"promise": promise.id.to_string(), "because": "the account ends"});
        audit::record(tx, who, at.at, Some(account), "promise.withdraw", &detail).await?;
    }
    Ok(())
}

/// Judges the account's promises with `closed_day` over; the states that changed. What follows is planned from `next_day` on.
///
/// Open promises are judged by what arrived. Decided ones are judged again when that changed: a payment was taken back, or one
/// that was effective in time was posted late. A kept promise keeps to the money that had been posted when it was kept: what
/// came after is the next one's. Withdrawn ones stay.
pub async fn judge_by(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    account: AccountId,
    closed_day: Date,
    next_day: Date,
) -> Result<Vec<PromiseState>, Failure> {
    let mut changed = Vec::new();
    let promises = store::list_promises(tx, account).await?;
    let has_open = promises.iter().any(|promise| promise.state == PromiseState::Open.code());
    for promise in promises {
        let Some(before) = PromiseState::parse(&promise.state).filter(|state| *state != PromiseState::Withdrawn) else { continue };
        let amount = Money::of(promise.amount_minor, ledger::store::currency(&promise.currency)?);
        let last = last_day(promise.due_on, i32::try_from(promise.grace_days).unwrap_or(0));
        let until = promise.decided_at.filter(|_| before == PromiseState::Kept).unwrap_or(Timestamp::MAX);
        let arrived = ledger::store::arrived(tx, account, promise.taken_on, last, (promise.taken_at, until)).await?;
        if arrived == promise.arrived_minor && before != PromiseState::Open {
            continue;
        }
        let after = match before {
            PromiseState::Open => judge(amount, arrived, last, closed_day),
            // Another promise may stand by now, and an account has at most one.
            _ if arrived < promise.arrived_minor => match judge_after_reversal(amount, arrived, last, closed_day) {
                PromiseState::Open if has_open => PromiseState::Broken,
                state => state,
            },
            _ => judge(amount, arrived, last, closed_day),
        };
        if after == before {
            if arrived != promise.arrived_minor {
                store::update_state(tx, promise.id, before.code(), arrived, promise.decided_at).await?;
            }
            continue;
        }
        store::update_state(tx, promise.id, after.code(), arrived, (after != PromiseState::Open).then_some(at.at)).await?;
        let detail = json!({"promise": promise.id.to_string(), "from": before.code(), "to": after.code(), "arrived_minor": arrived});
        audit::record(tx, who, at.at, Some(account), "promise.judge", &detail).await?;
        let (action, on) = match after {
            PromiseState::Broken | PromiseState::PartlyKept => ("Promise broken: ask what happened", next_day),
            PromiseState::Kept => ("Promise kept: agree the rest", next_day.saturating_add(Span::new().days(7))),
            _ => ("Promise due", promise.due_on),
        };
        accounts::actions::set_next(tx, account, action, on, None).await?;
        changed.push(after);
    }
    Ok(changed)
}
