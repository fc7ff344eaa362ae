//! Policy on screen: what is in force, what is proposed with the difference it would make, and the form that proposes.

use super::actions::{ProposePolicy, approve_policy, propose_policy, try_policy, withdraw_policy};
use super::store::{self, PolicyRow};
use crate::accounts::store::{Creditor, list_creditors};
use crate::app::{Failure, Problems};
use crate::compliance::difference::Difference;
use crate::identity::names::Names;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page, when};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::compliance::policy::Limits;
use duly_domain::identity::{Permission, may};
use duly_domain::values::ids::{CreditorId, PolicyId};
use duly_domain::values::moment::written;
use jiff::{Timestamp, ToSpan};
use std::collections::HashMap;

/// A version as it is shown.
struct ShownPolicy {
    row: PolicyRow,
    whose: String,
    asks: Vec<String>,
    from: String,
    proposed: String,
    decided: String,
    difference: Option<Difference>,
    is_mine: bool,
}

#[derive(Template)]
#[template(path = "compliance/policy/policy.html")]
struct PolicyPage {
    frame: Frame,
    in_force: Vec<ShownPolicy>,
    to_come: Vec<ShownPolicy>,
    proposed: Vec<ShownPolicy>,
    past: Vec<ShownPolicy>,
    creditors: Vec<Creditor>,
    may_change: bool,
    form: Form,
}

/// The form as it stands, with what is wrong and what it would change.
#[derive(Default)]
struct Form {
    fields: Fields,
    problems: Problems,
    difference: Option<Difference>,
}

/// `GET /compliance/policy?said=`
pub async fn get_policy(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    policy_page(&web, &visit, query.get("said").map(String::as_str), Form::default()).await
}

async fn policy_page(web: &Web, visit: &Visit, said: Option<&str>, mut form: Form) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let creditors = list_creditors(&mut tx).await?;
    let rows = store::list_all(&mut tx).await?;
    let in_force = in_force(&rows, visit.at.at);
    let (mut names, mut shown) = (Names::default(), [Vec::new(), Vec::new(), Vec::new(), Vec::new()]);
    for row in rows {
        let place = match row.state.as_str() {
            "approved" if in_force.contains(&row.id) => 0,
            "approved" if row.begins_at.is_some_and(|begins| begins > visit.at.at) => 1,
            "proposed" => 2,
            _ => 3,
        };
        let name = |id: CreditorId| creditors.iter().find(|creditor| creditor.id == id).map(|creditor| creditor.name.clone());
        let by = names.of(&mut tx, &row.proposed_by).await?;
        let decided = match (&row.decided_by, row.decided_at) {
            (Some(by), Some(at)) => {
                let by = names.of(&mut tx, by).await?;
                format!("{} {} by {by}", row.state, when(at, visit.at.at, &visit.zone))
            }
            _ => String::new(),
        };
        let told = row.difference_decided.as_ref().unwrap_or(&row.difference);
        shown[place].push(ShownPolicy {
            whose: row.creditor.map_or_else(|| "The agency".into(), |id| name(id).unwrap_or_default()),
            asks: in_words(&row.limits()),
            from: match row.begins_at {
                Some(begins) => when(begins, visit.at.at, &visit.zone),
                None => written(row.from_on),
            },
            proposed: format!("{} by {by}", when(row.proposed_at, visit.at.at, &visit.zone)),
            decided,
            difference: serde_json::from_str(told).ok(),
            is_mine: row.proposed_by == visit.who.label(),
            row,
        });
    }
    tx.rollback().await;
    if form.fields.some("from").is_none() {
        form.fields = form.fields.with("from", &visit.at.business_day.saturating_add(1.day()).to_string());
    }
    let [in_force, to_come, proposed, past] = shown;
    let status = if form.problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let frame = Frame::of(visit, "/compliance", "Policy").saying(said);
    let may_change = may(visit.who.role, Permission::ChangePolicy);
    Ok((status, page(&PolicyPage { frame, in_force, to_come, proposed, past, creditors, may_change, form })).into_response())
}

/// For the agency and each creditor, the version that began last.
pub fn in_force(rows: &[PolicyRow], at: Timestamp) -> Vec<PolicyId> {
    let mut newest: HashMap<Option<CreditorId>, &PolicyRow> = HashMap::new();
    for row in rows.iter().filter(|row| row.begins_at.is_some_and(|begins| begins <= at)) {
        let known = newest.entry(row.creditor).or_insert(row);
        if (known.begins_at, known.number) < (row.begins_at, row.number) {
            *known = row;
        }
    }
    newest.into_values().map(|row| row.id).collect()
}

