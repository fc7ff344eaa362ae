//! One payment for the whole: shared out over the accounts of a joint plan and posted on each, in one transaction.
//!
//! Each account has a payment of its own with the same reference, which is what makes the whole known: told twice, it is posted once.

use super::store::{JointRow, find_next, load_joint};
use crate::accounts::store::standing::list_standings;
use crate::accounts::store::{Account, load_account};
use crate::app::{Actor, App, Failure};
use crate::ledger::actions::{PostPayment, Posted};
use crate::ledger::charges::bearing::bring_to;
use crate::ledger::posting::post_all;
use crate::ledger::store::{currency, list_payments_by_references};
use crate::plans::agreed::store::{InstallmentRow, PlanRow, list_installments_of, list_of_joint};
use crate::store::{Keyed, Tx, Value};
use crate::{audit, transaction};
use duly_domain::plans::joint::{AccountLeft, PartLeft, share_payment};
use duly_domain::plans::plan::PlanState;
use duly_domain::plans::promise::PromiseState;
use duly_domain::values::ids::{AccountId, JointPlanId};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::Money;
use jiff::civil::Date;
use serde_json::json;
use std::collections::BTreeMap;

/// A payment for the whole.
#[derive(Clone, Debug)]
pub struct PayJoint {
    /// Of which plan; one that goes on otherwise is paid as it stands now.
    pub joint: JointPlanId,
    /// How much, in minor units of the plan's currency.
    pub amount_minor: i64,
    /// From when it counts.
    pub effective_on: Date,
    /// The payer's or bank's reference.
    pub reference: String,
}

/// A part that was posted.
#[derive(Clone, Debug)]
pub struct PostedPart {
    /// On which account.
    pub account: AccountId,
    /// Its reference.
    pub reference: String,
    /// How much.
    pub amount: Money,
    /// What posting came to.
    pub posted: Posted,
}

/// What one payment for the whole came to.
#[derive(Clone, Debug)]
pub struct JointPosted {
    /// The plan as it stands now.
    pub joint: JointPlanId,
    /// The parts, in the order of the accounts.
    pub parts: Vec<PostedPart>,
    /// Whether it had been posted before and nothing was done now.
    pub is_repeat: bool,
}

/// What became of a payment that may be asked about.
pub enum PaidAsked {
    /// It was posted.
    Done(JointPosted),
    /// It would be this, in sentences; nothing was posted.
    First(Vec<String>),
}

/// Posts one payment for the whole.
pub async fn pay_joint(app: &App, who: &Actor, at: Moment, ask: &PayJoint) -> Result<JointPosted, Failure> {
    transaction!(app.db, tx, { pay_joint_in(tx, who, at, ask).await })
}

/// As [`pay_joint`]; on a screen one that is larger than it should be is asked about first.
pub async fn pay_joint_asking(app: &App, who: &Actor, at: Moment, ask: &PayJoint, is_understood: bool) -> Result<PaidAsked, Failure> {
    transaction!(app.db, tx, {
        let whole = Whole::of(tx, ask.joint).await?;
        let says = match is_understood || !whole.known(tx, ask).await?.is_empty() {
            true => Vec::new(),
            false => whole.questions(ask, app.ask_payments_above)?,
        };
        match says.is_empty() {
            true => pay_joint_in(tx, who, at, ask).await.map(PaidAsked::Done),
            false => Ok(PaidAsked::First(says)),
        }
    })
}

/// The joint plan that a name stands for now, with those that it goes on from.
async fn lineage(tx: &mut Tx, joint: JointPlanId) -> Result<Vec<JointRow>, Failure> {
    let mut rows = vec![load_joint(tx, joint).await?];
    while let Some(next) = find_next(tx, rows[rows.len() - 1].id).await? {
        rows.push(next);
    }
    rows.reverse();
    while let Some(before) = rows[rows.len() - 1].revises {
        rows.push(load_joint(tx, before).await?);
    }
    Ok(rows)
}

