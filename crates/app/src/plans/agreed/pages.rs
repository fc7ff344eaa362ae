//! A plan goes on otherwise, from the panel of the account.

use super::revising::revise_plan;
use crate::accounts;
use crate::accounts::pages::resolve;
use crate::app::Failure;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use duly_domain::plans::revision::Revision;
use duly_domain::values::ids::PlanId;

/// `POST /accounts/{account}/plans/{plan}/revisions`
pub async fn post_revision(
    State(web): State<Web>,
    visit: Visit,
    Path((account, plan)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let plan: PlanId = plan.parse().map_err(|_| Failure::NotFound("such plan".into()))?;
    let day = fields.text("day").parse::<i8>().ok();
    let revision = match (fields.text("what"), day) {
        ("skip", _) => Some(Revision::Skip),
        ("merge", _) => Some(Revision::Merge),
        ("day", Some(day)) => Some(Revision::DueDay { day }),
        _ => None,
    };
    let done = match revision {
        Some(revision) => revise_plan(&web.app, &visit.who, visit.at, id, plan, revision, fields.text("because")).await.map(drop),
        None => Err(Failure::Stale("it was not said what is to become different, or which day of the month".into())),
    };
    // The panel stands beside the tabs: what is wrong is said above them.
    let done = match done {
        Err(Failure::Wrong(problems)) => {
            let says: Vec<String> =
                problems.0.into_iter().map(|(field, says)| if field == "form" { says } else { format!("{field} {says}") }).collect();
            Err(Failure::Stale(says.join("; ")))
        }
        done => done,
    };
    accounts::pages::after(&web, &visit, &account, "promise", Fields::default(), done, "revised").await
}
