//! Money that came in and may be meant for a joint plan: what the plan waits for on all its accounts, and how it would be split.

use super::paying::Whole;
use crate::accounts::store::is_held;
use crate::app::Failure;
use crate::compliance::gate;
use crate::ledger::store::currency;
use crate::store::Tx;
use duly_domain::ledger::matching::JointStanding;
use duly_domain::plans::joint::{decide_standstill, next_due, share_payment};
use duly_domain::plans::plan::PlanState;
use duly_domain::values::ids::JointPlanId;
use duly_domain::values::moment::Moment;
use duly_domain::values::money::{Currency, Money};

/// A joint plan as money for it is matched: where it stands now, of itself or of what goes on from it.
pub struct Awaited {
    /// Over all of its accounts.
    pub standing: JointStanding,
    /// In which currency.
    pub currency: Currency,
    whole: Whole,
}

/// How a joint plan stands; nothing where it runs on none of its accounts.
pub async fn find_awaited(tx: &mut Tx, joint: JointPlanId, at: Moment) -> Result<Option<Awaited>, Failure> {
    let whole = Whole::of(tx, joint).await?;
    if !whole.states.contains(&PlanState::Active) {
        return Ok(None);
    }
    let mut stands_still = false;
    for (account, _) in whole.accounts.iter().filter(|(account, _)| account.state == "open") {
        let is_held = is_held(tx, account.id, at.business_day).await?;
        stands_still |= !decide_standstill(is_held, account.paused_until, at.business_day).because.is_empty();
        // What is disputed takes no part of a payment for several debts, 15 USC 1692h: a person looks.
        stands_still |= gate::undisputed(tx, account, at.at).await?.is_some();
    }
    let lefts: Vec<_> = whole.accounts.iter().map(|(_, left)| left.clone()).collect();
    let next = next_due(&lefts);
    let agreed = whole.joint.day_by_day()?;
    let standing = JointStanding {
        joint: whole.joint.id,
        due_minor: next.filter(|(.., accounts)| *accounts > 1).map(|(_, minor, _)| minor),
        agreed_minor: next
            .and_then(|(number, ..)| agreed.iter().find(|payment| payment.number == number))
            .map(|payment| payment.amount_minor),
        owed_minor: lefts.iter().fold(0_i64, |sum, left| sum.saturating_add(left.owed_minor)),
        is_apart: whole.states.iter().any(|state| matches!(state, PlanState::Broken | PlanState::Withdrawn)),
        stands_still,
    };
    Ok(Some(Awaited { standing, currency: currency(&whole.joint.currency)?, whole }))
}

impl Awaited {
    /// How an amount would be split now: the references with their parts, those of nothing left out.
    pub fn split(&self, amount_minor: i64) -> Vec<(String, Money)> {
        let lefts: Vec<_> = self.whole.accounts.iter().map(|(_, left)| left.clone()).collect();
        let shares = share_payment(amount_minor, &lefts);
        let each = self.whole.accounts.iter().zip(shares).filter(|(_, minor)| *minor > 0);
        each.map(|((account, _), minor)| (account.reference.clone(), Money::of(minor, self.currency))).collect()
    }
}
