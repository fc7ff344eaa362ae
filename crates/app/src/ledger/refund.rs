//! Overpaid money goes back to who paid it, once per reference; a refund that failed is taken back by an opposite entry.

use super::store::{self, Refund};
use crate::app::{Actor, App, Failure, new_uuid};
use crate::audit::kept;
use crate::{accounts, transaction};
use duly_domain::ledger::plan_refund;
use duly_domain::values::ids::{AccountId, RefundId};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::Money;
use jiff::civil::Date;
use serde_json::json;

/// A refund to make.
#[derive(Clone, Debug)]
pub struct RefundOverpayment {
    /// On which account.
    pub account: AccountId,
    /// How much, in minor units of the account's currency.
    pub amount_minor: i64,
    /// On which day the money left.
    pub on: Date,
    /// Our own or the bank's reference; the same on the same account is the same refund.
    pub reference: String,
}

/// Books a refund of what was overpaid.
pub async fn refund(app: &App, who: &Actor, at: Moment, ask: &RefundOverpayment) -> Result<RefundId, Failure> {
    let reference = ask.reference.trim();
    if reference.is_empty() {
        return Err(Failure::wrong("reference", "is empty: it is what makes a refund known"));
    }
    if ask.on > at.business_day {
        return Err(Failure::wrong("date", "is in the future"));
    }
    if ask.amount_minor <= 0 {
        return Err(Failure::wrong("amount", "must be above zero"));
    }
    transaction!(app.db, tx, {
        let account = accounts::store::load_account(tx, ask.account).await?;
        if let Some(before) = store::find_refund_by_reference(tx, account.id, reference).await? {
            if (before.amount_minor, before.refunded_on) != (ask.amount_minor, ask.on) {
                return Err(Failure::wrong("reference", "was refunded before on this account with another amount or day"));
            }
            if before.state == "reversed" {
                return Err(Failure::wrong("reference", "is that of a refund that did not arrive: give the new one its own"));
            }
            return Ok(before.id);
        }
        let currency = store::currency(&account.currency)?;
        let amount = Money::of(ask.amount_minor, currency);
        let overpaid = Money::of(store::unapplied(tx, account.id).await?, currency);
        if amount.minor() > overpaid.minor() {
            return Err(Failure::wrong("amount", format!("is more than what was overpaid, {overpaid}")));
        }
        let memo = format!("refund {reference}");
        let lines = plan_refund(amount)?;
        // Nothing that was placed changes: the lines move client money alone.
        let entry = store::insert_entry(tx, account.id, "adjustment", ask.on, None, &memo, &lines, at.at).await?;
        let row = Refund {
            id: RefundId(new_uuid()),
            account: account.id,
            entry,
            amount_minor: amount.minor(),
            currency: account.currency.clone(),
            refunded_on: ask.on,
            reference: reference.to_string(),
            state: "posted".into(),
        };
        store::insert_refund(tx, &row, who.label(), at.at).await?;
        let detail =
            json!({"refund": row.id.to_string(), "amount_minor": row.amount_minor, "currency": row.currency, "on": ask.on.to_string()});
        kept::record(tx, who, at.at, account.id, "refund.post", detail, &[row.id.into()]).await?;
        Ok(row.id)
    })
}

/// Takes a refund back that did not arrive; once.
pub async fn reverse_refund(app: &App, who: &Actor, at: Moment, refund: RefundId) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        let row = store::load_refund(tx, refund).await?;
        if !store::update_refund_reversed(tx, refund).await? {
            return Ok(());
        }
        let lines = store::load_lines(tx, row.account, row.entry).await?.reversed();
        let memo = format!("reversal of refund {}", row.reference);
        store::insert_entry(tx, row.account, "reversal", at.business_day, Some(row.entry), &memo, &lines, at.at).await?;
        kept::record(tx, who, at.at, row.account, "refund.reverse", json!({"refund": refund.to_string()}), &[refund.into()]).await
    })
}
