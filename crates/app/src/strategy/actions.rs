//! The worklist is kept true after every act, and read.

use super::store::{self, WorkItem, WorkRow};
use crate::app::{App, Failure};
use crate::compliance::facts::gather_many;
use crate::compliance::gate::{Seen, look};
use crate::outreach::store::Claim;
use crate::params;
use crate::store::{Tx, Value};
use crate::{accounts, ledger, outreach};
use duly_domain::accounts::days_past_due;
use duly_domain::decision::Answer;
use duly_domain::strategy::worklist::{Lane, Ranking, WorkFacts, rank};
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, UserId};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::Money;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

/// Puts an account on its desk's worklist, or takes it off: after every act, in its transaction.
pub async fn place_on_worklist(tx: &mut Tx, account: AccountId, at: Moment) -> Result<(), Failure> {
    match store::find_facts(tx, account, at.business_day).await? {
        Some(row) => place_all(tx, &[row], at.business_day).await,
        None => Ok(store::replace_rows(tx, &[], &[account]).await?),
    }
}

/// As [`place_on_worklist`], for many accounts whose facts are known.
pub async fn place_all(tx: &mut Tx, rows: &[WorkRow], today: Date) -> Result<(), Failure> {
    let (mut on, mut off) = (Vec::new(), Vec::new());
    for row in rows {
        match work_values(row, today)? {
            Some(values) => on.push(values),
            None => off.push(row.account),
        }
    }
    Ok(store::replace_rows(tx, &on, &off).await?)
}

/// The values of an account's row; none when its day has not come, it stands still, or it is closed.
pub fn work_values(row: &WorkRow, today: Date) -> Result<Option<Vec<Value>>, Failure> {
    let Some(next_action_on) = row.next_action_on.filter(|on| *on <= today) else { return Ok(None) };
    if row.state != "open" || row.holds > 0 {
        return Ok(None);
    }
    let ranking = rank(&WorkFacts {
        balance: Money::of(row.balance_minor, ledger::store::currency(&row.currency)?),
        days_past_due: days_past_due(row.due_on, today),
        timed_at: row.next_action_at,
        promise_due_on: row.promise_due_on,
        has_broken_promise: matches!(row.last_promise.as_deref(), Some("broken" | "partly_kept")),
        was_reached: row.was_reached,
        promises_kept: u32::try_from(row.promises_kept).unwrap_or(0),
        promises_decided: u32::try_from(row.promises_decided).unwrap_or(0),
        has_paid: row.payments > 0,
        next_action_on,
        today,
    });
    Ok(Some(ranking_values(row, &ranking, today)))
}

fn ranking_values(row: &WorkRow, ranking: &Ranking, today: Date) -> Vec<Value> {
    let because = json!({
        "chance_bp": ranking.chance_bp, "chance": ranking.chance_because,
        "urgency_percent": ranking.urgency_percent, "urgency": ranking.urgency_because,
        "cost_minor": ranking.cost_minor, "owed_minor": row.balance_minor,
    });
    params![
        row.account,
        row.desk,
        ranking.lane.code(),
        ranking.expected_minor,
        &row.currency,
        because.to_string(),
        row.next_action_at,
        today,
        row.balance_minor
    ]
    .to_vec()
}

/// A row of the worklist with what the gate says about calling now.
pub struct Work {
    /// 1 is first.
    pub rank: usize,
    /// The row.
    pub item: WorkItem,
    /// The gate on a call now.
    pub call: Seen,
    /// Their clocks now, as `HH:MM`, in the zone that decides.
    pub local_time: String,
    /// Somebody else who has a contact reserved on it now.
    pub claim: Option<Claim>,
}

/// Reads an officer's worklist: what is agreed for now first, then by what a talk is expected to bring.
pub async fn list_worklist(tx: &mut Tx, user: UserId, at: Moment, lane: Option<Lane>, limit: usize) -> Result<Vec<Work>, Failure> {
    let mut items = Vec::new();
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    for desk in accounts::store::list_desks_of(tx, user).await? {
        items.extend(store::list_desk(tx, desk.id, lane.map(Lane::code), most).await?);
        if lane.is_none() {
            items.extend(store::list_desk(tx, desk.id, Some(Lane::Timed.code()), most).await?);
        }
    }
    let soon = at.at.saturating_add(SignedDuration::from_mins(15)).unwrap_or(at.at);
    items.sort_by_key(|item| (item.due_at.filter(|due| *due <= soon).is_none(), -item.expected_minor, item.account));
    items.dedup_by_key(|item| item.account);
    items.truncate(limit);
    let ids: Vec<AccountId> = items.iter().map(|item| item.account).collect();
    let known = gather_many(tx, &ids).await?;
    let claims = outreach::store::list_claims(tx, at.at).await?;
    let mut work = Vec::with_capacity(items.len());
    for (at_rank, (item, known)) in items.into_iter().zip(known).enumerate() {
        let call = look(&known, at.at, Channel::Call);
        let local_time = local_time(&call, at.at);
        let claim = claims.iter().find(|claim| claim.account == item.account && claim.is_of_another(Some(user))).cloned();
        work.push(Work { rank: at_rank + 1, item, call, local_time, claim });
    }
    Ok(work)
}

/// The hour where the person is, on the clock that is furthest behind.
pub fn local_time(seen: &Seen, at: Timestamp) -> String {
    let second = seen.facts.clocks.first().map_or(0, |clock| clock.local(at.as_second()).1);
    format!("{:02}:{:02}", second / 3600, second / 60 % 60)
}

/// The next best account to open: the first row of the list that may be called now, else the first.
///
/// What somebody else has reserved, or was led to a moment ago, is passed over, so that officers who press the key at the
/// same time are led to different accounts.
pub async fn next_best(app: &App, user: UserId, at: Moment, after: Option<AccountId>) -> Result<Option<AccountId>, Failure> {
    let taken = app.led.by_others(user, at.at);
    let mut tx = app.db.read().await?;
    let work = list_worklist(&mut tx, user, at, None, 25 + taken.len()).await?;
    let mut others = work.iter().filter(|work| Some(work.item.account) != after);
    let free = others.clone().filter(|work| work.claim.is_none() && !taken.contains(&work.item.account));
    let workable = free.clone().find(|work| work.call.decision.answer == Answer::Yes);
    let next = workable.or_else(|| free.clone().next()).or_else(|| others.next()).map(|work| work.item.account);
    if let Some(next) = next {
        app.led.note(user, next, at.at);
    }
    Ok(next)
}
