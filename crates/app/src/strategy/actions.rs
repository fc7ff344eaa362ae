//! The worklist is ranked after every act, and read.

use super::store::{self, ListedRow, Place, WorkRow};
use crate::app::{App, Failure};
use crate::compliance::facts::{Known, gather_many};
use crate::compliance::gate::{Seen, look_for_call};
use crate::outreach::store::Claim;
use crate::store::{Tx, Value};
use crate::values;
use crate::{accounts, ledger, outreach};
use duly_domain::accounts::days_past_due;
use duly_domain::decision::Answer;
use duly_domain::strategy::worklist::{Lane, Ranking, WorkFacts, rank};
use duly_domain::values::ids::{AccountId, ContactId, UserId};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::Money;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;

/// Puts an account on its desk's worklist, or takes it off: after every act, in its transaction.
///
/// A place is what the last ranking said. An act ranks its account at once and the night ranks all; a payment that leaves what is
/// next as it was ranks nothing (see [`ledger::posting`]). What is shown of a row is true when it is shown.
pub async fn place_on_worklist(tx: &mut Tx, account: AccountId, at: Moment) -> Result<(), Failure> {
    let facts = store::list_facts_of(tx, &[Value::from(account)]).await?;
    if facts.is_empty() {
        return Ok(store::replace_rows(tx, &[], &[account]).await?);
    }
    place_all(tx, &facts, at.business_day).await
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
pub fn work_values(row: &WorkRow, today: Date) -> Result<Option<[Value; 7]>, Failure> {
    // What came back from a supervisor waits for no day.
    let has_come = row.returned > 0 || row.next_action_on.is_some_and(|on| on <= today);
    let is_held = row.held_until.is_some_and(|until| until > today);
    if row.state != "open" || is_held || !has_come {
        return Ok(None);
    }
    let ranking = rank_row(row, today)?;
    let lane = Value::word(ranking.lane.code());
    Ok(Some(values![row.account, row.desk, lane, ranking.expected_minor, &row.currency, row.next_action_at, today]))
}

/// What ranking an account anew comes to.
fn rank_row(row: &WorkRow, today: Date) -> Result<Ranking, Failure> {
    Ok(rank(&WorkFacts {
        balance: Money::of(row.balance_minor, ledger::store::currency(&row.currency)?),
        days_past_due: days_past_due(row.aged_from, today),
        timed_at: row.next_action_at.filter(|_| row.next_action_on.is_none_or(|on| on <= today)),
        has_returned: row.returned > 0,
        promise_due_on: row.promise_due_on,
        has_broken_promise: matches!(row.last_promise.as_deref(), Some("broken" | "partly_kept")),
        was_reached: row.was_reached,
        promises_kept: u32::try_from(row.promises_kept).unwrap_or(0),
        promises_decided: u32::try_from(row.promises_decided).unwrap_or(0),
        has_paid: row.payments > 0,
        next_action_on: row.next_action_on.unwrap_or(today),
        today,
    }))
}

/// So many rows are asked of the gate before a list makes do with those that may not be called now.
const LOOKED_AT: usize = 200;

/// How many accounts *next best* asks of the gate at a time: one mostly does, and more only where it was refused.
const ASKED: [usize; 3] = [1, 8, 64];

/// A row of the worklist as it is shown.
#[derive(Clone, Debug)]
pub struct WorkItem {
    /// The account.
    pub account: AccountId,
    /// Who owes it, as they are called.
    pub name: Option<String>,
    /// The language they speak, where they said.
    pub language: Option<String>,
    /// Who placed it.
    pub creditor: String,
    /// What the creditor calls it.
    pub reference: String,
    /// What is owed.
    pub balance_minor: i64,
    /// In which currency.
    pub currency: String,
    /// The code of its lane.
    pub lane: String,
    /// What a talk is expected to bring, by what is true now.
    pub ranking: Ranking,
    /// The day of the ranking that its place follows from.
    pub ranked_on: Date,
    /// What a talk was expected to bring on that day: the order of the list.
    pub ranked_minor: i64,
    /// The moment that was agreed.
    pub due_at: Option<Timestamp>,
    /// What is done next.
    pub next_action: Option<String>,
    /// And on which day.
    pub next_action_on: Option<Date>,
    /// The last contact about it, and what it came to if that is known.
    pub last_contact: Option<(Timestamp, Option<String>)>,
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
    /// The last day for a suit, where it has passed.
    pub barred: Option<Date>,
}

impl Work {
    /// What a call asks for where a part is disputed in writing and held: the rest alone.
    pub fn rest(&self) -> Option<Money> {
        let dispute = &self.call.facts.dispute;
        dispute.undisputed.filter(|_| dispute.is_about_undisputed)
    }

    /// Whether this officer may call them now.
    pub fn is_workable(&self) -> bool {
        is_workable(&self.call, self.claim.as_ref())
    }
}

fn is_workable(call: &Seen, claim: Option<&Claim>) -> bool {
    call.decision.answer == Answer::Yes && claim.is_none()
}

/// Reads the places on an officer's lists: what is agreed for now first, then by what a talk is expected to bring.
pub async fn list_places(tx: &mut Tx, user: UserId, at: Moment, lane: Option<Lane>, limit: usize) -> Result<Vec<Place>, Failure> {
    let mut places = Vec::new();
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    for desk in accounts::store::list_desks_of(tx, user).await? {
        places.extend(store::list_places(tx, desk.id, lane.map(Lane::code), most).await?);
        if lane.is_none() {
            places.extend(store::list_places(tx, desk.id, Some(Lane::Timed.code()), most).await?);
        }
    }
    let soon = at.at.saturating_add(SignedDuration::from_mins(15)).unwrap_or(at.at);
    places.sort_by_key(|place| (place.due_at.filter(|due| *due <= soon).is_none(), -place.expected_minor, place.account));
    places.dedup_by_key(|place| place.account);
    places.truncate(limit);
    Ok(places)
}

/// Reads an officer's worklist: whom they may call now, then whom they may not, each in the order of [`list_places`].
///
/// Where few may be called it looks further down than it shows, so that a day does not begin with a page of closed doors.
pub async fn list_worklist(tx: &mut Tx, user: UserId, at: Moment, lane: Option<Lane>, limit: usize) -> Result<Vec<Work>, Failure> {
    let places = list_places(tx, user, at, lane, limit.max(LOOKED_AT)).await?;
    let claims = outreach::store::list_claims(tx, at.at).await?;
    let (mut now, mut later) = (Vec::new(), Vec::new());
    for page in places.chunks(limit.max(1)) {
        let ids: Vec<AccountId> = page.iter().map(|place| place.account).collect();
        for known in gather_many(tx, &ids).await? {
            let call = look_for_call(&known, at.at);
            let claim = claims.iter().find(|claim| claim.account == known.account.id && claim.is_of_another(Some(user))).cloned();
            let list = if is_workable(&call, claim.as_ref()) { &mut now } else { &mut later };
            list.push((known, call, claim));
        }
        if now.len() * 2 >= limit {
            break;
        }
    }
    let shown: Vec<(Known, Seen, Option<Claim>)> = now.into_iter().chain(later).take(limit).collect();
    let on: Vec<AccountId> = shown.iter().map(|(known, ..)| known.account.id).collect();
    let ids: Vec<Value> = on.iter().map(|account| Value::from(*account)).collect();
    let mut rows: HashMap<AccountId, ListedRow> = store::list_rows(tx, &ids).await?.into_iter().map(|row| (row.account, row)).collect();
    let mut rankings: HashMap<AccountId, Ranking> = HashMap::with_capacity(shown.len());
    for facts in store::list_facts_of(tx, &ids).await? {
        rankings.insert(facts.account, rank_row(&facts, at.business_day)?);
    }
    let last: Vec<Value> = shown.iter().filter_map(|(known, ..)| known.last_contact()).map(|(id, _)| Value::from(id)).collect();
    let results: HashMap<ContactId, String> = outreach::store::list_results_of(tx, &last).await?.into_iter().collect();
    let work = shown.into_iter().filter_map(|(known, call, claim)| {
        let (row, ranking) = (rows.remove(&known.account.id)?, rankings.remove(&known.account.id)?);
        let last_contact = known.last_contact().map(|(id, at)| (at, results.get(&id).cloned()));
        Some((item(row, ranking, known, last_contact), call, claim))
    });
    let barred = accounts::limitation::list_barred(tx, &on, at.business_day).await?;
    let work = work.enumerate().map(|(place, (item, call, claim))| {
        let local_time = local_time(&call, at.at);
        let barred = barred.get(&item.account).copied();
        Work { rank: place + 1, item, call, local_time, claim, barred }
    });
    Ok(work.collect())
}

fn item(row: ListedRow, ranking: Ranking, known: Known, last_contact: Option<(Timestamp, Option<String>)>) -> WorkItem {
    let ListedRow { account, lane, expected_minor: ranked_minor, due_at, ranked_on } = row;
    let Known { account: on, creditor, debtor, .. } = known;
    WorkItem {
        account,
        name: debtor.name,
        language: debtor.language,
        creditor: creditor.name,
        reference: on.reference,
        balance_minor: on.balance_minor,
        currency: on.currency,
        lane,
        ranking,
        ranked_on,
        ranked_minor,
        due_at,
        next_action: on.next_action,
        next_action_on: on.next_action_on,
        last_contact,
    }
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
    let mut passed_over = app.led.by_others(user, at.at);
    let mut tx = app.db.read().await?;
    let claims = outreach::store::list_claims(&mut tx, at.at).await?;
    passed_over.extend(claims.iter().filter(|claim| claim.is_of_another(Some(user))).map(|claim| claim.account));
    let most = ASKED.iter().sum::<usize>() + passed_over.len() + 1;
    let places = list_places(&mut tx, user, at, None, most).await?;
    let others = places.into_iter().map(|place| place.account).filter(|account| Some(*account) != after);
    let (taken, free): (Vec<AccountId>, Vec<AccountId>) = others.partition(|account| passed_over.contains(account));
    let mut rest = free.as_slice();
    for asked in ASKED {
        let (page, behind) = rest.split_at(asked.min(rest.len()));
        rest = behind;
        for known in gather_many(&mut tx, page).await? {
            let may_call = look_for_call(&known, at.at).decision.answer == Answer::Yes;
            if may_call && app.led.lead(user, known.account.id, at.at) {
                return Ok(Some(known.account.id));
            }
        }
    }
    let next = free.into_iter().find(|account| app.led.lead(user, *account, at.at)).or_else(|| taken.into_iter().next());
    Ok(next)
}
