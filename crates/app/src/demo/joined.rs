//! One person with accounts of several creditors, who agrees one plan over them and pays it as one: their two records become one first.

use crate::app::{Actor, App, Failure};
use crate::parties::merge::merge;
use crate::plans::joint::agreeing::{AgreeJoint, JointAgreed, agree_joint};
use crate::plans::joint::arriving::find_awaited;
use crate::plans::joint::paying::{PayJoint, pay_joint};
use crate::plans::joint::standing::{JointDesk, answer_of};
use crate::{accounts, plans};
use duly_domain::decision::Answer;
use duly_domain::identity::Role;
use duly_domain::plans::rhythm::Frequency;
use duly_domain::plans::schedule::{Cut, PlanTerms};
use duly_domain::values::ids::{AccountId, JointPlanId, UserId};
use duly_domain::values::money::Money;

/// The longest plan that is tried, in months.
const MONTHS_MAX: u32 = 11;

/// Makes the records of one person one, and agrees a plan over what they owe; nothing where no creditor's policy has one.
pub async fn agree_together(past: &App, users: &[(UserId, Actor)], references: &[String]) -> Result<Option<JointPlanId>, Failure> {
    let of_role = |role: Role| users.iter().find(|(_, who)| who.role == role);
    let (Some((_, officer)), Some((_, clerk))) = (of_role(Role::Officer), of_role(Role::BackOffice)) else { return Ok(None) };
    let at = past.moment();
    let mut over: Vec<AccountId> = Vec::new();
    for reference in references {
        let id = accounts::store::resolve(&mut past.db.read().await?, reference).await?;
        let debtor = accounts::store::load_account(&mut past.db.read().await?, id).await?.debtor;
        if let Some(first) = over.first() {
            let known = accounts::store::load_account(&mut past.db.read().await?, *first).await?.debtor;
            if known != debtor {
                merge(past, clerk, at, known, debtor, "The same name, address and telephone").await?;
            }
        }
        over.push(id);
    }
    // As many accounts and as many months of them as an officer may agree alone.
    for count in (2..=over.len()).rev() {
        if let Some(joint) = agree(past, officer, &over[..count]).await? {
            return Ok(Some(joint));
        }
    }
    Ok(None)
}

async fn agree(past: &App, officer: &Actor, over: &[AccountId]) -> Result<Option<JointPlanId>, Failure> {
    let at = past.moment();
    let desk = JointDesk::of(&mut past.db.read().await?, over, at).await?;
    let first = &desk.desks[0];
    let Some(first_on) = first.policy.first_days(&first.case).last().copied() else { return Ok(None) };
    let zero = Money::of(0, desk.total.currency());
    let terms = |count| PlanTerms { total: desk.total, down: zero, cut: Cut::Count(count), first_on, frequency: Frequency::Monthly };
    let is_agreed = |terms: &PlanTerms| {
        let (offer, saids) = desk.weigh(*terms, officer.role, at);
        offer.is_some() && answer_of(&saids) == Answer::Yes
    };
    let Some(terms) = (2..=MONTHS_MAX).rev().map(terms).find(is_agreed) else { return Ok(None) };
    match agree_joint(past, officer, at, &AgreeJoint { accounts: over.to_vec(), terms }).await? {
        JointAgreed::Done(joint) => Ok(Some(joint.id)),
        JointAgreed::Refused(..) => Ok(None),
    }
}

/// On the day on which a payment is due for all accounts, it comes.
pub async fn pay_what_is_due(past: &App, joint: JointPlanId) -> Result<(), Failure> {
    let at = past.moment();
    let mut tx = past.db.read().await?;
    let Some(awaited) = find_awaited(&mut tx, joint, at).await? else { return Ok(()) };
    let mut is_due = false;
    for plan in plans::agreed::store::list_of_joint(&mut tx, joint).await? {
        let promises = plans::store::list_promises(&mut tx, plan.account).await?;
        is_due |= promises.iter().any(|promise| promise.state == "open" && promise.due_on <= at.business_day);
    }
    tx.rollback().await;
    // What a person would have to look at is left to one.
    let Some(amount_minor) = awaited.standing.due_minor.filter(|minor| is_due && awaited.standing.waits_for(*minor)) else {
        return Ok(());
    };
    let reference = format!("BANK-{}-ALL", at.business_day);
    let ask = PayJoint { joint, amount_minor, effective_on: at.business_day, reference };
    pay_joint(past, &Actor::command(), at, &ask).await.map(drop)
}
