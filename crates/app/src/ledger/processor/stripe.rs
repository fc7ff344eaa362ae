//! Stripe's words: what is sent to it, and what it answers and tells, brought to ours.
//!
//! Of what it says only what is used is read. A customer has no name there and a charge no words about the debt: whoever reads the
//! processor's pages sees our ids.

use super::adapter::{Message, Method, MethodKind, OpenFields, Reading, Secret, Unanswered, Wanted};
use super::http::{Address, Answer, Sent, form};
use crate::app::new_uuid;
use duly_domain::ledger::processor::{Dispute, Progress, Told};
use duly_domain::values::ids::AccountId;
use jiff::Timestamp;
use serde_json::Value as Json;

/// Our mark on a charge.
const MARK: &str = "duly_charge";
/// Our mark on what belongs to an account.
const ACCOUNT: &str = "duly_account";
/// Charges on a page of a list.
const PAGE: &str = "100";
/// Words of the processor that are kept at the most.
const WORDS: usize = 300;

/// Stripe, asked with a key.
pub(super) struct Stripe<'p> {
    pub(super) address: &'p Address,
    pub(super) key: &'p Secret,
}

impl Stripe<'_> {
    pub(super) async fn make_customer(&self, account: AccountId) -> Result<String, Unanswered> {
        let account = account.to_string();
        let mark = format!("metadata[{ACCOUNT}]");
        let (json, _) = self.post("/v1/customers", &[(mark.as_str(), account.as_str())], format!("customer-{account}")).await?;
        id_of(&json["id"]).ok_or_else(unreadable)
    }

    pub(super) async fn open_fields(&self, account: AccountId, customer: &str, kind: MethodKind) -> Result<OpenFields, Unanswered> {
        let (account, mark) = (account.to_string(), format!("metadata[{ACCOUNT}]"));
        let kind = match kind {
            MethodKind::Card => "card",
            MethodKind::Bank => "us_bank_account",
        };
        let pairs = [("customer", customer), ("usage", "off_session"), ("payment_method_types[]", kind), (&mark, &account)];
        // Nothing is taken by it: asked for again, there are two of which one is filled.
        let (json, _) = self.post("/v1/setup_intents", &pairs, new_uuid().simple().to_string()).await?;
        let client_secret = json["client_secret"].as_str().map(String::from).ok_or_else(unreadable)?;
        Ok(OpenFields { client_secret })
    }

    pub(super) async fn read_fields(&self, account: AccountId, fields: &str) -> Result<Method, Unanswered> {
        let (json, _) = self.get(&format!("/v1/setup_intents/{}", plain(fields)?)).await?;
        if json["metadata"][ACCOUNT].as_str() != Some(account.to_string().as_str()) {
            return Err(Unanswered::Declined("these fields were opened for another account".into()));
        }
        if json["status"].as_str() != Some("succeeded") {
            return Err(Unanswered::Declined("the fields were not filled to their end".into()));
        }
        let method = id_of(&json["payment_method"]).ok_or_else(unreadable)?;
        let customer = id_of(&json["customer"]).ok_or_else(unreadable)?;
        let method = self.read_method(&method).await?;
        match &method.customer {
            Some(_) => Ok(method),
            None => self.attach(&method.token, &customer).await,
        }
    }

    pub(super) async fn read_method(&self, token: &str) -> Result<Method, Unanswered> {
        let (json, _) = self.get(&format!("/v1/payment_methods/{}", plain(token)?)).await?;
        method(&json)
    }

    pub(super) async fn attach(&self, token: &str, customer: &str) -> Result<Method, Unanswered> {
        let path = format!("/v1/payment_methods/{}/attach", plain(token)?);
        let (json, _) = self.post(&path, &[("customer", customer)], format!("attach-{token}-{customer}")).await?;
        method(&json)
    }

    pub(super) async fn detach(&self, token: &str) -> Result<(), Unanswered> {
        let path = format!("/v1/payment_methods/{}/detach", plain(token)?);
        self.post(&path, &[], format!("detach-{token}")).await.map(drop)
    }

    pub(super) async fn charge(&self, wanted: Wanted<'_>) -> Result<Reading, Unanswered> {
        let Wanted { id, account, customer, method, kind_there, amount_minor, currency } = wanted;
        let (amount, currency, id, account) = (amount_minor.to_string(), currency.to_lowercase(), id.to_string(), account.to_string());
        let (mark, of_account) = (format!("metadata[{MARK}]"), format!("metadata[{ACCOUNT}]"));
        let pairs = [
            ("amount", amount.as_str()),
            ("currency", &currency),
            ("customer", customer),
            ("payment_method", method),
            ("payment_method_types[]", kind_there),
            ("confirm", "true"),
            ("off_session", "true"),
            ("expand[]", "latest_charge"),
            (&mark, &id),
            (&of_account, &account),
        ];
        let (json, at) = self.post("/v1/payment_intents", &pairs, id.clone()).await?;
        intent(&json, at).ok_or_else(unreadable)
    }

    pub(super) async fn read(&self, id: &str) -> Result<Reading, Unanswered> {
        let (json, at) = self.get(&format!("/v1/payment_intents/{}?{}", plain(id)?, form(&[("expand[]", "latest_charge")]))).await?;
        let mut reading = intent(&json, at).ok_or_else(unreadable)?;
        if json["latest_charge"]["disputed"].as_bool() == Some(true) {
            reading.told.dispute = self.dispute_of(&reading).await?;
        }
        Ok(reading)
    }

    pub(super) async fn refund(&self, intent: &str, amount_minor: i64, key: &str) -> Result<(), Unanswered> {
        let amount = amount_minor.to_string();
        self.post("/v1/refunds", &[("payment_intent", intent), ("amount", &amount)], key.to_string()).await.map(drop)
    }

    pub(super) async fn list(
        &self,
        since: Timestamp,
        customer: Option<&str>,
        after: Option<&str>,
    ) -> Result<(Vec<Reading>, Option<String>), Unanswered> {
        let since = since.as_second().saturating_sub(1).to_string();
        let mut pairs = vec![("limit", PAGE), ("created[gt]", since.as_str())];
        pairs.extend(customer.map(|customer| ("customer", customer)));
        pairs.extend(after.map(|after| ("starting_after", after)));
        let (json, at) = self.get(&format!("/v1/charges?{}", form(&pairs))).await?;
        let rows = json["data"].as_array().ok_or_else(unreadable)?;
        let mut readings = Vec::with_capacity(rows.len());
        for row in rows {
            let mut reading = charge(row, at).ok_or_else(unreadable)?;
            if row["disputed"].as_bool() == Some(true) {
                reading.told.dispute = self.dispute_of(&reading).await?;
            }
            readings.push(reading);
        }
        let last = rows.last().and_then(|row| id_of(&row["id"]));
        Ok((readings, last.filter(|_| json["has_more"].as_bool() == Some(true))))
    }

    async fn dispute_of(&self, reading: &Reading) -> Result<Option<(Dispute, i64)>, Unanswered> {
        let Some(charge) = &reading.charge else { return Ok(None) };
        let (json, _) = self.get(&format!("/v1/disputes?{}", form(&[("charge", charge), ("limit", "1")]))).await?;
        Ok(json["data"].get(0).and_then(dispute))
    }

    async fn get(&self, path: &str) -> Result<(Json, Option<i64>), Unanswered> {
        self.ask(path, None).await
    }

    async fn post(&self, path: &str, pairs: &[(&str, &str)], key: String) -> Result<(Json, Option<i64>), Unanswered> {
        self.ask(path, Some(Sent { form: form(pairs), key })).await
    }

    async fn ask(&self, path: &str, sent: Option<Sent>) -> Result<(Json, Option<i64>), Unanswered> {
        let Answer { status, body, at } = self.address.ask(path, self.key.expose(), sent.as_ref()).await.map_err(Unanswered::Unknown)?;
        let json: Json = serde_json::from_slice(&body).unwrap_or_default();
        let at = at.map(Timestamp::as_second);
        match status {
            200..=299 => Ok((json, at)),
            // Another request with the same key runs, we ask too often, or it has trouble of its own: nobody knows what came of it.
            409 | 429 | 500.. => Err(Unanswered::Unknown(format!("it answered {status}"))),
            // The same key was used for something else: what it was used for may have been done.
            400 if json["error"]["type"].as_str() == Some("idempotency_error") => {
                Err(Unanswered::Unknown("it knows this charge by other terms".into()))
            }
            401 | 403 => Err(Unanswered::Declined("it does not take our secret key".into())),
            _ => {
                let error = &json["error"];
                let says = error["message"].as_str().or(error["code"].as_str()).map(shown);
                Err(Unanswered::Declined(says.unwrap_or_else(|| format!("it answered {status}"))))
            }
        }
    }
}

