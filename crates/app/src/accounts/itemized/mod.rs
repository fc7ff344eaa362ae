//! What was owed on the itemization date, and what became of it until placement: the creditor's word, kept beside the ledger.
//!
//! The ledger opens with what was left; a validation notice must show what was owed first. The file's principal is what was
//! owed on the itemization date; its interest, fees, costs and other amounts came after, as did what was paid and reduced
//! (decision 0024). Where a file says it otherwise, [`tell_itemization`] sets the amounts of one account.

pub mod store;

use crate::app::{Actor, App, Failure};
use crate::{accounts, audit, transaction};
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::Moment;
use serde_json::json;
use store::Itemized;

/// Sets the itemized amounts of one account; they must come to what was placed.
pub async fn tell_itemization(app: &App, who: &Actor, at: Moment, account: AccountId, told: &Itemized) -> Result<(), Failure> {
    let amounts = [told.owed_minor, told.interest_minor, told.fees_minor, told.credits_minor];
    if amounts.iter().any(|minor| *minor < 0) {
        return Err(Failure::wrong("itemization", "holds an amount below zero"));
    }
    transaction!(app.db, tx, {
        let row = accounts::store::load_account(tx, account).await?;
        let sum = i128::from(told.owed_minor) + i128::from(told.interest_minor) + i128::from(told.fees_minor);
        if sum - i128::from(told.credits_minor) != i128::from(row.placed_minor) {
            return Err(Failure::wrong("itemization", "does not come to the amount that was placed: compare it with the creditor"));
        }
        let told = Itemized { currency: row.currency, ..told.clone() };
        store::replace_with(tx, account, &told, who.label(), at.at).await?;
        let detail = json!({"owed_minor": told.owed_minor, "interest_minor": told.interest_minor, "fees_minor": told.fees_minor,
            "credits_minor": told.credits_minor, "currency": told.currency});
        audit::record(tx, who, at.at, Some(account), "account.itemize", &detail).await.map(drop)
    })
}
