//! A rule that changed is a lesson, a quiz and a day for everybody who may contact.

use super::store::{self, AssignmentRow};
use crate::app::{Actor, App, Failure, new_uuid};
use crate::audit;
use crate::compliance::amendments::store::AmendmentRow;
use crate::compliance::policy::store::PolicyRow;
use crate::identity;
use crate::store::Tx;
use crate::transaction;
use duly_domain::compliance::RULE_SET;
use duly_domain::compliance::policy::Limits;
use duly_domain::identity::{Permission, Role, may};
use duly_domain::values::ids::AssignmentId;
use duly_domain::values::moment::{Moment, written};
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::json;

/// How many days there are to learn what changed; more where it binds later.
pub const DAYS_TO_LEARN: i64 = 7;

/// As many users as an agency has.
const USERS_MAX: i64 = 10_000;

/// What changed, as it is assigned.
struct Change<'c> {
    kind: &'c str,
    subject: String,
    title: String,
    binds_on: Date,
}

/// A version of policy was approved.
pub async fn policy_changed(tx: &mut Tx, who: &Actor, at: Moment, row: &PolicyRow) -> Result<(), Failure> {
    let whose = if row.creditor.is_some() { "A creditor's policy" } else { "House policy" };
    let title = format!("{whose}, version {}, from {}: {}", row.number, written(row.from_on), limits_in_words(&row.limits()));
    assign(tx, who, at, &Change { kind: "policy", subject: row.id.to_string(), title, binds_on: row.from_on }).await
}

/// An amendment of a pack was approved.
pub async fn amendment_made(tx: &mut Tx, who: &Actor, at: Moment, row: &AmendmentRow) -> Result<(), Failure> {
    let title =
        format!("Rules of {}, {}, from {}: {} ({})", row.pack, row.column.replace('_', " "), written(row.from_on), row.says, row.source);
    assign(tx, who, at, &Change { kind: "amendment", subject: row.id.to_string(), title, binds_on: row.from_on }).await
}

/// Takes note of the rule set of this program; where the record was worked under another before, everybody learns the new one.
pub async fn notice_release(app: &App) -> Result<bool, Failure> {
    let at = app.moment();
    transaction!(app.db, tx, {
        let seen = store::list_rule_sets(tx).await?;
        if seen.iter().any(|known| known == RULE_SET) {
            return Ok(false);
        }
        store::insert_rule_set(tx, RULE_SET, at.at).await?;
        if seen.is_empty() {
            return Ok(false);
        }
        let title = format!("A new release of the rules: {RULE_SET}");
        let change = Change { kind: "rule_set", subject: RULE_SET.into(), title, binds_on: at.business_day };
        assign(tx, &Actor::command(), at, &change).await?;
        Ok(true)
    })
}

async fn assign(tx: &mut Tx, who: &Actor, at: Moment, change: &Change<'_>) -> Result<(), Failure> {
    let due_on = at.business_day.saturating_add(DAYS_TO_LEARN.days()).max(change.binds_on);
    let mut count = 0;
    for user in identity::store::list_users(tx, USERS_MAX).await? {
        let may_contact = Role::parse(&user.role).is_some_and(|role| may(role, Permission::WorkAccounts));
        if user.state != "active" || !may_contact {
            continue;
        }
        let row = AssignmentRow {
            id: AssignmentId(new_uuid()),
            user: user.id,
            kind: change.kind.to_string(),
            subject: change.subject.clone(),
            title: change.title.clone(),
            due_on,
            made_at: at.at,
            read_at: None,
            passed_at: None,
        };
        count += i64::from(store::insert_assignment(tx, &row).await?);
    }
    let detail = json!({"kind": change.kind, "subject": change.subject, "due": due_on.to_string(), "users": count});
    audit::record(tx, who, at.at, None, "training.assign", &detail).await
}

/// What a version asks, in a few words.
fn limits_in_words(limits: &Limits) -> String {
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let mut words = Vec::new();
    words.extend(limits.attempts_max_7_days.map(|max| format!("{max} calls in 7 days")));
    words.extend(limits.opens_minute.map(|minute| format!("opens {}", clock(minute))));
    words.extend(limits.closes_minute.map(|minute| format!("closes {}", clock(minute))));
    words.extend(limits.electronic_max_7_days.map(|max| format!("{max} messages in 7 days")));
    words.extend(limits.is_off_on_sundays.then(|| "no Sundays".to_string()));
    words.extend(limits.is_off_on_holidays.then(|| "no holidays".to_string()));
    if words.is_empty() { "nothing beyond the law".into() } else { words.join(", ") }
}
