//! What is left of an account and what was written off of it, under *Close*.

use super::store;
use crate::accounts::store::load_account;
use crate::accounts::workspace::Unfinished;
use crate::app::Failure;
use crate::identity::names::Names;
use crate::ledger::charges::payoff;
use crate::ledger::store::currency;
use crate::plans::approvals;
use crate::plans::desk::limits::{case_of, table_of};
use crate::store::Tx;
use crate::web::guard::Visit;
use crate::web::shell::when;
use askama::Template;
use duly_domain::identity::{Permission, may};
use duly_domain::ledger::write_off::WriteOffReason;
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::written;
use duly_domain::values::money::Money;

/// A write-off as it is shown.
struct Shown {
    amount: Money,
    because: String,
    words: String,
    by: String,
    when: String,
    taken_back: String,
}

/// The panel.
#[derive(Template)]
#[template(path = "ledger/write_offs/panel.html")]
pub struct WriteOffPanel {
    csrf: String,
    account: AccountId,
    left: Money,
    /// What may be written off alone; nothing where nothing limits it.
    alone: Option<Money>,
    small: Option<Money>,
    granted: Vec<(String, String)>,
    rows: Vec<Shown>,
    is_offered: bool,
    because: String,
    note: String,
    wrong: Vec<(&'static str, String)>,
}

impl WriteOffPanel {
    /// Reads what is left, what limits say of it, and what was written off before.
    pub async fn of(tx: &mut Tx, visit: &Visit, id: AccountId, form: &Unfinished) -> Result<WriteOffPanel, Failure> {
        let account = load_account(tx, id).await?;
        let today = visit.at.business_day;
        let on = account.interest_to_on.map_or(today, |to| to.max(today));
        let left = payoff::of(tx, &account, on).await?.total;
        let in_currency = currency(&account.currency)?;
        let limits = table_of(tx, today).await?.write_offs(&case_of(&account, visit.who.role, today));
        let mut granted = Vec::new();
        for request in approvals::store::list_granted(tx, id, visit.at.at).await? {
            let terms = request.granted()?;
            if terms.as_write_off().is_some() {
                let until = request.good_until.map(|at| when(at, visit.at.at, &visit.zone)).unwrap_or_default();
                granted.push((terms.to_string(), until));
            }
        }
        let (mut names, mut rows) = (Names::default(), Vec::new());
        for row in store::list_of_account(tx, id).await? {
            rows.push(Shown {
                amount: Money::of(row.amount_minor, currency(&row.currency)?),
                because: row.reason()?.to_string(),
                by: names.of(tx, &row.by).await?,
                when: when(row.at, visit.at.at, &visit.zone),
                taken_back: row.reversed_on.map(written).unwrap_or_default(),
                words: row.words,
            });
        }
        let money = |limit: Option<(i64, _)>| limit.map(|(minor, _)| Money::of(minor, in_currency));
        Ok(WriteOffPanel {
            csrf: visit.csrf.clone(),
            account: id,
            left,
            alone: money(limits.alone),
            small: money(limits.small),
            granted,
            rows,
            is_offered: may(visit.who.role, Permission::WriteOff) && left.minor() > 0 && account.written_off_minor == 0,
            because: form.fields.text("write-because").to_string(),
            note: form.fields.text("write-note").to_string(),
            wrong: form.problems.0.iter().filter(|(field, _)| field.starts_with("write-")).cloned().collect(),
        })
    }

    fn says(&self, field: &str) -> Option<&str> {
        self.wrong.iter().find(|(name, _)| *name == field).map(|(_, says)| says.as_str())
    }
}
