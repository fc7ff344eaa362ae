//! A joint plan is agreed: every account is asked its own rules, and all plans begin in one transaction, or none.

use super::asking::find_grant;
use super::standing::{JointDesk, JointOffer, Said, answer_of};
use super::store::{self, JointRow, written};
use crate::app::{Actor, App, Failure, new_uuid};
use crate::audit::kept::{self, KeptRow};
use crate::plans::agreed::following::take_first;
use crate::plans::agreed::store::{self as plans, InstallmentRow, PlanRow};
use crate::plans::{actions, approvals};
use crate::store::Tx;
use crate::{audit, strategy, transaction};
use duly_domain::decision::Answer;
use duly_domain::plans::approval::Terms;
use duly_domain::plans::plan::PlanState;
use duly_domain::plans::schedule::PlanTerms;
use duly_domain::values::ids::{AccountId, ApprovalId, InstallmentId, JointPlanId, PlanId};
use duly_domain::values::moment::Moment;
use serde_json::json;
use std::collections::BTreeSet;

/// A plan to agree over several accounts.
#[derive(Clone, Debug)]
pub struct AgreeJoint {
    /// The one at whose desk it is agreed first.
    pub accounts: Vec<AccountId>,
    /// The terms of the whole; its total is all that is asked for on them.
    pub terms: PlanTerms,
}

/// What became of it.
#[derive(Clone, Debug)]
pub enum JointAgreed {
    /// It is agreed on all of them.
    Done(Box<JointRow>),
    /// Nothing is agreed on any: what each says, and what all come to.
    Refused(Answer, Vec<Said>),
}

/// Agrees a plan over several accounts, if every one of them lets us; the first payment of each is promised at once.
pub async fn agree_joint(app: &App, who: &Actor, at: Moment, ask: &AgreeJoint) -> Result<JointAgreed, Failure> {
    transaction!(app.db, tx, { agree_joint_in(tx, who, at, ask).await })
}

/// As [`agree_joint`], within a transaction.
pub async fn agree_joint_in(tx: &mut Tx, who: &Actor, at: Moment, ask: &AgreeJoint) -> Result<JointAgreed, Failure> {
    if let Some(known) = pressed_twice(tx, at, ask).await? {
        return Ok(JointAgreed::Done(Box::new(known)));
    }
    let said = Terms::plan(&ask.terms);
    let desk = JointDesk::of(tx, &ask.accounts, at).await?;
    let (offer, saids) = desk.weigh(ask.terms, who.role, at);
    let mut answer = answer_of(&saids);
    let mut grant = None;
    if answer == Answer::NeedsSupervisor && offer.is_some() {
        // Law, house, policy and budget have it on every account: what is beyond the limits may stand granted.
        grant = find_grant(tx, &ask.accounts, &ask.terms, at).await?;
        answer = if grant.is_some() { Answer::Yes } else { answer };
    }
    let Some(offer) = offer.filter(|_| answer == Answer::Yes) else {
        // A form may be forged, and a page may be old: what was asked for stays on record, on each account.
        for said_here in &saids {
            let rules: Vec<&str> = said_here.decision.because.iter().map(|reason| reason.rule.id).collect();
            let fields: Vec<&str> = said_here.problems.iter().map(|problem| problem.field).collect();
            let detail = json!({"terms": said, "accounts": saids.len(), "answer": said_here.answer().code(), "rules": rules,
                "outside_policy": fields});
            audit::record(tx, who, at.at, Some(said_here.account), "plan.agree-jointly", &detail).await?;
        }
        return Ok(JointAgreed::Refused(answer, saids));
    };
    let joint = row_of(&desk, &offer, ask, who, at)?;
    store::insert_joint(tx, &joint).await?;
    let mut detail = json!({"joint": joint.id.to_string(), "terms": said, "answer": answer.code(),
        "accounts": saids.iter().map(|said| said.account.to_string()).collect::<Vec<_>>()});
    if let Some(grant) = grant {
        detail["approval"] = json!(grant.to_string());
    }
    let mut first = None;
    kept::record(tx, who, at.at, joint.account, "plan.agree-jointly", detail, &[joint.id.into()]).await?;
    for place in 0..desk.desks.len() {
        let (plan, installments) = plan_of(&desk, &offer, &joint, place, grant, who, at);
        plans::insert_plan(tx, &plan, &installments).await?;
        let mut rows: Vec<KeptRow> = vec![plan.id.into()];
        rows.extend(installments.iter().map(|one| KeptRow::from(one.id)));
        let detail = json!({"plan": plan.id.to_string(), "joint": joint.id.to_string(), "answer": answer.code(),
            "total_minor": plan.total_minor, "currency": plan.currency});
        kept::record(tx, who, at.at, plan.account, "plan.agree", detail, &rows).await?;
        first = first.or(take_first(tx, who, at, &plan).await?);
    }
    if let Some((grant, promise)) = grant.zip(first) {
        // Once: what was granted is used up with it.
        approvals::store::update_used(tx, grant, promise, at.at).await?;
        let of = approvals::store::load_approval(tx, grant).await?.account;
        let detail = json!({"approval": grant.to_string(), "joint": joint.id.to_string()});
        kept::record(tx, who, at.at, of, "approval.use", detail, &[grant.into()]).await?;
    }
    for desk in &desk.desks {
        actions::judge_account(tx, who, at, desk.account.id).await?;
        strategy::actions::place_on_worklist(tx, desk.account.id, at).await?;
    }
    Ok(JointAgreed::Done(Box::new(joint)))
}

