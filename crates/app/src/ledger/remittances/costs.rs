//! Costs that the agency laid out on an account: recovered from what is collected on it, before any fee.

use super::store::{self, CostRow};
use crate::app::{Actor, App, Failure, NAME_MAX, WORDS_MAX, check_length, new_uuid};
use crate::audit::kept;
use crate::{accounts, transaction};
use duly_domain::values::ids::{AccountId, CostAdvanceId};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::Money;
use jiff::civil::Date;
use serde_json::json;

/// Costs to record.
#[derive(Clone, Debug)]
pub struct LayOut {
    /// On which account.
    pub account: AccountId,
    /// How much, in minor units of the account's currency.
    pub amount_minor: i64,
    /// On which day.
    pub on: Date,
    /// The voucher; the same on the same account is the same cost.
    pub reference: String,
    /// What for.
    pub words: String,
}

/// Records costs, once.
pub async fn lay_out(app: &App, who: &Actor, at: Moment, ask: &LayOut) -> Result<CostAdvanceId, Failure> {
    let (reference, words) = (ask.reference.trim(), ask.words.trim());
    if reference.is_empty() {
        return Err(Failure::wrong("reference", "is empty: it is what makes the costs known"));
    }
    check_length("reference", reference, NAME_MAX)?;
    check_length("words", words, WORDS_MAX)?;
    if ask.on > at.business_day {
        return Err(Failure::wrong("on", "is in the future"));
    }
    if !(1..=Money::LARGEST_MINOR).contains(&ask.amount_minor) {
        return Err(Failure::wrong("amount", "must be above zero, and no larger than a debt can be"));
    }
    transaction!(app.db, tx, {
        let account = accounts::store::load_account(tx, ask.account).await?;
        if let Some(before) = store::find_cost(tx, account.id, reference).await? {
            return match (before.amount_minor, before.laid_out_on) == (ask.amount_minor, ask.on) {
                true => Ok(before.id),
                false => Err(Failure::wrong("reference", "was recorded before on this account with another amount or day")),
            };
        }
        let row = CostRow {
            id: CostAdvanceId(new_uuid()),
            account: account.id,
            amount_minor: ask.amount_minor,
            currency: account.currency,
            laid_out_on: ask.on,
            reference: reference.into(),
            words: words.into(),
            takes_back: None,
        };
        store::insert_cost(tx, &row, who.label(), at.at).await?;
        let detail = json!({"cost_advance": row.id.to_string(), "amount_minor": row.amount_minor, "currency": row.currency,
            "on": row.laid_out_on.to_string()});
        kept::record(tx, who, at.at, row.account, "costs.lay-out", detail, &[row.id.into()]).await?;
        Ok(row.id)
    })
}

/// Takes back what was recorded wrongly, as far as it was not recovered; once.
pub async fn take_back(app: &App, who: &Actor, at: Moment, id: CostAdvanceId) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        let before = store::load_cost(tx, id).await?;
        if before.takes_back.is_some() {
            return Err(Failure::wrong("costs", "are taken back by it: there is nothing to take back"));
        }
        let reference = format!("taken back: {}", before.reference);
        if store::find_cost(tx, before.account, &reference).await?.is_some() {
            return Ok(());
        }
        let (laid_out, recovered) = store::costs_of(tx, before.account).await?;
        if before.amount_minor > laid_out - recovered {
            return Err(Failure::Stale("they were recovered already: what is wrong is put right with the client".into()));
        }
        let row = CostRow {
            id: CostAdvanceId(new_uuid()),
            amount_minor: -before.amount_minor,
            laid_out_on: at.business_day,
            reference,
            takes_back: Some(id),
            ..before
        };
        store::insert_cost(tx, &row, who.label(), at.at).await?;
        let detail = json!({"cost_advance": row.id.to_string(), "takes_back": id.to_string()});
        kept::record(tx, who, at.at, row.account, "costs.take-back", detail, &[row.id.into()]).await
    })
}
