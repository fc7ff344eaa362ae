//! Debits are planned under an authorization: one, or each payment of the plan on its due day; and cancelled.

use super::agreeing::{cancelled_as, planned};
use super::look::serves;
use super::store::drawn::{self, DebitRow, insert_debit, list_debits, list_debits_under, load_debit, update_debit};
use super::store::{AuthorizationRow, load_authorization};
use crate::app::{Actor, App, Failure, WORDS_MAX, check_length};
use crate::audit::kept::{self, KeptRow};
use crate::plans::agreed;
use crate::store::Tx;
use crate::{accounts, plans, transaction};
use duly_domain::ledger::ach::writing::AMOUNT_MAX;
use duly_domain::ledger::debits::{AuthorizationState, CORRECTION_DAYS, DebitKind, DebitState, Serves, Stays, effective_on, notice_by};
use duly_domain::plans::plan::PlanState;
use duly_domain::plans::promise::PromiseState;
use duly_domain::values::ids::{AccountId, DebitAuthorizationId, DebitId, InstallmentId, PromiseId};
use duly_domain::values::moment::{Moment, written};
use jiff::Span;
use jiff::civil::Date;
use serde_json::json;

/// How many years ahead a debit can be planned.
const YEARS_AHEAD: i64 = 5;

/// A debit to plan.
#[derive(Clone, Debug)]
pub struct PlanDebit {
    /// Under which authorization.
    pub authorization: DebitAuthorizationId,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// The day that was agreed: it is never drawn earlier.
    pub wanted_on: Date,
    /// The day their notice of amount and day went out, where the amount is another than agreed.
    pub notice_sent_on: Option<Date>,
    /// The debit whose error it corrects (R11).
    pub corrects: Option<DebitId>,
}

/// What a debit of the plan or promise serves.
struct Serving {
    amount_minor: i64,
    due_on: Date,
    installment: Option<InstallmentId>,
    promise: Option<PromiseId>,
}

/// Plans one debit.
pub async fn plan_debit(app: &App, who: &Actor, at: Moment, ask: &PlanDebit) -> Result<DebitRow, Failure> {
    transaction!(app.db, tx, {
        let of = usable(tx, ask.authorization).await?;
        let before = list_debits_under(tx, of.id).await?;
        let mut row = planned(who, at, &of, DebitKind::First, ask.amount_minor, ask.wanted_on);
        row.notice_sent_on = ask.notice_sent_on.filter(|on| *on <= at.business_day);
        if ask.notice_sent_on != row.notice_sent_on {
            return Err(Failure::wrong("notice_sent_on", "is in the future"));
        }
        if let Some(corrects) = ask.corrects {
            let first_on = may_correct(&before, corrects, at.business_day)?;
            row = DebitRow { kind: DebitKind::Correction.code().into(), first: Some(corrects), first_on: Some(first_on), try_no: 2, ..row };
        } else if !of.is_recurring && before.iter().any(|debit| debit.asked_as() == DebitKind::First && debit.is_live()) {
            return Err(Failure::Stale("they agreed to one debit, and that one is planned or drawn: have them agree to another".into()));
        }
        if !of.is_recurring && of.usual_minor.is_some_and(|agreed| agreed != ask.amount_minor) {
            return Err(Failure::wrong("amount", "is not the one they agreed to, and they agreed to no series"));
        }
        keep(tx, who, at, vec![row]).await?.pop().ok_or_else(|| Failure::Stale("nothing was planned".into()))
    })
}

/// Whether a debit may be corrected, and the day it took effect.
fn may_correct(before: &[DebitRow], corrects: DebitId, today: Date) -> Result<Date, Failure> {
    let wrong = |says: String| Err(Failure::wrong("corrects", says));
    let Some(first) = before.iter().find(|debit| debit.id == corrects) else {
        return wrong(format!("{corrects} is no debit under this authorization"));
    };
    if first.standing() != DebitState::Returned || first.return_code != "R11" || first.asked_as() == DebitKind::Correction {
        return wrong("did not come back by R11, as not in accordance with the authorization: only that may be corrected".into());
    }
    if before.iter().any(|debit| debit.first == Some(corrects) && debit.standing() != DebitState::Cancelled) {
        return wrong("was corrected once already, and the network allows no more".into());
    }
    let until = first.day().saturating_add(Span::new().days(CORRECTION_DAYS));
    if until <= today {
        return wrong(format!("could be corrected until {}, sixty days after it", written(until)));
    }
    Ok(first.day())
}

