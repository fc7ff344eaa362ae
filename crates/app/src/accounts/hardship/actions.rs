//! A pause is granted, and it ends.

use super::store::{self, PauseRow};
use crate::accounts::actions::{end_hold_within, hold_within, set_next};
use crate::accounts::store::{Account, list_ids_beside, load_account, relief};
use crate::app::{Actor, App, Failure, Outcome, WORDS_MAX, check_length, new_uuid};
use crate::audit::kept::{self, KeptRow};
use crate::ledger::charges::bearing;
use crate::plans::{actions as promises, agreed, approvals};
use crate::store::Tx;
use crate::{audit, strategy, transaction};
use duly_domain::accounts::hardship::{PauseFacts, PauseReason, decide_pause};
use duly_domain::decision::{Answer, Decision};
use duly_domain::identity::Role;
use duly_domain::identity::authority::pause_limits;
use duly_domain::values::ids::{AccountId, ApprovalId, HardshipPauseId};
use duly_domain::values::moment::{Moment, written};
use jiff::civil::Date;
use serde_json::json;

/// A pause to grant.
#[derive(Clone, Debug)]
pub struct GrantPause {
    /// On which account.
    pub account: AccountId,
    /// From which day, which may lie back.
    pub from_on: Date,
    /// The day of its review.
    pub until_on: Date,
    /// Why they cannot pay.
    pub reason: PauseReason,
    /// In their words, or ours.
    pub words: String,
    /// Whether it is for every open account of the same person.
    pub is_for_person: bool,
}

/// Grants a pause, if somebody may: on one account, or on every open account of the same person that can have one.
pub async fn grant_pause(app: &App, who: &Actor, at: Moment, ask: &GrantPause) -> Result<Outcome<Vec<HardshipPauseId>>, Failure> {
    check_length("words", ask.words.trim(), WORDS_MAX)?;
    transaction!(app.db, tx, {
        let mut granted = match grant_within(tx, who, at, ask).await? {
            Outcome::Refused(decision) => return Ok(Outcome::Refused(decision)),
            Outcome::Done(pause) => vec![pause],
        };
        let beside = if ask.is_for_person { list_ids_beside(tx, ask.account).await? } else { Vec::new() };
        for account in beside {
            // What was placed later is paused from its first day.
            let placed_on = load_account(tx, account).await?.placed_on;
            let other = GrantPause { account, from_on: ask.from_on.max(placed_on), ..ask.clone() };
            if let Outcome::Done(pause) = grant_within(tx, who, at, &other).await? {
                granted.push(pause);
            }
        }
        Ok(Outcome::Done(granted))
    })
}

/// What house and limits say to a pause as an account stands.
pub async fn weigh(
    tx: &mut Tx,
    at: Moment,
    account: &Account,
    days: (Date, Date),
    role: Role,
    is_granted: bool,
) -> Result<Decision, Failure> {
    let before = store::list_of_account(tx, account.id).await?;
    let facts = PauseFacts {
        is_open: account.state == "open",
        placed_on: account.placed_on,
        paused_until: account.paused_until,
        last_ended_on: before.iter().filter_map(|pause| pause.ended_on).max(),
        limits: pause_limits(role),
        is_granted,
    };
    Ok(decide_pause(&facts, days.0, days.1, at.business_day))
}

