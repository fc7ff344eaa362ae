//! Payments on accounts that bear interest: it is brought to the day of the payment first, so that the payment is divided over what was
//! owed on that day.

use super::bearing::bring_to;
use crate::accounts::store::standing::{Standing, list_standings};
use crate::app::Failure;
use crate::ledger::actions::Posted;
use crate::ledger::posting::{Asked, Fates, post_plain};
use crate::params;
use crate::store::Tx;
use duly_domain::values::ids::AccountId;
use std::collections::HashSet;

/// Posts payments in their order where some are on accounts that bear interest: those one by one, the others together.
pub async fn post_bearing(tx: &mut Tx, standings: Vec<Standing>, asks: &[Asked<'_>]) -> Result<Fates, Failure> {
    let (bearing, plain): (Vec<Standing>, Vec<Standing>) = standings.into_iter().partition(|one| one.interest_to_on.is_some());
    let bearing: HashSet<AccountId> = bearing.into_iter().map(|one| one.id).collect();
    let together: Vec<Asked<'_>> = asks.iter().filter(|ask| !bearing.contains(&ask.payment.account)).copied().collect();
    let mut together = match together.is_empty() {
        true => Vec::new(),
        false => post_plain(tx, plain, &together).await?,
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
    let is_sound = ask.effective_on <= at.business_day && ask.amount_minor > 0 && !ask.reference.trim().is_empty();
    if is_sound {
        bring_to(tx, who, at, ask.account, ask.effective_on).await?;
    }
    let standings = list_standings(tx, params![ask.account]).await?;
    let fate = post_plain(tx, standings, std::slice::from_ref(asked)).await?.pop();
    let mut fate = fate.unwrap_or_else(|| Err(Failure::NotFound(format!("account {}", ask.account))));
    // A payment of an earlier day bears less since then.
    if let Ok(posted) = &mut fate
        && !posted.is_repeat
        && let Some(owed) = bring_to(tx, who, at, ask.account, ask.effective_on).await?
    {
        posted.balance = owed;
    }
    Ok(fate)
}