/// A joint plan as money is shared out to it.
pub(super) struct Whole {
    pub(super) joint: JointRow,
    /// Its accounts with what is left of their parts; those that are open first.
    pub(super) accounts: Vec<(Account, AccountLeft)>,
    /// How the plan stands on each of them, in no order.
    pub(super) states: Vec<PlanState>,
    /// Those of the plans that it goes on from too.
    ever: Vec<AccountId>,
}

fn left_of(plan: &PlanRow, installments: &[InstallmentRow]) -> Vec<PartLeft> {
    if !matches!(plan.standing(), PlanState::Active | PlanState::Broken) {
        return Vec::new();
    }
    let own = installments.iter().filter(|one| one.plan == plan.id);
    let left = own.filter(|one| !matches!(one.standing(), Some(PromiseState::Kept | PromiseState::Withdrawn)));
    left.map(|one| PartLeft {
        number: one.number,
        left_minor: one.amount_minor - one.arrived_minor.unwrap_or(0),
        is_missed: matches!(one.standing(), Some(PromiseState::Broken | PromiseState::PartlyKept)),
    })
    .collect()
}

impl Whole {
    pub(super) async fn of(tx: &mut Tx, joint: JointPlanId) -> Result<Whole, Failure> {
        let lineage = lineage(tx, joint).await?;
        let (mut ever, mut accounts): (Vec<AccountId>, Vec<(Account, AccountLeft)>) = (Vec::new(), Vec::new());
        let mut states = Vec::new();
        for (nth, row) in lineage.iter().enumerate() {
            let plans = list_of_joint(tx, row.id).await?;
            ever.extend(plans.iter().map(|plan| plan.account));
            if nth > 0 {
                continue;
            }
            let keys: Vec<Value> = plans.iter().map(|plan| Value::from(plan.id)).collect();
            let installments = list_installments_of(tx, &keys).await?;
            for plan in &plans {
                states.push(plan.standing());
                let account = load_account(tx, plan.account).await?;
                let is_open = account.state == "open";
                let left = AccountLeft {
                    owed_minor: if is_open { account.balance_minor } else { 0 },
                    parts: if is_open { left_of(plan, &installments) } else { Vec::new() },
                };
                accounts.push((account, left));
            }
        }
        accounts.sort_by_key(|(account, _)| account.state != "open");
        let joint = lineage.into_iter().next().ok_or_else(|| Failure::NotFound(format!("joint plan {joint}")))?;
        Ok(Whole { joint, accounts, states, ever })
    }

    /// What stands with this reference on any of the accounts: how much on which, and from when it counts.
    async fn known(&self, tx: &mut Tx, ask: &PayJoint) -> Result<BTreeMap<AccountId, (i64, Date)>, Failure> {
        let pairs = self.ever.iter().map(|account| [Value::from(*account), Value::from(ask.reference.trim())]).collect();
        let known = list_payments_by_references(tx, pairs).await?.into_iter().filter(|Keyed(is_free, _)| !is_free);
        Ok(known.map(|Keyed(_, payment)| (payment.account, (payment.amount_minor, payment.effective_on))).collect())
    }

    /// What is asked before a payment is posted that is larger than it should be.
    fn questions(&self, ask: &PayJoint, above: u32) -> Result<Vec<String>, Failure> {
        let currency = currency(&self.joint.currency)?;
        let owed: i64 = self.accounts.iter().map(|(_, left)| left.owed_minor).sum();
        let mut says = Vec::new();
        if ask.amount_minor > owed {
            let (over, owed) = (Money::of(ask.amount_minor - owed, currency), Money::of(owed, currency));
            says.push(format!(
                "it is {over} more than the {owed} that are owed on all of them, which stays unapplied until it is refunded"
            ));
        }
        let limit = Money::whole(above, currency);
        if ask.amount_minor > limit.minor() {
            says.push(format!("it is more than {limit}: above that we ask"));
        }
        Ok(says)
    }
}