/// Grants one pause within a transaction.
async fn grant_within(tx: &mut Tx, who: &Actor, at: Moment, ask: &GrantPause) -> Result<Outcome<HardshipPauseId>, Failure> {
    let account = load_account(tx, ask.account).await?;
    let (from, until) = (ask.from_on, ask.until_on);
    let grant = find_grant(tx, account.id, (from, until, ask.reason), at).await?;
    let decision = weigh(tx, at, &account, (from, until), who.role, grant.is_some()).await?;
    let mut detail = json!({"from": from.to_string(), "until": until.to_string(), "reason": ask.reason.code(), "answer": decision.answer.code(),
        "rules": decision.because.iter().map(|reason| reason.rule.id).collect::<Vec<_>>()});
    if decision.answer != Answer::Yes {
        audit::record(tx, who, at.at, Some(account.id), "pause.grant", &detail).await?;
        return Ok(Outcome::Refused(decision));
    }
    let hold = hold_within(tx, who, at, account.id, "Hardship pause", PAUSE, until).await?;
    let row = PauseRow {
        id: HardshipPauseId(new_uuid()),
        account: account.id,
        reason: ask.reason.code().into(),
        words: ask.words.trim().to_string(),
        from_on: from,
        until_on: until,
        hold,
        approval: grant,
        granted_by: who.label().to_string(),
        granted_at: at.at,
        ended_on: None,
        ended_by: None,
        ended_because: None,
    };
    store::insert_pause(tx, &row).await?;
    relief::update_paused(tx, account.id, Some(until)).await?;
    detail["pause"] = json!(row.id.to_string());
    let rows: Vec<KeptRow> = vec![row.id.into()];
    kept::record(tx, who, at.at, account.id, "pause.grant", detail, &rows).await?;
    if let Some(grant) = grant {
        approvals::actions::use_up(tx, who, at, account.id, grant).await?;
    }
    // What was charged for its days is taken back, and what is due in it comes after.
    bearing::rest_from(tx, who, at, account.id, from).await?;
    agreed::revising::rest_until(tx, who, at, account.id, until).await?;
    promises::withdraw_alone(tx, who, at, account.id, "a hardship pause").await?;
    set_next(tx, account.id, REVIEW, until, None).await?;
    strategy::actions::place_on_worklist(tx, account.id, at).await?;
    Ok(Outcome::Done(row.id))
}

/// The scope of a hold that belongs to a pause.
pub const PAUSE: &str = "pause";

const REVIEW: &str = "Hardship pause: look at it with them";

/// The request by which exactly this pause stands granted, if one does.
async fn find_grant(tx: &mut Tx, account: AccountId, terms: (Date, Date, PauseReason), at: Moment) -> Result<Option<ApprovalId>, Failure> {
    for granted in approvals::store::list_granted(tx, account, at.at).await? {
        if granted.granted()?.as_pause() == Some(terms) {
            return Ok(Some(granted.id));
        }
    }
    Ok(None)
}

/// Ends the pause that stands on an account before its day; the account comes back today.
pub async fn end_pause(app: &App, who: &Actor, at: Moment, account: AccountId, because: &str) -> Result<(), Failure> {
    let because = because.trim();
    if because.is_empty() {
        return Err(Failure::wrong("because", "is missing: say why it ends"));
    }
    check_length("because", because, WORDS_MAX)?;
    transaction!(app.db, tx, {
        let Some(pause) = standing(tx, account).await? else {
            return Err(Failure::Stale("no hardship pause stands on this account".into()));
        };
        end_within(tx, who, at, &pause, at.business_day, because).await
    })
}

/// Ends the pause of an account that ends.
pub async fn end_all(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId) -> Result<(), Failure> {
    match standing(tx, account).await? {
        Some(pause) => end_within(tx, who, at, &pause, at.business_day, "the account ends").await,
        None => Ok(()),
    }
}

/// The pause that stands on an account.
pub async fn standing(tx: &mut Tx, account: AccountId) -> Result<Option<PauseRow>, Failure> {
    Ok(store::list_of_account(tx, account).await?.into_iter().find(|pause| pause.ended_on.is_none()))
}

/// Ends a pause on a day, with its hold; somebody looks at it with them.
pub async fn end_within(tx: &mut Tx, who: &Actor, at: Moment, pause: &PauseRow, on: Date, because: &str) -> Result<(), Failure> {
    if !store::update_ended(tx, pause.id, on, who.label(), because, at.at).await? {
        return Ok(());
    }
    relief::update_paused(tx, pause.account, None).await?;
    let detail = json!({"pause": pause.id.to_string(), "on": on.to_string(), "because": because});
    kept::record(tx, who, at.at, pause.account, "pause.end", detail, &[pause.id.into()]).await?;
    end_hold_within(tx, who, at, pause.account, pause.hold).await?;
    let account = load_account(tx, pause.account).await?;
    // Interest that was posted while the pause was to last longer is too little.
    bearing::restate(tx, who, at, &account).await?;
    if account.state == "open" {
        let action = format!("Hardship pause over since {}: agree what next", written(on));
        set_next(tx, pause.account, &action, at.business_day.max(on), None).await?;
    }
    strategy::actions::place_on_worklist(tx, pause.account, at).await
}