fn unreadable() -> Unanswered {
    Unanswered::Unknown("its answer could not be read".into())
}

/// An id as part of an address.
fn plain(id: &str) -> Result<&str, Unanswered> {
    let is_plain = !id.is_empty() && id.len() <= 255 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_plain.then_some(id).ok_or_else(|| Unanswered::Declined("this is no token of the processor".into()))
}

/// Words of the processor as they are kept: on one line, not too long.
fn shown(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(WORDS).collect()
}

/// An id, given bare or with its object.
fn id_of(json: &Json) -> Option<String> {
    let id = json.as_str().or(json["id"].as_str())?;
    plain(id).ok().map(String::from)
}

fn method(json: &Json) -> Result<Method, Unanswered> {
    let kind_there = json["type"].as_str().unwrap_or_default().to_string();
    let (kind, of) = match kind_there.as_str() {
        "card" => (MethodKind::Card, &json["card"]),
        "us_bank_account" | "sepa_debit" => (MethodKind::Bank, &json[kind_there.as_str()]),
        _ => return Err(Unanswered::Declined("this is neither a card nor an account at a bank".into())),
    };
    let last_four = of["last4"].as_str().unwrap_or_default();
    if last_four.len() != 4 || !last_four.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(unreadable());
    }
    let expires = match (of["exp_year"].as_i64(), of["exp_month"].as_i64()) {
        (Some(year @ 1..=9_999), Some(month @ 1..=12)) => Some(format!("{year:04}-{month:02}")),
        _ => None,
    };
    let brand = of["brand"].as_str().or(of["bank_name"].as_str()).unwrap_or(if kind == MethodKind::Card { "card" } else { "bank" });
    // A name of letters: no number of an account can stand in it.
    let brand = brand.chars().filter(|letter| letter.is_alphabetic() || *letter == ' ').take(60).collect();
    Ok(Method {
        token: id_of(&json["id"]).ok_or_else(unreadable)?,
        customer: id_of(&json["customer"]),
        kind,
        kind_there,
        brand,
        last_four: last_four.into(),
        expires,
    })
}