/// As [`pay_joint`], within a transaction.
pub async fn pay_joint_in(tx: &mut Tx, who: &Actor, at: Moment, ask: &PayJoint) -> Result<JointPosted, Failure> {
    if ask.reference.trim().is_empty() {
        return Err(Failure::wrong("reference", "is empty: it is what makes a payment known"));
    }
    if !(1..=Money::LARGEST_MINOR).contains(&ask.amount_minor) {
        return Err(Failure::wrong("amount", "must be above zero and not too large to be one payment"));
    }
    if ask.effective_on > at.business_day {
        return Err(Failure::wrong("date", "is in the future"));
    }
    let whole = Whole::of(tx, ask.joint).await?;
    let known = whole.known(tx, ask).await?;
    let is_repeat = !known.is_empty();
    let shares: Vec<(AccountId, i64)> = match is_repeat {
        true => repeated(&known, ask)?,
        false => shared_out(tx, who, at, ask, &whole).await?,
    };
    let asks: Vec<PostPayment> = shares
        .iter()
        .map(|(account, amount_minor)| PostPayment {
            account: *account,
            amount_minor: *amount_minor,
            effective_on: ask.effective_on,
            reference: ask.reference.clone(),
        })
        .collect();
    let keys: Vec<Value> = asks.iter().map(|ask| Value::from(ask.account)).collect();
    let standings = list_standings(tx, &keys).await?;
    let fates = post_all(tx, who, at, standings, &asks).await?;
    let currency = currency(&whole.joint.currency)?;
    let mut parts = Vec::with_capacity(asks.len());
    for (ask, fate) in asks.iter().zip(fates) {
        let reference = load_account(tx, ask.account).await?.reference;
        // One that cannot be posted takes the others with it.
        parts.push(PostedPart { account: ask.account, reference, amount: Money::of(ask.amount_minor, currency), posted: fate? });
    }
    if !is_repeat {
        let payments: Vec<String> = parts.iter().map(|part| part.posted.payment.to_string()).collect();
        let detail = json!({"joint": whole.joint.id.to_string(), "amount_minor": ask.amount_minor, "currency": whole.joint.currency,
            "effective_on": ask.effective_on.to_string(), "payments": payments});
        audit::record(tx, who, at.at, Some(whole.joint.account), "payment.post-jointly", &detail).await?;
    }
    Ok(JointPosted { joint: whole.joint.id, parts, is_repeat })
}

/// The same reference again: the first outcome, unless the request differs.
fn repeated(known: &BTreeMap<AccountId, (i64, Date)>, ask: &PayJoint) -> Result<Vec<(AccountId, i64)>, Failure> {
    let differs = if known.values().map(|(minor, _)| *minor).sum::<i64>() != ask.amount_minor {
        Some("amount")
    } else if known.values().any(|(_, on)| *on != ask.effective_on) {
        Some("date")
    } else {
        None
    };
    match differs {
        Some(field) => Err(Failure::wrong("reference", format!("was posted before on these accounts with another {field}"))),
        None => Ok(known.iter().map(|(account, (minor, _))| (*account, *minor)).collect()),
    }
}

/// How much each account has of it, with interest brought to the day of the payment first.
async fn shared_out(tx: &mut Tx, who: &Actor, at: Moment, ask: &PayJoint, whole: &Whole) -> Result<Vec<(AccountId, i64)>, Failure> {
    let mut lefts = Vec::with_capacity(whole.accounts.len());
    for (account, left) in &whole.accounts {
        let mut left = left.clone();
        if account.state == "open" && bring_to(tx, who, at, account.id, ask.effective_on).await?.is_some() {
            left.owed_minor = load_account(tx, account.id).await?.balance_minor;
        }
        lefts.push(left);
    }
    if whole.accounts.first().is_none_or(|(account, _)| account.state != "open") {
        return Err(Failure::Stale("none of the accounts of this plan is open: post the payment on the one that it is for".into()));
    }
    let shares = share_payment(ask.amount_minor, &lefts);
    let accounts = whole.accounts.iter().map(|(account, _)| account.id);
    Ok(accounts.zip(shares).filter(|(_, minor)| *minor > 0).collect())
}
