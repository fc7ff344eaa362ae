//! Debits of one account on a page of their own: agree, plan, take back, cancel, say what went out.

use super::agreeing::{Authorize, NewDetails, authorize, give_copy, resume, revoke};
use super::panel::{ShownAuthorization, ShownDebit, of_account};
use super::planning::{PlanDebit, cancel, plan_debit, plan_for_plan, plan_for_promise, say_noticed};
use super::sealing::AccountNumber;
use super::store::drawn::load_debit;
use super::store::load_authorization;
use crate::accounts;
use crate::accounts::pages::resolve;
use crate::app::{Failure, Problems};
use crate::ledger;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::identity::{Permission, may};
use duly_domain::ledger::ach::writing::{BankAccountKind, EntryClass};
use duly_domain::ledger::debits::{AuthorizationState, DebitKind, DebitState};
use duly_domain::values::ids::{AccountId, DebitAuthorizationId, DebitId};
use duly_domain::values::money::{Currency, Money};
use std::collections::HashMap;

/// Fields beside which the page says what is wrong with them.
const FIELDS: [&str; 19] = [
    "holder",
    "class",
    "routing",
    "number",
    "kind",
    "usual",
    "low",
    "range",
    "words",
    "evidence",
    "agreed_on",
    "copy_given_on",
    "how",
    "because",
    "amount",
    "on",
    "notice_sent_on",
    "what",
    "high",
];

#[derive(Template)]
#[template(path = "ledger/debits/account.html")]
struct AccountDebits {
    frame: Frame,
    id: AccountId,
    name: String,
    reference: String,
    balance: Money,
    today: String,
    is_open: bool,
    may_work: bool,
    may_stop: bool,
    authorizations: Vec<ShownAuthorization>,
    debits: Vec<ShownDebit>,
    /// Which form was sent, what it held, and what is wrong with it. The number of an account is never among it.
    form: String,
    fields: Fields,
    problems: Problems,
}

impl AccountDebits {
    /// What is wrong with a field of a form.
    fn wrong(&self, form: &str, field: &str) -> Option<&str> {
        self.problems.of(field).filter(|_| self.form == form)
    }

    /// What a field of a form held.
    fn text(&self, form: &str, field: &str) -> &str {
        if self.form == form { self.fields.text(field) } else { "" }
    }
}

/// `GET /accounts/{account}/debits`
pub async fn get_debits(
    State(web): State<Web>,
    visit: Visit,
    Path(account): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let id = resolve(&web, &account).await?;
    shown(&web, &visit, id, "", Fields::default(), Problems::default(), query.get("said").map(String::as_str)).await
}

async fn shown(
    web: &Web,
    visit: &Visit,
    id: AccountId,
    form: &str,
    fields: Fields,
    problems: Problems,
    said: Option<&str>,
) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let account = accounts::store::load_account(&mut tx, id).await?;
    let debtor = crate::parties::store::load_debtor(&mut tx, account.debtor).await?;
    let (authorizations, debits) = of_account(&mut tx, id, visit.at.business_day).await?;
    let name = crate::parties::name_of(debtor.name.as_deref()).to_string();
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = AccountDebits {
        frame: Frame::of(visit, "/accounts", &format!("{name}: bank debits")).saying(said),
        id,
        name,
        balance: Money::of(account.balance_minor, ledger::store::currency(&account.currency)?),
        reference: account.reference,
        today: visit.at.business_day.to_string(),
        is_open: account.state == "open",
        may_work: may(visit.who.role, Permission::WorkAccounts),
        may_stop: may(visit.who.role, Permission::StopDebits),
        authorizations,
        debits,
        form: form.to_string(),
        fields,
        problems,
    };
    Ok((status, page(&shown)).into_response())
}

/// Back to the page when done; the form again with what is wrong.
async fn after<T>(
    web: &Web,
    visit: &Visit,
    id: AccountId,
    form: &str,
    fields: Fields,
    done: Result<T, Failure>,
    said: &str,
) -> Result<Response, Failure> {
    let problems = match done {
        Ok(_) => return Ok(Redirect::to(&format!("/accounts/{id}/debits?said={said}")).into_response()),
        Err(Failure::Wrong(Problems(problems))) => Problems(
            problems
                .into_iter()
                .map(|(field, says)| if FIELDS.contains(&field) { (field, says) } else { ("form", format!("{field} {says}")) })
                .collect(),
        ),
        Err(failure @ (Failure::Stale(_) | Failure::File(_))) => Problems::one("form", failure.to_string()),
        Err(failure) => return Err(failure),
    };
    // A number that was typed is never shown again.
    shown(web, visit, id, form, fields.with("number", ""), problems, None).await
}

