//! A joint plan on each of its accounts: with which accounts it goes, what the whole comes to, and one payment for all of it.

use super::store::load_joint;
use crate::accounts::store::{load_account, load_creditor};
use crate::app::Failure;
use crate::ledger;
use crate::plans::agreed::store::{PlanRow, list_installments_of, list_of_joint};
use crate::store::{Tx, Value};
use crate::web::form::Fields;
use crate::web::guard::Visit;
use askama::Template;
use duly_domain::identity::{Permission, may};
use duly_domain::plans::plan::PlanState;
use duly_domain::values::ids::{AccountId, JointPlanId};
use duly_domain::values::moment::written;
use duly_domain::values::money::Money;

/// One account's part.
struct ShownPart {
    account: AccountId,
    reference: String,
    creditor: String,
    total: Money,
    paid: Money,
    state: PlanState,
    tone: &'static str,
}

/// The part of the plan's panel.
#[derive(Template)]
#[template(path = "plans/joint/panel.html")]
pub struct TogetherPanel {
    csrf: String,
    here: AccountId,
    joint: JointPlanId,
    total: Money,
    paid: Money,
    ends: String,
    parts: Vec<ShownPart>,
    next: Option<(String, Money)>,
    /// Some parts run and another does not any more.
    is_apart: bool,
    may_post: bool,
    today: String,
    amount: String,
    date: String,
    reference: String,
    /// What was asked about the payment that was typed.
    is_asked: bool,
}

impl TogetherPanel {
    /// Reads the joint plan that a plan is a part of.
    pub async fn of(tx: &mut Tx, visit: &Visit, plan: &PlanRow, typed: &Fields) -> Result<Option<TogetherPanel>, Failure> {
        let Some(joint) = plan.joint else { return Ok(None) };
        let row = load_joint(tx, joint).await?;
        let currency = ledger::store::currency(&row.currency)?;
        let money = |minor| Money::of(minor, currency);
        let plans = list_of_joint(tx, joint).await?;
        let keys: Vec<Value> = plans.iter().map(|plan| Value::from(plan.id)).collect();
        let installments = list_installments_of(tx, &keys).await?;
        let mut parts = Vec::with_capacity(plans.len());
        for plan in &plans {
            let account = load_account(tx, plan.account).await?;
            let own = installments.iter().filter(|one| one.plan == plan.id);
            let state = plan.standing();
            parts.push(ShownPart {
                account: account.id,
                creditor: load_creditor(tx, account.creditor).await?.name,
                reference: account.reference,
                total: money(plan.total_minor),
                paid: money(own.filter_map(|one| one.arrived_minor).sum()),
                tone: match state {
                    PlanState::Active => "wait",
                    PlanState::Kept => "ok",
                    PlanState::Broken => "no",
                    PlanState::Withdrawn => "",
                },
                state,
            });
        }
        // The next payment of the whole: what its parts that are due first still wait for.
        let waits = |plan: &PlanRow| plan.standing() == PlanState::Active;
        let running: Vec<_> = plans.iter().filter(|plan| waits(plan)).map(|plan| plan.id).collect();
        let left = installments.iter().filter(|one| running.contains(&one.plan));
        let left: Vec<_> = left.map(|one| (one, one.amount_minor - one.arrived_minor.unwrap_or(0))).filter(|(_, left)| *left > 0).collect();
        let first = left.iter().map(|(one, _)| one.number).min();
        let next = first.and_then(|first| {
            let due = left.iter().find(|(one, _)| one.number == first).map(|(one, _)| written(one.due_on))?;
            Some((due, money(left.iter().filter(|(one, _)| one.number == first).map(|(_, left)| left).sum())))
        });
        let is_running = !running.is_empty();
        let says = |name: &str, drafted: String| typed.some(name).unwrap_or(drafted);
        Ok(Some(TogetherPanel {
            csrf: visit.csrf.clone(),
            here: plan.account,
            joint,
            total: money(row.total_minor),
            paid: money(parts.iter().map(|part| part.paid.minor()).sum()),
            ends: written(row.last_on),
            is_apart: is_running && parts.iter().any(|part| matches!(part.state, PlanState::Broken | PlanState::Withdrawn)),
            may_post: may(visit.who.role, Permission::PostPayments) && parts.iter().any(|part| part.state != PlanState::Withdrawn),
            today: visit.at.business_day.to_string(),
            amount: says("joint-amount", next.as_ref().map(|(_, amount)| amount.figures()).unwrap_or_default()),
            date: says("joint-date", visit.at.business_day.to_string()),
            reference: says("joint-reference", String::new()),
            is_asked: typed.some("joint-asked").is_some(),
            parts,
            next,
        }))
    }
}
