//! A new account is laid out over the tables it touches: debtor, points, entry, worklist, audit.

use crate::accounts::store::Creditor;
use crate::app::{Failure, new_uuid};
use crate::store::{Tx, Value};
use crate::{accounts, audit, ledger, parties, strategy, values};
use duly_domain::accounts::{Stage, days_past_due};
use duly_domain::intake::mapping::Mapping;
use duly_domain::intake::row::NewAccount;
use duly_domain::ledger::plan_opening;
use duly_domain::values::ids::{AccountId, BatchId, DebtorId, EntryId, PointId};
use duly_domain::values::moment::Moment;
use serde_json::json;

/// What is the same for every account of a batch.
pub struct Placing<'a> {
    /// Whose debts they are.
    pub creditor: &'a Creditor,
    /// How the file is read.
    pub mapping: &'a Mapping,
    /// The batch.
    pub batch: BatchId,
    /// Who imports, as the audit record says it.
    pub by: &'a str,
    /// When.
    pub at: Moment,
}

impl Placing<'_> {
    /// Lays one account out over the tables.
    pub fn place(&self, tables: &mut Tables, new: &NewAccount, total: i64) -> Result<AccountId, Failure> {
        let (account, debtor, entry) = (AccountId(new_uuid()), DebtorId(new_uuid()), EntryId(new_uuid()));
        let (at, today) = (self.at.at, self.at.business_day);
        let currency = new.owed.currency().code();
        let [principal, interest, fees, costs, other] = *new.owed.minor();
        tables.debtors.push(parties::store::debtor_values(
            debtor,
            new.is_business.unwrap_or(self.mapping.debtors_are_businesses),
            new.name.as_deref(),
            new.language.as_deref(),
            new.date_of_birth,
            new.state.as_deref(),
            at,
        ));
        let point = |kind: &str, label: &str, value: &str, zip: Option<&str>| {
            parties::store::point_values(PointId(new_uuid()), debtor, kind, label, value, zip, "creditor's file", at)
        };
        tables.points.extend(new.address().map(|text| point("address", "home", &text, new.zip.as_deref())));
        tables.points.extend(new.phones.iter().map(|(label, phone)| {
            let label = phone.extension().map_or_else(|| (*label).to_string(), |extension| format!("{label}, extension {extension}"));
            point("phone", &label, phone.e164(), None)
        }));
        tables.points.extend(new.email.iter().map(|email| point("email", "personal", email.text(), None)));

        let is_open = total > 0;
        let past_due = days_past_due(new.due_on, today);
        let next_action = if new.phones.is_empty() { "Find a telephone number" } else { "First contact" };
        tables.accounts.push(Vec::from(values![
            account,
            self.creditor.id,
            self.batch,
            self.creditor.desk,
            debtor,
            &new.reference,
            self.mapping.debts.code(),
            new.description.clone(),
            new.creditor_status.clone(),
            if is_open { "open" } else { "paid" },
            currency,
            total,
            total,
            principal,
            interest,
            fees,
            costs,
            other,
            new.itemization.paid.minor(),
            new.itemization.reduced.minor(),
            today,
            new.itemized_on,
            new.due_on,
            new.charged_off_on,
            Stage::of_days(past_due).code(),
            is_open.then_some(next_action),
            is_open.then_some(today),
            parties::store::last_four(&new.reference),
            at
        ]));
        tables.people.push(values![account, debtor, Value::word("debtor")]);
        tables.itemizations.push(accounts::itemized::store::values(account, &new.itemization, "creditor's file", at));
        let opening = plan_opening(&new.owed)?;
        tables.entries.push(ledger::store::entry_values(entry, account, "opening", today, None, "placed", &opening, at));
        if is_open {
            let row = strategy::store::WorkRow {
                account,
                desk: self.creditor.desk,
                state: "open".into(),
                balance_minor: total,
                currency: currency.into(),
                aged_from: new.due_on,
                next_action_on: Some(today),
                next_action_at: None,
                was_reached: false,
                promise_due_on: None,
                last_promise: None,
                promises_kept: 0,
                promises_decided: 0,
                payments: 0,
                held_until: None,
                returned: 0,
            };
            tables.worklist.extend(strategy::actions::work_values(&row, today)?);
        }
        let chain = account.to_string();
        let detail = json!({"batch": self.batch.to_string(), "placed_minor": total, "currency": currency}).to_string();
        let linked = audit::link(&chain, 1, at, self.by, "account.place", detail, &duly_domain::audit::START);
        tables.heads.push(values![chain, 1, &linked.hash]);
        tables.audits.push(linked.row);
        Ok(account)
    }
}

/// Rows for every table a chunk touches.
#[derive(Default)]
pub struct Tables {
    debtors: Vec<Vec<Value>>,
    points: Vec<Vec<Value>>,
    accounts: Vec<Vec<Value>>,
    people: Vec<[Value; 3]>,
    itemizations: Vec<Vec<Value>>,
    entries: Vec<[Value; 17]>,
    worklist: Vec<[Value; 7]>,
    audits: Vec<[Value; 8]>,
    heads: Vec<[Value; 3]>,
}

impl Tables {
    /// Inserts them, referenced tables first.
    pub async fn insert(self, tx: &mut Tx) -> Result<(), Failure> {
        tx.insert_many(parties::store::INSERT_DEBTOR, &self.debtors).await?;
        tx.insert_many(parties::store::INSERT_POINT, &self.points).await?;
        tx.insert_many(accounts::store::INSERT_ACCOUNT, &self.accounts).await?;
        tx.insert_many(accounts::store::INSERT_PERSON, &self.people).await?;
        tx.insert_many(accounts::itemized::store::INSERT, &self.itemizations).await?;
        tx.insert_many(ledger::store::INSERT_ENTRY, &self.entries).await?;
        tx.insert_many(strategy::store::INSERT, &self.worklist).await?;
        tx.insert_many(audit::store::INSERT, &self.audits).await?;
        tx.insert_many(audit::store::INSERT_HEAD, &self.heads).await?;
        Ok(())
    }
}