fn kind_of(fields: &Fields, problems: &mut Problems) -> BankAccountKind {
    BankAccountKind::parse(fields.text("kind")).unwrap_or_else(|| {
        problems.0.push(("kind", "is not chosen".into()));
        BankAccountKind::Checking
    })
}

/// `POST /accounts/{account}/authorizations`
pub async fn post_authorization(
    State(web): State<Web>,
    visit: Visit,
    Path(account): Path<String>,
    body: Bytes,
) -> Result<Response, Failure> {
    let (id, fields) = (resolve(&web, &account).await?, Fields::of(&body));
    let mut problems = Problems::default();
    let class = EntryClass::parse(fields.text("class"));
    if class.is_none() {
        problems.0.push(("class", "is not chosen".into()));
    }
    if !matches!(fields.text("series"), "yes" | "no") {
        problems.0.push(("what", "is not said".into()));
    }
    let drawn_on = kind_of(&fields, &mut problems);
    let mut amount = |name: &'static str| fields.some(name).and_then(|_| fields.amount(name, Currency::Usd, &mut problems));
    let (usual_minor, low, high) = (amount("usual"), amount("low"), amount("high"));
    if low.is_some() != high.is_some() {
        problems.0.push(("range", "needs both its ends, or none".into()));
    }
    let agreed_on = fields.past_date("agreed_on", visit.at.business_day, &mut problems);
    let copy_given_on = fields.some("copy_given_on").and_then(|_| fields.past_date("copy_given_on", visit.at.business_day, &mut problems));
    let done = match (class, agreed_on, problems.is_empty()) {
        (Some(class), Some(agreed_on), true) => {
            let ask = Authorize {
                account: id,
                holder: fields.text("holder").into(),
                class,
                is_recurring: fields.text("series") == "yes",
                routing: fields.text("routing").into(),
                number: AccountNumber::of(fields.text("number")),
                drawn_on,
                usual_minor,
                range_minor: low.zip(high),
                words: fields.text("words").into(),
                evidence: fields.text("evidence").into(),
                agreed_on,
                copy_given_on,
                wants_prenote: fields.some("prenote").is_some(),
            };
            authorize(&web.app, &visit.who, visit.at, &ask).await.map(drop)
        }
        _ => Err(Failure::Wrong(problems)),
    };
    after(&web, &visit, id, "authorize", fields, done, "authorized").await
}

/// The authorization of an address, if it is of the account.
async fn authorization(web: &Web, account: AccountId, text: &str) -> Result<DebitAuthorizationId, Failure> {
    let id: DebitAuthorizationId = text.parse().map_err(|_| Failure::NotFound("such authorization".into()))?;
    let row = load_authorization(&mut web.app.db.read().await?, id).await?;
    if row.account == account { Ok(id) } else { Err(Failure::NotFound(format!("authorization {id} on this account"))) }
}

/// The debit of an address, if it is of the account.
async fn debit(web: &Web, account: AccountId, text: &str) -> Result<DebitId, Failure> {
    let id: DebitId = text.parse().map_err(|_| Failure::NotFound("such debit".into()))?;
    let row = load_debit(&mut web.app.db.read().await?, id).await?;
    if row.account == account { Ok(id) } else { Err(Failure::NotFound(format!("debit {id} on this account"))) }
}

