//! What somebody may grant alone, as data: versions of rows by creditor, kind of debt, age and role, which a second person approved.
//!
//! Where nobody set any the house's rows hold, and they always hold beside those that were set: a row that is closer to the case speaks.
//! Limits bind promises, plans and write-offs. How much somebody waives alone, and how long a pause they grant, is by role and not here.

use super::budgeting::in_fields;
use super::store::{self, LimitsRow};
use crate::app::{Actor, Ahead, App, Failure, Problems, new_uuid};
use crate::audit::kept;
use crate::store::Tx;
use crate::{accounts, transaction};
use duly_domain::identity::authority::PromiseLimits;
use duly_domain::identity::{Permission, Role, may};
use duly_domain::plans::limits::{GrantLimits, LimitCase, LimitRow, LimitScope, LimitTable};
use duly_domain::values::ids::{CreditorId, LimitsId};
use duly_domain::values::moment::{Moment, day_number};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// One row as people write it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenRow {
    /// Debts to this creditor, by its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creditor: Option<String>,
    /// Debts of this kind: consumer, business, government.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// Debts so many days past due, from and to, both with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_past_due: Option<(i32, i32)>,
    /// People of this role; officers unless named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The numbers.
    pub limits: GrantLimits,
}

/// All rows of a version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// The rows; in any order.
    #[serde(default)]
    pub row: Vec<WrittenRow>,
}

/// A version to set.
#[derive(Clone, Debug)]
pub struct SetLimits {
    /// The rows.
    pub written: Written,
    /// From which day.
    pub from_on: Date,
    /// Who approves it.
    pub approver: Actor,
}

/// Reads limits as people write them; the error names the line and what may stand there.
pub fn parse(text: &str) -> Result<Written, Failure> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1);
        Failure::File(format!("the limits cannot be read: line {line}: {}", error.message()))
    })
}

/// Writes limits as [`parse`] reads them.
pub fn write(written: &Written) -> Result<String, Failure> {
    toml::to_string(written).map_err(|error| Failure::File(format!("the limits cannot be written: {error}")))
}

/// The rows of a version with the house's, or every problem of them.
pub(super) async fn table(tx: &mut Tx, written: &Written) -> Result<LimitTable, Failure> {
    let mut rows = Vec::with_capacity(written.row.len());
    for row in &written.row {
        let creditor: Option<CreditorId> = match &row.creditor {
            None => None,
            Some(name) => {
                let found = accounts::store::find_creditor_by_name(tx, name).await?;
                Some(found.ok_or_else(|| Failure::wrong("creditor", format!("{name:?} is no creditor")))?.id)
            }
        };
        let role = match row.role.as_deref() {
            None => Role::Officer,
            Some(code) => Role::parse(code).ok_or_else(|| Failure::wrong("role", format!("{code:?} is no role")))?,
        };
        if let Some(product) = row.product.as_deref().filter(|product| duly_domain::accounts::DebtKind::parse(product).is_none()) {
            return Err(Failure::wrong("product", format!("{product:?} is not one of consumer, business, government")));
        }
        let scope = LimitScope { creditor, product: row.product.clone(), days_past_due: row.days_past_due, role: Some(role) };
        rows.push(LimitRow { scope, limits: row.limits });
    }
    LimitTable::with(rows).map_err(|problems| Failure::Wrong(in_fields(problems)))
}

/// What somebody may grant alone on a day: the newest version that has begun, and the house's rows.
pub async fn table_of(tx: &mut Tx, on: Date) -> Result<LimitTable, Failure> {
    let Some(row) = store::find_limits(tx, on).await? else { return Ok(LimitTable::house()) };
    let unreadable = |_| Failure::Stale(format!("the limits {} cannot be read: run duly check", row.id));
    table(tx, &serde_json::from_str(&row.terms).map_err(unreadable)?).await
}

/// An account as limits look at it.
pub fn case_of(account: &accounts::store::Account, role: Role, today: Date) -> LimitCase<'_> {
    let days_past_due = account.aged_from().map_or(0, |due| day_number(today) - day_number(due));
    LimitCase { creditor: account.creditor, product: &account.kind, days_past_due, role }
}

/// How far somebody may go alone with a promise on an account.
pub async fn promise_limits_of(
    tx: &mut Tx,
    account: &accounts::store::Account,
    role: Role,
    today: Date,
) -> Result<Option<PromiseLimits>, Failure> {
    Ok(table_of(tx, today).await?.promises(&case_of(account, role, today)))
}

/// Sets a version that somebody else approves.
pub async fn set_limits(app: &App, who: &Actor, at: Moment, ask: &SetLimits) -> Result<LimitsRow, Failure> {
    if !may(who.role, Permission::ChangePolicy) || !may(ask.approver.role, Permission::ChangePolicy) {
        return Err(Failure::Forbidden);
    }
    if who.label() == ask.approver.label() {
        return Err(Failure::wrong("approver", "is who sets them: a second person approves"));
    }
    let mut begin = Problems::default();
    begin.check_begin(at, ask.from_on, "agreed", Ahead::TwoYears);
    begin.refuse()?;
    transaction!(app.db, tx, {
        table(tx, &ask.written).await?;
        insert_version(tx, at, (who.label(), &ask.approver), &ask.written, ask.from_on).await
    })
}

/// Adds a version that one person set and another approves.
pub(super) async fn insert_version(
    tx: &mut Tx,
    at: Moment,
    (set_by, approver): (&str, &Actor),
    written: &Written,
    from_on: Date,
) -> Result<LimitsRow, Failure> {
    let row = LimitsRow {
        id: LimitsId(new_uuid()),
        number: store::list_limits(tx).await?.first().map_or(0, |row| row.number) + 1,
        terms: serde_json::to_string(written).map_err(|_| Failure::wrong("limits", "cannot be written"))?,
        from_on,
        set_by: set_by.to_string(),
        approved_by: approver.label().to_string(),
        set_at: at.at,
    };
    store::insert_limits(tx, &row).await?;
    let detail = json!({"limits": row.id.to_string(), "number": row.number, "from_on": row.from_on.to_string(), "set_by": row.set_by,
        "approved_by": row.approved_by});
    kept::record_of_agency(tx, approver, at.at, "limits.set", detail, &[row.id.into()]).await?;
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_written_as_they_are_read_and_a_wrong_line_is_named() {
        let text = "[[row]]\ncreditor = \"Larkfield\"\ndays_past_due = [0, 90]\nlimits = { months_max = 6, promise_days_max = 30 }\n";
        let written = parse(text).unwrap();
        assert_eq!((written.row[0].limits.months_max, written.row[0].days_past_due), (Some(6), Some((0, 90))));
        assert_eq!(parse(&write(&written).unwrap()).unwrap(), written);
        let wrong = parse(&text.replace("months_max", "month_max")).unwrap_err().to_string();
        assert!(wrong.contains("line 4"), "{wrong}");
    }
}
