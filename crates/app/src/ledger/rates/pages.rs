//! Rate plans on screen: what is in force for whom in words, proposals, approval by somebody else.

use super::store::{self, RatePlanRow};
use super::{ProposeRates, approve, in_force, parse, propose, withdraw};
use crate::accounts;
use crate::accounts::store::Creditor;
use crate::app::{Failure, Problems};
use crate::identity::names::Names;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, TRUST, page, when};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::identity::{Permission, may};
use duly_domain::ledger::rates::{Rate, RatePlan, SlicesOf, percent};
use duly_domain::values::ids::{CreditorId, RatePlanId};
use duly_domain::values::moment::written;
use duly_domain::values::money::{Currency, Money};
use std::collections::HashMap;

/// Where the page is.
const HERE: &str = "/rates";

/// What the form begins with.
const TEMPLATE: &str = "mode = \"net\"\nhold_days = 10\nhold_days_bank = 5\nslices_of = \"account\"\nminimum_minor = 0\n\n\
    [[rates]]\nname = \"judgment\"\nhas_judgment = true\n[[rates.slices]]\nbp = 4000\n\n\
    [[rates]]\nname = \"usual\"\n[[rates.slices]]\nbp = 2500\n";

/// A version, as it is shown.
struct ShownPlan {
    row: RatePlanRow,
    from: String,
    mode: String,
    says: Vec<String>,
    proposed: String,
    decided: String,
    is_in_force: bool,
    is_mine: bool,
}

#[derive(Template)]
#[template(path = "ledger/rates/rates.html")]
struct RatesPage {
    frame: Frame,
    plans: Vec<ShownPlan>,
    creditors: Vec<Creditor>,
    may_keep: bool,
    may_approve: bool,
    fields: Fields,
    problems: Problems,
}

/// What a plan says, in sentences.
pub fn in_words(plan: &RatePlan) -> Vec<String> {
    let money = |minor: i64| Money::of(minor, Currency::Usd).figures();
    let of_rate = |rate: &Rate| {
        let mut fits = Vec::new();
        fits.extend(rate.has_judgment.map(|has| if has { "with a judgment".to_string() } else { "without a judgment".into() }));
        fits.extend(rate.age_days_min.map(|days| format!("{days} days old or older when placed")));
        fits.extend(rate.age_days_max.map(|days| format!("{days} days old or younger when placed")));
        let shares: Vec<String> = rate
            .slices
            .iter()
            .map(|slice| match slice.up_to_minor {
                Some(up_to) => format!("{} up to {}", percent(slice.bp), money(up_to)),
                None if rate.slices.len() > 1 => format!("{} above", percent(slice.bp)),
                None => percent(slice.bp),
            })
            .collect();
        let what = rate.flat_minor.map_or_else(|| shares.join(", "), |flat| format!("{} for each payment", money(flat)));
        let for_what = if fits.is_empty() { String::new() } else { format!(" ({})", fits.join(", ")) };
        format!("{}{for_what}: {what}", rate.name)
    };
    let mut says: Vec<String> = plan.rates.iter().map(of_rate).collect();
    if plan.slices_of == SlicesOf::Payment && plan.rates.iter().any(|rate| rate.slices.len() > 1) {
        says.push("Slices count each payment by itself".into());
    }
    says.extend(
        plan.direct_bp.map(|bp| if bp == 0 { "Direct payments are free".into() } else { format!("Direct payments: {}", percent(bp)) }),
    );
    says.extend((plan.minimum_minor > 0).then(|| format!("At least {} for each payment", money(plan.minimum_minor))));
    says.push(format!("Cleared after {} days, {} where the bank's statement brought it", plan.hold_days, plan.hold_days_bank));
    says
}

/// `GET /rates`
pub async fn get_rates(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    let fields = Fields::named([("plan", TEMPLATE.to_string()), ("from", visit.at.business_day.to_string())]);
    rates_page(&web, &visit, query.get("said").map(String::as_str), fields, Problems::default()).await
}

