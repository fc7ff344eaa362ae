//! Statuses are entered and lifted from the account.

use super::actions::{EnterStatus, LiftStatus, enter, lift};
use crate::accounts::pages::{after, resolve};
use crate::app::{Failure, Problems};
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use duly_domain::compliance::status::{Evidence, Status};
use duly_domain::parties::care::Need;
use duly_domain::values::ids::{AccountId, DocumentId};
use jiff::civil::Date;

/// `POST /accounts/{account}/statuses`
pub async fn post_status(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let done = match read(&fields, id, visit.at.business_day) {
        Ok(ask) => enter(&web.app, &visit.who, visit.at, &ask).await.map(drop),
        Err(problems) => Err(Failure::Wrong(problems)),
    };
    after(&web, &visit, &account, "stop", fields, done, "stopped").await
}

/// `POST /accounts/{account}/statuses/{status}/lifts`
pub async fn post_lift(
    State(web): State<Web>,
    visit: Visit,
    Path((account, status)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let mut problems = Problems::default();
    let on = fields.past_date("on", visit.at.business_day, &mut problems);
    let (source, document) = (source(&fields, &mut problems), document(&fields, &mut problems));
    let done = match (on, source, problems.is_empty()) {
        (Some(on), Some(source), true) => {
            let ask = LiftStatus {
                account: id,
                by: status.parse()?,
                on,
                source,
                because: fields.text("because").to_string(),
                document,
                is_stay_alone: fields.text("stay") == "yes",
            };
            lift(&web.app, &visit.who, visit.at, &ask).await
        }
        _ => Err(Failure::Wrong(problems)),
    };
    after(&web, &visit, &account, "stop", fields, done, "lifted").await
}

/// Reads the form; what is wrong with it, all at once.
fn read(fields: &Fields, account: AccountId, today: Date) -> Result<EnterStatus, Problems> {
    let mut problems = Problems::default();
    let status = Status::parse(fields.text("status"));
    if status.is_none() {
        problems.0.push(("status", "is not chosen".into()));
    }
    let on = fields.past_date("on", today, &mut problems);
    let source = source(fields, &mut problems);
    let person = match fields.some("person").map(|text| text.parse()) {
        None => None,
        Some(Ok(person)) => Some(person),
        Some(Err(_)) => {
            problems.0.push(("person", "is not on this account".into()));
            None
        }
    };
    let mut day = |name: &'static str| fields.some(name).and_then(|_| fields.date(name, &mut problems));
    let [consented_on, served_from, served_until, orders_on] = ["consented_on", "served_from", "served_until", "orders_on"].map(&mut day);
    let document = document(fields, &mut problems);
    let (Some(status), Some(on), Some(source), true) = (status, on, source, problems.is_empty()) else { return Err(problems) };
    Ok(EnterStatus {
        person,
        words: fields.some("words"),
        document,
        reference: fields.some("reference"),
        channel: fields.some("channel"),
        needs: Need::ALL.iter().copied().filter(|need| fields.text(&format!("need_{}", need.code())) == "yes").collect(),
        consented_by: fields.some("consented_by"),
        consented_on,
        consented_how: fields.some("consented_how"),
        served_from,
        served_until,
        orders_on,
        ..EnterStatus::of(account, status, on, source)
    })
}

fn source(fields: &Fields, problems: &mut Problems) -> Option<Evidence> {
    let found = Evidence::parse(fields.text("source"));
    if found.is_none() {
        problems.0.push(("source", "is not chosen".into()));
    }
    found
}

/// The document that a form names, where it names one.
pub fn document(fields: &Fields, problems: &mut Problems) -> Option<DocumentId> {
    let text = fields.some("document")?;
    let found = text.parse().ok();
    if found.is_none() {
        problems.0.push(("document", "is none of this account's".into()));
    }
    found
}