/// The same plan over the same accounts, agreed a moment ago.
async fn pressed_twice(tx: &mut Tx, at: Moment, ask: &AgreeJoint) -> Result<Option<JointRow>, Failure> {
    let Some(first) = ask.accounts.first() else { return Ok(None) };
    let newest = plans::list_plans(tx, *first).await?.into_iter().next().filter(|plan| plan.standing() == PlanState::Active);
    let Some(joint) = newest.and_then(|plan| plan.joint) else { return Ok(None) };
    let known = store::load_joint(tx, joint).await?;
    let over: BTreeSet<AccountId> = plans::list_of_joint(tx, joint).await?.into_iter().map(|plan| plan.account).collect();
    let count = known.day_by_day()?.iter().filter(|payment| payment.number > 0).count();
    let is_same = over == ask.accounts.iter().copied().collect()
        && known.agreed_on == at.business_day
        && (known.total_minor, known.down_minor) == (ask.terms.total.minor(), ask.terms.down.minor())
        && (known.every(), known.first_on, u32::try_from(count)) == (ask.terms.frequency, ask.terms.first_on, Ok(ask.terms.count()));
    Ok(Some(known).filter(|_| is_same))
}

fn row_of(desk: &JointDesk, offer: &JointOffer, ask: &AgreeJoint, who: &Actor, at: Moment) -> Result<JointRow, Failure> {
    let first = &desk.desks[0];
    Ok(JointRow {
        id: JointPlanId(new_uuid()),
        account: first.account.id,
        total_minor: desk.total.minor(),
        down_minor: ask.terms.down.minor(),
        currency: first.account.currency.clone(),
        frequency: ask.terms.frequency.code().into(),
        first_on: ask.terms.first_on,
        last_on: offer.payments.last().map_or(at.business_day, |last| last.due_on),
        payments: written(&offer.payments)?,
        agreed_on: at.business_day,
        agreed_by: who.label().to_string(),
        agreed_at: at.at,
        revises: None,
        revision: None,
    })
}

/// One account's plan: its parts of the payments, those of nothing left out.
fn plan_of(
    joint_desk: &JointDesk,
    offer: &JointOffer,
    joint: &JointRow,
    place: usize,
    grant: Option<ApprovalId>,
    who: &Actor,
    at: Moment,
) -> (PlanRow, Vec<InstallmentRow>) {
    let (desk, of_whole) = (&joint_desk.desks[place], &offer.offers[place]);
    let total = desk.case.balance;
    // Of what the whole is worth to this creditor, its part.
    let worth = i128::from(of_whole.worth().amount().minor()) * i128::from(total.minor()) / i128::from(joint.total_minor.max(1));
    let id = PlanId(new_uuid());
    let parts = offer.payments.iter().zip(&offer.parts[place]).filter(|(_, minor)| **minor > 0);
    let installments: Vec<InstallmentRow> = parts
        .map(|(payment, minor)| InstallmentRow {
            id: InstallmentId(new_uuid()),
            plan: id,
            number: payment.number,
            wanted_on: payment.wanted_on,
            due_on: payment.due_on,
            amount_minor: *minor,
            promise: None,
            promise_state: None,
            arrived_minor: None,
            grace_days: None,
        })
        .collect();
    let plan = PlanRow {
        id,
        account: desk.account.id,
        budget: joint_desk.told().map(|told| told.row.id),
        approval: grant,
        policy: desk.policy_id(),
        kind: of_whole.kind().code().into(),
        total_minor: total.minor(),
        down_minor: installments.first().filter(|one| one.number == 0).map_or(0, |one| one.amount_minor),
        balance_minor: total.minor(),
        share_bp: 10_000,
        currency: desk.account.currency.clone(),
        frequency: joint.frequency.clone(),
        first_on: joint.first_on,
        agreed_on: joint.agreed_on,
        last_on: installments.last().map_or(joint.last_on, |last| last.due_on),
        worth_minor: i64::try_from(worth).unwrap_or(0),
        all_kept_ppm: i64::from(of_whole.all_kept_ppm()),
        kept_ppm: i64::from(desk.kept_ppm),
        kept_from: desk.kept_from.clone(),
        agreed_by: who.label().to_string(),
        agreed_at: at.at,
        state: PlanState::Active.code().into(),
        decided_at: None,
        revises: None,
        revision: None,
        joint: Some(joint.id),
    };
    (plan, installments)
}
