//! The plan on the account: day by day, with how each payment stands.

use super::store::{self, PlanRow};
use crate::accounts::store::Account;
use crate::app::Failure;
use crate::ledger;
use crate::plans::joint::panel::TogetherPanel;
use crate::plans::re_age::pages::ReAgePanel;
use crate::store::Tx;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use askama::Template;
use duly_domain::identity::{Permission, may};
use duly_domain::plans::plan::PlanState;
use duly_domain::plans::promise::PromiseState;
use duly_domain::plans::rhythm::Frequency;
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::written;
use duly_domain::values::money::Money;

/// One payment as it is shown.
struct ShownPayment {
    what: String,
    amount: Money,
    due: String,
    state: String,
    tone: &'static str,
}

/// The newest plan of an account.
struct ShownPlan {
    row: PlanRow,
    kind: String,
    total: Money,
    paid: Money,
    forgiven: Option<Money>,
    ends: String,
    state: PlanState,
    tone: &'static str,
    payments: Vec<ShownPayment>,
    revised: String,
    is_monthly: bool,
}

/// The panel.
#[derive(Template)]
#[template(path = "plans/agreed/panel.html")]
pub struct PlanPanel {
    csrf: String,
    account: AccountId,
    plan: Option<ShownPlan>,
    before: usize,
    together: Option<TogetherPanel>,
    re_age: Option<ReAgePanel>,
    may_work: bool,
    is_open: bool,
}

/// How a payment stands, in a word and its color.
fn standing(state: Option<PromiseState>, plan: PlanState) -> (String, &'static str) {
    match state {
        Some(PromiseState::Kept) => ("Paid".into(), "ok"),
        Some(PromiseState::Open) => ("Due".into(), "wait"),
        Some(PromiseState::Broken) => ("Broken".into(), "no"),
        Some(state) => (state.to_string(), ""),
        None if plan == PlanState::Active => ("To come".into(), ""),
        None => ("Not asked for".into(), ""),
    }
}

impl PlanPanel {
    /// The panel of an account, as somebody sees it; with what was typed into a form of it.
    pub async fn of(tx: &mut Tx, visit: &Visit, held: &Account, typed: &Fields) -> Result<PlanPanel, Failure> {
        let (account, is_open) = (held.id, held.state == "open");
        let plans = store::list_plans(tx, account).await?;
        let before = plans.len().saturating_sub(1);
        let re_age = ReAgePanel::of(tx, visit, held, !plans.is_empty()).await?;
        let together = match plans.first() {
            Some(plan) => TogetherPanel::of(tx, visit, plan, typed).await?,
            None => None,
        };
        let plan = match plans.into_iter().next() {
            Some(row) => {
                let currency = ledger::store::currency(&row.currency)?;
                let money = |minor| Money::of(minor, currency);
                let own = store::list_installments(tx, account).await?.into_iter().filter(|one| one.plan == row.id);
                let own: Vec<_> = own.collect();
                let paid = own.iter().filter_map(|one| one.arrived_minor).sum();
                let state = row.standing();
                let payments = own.iter().map(|one| {
                    let (word, tone) = standing(one.standing(), state);
                    let what = if one.number == 0 { "Down payment".to_string() } else { one.number.to_string() };
                    ShownPayment { what, amount: money(one.amount_minor), due: written(one.due_on), state: word, tone }
                });
                Some(ShownPlan {
                    kind: row.offered().to_string(),
                    total: money(row.total_minor),
                    paid: money(paid),
                    forgiven: row.is_settled().then(|| money(row.balance_minor - row.total_minor)),
                    ends: written(row.last_on),
                    tone: match state {
                        PlanState::Active => "wait",
                        PlanState::Kept => "ok",
                        PlanState::Broken => "no",
                        PlanState::Withdrawn => "",
                    },
                    payments: payments.collect(),
                    revised: row.revised().map(|revision| revision.to_string()).unwrap_or_default(),
                    is_monthly: row.every() == Frequency::Monthly,
                    state,
                    row,
                })
            }
            None => None,
        };
        let may_work = may(visit.who.role, Permission::WorkAccounts);
        Ok(PlanPanel { csrf: visit.csrf.clone(), account, plan, before, together, re_age, may_work, is_open })
    }
}
