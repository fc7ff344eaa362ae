//! Payments are posted once and reversed by another entry; each time the promises that hang on the money are judged.

use super::at_once;
use super::charges;
use super::posting;
use super::store::{self, Payment};
use super::trust;
use super::write_offs;
use crate::accounts::store::Account;
use crate::app::{Actor, App, Failure};
use crate::audit::kept;
use crate::store::Tx;
use crate::{accounts, params, plans, strategy, transaction};
use duly_domain::accounts::Bucket;
use duly_domain::ledger::{Balanced, Buckets, plan_adjustment};
use duly_domain::values::ids::{AccountId, PaymentId};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::Money;
use jiff::civil::Date;
use serde_json::json;

/// A payment to post.
#[derive(Clone, Debug)]
pub struct PostPayment {
    /// On which account.
    pub account: AccountId,
    /// How much, in minor units of the account's currency.
    pub amount_minor: i64,
    /// From when it counts.
    pub effective_on: Date,
    /// The payer's or bank's reference; the same on the same account is the same payment.
    pub reference: String,
}

/// What posting came to.
#[derive(Clone, Debug)]
pub struct Posted {
    /// The payment.
    pub payment: PaymentId,
    /// What each bucket took.
    pub allocation: Vec<(Bucket, Money)>,
    /// What no bucket took.
    pub unapplied: Money,
    /// What is owed after.
    pub balance: Buckets,
    /// Whether it had been posted before and nothing was done now.
    pub is_repeat: bool,
}

/// Posts a payment and allocates it in the creditor's order: a file of one (see [`posting`]), or of those that others ask for at the
/// same time (see [`at_once`]).
pub async fn post_payment(app: &App, who: &Actor, at: Moment, ask: &PostPayment) -> Result<Posted, Failure> {
    at_once::post(app, who, at, ask).await
}

/// As [`post_payment`], within a transaction.
pub async fn post_within(tx: &mut Tx, who: &Actor, at: Moment, ask: &PostPayment) -> Result<Posted, Failure> {
    let standings = accounts::store::standing::list_standings(tx, params![ask.account]).await?;
    let mut fates = posting::post_all(tx, who, at, standings, std::slice::from_ref(ask)).await?;
    fates.pop().unwrap_or_else(|| Err(Failure::NotFound(format!("account {}", ask.account))))
}

/// Takes a payment back by an opposite entry. Reversing it twice is once.
pub async fn reverse_payment(app: &App, who: &Actor, at: Moment, payment: PaymentId, on: Date) -> Result<Buckets, Failure> {
    transaction!(app.db, tx, { reverse_within(tx, who, at, payment, on).await })
}

/// As [`reverse_payment`], within a transaction.
pub async fn reverse_within(tx: &mut Tx, who: &Actor, at: Moment, payment: PaymentId, on: Date) -> Result<Buckets, Failure> {
    let reversal = plan_reversal(tx, at, payment, on).await?;
    reverse(tx, who, at, &reversal).await
}

/// A payment to be taken back, and what that does to the books.
pub(super) struct Reversal {
    /// The payment.
    pub(super) payment: Payment,
    /// Its account.
    pub(super) account: Account,
    /// What is owed before.
    pub(super) owed: Buckets,
    /// The opposite entry; none when it was taken back before.
    pub(super) lines: Option<Balanced>,
    on: Date,
}

/// Finds out what taking a payment back comes to; nothing is written.
pub(super) async fn plan_reversal(tx: &mut Tx, at: Moment, payment: PaymentId, on: Date) -> Result<Reversal, Failure> {
    let payment = store::load_payment(tx, payment).await?;
    let account = accounts::store::load_account(tx, payment.account).await?;
    let owed = write_offs::money::owed_without(tx, &account).await?;
    if payment.state == "reversed" {
        return Ok(Reversal { payment, account, owed, lines: None, on });
    }
    if on < payment.effective_on || on > at.business_day {
        return Err(Failure::wrong("date", "of the reversal must lie between the payment's and today"));
    }
    if payment.unapplied_minor > store::unapplied(tx, account.id).await? {
        return Err(Failure::Stale("what was overpaid by it went back already: take the refund back first".into()));
    }
    let lines = store::load_lines(tx, account.id, payment.entry).await?.reversed();
    Ok(Reversal { payment, account, owed, lines: Some(lines), on })
}

/// Takes back what was planned in the same transaction; what is owed then.
pub(super) async fn reverse(tx: &mut Tx, who: &Actor, at: Moment, reversal: &Reversal) -> Result<Buckets, Failure> {
    let Reversal { payment, account, lines, on, .. } = reversal;
    let Some(lines) = lines else { return Ok(account.owed()?) };
    // What was written off is owed again first: it rested on money that did not stay.
    let taken_up = match write_offs::money::comes_back(tx, who, at, account.id).await? {
        true => Some(accounts::store::load_account(tx, account.id).await?),
        false => None,
    };
    let account = taken_up.as_ref().unwrap_or(account);
    let balance = account.owed()?.after(lines)?;
    let memo = format!("reversal of payment {}", payment.reference);
    store::insert_entry(tx, account.id, "reversal", *on, Some(payment.entry), &memo, lines, at.at).await?;
    trust::booking::cover_returned(tx, who, at, account, payment.entry, *on).await?;
    let balance = charges::turned::put_right(tx, who, at, account, &balance).await?;
    let detail = json!({"payment": payment.id.to_string(), "on": on.to_string()});
    kept::record(tx, who, at.at, account.id, "payment.reverse", detail, &[payment.id.into()]).await?;
    settle_account(tx, who, at, account, &balance).await?;
    match charges::bearing::restate(tx, who, at, account).await? {
        Some(anew) => Ok(anew),
        None => Ok(balance),
    }
}

/// Brings what was placed on an account to what its creditor says now, by an entry of its own.
pub async fn adjust_placed(tx: &mut Tx, who: &Actor, at: Moment, account: &Account, now: &Buckets, memo: &str) -> Result<(), Failure> {
    let before = store::load_placed(tx, account.id, &account.currency).await?;
    let lines = plan_adjustment(&before, now)?;
    if lines.is_empty() {
        return Ok(());
    }
    let balance = account.owed()?.after(&lines)?;
    store::insert_entry(tx, account.id, "adjustment", at.business_day, None, memo, &lines, at.at).await?;
    settle_account(tx, who, at, account, &balance).await?;
    charges::bearing::restate(tx, who, at, account).await.map(drop)
}

/// After money moved: the account's balance and state, its promises, its place on the worklist.
pub(in crate::ledger) async fn settle_account(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    account: &Account,
    balance: &Buckets,
) -> Result<(), Failure> {
    let state = state_after(&account.state, balance.total()?.minor());
    accounts::store::update_balance(tx, account.id, balance, state).await?;
    plans::actions::judge_account(tx, who, at, account.id).await?;
    if state == "paid" {
        accounts::store::update_next(tx, account.id, None, None, None).await?;
    } else if account.state == "paid" && state == "open" {
        accounts::actions::set_next(tx, account.id, "Payment came back", at.business_day, None).await?;
    }
    strategy::actions::place_on_worklist(tx, account.id, at).await
}

/// The state of an account after money moved, by what it owes then.
pub(super) fn state_after(before: &str, total: i64) -> &'static str {
    match (before, total) {
        ("closed", _) => "closed",
        (_, 0) => "paid",
        _ => "open",
    }
}
