//! What there is to see: how debits stand, what a debit serves, and the return rates.

use super::store::drawn::{DebitRow, count_since};
use crate::app::Failure;
use crate::plans;
use crate::plans::agreed;
use crate::store::Tx;
use duly_domain::ledger::debits::Serves;
use duly_domain::ledger::debits::rates::{Counted, RATE_DAYS, Rate};
use duly_domain::plans::plan::PlanState;
use duly_domain::plans::promise::PromiseState;
use jiff::Span;
use jiff::civil::Date;

/// How the promise or installment stands that a debit serves.
pub async fn serves(tx: &mut Tx, debit: &DebitRow) -> Result<Serves, Failure> {
    if let Some(promise) = debit.promise {
        let promise = plans::store::load_promise(tx, promise).await?;
        return Ok(match PromiseState::parse(&promise.state) {
            Some(PromiseState::Kept | PromiseState::Withdrawn) => Serves::Done,
            Some(PromiseState::Broken | PromiseState::PartlyKept) => Serves::Broken,
            Some(PromiseState::Open) | None => Serves::Due,
        });
    }
    let Some(installment) = debit.installment else { return Ok(Serves::Due) };
    let installments = agreed::store::list_installments(tx, debit.account).await?;
    let Some(one) = installments.iter().find(|one| one.id == installment) else { return Ok(Serves::Done) };
    if one.standing() == Some(PromiseState::Kept) {
        return Ok(Serves::Done);
    }
    Ok(match agreed::store::load_plan(tx, one.plan).await?.standing() {
        PlanState::Active => Serves::Due,
        PlanState::Broken => Serves::Broken,
        PlanState::Kept | PlanState::Withdrawn => Serves::Done,
    })
}

/// The return rates over the days that count, until a day.
pub async fn rates(tx: &mut Tx, today: Date) -> Result<[Counted; 3], Failure> {
    let since = today.saturating_sub(Span::new().days(i64::from(RATE_DAYS)));
    let (sent, returns) = count_since(tx, since).await?;
    Ok(Rate::ALL.map(|rate| Counted::of(rate, sent, &returns)))
}
