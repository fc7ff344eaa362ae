//! A plan is agreed: the rules of a promise, then policy and budget, then the limits of whoever agrees it, and no other way.

use super::budgeting::in_fields;
use super::standing::Desk;
use crate::app::{Actor, App, Failure, Problems, new_uuid};
use crate::audit::kept::{self, KeptRow};
use crate::plans::agreed::following::take_first;
use crate::plans::agreed::store::{self, InstallmentRow, PlanRow};
use crate::plans::{actions, approvals};
use crate::store::Tx;
use crate::{audit, strategy, transaction};
use duly_domain::decision::{Answer, Decision};
use duly_domain::identity::Role;
use duly_domain::plans::approval::Terms;
use duly_domain::plans::offers::Offer;
use duly_domain::plans::plan::PlanState;
use duly_domain::plans::schedule::PlanTerms;
use duly_domain::values::ids::{AccountId, ApprovalId, InstallmentId, PlanId};
use duly_domain::values::moment::Moment;
use serde_json::json;

/// A plan to agree.
#[derive(Clone, Copy, Debug)]
pub struct AgreePlan {
    /// On which account.
    pub account: AccountId,
    /// What was agreed.
    pub terms: PlanTerms,
}

/// What became of a plan that was to be agreed.
#[derive(Clone, Debug)]
pub enum Agreed {
    /// It is agreed.
    Done(Box<PlanRow>),
    /// Law, house or a limit refuse it, with every reason.
    Refused(Decision),
    /// Policy or budget have no such plan: nobody can grant it.
    Outside(Problems),
}

/// Agrees a plan, if we may; its first payment is promised at once.
pub async fn agree_plan(app: &App, who: &Actor, at: Moment, ask: AgreePlan) -> Result<Agreed, Failure> {
    transaction!(app.db, tx, { agree_plan_in(tx, who, at, ask).await })
}

/// What law, house, policy and somebody's limits say to the terms of a plan as the account stands now.
pub async fn weigh(tx: &mut Tx, at: Moment, account: AccountId, terms: PlanTerms, role: Role) -> Result<(Desk, Offer, Decision), Failure> {
    let desk = Desk::of(tx, account, at).await?;
    let offer = desk.offer_of(terms).map_err(|problems| Failure::Wrong(in_fields(problems)))?;
    let decision = desk.decide(&offer);
    // What is refused anyway is nobody's to grant.
    let decision = if decision.answer == Answer::No { decision } else { desk.grant(&offer, role) };
    Ok((desk, offer, decision))
}

/// As [`agree_plan`], within a transaction.
pub async fn agree_plan_in(tx: &mut Tx, who: &Actor, at: Moment, ask: AgreePlan) -> Result<Agreed, Failure> {
    let said = Terms::plan(&ask.terms);
    if let Some(known) = pressed_twice(tx, at, &ask).await? {
        return Ok(Agreed::Done(Box::new(known)));
    }
    let (desk, offer, decision) = match weigh(tx, at, ask.account, ask.terms, who.role).await {
        Err(Failure::Wrong(problems)) => {
            // A form may be forged, and a page may be old: what was asked for outside policy stays on record.
            let fields: Vec<&str> = problems.0.iter().map(|(field, _)| *field).collect();
            let detail = json!({"terms": said, "answer": Answer::No.code(), "outside_policy": fields});
            audit::record(tx, who, at.at, Some(ask.account), "plan.agree", &detail).await?;
            return Ok(Agreed::Outside(problems));
        }
        weighed => weighed?,
    };
    let account = desk.account.id;
    let grant = find_grant(tx, account, &ask.terms, at).await?;
    let is_granted = decision.answer == Answer::NeedsSupervisor && grant.is_some();
    let rules: Vec<&str> = decision.because.iter().map(|reason| reason.rule.id).collect();
    let answer = if is_granted { Answer::Yes } else { decision.answer };
    let mut detail = json!({"terms": said, "answer": answer.code(), "rules": rules});
    if answer != Answer::Yes {
        audit::record(tx, who, at.at, Some(account), "plan.agree", &detail).await?;
        return Ok(Agreed::Refused(decision));
    }
    let grant = grant.filter(|_| is_granted);
    let (plan, installments) = rows_of(&desk, &offer, grant, who, at);
    store::insert_plan(tx, &plan, &installments).await?;
    detail["plan"] = json!(plan.id.to_string());
    let mut rows: Vec<KeptRow> = vec![plan.id.into()];
    rows.extend(installments.iter().map(|one| KeptRow::from(one.id)));
    if let Some(grant) = grant {
        detail["approval"] = json!(grant.to_string());
    }
    kept::record(tx, who, at.at, account, "plan.agree", detail, &rows).await?;
    let first = take_first(tx, who, at, &plan).await?;
    if let (Some(grant), Some(promise)) = (grant, first) {
        // Once: what was granted is used up with it.
        approvals::store::update_used(tx, grant, promise, at.at).await?;
        let detail = json!({"approval": grant.to_string(), "plan": plan.id.to_string()});
        kept::record(tx, who, at.at, account, "approval.use", detail, &[grant.into()]).await?;
    }
    actions::judge_account(tx, who, at, account).await?;
    strategy::actions::place_on_worklist(tx, account, at).await?;
    Ok(Agreed::Done(Box::new(store::load_plan(tx, plan.id).await?)))
}

