//! The time to sue as it is shown: the last day, the reasoning, what it was counted from, and the forms.

use super::store::{self, EntryRow};
use super::{EntryKind, clock_of};
use crate::accounts::papers::store::Document;
use crate::accounts::store as accounts;
use crate::accounts::workspace::Unfinished;
use crate::app::Failure;
use crate::compliance::amendments::editions;
use crate::identity::names::Names;
use crate::parties::status::standing::service_of;
use crate::store::Tx;
use crate::web::guard::Visit;
use crate::{intake, ledger, parties};
use askama::Template;
use duly_domain::compliance::limitation::{Agreement, Line, Reckoning, Tolling, reckon};
use duly_domain::compliance::states::{AS_OF, State};
use duly_domain::identity::{Permission, may};
use duly_domain::values::ids::{AccountId, LimitationEntryId};
use duly_domain::values::moment::written;
use duly_domain::values::money::Money;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// An entry as it is shown.
struct ShownEntry {
    id: LimitationEntryId,
    kind: String,
    says: String,
    source: String,
    by: String,
    withdrawn: String,
}

/// The panel.
#[derive(Template)]
#[template(path = "accounts/limitation/panel.html")]
pub struct LimitationPanel {
    csrf: String,
    account: AccountId,
    /// What the time is counted from, and what it comes to.
    reckoning: Reckoning,
    /// The last day, where it has passed.
    barred: Option<Date>,
    lines: Vec<Line>,
    payments: Vec<String>,
    suggestions: Vec<String>,
    entries: Vec<ShownEntry>,
    documents: Vec<(String, String)>,
    can_revive: bool,
    may_judge: bool,
    typed: Vec<(&'static str, String)>,
    wrong: Vec<(&'static str, String)>,
    today: Date,
}

/// Payments that are shown.
const PAYMENTS: usize = 6;

impl LimitationPanel {
    /// Reads what the time to sue on an account is counted from.
    pub async fn of(
        tx: &mut Tx,
        visit: &Visit,
        account: AccountId,
        form: &Unfinished,
        documents: &[(Document, String)],
    ) -> Result<LimitationPanel, Failure> {
        let today = visit.at.business_day;
        let held = accounts::load_account(tx, account).await?;
        let debtor = parties::store::load_debtor(tx, held.debtor).await?;
        let rows = store::list_of_account(tx, account).await?;
        let law = editions(tx).await?;
        let clock = clock_of(&rows, debtor.state.as_deref(), today, &law);
        let reckoning = reckon(&clock);
        let mut suggestions = Vec::new();
        if clock.accrued_on.is_none() {
            suggestions.extend(
                held.due_on
                    .map(|on| format!("The creditor's file says unpaid since {}: no evidence until somebody has seen some.", written(on))),
            );
        }
        if let Some(service) = service_of(tx, held.debtor).await? {
            let days = match (service.entered, service.left) {
                (Some(from), Some(until)) => format!("from {} to {}", written(from), written(until)),
                (Some(from), None) => format!("since {}", written(from)),
                _ => "on days that are not known".into(),
            };
            suggestions
                .push(format!("They served in the forces {days}: those days do not count (50 USC 3936(a)), once they are entered here."));
        }
        let mut names = Names::default();
        let mut entries = Vec::new();
        for row in rows.iter().rev() {
            entries.push(ShownEntry {
                id: row.id,
                kind: EntryKind::parse(&row.kind).map(|kind| kind.to_string()).unwrap_or_default(),
                says: says(row),
                source: row.source.clone(),
                by: names.of(tx, &row.recorded_by).await?,
                withdrawn: match (&row.withdrawn_at, &row.withdrawn_because) {
                    (Some(at), because) => {
                        format!("withdrawn {}: {}", written(at.to_zoned(visit.zone.clone()).date()), because.as_deref().unwrap_or_default())
                    }
                    _ => String::new(),
                },
            });
        }
        Ok(LimitationPanel {
            csrf: visit.csrf.clone(),
            account,
            barred: reckoning.barred_since(today),
            lines: reckoning.lines(),
            payments: payments(tx, account, &reckoning, clock.accrued_on, &visit.zone).await?,
            suggestions,
            entries,
            documents: documents.iter().map(|(document, _)| (document.id.to_string(), document.file_name.clone())).collect(),
            can_revive: reckoning.by_laws.iter().any(|law| law.state.can_revive()),
            may_judge: may(visit.who.role, Permission::JudgeSuits),
            typed: ["kind", "agreement", "law", "tolled", "from", "until", "evidence"]
                .iter()
                .map(|name| (*name, form.fields.text(name).to_string()))
                .collect(),
            wrong: if form.form == "limitation" { form.problems.0.clone() } else { Vec::new() },
            today,
            reckoning,
        })
    }

    /// `Time-barred since …`, for the account's head; nothing where it is not, or not known to be.
    pub fn mark(&self) -> Option<String> {
        self.barred.map(|last| format!("Time-barred since {}", written(last.saturating_add(jiff::Span::new().days(1)))))
    }

    /// The last day for a suit, where it is known.
    fn last_day(&self) -> Option<String> {
        self.reckoning.limitation().map(|time| written(time.last_day))
    }

    fn is_verified(&self) -> bool {
        self.reckoning.limitation().is_some_and(|time| time.is_verified)
    }

    fn states(&self) -> &'static [State] {
        duly_domain::compliance::states::states()
    }

    fn typed(&self, name: &str) -> &str {
        self.typed.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text)
    }

