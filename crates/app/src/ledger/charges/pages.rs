//! The tab "Interest and fees": terms set and stopped, fees charged, parts waived, charges taken back.

use super::actions::{ChargeFee, SetInterest, Waive, charge_fee, reverse_charge, set_interest, stop_interest, waive};
use crate::accounts::pages::{Unfinished, currency_of, resolve, show};
use crate::app::{Failure, Outcome, Problems};
use crate::cli::rate_ppm;
use crate::plans::approvals::actions::{AskApproval, ask};
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::accounts::Bucket;
use duly_domain::ledger::charges::InterestSource;
use duly_domain::ledger::interest::DayCount;
use duly_domain::plans::approval::Terms;
use duly_domain::values::ids::ChargeId;
use duly_domain::values::money::Money;
use std::collections::HashMap;

/// What became of a form: back to the tab when done, the form again with what stands against it.
async fn back<T>(
    web: &Web,
    visit: &Visit,
    account: &str,
    (form, fields): (&'static str, Fields),
    done: Result<Outcome<T>, Failure>,
    said: &str,
) -> Result<Response, Failure> {
    let again = match done {
        Ok(Outcome::Done(_)) => return Ok(Redirect::to(&format!("/accounts/{account}?do=charges&said={said}")).into_response()),
        Ok(Outcome::Refused(decision)) => Unfinished { form, fields, problems: Problems::default(), refused: Some(decision) },
        Err(Failure::Wrong(problems)) => Unfinished { form, fields, problems, refused: None },
        Err(Failure::Stale(says)) => Unfinished { form, fields, problems: Problems::one("form", says), refused: None },
        Err(failure) => return Err(failure),
    };
    show(web, visit, account, &HashMap::new(), again).await
}

/// `POST /accounts/{account}/interest`
pub async fn post_interest(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let mut problems = Problems::default();
    let from_on = fields.past_date("from", visit.at.business_day, &mut problems);
    let rate = rate_ppm(fields.text("rate")).map_err(|_| problems.0.push(("rate", "is no percentage such as 9 or 7.25".into()))).ok();
    let source = InterestSource::parse(fields.text("source")).unwrap_or(InterestSource::Agreement);
    let day_count = DayCount::parse(fields.text("days")).unwrap_or(DayCount::Actual365);
    let done = match from_on.zip(rate) {
        Some((from_on, rate_ppm)) => {
            let ask = SetInterest { account: id, source, rate_ppm, day_count, from_on, words: fields.text("words").into() };
            set_interest(&web.app, &visit.who, visit.at, &ask).await
        }
        None => Err(Failure::Wrong(problems)),
    };
    back(&web, &visit, &account, ("interest", fields), done, "interest-set").await
}

/// `POST /accounts/{account}/interest/ends`
pub async fn post_interest_end(
    State(web): State<Web>,
    visit: Visit,
    Path(account): Path<String>,
    body: Bytes,
) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let mut problems = Problems::default();
    let done = match fields.past_date("on", visit.at.business_day, &mut problems) {
        Some(on) => stop_interest(&web.app, &visit.who, visit.at, id, on, fields.text("because")).await,
        None => Err(Failure::Wrong(problems)),
    };
    back(&web, &visit, &account, ("stop-interest", fields), done.map(Outcome::Done), "ended").await
}

/// `POST /accounts/{account}/fees`
pub async fn post_fee(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let currency = currency_of(&web, id).await?;
    let mut problems = Problems::default();
    let done = match fields.amount("amount", currency, &mut problems) {
        Some(amount_minor) => {
            let ask = ChargeFee {
                account: id,
                bucket: if fields.text("bucket") == "costs" { Bucket::Costs } else { Bucket::Fees },
                amount_minor,
                what: fields.text("what").into(),
                is_in_agreement: fields.text("basis") == "agreement",
                is_permitted_by_law: fields.text("basis") == "law",
            };
            charge_fee(&web.app, &visit.who, visit.at, &ask).await
        }
        None => Err(Failure::Wrong(problems)),
    };
    back(&web, &visit, &account, ("fee", fields), done, "charged").await
}

/// `POST /accounts/{account}/waivers`: waives a part, or asks a supervisor to.
pub async fn post_waiver(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let currency = currency_of(&web, id).await?;
    let mut problems = Problems::default();
    let bucket = Bucket::parse(fields.text("bucket")).unwrap_or(Bucket::Interest);
    let amount = fields.amount("amount", currency, &mut problems);
    let asks = fields.text("do") == "ask";
    let because = fields.text("because").to_string();
    let done = match amount {
        None => Err(Failure::Wrong(problems)),
        Some(amount_minor) if asks => {
            let terms = Terms::waiver(bucket, Money::of(amount_minor, currency));
            let asked = AskApproval { account: id, call: None, terms, words: because };
            ask(&web.app, &visit.who, visit.at, &asked).await.map(|outcome| match outcome {
                Outcome::Done(_) => Outcome::Done(()),
                Outcome::Refused(decision) => Outcome::Refused(decision),
            })
        }
        Some(amount_minor) => {
            let waived = waive(&web.app, &visit.who, visit.at, &Waive { account: id, bucket, amount_minor, because }).await;
            waived.map(|outcome| match outcome {
                Outcome::Done(_) => Outcome::Done(()),
                Outcome::Refused(decision) => Outcome::Refused(decision),
            })
        }
    };
    back(&web, &visit, &account, ("waive", fields), done, if asks { "asked" } else { "waived" }).await
}

/// `POST /accounts/{account}/charges/{charge}/reversals`
pub async fn post_reversal(
    State(web): State<Web>,
    visit: Visit,
    Path((account, charge)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let charge: ChargeId = charge.parse().map_err(|_| Failure::NotFound("such charge".into()))?;
    let done = reverse_charge(&web.app, &visit.who, visit.at, charge, fields.text("because")).await;
    back(&web, &visit, &account, ("charges", fields), done.map(Outcome::Done), "ended").await
}