/// Plans a debit for the open promise of an account, on its due day.
pub async fn plan_for_promise(app: &App, who: &Actor, at: Moment, id: DebitAuthorizationId) -> Result<Vec<DebitRow>, Failure> {
    transaction!(app.db, tx, {
        let of = usable(tx, id).await?;
        let promises = plans::store::list_promises(tx, of.account).await?;
        let open = promises.iter().filter(|promise| promise.state == PromiseState::Open.code());
        let serving = open.map(|one| Serving {
            amount_minor: one.amount_minor - one.arrived_minor,
            due_on: one.due_on,
            installment: None,
            promise: Some(one.id),
        });
        plan_serving(tx, who, at, &of, serving.collect(), "the account has no open promise").await
    })
}

/// Plans a debit for each payment of the account's plan that is still to be paid, on its due day.
pub async fn plan_for_plan(app: &App, who: &Actor, at: Moment, id: DebitAuthorizationId) -> Result<Vec<DebitRow>, Failure> {
    transaction!(app.db, tx, {
        let of = usable(tx, id).await?;
        let active = agreed::store::list_plans(tx, of.account).await?.into_iter().find(|plan| plan.standing() == PlanState::Active);
        let plan = active.ok_or_else(|| Failure::Stale("the account has no plan that stands: agree one at the negotiation desk".into()))?;
        let installments = agreed::store::list_installments(tx, of.account).await?;
        let to_pay = installments.iter().filter(|one| one.plan == plan.id && one.standing() != Some(PromiseState::Kept));
        let serving = to_pay.map(|one| Serving {
            amount_minor: one.amount_minor - one.arrived_minor.unwrap_or(0),
            due_on: one.due_on,
            installment: Some(one.id),
            promise: None,
        });
        plan_serving(tx, who, at, &of, serving.collect(), "every payment of the plan is paid or planned already").await
    })
}

async fn plan_serving(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    of: &AuthorizationRow,
    serving: Vec<Serving>,
    nothing: &str,
) -> Result<Vec<DebitRow>, Failure> {
    let before = list_debits(tx, of.account).await?;
    let is_planned = |one: &Serving| {
        before.iter().any(|debit| {
            let is_same = one.installment.is_some() && debit.installment == one.installment;
            (is_same || (one.promise.is_some() && debit.promise == one.promise)) && debit.is_live()
        })
    };
    let serving: Vec<Serving> = serving.into_iter().filter(|one| one.amount_minor > 0 && !is_planned(one)).collect();
    if serving.is_empty() {
        return Err(Failure::Stale(nothing.into()));
    }
    if !of.is_recurring {
        let has_one = before.iter().any(|debit| debit.authorization == of.id && debit.asked_as() == DebitKind::First && debit.is_live());
        if serving.len() > 1 || has_one {
            return Err(Failure::Stale("they agreed to one debit and no series: have them sign or authenticate a writing for one".into()));
        }
    }
    let rows = serving.into_iter().map(|one| DebitRow {
        installment: one.installment,
        promise: one.promise,
        ..planned(who, at, of, DebitKind::First, one.amount_minor, one.due_on.max(at.business_day))
    });
    keep(tx, who, at, rows.collect()).await
}

async fn usable(tx: &mut Tx, id: DebitAuthorizationId) -> Result<AuthorizationRow, Failure> {
    let of = load_authorization(tx, id).await?;
    match of.standing() {
        AuthorizationState::Active => Ok(of),
        AuthorizationState::Held => Err(Failure::Stale("the authorization is held: clear up why, and take it up again first".into())),
        AuthorizationState::Revoked => Err(Failure::Stale("the authorization was taken back: nothing is drawn under it any more".into())),
        AuthorizationState::Ended => Err(Failure::Stale("the authorization was for one debit, which was drawn".into())),
    }
}

