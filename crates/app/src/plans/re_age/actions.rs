//! An account is brought current, and that is taken back.

use super::store::{self, ReAgeRow};
use crate::accounts::store::{Account, load_account, relief, update_stage};
use crate::app::{Actor, App, Failure, Outcome, WORDS_MAX, check_length, new_uuid};
use crate::audit::kept;
use crate::plans::agreed::store::{PlanRow, list_installments, list_plans};
use crate::plans::desk::standing::book_of;
use crate::plans::store::list_promises;
use crate::store::Tx;
use crate::{audit, strategy, transaction};
use duly_domain::accounts::{DebtKind, Stage, days_past_due};
use duly_domain::decision::{Answer, Decision};
use duly_domain::identity::{Permission, may};
use duly_domain::plans::promise::PromiseState;
use duly_domain::plans::re_age::{MONTHS_KEPT, PaidPlan, ReAgeFacts, decide_re_age};
use duly_domain::values::ids::{AccountId, ReAgeId};
use duly_domain::values::moment::Moment;
use jiff::civil::Date;
use serde_json::json;

/// What is known of an account before it is brought current, with its newest plan.
pub async fn facts_of(tx: &mut Tx, account: &Account, at: Moment) -> Result<(ReAgeFacts, Option<PlanRow>), Failure> {
    let plan = list_plans(tx, account.id).await?.into_iter().next();
    let installments = list_installments(tx, account.id).await?;
    let mut kept_in_a_row = 0;
    for promise in list_promises(tx, account.id).await? {
        match PromiseState::parse(&promise.state) {
            Some(PromiseState::Open | PromiseState::Withdrawn) => {}
            // A down payment, and a promise that is no payment of a plan, count for nothing and break nothing.
            Some(PromiseState::Kept) => {
                let is_payment = installments.iter().any(|one| one.promise == Some(promise.id) && one.number > 0);
                kept_in_a_row += u32::from(is_payment);
            }
            _ => break,
        }
    }
    let (book, _) = book_of(tx, Some(account.creditor), at.business_day).await?;
    let known = [Some(account.placed_on), account.itemized_on, account.due_on, account.charged_off_on];
    let before = store::list_of_account(tx, account.id).await?;
    let facts = ReAgeFacts {
        is_open: account.state == "open",
        kind: DebtKind::parse(&account.kind),
        days_past_due: days_past_due(account.aged_from(), at.business_day),
        known_since: known.into_iter().flatten().min().unwrap_or(account.placed_on),
        plan: plan.as_ref().map(|plan| PaidPlan { state: plan.standing(), frequency: plan.every(), kept_in_a_row }),
        // The day on which it was made; it counts although it was taken back.
        before: before.iter().map(|row| row.aged_from_on).collect(),
        months_kept: book.re_age_months_min.unwrap_or(MONTHS_KEPT),
    };
    Ok((facts, plan))
}

/// What is missing before an account may be brought current today.
pub async fn weigh(tx: &mut Tx, account: &Account, at: Moment) -> Result<Decision, Failure> {
    let (facts, _) = facts_of(tx, account, at).await?;
    Ok(decide_re_age(&facts, at.business_day))
}

fn proved<'a>(who: &Actor, because: &'a str) -> Result<&'a str, Failure> {
    if !may(who.role, Permission::LeadFloor) {
        return Err(Failure::Forbidden);
    }
    let because = because.trim();
    if because.is_empty() {
        return Err(Failure::wrong("because", "is missing: say what shows that they pay again as agreed"));
    }
    check_length("because", because, WORDS_MAX)?;
    Ok(because)
}

/// Brings an account current today, if nothing is missing; pressed twice it is once.
pub async fn re_age(app: &App, who: &Actor, at: Moment, account: AccountId, because: &str) -> Result<Outcome<ReAgeId>, Failure> {
    let because = proved(who, because)?;
    transaction!(app.db, tx, {
        let account = load_account(tx, account).await?;
        let newest = store::list_of_account(tx, account.id).await?.into_iter().next();
        let is_same = |row: &ReAgeRow| row.aged_from_on == at.business_day && row.words == because && row.taken_back_at.is_none();
        if let Some(known) = newest.filter(is_same) {
            return Ok(Outcome::Done(known.id));
        }
        let (facts, plan) = facts_of(tx, &account, at).await?;
        let decision = decide_re_age(&facts, at.business_day);
        let rules: Vec<&str> = decision.because.iter().map(|reason| reason.rule.id).collect();
        let mut detail = json!({"answer": decision.answer.code(), "rules": rules, "because": because});
        let (Answer::Yes, Some(plan), Some(before)) = (decision.answer, plan, account.aged_from()) else {
            audit::record(tx, who, at.at, Some(account.id), "account.re-age", &detail).await?;
            return Ok(Outcome::Refused(decision));
        };
        let row = ReAgeRow {
            id: ReAgeId(new_uuid()),
            account: account.id,
            plan: plan.id,
            payments_kept: facts.plan.map_or(0, |plan| i64::from(plan.kept_in_a_row)),
            aged_from_before: before,
            aged_from_on: at.business_day,
            words: because.to_string(),
            made_by: who.label().to_string(),
            made_at: at.at,
            taken_back_by: None,
            taken_back_because: None,
            taken_back_at: None,
        };
        store::insert_re_age(tx, &row).await?;
        count_from(tx, &account, Some(row.aged_from_on), at).await?;
        detail["re_age"] = json!(row.id.to_string());
        detail["from"] = json!(before.to_string());
        detail["to"] = json!(row.aged_from_on.to_string());
        kept::record(tx, who, at.at, account.id, "account.re-age", detail, &[row.id.into()]).await?;
        strategy::actions::place_on_worklist(tx, account.id, at).await?;
        Ok(Outcome::Done(row.id))
    })
}

/// Takes back that an account was brought current: from now on its age counts as before. What was done by its age meanwhile stands.
pub async fn take_back(app: &App, who: &Actor, at: Moment, account: AccountId, id: ReAgeId, because: &str) -> Result<(), Failure> {
    let because = proved(who, because)?;
    transaction!(app.db, tx, {
        let account = load_account(tx, account).await?;
        if !store::list_of_account(tx, account.id).await?.iter().any(|row| row.id == id) {
            return Err(Failure::NotFound(format!("re-age {id} on this account")));
        }
        if !store::update_taken_back(tx, id, who.label(), because, at.at).await? {
            return Err(Failure::Stale("it was taken back before".into()));
        }
        let standing = store::list_of_account(tx, account.id).await?.into_iter().find(|row| row.taken_back_at.is_none());
        count_from(tx, &account, standing.map(|row| row.aged_from_on), at).await?;
        let detail = json!({"re_age": id.to_string(), "because": because});
        kept::record(tx, who, at.at, account.id, "account.re-age-back", detail, &[id.into()]).await?;
        strategy::actions::place_on_worklist(tx, account.id, at).await
    })
}

/// Counts the age of an account from a day, or from the day since which the debt is unpaid; its stage follows at once.
async fn count_from(tx: &mut Tx, account: &Account, from: Option<Date>, at: Moment) -> Result<(), Failure> {
    relief::update_aged_from(tx, account.id, from).await?;
    let stage = Stage::of_days(days_past_due(from.or(account.due_on), at.business_day)).code();
    update_stage(tx, account.id, stage).await?;
    Ok(())
}
