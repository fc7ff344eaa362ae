//! What is left is written off by somebody who may, and taken back.
//!
//! Read [`write_off`]. The account closes in the same transaction; interest is brought to today first, so that what is left is all of it.

use super::store::{self, WriteOffRow};
use crate::accounts::closing::{close_for, in_words_of_closing};
use crate::accounts::store::{Account, load_account, relief, update_balance};
use crate::app::{Actor, App, Failure, Outcome, WORDS_MAX, check_length, new_uuid};
use crate::audit::kept;
use crate::ledger::charges::bearing::bring_to;
use crate::ledger::store as ledger;
use crate::plans::agreed::store::list_plans;
use crate::plans::approvals;
use crate::plans::desk::limits::{case_of, table_of};
use crate::store::Tx;
use crate::{audit, transaction};
use duly_domain::decision::{Answer, Decision};
use duly_domain::identity::Role;
use duly_domain::ledger::write_off::{WriteOffReason, decide_write_off, plan_write_off};
use duly_domain::plans::plan::PlanState;
use duly_domain::values::ids::{AccountId, ApprovalId, PlanId, WriteOffId};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::Money;
use serde_json::json;

/// What is left of an account, to be written off.
#[derive(Clone, Debug)]
pub struct WriteOff {
    /// Of which account.
    pub account: AccountId,
    /// Why it closes.
    pub because: WriteOffReason,
    /// More about it; may be empty.
    pub note: String,
}

/// Why a write-off is booked, and by what right.
pub(super) struct Ground {
    pub because: WriteOffReason,
    pub words: String,
    pub approval: Option<ApprovalId>,
    pub plan: Option<PlanId>,
    pub follows: Option<WriteOffId>,
}

/// Writes off what is left of an account and closes it, if somebody may.
pub async fn write_off(app: &App, who: &Actor, at: Moment, ask: &WriteOff) -> Result<Outcome<WriteOffId>, Failure> {
    check_length("write-note", ask.note.trim(), WORDS_MAX)?;
    transaction!(app.db, tx, { write_off_within(tx, who, at, ask).await })
}

/// As [`write_off`], within a transaction.
pub async fn write_off_within(tx: &mut Tx, who: &Actor, at: Moment, ask: &WriteOff) -> Result<Outcome<WriteOffId>, Failure> {
    let account = load_account(tx, ask.account).await?;
    check_none(&account)?;
    let is_closed = account.state == "closed";
    let before = account.closed_because.as_deref();
    if is_closed && before != Some(ask.because.code()) {
        let before = in_words_of_closing(before.unwrap_or("taken back"));
        return Err(Failure::Stale(format!("it was closed before: {before}; take it up again first")));
    }
    bring_to(tx, who, at, account.id, at.business_day).await?;
    let account = load_account(tx, account.id).await?;
    let left = account.owed()?.total()?;
    let grant = find_grant(tx, account.id, (left, ask.because), at).await?;
    let plan = find_settlement(tx, account.id, left, ask.because).await?;
    let decision = weigh(tx, at, &account, (left, ask.because), who.role, grant.is_some() || plan.is_some()).await?;
    if decision.answer != Answer::Yes {
        let rules: Vec<&str> = decision.because.iter().map(|reason| reason.rule.id).collect();
        let detail = json!({"because": ask.because.code(), "amount_minor": left.minor(), "currency": account.currency,
            "answer": decision.answer.code(), "rules": rules});
        audit::record(tx, who, at.at, Some(account.id), "write-off.make", &detail).await?;
        return Ok(Outcome::Refused(decision));
    }
    let note = Some(ask.note.trim()).filter(|note| !note.is_empty());
    if !is_closed {
        close_for(tx, who, at, account.id, ask.because.code(), note).await?;
    }
    // What was granted is kept for what needs it.
    let approval = grant.filter(|_| plan.is_none());
    let ground = Ground { because: ask.because, words: ask.note.trim().to_string(), approval, plan, follows: None };
    let id = book(tx, who, at, account.id, ground).await?;
    if let Some(grant) = approval {
        approvals::actions::use_up(tx, who, at, account.id, grant).await?;
    }
    Ok(Outcome::Done(id))
}

