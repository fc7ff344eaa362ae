//! Cards and bank accounts that somebody let us charge: kept by the processor's token, taken back for good.

use super::adapter::{Method, Processor};
use super::store::{self, MethodRow};
use crate::app::{Actor, App, Failure, WORDS_MAX, check_length, new_uuid};
use crate::audit::kept;
use crate::{accounts, transaction};
use duly_domain::ledger::processor::looks_like_card_number;
use duly_domain::values::ids::{AccountId, ProcessorMethodId};
use duly_domain::values::moment::Moment;
use serde_json::json;

/// A card or bank account to keep.
#[derive(Clone, Debug)]
pub struct AddMethod {
    /// On which account.
    pub account: AccountId,
    /// What the processor's fields gave: a token of its own, or the fields that were filled.
    pub token: String,
    /// What they agreed to, when and how.
    pub words: String,
    /// They signed it, or authenticated it in a similar way.
    pub is_in_writing: bool,
    /// They were given a copy.
    pub copy_given: bool,
}

/// The processor, or the way to one.
pub fn processor_of(app: &App) -> Result<Processor, Failure> {
    let says = "is not configured: name a [processor] in the configuration file, and give the file with --config";
    app.processor.clone().ok_or_else(|| Failure::wrong("processor", says))
}

/// Words that somebody typed about a payment: they say something, and no number of a card.
pub fn check_words(field: &'static str, words: &str) -> Result<(), Failure> {
    if words.is_empty() {
        return Err(Failure::wrong(field, "are missing: say what they agreed to, when and how"));
    }
    check_length(field, words, WORDS_MAX)?;
    match looks_like_card_number(words) {
        true => Err(Failure::wrong(field, "hold what looks like the number of a card, which must never stand here: take it out")),
        false => Ok(()),
    }
}

/// The customer of an account at the processor: that of an earlier card, or a new one.
pub async fn customer_of(app: &App, processor: &Processor, account: AccountId) -> Result<String, Failure> {
    let known = store::list_methods(&mut app.db.read().await?, account).await?.into_iter().next();
    match known {
        Some(method) => Ok(method.customer),
        None => Ok(processor.make_customer(account).await?),
    }
}

/// Keeps a card or bank account; the same token is kept once.
pub async fn add_method(app: &App, who: &Actor, at: Moment, ask: &AddMethod) -> Result<ProcessorMethodId, Failure> {
    let processor = processor_of(app)?;
    let words = ask.words.trim();
    check_words("words", words)?;
    if looks_like_card_number(&ask.token) || ask.token.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Failure::wrong("token", "looks like a number: only tokens of the processor's own fields belong here"));
    }
    prove_open(&accounts::store::load_account(&mut app.db.read().await?, ask.account).await?.state)?;
    let method = match ask.token.starts_with("seti_") {
        true => processor.read_fields(ask.account, &ask.token).await?,
        false => given(app, &processor, ask).await?,
    };
    let customer =
        method.customer.clone().ok_or_else(|| Failure::Stale("the processor gave it to no customer: fill the fields again".into()))?;
    transaction!(app.db, tx, {
        prove_open(&accounts::store::load_account(tx, ask.account).await?.state)?;
        if let Some(known) = store::find_method_by_token(tx, &method.token).await? {
            return match (known.account == ask.account, known.revoked_at) {
                (false, _) => Err(Failure::wrong("token", "belongs to another account")),
                (true, Some(_)) => Err(Failure::wrong("token", "was revoked: have them fill the fields again")),
                (true, None) => Ok(known.id),
            };
        }
        let Method { token, kind, kind_there, brand, last_four, expires, .. } = method.clone();
        let row = MethodRow {
            id: ProcessorMethodId(new_uuid()),
            account: ask.account,
            token,
            customer: customer.clone(),
            kind: kind.code().into(),
            kind_there,
            brand,
            last_four,
            expires,
            words: words.to_string(),
            is_in_writing: ask.is_in_writing,
            copy_given: ask.copy_given,
            added_by: who.label().into(),
            added_at: at.at,
            revoked_because: None,
            revoked_at: None,
        };
        store::insert_method(tx, &row).await?;
        let detail = json!({"method": row.id.to_string(), "kind": row.kind, "brand": row.brand, "last_four": row.last_four});
        kept::record(tx, who, at.at, ask.account, "processor.method", detail, &[row.id.into()]).await?;
        Ok(row.id)
    })
}

/// A card or bank account given by its own token: it is taken to the account's customer if it has none.
async fn given(app: &App, processor: &Processor, ask: &AddMethod) -> Result<Method, Failure> {
    let known = store::find_method_by_token(&mut app.db.read().await?, &ask.token).await?;
    let customer = match known {
        Some(known) => known.customer,
        None => customer_of(app, processor, ask.account).await?,
    };
    Ok(processor.attach(&ask.token, &customer).await?)
}

fn prove_open(state: &str) -> Result<(), Failure> {
    match state {
        "open" => Ok(()),
        state => Err(Failure::wrong("account", format!("is {state}: nothing can be charged on it"))),
    }
}

/// Takes a card or bank account back: nothing is charged on it any more, here or by the processor.
pub async fn revoke_method(app: &App, who: &Actor, at: Moment, id: ProcessorMethodId, because: &str) -> Result<(), Failure> {
    let because = because.trim();
    if because.is_empty() {
        return Err(Failure::wrong("because", "is missing: say who took it back, and how"));
    }
    check_length("because", because, WORDS_MAX)?;
    if looks_like_card_number(because) {
        return Err(Failure::wrong("because", "holds what looks like the number of a card: take it out"));
    }
    let token = transaction!(app.db, tx, {
        let row = store::load_method(tx, id).await?;
        if store::update_revoked(tx, id, who.label(), because, at.at).await? {
            let detail = json!({"method": id.to_string()});
            kept::record(tx, who, at.at, row.account, "processor.revoke", detail, &[id.into()]).await?;
        }
        Ok::<_, Failure>(row.token)
    })?;
    // Here it is revoked whatever the processor says.
    if let Some(processor) = &app.processor
        && let Err(unanswered) = processor.detach(&token).await
    {
        tracing::warn!(method = %id, ?unanswered, "a card or account that was revoked stays with its customer at the processor");
    }
    Ok(())
}
