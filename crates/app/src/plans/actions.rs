//! Promises are taken, withdrawn, and judged by the money that arrived.

use super::agreed;
use super::agreed::course::{self, By};
use super::agreed::following;
use super::approvals;
use super::desk::limits::promise_limits_of;
use super::store::{self, PromiseRow};
use crate::accounts::store::Account;
use crate::app::{Actor, App, Failure, Outcome, new_uuid};
use crate::audit::chains::Chains;
use crate::audit::kept::{self, KeptRow};
use crate::compliance::gate;
use crate::ledger::store::Arrival;
use crate::store::{Keyed, Tx, Value};
use crate::{accounts, audit, ledger, strategy, transaction};
use duly_domain::decision::Answer;
use duly_domain::identity::authority::PromiseLimits;
use duly_domain::plans::plan::PlanState;
use duly_domain::plans::promise::{PromiseFacts, PromiseState, decide_promise};
use duly_domain::values::ids::{AccountId, ApprovalId, PromiseId};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::Money;
use jiff::civil::Date;
use serde_json::json;
use std::collections::HashMap;

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
    transaction!(app.db, tx, { take_promise_in(tx, who, at, ask).await })
}

/// As [`take_promise`], within a transaction.
pub async fn take_promise_in(tx: &mut Tx, who: &Actor, at: Moment, ask: TakePromise) -> Result<Outcome<PromiseRow>, Failure> {
    let account = accounts::store::load_account(tx, ask.account).await?;
    let creditor = accounts::store::load_creditor(tx, account.creditor).await?;
    let amount = Money::of(ask.amount_minor, ledger::store::currency(&account.currency)?);
    let grant = find_grant(tx, account.id, (amount, ask.due_on), at).await?;
    let limits = promise_limits_of(tx, &account, who.role, at.business_day).await?;
    let facts = PromiseFacts { is_granted: grant.is_some(), ..facts_of(tx, &account, limits, at).await? };
    let decision = decide_promise(&facts, amount, ask.due_on, at.business_day);
    let rules: Vec<&str> = decision.because.iter().map(|reason| reason.rule.id).collect();
    let mut detail = json!({"amount_minor": ask.amount_minor, "currency": account.currency, "due_on": ask.due_on.to_string(),
        "answer": decision.answer.code(), "rules": rules});
    if decision.answer != Answer::Yes {
        audit::record(tx, who, at.at, Some(account.id), "promise.take", &detail).await?;
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
    let mut rows: Vec<KeptRow> = vec![promise.id.into()];
    if let Some(grant) = grant {
        // Once: what was granted is used up with it.
        approvals::store::update_used(tx, grant, promise.id, at.at).await?;
        detail["approval"] = json!(grant.to_string());
        rows.push(grant.into());
    }
    kept::record(tx, who, at.at, account.id, "promise.take", detail, &rows).await?;
    // The account comes back when the promise is due, whatever was planned before.
    accounts::actions::set_next(tx, account.id, "Promise due", ask.due_on, None).await?;
    strategy::actions::place_on_worklist(tx, account.id, at).await?;
    Ok(Outcome::Done(promise))
}

/// What is known of an account before a promise is taken by somebody with these limits; nothing is granted yet.
pub async fn facts_of(tx: &mut Tx, account: &Account, limits: Option<PromiseLimits>, at: Moment) -> Result<PromiseFacts, Failure> {
    let promises = store::list_promises(tx, account.id).await?;
    let decided = promises.iter().filter(|promise| !matches!(promise.state.as_str(), "open" | "withdrawn"));
    Ok(PromiseFacts {
        balance: Money::of(account.balance_minor, ledger::store::currency(&account.currency)?),
        is_open: account.state == "open",
        open_promise_due_on: promises.iter().find(|promise| promise.state == "open").map(|promise| promise.due_on),
        undisputed: gate::undisputed(tx, account, at.at).await?,
        broken_in_a_row: u32::try_from(decided.take_while(|promise| promise.state == "broken").count()).unwrap_or(u32::MAX),
        limits,
        is_granted: false,
    })
}

/// The request by which exactly these terms stand granted, if one does.
async fn find_grant(tx: &mut Tx, account: AccountId, terms: (Money, Date), at: Moment) -> Result<Option<ApprovalId>, Failure> {
    for granted in approvals::store::list_granted(tx, account, at.at).await? {
        if granted.granted()?.as_promise() == Some(terms) {
            return Ok(Some(granted.id));
        }
    }
    Ok(None)
}

/// Takes an open promise back, because the debtor said so; the account comes back today.
pub async fn withdraw_promise(app: &App, who: &Actor, at: Moment, promise: PromiseId) -> Result<PromiseRow, Failure> {
    transaction!(app.db, tx, {
        let mut promise = store::load_promise(tx, promise).await?;
        if promise.state != "open" {
            return Err(Failure::Stale(format!("the promise is {} and cannot be withdrawn", promise.state.replace('_', " "))));
        }
        let beside = following::list_beside(tx, promise.account, promise.id).await?;
        promise.state = PromiseState::Withdrawn.code().into();
        store::update_state(tx, promise.id, &promise.state, promise.arrived_minor, Some(at.at)).await?;
        let detail = json!({"promise": promise.id.to_string()});
        kept::record(tx, who, at.at, promise.account, "promise.withdraw", detail, &[promise.id.into()]).await?;
        accounts::actions::set_next(tx, promise.account, "Promise withdrawn: agree what next", at.business_day, None).await?;
        following::follow(tx, who, at, promise.account).await?;
        strategy::actions::place_on_worklist(tx, promise.account, at).await?;
        following::withdraw_together(tx, who, at, &beside, "a part of it was taken back").await?;
        for plan in &beside {
            strategy::actions::place_on_worklist(tx, plan.account, at).await?;
        }
        Ok(promise)
    })
}

/// Judges the account's promises after money moved: yesterday is the last day that is over.
pub async fn judge_account(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId) -> Result<(), Failure> {
    judge_accounts(tx, By::during(who, at), &[account]).await.map(drop)
}

/// Withdraws open promises that are no installment of a plan.
pub async fn withdraw_alone(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId, because: &str) -> Result<(), Failure> {
    let installments = agreed::store::list_installments(tx, account).await?;
    let is_open = |promise: &PromiseRow| promise.state == PromiseState::Open.code();
    let is_planned = |promise: &PromiseRow| installments.iter().any(|one| one.promise == Some(promise.id));
    for promise in store::list_promises(tx, account).await?.into_iter().filter(|promise| is_open(promise) && !is_planned(promise)) {
        store::update_state(tx, promise.id, PromiseState::Withdrawn.code(), promise.arrived_minor, Some(at.at)).await?;
        let detail = json!({"promise": promise.id.to_string(), "because": because});
        kept::record(tx, who, at.at, account, "promise.withdraw", detail, &[promise.id.into()]).await?;
    }
    Ok(())
}

/// Withdraws what is open on an account, because the account ends.
pub async fn withdraw_all(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId) -> Result<(), Failure> {
    for plan in agreed::store::list_plans(tx, account).await?.iter().filter(|plan| plan.standing() == PlanState::Active) {
        following::withdraw_in(tx, who, at, plan, "the account ends").await?;
    }
    for promise in store::list_promises(tx, account).await?.into_iter().filter(|promise| promise.state == PromiseState::Open.code()) {
        store::update_state(tx, promise.id, PromiseState::Withdrawn.code(), promise.arrived_minor, Some(at.at)).await?;
        let detail = json!({"promise": promise.id.to_string(), "because": "the account ends"});
        kept::record(tx, who, at.at, account, "promise.withdraw", detail, &[promise.id.into()]).await?;
    }
    Ok(())
}

/// Judges the promises of accounts and follows their plans, all together; those whose promises came to other states, with these.
pub async fn judge_accounts(tx: &mut Tx, by: By<'_>, accounts: &[AccountId]) -> Result<Vec<(AccountId, Vec<PromiseState>)>, Failure> {
    let ids: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let mut courses = course::read_all(tx, &ids).await?;
    let promising: Vec<AccountId> = accounts.iter().copied().filter(|account| courses.contains_key(account)).collect();
    let ids: Vec<Value> = promising.iter().map(|account| Value::from(*account)).collect();
    let mut arrivals: HashMap<AccountId, Vec<Arrival>> = HashMap::new();
    for Keyed(account, arrival) in ledger::store::list_arrivals(tx, &ids).await? {
        arrivals.entry(account).or_default().push(arrival);
    }
    let mut chains = Chains::open(tx, &promising).await?;
    let mut all = Vec::new();
    for account in &promising {
        let Some(course) = courses.get_mut(account) else { continue };
        let arrived = arrivals.get(account).map(Vec::as_slice).unwrap_or_default();
        all.push((*account, course.judge(by, arrived, &mut chains)?));
    }
    course::write_all(tx, &courses.values().collect::<Vec<_>>()).await?;
    chains.write(tx).await?;
    for (account, follows) in &all {
        if let Some((action, on)) = &follows.next {
            accounts::actions::set_next(tx, *account, action, *on, None).await?;
        }
    }
    Ok(all.into_iter().map(|(account, follows)| (account, follows.changed)).filter(|(_, changed)| !changed.is_empty()).collect())
}
