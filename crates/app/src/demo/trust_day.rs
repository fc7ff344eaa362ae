//! What the sample agency charges and remits: rate plans, one remittance that is locked, one that waits for the supervisor.

use crate::accounts;
use crate::app::{Actor, App, Failure};
use crate::ledger::direct::{PostDirect, post_direct};
use crate::ledger::rates::{self, ProposeRates};
use crate::ledger::remittances::gathering::Ask;
use crate::ledger::remittances::{approve, prepare, preview};
use crate::ledger::trust::proving;
use crate::strategy::actions::list_worklist;
use duly_domain::identity::Role;
use duly_domain::ledger::rates::{Mode, Rate, RatePlan, Slice, SlicesOf};
use duly_domain::values::ids::UserId;
use jiff::ToSpan;

/// A rate with a share of all of it.
fn share(name: &str, bp: u32) -> Rate {
    let slices = vec![Slice { up_to_minor: None, bp }];
    Rate { name: name.into(), has_judgment: None, age_days_min: None, age_days_max: None, flat_minor: None, slices }
}

/// What was agreed with the creditors, one after the other.
fn plans() -> [RatePlan; 3] {
    let plan = |mode, rates| RatePlan {
        mode,
        hold_days: 10,
        hold_days_bank: 5,
        slices_of: SlicesOf::Account,
        minimum_minor: 0,
        direct_bp: None,
        rates,
    };
    let slices = [(Some(100_000), 3_000), (Some(250_000), 2_500), (None, 2_000)];
    let slices = slices.map(|(up_to_minor, bp)| Slice { up_to_minor, bp }).to_vec();
    let old = Rate { age_days_min: Some(365), ..share("a year old or older", 3_500) };
    let judged = Rate { has_judgment: Some(true), ..share("judgment", 4_000) };
    [
        plan(Mode::Net, vec![judged, Rate { slices, ..share("by what was collected", 0) }]),
        RatePlan { direct_bp: Some(1_000), ..plan(Mode::Combined, vec![old, share("usual", 2_500)]) },
        RatePlan { minimum_minor: 500, ..plan(Mode::Gross, vec![share("usual", 2_000)]) },
    ]
}

/// Keeps the plans, remits for two creditors and proves the day.
pub async fn remit(app: &App, users: &[(UserId, Actor)]) -> Result<(), Failure> {
    let of_role = |role: Role| users.iter().find(|(_, actor)| actor.role == role);
    let (Some((_, clerk)), Some((_, supervisor)), Some((officer, _))) =
        (of_role(Role::BackOffice), of_role(Role::Supervisor), of_role(Role::Officer))
    else {
        return Ok(());
    };
    let at = app.moment();
    let creditors = accounts::store::list_creditors(&mut app.db.read().await?).await?;
    for (creditor, plan) in creditors.iter().zip(plans().into_iter().cycle()) {
        let reason = format!("As in the contract with {}, annex 2", creditor.name);
        let ask = ProposeRates { creditor: creditor.id, plan, from_on: at.business_day.saturating_sub(2.years()), reason };
        let row = rates::propose(app, clerk, at, &ask).await?;
        rates::approve(app, supervisor, at, row.id).await?;
    }
    // Somebody paid a creditor itself, who told us.
    let work = list_worklist(&mut app.db.read().await?, *officer, at, None, 60).await?;
    if let Some(one) = work.iter().rev().find(|work| work.item.balance_minor > 20_000) {
        let paid_on = at.business_day.saturating_sub(1.day());
        let ask = PostDirect { account: one.item.account, amount_minor: 5_000, paid_on, reference: "As the creditor told us".into() };
        post_direct(app, clerk, at, &ask).await?;
    }
    // Up to two weeks ago everything is cleared.
    let to_on = at.business_day.saturating_sub(14.days());
    let mut remitted = 0;
    for creditor in &creditors {
        let currency = crate::ledger::remittances::store::list_currencies(&mut app.db.read().await?, creditor.id).await?;
        let Some(currency) = currency.into_iter().next() else { continue };
        let ask = Ask { creditor: creditor.id, currency, from_on: to_on.saturating_sub(60.days()), to_on, corrects: None };
        if preview(app, at, &ask).await?.lines.is_empty() {
            continue;
        }
        let row = prepare(app, clerk, at, &ask).await?;
        remitted += 1;
        if remitted == 2 {
            break;
        }
        approve(app, supervisor, at, row.id).await?;
    }
    proving::prove(app, clerk, at, at.business_day).await?;
    Ok(())
}