/// Keeps debits that are planned together, unless they come to more than is owed.
async fn keep(tx: &mut Tx, who: &Actor, at: Moment, rows: Vec<DebitRow>) -> Result<Vec<DebitRow>, Failure> {
    let Some(first) = rows.first() else { return Ok(rows) };
    let account = accounts::store::load_account(tx, first.account).await?;
    if account.state != "open" {
        return Err(Failure::Stale("the account is not open: nothing is to be drawn".into()));
    }
    if let Some(until) = account.paused_until.filter(|until| rows.iter().any(|row| row.wanted_on < *until)) {
        let says = format!("lies in the hardship pause that stands until {}: agree a day from then on", written(until));
        return Err(Failure::wrong("on", says));
    }
    let latest = at.business_day.saturating_add(Span::new().years(YEARS_AHEAD));
    for row in &rows {
        if row.amount_minor <= 0 || row.amount_minor > AMOUNT_MAX {
            return Err(Failure::wrong("amount", "is not an amount that a debit can have"));
        }
        if row.wanted_on < at.business_day || row.wanted_on > latest {
            return Err(Failure::wrong("on", format!("is not between today and {}", written(latest))));
        }
    }
    let taken = under_way(tx, who, at, first.account).await?;
    let wanted = rows.iter().fold(0i64, |sum, row| sum.saturating_add(row.amount_minor));
    if wanted > account.balance_minor.saturating_sub(taken) {
        return Err(Failure::wrong("amount", "with what is planned and on its way is more than is owed"));
    }
    for row in &rows {
        insert_debit(tx, row).await?;
    }
    let ids: Vec<KeptRow> = rows.iter().map(|row| row.id.into()).collect();
    let detail = json!({"debits": rows.len(), "amount_minor": wanted, "currency": first.currency,
        "from": rows.iter().map(|row| row.wanted_on).min().map(|on| on.to_string())});
    kept::record(tx, who, at.at, first.account, "debit.plan", detail, &ids).await?;
    Ok(rows)
}

/// What is planned and on its way on an account, in minor units. What was planned for something that is not asked for any more, such as a
/// plan that goes on otherwise, is cancelled rather than counted.
async fn under_way(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId) -> Result<i64, Failure> {
    let mut taken = 0i64;
    for debit in list_debits(tx, account).await? {
        match debit.standing() {
            DebitState::Planned if serves(tx, &debit).await? == Serves::Done => {
                let row = cancelled_as(at, debit, &Stays::Served.to_string());
                update_debit(tx, &row).await?;
                let detail = json!({"debit": row.id.to_string(), "because": row.because});
                kept::record(tx, who, at.at, account, "debit.cancel", detail, &[row.id.into()]).await?;
            }
            DebitState::Planned | DebitState::Sent => taken = taken.saturating_add(debit.amount_minor),
            _ => {}
        }
    }
    Ok(taken)
}

/// The last day for the written notice of a debit whose amount was not agreed; nothing where none is needed, or one went out.
pub fn notice_is_due(of: &AuthorizationRow, debit: &DebitRow, today: Date) -> Option<Date> {
    let is_in_range = of.low_minor.zip(of.high_minor).is_some_and(|(low, high)| (low..=high).contains(&debit.amount_minor));
    let is_needed =
        of.is_recurring && debit.amount_minor > 0 && of.usual_minor.is_some_and(|usual| usual != debit.amount_minor) && !is_in_range;
    let is_open = debit.standing() == DebitState::Planned && debit.notice_sent_on.is_none();
    (is_needed && is_open).then(|| notice_by(effective_on(debit.wanted_on, today)))
}

/// Their written notice of amount and day went out.
pub async fn say_noticed(app: &App, who: &Actor, at: Moment, id: DebitId, on: Date) -> Result<DebitRow, Failure> {
    transaction!(app.db, tx, {
        let row = load_debit(tx, id).await?;
        if row.standing() != DebitState::Planned {
            return Err(Failure::Stale(format!("the debit is {} already", row.standing().to_string().to_lowercase())));
        }
        if on > at.business_day {
            return Err(Failure::wrong("on", "is in the future"));
        }
        let row = DebitRow { notice_sent_on: Some(on), ..row };
        update_debit(tx, &row).await?;
        let detail = json!({"debit": id.to_string(), "on": on.to_string()});
        kept::record(tx, who, at.at, row.account, "debit.notice", detail, &[id.into()]).await?;
        Ok(row)
    })
}

/// Cancels a debit that was not sent yet. Cancelling twice is once.
pub async fn cancel(app: &App, who: &Actor, at: Moment, id: DebitId, because: &str) -> Result<DebitRow, Failure> {
    if because.trim().is_empty() {
        return Err(Failure::wrong("because", "is not said"));
    }
    check_length("because", because, WORDS_MAX)?;
    transaction!(app.db, tx, {
        let row = drawn::load_debit(tx, id).await?;
        match row.standing() {
            DebitState::Cancelled => return Ok(row),
            DebitState::Planned => {}
            _ => {
                let says = "the debit was sent: it cannot be called back from here. Ask our bank to reverse it, or send the money back once it is there";
                return Err(Failure::Stale(says.into()));
            }
        }
        let row = cancelled_as(at, row, because.trim());
        update_debit(tx, &row).await?;
        let detail = json!({"debit": id.to_string(), "because": because.trim()});
        kept::record(tx, who, at.at, row.account, "debit.cancel", detail, &[id.into()]).await?;
        Ok(row)
    })
}
