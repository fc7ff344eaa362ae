//! What the control room shows first: what was refused today, by rule, and who is close to a limit.

use super::facts::gather_many;
use super::gate::attempts_at;
use super::store;
use crate::app::Failure;
use crate::store::Tx;
use crate::web::guard::Visit;
use duly_domain::compliance::rules::cards;
use duly_domain::decision::RuleCard;
use duly_domain::values::ids::AccountId;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;

/// Accounts asked of the gate at most.
const ASKED: i64 = 100;

/// Somebody who may be called once more, or no more, in the seven days up to now.
pub struct NearLimit {
    /// About which account.
    pub account: AccountId,
    /// Whom.
    pub name: Option<String>,
    /// What the creditor calls it.
    pub reference: String,
    /// Calls that count.
    pub used: u32,
    /// And how many may.
    pub max: u32,
}

/// What was refused since midnight where we are: how often each rule stood in the way, the most frequent first.
pub async fn refused_today(tx: &mut Tx, visit: &Visit) -> Result<Vec<(&'static RuleCard, i64)>, Failure> {
    let midnight = visit.at.business_day.to_zoned(visit.zone.clone()).map_or(visit.at.at, |midnight| midnight.timestamp());
    let mut counts: HashMap<&'static str, i64> = HashMap::new();
    let cards = cards();
    for (rules, count) in store::count_by_rules(tx, midnight).await? {
        for card in rules.split(' ').filter_map(|id| cards.iter().find(|card| card.id == id)) {
            *counts.entry(card.id).or_default() += count;
        }
    }
    let mut refused: Vec<_> = cards.into_iter().filter_map(|card| Some((card, *counts.get(card.id)?))).collect();
    refused.sort_by_key(|(_, count)| -count);
    Ok(refused)
}

/// Whoever was called so often in these seven days that one more call would fill the limit, or that it is full.
pub async fn near_limits(tx: &mut Tx, at: Timestamp) -> Result<Vec<NearLimit>, Failure> {
    let since = at.saturating_sub(SignedDuration::from_hours(7 * 24)).unwrap_or(at);
    let often = store::list_called_often(tx, since, ASKED).await?;
    let mut near = Vec::new();
    for known in gather_many(tx, &often).await? {
        let (used, max) = attempts_at(&known, at);
        if used > 0 && used + 1 >= max {
            near.push(NearLimit { account: known.account.id, name: known.debtor.name, reference: known.account.reference, used, max });
        }
    }
    near.sort_by_key(|near| (near.max.saturating_sub(near.used), near.reference.clone()));
    Ok(near)
}
