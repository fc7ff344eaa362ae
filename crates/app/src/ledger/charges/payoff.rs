//! What pays an account off on a day: what is owed, and the interest from where it is posted to that day.

use super::bearing;
use crate::accounts::store::Account;
use crate::app::Failure;
use crate::ledger::store::currency;
use crate::store::Tx;
use duly_domain::ledger::Buckets;
use duly_domain::values::moment::written;
use duly_domain::values::money::Money;
use jiff::Span;
use jiff::civil::Date;

/// What pays an account off on a day.
#[derive(Clone, Debug)]
pub struct Payoff {
    /// On which.
    pub on: Date,
    /// What is owed as it is posted.
    pub owed: Buckets,
    /// Interest from there to the day.
    pub accruing: Money,
    /// All of it.
    pub total: Money,
    /// What another day adds, rounded.
    pub a_day: Money,
}

/// Works out what pays an account off on a day; interest that is posted further than that is not asked for again, nor taken off.
pub async fn of(tx: &mut Tx, account: &Account, on: Date) -> Result<Payoff, Failure> {
    let owed = account.owed()?;
    let zero = Money::of(0, currency(&account.currency)?);
    let (accruing, a_day) = match account.interest_to_on.filter(|_| account.state == "open") {
        None => (zero, zero),
        Some(to) if on < to => {
            return Err(Failure::wrong(
                "on",
                format!("is before {}, to which interest is posted: name that day or a later one", written(to)),
            ));
        }
        Some(_) => {
            let borne = bearing::read(tx, account).await?;
            let next = borne.accrual.to_post(on.saturating_add(Span::new().days(1)), borne.posted_minor);
            let accruing = borne.accrual.to_post(on, borne.posted_minor);
            (accruing, next.minus(accruing)?)
        }
    };
    Ok(Payoff { on, owed, accruing, total: owed.total()?.plus(accruing)?, a_day })
}
