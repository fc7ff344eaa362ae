//! Payments are posted once and reversed by another entry; each time the promises that hang on the money are judged.

use super::store::{self, Payment};
use crate::accounts::store::Account;
use crate::app::{Actor, App, Failure, new_uuid};
use crate::store::Tx;
use crate::{accounts, audit, plans, strategy, transaction};
use duly_domain::accounts::Bucket;
use duly_domain::ledger::{Allocation, AllocationOrder, Balanced, Buckets, plan_adjustment, plan_payment};
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

/// Posts a payment and allocates it in the creditor's order.
pub async fn post_payment(app: &App, who: &Actor, at: Moment, ask: &PostPayment) -> Result<Posted, Failure> {
    transaction!(app.db, tx, { post_within(tx, who, at, ask).await })
}

/// As [`post_payment`], within a transaction.
pub async fn post_within(tx: &mut Tx, who: &Actor, at: Moment, ask: &PostPayment) -> Result<Posted, Failure> {
    match plan_posting(tx, at, ask).await? {
        Posting::Known(posted) => Ok(posted),
        Posting::New(planned) => post(tx, who, at, *planned).await,
    }
}

/// What posting would come to: nothing is written yet, so that a list goes on past one that cannot be posted.
pub(super) enum Posting {
    /// Posted before.
    Known(Posted),
    /// To be posted.
    New(Box<Planned>),
}

/// A payment allocated and ready to be posted.
pub(super) struct Planned {
    account: Account,
    owed: Buckets,
    allocation: Allocation,
    lines: Balanced,
    amount: Money,
    effective_on: Date,
    reference: String,
}

/// Finds out what posting a payment comes to.
pub(super) async fn plan_posting(tx: &mut Tx, at: Moment, ask: &PostPayment) -> Result<Posting, Failure> {
    let reference = ask.reference.trim();
    if reference.is_empty() {
        return Err(Failure::wrong("reference", "is empty: it is what makes a payment known"));
    }
    if ask.effective_on > at.business_day {
        return Err(Failure::wrong("date", "is in the future"));
    }
    if ask.amount_minor <= 0 {
        return Err(Failure::wrong("amount", "must be above zero"));
    }
    if ask.amount_minor > Money::LARGEST_MINOR {
        return Err(Failure::wrong("amount", "is too large to be one payment"));
    }
    let account = accounts::store::load_account(tx, ask.account).await?;
    let owed = store::load_buckets(tx, account.id, &account.currency).await?;
    if let Some(before) = store::find_payment_by_reference(tx, account.id, reference).await? {
        return repeated(tx, &before, ask, owed).await.map(Posting::Known);
    }
    let creditor = accounts::store::load_creditor(tx, account.creditor).await?;
    let order = AllocationOrder::parse(&creditor.allocation_order).unwrap_or_default();
    let amount = Money::of(ask.amount_minor, owed.currency());
    let (allocation, lines) = plan_payment(amount, &owed, order)?;
    let (effective_on, reference) = (ask.effective_on, reference.to_string());
    Ok(Posting::New(Box::new(Planned { account, owed, allocation, lines, amount, effective_on, reference })))
}

/// Posts what was planned in the same transaction.
pub(super) async fn post(tx: &mut Tx, who: &Actor, at: Moment, planned: Planned) -> Result<Posted, Failure> {
    let Planned { account, owed, allocation, lines, amount, effective_on, reference } = planned;
    let memo = format!("payment {reference}");
    let (entry, balance) = store::insert_entry(tx, account.id, "payment", at.business_day, None, &memo, &lines, &owed, at.at).await?;
    let payment = Payment {
        id: PaymentId(new_uuid()),
        account: account.id,
        entry,
        amount_minor: amount.minor(),
        unapplied_minor: allocation.unapplied.minor(),
        currency: account.currency.clone(),
        effective_on,
        reference,
        state: "posted".into(),
        reversed_on: None,
        created_at: at.at,
    };
    store::insert_payment(tx, &payment, who.label()).await?;
    let detail = json!({"payment": payment.id.to_string(), "amount_minor": amount.minor(), "currency": account.currency,
        "effective_on": effective_on.to_string(), "unapplied_minor": payment.unapplied_minor});
    audit::record(tx, who, at.at, Some(account.id), "payment.post", &detail).await?;
    settle_account(tx, who, at, &account, &balance).await?;
    Ok(Posted { payment: payment.id, allocation: allocation.parts, unapplied: allocation.unapplied, balance, is_repeat: false })
}

