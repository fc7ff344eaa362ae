//! Payments that the debtor made to the creditor itself: the debt falls, promises are kept by them, and no money comes into trust.
//!
//! The creditor tells of them; a fee may be due on them (see [`super::rates`]). One is posted once by its reference and taken back by an
//! opposite entry. Stored in `direct_payments`; shown with the payments of the account.
//!
//! Always true: such a payment moves no money in trust, and is no larger than what was owed.

pub mod store;

use super::actions::settle_account;
use super::charges::bearing::{bring_to, restate};
use super::charges::turned;
use super::store::{currency, insert_entry, load_lines};
use super::write_offs::money;
use crate::app::{Actor, App, Failure, NAME_MAX, check_length, new_uuid};
use crate::audit::kept;
use crate::{accounts, transaction};
use duly_domain::accounts::Bucket;
use duly_domain::ledger::{AllocationOrder, Buckets, plan_direct};
use duly_domain::values::ids::{AccountId, DirectPaymentId};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::Money;
use jiff::civil::Date;
use serde_json::json;
use store::DirectPayment;

/// A payment to the creditor to record.
#[derive(Clone, Debug)]
pub struct PostDirect {
    /// On which account.
    pub account: AccountId,
    /// How much, in minor units of the account's currency.
    pub amount_minor: i64,
    /// On which day the creditor was paid.
    pub paid_on: Date,
    /// The creditor's reference; the same on the same account is the same payment.
    pub reference: String,
}

/// What recording came to.
#[derive(Clone, Debug)]
pub struct PostedDirect {
    /// The payment.
    pub payment: DirectPaymentId,
    /// What each bucket took.
    pub allocation: Vec<(Bucket, Money)>,
    /// What is owed after.
    pub balance: Buckets,
    /// Whether it had been recorded before and nothing was done now.
    pub is_repeat: bool,
}

/// Records that the creditor was paid, and what that does to the debt.
pub async fn post_direct(app: &App, who: &Actor, at: Moment, ask: &PostDirect) -> Result<PostedDirect, Failure> {
    let reference = ask.reference.trim();
    if reference.is_empty() {
        return Err(Failure::wrong("reference", "is empty: it is what makes a payment known"));
    }
    check_length("reference", reference, NAME_MAX)?;
    if ask.paid_on > at.business_day {
        return Err(Failure::wrong("date", "is in the future"));
    }
    if ask.amount_minor <= 0 {
        return Err(Failure::wrong("amount", "must be above zero"));
    }
    transaction!(app.db, tx, {
        let account = accounts::store::load_account(tx, ask.account).await?;
        let owed = account.owed()?;
        if let Some(before) = store::find_by_reference(tx, account.id, reference).await? {
            if (before.amount_minor, before.paid_on) != (ask.amount_minor, ask.paid_on) {
                return Err(Failure::wrong("reference", "was recorded before on this account with another amount or day"));
            }
            if before.taken_back_on.is_some() {
                return Err(Failure::wrong("reference", "is that of a payment that was taken back: give the new one its own"));
            }
            return Ok(PostedDirect { payment: before.id, allocation: Vec::new(), balance: owed, is_repeat: true });
        }
        let written_off = money::before(tx, who, at, account.id).await?;
        let account = accounts::store::load_account(tx, ask.account).await?;
        let owed = account.owed()?;
        // Interest stands as on the day on which the creditor was paid.
        let owed = bring_to(tx, who, at, account.id, ask.paid_on).await?.unwrap_or(owed);
        let amount = Money::of(ask.amount_minor, currency(&account.currency)?);
        let creditor = accounts::store::load_creditor(tx, account.creditor).await?;
        let order = AllocationOrder::parse(&creditor.allocation_order).unwrap_or_default();
        let (allocation, lines) = plan_direct(amount, &owed, order).map_err(|error| Failure::wrong("amount", error.to_string()))?;
        let balance = owed.after(&lines)?;
        let memo = format!("paid to the creditor, {reference}");
        let entry = insert_entry(tx, account.id, "adjustment", ask.paid_on, None, &memo, &lines, at.at).await?;
        let row = DirectPayment {
            id: DirectPaymentId(new_uuid()),
            account: account.id,
            entry,
            amount_minor: amount.minor(),
            currency: account.currency.clone(),
            paid_on: ask.paid_on,
            reference: reference.to_string(),
            taken_back_on: None,
        };
        store::insert_direct(tx, &row, who.label(), at.at).await?;
        let detail = json!({"direct_payment": row.id.to_string(), "amount_minor": row.amount_minor, "currency": row.currency,
            "paid_on": row.paid_on.to_string()});
        kept::record(tx, who, at.at, account.id, "direct-payment.post", detail, &[row.id.into()]).await?;
        settle_account(tx, who, at, &account, &balance).await?;
        let balance = restate(tx, who, at, &account).await?.unwrap_or(balance);
        let balance = match written_off {
            Some(before) => money::after(tx, who, at, before).await?,
            None => balance,
        };
        Ok(PostedDirect { payment: row.id, allocation: allocation.parts, balance, is_repeat: false })
    })
}

/// Takes back what was recorded wrongly; once.
pub async fn reverse_direct(app: &App, who: &Actor, at: Moment, id: DirectPaymentId) -> Result<Buckets, Failure> {
    transaction!(app.db, tx, {
        let row = store::load_direct(tx, id).await?;
        if row.taken_back_on.is_some() {
            return Ok(accounts::store::load_account(tx, row.account).await?.owed()?);
        }
        money::comes_back(tx, who, at, row.account).await?;
        let account = accounts::store::load_account(tx, row.account).await?;
        let owed = account.owed()?;
        let lines = load_lines(tx, row.account, row.entry).await?.reversed();
        let balance = owed.after(&lines)?;
        let memo = format!("reversal of what was paid to the creditor, {}", row.reference);
        insert_entry(tx, row.account, "reversal", row.paid_on, Some(row.entry), &memo, &lines, at.at).await?;
        kept::record(tx, who, at.at, row.account, "direct-payment.reverse", json!({"direct_payment": id.to_string()}), &[id.into()])
            .await?;
        let balance = turned::put_right(tx, who, at, &account, &balance).await?;
        settle_account(tx, who, at, &account, &balance).await?;
        Ok(restate(tx, who, at, &account).await?.unwrap_or(balance))
    })
}
