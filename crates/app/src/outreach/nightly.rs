//! The night's step for this room: reservations without a result end, and count.

use super::store;
use crate::accounts;
use crate::app::{Actor, Failure};
use crate::audit::kept;
use crate::jobs::nightly::Page;
use crate::store::Tx;
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::Moment;
use serde_json::json;

/// Ends a page of reservations whose time has run out.
pub async fn expire_reservations(tx: &mut Tx, at: Moment, _after: AccountId, limit: i64) -> Result<Page, Failure> {
    let expired = store::list_expired(tx, at.at, limit).await?;
    for (contact, account) in &expired {
        if store::update_expired(tx, *contact).await? {
            let detail = json!({"contact": contact.to_string()});
            // Who was spoken with was reached, whether somebody wrote it down or not.
            let has_talked = store::load_contact(tx, *contact).await?.outcome.as_deref() == Some("conversation");
            for about in store::list_accounts_of(tx, *contact).await? {
                // The contact stands in the record of its own account; the others are told of it.
                let row = Some((*contact).into()).filter(|_| about == *account);
                if has_talked {
                    accounts::store::update_reached(tx, about).await?;
                }
                kept::record(tx, &Actor::night(), at.at, about, "contact.expire", detail.clone(), row.as_slice()).await?;
            }
        }
    }
    // What was ended does not come again, so the next page begins at the start.
    Ok(if expired.is_empty() { Page::end() } else { Page::of(AccountId(uuid::Uuid::nil()), expired.len()) })
}