/// What a version asks, in words.
pub fn in_words(limits: &Limits) -> Vec<String> {
    let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let asks = [
        limits.attempts_max_7_days.map(|max| format!("{max} calls about a debt in 7 days; the law 7")),
        limits.opens_minute.map(|minute| format!("open from {}; the law 08:00", time(minute))),
        limits.closes_minute.map(|minute| format!("closed from {}; the law 21:00", time(minute))),
        limits.electronic_max_7_days.map(|max| format!("{max} e-mails and texts in 7 days; the law names no number")),
        limits.is_off_on_sundays.then(|| "nobody is reached on Sundays".into()),
        limits.is_off_on_holidays.then(|| "nobody is reached on federal holidays".into()),
    ];
    let asks: Vec<String> = asks.into_iter().flatten().collect();
    if asks.is_empty() { vec!["nothing beyond the law".into()] } else { asks }
}

/// `POST /compliance/policy`: shows what a version would change, or proposes it.
pub async fn post_policy(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let mut problems = Problems::default();
    let ask = read(&fields, &mut problems);
    let Some(ask) = ask.filter(|_| problems.is_empty()) else {
        return policy_page(&web, &visit, None, Form { fields, problems, difference: None }).await;
    };
    let is_proposed = fields.text("do") == "propose";
    let done = match is_proposed {
        true => propose_policy(&web.app, &visit.who, visit.at, &ask).await.map(|(_, difference)| difference),
        false => try_policy(&web.app, visit.at, &ask).await,
    };
    match done {
        Ok(_) if is_proposed => Ok(Redirect::to("/compliance/policy?said=proposed").into_response()),
        Ok(difference) => policy_page(&web, &visit, None, Form { fields, problems, difference: Some(difference) }).await,
        Err(Failure::Wrong(problems)) => policy_page(&web, &visit, None, Form { fields, problems, difference: None }).await,
        Err(Failure::Stale(says)) => {
            let problems = Problems::one("whose", says);
            policy_page(&web, &visit, None, Form { fields, problems, difference: None }).await
        }
        Err(failure) => Err(failure),
    }
}

fn read(fields: &Fields, problems: &mut Problems) -> Option<ProposePolicy> {
    let mut number = |name: &'static str| {
        let text = fields.some(name)?;
        let number = text.parse::<u32>().ok();
        if number.is_none() {
            problems.0.push((name, "is no whole number".into()));
        }
        number
    };
    let (attempts, electronic) = (number("attempts"), number("electronic"));
    let mut minute = |name: &'static str| {
        fields.some(name)?;
        let minute = fields.minute(name).and_then(|minute| u16::try_from(minute).ok());
        if minute.is_none() {
            problems.0.push((name, "is no time such as 09:00".into()));
        }
        minute
    };
    let (opens, closes) = (minute("opens"), minute("closes"));
    let from_on = fields.date("from", problems);
    let creditor = match fields.some("whose") {
        None => None,
        Some(text) => match text.parse::<CreditorId>() {
            Ok(creditor) => Some(creditor),
            Err(_) => {
                problems.0.push(("whose", "is no creditor".into()));
                None
            }
        },
    };
    Some(ProposePolicy {
        creditor,
        limits: Limits {
            attempts_max_7_days: attempts,
            opens_minute: opens,
            closes_minute: closes,
            electronic_max_7_days: electronic,
            is_off_on_sundays: fields.some("sundays").is_some(),
            is_off_on_holidays: fields.some("holidays").is_some(),
        },
        from_on: from_on?,
        reason: fields.text("reason").to_string(),
    })
}

/// `POST /compliance/policy/{policy}/approvals`
pub async fn post_approval(State(web): State<Web>, visit: Visit, Path(policy): Path<String>) -> Result<Response, Failure> {
    match approve_policy(&web.app, &visit.who, visit.at, parse(&policy)?).await {
        Ok(_) => Ok(Redirect::to("/compliance/policy?said=approved").into_response()),
        Err(Failure::Wrong(problems)) => policy_page(&web, &visit, None, Form { problems, ..Form::default() }).await,
        Err(failure) => Err(failure),
    }
}

/// `POST /compliance/policy/{policy}/withdrawals`
pub async fn post_withdrawal(State(web): State<Web>, visit: Visit, Path(policy): Path<String>) -> Result<Response, Failure> {
    withdraw_policy(&web.app, &visit.who, visit.at, parse(&policy)?).await?;
    Ok(Redirect::to("/compliance/policy?said=policy-withdrawn").into_response())
}

fn parse(policy: &str) -> Result<PolicyId, Failure> {
    policy.parse().map_err(|_| Failure::NotFound("such policy".into()))
}
