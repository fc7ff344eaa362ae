//! Payments that are posted one by one. On accounts that bear interest it is brought to the day of the payment first, so that the payment
//! is divided over what was owed on that day; on accounts with a write-off that money may be taken for, that is taken back first and what
//! is left written off again.

use super::bearing::bring_to;
use crate::accounts::store::standing::{Standing, list_standings};
use crate::app::Failure;
use crate::ledger::actions::Posted;
use crate::ledger::posting::{Asked, Before, Fates, post_plain};
use crate::ledger::store::list_payments_by_references;
use crate::ledger::write_offs::money;
use crate::params;
use crate::store::{Keyed, Tx, Value};
use duly_domain::values::ids::AccountId;
use duly_domain::values::money::Money;
use std::collections::HashSet;

/// Whether payments on an account are posted one by one.
pub fn is_posted_alone(standing: &Standing) -> bool {
    standing.interest_to_on.is_some() || standing.written_off_minor > 0
}

/// Posts payments in their order where some are on such accounts: those one by one, the others together.
pub async fn post_bearing(tx: &mut Tx, standings: Vec<Standing>, asks: &[Asked<'_>]) -> Result<Fates, Failure> {
    let (bearing, plain): (Vec<Standing>, Vec<Standing>) = standings.into_iter().partition(is_posted_alone);
    let bearing: HashSet<AccountId> = bearing.into_iter().map(|one| one.id).collect();
    let together: Vec<Asked<'_>> = asks.iter().filter(|ask| !bearing.contains(&ask.payment.account)).copied().collect();
    let mut together = match together.is_empty() {
        true => Vec::new(),
        false => post_plain(tx, plain, &together, Before::LookedUp).await?,
    }
    .into_iter();
    let mut fates = Vec::with_capacity(asks.len());
    for ask in asks {
        let account = ask.payment.account;
        let fate = match bearing.contains(&account) {
            true => post_one(tx, ask).await?,
            false => together.next().unwrap_or_else(|| Err(Failure::NotFound(format!("account {account}")))),
        };
        fates.push(fate);
    }
    Ok(fates)
}

async fn post_one(tx: &mut Tx, asked: &Asked<'_>) -> Result<Result<Posted, Failure>, Failure> {
    let Asked { who, at, payment: ask } = *asked;
    let is_sound =
        ask.effective_on <= at.business_day && (1..=Money::LARGEST_MINOR).contains(&ask.amount_minor) && !ask.reference.trim().is_empty();
    let pair = [Value::from(ask.account), Value::from(ask.reference.trim())];
    let is_known = list_payments_by_references(tx, vec![pair]).await?.iter().any(|Keyed(is_free, _)| !is_free);
    let written_off = match is_sound && !is_known {
        true => money::before(tx, who, at, ask.account).await?,
        false => None,
    };
    if is_sound {
        bring_to(tx, who, at, ask.account, ask.effective_on).await?;
    }
    let standings = list_standings(tx, params![ask.account]).await?;
    let fate = post_plain(tx, standings, std::slice::from_ref(asked), Before::LookedUp).await?.pop();
    let mut fate = fate.unwrap_or_else(|| Err(Failure::NotFound(format!("account {}", ask.account))));
    // A payment of an earlier day bears less since then.
    if let Ok(posted) = &mut fate
        && !posted.is_repeat
        && let Some(owed) = bring_to(tx, who, at, ask.account, ask.effective_on).await?
    {
        posted.balance = owed;
    }
    if let Some(before) = written_off {
        let owed = money::after(tx, who, at, before).await?;
        if let Ok(posted) = &mut fate {
            posted.balance = owed;
        }
    }
    Ok(fate)
}
