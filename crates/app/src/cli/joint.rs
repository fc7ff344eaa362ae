//! Plans over several accounts by command, one payment for all of them, and accounts brought current.

use super::named::{find_actor, find_worker, one_of, parse_id};
use super::output::{answer, money, written};
use super::{Answered, Global, buckets_json};
use crate::accounts;
use crate::app::{Actor, App, Failure, Outcome};
use crate::compliance::gate::decision_json;
use crate::plans::agreed::store::list_of_joint;
use crate::plans::joint::agreeing::{AgreeJoint, JointAgreed, agree_joint};
use crate::plans::joint::paying::{PayJoint, pay_joint};
use crate::plans::joint::standing::{JointDesk, Said};
use crate::plans::joint::store::load_joint;
use crate::plans::re_age::actions::{re_age, take_back};
use crate::plans::re_age::store::list_of_account;
use clap::Subcommand;
use duly_domain::decision::Reason;
use duly_domain::plans::rhythm::Frequency;
use duly_domain::plans::schedule::{Cut, PlanTerms};
use duly_domain::values::ids::{AccountId, JointPlanId};
use duly_domain::values::money::Money;
use jiff::civil::Date;
use serde_json::{Value as Json, json};

/// `duly plan joint …`
#[derive(Subcommand)]
pub enum JointCommand {
    /// Agrees one plan over several accounts of a person, for all that is asked for on them; if one refuses, nothing is agreed.
    Agree {
        /// An account: its id or reference. Named twice or more.
        #[arg(long = "account", required = true)]
        accounts: Vec<String>,
        /// Into so many installments.
        #[arg(long, visible_alias = "installments", required_unless_present = "amount", conflicts_with = "amount")]
        months: Option<u32>,
        /// Into installments of so much, in minor units.
        #[arg(long, value_parser = super::plain::minor)]
        amount: Option<i64>,
        /// Of it today, in minor units.
        #[arg(long, value_parser = super::plain::minor)]
        down: Option<i64>,
        /// The day of the first installment.
        #[arg(long, value_parser = super::plain::day)]
        first: Date,
        /// How often: week, `two_weeks`, `half_month` or month.
        #[arg(long, default_value = "month")]
        every: String,
        /// The e-mail address of whoever agrees it with them.
        #[arg(long)]
        officer: String,
    },
    /// A joint plan: its payments, and how each account's part stands.
    Show {
        /// The plan.
        plan: String,
    },
}

/// A payment for the whole, as it was asked for.
pub(super) struct JointPayment {
    pub(super) plan: String,
    pub(super) amount: i64,
    pub(super) on: Date,
    pub(super) reference: String,
}

pub(super) async fn joint(app: &App, global: &Global, command: JointCommand) -> Result<Answered, Failure> {
    match command {
        JointCommand::Agree { accounts, months, amount, down, first, every, officer } => {
            let at = app.moment();
            let mut tx = app.db.read().await?;
            let who = find_worker(&mut tx, &officer).await?;
            let mut over: Vec<AccountId> = Vec::with_capacity(accounts.len());
            for account in &accounts {
                over.push(accounts::store::resolve(&mut tx, account).await?);
            }
            let total = JointDesk::of(&mut tx, &over, at).await?.total;
            tx.rollback().await;
            let frequency = Frequency::parse(&every).ok_or_else(|| one_of("every", &every, Frequency::ALL.map(Frequency::code)))?;
            let in_currency = |minor| Money::of(minor, total.currency());
            let cut = match (amount, months) {
                (Some(amount), _) => Cut::Amount(in_currency(amount)),
                (None, months) => Cut::Count(months.unwrap_or(1)),
            };
            let terms = PlanTerms { total, down: in_currency(down.unwrap_or(0)), cut, first_on: first, frequency };
            match agree_joint(app, &who, at, &AgreeJoint { accounts: over, terms }).await? {
                JointAgreed::Done(row) => show(app, global, row.id).await?,
                JointAgreed::Refused(answered, saids) => {
                    let json =
                        json!({"joint": null, "answer": answered.code(), "accounts": saids.iter().map(said_json).collect::<Vec<_>>()});
                    answer(global.format, &json, || {
                        let lines = saids.iter().flat_map(|said| said.reasons().into_iter().map(move |says| (&said.reference, says)));
                        let mut lines: Vec<String> = lines.map(|(reference, says)| format!("{reference}: {says}")).collect();
                        lines.push("nothing is agreed on any account".into());
                        lines
                    })?;
                    return Ok(Answered::No);
                }
            }
        }
        JointCommand::Show { plan } => show(app, global, parse_id("plan", &plan)?).await?,
    }
    Ok(Answered::Yes)
}

fn said_json(said: &Said) -> Json {
    json!({"account": said.account.to_string(), "reference": said.reference, "creditor": said.creditor, "answer": said.answer().code(),
        "asked": money(said.asked.minor(), said.asked.currency().code()), "rules": decision_json(&said.decision),
        "outside_policy": said.problems.iter().map(|problem| json!({"field": problem.field, "says": problem.says})).collect::<Vec<_>>()})
}

