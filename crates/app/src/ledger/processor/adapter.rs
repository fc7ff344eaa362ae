//! The processor as the rest of the room asks it: by what we want, whoever it is.
//!
//! Its secrets come from a file or the environment, are held in memory alone and print as dots.
//!
//! | asked | comes to |
//! |---|---|
//! | answered | what it says |
//! | [`Unanswered::Declined`] | it says no, and why: nothing was taken |
//! | [`Unanswered::Unknown`] | nobody knows whether it was done: ask again with the same key |

use super::http::Address;
use super::stripe;
use crate::app::Failure;
use duly_domain::ledger::processor::{SignatureError, Told, verify};
use duly_domain::values::ids::{AccountId, ProcessorChargeId};
use jiff::Timestamp;
use std::fmt;
use std::sync::Arc;

/// What the configuration says of the processor: where its secrets are, never the secrets.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessorPlaces {
    /// Where its secret key is: `env:NAME` or `file:PATH`.
    pub secret_key: String,
    /// Where the secret is that signs its messages.
    pub webhook_secret: String,
    /// The key that its fields in the browser are opened with, which is no secret.
    pub publishable_key: String,
    /// Where it answers, if it is not Stripe itself.
    pub api: Option<String>,
    /// Where its script for the fields comes from.
    pub script: Option<String>,
}

/// A secret: it is in memory, and nowhere else.
#[derive(Clone)]
pub(super) struct Secret(String);

impl Secret {
    /// Reads a secret where the configuration says it is.
    fn read(field: &'static str, place: &str) -> Result<Secret, Failure> {
        let text = match place.split_once(':') {
            Some(("env", name)) => {
                std::env::var(name).map_err(|_| Failure::wrong(field, format!("is not in the environment as {name}")))?
            }
            Some(("file", path)) => {
                std::fs::read_to_string(path).map_err(|error| Failure::wrong(field, format!("{path} cannot be read: {error}")))?
            }
            // What stands there may be the secret itself: it is not repeated.
            _ => return Err(Failure::wrong(field, "is neither env:NAME nor file:PATH: the secret itself does not belong there")),
        };
        match text.trim() {
            "" => Err(Failure::wrong(field, "is empty where the configuration says it is")),
            text => Ok(Secret(text.to_string())),
        }
    }

    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("•••")
    }
}

/// Which processor it is.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Stripe,
}

/// A processor, ready to be asked. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Processor(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    address: Address,
    script: String,
    publishable_key: String,
    secret_key: Secret,
    webhook_secret: Secret,
}

/// Why there is no answer to go by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// It says no, in its own words.
    Declined(String),
    /// Nobody knows whether it was done.
    Unknown(String),
}

impl From<Unanswered> for Failure {
    fn from(unanswered: Unanswered) -> Failure {
        match unanswered {
            Unanswered::Declined(says) => Failure::Stale(format!("the processor says no: {says}")),
            Unanswered::Unknown(says) => Failure::Stale(format!("the processor cannot be asked now: {says}")),
        }
    }
}

/// What may be charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MethodKind {
    /// A card.
    Card,
    /// An account at a bank.
    Bank,
}

impl MethodKind {
    /// The code in the database.
    pub const fn code(self) -> &'static str {
        match self {
            MethodKind::Card => "card",
            MethodKind::Bank => "bank",
        }
    }

    /// By its code.
    pub fn parse(code: &str) -> Option<MethodKind> {
        [MethodKind::Card, MethodKind::Bank].into_iter().find(|kind| kind.code() == code)
    }
}

/// A card or account, as the processor tells of it.
#[derive(Clone, Debug)]
pub struct Method {
    /// What it knows it by.
    pub token: String,
    /// To which customer it belongs there.
    pub customer: Option<String>,
    /// What it is.
    pub kind: MethodKind,
    /// The same in its own word.
    pub kind_there: String,
    /// The brand of the card, or the bank.
    pub brand: String,
    /// The last four digits.
    pub last_four: String,
    /// Year and month of its end.
    pub expires: Option<String>,
}

/// What is known of a charge by one answer or message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Our charge, where it carries our mark.
    pub ours: Option<ProcessorChargeId>,
    /// What the processor knows what was wanted by.
    pub intent: Option<String>,
    /// What it knows the money taken by.
    pub charge: Option<String>,
    /// How much, where it is said.
    pub amount_minor: Option<i64>,
    /// In which currency, in capitals.
    pub currency: Option<String>,
    /// When the money was taken, in seconds.
    pub taken_at: Option<i64>,
    /// Why it came to nothing.
    pub failure: String,
    /// What was so, and when.
    pub told: Told,
}

/// One message.
#[derive(Clone, Debug)]
pub struct Message {
    /// What it is known by.
    pub event: String,
    /// What it is about.
    pub kind: String,
    /// What it tells of a charge; nothing where it is about something else.
    pub reading: Option<Reading>,
    /// When it was written, in seconds.
    pub at: i64,
}

/// What is wanted of a charge.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'w> {
    /// Our charge: its id is the key by which asking twice is asking once.
    pub id: ProcessorChargeId,
    /// The account, for whoever reads the processor's own pages.
    pub account: AccountId,
    /// The customer there.
    pub customer: &'w str,
    /// The card or account.
    pub method: &'w str,
    /// Its kind in the processor's word.
    pub kind_there: &'w str,
    /// How much.
    pub amount_minor: i64,
    /// In which currency.
    pub currency: &'w str,
}

