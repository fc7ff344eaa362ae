//! What stands at the negotiation desk when somebody opens the sample: a budget without a plan yet, and plans in different states.

use crate::app::{Actor, App, Failure};
use crate::ledger::actions::{PostPayment, post_payment};
use crate::plans::agreed::following::withdraw_plan;
use crate::plans::desk::agreeing::{AgreePlan, Agreed, agree_plan};
use crate::plans::desk::budgeting::{KeepBudget, Line, Lines, keep_budget};
use crate::plans::desk::standing::Desk;
use crate::strategy::actions::list_worklist;
use duly_domain::decision::Answer;
use duly_domain::identity::Role;
use duly_domain::plans::offers::OfferKind;
use duly_domain::plans::rhythm::Frequency;
use duly_domain::plans::schedule::{Cut, PlanTerms};
use duly_domain::values::ids::{AccountId, UserId};
use duly_domain::values::money::Money;
use jiff::Span;

/// Accounts looked at for those that suit.
const LOOKED_AT: usize = 120;

/// What is made of an account, one after the other.
const MADE: [Made; 5] = [Made::Budget, Made::Running, Made::Begun, Made::Settled, Made::Withdrawn];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Made {
    /// They told what they can pay.
    Budget,
    /// A plan by their budget.
    Running,
    /// A plan whose down payment was paid.
    Begun,
    /// A settlement that was paid at once.
    Settled,
    /// A plan that was taken back.
    Withdrawn,
}

/// Leaves budgets and plans of today, through the same actions.
pub async fn negotiate(app: &App, users: &[(UserId, Actor)]) -> Result<(), Failure> {
    let of_role = |role: Role| users.iter().find(|(_, who)| who.role == role);
    let (Some((user, officer)), Some((_, supervisor))) = (of_role(Role::Officer), of_role(Role::Supervisor)) else { return Ok(()) };
    let at = app.moment();
    let work = list_worklist(&mut app.db.read().await?, *user, at, None, LOOKED_AT).await?;
    // From the end of the list, so that what stands at its head is there to be called.
    let mut accounts = work.into_iter().rev().map(|work| work.item.account);
    for made in MADE {
        for account in accounts.by_ref() {
            let who = if made == Made::Settled { supervisor } else { officer };
            if make(app, who, account, made).await? {
                break;
            }
        }
    }
    Ok(())
}

/// Makes it of one account, if it suits.
async fn make(app: &App, who: &Actor, account: AccountId, made: Made) -> Result<bool, Failure> {
    let at = app.moment();
    let desk = Desk::of(&mut app.db.read().await?, account, at).await?;
    if desk.case.balance.minor() < 20_000 || desk.facts.open_promise_due_on.is_some() || desk.facts.undisputed.is_some() {
        return Ok(false);
    }
    if matches!(made, Made::Budget | Made::Running) {
        tell(app, who, &desk).await?;
    }
    if made == Made::Budget {
        return Ok(true);
    }
    let desk = Desk::of(&mut app.db.read().await?, account, at).await?;
    let down = if made == Made::Begun { desk.case.balance.minor() / 1_000 * 100 } else { 0 };
    let terms = match made {
        Made::Settled => {
            let offers = desk.offers().ok();
            let settled = offers.and_then(|offers| offers.best_of_each.into_iter().find(|offer| offer.kind() == OfferKind::SettledAtOnce));
            settled.map(|offer| *offer.terms())
        }
        _ => within_limits(&desk, down),
    };
    let Some(terms) = terms else { return Ok(false) };
    let Agreed::Done(plan) = agree_plan(app, who, at, AgreePlan { account, terms }).await? else { return Ok(false) };
    match made {
        Made::Begun | Made::Settled => {
            let amount_minor = if made == Made::Settled { plan.total_minor } else { down };
            let reference = format!("BANK-{}-{}", at.business_day, plan.id);
            post_payment(app, &Actor::command(), at, &PostPayment { account, amount_minor, effective_on: at.business_day, reference })
                .await?;
        }
        Made::Withdrawn => drop(withdraw_plan(app, who, at, account, plan.id).await?),
        Made::Budget | Made::Running => {}
    }
    Ok(true)
}

/// What somebody with two wages a month tells.
async fn tell(app: &App, who: &Actor, desk: &Desk) -> Result<(), Failure> {
    let line = |what: &str, amount_minor, every| Line { what: what.into(), amount_minor, every };
    let lines = Lines {
        income: vec![line("Wages", 118_000, Frequency::EveryTwoWeeks)],
        essentials: vec![
            line("Rent", 96_000, Frequency::Monthly),
            line("Food", 9_500, Frequency::Weekly),
            line("Energy and water", 17_500, Frequency::Monthly),
            line("Travel to work", 5_200, Frequency::EveryTwoWeeks),
        ],
        priority_debts: vec![line("Child support", 32_000, Frequency::Monthly)],
    };
    let pay_on = desk.case.agreed_on.saturating_add(Span::new().days(4));
    let told = KeepBudget { account: desk.account.id, lines, at_hand_minor: 15_000, pay: Some((Frequency::EveryTwoWeeks, pay_on)) };
    keep_budget(app, who, app.moment(), &told).await.map(drop)
}

/// A plan of all that is owed that an officer may grant alone: as many months of a year as there are.
fn within_limits(desk: &Desk, down_minor: i64) -> Option<PlanTerms> {
    let currency = desk.case.balance.currency();
    let first_on = *desk.policy.first_days(&desk.case).first()?;
    (2..=11).rev().find_map(|count| {
        let (total, down) = (desk.case.balance, Money::of(down_minor, currency));
        let terms = PlanTerms { total, down, cut: Cut::Count(count), first_on, frequency: Frequency::Monthly };
        let offer = desk.offer_of(terms).ok()?;
        let is_granted = desk.decide(&offer).answer == Answer::Yes && desk.grant(&offer, Role::Officer).because.is_empty();
        is_granted.then_some(terms)
    })
}
