//! A payment that is larger than it should be, and every reversal, is asked about on screen before it is done.
//!
//! What would happen is worked out and shown; the answer carries a word for what was shown. It is done only if that is still
//! what would happen, in the same transaction: otherwise the page comes again with what would happen now.
//!
//! Files and the command line are not asked: their refusals and `duly payment reverse` speak for themselves.

use super::actions::{PostPayment, Posted, Reversal, plan_reversal, post_within, reverse};
use super::store;
use super::write_offs::money;
use crate::accounts::store::{load_account, load_creditor};
use crate::app::{Actor, App, Failure};
use crate::compliance::gate;
use crate::plans::agreed::following::Planned;
use crate::plans::judging::{judge_all, last_day_over};
use crate::store::{Keyed, Tx, Value};
use crate::{params, plans, transaction};
use duly_domain::ledger::{AllocationOrder, Buckets, Code, plan_payment};
use duly_domain::plans::promise::PromiseState;
use duly_domain::values::ids::{AccountId, PaymentId};
use duly_domain::values::moment::{Moment, written};
use duly_domain::values::money::Money;

/// What would happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The payment's amount.
    pub amount: Money,
    /// What is owed now.
    pub before: Money,
    /// What would be owed then.
    pub after: Money,
    /// What each bucket would take, or get back.
    pub parts: Vec<(String, Money)>,
    /// What else it would do, in sentences.
    pub says: Vec<String>,
}

impl Question {
    /// The word the answer must carry: another when something else would happen.
    pub fn word(&self) -> String {
        let Question { amount, before, after, says, .. } = self;
        format!("{} {} {} {}", amount.minor(), before.minor(), after.minor(), says.len())
    }
}

/// What became of something that may be asked about.
pub enum Asked<T> {
    /// It was done.
    Done(T),
    /// It would be this; nothing was done.
    First(Question),
}

/// Posts a payment unless there is something to ask that `understood` does not answer.
pub async fn post_asking(app: &App, who: &Actor, at: Moment, ask: &PostPayment, understood: &str) -> Result<Asked<Posted>, Failure> {
    transaction!(app.db, tx, {
        match question_of_payment(tx, at, ask, app.ask_payments_above).await? {
            Some(question) if question.word() != understood => Ok(Asked::First(question)),
            _ => post_within(tx, who, at, ask).await.map(Asked::Done),
        }
    })
}

/// What to ask before a payment is posted; nothing when it is like any other, stands already or cannot be posted anyway.
async fn question_of_payment(tx: &mut Tx, at: Moment, ask: &PostPayment, above: u32) -> Result<Option<Question>, Failure> {
    let account = load_account(tx, ask.account).await?;
    let pair = [Value::from(ask.account), Value::from(ask.reference.trim())];
    if store::list_payments_by_references(tx, vec![pair]).await?.iter().any(|Keyed(is_free, _)| !is_free) {
        return Ok(None);
    }
    let owed = money::owed_to_money(tx, &account).await?;
    let order = AllocationOrder::parse(&load_creditor(tx, account.creditor).await?.allocation_order).unwrap_or_default();
    let amount = Money::of(ask.amount_minor, owed.currency());
    let Ok((allocation, lines)) = plan_payment(amount, &owed, order) else { return Ok(None) };
    let limit = Money::whole(above, owed.currency());
    let (before, after) = (owed.total()?, owed.after(&lines)?.total()?);
    let mut says = Vec::new();
    if account.written_off_minor > 0 && before.minor() > 0 {
        let rest = if after.minor() > 0 { format!("{after} stay written off") } else { "the account is paid".to_string() };
        says.push(format!("{before} were written off. The money is taken for it, and {rest}."));
    }
    if allocation.unapplied.minor() > 0 {
        let over = allocation.unapplied;
        says.push(format!("This overpays the account by {over}, which stays as unapplied money of who paid it until it is refunded."));
    }
    if amount.minor() > limit.minor() {
        says.push(format!("It is more than {limit}: above that we ask."));
    }
    let disputed = gate::undisputed(tx, &account, at.at).await?;
    if let Some(rest) = disputed.filter(|rest| amount.minor() > rest.minor()) {
        says.push(format!(
            "They dispute it in writing, and {rest} is all that may be asked for: post it only if paying more is their own wish."
        ));
    }
    if says.is_empty() {
        return Ok(None);
    }
    if after.minor() == 0 && account.state == "open" {
        says.push("The account is paid by it and leaves the worklist.".into());
    }
    let parts = allocation.parts.iter().map(|(bucket, part)| (bucket.to_string(), *part)).collect();
    Ok(Some(Question { amount, before, after, parts, says }))
}