/// The fields of the processor for one account, open to be filled.
#[derive(Clone, Debug)]
pub struct OpenFields {
    /// What lets the browser fill them.
    pub client_secret: String,
}

impl Processor {
    /// Reads the secrets where the configuration says they are.
    pub fn open(places: &ProcessorPlaces) -> Result<Processor, Failure> {
        let script = places.script.clone().unwrap_or_else(|| "https://js.stripe.com/v3/".into());
        let is_plain = script.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":/._-".contains(&byte));
        if !is_plain || !(script.starts_with("https://") || script.starts_with("http://127.0.0.1:")) {
            return Err(Failure::wrong("processor.script", "is no address such as https://js.stripe.com/v3/"));
        }
        if !places.publishable_key.starts_with("pk_") {
            return Err(Failure::wrong("processor.publishable_key", "does not begin with pk_: a secret key does not belong there"));
        }
        Ok(Processor(Arc::new(Inner {
            kind: Kind::Stripe,
            address: Address::parse(places.api.as_deref().unwrap_or("https://api.stripe.com"))?,
            script,
            publishable_key: places.publishable_key.clone(),
            secret_key: Secret::read("processor.secret_key", &places.secret_key)?,
            webhook_secret: Secret::read("processor.webhook_secret", &places.webhook_secret)?,
        })))
    }

    /// Where the script of its fields comes from.
    pub fn script(&self) -> &str {
        &self.0.script
    }

    /// What its fields are opened with.
    pub fn publishable_key(&self) -> &str {
        &self.0.publishable_key
    }

    fn stripe(&self) -> stripe::Stripe<'_> {
        match self.0.kind {
            Kind::Stripe => stripe::Stripe { address: &self.0.address, key: &self.0.secret_key },
        }
    }

    /// Makes a customer for an account, who has no name there.
    pub async fn make_customer(&self, account: AccountId) -> Result<String, Unanswered> {
        self.stripe().make_customer(account).await
    }

    /// Opens its fields for a customer of an account.
    pub async fn open_fields(&self, account: AccountId, customer: &str, kind: MethodKind) -> Result<OpenFields, Unanswered> {
        self.stripe().open_fields(account, customer, kind).await
    }

    /// What was typed into fields that were opened for an account.
    pub async fn read_fields(&self, account: AccountId, fields: &str) -> Result<Method, Unanswered> {
        self.stripe().read_fields(account, fields).await
    }

    /// Reads a card or account.
    pub async fn read_method(&self, token: &str) -> Result<Method, Unanswered> {
        self.stripe().read_method(token).await
    }

    /// Gives a card or account to a customer.
    pub async fn attach(&self, token: &str, customer: &str) -> Result<Method, Unanswered> {
        self.stripe().attach(token, customer).await
    }

    /// Takes a card or account from its customer, so that nobody can charge it again.
    pub async fn detach(&self, token: &str) -> Result<(), Unanswered> {
        self.stripe().detach(token).await
    }

    /// Asks for a charge; asked twice for the same, it is one.
    pub async fn charge(&self, wanted: Wanted<'_>) -> Result<Reading, Unanswered> {
        self.stripe().charge(wanted).await
    }

    /// Reads how a charge stands.
    pub async fn read(&self, intent: &str) -> Result<Reading, Unanswered> {
        self.stripe().read(intent).await
    }

    /// Sends money back. The key makes asking twice asking once.
    pub async fn refund(&self, intent: &str, amount_minor: i64, key: &str) -> Result<(), Unanswered> {
        self.stripe().refund(intent, amount_minor, key).await
    }

    /// A page of charges made after a moment, the newest first, of one customer or all; what to go on after, if there are more.
    pub async fn list(
        &self,
        since: Timestamp,
        customer: Option<&str>,
        after: Option<&str>,
    ) -> Result<(Vec<Reading>, Option<String>), Unanswered> {
        self.stripe().list(since, customer, after).await
    }

    /// Proves a message and reads it.
    pub fn message(&self, signature: &str, body: &[u8], now: Timestamp) -> Result<Message, SignatureError> {
        verify(signature, body, self.0.webhook_secret.expose().as_bytes(), now.as_second())?;
        stripe::message(body).ok_or(SignatureError::Unreadable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_read_where_they_are_and_never_shown() {
        let file = std::env::temp_dir().join(format!("duly-key-{}", std::process::id()));
        std::fs::write(&file, "sk_test_very_secret\n").expect("the temporary folder can be written");
        let place = format!("file:{}", file.display());
        let places = |secret_key: &str, publishable_key: &str| ProcessorPlaces {
            secret_key: secret_key.into(),
            webhook_secret: place.clone(),
            publishable_key: publishable_key.into(),
            api: None,
            script: None,
        };
        let processor = Processor::open(&places(&place, "pk_test_1")).expect("the secrets are there");
        assert!(!format!("{processor:?}").contains("very_secret"), "{processor:?}");
        assert_eq!(processor.0.secret_key.expose(), "sk_test_very_secret");
        let says = |places: ProcessorPlaces| Processor::open(&places).expect_err("it is wrong").to_string();
        assert!(!says(places("sk_test_very_secret", "pk_test_1")).contains("very_secret"));
        assert!(!says(places(&place, "sk_test_very_secret")).contains("very_secret"));
        assert!(says(places("env:DULY_NOT_THERE", "pk_1")).ends_with("is not in the environment as DULY_NOT_THERE"));
        std::fs::remove_file(&file).expect("it was written");
    }
}
