//! Interest and charges on the account: the terms, what they came to, what pays it off, and the forms.

use super::payoff::{self, Payoff};
use super::store;
use crate::accounts::store::load_account;
use crate::accounts::workspace::Unfinished;
use crate::app::Failure;
use crate::identity::names::Names;
use crate::ledger::store::currency;
use crate::parties;
use crate::store::Tx;
use crate::web::guard::Visit;
use askama::Template;
use duly_domain::accounts::Bucket;
use duly_domain::compliance::states::{State, state};
use duly_domain::identity::{Permission, may};
use duly_domain::ledger::charges::{ChargeKind, InterestSource};
use duly_domain::ledger::interest::DayCount;
use duly_domain::values::ids::{AccountId, ChargeId, DecisionId};
use duly_domain::values::moment::written;
use duly_domain::values::money::Money;

/// Millionths in percent, without zeros that say nothing.
pub fn percent(ppm: i64) -> String {
    let digits = format!("{}.{:04}", ppm / 10_000, ppm % 10_000);
    format!("{} %", digits.trim_end_matches('0').trim_end_matches('.'))
}

/// Terms as they are shown.
struct ShownTerms {
    rate: String,
    source: String,
    days: String,
    from: String,
    until: String,
    words: String,
    because: String,
    by: String,
    decision: DecisionId,
}

/// A charge as it is shown.
struct ShownCharge {
    id: ChargeId,
    what: String,
    amount: Money,
    words: String,
    by: String,
    reversed: String,
    can_reverse: bool,
    decision: Option<DecisionId>,
}

/// The panel.
#[derive(Template)]
#[template(path = "ledger/charges/panel.html")]
pub struct ChargesPanel {
    csrf: String,
    account: AccountId,
    payoff: Payoff,
    posted: Money,
    posted_to: String,
    is_running: bool,
    terms: Vec<ShownTerms>,
    charges: Vec<ShownCharge>,
    state_rate: String,
    waivable: Vec<(Bucket, Money)>,
    may_charge: bool,
    may_waive: bool,
    form: &'static str,
    typed: crate::web::form::Fields,
    wrong: Vec<(&'static str, String)>,
    today: String,
}

/// How many charges are shown.
const MOST: i64 = 24;

/// The forms of the panel, by their names.
pub const FORMS: [&str; 4] = ["interest", "stop-interest", "fee", "waive"];

impl ChargesPanel {
    /// Reads what was charged on an account and what can be.
    pub async fn of(tx: &mut Tx, visit: &Visit, id: AccountId, form: &Unfinished) -> Result<ChargesPanel, Failure> {
        let account = load_account(tx, id).await?;
        let today = visit.at.business_day;
        let on = account.interest_to_on.map_or(today, |to| to.max(today));
        let payoff = payoff::of(tx, &account, on).await?;
        let debtor = parties::store::load_debtor(tx, account.debtor).await?;
        let (mut names, mut terms, mut charges) = (Names::default(), Vec::new(), Vec::new());
        let rows = store::list_terms(tx, id).await?;
        for row in rows.iter().rev() {
            terms.push(ShownTerms {
                rate: percent(row.rate_ppm),
                source: InterestSource::parse(&row.source).map(|source| source.to_string()).unwrap_or_default(),
                days: DayCount::parse(&row.day_count).map(|days| days.to_string()).unwrap_or_default(),
                from: written(row.from_on),
                until: row.until_on.map(written).unwrap_or_default(),
                words: row.words.clone(),
                because: row.stopped_because.clone().unwrap_or_default(),
                by: names.of(tx, &row.set_by).await?,
                decision: row.decision,
            });
        }
        let in_currency = currency(&account.currency)?;
        let may_charge = may(visit.who.role, Permission::Charge);
        for row in store::list_charges(tx, id, MOST).await? {
            let kind = ChargeKind::parse(&row.kind).unwrap_or(ChargeKind::Fee);
            let bucket = Bucket::parse(&row.bucket).unwrap_or(Bucket::Other);
            charges.push(ShownCharge {
                id: row.id,
                what: match (kind, row.to_on) {
                    (ChargeKind::Interest, Some(to)) => format!("Interest to {}", written(to)),
                    (ChargeKind::Waiver, _) => format!("{bucket} waived"),
                    (kind, _) => kind.to_string(),
                },
                amount: Money::of(row.amount_minor, in_currency),
                words: if kind == ChargeKind::Interest { String::new() } else { row.words },
                by: names.of(tx, &row.charged_by).await?,
                reversed: row.reversed_on.map(written).unwrap_or_default(),
                can_reverse: may_charge && kind != ChargeKind::Interest && row.reversed_on.is_none(),
                decision: row.decision.filter(|_| kind != ChargeKind::Waiver),
            });
        }
        let owed = payoff.owed;
        let mut waivable: Vec<(Bucket, Money)> =
            owed.each().filter(|(bucket, amount)| *bucket != Bucket::Principal && amount.minor() > 0).collect();
        // What accrued since the last posting can be waived with the rest.
        if payoff.accruing.minor() > 0 && on == today {
            waivable.retain(|(bucket, _)| *bucket != Bucket::Interest);
            waivable.insert(0, (Bucket::Interest, owed.get(Bucket::Interest).plus(payoff.accruing)?));
        }
        let is_open = account.state == "open";
        Ok(ChargesPanel {
            csrf: visit.csrf.clone(),
            account: id,
            posted: owed.total()?,
            posted_to: account.interest_to_on.map(written).unwrap_or_default(),
            is_running: rows.iter().any(|row| row.until_on.is_none()),
            terms,
            charges,
            state_rate: debtor
                .state
                .as_deref()
                .and_then(state)
                .and_then(|state| {
                    Some(format!("{} for judgments in {}, by our table", percent(i64::from(State::judgment_rate_ppm(state)?)), state.name))
                })
                .unwrap_or_default(),
            waivable,
            may_charge: may_charge && is_open,
            may_waive: may(visit.who.role, Permission::WorkAccounts) && is_open,
            form: form.form,
            typed: form.fields.clone(),
            wrong: if FORMS.contains(&form.form) { form.problems.0.clone() } else { Vec::new() },
            today: today.to_string(),
            payoff,
        })
    }

    fn says(&self, form: &str, field: &str) -> Option<&str> {
        if self.form != form {
            return None;
        }
        self.wrong.iter().find(|(name, _)| *name == field).map(|(_, says)| says.as_str())
    }

    fn typed(&self, form: &str, field: &str) -> &str {
        if self.form == form { self.typed.text(field) } else { "" }
    }
}