    fn says(&self, name: &str) -> Option<&str> {
        self.wrong.iter().find(|(field, _)| *field == name).map(|(_, says)| says.as_str())
    }
}

/// What an entry says, in a line.
fn says(row: &EntryRow) -> String {
    let value = row.value.as_deref().unwrap_or_default();
    let from = row.from_on.map(written).unwrap_or_default();
    match EntryKind::parse(&row.kind) {
        Some(EntryKind::Agreement) => Agreement::parse(value).map(|known| known.to_string()).unwrap_or_default(),
        Some(EntryKind::Tolled) => {
            let because = Tolling::parse(value).map(|known| known.to_string()).unwrap_or_default();
            format!("{because}, from {from} {}", row.until_on.map_or_else(|| "and still".into(), |on| format!("to {}", written(on))))
        }
        Some(EntryKind::ContractLaw) => value.to_string(),
        _ => from,
    }
}

/// What was paid since it accrued, and that no payment restarts anything by itself.
async fn payments(
    tx: &mut Tx,
    account: AccountId,
    reckoning: &Reckoning,
    accrued_on: Option<Date>,
    zone: &TimeZone,
) -> Result<Vec<String>, Failure> {
    let mut paid: Vec<(Date, Money)> = Vec::new();
    for payment in ledger::store::list_payments(tx, account).await? {
        if payment.state == "posted" {
            paid.push((payment.effective_on, Money::of(payment.amount_minor, ledger::store::currency(&payment.currency)?)));
        }
    }
    for before in intake::history::store::list_paid_before(tx, account).await? {
        let on = before.happened_at.to_zoned(zone.clone()).date();
        paid.push((on, Money::of(before.amount_minor, ledger::store::currency(&before.currency)?)));
    }
    paid.retain(|(on, _)| accrued_on.is_none_or(|accrued| *on >= accrued));
    paid.sort_by_key(|(on, _)| std::cmp::Reverse(*on));
    let laws: Vec<String> = reckoning
        .by_laws
        .iter()
        .map(|law| match law.state.revival.words.as_ref() {
            "" => format!("{}: our table names nothing that begins it anew", law.state.name),
            words => format!("{}: {words}{}", law.state.name, if law.state.revival.is_verified() { "" } else { " (not verified)" }),
        })
        .collect();
    let laws = if laws.is_empty() { String::new() } else { format!(" {}.", laws.join("; ")) };
    Ok(paid
        .into_iter()
        .take(PAYMENTS)
        .map(|(on, amount)| format!("{amount} paid on {}: restarts nothing by itself.{laws}", written(on)))
        .collect())
}
