//! What a supervisor needs to know before they answer: what is owed, how promises went, what it passes, what similar accounts did.

use super::store::{self, Approval};
use crate::app::Failure;
use crate::ledger;
use crate::plans;
use crate::plans::joint::asking::limit_of;
use crate::store::Tx;
use crate::{accounts, compliance};
use duly_domain::accounts::Bucket;
use duly_domain::plans::approval::{PastPromise, SIMILAR_MIN, Similar, Terms};
use duly_domain::plans::promise::limit_says;
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::{day_number, written};
use duly_domain::values::money::Money;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// The card beside a request.
pub struct Context {
    /// Who placed it.
    pub creditor: String,
    /// What is owed, in parts.
    pub buckets: Vec<(Bucket, Money)>,
    /// All of it.
    pub balance: Money,
    /// How promises went.
    pub kept: String,
    /// The last promise.
    pub last: String,
    /// What may be asked for alone while a part is disputed.
    pub rest: Option<Money>,
    /// The limits it passes, of several accounts each with its own.
    pub limits: Vec<String>,
    /// The other accounts that it is about too.
    pub others: Vec<Other>,
    /// What is asked for on all of them; nothing where it is about one.
    pub total: Option<Money>,
    /// What similar accounts did, where that can be compared.
    pub similar: String,
}

/// Another account that a request is about.
pub struct Other {
    /// Which.
    pub id: AccountId,
    /// Its reference.
    pub reference: String,
    /// To whom it is owed.
    pub creditor: String,
    /// What is owed on it.
    pub balance: Money,
    /// What may be asked for alone while a part is disputed.
    pub rest: Option<Money>,
}

/// The other accounts of a request for several, and the total of its terms.
async fn others(tx: &mut Tx, terms: &Terms, now: Timestamp) -> Result<(Vec<Other>, Option<Money>), Failure> {
    let Some((plan, with)) = terms.as_joint_plan() else { return Ok((Vec::new(), None)) };
    let mut others = Vec::with_capacity(with.len());
    for id in with {
        let account = accounts::store::load_account(tx, *id).await?;
        others.push(Other {
            id: account.id,
            creditor: accounts::store::load_creditor(tx, account.creditor).await?.name,
            balance: Money::of(account.balance_minor, ledger::store::currency(&account.currency)?),
            rest: compliance::gate::undisputed(tx, &account, now).await?,
            reference: account.reference,
        });
    }
    Ok((others, Some(plan.total)))
}

/// The limits that a request passes, in sentences.
async fn limits(tx: &mut Tx, request: &Approval) -> Result<Vec<String>, Failure> {
    let mut says = Vec::new();
    for (account, limit) in request.limits.split_whitespace().map(limit_of) {
        let Some(plain) = limit_says(limit) else { continue };
        says.push(match account {
            None => plain.to_string(),
            Some(account) => {
                let account = accounts::store::load_account(tx, account).await?;
                let creditor = accounts::store::load_creditor(tx, account.creditor).await?;
                format!("{}, {}: {plain}", account.reference, creditor.name)
            }
        });
    }
    Ok(says)
}

/// Reads the card of a request.
pub async fn of(tx: &mut Tx, request: &Approval, zone: &TimeZone, now: Timestamp) -> Result<Context, Failure> {
    let account = accounts::store::load_account(tx, request.account).await?;
    let creditor = accounts::store::load_creditor(tx, account.creditor).await?;
    let currency = ledger::store::currency(&account.currency)?;
    let promises = plans::store::list_promises(tx, account.id).await?;
    let is_decided = |state: &str| matches!(state, "kept" | "partly_kept" | "broken");
    let decided = promises.iter().filter(|promise| is_decided(&promise.state)).count();
    let kept = promises.iter().filter(|promise| promise.state == "kept").count();
    let last = promises.first().map(|promise| {
        let state = promise.state.replace('_', " ");
        format!("{} by {}, {state}", Money::of(promise.amount_minor, currency), written(promise.due_on))
    });
    let similar = match request.asked()?.as_promise() {
        Some((amount, due_on)) => {
            let past = store::list_decided(tx, &account.currency, &account.kind).await?;
            let asked_on = at_day(request, zone);
            let past = past.iter().map(|promise| PastPromise {
                amount_minor: promise.amount_minor,
                days: day_number(promise.due_on) - day_number(promise.taken_on),
                placed_minor: promise.placed_minor,
                was_kept: promise.state == "kept",
            });
            Similar::of(amount.minor(), day_number(due_on) - day_number(asked_on), account.placed_minor, past).to_string()
        }
        None if request.asked()?.as_plan().is_some() => similar_plans(tx, &account, at_day(request, zone)).await?,
        None => String::new(),
    };
    let (others, total) = others(tx, &request.asked()?, now).await?;
    Ok(Context {
        others,
        total,
        creditor: creditor.name,
        buckets: account.owed()?.each().filter(|(_, amount)| amount.minor() != 0).collect(),
        balance: Money::of(account.balance_minor, currency),
        kept: if decided == 0 { "none decided yet".into() } else { format!("{kept} of {decided} kept") },
        last: last.unwrap_or_else(|| "none yet".into()),
        rest: compliance::gate::undisputed(tx, &account, now).await?,
        limits: limits(tx, request).await?,
        similar,
    })
}

fn at_day(request: &Approval, zone: &TimeZone) -> Date {
    request.asked_at.to_zoned(zone.clone()).date()
}

/// What was agreed with the same creditor's debtors in a year, and what became of it.
async fn similar_plans(tx: &mut Tx, account: &accounts::store::Account, asked_on: Date) -> Result<String, Failure> {
    let past = plans::agreed::store::list_of_creditor(tx, account.creditor, asked_on.saturating_sub(Span::new().years(1))).await?;
    let is_like = |one: i64, other: i64| one.saturating_mul(2) >= other && other.saturating_mul(2) >= one;
    let like: Vec<_> =
        past.into_iter().filter(|plan| plan.currency == account.currency && is_like(plan.balance_minor, account.balance_minor)).collect();
    let count = |state: &str| like.iter().filter(|plan| plan.state == state).count();
    let mut shares: Vec<i64> = like.iter().map(|plan| plan.share_bp).filter(|share| *share < 10_000).collect();
    shares.sort_unstable();
    let settled = match shares.get(shares.len() / 2) {
        Some(middle) => format!(" {} were settlements, the one in the middle for {}.{:02} %.", shares.len(), middle / 100, middle % 100),
        None => " None of them was a settlement.".into(),
    };
    Ok(match like.len() {
        0 => "The record has no plan like it with this creditor in the last year.".into(),
        few if few < SIMILAR_MIN as usize => format!("Too few like it to say anything: {few} with this creditor in the last year."),
        many => format!(
            "Accounts like it agreed {many} plans with this creditor in the last year: {} kept, {} broken, {} running.{settled}",
            count("kept"),
            count("broken"),
            count("active")
        ),
    })
}
