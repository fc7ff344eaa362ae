//! Masked values: who sees what in full, and *Show*, which asks for a reason, records it, and reveals one value once.
//!
//! E-mail addresses and dates of birth are masked for everybody. Numbers and postal addresses are plain for those who dial
//! and write to them, and masked for the others. The value itself is never recorded.

use super::store::{self, Point};
use crate::app::{Actor, App, Failure, Problems};
use crate::{accounts, audit, transaction};
use duly_domain::values::ids::{AccountId, PointId};
use duly_domain::values::moment::{Moment, written};
use duly_domain::values::point::{EmailAddress, MASK, Phone};
use serde_json::{Value as Json, json};

/// Why somebody may want to see a value, with the words on screens.
pub const REASONS: [(&str, &str); 6] = [
    ("identity", "To make sure who it is"),
    ("reach", "To reach them as they asked"),
    ("correction", "To correct the record"),
    ("complaint", "A dispute or complaint"),
    ("inspection", "An audit or inspection"),
    ("other", "Another reason, in words"),
];

/// What stands for a person's date of birth among the things that can be shown.
pub const DATE_OF_BIRTH: &str = "date_of_birth";

/// The act in the account's chain.
pub const SHOWN: &str = "value.show";

/// What somebody asks to see, and why.
pub struct AskToSee {
    /// A point's id, or [`DATE_OF_BIRTH`].
    pub what: String,
    /// One of [`REASONS`].
    pub reason: String,
    /// More about it; needed for `other`.
    pub words: Option<String>,
}

/// A value in full, for one page.
pub struct Revealed {
    /// What was asked for.
    pub what: String,
    /// The value.
    pub value: String,
}

/// Records why somebody sees a value, and gives it.
pub async fn reveal(app: &App, who: &Actor, at: Moment, account: AccountId, ask: &AskToSee) -> Result<Revealed, Failure> {
    let mut problems = Problems::default();
    if !REASONS.iter().any(|(code, _)| *code == ask.reason) {
        problems.0.push(("why", "is not one of the list".into()));
    }
    if ask.reason == "other" && ask.words.is_none() {
        problems.0.push(("words", "are missing".into()));
    }
    if !problems.is_empty() {
        return Err(Failure::Wrong(problems));
    }
    transaction!(app.db, tx, {
        let debtor = accounts::store::load_account(tx, account).await?.debtor;
        let (kind, value) = if ask.what == DATE_OF_BIRTH {
            let born = store::list_debtors(tx, &[debtor.into()]).await?.pop().and_then(|debtor| debtor.date_of_birth);
            (DATE_OF_BIRTH.to_string(), born.map(written))
        } else {
            let id: Option<PointId> = ask.what.parse().ok();
            let point = store::list_points(tx, debtor).await?.into_iter().find(|point| Some(point.id) == id);
            (point.as_ref().map(|point| point.kind.clone()).unwrap_or_default(), point.map(|point| plain(&point)))
        };
        let value = value.ok_or_else(|| Failure::wrong("what", "is not on file for this person"))?;
        let point = Some(&ask.what).filter(|what| *what != DATE_OF_BIRTH);
        let detail = json!({"what": kind, "point": point, "reason": ask.reason, "words": ask.words});
        audit::record(tx, who, at.at, Some(account), SHOWN, &detail).await?;
        Ok(Revealed { what: ask.what.clone(), value })
    })
}

/// An entry of a shown value in words: what was shown, and why.
pub fn in_words(detail: &str) -> (String, String) {
    let detail: Json = serde_json::from_str(detail).unwrap_or_default();
    let text = |name: &str| detail[name].as_str().unwrap_or_default();
    let what = match text("what") {
        "phone" => "telephone number shown",
        "email" => "e-mail address shown",
        "address" => "address shown",
        DATE_OF_BIRTH => "date of birth shown",
        _ => "masked value shown",
    };
    let reason = REASONS.iter().find(|(code, _)| *code == text("reason")).map_or_else(|| text("reason"), |(_, words)| *words);
    let because = if text("words").is_empty() { reason.to_string() } else { format!("{reason}: {}", text("words")) };
    (what.into(), because)
}

/// A point in full, as people write it.
pub fn plain(point: &Point) -> String {
    match point.kind.as_str() {
        "phone" => Phone::parse(&point.value).map_or_else(|_| point.value.clone(), |phone| phone.to_string()),
        _ => point.value.clone(),
    }
}

/// A number or address that somebody typed, as it is shown: never whole.
pub fn masked(typed: &str) -> String {
    match (Phone::parse(typed), EmailAddress::parse(typed)) {
        (Ok(phone), _) => phone.masked(),
        (_, Ok(email)) => email.masked(),
        _ => MASK.into(),
    }
}

/// A point as it is shown, and whether something of it is hidden.
pub fn shown(point: &Point, sees_numbers: bool) -> (String, bool) {
    match point.kind.as_str() {
        "email" => (EmailAddress::parse(&point.value).map_or_else(|_| MASK.into(), |email| email.masked()), true),
        _ if sees_numbers => (plain(point), false),
        "phone" => (Phone::parse(&point.value).map_or_else(|_| MASK.into(), |phone| phone.masked()), true),
        _ => (format!("{MASK} {}", point.zip.as_deref().unwrap_or_default()).trim_end().to_string(), true),
    }
}
