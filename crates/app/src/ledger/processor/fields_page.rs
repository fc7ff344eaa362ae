//! The page with the processor's own fields: its script may run here and nowhere else.
//!
//! The page stands outside the frame and says nothing of whoever owes: a script of others can read what stands beside it.

use super::adapter::MethodKind;
use super::methods::{customer_of, processor_of};
use crate::accounts::pages::resolve;
use crate::accounts::store::load_account;
use crate::app::Failure;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::{OwnPolicy, Visit};
use crate::web::shell::page;
use askama::Template;
use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::response::{IntoResponse, Response};
use duly_domain::values::ids::AccountId;

#[derive(Template)]
#[template(path = "ledger/processor/fields.html")]
struct FieldsPage {
    title: &'static str,
    csrf: String,
    account: AccountId,
    script: String,
    key: String,
    secret: String,
    kind: &'static str,
}

/// `POST /accounts/{account}/fields`: opens the processor's fields for a card or bank account.
pub async fn post_fields(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let kind = MethodKind::parse(Fields::of(&body).text("kind")).unwrap_or(MethodKind::Card);
    let id = resolve(&web, &account).await?;
    let processor = processor_of(&web.app)?;
    let state = load_account(&mut web.app.db.read().await?, id).await?.state;
    if state != "open" {
        return Err(Failure::wrong("account", format!("is {state}: nothing can be charged on it")));
    }
    let customer = customer_of(&web.app, &processor, id).await?;
    let opened = processor.open_fields(id, &customer, kind).await?;
    let shown = page(&FieldsPage {
        title: if kind == MethodKind::Card { "Add a card" } else { "Add a bank account" },
        csrf: visit.csrf,
        account: id,
        script: processor.script().to_string(),
        key: processor.publishable_key().to_string(),
        secret: opened.client_secret,
        kind: kind.code(),
    });
    let policy = HeaderValue::from_str(&policy(processor.script()))
        .map_err(|_| Failure::wrong("processor.script", "is no address such as https://js.stripe.com/v3/"))?;
    Ok((Extension(OwnPolicy(policy)), shown).into_response())
}

/// What this page may load: what every page may, and the processor's script, its fields and where they send what is typed.
fn policy(script: &str) -> String {
    let origin = script.match_indices('/').nth(2).map_or(script, |(at, _)| &script[..at]);
    let (asks, frames) = match origin {
        "https://js.stripe.com" => ("https://api.stripe.com", "https://js.stripe.com https://hooks.stripe.com"),
        origin => (origin, origin),
    };
    format!(
        "default-src 'none'; style-src 'self'; script-src 'self' {origin}; font-src 'self'; img-src 'self'; connect-src {asks}; \
         frame-src {frames}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_processors_own_places_are_opened() {
        let policy = policy("https://js.stripe.com/v3/");
        assert!(policy.contains("script-src 'self' https://js.stripe.com;") && policy.contains("connect-src https://api.stripe.com;"));
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
    }
}