/// Takes a payment back today if `understood` answers what it would undo.
pub async fn reverse_asking(
    app: &App,
    who: &Actor,
    at: Moment,
    account: AccountId,
    payment: PaymentId,
    understood: &str,
) -> Result<Asked<Buckets>, Failure> {
    transaction!(app.db, tx, {
        let (reversal, question) = planned(tx, at, account, payment).await?;
        match question {
            Some(question) if question.word() != understood => Ok(Asked::First(question)),
            _ => reverse(tx, who, at, &reversal).await.map(Asked::Done),
        }
    })
}

/// What taking a payment back today would undo; nothing when it was taken back before.
pub async fn question_of_reversal(tx: &mut Tx, at: Moment, account: AccountId, payment: PaymentId) -> Result<Option<Question>, Failure> {
    planned(tx, at, account, payment).await.map(|(_, question)| question)
}

async fn planned(tx: &mut Tx, at: Moment, account: AccountId, payment: PaymentId) -> Result<(Reversal, Option<Question>), Failure> {
    let reversal = plan_reversal(tx, at, payment, at.business_day).await?;
    if reversal.account.id != account {
        return Err(Failure::NotFound(format!("payment {payment} on this account")));
    }
    let (owed, Some(lines)) = (&reversal.owed, &reversal.lines) else { return Ok((reversal, None)) };
    let (before, after) = (owed.total()?, owed.after(lines)?.total()?);
    let amount = Money::of(reversal.payment.amount_minor, owed.currency());
    let receivable = lines.lines().filter(|line| line.code == Code::Receivable);
    let parts = receivable.filter_map(|line| Some((line.bucket?.to_string(), line.amount))).collect();
    let mut says = Vec::new();
    if reversal.payment.unapplied_minor > 0 {
        let over = Money::of(reversal.payment.unapplied_minor, owed.currency());
        says.push(format!("{over} that was overpaid is no longer there to be refunded."));
    }
    if reversal.account.written_off_minor > 0 {
        says.push("What was left was written off: that is taken back, and the account is open again.".into());
    }
    if reversal.account.state == "paid" && after.minor() > 0 {
        says.push("The account is open again and comes back today.".into());
    }
    says.extend(promises_after(tx, at, &reversal).await?);
    Ok((reversal, Some(Question { amount, before, after, parts, says })))
}

/// What would become of the promises that the payment was counted for.
async fn promises_after(tx: &mut Tx, at: Moment, reversal: &Reversal) -> Result<Vec<String>, Failure> {
    let account = reversal.account.id;
    let mut promises = plans::store::list_promises(tx, account).await?;
    let mut arrivals: Vec<_> = store::list_arrivals(tx, params![account]).await?.into_iter().map(|Keyed(_, arrival)| arrival).collect();
    let payment = &reversal.payment;
    let taken = arrivals.iter().position(|arrival| {
        (arrival.effective_on, arrival.posted_at, arrival.amount_minor) == (payment.effective_on, payment.created_at, payment.amount_minor)
    });
    taken.map(|taken| arrivals.swap_remove(taken));
    let planned = Planned::read(tx, account, &arrivals).await?;
    let judged = judge_all(&mut promises, &arrivals, &planned, at.at, last_day_over(at), at.business_day)?;
    let mut says = Vec::new();
    for judged in judged.iter().filter(|judged| judged.is_decided_anew()) {
        let promise = &promises[judged.at];
        let amount = Money::of(promise.amount_minor, store::currency(&promise.currency)?);
        let state = match judged.to {
            PromiseState::Open => "open again",
            PromiseState::Kept => "kept",
            PromiseState::PartlyKept => "only partly kept",
            PromiseState::Broken => "broken",
            PromiseState::Withdrawn => continue,
        };
        says.push(format!("The promise of {amount}, due {}, is {state}.", written(promise.due_on)));
    }
    Ok(says)
}