/// What an intent tells as of a moment; where none is said, as of its making, which everything else comes after.
fn intent(json: &Json, at: Option<i64>) -> Option<Reading> {
    let at = at.or(json["created"].as_i64())?;
    let charge = &json["latest_charge"];
    let error = &json["last_payment_error"];
    let failure = error["message"].as_str().or(error["code"].as_str()).map(shown).unwrap_or_default();
    let (progress, failure) = match json["status"].as_str()? {
        "succeeded" => (Some(Progress::Succeeded), String::new()),
        "processing" => (Some(Progress::Pending), String::new()),
        "canceled" => (Some(Progress::Failed), "it was canceled at the processor".into()),
        "requires_action" => (Some(Progress::Failed), "their bank wants them to confirm it themselves".into()),
        "requires_payment_method" if !failure.is_empty() => (Some(Progress::Failed), failure),
        _ => (None, String::new()),
    };
    Some(Reading {
        ours: json["metadata"][MARK].as_str().and_then(|id| id.parse().ok()),
        intent: Some(id_of(&json["id"])?),
        charge: id_of(charge),
        amount_minor: Some(json["amount"].as_i64()?),
        currency: Some(json["currency"].as_str()?.to_uppercase()),
        taken_at: charge["created"].as_i64().or(json["created"].as_i64()),
        failure,
        told: Told { at, progress, refunded_minor: charge["amount_refunded"].as_i64(), dispute: None },
    })
}

/// What a charge tells.
fn charge(json: &Json, at: Option<i64>) -> Option<Reading> {
    let at = at.or(json["created"].as_i64())?;
    let progress = match json["status"].as_str()? {
        // What is only reserved is not taken.
        "succeeded" if json["captured"].as_bool() != Some(false) => Some(Progress::Succeeded),
        "pending" => Some(Progress::Pending),
        "failed" => Some(Progress::Failed),
        _ => None,
    };
    let failure = json["failure_message"].as_str().or(json["failure_code"].as_str()).map(shown).unwrap_or_default();
    Some(Reading {
        ours: json["metadata"][MARK].as_str().and_then(|id| id.parse().ok()),
        intent: id_of(&json["payment_intent"]),
        charge: Some(id_of(&json["id"])?),
        amount_minor: Some(json["amount"].as_i64()?),
        currency: Some(json["currency"].as_str()?.to_uppercase()),
        taken_at: json["created"].as_i64(),
        failure,
        told: Told { at, progress, refunded_minor: json["amount_refunded"].as_i64(), dispute: None },
    })
}

/// How a dispute stands, and how much it is about; nothing for a mere question of the bank, which takes no money back.
fn dispute(json: &Json) -> Option<(Dispute, i64)> {
    let dispute = match json["status"].as_str()? {
        "needs_response" | "under_review" => Dispute::Open,
        "won" => Dispute::Won,
        "lost" => Dispute::Lost,
        _ => return None,
    };
    Some((dispute, json["amount"].as_i64()?))
}

/// Reads a message that was proved.
pub(super) fn message(body: &[u8]) -> Option<Message> {
    let json: Json = serde_json::from_slice(body).ok()?;
    let (event, kind, at) = (id_of(&json["id"])?, shown(json["type"].as_str()?), json["created"].as_i64()?);
    let object = &json["data"]["object"];
    let reading = match object["object"].as_str() {
        Some("payment_intent") => intent(object, Some(at)),
        Some("charge") => charge(object, Some(at)),
        Some("dispute") => dispute(object).map(|told| Reading {
            intent: id_of(&object["payment_intent"]),
            charge: id_of(&object["charge"]),
            told: Told { at, dispute: Some(told), ..Told::default() },
            ..Reading::default()
        }),
        _ => None,
    };
    Some(Message { event, kind, reading, at })
}
