//! Cards and bank accounts on the account: those that may be charged, what was charged, and the forms.

use super::adapter::MethodKind;
use super::charging::{most, prove_method};
use super::store::{self, ChargeRow, MethodRow};
use crate::accounts::store::load_account;
use crate::accounts::workspace::Unfinished;
use crate::app::Failure;
use crate::identity::names::Names;
use crate::ledger::store::currency;
use crate::store::Tx;
use crate::web::guard::Visit;
use crate::web::shell::when;
use askama::Template;
use duly_domain::identity::{Permission, may};
use duly_domain::ledger::processor::State;
use duly_domain::values::ids::{AccountId, ProcessorChargeId, ProcessorMethodId};
use duly_domain::values::money::Money;

/// The forms of the panel, by their names.
pub const FORMS: [&str; 3] = ["card", "card-charge", "card-method"];
/// Charges that are shown.
const MOST: i64 = 24;

/// A card or bank account as it is shown.
pub struct ShownMethod {
    /// Its id.
    pub id: ProcessorMethodId,
    /// `visa ending 4242, to 2030-12`.
    pub what: String,
    words: String,
    by: String,
    ended: String,
    /// Whether it can be charged now.
    pub is_good: bool,
}

/// A charge as it is shown.
struct ShownCharge {
    id: ProcessorChargeId,
    amount: Money,
    state: State,
    tone: &'static str,
    what: String,
    words: String,
    failure: String,
    refunded: String,
    by: String,
    can_refund: bool,
    can_look: bool,
    stands: String,
}

/// The panel.
#[derive(Template)]
#[template(path = "ledger/processor/panel.html")]
pub struct CardsPanel {
    csrf: String,
    account: AccountId,
    is_configured: bool,
    may_ask: bool,
    most: Money,
    methods: Vec<ShownMethod>,
    charges: Vec<ShownCharge>,
    typed: crate::web::form::Fields,
    wrong: Vec<(&'static str, String)>,
}

/// `visa ending 4242, to 2030-12`.
pub fn in_words(method: &MethodRow) -> String {
    let until = method.expires.as_ref().map(|expires| format!(", to {expires}")).unwrap_or_default();
    let what = match MethodKind::parse(&method.kind) {
        Some(MethodKind::Bank) => "account at ",
        _ => "",
    };
    format!("{what}{} ending {}{until}", method.brand, method.last_four)
}

impl CardsPanel {
    /// Reads what may be charged on an account and what was.
    pub async fn of(tx: &mut Tx, visit: &Visit, id: AccountId, form: &Unfinished, is_configured: bool) -> Result<CardsPanel, Failure> {
        let account = load_account(tx, id).await?;
        let (mut names, mut methods, mut charges) = (Names::default(), Vec::new(), Vec::new());
        let rows = store::list_methods(tx, id).await?;
        for row in &rows {
            methods.push(ShownMethod {
                id: row.id,
                what: in_words(row),
                words: row.words.clone(),
                by: format!("{}, {}", names.of(tx, &row.added_by).await?, when(row.added_at, visit.at.at, &visit.zone)),
                ended: row.revoked_because.clone().map(|because| format!("revoked: {because}")).unwrap_or_default(),
                is_good: prove_method(row, visit.at.business_day).is_ok(),
            });
        }
        let in_currency = currency(&account.currency)?;
        let may_ask = may(visit.who.role, Permission::AskCharges);
        for row in store::list_charges(tx, id, MOST).await? {
            let by = format!("{}, {}", names.of(tx, &row.asked_by).await?, when(row.asked_at, visit.at.at, &visit.zone));
            let method = rows.iter().find(|method| method.id == row.method).map(in_words).unwrap_or_default();
            charges.push(shown(row, method, by, visit, is_configured)?);
        }
        Ok(CardsPanel {
            csrf: visit.csrf.clone(),
            account: id,
            is_configured,
            may_ask: may_ask && account.state == "open" && is_configured,
            most: if account.state == "open" { most(tx, visit.at, &account).await? } else { Money::of(0, in_currency) },
            methods,
            charges,
            typed: form.fields.clone(),
            wrong: if FORMS.contains(&form.form) { form.problems.0.clone() } else { Vec::new() },
        })
    }

    fn can_charge(&self) -> bool {
        self.may_ask && self.most.minor() > 0 && self.methods.iter().any(|row| row.is_good)
    }

    fn says(&self, field: &str) -> Option<&str> {
        self.wrong.iter().find(|(name, _)| *name == field).map(|(_, says)| says.as_str())
    }

    /// What is wrong with nothing that stands in the form.
    fn says_of_all(&self) -> Vec<String> {
        let here = ["amount", "words", "form"];
        self.wrong.iter().filter(|(name, _)| !here.contains(name)).map(|(name, says)| format!("The {name} {says}.")).collect()
    }
}

fn shown(row: ChargeRow, method: String, by: String, visit: &Visit, is_configured: bool) -> Result<ShownCharge, Failure> {
    let amount = |minor: i64| -> Result<Money, Failure> { Ok(Money::of(minor, currency(&row.currency)?)) };
    let state = State::parse(&row.state).unwrap_or(State::Asked);
    Ok(ShownCharge {
        id: row.id,
        amount: amount(row.amount_minor)?,
        state,
        tone: match state {
            State::Succeeded => "ok",
            State::Asked | State::Pending | State::PartlyRefunded => "wait",
            State::Failed | State::Refunded | State::Disputed | State::Lost => "no",
        },
        what: method,
        words: row.words.clone(),
        failure: row.failure.clone(),
        refunded: if row.refunded_minor > 0 { format!("{} went back", amount(row.refunded_minor)?) } else { String::new() },
        by,
        can_refund: is_configured && row.posted_minor > 0 && may(visit.who.role, Permission::ReversePayments),
        can_look: is_configured && matches!(state, State::Asked | State::Pending) && may(visit.who.role, Permission::AskCharges),
        stands: amount(row.posted_minor)?.decimal(),
    })
}
