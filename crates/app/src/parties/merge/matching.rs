//! After an import: which new records may be people we know already.

use super::store;
use crate::app::{App, Failure};
use crate::intake::progress::Progress;
use crate::store::{Keyed, Tx, Value};
use crate::{accounts, parties, transaction};
use duly_domain::parties::merge::{Identifying, LIKELY, weigh};
use duly_domain::values::ids::{AccountId, BatchId, DebtorId};
use duly_domain::values::moment::Moment;
use serde_json::json;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Accounts compared together.
const PIECE: i64 = 200;

/// Compares the people of every batch that waits for it: the newest, and one whose comparing was cut off.
pub async fn find_likenesses_left(app: &App, at: Moment, progress: &Progress) -> Result<u64, Failure> {
    let left = accounts::store::list_uncompared(&mut app.db.read().await?).await?;
    let mut found = 0;
    for (batch,) in left {
        found += find_likenesses(app, at, batch, progress).await?;
        if progress.is_stopped() {
            break;
        }
        transaction!(app.db, tx, { accounts::store::update_compared(tx, batch, at.at).await })?;
    }
    Ok(found)
}

/// Compares a batch's people with everybody who shares a number, an address, or name and date of birth; how many may be one.
pub async fn find_likenesses(app: &App, at: Moment, batch: BatchId, progress: &Progress) -> Result<u64, Failure> {
    let mut after = AccountId(Uuid::nil());
    let mut found = 0;
    loop {
        let (piece, likely) = {
            let mut tx = app.db.read().await?;
            let piece = accounts::store::list_people_of_batch(&mut tx, batch, after, PIECE).await?;
            let debtors: Vec<DebtorId> = piece.iter().map(|(_, debtor)| *debtor).collect();
            let likely = compare(&mut tx, &debtors).await?;
            (piece, likely)
        };
        let Some((last, _)) = piece.last() else { return Ok(found) };
        after = *last;
        if !likely.is_empty() {
            found += transaction!(app.db, tx, { keep(tx, &likely, at).await })?;
        }
        if progress.is_stopped() {
            return Ok(found);
        }
        tokio::task::yield_now().await;
    }
}

type Likely = (DebtorId, DebtorId, i32, String);

async fn keep(tx: &mut Tx, likely: &[Likely], at: Moment) -> Result<u64, Failure> {
    let mut count = 0;
    for (one, other, weight, because) in likely {
        count += u64::from(store::insert_likeness(tx, *one, *other, *weight, because, at.at).await?);
    }
    Ok(count)
}

/// The pairs among these and everybody else that somebody should look at.
async fn compare(tx: &mut Tx, debtors: &[DebtorId]) -> Result<Vec<Likely>, Failure> {
    let keys: Vec<Value> = debtors.iter().map(|id| Value::from(*id)).collect();
    let mine = parties::store::list_points_of(tx, &keys).await?;
    let values: Vec<Value> = mine.iter().map(|Keyed(_, point)| Value::from(&point.value)).collect();
    let mut holders: HashMap<String, Vec<DebtorId>> = HashMap::new();
    for (value, holder) in parties::store::list_holders(tx, &values).await? {
        holders.entry(value).or_default().push(holder);
    }
    let mut pairs: HashSet<(DebtorId, DebtorId)> = HashSet::new();
    for Keyed(owner, point) in &mine {
        // A number that a crowd shares is a switchboard, not a person.
        let sharers = holders.get(&point.value).filter(|sharers| sharers.len() <= 20);
        pairs.extend(sharers.into_iter().flatten().filter(|other| *other != owner).map(|other| (*owner, *other)));
    }
    for (one, other) in parties::store::list_namesakes(tx, &keys).await? {
        pairs.insert((one, other));
    }
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let everybody: Vec<Value> = pairs.iter().flat_map(|(one, other)| [Value::from(*one), Value::from(*other)]).collect();
    let known = identify(tx, &everybody).await?;
    let weighed = pairs.into_iter().filter_map(|(one, other)| {
        let likeness = weigh(known.get(&one)?, known.get(&other)?);
        let because = json!(likeness.because).to_string();
        (likeness.weight >= LIKELY).then_some((one, other, likeness.weight, because))
    });
    let mut likely: Vec<Likely> = weighed.collect();
    likely.sort_by_key(|(one, other, ..)| (*one, *other));
    Ok(likely)
}

/// What tells people apart, for many.
async fn identify(tx: &mut Tx, debtors: &[Value]) -> Result<HashMap<DebtorId, Identifying>, Failure> {
    let mut known: HashMap<DebtorId, Identifying> = parties::store::list_debtors(tx, debtors)
        .await?
        .into_iter()
        .filter(|debtor| debtor.merged_into.is_none())
        .map(|debtor| {
            let identifying = Identifying {
                name: debtor.name,
                date_of_birth: debtor.date_of_birth,
                is_business: debtor.is_business,
                ..Identifying::default()
            };
            (debtor.id, identifying)
        })
        .collect();
    for Keyed(owner, point) in parties::store::list_points_of(tx, debtors).await? {
        let Some(person) = known.get_mut(&owner) else { continue };
        match point.kind.as_str() {
            "phone" => person.phones.push(point.value),
            "email" => person.emails.push(point.value),
            _ => person.addresses.push(point.value),
        }
    }
    Ok(known)
}