async fn rates_page(web: &Web, visit: &Visit, said: Option<&str>, fields: Fields, problems: Problems) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let rows = store::list_plans(&mut tx).await?;
    let mut names = Names::default();
    let mut plans = Vec::with_capacity(rows.len());
    for row in &rows {
        let plan = row.plan()?;
        let of_same: Vec<RatePlanRow> = rows.iter().filter(|one| one.creditor == row.creditor).cloned().collect();
        let decided = match (&row.decided_by, row.decided_at) {
            (Some(by), Some(at)) => format!("{} {}", names.of(&mut tx, by).await?, when(at, visit.at.at, &visit.zone)),
            _ => String::new(),
        };
        plans.push(ShownPlan {
            from: written(row.from_on),
            mode: plan.mode.to_string(),
            says: in_words(&plan),
            proposed: format!("{} {}", names.of(&mut tx, &row.proposed_by).await?, when(row.proposed_at, visit.at.at, &visit.zone)),
            decided,
            is_in_force: in_force(&of_same, visit.at.business_day).is_some_and(|one| one.id == row.id),
            is_mine: row.proposed_by == visit.who.label(),
            row: row.clone(),
        });
    }
    // What waits for somebody comes first.
    plans.sort_by_key(|plan| plan.row.state != "proposed");
    let creditors = accounts::store::list_creditors(&mut tx).await?;
    tx.rollback().await;
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = RatesPage {
        frame: Frame::of(visit, TRUST, "Rates").saying(said),
        plans,
        creditors,
        may_keep: may(visit.who.role, Permission::KeepTrust),
        may_approve: may(visit.who.role, Permission::ApproveTrust),
        fields,
        problems,
    };
    Ok((status, page(&shown)).into_response())
}

/// `POST /rates`: proposes a version.
pub async fn post_rates(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let mut problems = Problems::default();
    let creditor = fields.text("creditor").parse::<CreditorId>();
    if creditor.is_err() {
        problems.0.push(("creditor", "is missing".into()));
    }
    let from_on = fields.date("from", &mut problems);
    let done = match (creditor, from_on, parse(fields.text("plan"))) {
        (Ok(creditor), Some(from_on), Ok(plan)) => {
            let ask = ProposeRates { creditor, plan, from_on, reason: fields.text("reason").to_string() };
            propose(&web.app, &visit.who, visit.at, &ask).await
        }
        (_, _, Err(Failure::Wrong(wrong))) => {
            problems.0.extend(wrong.0);
            Err(Failure::Wrong(problems))
        }
        _ => Err(Failure::Wrong(problems)),
    };
    after(&web, &visit, done, fields, "proposed").await
}

/// `POST /rates/{plan}/approvals`
pub async fn post_approval(State(web): State<Web>, visit: Visit, Path(plan): Path<String>) -> Result<Response, Failure> {
    let done = approve(&web.app, &visit.who, visit.at, parse_id(&plan)?).await;
    after(&web, &visit, done, Fields::default(), "approved").await
}

/// `POST /rates/{plan}/withdrawals`
pub async fn post_withdrawal(State(web): State<Web>, visit: Visit, Path(plan): Path<String>) -> Result<Response, Failure> {
    let done = withdraw(&web.app, &visit.who, visit.at, parse_id(&plan)?).await;
    after(&web, &visit, done, Fields::default(), "policy-withdrawn").await
}

fn parse_id(plan: &str) -> Result<RatePlanId, Failure> {
    plan.parse().map_err(|_| Failure::NotFound("such rate plan".into()))
}

async fn after(web: &Web, visit: &Visit, done: Result<RatePlanRow, Failure>, fields: Fields, said: &str) -> Result<Response, Failure> {
    match done {
        Ok(_) => Ok(Redirect::to(&format!("{HERE}?said={said}")).into_response()),
        Err(Failure::Wrong(problems)) => {
            let named = problems.0.into_iter().map(|(field, says)| (field, format!("{field} {says}"))).collect();
            rates_page(web, visit, None, fields, Problems(named)).await
        }
        Err(failure @ Failure::Stale(_)) => rates_page(web, visit, None, fields, Problems::one("form", failure.to_string())).await,
        Err(failure) => Err(failure),
    }
}