async fn show(app: &App, global: &Global, joint: JointPlanId) -> Result<(), Failure> {
    let mut tx = app.db.read().await?;
    let row = load_joint(&mut tx, joint).await?;
    let plans = list_of_joint(&mut tx, joint).await?;
    let mut parts = Vec::with_capacity(plans.len());
    for plan in &plans {
        let reference = accounts::store::load_account(&mut tx, plan.account).await?.reference;
        parts.push((plan, reference));
    }
    tx.rollback().await;
    let payments = row.day_by_day()?;
    let in_json = parts.iter().map(|(plan, reference)| {
        json!({"account": plan.account.to_string(), "reference": reference, "plan": plan.id.to_string(), "state": plan.state,
            "total": money(plan.total_minor, &plan.currency)})
    });
    let by_day = payments.iter().map(|payment| {
        json!({"number": payment.number, "due_on": payment.due_on.to_string(), "amount": money(payment.amount_minor, &row.currency)})
    });
    let json = json!({"joint": row.id.to_string(), "total": money(row.total_minor, &row.currency), "last_on": row.last_on.to_string(),
        "revises": row.revises.map(|id| id.to_string()), "accounts": in_json.collect::<Vec<_>>(), "payments": by_day.collect::<Vec<_>>()});
    answer(global.format, &json, || {
        let head = format!("{}: {} over {} accounts, ends {}", row.id, written(row.total_minor, &row.currency), parts.len(), row.last_on);
        let part = |(plan, reference): &(&crate::plans::agreed::store::PlanRow, String)| {
            format!("{reference}: {}, {}", written(plan.total_minor, &plan.currency), plan.standing().to_string().to_lowercase())
        };
        let day = |payment: &crate::plans::joint::store::JointPayment| {
            format!("{:>3}. {} on {}", payment.number, written(payment.amount_minor, &row.currency), payment.due_on)
        };
        std::iter::once(head).chain(parts.iter().map(part)).chain(payments.iter().map(day)).collect()
    })
}

/// `duly payment joint`
pub(super) async fn pay(app: &App, global: &Global, asked: JointPayment) -> Result<(), Failure> {
    let JointPayment { plan, amount, on, reference } = asked;
    let ask = PayJoint { joint: parse_id("plan", &plan)?, amount_minor: amount, effective_on: on, reference };
    let posted = pay_joint(app, &Actor::command(), app.moment(), &ask).await?;
    let parts = posted.parts.iter().map(|part| {
        let currency = part.amount.currency().code();
        json!({"account": part.account.to_string(), "reference": part.reference, "payment": part.posted.payment.to_string(),
            "amount": money(part.amount.minor(), currency), "unapplied": money(part.posted.unapplied.minor(), currency),
            "balance": buckets_json(&part.posted.balance)})
    });
    let json = json!({"joint": posted.joint.to_string(), "repeat": posted.is_repeat, "parts": parts.collect::<Vec<_>>()});
    answer(global.format, &json, || {
        posted.parts.iter().map(|part| format!("{}: payment {} of {}", part.reference, part.posted.payment, part.amount)).collect()
    })
}

/// `duly account re-age`
pub(super) async fn bring_current(
    app: &App,
    global: &Global,
    account: &str,
    because: &str,
    officer: &str,
    takes_back: bool,
) -> Result<Answered, Failure> {
    let at = app.moment();
    let mut tx = app.db.read().await?;
    let who = find_actor(&mut tx, officer).await?;
    let id = accounts::store::resolve(&mut tx, account).await?;
    let standing = list_of_account(&mut tx, id).await?.into_iter().find(|row| row.taken_back_at.is_none());
    tx.rollback().await;
    if takes_back {
        let row = standing.ok_or_else(|| Failure::Stale("no re-age stands on this account".into()))?;
        take_back(app, &who, at, id, row.id, because).await?;
        answer(global.format, &json!({"account": id.to_string(), "re_age": row.id.to_string(), "taken_back": true}), || {
            vec!["taken back: its age counts as before".into()]
        })?;
        return Ok(Answered::Yes);
    }
    match re_age(app, &who, at, id, because).await? {
        Outcome::Done(re_age) => {
            let json = json!({"account": id.to_string(), "re_age": re_age.to_string(), "aged_from_on": at.business_day.to_string()});
            answer(global.format, &json, || vec![format!("current: its age counts from {}", at.business_day)])?;
            Ok(Answered::Yes)
        }
        Outcome::Refused(decision) => {
            let mut json = decision_json(&decision);
            json["re_age"] = Json::Null;
            answer(global.format, &json, || {
                let line = |reason: &Reason| format!("refused: {} {} {}", reason.rule.plain, reason.detail, reason.rule.instead);
                decision.because.iter().map(line).collect()
            })?;
            Ok(Answered::No)
        }
    }
}
