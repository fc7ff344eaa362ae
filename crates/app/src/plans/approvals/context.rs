//! What a supervisor needs to know before they answer: what is owed, how promises went, what it passes, what similar accounts did.

use super::store::{self, Approval};
use crate::app::Failure;
use crate::ledger;
use crate::plans;
use crate::store::Tx;
use crate::{accounts, compliance};
use duly_domain::accounts::Bucket;
use duly_domain::plans::approval::{PastPromise, Similar};
use duly_domain::plans::promise::limit_says;
use duly_domain::values::moment::{day_number, written};
use duly_domain::values::money::Money;
use jiff::Timestamp;
use jiff::tz::TimeZone;

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
    /// The limits it passes.
    pub limits: Vec<&'static str>,
    /// What similar accounts did, where that can be compared.
    pub similar: String,
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
            let asked_on = request.asked_at.to_zoned(zone.clone()).date();
            let past = past.iter().map(|promise| PastPromise {
                amount_minor: promise.amount_minor,
                days: day_number(promise.due_on) - day_number(promise.taken_on),
                placed_minor: promise.placed_minor,
                was_kept: promise.state == "kept",
            });
            Similar::of(amount.minor(), day_number(due_on) - day_number(asked_on), account.placed_minor, past).to_string()
        }
        None => String::new(),
    };
    Ok(Context {
        creditor: creditor.name,
        buckets: account.owed()?.each().filter(|(_, amount)| amount.minor() != 0).collect(),
        balance: Money::of(account.balance_minor, currency),
        kept: if decided == 0 { "none decided yet".into() } else { format!("{kept} of {decided} kept") },
        last: last.unwrap_or_else(|| "none yet".into()),
        rest: compliance::gate::undisputed(tx, &account, now).await?,
        limits: request.limits.split_whitespace().filter_map(limit_says).collect(),
        similar,
    })
}