/// Books the entry that takes what a closed account owes to zero.
pub(super) async fn book(tx: &mut Tx, who: &Actor, at: Moment, id: AccountId, ground: Ground) -> Result<WriteOffId, Failure> {
    let account = load_account(tx, id).await?;
    let owed = account.owed()?;
    let lines = plan_write_off(&owed)?;
    let memo = format!("written off, {}", ground.because.to_string().to_lowercase());
    let entry = ledger::insert_entry(tx, id, "write_off", at.business_day, None, &memo, &lines, at.at).await?;
    let row = WriteOffRow {
        id: WriteOffId(new_uuid()),
        account: id,
        entry,
        amount_minor: owed.total()?.minor(),
        currency: account.currency.clone(),
        because: ground.because.code().into(),
        words: ground.words,
        approval: ground.approval,
        plan: ground.plan,
        follows: ground.follows,
        by: who.label().to_string(),
        at: at.at,
        reversed_on: None,
    };
    store::insert(tx, &row).await?;
    update_balance(tx, id, &owed.after(&lines)?, "closed").await?;
    relief::update_written_off(tx, id, row.amount_minor).await?;
    let detail = json!({"write_off": row.id.to_string(), "because": row.because, "amount_minor": row.amount_minor,
        "currency": row.currency, "answer": Answer::Yes.code()});
    kept::record(tx, who, at.at, id, "write-off.make", detail, &[row.id.into()]).await?;
    Ok(row.id)
}

/// Takes the write-off that stands on an account back by an opposite entry, whatever the account's state; which it was.
pub async fn take_back_standing(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    id: AccountId,
    because: &str,
) -> Result<Option<WriteOffRow>, Failure> {
    let Some(row) = store::find_standing(tx, id).await? else { return Ok(None) };
    let account = load_account(tx, id).await?;
    let lines = ledger::load_lines(tx, id, row.entry).await?.reversed();
    let owed = account.owed()?.after(&lines)?;
    let memo = format!("reversal of what was written off: {because}");
    ledger::insert_entry(tx, id, "reversal", at.business_day, Some(row.entry), &memo, &lines, at.at).await?;
    if !store::update_reversed(tx, row.id, at.business_day).await? {
        return Err(Failure::Stale("it was taken back already".into()));
    }
    update_balance(tx, id, &owed, &account.state).await?;
    relief::update_written_off(tx, id, 0).await?;
    let detail = json!({"write_off": row.id.to_string(), "on": at.business_day.to_string(), "because": because});
    kept::record(tx, who, at.at, id, "write-off.reverse", detail, &[row.id.into()]).await?;
    Ok(Some(row))
}

/// What the house and somebody's limits say to writing off so much as an account stands.
pub async fn weigh(
    tx: &mut Tx,
    at: Moment,
    account: &Account,
    (left, because): (Money, WriteOffReason),
    role: Role,
    is_granted: bool,
) -> Result<Decision, Failure> {
    let limits = table_of(tx, at.business_day).await?.write_offs(&case_of(account, role, at.business_day));
    let is_owed = account.balance_minor > 0 && account.written_off_minor == 0;
    let left = if is_owed { left } else { Money::of(0, left.currency()) };
    Ok(decide_write_off(left, because, &limits, is_granted))
}

/// Refuses what would move amounts of an account on which a write-off stands.
pub fn check_none(account: &Account) -> Result<(), Failure> {
    match account.written_off_minor {
        0 => Ok(()),
        _ => Err(Failure::Stale("what was left is written off: take the account up again first".into())),
    }
}

/// The request by which so much may be written off for a reason, if one stands granted.
async fn find_grant(
    tx: &mut Tx,
    account: AccountId,
    (left, because): (Money, WriteOffReason),
    at: Moment,
) -> Result<Option<ApprovalId>, Failure> {
    for granted in approvals::store::list_granted(tx, account, at.at).await? {
        let terms = granted.granted()?.as_write_off();
        if terms.is_some_and(|(most, why)| why == because && most.currency() == left.currency() && most.minor() >= left.minor()) {
            return Ok(Some(granted.id));
        }
    }
    Ok(None)
}

/// The settlement that was kept and released so much: who agreed it had the right to.
async fn find_settlement(tx: &mut Tx, account: AccountId, left: Money, because: WriteOffReason) -> Result<Option<PlanId>, Failure> {
    if because != WriteOffReason::Settled {
        return Ok(None);
    }
    let newest = list_plans(tx, account).await?.into_iter().find(|plan| plan.standing() != PlanState::Withdrawn);
    let kept = newest.filter(|plan| plan.is_settled() && plan.standing() == PlanState::Kept);
    Ok(kept.filter(|plan| left.minor() <= plan.balance_minor.saturating_sub(plan.total_minor)).map(|plan| plan.id))
}