/// The same plan, agreed a moment ago.
async fn pressed_twice(tx: &mut Tx, at: Moment, ask: &AgreePlan) -> Result<Option<PlanRow>, Failure> {
    let AgreePlan { account, terms } = ask;
    let Some(known) = store::list_plans(tx, *account).await?.into_iter().next() else { return Ok(None) };
    let count = store::list_installments(tx, *account).await?.iter().filter(|one| one.plan == known.id && one.number > 0).count();
    let is_same = known.standing() == PlanState::Active
        && known.agreed_on == at.business_day
        && (known.total_minor, known.down_minor) == (terms.total.minor(), terms.down.minor())
        && (known.every(), known.first_on, u32::try_from(count)) == (terms.frequency, terms.first_on, Ok(terms.count()));
    Ok(Some(known).filter(|_| is_same))
}

/// The request by which exactly these terms stand granted, if one does.
async fn find_grant(tx: &mut Tx, account: AccountId, terms: &PlanTerms, at: Moment) -> Result<Option<ApprovalId>, Failure> {
    for granted in approvals::store::list_granted(tx, account, at.at).await? {
        if granted.granted()?.as_plan().as_ref() == Some(terms) {
            return Ok(Some(granted.id));
        }
    }
    Ok(None)
}

fn rows_of(desk: &Desk, offer: &Offer, grant: Option<ApprovalId>, who: &Actor, at: Moment) -> (PlanRow, Vec<InstallmentRow>) {
    let (terms, schedule) = (offer.terms(), offer.schedule());
    let plan = PlanRow {
        id: PlanId(new_uuid()),
        account: desk.account.id,
        budget: desk.told.as_ref().map(|told| told.row.id),
        approval: grant,
        policy: desk.policy_id(),
        kind: offer.kind().code().into(),
        total_minor: schedule.total().minor(),
        down_minor: schedule.down().minor(),
        balance_minor: desk.case.balance.minor(),
        share_bp: i64::from(offer.share_bp()),
        currency: desk.account.currency.clone(),
        frequency: terms.frequency.code().into(),
        first_on: terms.first_on,
        agreed_on: schedule.agreed_on(),
        last_on: schedule.last_on(),
        worth_minor: offer.worth().amount().minor(),
        all_kept_ppm: i64::from(offer.all_kept_ppm()),
        kept_ppm: i64::from(desk.kept_ppm),
        kept_from: desk.kept_from.clone(),
        agreed_by: who.label().to_string(),
        agreed_at: at.at,
        state: PlanState::Active.code().into(),
        decided_at: None,
        revises: None,
        revision: None,
        joint: None,
    };
    let row = |number, wanted_on, due_on, amount_minor| InstallmentRow {
        id: InstallmentId(new_uuid()),
        plan: plan.id,
        number,
        wanted_on,
        due_on,
        amount_minor,
        promise: None,
        promise_state: None,
        arrived_minor: None,
        grace_days: None,
    };
    let down = (plan.down_minor > 0).then(|| row(0, plan.agreed_on, plan.agreed_on, plan.down_minor));
    let parts = schedule.installments().iter().map(|one| row(i64::from(one.no), one.wanted_on, one.due_on, one.amount.minor()));
    let installments = down.into_iter().chain(parts).collect();
    (plan, installments)
}