/// `POST /accounts/{account}/authorizations/{authorization}/revocations`
pub async fn post_revocation(
    State(web): State<Web>,
    visit: Visit,
    Path((account, of)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Failure> {
    let (id, fields) = (resolve(&web, &account).await?, Fields::of(&body));
    let of = authorization(&web, id, &of).await?;
    let done = revoke(&web.app, &visit.who, visit.at, of, fields.text("how")).await;
    after(&web, &visit, id, &format!("revoke {of}"), fields, done, "debits-revoked").await
}

/// `POST /accounts/{account}/authorizations/{authorization}/resumptions`
pub async fn post_resumption(
    State(web): State<Web>,
    visit: Visit,
    Path((account, of)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Failure> {
    let (id, fields) = (resolve(&web, &account).await?, Fields::of(&body));
    let of = authorization(&web, id, &of).await?;
    let mut problems = Problems::default();
    let has_details = fields.some("routing").is_some() || fields.some("number").is_some();
    let details = has_details.then(|| NewDetails {
        routing: fields.text("routing").into(),
        number: AccountNumber::of(fields.text("number")),
        drawn_on: kind_of(&fields, &mut problems),
    });
    let done = match problems.is_empty() {
        true => resume(&web.app, &visit.who, visit.at, of, fields.text("because"), details.as_ref()).await.map(drop),
        false => Err(Failure::Wrong(problems)),
    };
    after(&web, &visit, id, &format!("resume {of}"), fields, done, "debits-resumed").await
}

/// `POST /accounts/{account}/authorizations/{authorization}/copies`
pub async fn post_copy(
    State(web): State<Web>,
    visit: Visit,
    Path((account, of)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Failure> {
    let (id, fields) = (resolve(&web, &account).await?, Fields::of(&body));
    let of = authorization(&web, id, &of).await?;
    let mut problems = Problems::default();
    let done = match fields.past_date("on", visit.at.business_day, &mut problems) {
        Some(on) => give_copy(&web.app, &visit.who, visit.at, of, on).await.map(drop),
        None => Err(Failure::Wrong(problems)),
    };
    after(&web, &visit, id, &format!("copy {of}"), fields, done, "noted").await
}

/// `POST /accounts/{account}/authorizations/{authorization}/debits`: one, for the promise, or for each payment of the plan.
pub async fn post_debit(
    State(web): State<Web>,
    visit: Visit,
    Path((account, of)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Failure> {
    let (id, fields) = (resolve(&web, &account).await?, Fields::of(&body));
    let of = authorization(&web, id, &of).await?;
    let mut problems = Problems::default();
    let done = match fields.text("what") {
        "promise" => plan_for_promise(&web.app, &visit.who, visit.at, of).await.map(drop),
        "plan" => plan_for_plan(&web.app, &visit.who, visit.at, of).await.map(drop),
        "one" => {
            let amount = fields.amount("amount", Currency::Usd, &mut problems);
            let on = fields.date("on", &mut problems);
            let notice =
                fields.some("notice_sent_on").and_then(|_| fields.past_date("notice_sent_on", visit.at.business_day, &mut problems));
            let corrects = fields.some("corrects").map(|text| text.parse::<DebitId>()).transpose();
            match (amount.zip(on), corrects, problems.is_empty()) {
                (Some((amount_minor, wanted_on)), Ok(corrects), true) => {
                    let ask = PlanDebit { authorization: of, amount_minor, wanted_on, notice_sent_on: notice, corrects };
                    plan_debit(&web.app, &visit.who, visit.at, &ask).await.map(drop)
                }
                (_, Err(_), _) => Err(Failure::NotFound("such debit".into())),
                _ => Err(Failure::Wrong(problems)),
            }
        }
        _ => Err(Failure::wrong("what", "is not chosen")),
    };
    after(&web, &visit, id, &format!("plan {of}"), fields, done, "debit-planned").await
}

/// `POST /accounts/{account}/debits/{debit}/cancellations`
pub async fn post_cancellation(
    State(web): State<Web>,
    visit: Visit,
    Path((account, of)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Failure> {
    let (id, fields) = (resolve(&web, &account).await?, Fields::of(&body));
    let of = debit(&web, id, &of).await?;
    let done = cancel(&web.app, &visit.who, visit.at, of, fields.text("because")).await;
    after(&web, &visit, id, &format!("debit {of}"), fields, done, "debit-cancelled").await
}

/// `POST /accounts/{account}/debits/{debit}/notices`
pub async fn post_notice(
    State(web): State<Web>,
    visit: Visit,
    Path((account, of)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Failure> {
    let (id, fields) = (resolve(&web, &account).await?, Fields::of(&body));
    let of = debit(&web, id, &of).await?;
    let mut problems = Problems::default();
    let done = match fields.past_date("on", visit.at.business_day, &mut problems) {
        Some(on) => say_noticed(&web.app, &visit.who, visit.at, of, on).await.map(drop),
        None => Err(Failure::Wrong(problems)),
    };
    after(&web, &visit, id, &format!("debit {of}"), fields, done, "noted").await
}