/// The same reference again: the first outcome, unless the request differs.
async fn repeated(tx: &mut Tx, before: &Payment, ask: &PostPayment, balance: Buckets) -> Result<Posted, Failure> {
    let differs = if before.amount_minor != ask.amount_minor {
        Some("amount")
    } else if before.effective_on != ask.effective_on {
        Some("date")
    } else {
        None
    };
    if let Some(field) = differs {
        return Err(Failure::wrong("reference", format!("was posted before on this account with another {field}")));
    }
    let lines = store::load_lines(tx, before.entry).await?;
    let allocation = lines
        .lines()
        .iter()
        .filter_map(|line| line.bucket.map(|bucket| (bucket, Money::of(-line.amount.minor(), line.amount.currency()))))
        .collect();
    let unapplied = Money::of(before.unapplied_minor, balance.currency());
    Ok(Posted { payment: before.id, allocation, unapplied, balance, is_repeat: true })
}

/// Takes a payment back by an opposite entry. Reversing it twice is once.
pub async fn reverse_payment(app: &App, who: &Actor, at: Moment, payment: PaymentId, on: Date) -> Result<Buckets, Failure> {
    transaction!(app.db, tx, {
        let payment = store::load_payment(tx, payment).await?;
        let account = accounts::store::load_account(tx, payment.account).await?;
        let owed = store::load_buckets(tx, account.id, &account.currency).await?;
        if payment.state == "reversed" {
            return Ok(owed);
        }
        if on < payment.effective_on || on > at.business_day {
            return Err(Failure::wrong("date", "of the reversal must lie between the payment's and today"));
        }
        if payment.unapplied_minor > store::unapplied(tx, account.id).await? {
            return Err(Failure::Stale("what was overpaid by it went back already: take the refund back first".into()));
        }
        let lines = store::load_lines(tx, payment.entry).await?.reversed();
        let memo = format!("reversal of payment {}", payment.reference);
        let (_, balance) = store::insert_entry(tx, account.id, "reversal", on, Some(payment.entry), &memo, &lines, &owed, at.at).await?;
        store::update_reversed(tx, payment.id, on).await?;
        let detail = json!({"payment": payment.id.to_string(), "on": on.to_string()});
        audit::record(tx, who, at.at, Some(account.id), "payment.reverse", &detail).await?;
        settle_account(tx, who, at, &account, &balance).await?;
        Ok(balance)
    })
}

/// Brings what was placed on an account to what its creditor says now, by an entry of its own.
pub async fn adjust_placed(tx: &mut Tx, who: &Actor, at: Moment, account: &Account, now: &Buckets, memo: &str) -> Result<(), Failure> {
    let before = store::load_placed(tx, account.id, &account.currency).await?;
    let lines = plan_adjustment(&before, now)?;
    if lines.lines().is_empty() {
        return Ok(());
    }
    let owed = store::load_buckets(tx, account.id, &account.currency).await?;
    let (_, balance) = store::insert_entry(tx, account.id, "adjustment", at.business_day, None, memo, &lines, &owed, at.at).await?;
    settle_account(tx, who, at, account, &balance).await
}

/// After money moved: the account's balance and state, its promises, its place on the worklist.
async fn settle_account(tx: &mut Tx, who: &Actor, at: Moment, account: &Account, balance: &Buckets) -> Result<(), Failure> {
    let total = balance.total()?.minor();
    let state = match (account.state.as_str(), total) {
        ("closed", _) => "closed",
        (_, 0) => "paid",
        _ => "open",
    };
    accounts::store::update_balance(tx, account.id, total, state).await?;
    plans::actions::judge_account(tx, who, at, account.id).await?;
    if state == "paid" {
        accounts::store::update_next(tx, account.id, None, None, None).await?;
    } else if account.state == "paid" && state == "open" {
        accounts::actions::set_next(tx, account.id, "Payment came back", at.business_day, None).await?;
    }
    strategy::actions::place_on_worklist(tx, account.id, at).await
}
