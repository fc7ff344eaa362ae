//! Re-aging on the account: what is missing, the form of a supervisor, and what was done before.

use super::actions::{re_age, take_back, weigh};
use super::store::list_of_account;
use crate::accounts::pages::{after, back, resolve, show};
use crate::accounts::store::Account;
use crate::accounts::workspace::Unfinished;
use crate::app::{Failure, Outcome};
use crate::identity::names::Names;
use crate::store::Tx;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use duly_domain::decision::Reason;
use duly_domain::identity::{Permission, may};
use duly_domain::values::ids::{AccountId, ReAgeId};
use duly_domain::values::moment::written;
use std::collections::HashMap;

/// One re-age as it is shown.
struct ShownReAge {
    id: ReAgeId,
    says: String,
    words: String,
    back: String,
}

/// The part of the plan's panel.
#[derive(Template)]
#[template(path = "plans/re_age/panel.html")]
pub struct ReAgePanel {
    csrf: String,
    account: AccountId,
    /// What is missing; empty where it may be done.
    missing: Vec<Reason>,
    before: Vec<ShownReAge>,
    may_lead: bool,
}

impl ReAgePanel {
    /// The panel of an account with a plan, or with a re-age; nothing where there is nothing to say.
    pub async fn of(tx: &mut Tx, visit: &Visit, account: &Account, has_plan: bool) -> Result<Option<ReAgePanel>, Failure> {
        let (mut names, mut before) = (Names::default(), Vec::new());
        for row in list_of_account(tx, account.id).await? {
            let by = names.of(tx, &row.made_by).await?;
            let back = match &row.taken_back_by {
                Some(back) => format!("taken back by {}: {}", names.of(tx, back).await?, row.taken_back_because.unwrap_or_default()),
                None => String::new(),
            };
            let says = format!("Brought current on {} by {by}, after {} payments as agreed", written(row.aged_from_on), row.payments_kept);
            before.push(ShownReAge { id: row.id, says, words: row.words, back });
        }
        if before.is_empty() && !(has_plan && account.state == "open") {
            return Ok(None);
        }
        let missing = weigh(tx, account, visit.at).await?.because;
        let may_lead = may(visit.who.role, Permission::LeadFloor) && account.state == "open";
        Ok(Some(ReAgePanel { csrf: visit.csrf.clone(), account: account.id, missing, before, may_lead }))
    }
}

/// `POST /accounts/{account}/re_ages`
pub async fn post_re_age(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    match re_age(&web.app, &visit.who, visit.at, id, fields.text("because")).await {
        Ok(Outcome::Done(_)) => Ok(back(&account, "re-aged")),
        Ok(Outcome::Refused(decision)) => {
            let form = Unfinished { form: "promise", refused: Some(decision), ..Unfinished::default() };
            show(&web, &visit, &account, &HashMap::new(), form).await
        }
        Err(failure) => after::<()>(&web, &visit, &account, "promise", Fields::default(), Err(above(failure)), "").await,
    }
}

/// `POST /accounts/{account}/re_ages/{re_age}/withdrawals`
pub async fn post_withdrawal(
    State(web): State<Web>,
    visit: Visit,
    Path((account, re_age)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Failure> {
    let id = resolve(&web, &account).await?;
    let re_age: ReAgeId = re_age.parse().map_err(|_| Failure::NotFound("such re-age".into()))?;
    let fields = Fields::of(&body);
    let done = take_back(&web.app, &visit.who, visit.at, id, re_age, fields.text("because")).await.map_err(above);
    after(&web, &visit, &account, "promise", Fields::default(), done, "re-age-back").await
}

/// The panel stands beside the tabs: what is wrong is said above them.
fn above(failure: Failure) -> Failure {
    match failure {
        Failure::Wrong(problems) => {
            let says: Vec<String> = problems.0.into_iter().map(|(_, says)| format!("the reason {says}")).collect();
            Failure::Stale(says.join("; "))
        }
        failure => failure,
    }
}
