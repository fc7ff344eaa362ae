//! The tab "Card or bank": a card or bank account kept and revoked, a charge looked at and asked for, money sent back.

use super::charging::{AskCharge, charge, most, refund_charge};
use super::methods::{AddMethod, add_method, check_words, processor_of, revoke_method};
use super::panel::in_words;
use super::store;
use super::syncing::look_for;
use crate::accounts::pages::{Unfinished, currency_of, resolve, show};
use crate::app::{Failure, Outcome, Problems, new_uuid};
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::ledger::processor::State as Standing;
use duly_domain::values::ids::{AccountId, ProcessorChargeId, ProcessorMethodId};
use duly_domain::values::money::Money;
use std::collections::HashMap;

fn back(account: &str, said: &str) -> Response {
    Redirect::to(&format!("/accounts/{account}?do=card&said={said}")).into_response()
}

/// What became of a form: back to the tab when done, the form again with what stands against it.
async fn after<T>(
    web: &Web,
    visit: &Visit,
    account: &str,
    (form, fields): (&'static str, Fields),
    done: Result<T, Failure>,
    said: &str,
) -> Result<Response, Failure> {
    let problems = match done {
        Ok(_) => return Ok(back(account, said)),
        Err(Failure::Wrong(problems)) => problems,
        Err(Failure::Stale(says)) => Problems::one("form", says),
        Err(failure) => return Err(failure),
    };
    show(web, visit, account, &HashMap::new(), Unfinished { form, fields, problems, refused: None }).await
}

/// `POST /accounts/{account}/methods`: what the processor's fields gave.
pub async fn post_method(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let ask = AddMethod {
        account: resolve(&web, &account).await?,
        token: fields.text("fields").to_string(),
        words: fields.text("words").to_string(),
        is_in_writing: fields.some("in_writing").is_some(),
        copy_given: fields.some("copy_given").is_some(),
    };
    let done = add_method(&web.app, &visit.who, visit.at, &ask).await;
    after(&web, &visit, &account, ("card-method", Fields::default()), done, "method").await
}

/// `POST /accounts/{account}/methods/{method}/revocations`
pub async fn post_revocation(
    State(web): State<Web>,
    visit: Visit,
    Path((account, method)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Failure> {
    let (id, fields) = (resolve(&web, &account).await?, Fields::of(&body));
    let method: ProcessorMethodId = method.parse().map_err(|_| Failure::NotFound("such card or account".into()))?;
    if store::load_method(&mut web.app.db.read().await?, method).await?.account != id {
        return Err(Failure::NotFound("such card on this account".into()));
    }
    let done = revoke_method(&web.app, &visit.who, visit.at, method, fields.text("because")).await;
    after(&web, &visit, &account, ("card", Fields::default()), done, "revoked").await
}

#[derive(Template)]
#[template(path = "ledger/processor/asking.html")]
struct AskingPage {
    frame: Frame,
    account: AccountId,
    name: String,
    reference: String,
    amount: Money,
    method: String,
    is_single: bool,
    words: String,
    owed: Money,
    left: Money,
    hidden: Vec<(&'static str, String)>,
}

/// `POST /accounts/{account}/card_charges`: shows what would happen, and does it once that was understood.
pub async fn post_charge(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let currency = currency_of(&web, id).await?;
    let mut problems = Problems::default();
    let amount = fields.amount("amount", currency, &mut problems);
    let method = fields.text("method").parse::<ProcessorMethodId>();
    if method.is_err() {
        problems.0.push(("method", "is not chosen".into()));
    }
    if let Err(Failure::Wrong(wrong)) = check_words("words", fields.text("words")) {
        problems.0.extend(wrong.0);
    }
    let (Some(amount_minor), Ok(method), true, None) = (amount, method, problems.is_empty(), fields.some("back")) else {
        return show(&web, &visit, &account, &HashMap::new(), Unfinished { form: "card-charge", fields, problems, refused: None }).await;
    };
    let charge_id = fields.text("charge").parse().unwrap_or(ProcessorChargeId(new_uuid()));
    let is_single = fields.text("kind") != "series";
    let words = fields.text("words").to_string();
    let ask = AskCharge { id: charge_id, account: id, method, amount_minor, words, is_single };
    if fields.some("understood").is_none() {
        return match ask_first(&web, &visit, &ask).await {
            Ok(shown) => Ok(shown),
            failed => after(&web, &visit, &account, ("card-charge", fields), failed.map(drop), "").await,
        };
    }
    match charge(&web.app, &visit.who, visit.at, &ask).await {
        Ok(Outcome::Done(row)) => Ok(back(&account, said_of(&row.state))),
        Ok(Outcome::Refused(decision)) => {
            let again = Unfinished { form: "card-charge", fields, problems: Problems::default(), refused: Some(decision) };
            show(&web, &visit, &account, &HashMap::new(), again).await
        }
        Err(failure) => after::<()>(&web, &visit, &account, ("card-charge", fields), Err(failure), "").await,
    }
}

fn said_of(state: &str) -> &'static str {
    match Standing::parse(state) {
        Some(Standing::Succeeded) => "card-charged",
        Some(Standing::Failed) => "card-declined",
        _ => "card-asked",
    }
}

async fn ask_first(web: &Web, visit: &Visit, ask: &AskCharge) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let held = crate::accounts::store::load_account(&mut tx, ask.account).await?;
    let debtor = crate::parties::store::load_debtor(&mut tx, held.debtor).await?;
    let method = store::load_method(&mut tx, ask.method).await?;
    let most = most(&mut tx, visit.at, &held).await?;
    let amount = Money::of(ask.amount_minor, most.currency());
    if method.account != ask.account {
        return Err(Failure::wrong("method", "belongs to another account"));
    }
    if amount.minor() <= 0 || amount.minor() > most.minor() {
        return Err(Failure::wrong("amount", format!("must be above zero and at most {most}, which is all that may be charged now")));
    }
    let owed = held.owed()?.total()?;
    tx.rollback().await;
    crate::audit::views::record(&web.app, &visit.who, visit.at.at, ask.account, crate::audit::views::WORKSPACE).await?;
    let kind = if ask.is_single { "single" } else { "series" };
    let hidden = vec![
        ("charge", ask.id.to_string()),
        ("method", ask.method.to_string()),
        ("amount", amount.decimal()),
        ("kind", kind.to_string()),
        ("words", ask.words.clone()),
    ];
    Ok(page(&AskingPage {
        frame: Frame::of(visit, "/accounts", "Charge"),
        account: ask.account,
        name: crate::parties::name_of(debtor.name.as_deref()).to_string(),
        reference: held.reference,
        amount,
        method: in_words(&method),
        is_single: ask.is_single,
        words: ask.words.clone(),
        owed,
        left: Money::of((owed.minor() - amount.minor()).max(0), owed.currency()),
        hidden,
    }))
}

/// A charge of an account, by the words of an address.
async fn charge_of(web: &Web, account: &str, charge: &str) -> Result<store::ChargeRow, Failure> {
    let id = resolve(web, account).await?;
    let charge: ProcessorChargeId = charge.parse().map_err(|_| Failure::NotFound("such charge".into()))?;
    let row = store::load_charge(&mut web.app.db.read().await?, charge).await?;
    if row.account == id { Ok(row) } else { Err(Failure::NotFound("such charge on this account".into())) }
}

/// `POST /accounts/{account}/card_charges/{charge}/looks`: asks the processor what came of it.
pub async fn post_look(State(web): State<Web>, visit: Visit, Path((account, charge)): Path<(String, String)>) -> Result<Response, Failure> {
    let row = charge_of(&web, &account, &charge).await?;
    let done = match processor_of(&web.app) {
        Ok(processor) if row.standing()?.is_under_way() => {
            look_for(&web.app, &processor, &visit.who, visit.at, row).await.map(|(row, _)| row)
        }
        Ok(_) => Ok(row),
        Err(failure) => Err(failure),
    };
    let said = done.as_ref().map_or("", |row| said_of(&row.state));
    after(&web, &visit, &account, ("card", Fields::default()), done, said).await
}

/// `POST /accounts/{account}/card_charges/{charge}/refunds`
pub async fn post_refund(
    State(web): State<Web>,
    visit: Visit,
    Path((account, charge)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let row = charge_of(&web, &account, &charge).await?;
    let currency = currency_of(&web, row.account).await?;
    let mut problems = Problems::default();
    let done = match fields.amount("amount", currency, &mut problems) {
        Some(minor) => refund_charge(&web.app, &visit.who, visit.at, row.id, Some(minor), fields.text("because")).await,
        None => Err(Failure::Wrong(problems)),
    };
    after(&web, &visit, &account, ("card", Fields::default()), done, "card-refunded").await
}
