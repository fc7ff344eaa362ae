//! The policy for offers is set: one person writes a version, another approves it, and it holds from its day.

use super::budgeting::in_fields;
use super::store::{self, OfferPolicyRow};
use crate::app::{Actor, Ahead, App, Failure, Problems, new_uuid};
use crate::audit::kept;
use crate::store::Tx;
use crate::{accounts, transaction};
use duly_domain::identity::{Permission, may};
use duly_domain::plans::offers::OfferBook;
use duly_domain::values::ids::{CreditorId, OfferPolicyId};
use duly_domain::values::moment::Moment;
use jiff::civil::Date;
use serde_json::json;

/// A version to set.
#[derive(Clone, Debug)]
pub struct SetPolicy {
    /// Whose it is to be; the house's unless named.
    pub creditor: Option<CreditorId>,
    /// What may be offered.
    pub book: OfferBook,
    /// From which day.
    pub from_on: Date,
    /// Who approves it.
    pub approver: Actor,
}

/// Reads a policy as people write it; the error names the line and what may stand there.
pub fn parse(text: &str) -> Result<OfferBook, Failure> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1);
        Failure::File(format!("the policy cannot be read: line {line}: {}", error.message()))
    })
}

/// Writes a policy as [`parse`] reads it.
pub fn write(book: &OfferBook) -> Result<String, Failure> {
    toml::to_string(book).map_err(|error| Failure::File(format!("the policy cannot be written: {error}")))
}

/// Sets a version that somebody else approves.
pub async fn set_policy(app: &App, who: &Actor, at: Moment, ask: &SetPolicy) -> Result<OfferPolicyRow, Failure> {
    if !may(who.role, Permission::ChangePolicy) || !may(ask.approver.role, Permission::ChangePolicy) {
        return Err(Failure::Forbidden);
    }
    if who.label() == ask.approver.label() {
        return Err(Failure::wrong("approver", "is who sets it: a second person approves"));
    }
    let mut begin = Problems::default();
    begin.check_begin(at, ask.from_on, "agreed", Ahead::TwoYears);
    begin.refuse()?;
    let problems = ask.book.problems();
    if !problems.is_empty() {
        return Err(Failure::Wrong(in_fields(problems)));
    }
    transaction!(app.db, tx, {
        if let Some(creditor) = ask.creditor {
            accounts::store::load_creditor(tx, creditor).await?;
        }
        insert_version(tx, at, (who.label(), &ask.approver), ask.creditor, &ask.book, ask.from_on).await
    })
}

/// Adds a version that one person set and another approves.
pub(super) async fn insert_version(
    tx: &mut Tx,
    at: Moment,
    (set_by, approver): (&str, &Actor),
    creditor: Option<CreditorId>,
    book: &OfferBook,
    from_on: Date,
) -> Result<OfferPolicyRow, Failure> {
    let known = store::list_policies(tx).await?;
    let row = OfferPolicyRow {
        id: OfferPolicyId(new_uuid()),
        creditor,
        number: known.iter().filter(|row| row.creditor == creditor).map(|row| row.number).max().unwrap_or(0) + 1,
        terms: serde_json::to_string(book).map_err(|_| Failure::wrong("policy", "cannot be written"))?,
        from_on,
        set_by: set_by.to_string(),
        approved_by: approver.label().to_string(),
        set_at: at.at,
    };
    store::insert_policy(tx, &row).await?;
    let detail = json!({"offer_policy": row.id.to_string(), "number": row.number, "from_on": row.from_on.to_string(),
        "set_by": row.set_by, "approved_by": row.approved_by});
    kept::record_of_agency(tx, approver, at.at, "offer-policy.set", detail, &[row.id.into()]).await?;
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_written_as_it_is_read_and_a_wrong_line_is_named() {
        let house = OfferBook::house();
        let text = write(&house).unwrap();
        assert_eq!(parse(&text).unwrap(), house);
        let wrong = text.replacen("count_max", "counts_max", 1);
        assert!(parse(&wrong).unwrap_err().to_string().contains("line 2"), "{}", parse(&wrong).unwrap_err());
    }
}
