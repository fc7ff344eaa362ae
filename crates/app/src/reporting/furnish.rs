//! Accounts are told to the bureaus: decided one by one, asked of the rules, kept, and written into a Metro 2 file.
//!
//! Page by page, each in a transaction of its own: what is told of an account stands in the record before it stands in the file, and the
//! file appears whole, at the end, or not at all. Given again on the same day, what was told is told again and nothing twice.
//!
//! Read [`furnish`].

use super::deciding::{Judged, Telling, judge, keep};
use super::file::{About, Opened, Told};
pub use super::file::{Aside, Furnished, Left};
use super::record;
use super::store;
use crate::app::{Actor, App, Failure};
use crate::store::Tx;
use crate::{accounts, audit, transaction};
use duly_domain::reporting::furnishing;
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::Moment;
use serde_json::json;
use std::path::PathBuf;

/// Accounts in one transaction.
pub(super) const PAGE: i64 = 25;

/// The kinds of creditors as the K1 segment has them.
pub const CLASSIFICATIONS: [(&str, &str); 15] = [
    ("01", "Retail"),
    ("02", "Medical"),
    ("03", "Oil"),
    ("04", "Government"),
    ("05", "Services"),
    ("06", "Insurance"),
    ("07", "Education"),
    ("08", "Bank"),
    ("09", "Leasing"),
    ("10", "Utilities"),
    ("11", "Cable or cellular"),
    ("12", "Finance"),
    ("13", "Credit union"),
    ("14", "Automotive"),
    ("15", "Check guarantee"),
];

/// Who tells, and where the file goes.
#[derive(Clone, Debug)]
pub struct Furnish {
    /// The file to write; what is there already is not written over.
    pub file: PathBuf,
    /// The number under which the bureaus know us.
    pub reporter: String,
    /// Whom the file is for, as the rules are asked.
    pub bureau: String,
}

/// From now on a creditor's accounts are told; the classification is the one of the K1 segment, `01` to `15`.
pub async fn begin_creditor(app: &App, who: &Actor, at: Moment, name: &str, classification: &str) -> Result<(), Failure> {
    if !CLASSIFICATIONS.iter().any(|(code, _)| *code == classification) {
        let known: Vec<String> = CLASSIFICATIONS.iter().map(|(code, words)| format!("{} {code}", words.to_lowercase())).collect();
        return Err(Failure::wrong("classification", format!("is not 01 to 15: {}", known.join(", "))));
    }
    transaction!(app.db, tx, {
        let creditor = creditor(tx, name).await?;
        store::upsert_creditor(tx, creditor.id, classification, who.label(), at.at).await?;
        let detail = json!({"creditor": creditor.id.to_string(), "classification": classification});
        audit::record(tx, who, at.at, None, "furnish.begin", &detail).await
    })
}

/// From now on a creditor's accounts are not told; those that were are taken out with the next file.
pub async fn end_creditor(app: &App, who: &Actor, at: Moment, name: &str) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        let creditor = creditor(tx, name).await?;
        if !store::delete_creditor(tx, creditor.id).await? {
            return Err(Failure::Stale(format!("the accounts of {name} are not told to bureaus")));
        }
        audit::record(tx, who, at.at, None, "furnish.end", &json!({"creditor": creditor.id.to_string()})).await
    })
}

async fn creditor(tx: &mut Tx, name: &str) -> Result<accounts::store::Creditor, Failure> {
    let found = accounts::store::find_creditor_by_name(tx, name).await?;
    found.ok_or_else(|| Failure::wrong("creditor", format!("{name:?} is no creditor: duly import makes one")))
}

/// Tells the bureaus of every account that is to be told, as of the business day, and writes the file.
pub async fn furnish(app: &App, who: &Actor, at: Moment, ask: &Furnish) -> Result<Furnished, Failure> {
    let about = About { path: ask.file.clone(), reporter: ask.reporter.clone(), bureau: ask.bureau.clone(), because: None };
    let mut opened = Opened::begin(app, at, about).await?;
    let mut after = AccountId(uuid::Uuid::nil());
    loop {
        let turn = app.turns.take("furnish").await;
        let page = transaction!(app.db, tx, { tell_page(tx, who, at, ask, after).await })?;
        turn.ends();
        let Some(last) = page.last() else { break };
        after = last.judged.to_tell.account;
        for told in page {
            opened.take(told)?;
        }
    }
    if opened.furnished.looked_at == 0 {
        return Err(Failure::Stale("no creditor's accounts are told to bureaus: begin with duly metro2 begin --creditor NAME".into()));
    }
    opened.end(app, who, at).await
}

/// Decides, asks and keeps what is told of the accounts of a page.
async fn tell_page(tx: &mut Tx, who: &Actor, at: Moment, ask: &Furnish, after: AccountId) -> Result<Vec<Told>, Failure> {
    let to_tell = store::list_to_tell(tx, after, PAGE).await?;
    let mut page = Vec::with_capacity(to_tell.len());
    for judged in judge(tx, to_tell, at).await? {
        page.push(tell(tx, who, at, ask, judged).await?);
    }
    Ok(page)
}

async fn tell(tx: &mut Tx, who: &Actor, at: Moment, ask: &Furnish, judged: Judged) -> Result<Told, Failure> {
    let as_of = at.business_day;
    let facts = judged.facts(&judged.told, as_of)?;
    let has_moved = furnishing::has_moved(&facts);
    let person = record::who(&judged.known);
    let outcome = match (judged.rows.last().filter(|row| row.as_of == as_of).cloned(), person) {
        // What was told of this day stands.
        (Some(row), Ok(person)) => Ok((row, person)),
        (Some(_), Err(why)) => Err((why, String::new())),
        (None, person) => match furnishing::furnish(&facts, as_of).and_then(|furnishing| Ok((furnishing, person?))) {
            Err(why) => Err((why, String::new())),
            Ok((furnishing, person)) => {
                let telling = Telling { furnishing: &furnishing, corrects: None, bureau: &ask.bureau };
                keep(tx, who, at, &judged, &telling).await?.map(|row| (row, person))
            }
        },
    };
    Ok(Told { judged, has_moved, outcome })
}
