//! Creditors and desks are made, holds placed and ended, deaths recorded.

pub use super::desks::actions::join_desk;
use super::hardship;
use super::store::{self, Creditor, Desk, Hold};
use crate::app::{Actor, App, Failure, WORDS_MAX, check_length, new_uuid};
use crate::audit::kept;
use crate::store::Tx;
use crate::{audit, strategy, transaction};
use duly_domain::values::ids::{AccountId, CreditorId, DeskId, HoldId};
use duly_domain::values::moment::{Moment, written};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

/// Finds a creditor by name, or makes it with a desk of its own and the house's usual terms.
pub async fn ensure_creditor(tx: &mut Tx, who: &Actor, at: Moment, name: &str) -> Result<Creditor, Failure> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Failure::wrong("creditor", "has no name"));
    }
    if let Some(creditor) = store::find_creditor_by_name(tx, name).await? {
        return Ok(creditor);
    }
    let desk = ensure_desk(tx, at, &format!("{name} desk")).await?;
    let creditor = Creditor {
        id: CreditorId(new_uuid()),
        name: name.to_string(),
        role: "third_party".into(),
        rule_scope: "all".into(),
        grace_days: i64::from(duly_domain::plans::promise::GRACE_DAYS),
        allocation_order: duly_domain::ledger::AllocationOrder::default().text(),
        attempts_max_7_days: 7,
        desk,
    };
    store::insert_creditor(tx, &creditor, at.at).await?;
    audit::record_in(tx, who, at.at, &creditor.id.to_string(), "creditor.add", &json!({"name": name})).await?;
    Ok(creditor)
}

async fn ensure_desk(tx: &mut Tx, at: Moment, name: &str) -> Result<DeskId, Failure> {
    if let Some(desk) = store::find_desk(tx, name).await? {
        return Ok(desk.id);
    }
    let desk = Desk { id: DeskId(new_uuid()), name: name.to_string() };
    // Whoever works every desk works the new one too; otherwise its accounts would stand on nobody's list.
    let members = store::list_who_work_all(tx).await?;
    store::insert_desk(tx, &desk, at.at).await?;
    for (user,) in members {
        store::insert_member(tx, desk.id, user).await?;
    }
    Ok(desk.id)
}

/// The longest hold: what stands still is looked at again within half a year.
const LONGEST_HOLD_DAYS: i64 = 183;

/// Makes the account stand still until a day, on which it comes back by itself.
pub async fn place_hold(app: &App, who: &Actor, at: Moment, account: AccountId, reason: &str, until_on: Date) -> Result<HoldId, Failure> {
    check_hold(at, reason, until_on)?;
    transaction!(app.db, tx, { hold(tx, who, at, account, reason.trim(), until_on).await })
}

/// As [`place_hold`], for every open account of the same person; how many that were.
pub async fn hold_person(app: &App, who: &Actor, at: Moment, account: AccountId, reason: &str, until_on: Date) -> Result<usize, Failure> {
    check_hold(at, reason, until_on)?;
    transaction!(app.db, tx, {
        let beside = store::list_ids_beside(tx, account).await?;
        let all: Vec<AccountId> = std::iter::once(account).chain(beside).collect();
        for id in &all {
            hold_within(tx, who, at, *id, reason.trim(), "person", until_on).await?;
        }
        Ok(all.len())
    })
}

fn check_hold(at: Moment, reason: &str, until_on: Date) -> Result<(), Failure> {
    if reason.trim().is_empty() {
        return Err(Failure::wrong("reason", "is empty"));
    }
    check_length("reason", reason, WORDS_MAX)?;
    if until_on <= at.business_day {
        return Err(Failure::wrong("until", "is not after today"));
    }
    let latest = at.business_day.saturating_add(jiff::Span::new().days(LONGEST_HOLD_DAYS));
    if until_on > latest {
        return Err(Failure::wrong("until", format!("is too far away: {} at the latest, then somebody looks again", written(latest))));
    }
    Ok(())
}

/// As [`place_hold`], within a transaction.
pub async fn hold(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId, reason: &str, until_on: Date) -> Result<HoldId, Failure> {
    hold_within(tx, who, at, account, reason, "account", until_on).await
}

pub(in crate::accounts) async fn hold_within(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    account: AccountId,
    reason: &str,
    scope: &str,
    until_on: Date,
) -> Result<HoldId, Failure> {
    store::load_account(tx, account).await?;
    let hold = Hold {
        id: HoldId(new_uuid()),
        reason: reason.to_string(),
        scope: scope.to_string(),
        from_on: at.business_day,
        until_on: Some(until_on),
        ended_at: None,
    };
    store::insert_hold(tx, account, &hold, who.label(), at.at).await?;
    let detail = json!({"hold": hold.id.to_string(), "reason": reason, "scope": scope, "until": until_on.to_string()});
    kept::record(tx, who, at.at, account, "hold.place", detail, &[hold.id.into()]).await?;
    strategy::actions::place_on_worklist(tx, account, at).await?;
    Ok(hold.id)
}

/// Ends a hold; the account comes back today.
pub async fn end_hold(app: &App, who: &Actor, at: Moment, account: AccountId, hold: HoldId) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        let known = store::list_holds(tx, account).await?.into_iter().find(|known| known.id == hold);
        let known = known.ok_or_else(|| Failure::NotFound(format!("hold {hold} on this account")))?;
        if known.scope == hardship::actions::PAUSE {
            return Err(Failure::Stale("the hold belongs to a hardship pause: end the pause".into()));
        }
        end_hold_within(tx, who, at, account, hold).await
    })
}

/// As [`end_hold`], within a transaction.
pub async fn end_hold_within(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId, hold: HoldId) -> Result<(), Failure> {
    if !store::end_hold(tx, hold, at.at).await? {
        return Ok(());
    }
    kept::record(tx, who, at.at, account, "hold.end", json!({"hold": hold.to_string()}), &[hold.into()]).await?;
    let facts = store::load_account(tx, account).await?;
    if facts.state == "open" && facts.next_action_on.is_none_or(|on| on > at.business_day) {
        set_next(tx, account, "Take up after the hold", at.business_day, None).await?;
    }
    strategy::actions::place_on_worklist(tx, account, at).await
}

/// Names the next action of an account and its day.
pub async fn set_next(tx: &mut Tx, account: AccountId, action: &str, on: Date, at: Option<Timestamp>) -> Result<(), Failure> {
    Ok(store::update_next(tx, account, Some(action), Some(on), at).await?)
}
