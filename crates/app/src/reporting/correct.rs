//! Between two monthly files accounts are told anew, or taken out: what was told of them is wrong, or may not stand.
//!
//! Each telling is a row that names the one it corrects; that one is never changed, and the next monthly file goes on from the new one. The
//! rules are asked as for every report. Given again on the same day with the same reason, what was told is told again and nothing twice.
//!
//! Read [`correct`].

use super::deciding::{Judged, Telling, judge, keep};
use super::file::{About, Furnished, Opened, Told};
use super::furnish::PAGE;
use super::{record, store};
use crate::app::{Actor, App, Failure, check_length};
use crate::store::{Tx, Value};
use crate::transaction;
use duly_domain::reporting::correcting::{self, Correction};
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::Moment;
use std::path::PathBuf;

/// Letters of a reason.
const BECAUSE_MAX: usize = 500;

/// Accounts in one file.
const ACCOUNTS_MAX: usize = 1_000;

/// What is told anew, and why.
#[derive(Clone, Debug)]
pub struct Correct {
    /// The file to write; what is there already is not written over.
    pub file: PathBuf,
    /// The number under which the bureaus know us.
    pub reporter: String,
    /// Whom the file is for, as the rules are asked.
    pub bureau: String,
    /// Which accounts.
    pub accounts: Vec<AccountId>,
    /// What was wrong with what was told.
    pub because: String,
    /// They are taken out; otherwise they are told as they stand today.
    pub takes_out: bool,
}

/// Tells some accounts anew as of the business day, and writes the file of them.
pub async fn correct(app: &App, who: &Actor, at: Moment, ask: &Correct) -> Result<Furnished, Failure> {
    let because = ask.because.trim().to_string();
    check_length("because", &because, BECAUSE_MAX)?;
    if because.is_empty() {
        return Err(Failure::wrong("because", "is empty: what was wrong with what was told?"));
    }
    let mut accounts = ask.accounts.clone();
    accounts.sort();
    accounts.dedup();
    if accounts.is_empty() {
        return Err(Failure::wrong("account", "is missing: which accounts are told anew?"));
    }
    if accounts.len() > ACCOUNTS_MAX {
        return Err(Failure::wrong("account", format!("is named {} times: a file holds {ACCOUNTS_MAX}", accounts.len())));
    }
    let about =
        About { path: ask.file.clone(), reporter: ask.reporter.clone(), bureau: ask.bureau.clone(), because: Some(because.clone()) };
    let mut opened = Opened::begin(app, at, about).await?;
    for some in accounts.chunks(usize::try_from(PAGE).unwrap_or(1)) {
        let turn = app.turns.take("furnish").await;
        let page = transaction!(app.db, tx, { correct_page(tx, who, at, ask, &because, some).await })?;
        turn.ends();
        for told in page {
            opened.take(told)?;
        }
    }
    if opened.furnished.told.is_empty() {
        let each = opened.furnished.named.iter().map(|left| {
            let says = if left.says.is_empty() { left.why.to_string() } else { left.says.clone() };
            format!("{}: {says}", left.reference)
        });
        return Err(Failure::Stale(format!("nothing is told anew, and no file was written: {}", each.collect::<Vec<_>>().join("; "))));
    }
    opened.end(app, who, at).await
}

async fn correct_page(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    ask: &Correct,
    because: &str,
    accounts: &[AccountId],
) -> Result<Vec<Told>, Failure> {
    let keys: Vec<Value> = accounts.iter().map(|id| Value::from(*id)).collect();
    let found = store::list_some(tx, &keys).await?;
    if let Some(missing) = accounts.iter().find(|id| !found.iter().any(|one| one.account == **id)) {
        return Err(Failure::NotFound(format!("account {missing}")));
    }
    let mut page = Vec::with_capacity(found.len());
    for judged in judge(tx, found, at).await? {
        page.push(tell(tx, who, at, ask, because, judged).await?);
    }
    Ok(page)
}

async fn tell(tx: &mut Tx, who: &Actor, at: Moment, ask: &Correct, because: &str, judged: Judged) -> Result<Told, Failure> {
    let as_of = at.business_day;
    let how = if ask.takes_out { Correction::TakeOut { is_fraud: judged.is_fraud() } } else { Correction::AsItStands };
    let person = match record::who(&judged.known) {
        Ok(person) => person,
        Err(why) => return Ok(Told { judged, has_moved: false, outcome: Err((why, String::new())) }),
    };
    // What was corrected today for the same reason, and would be told the same way, stands.
    let (last, before) = (judged.rows.last(), judged.told.split_last());
    if let (Some(row), Some((told, before))) = (last, before)
        && row.as_of == as_of
        && row.because.as_deref() == Some(because)
        && correcting::correct(&judged.facts(before, as_of)?, how, as_of).is_ok_and(|now| told.says(&now))
    {
        let outcome = Ok((row.clone(), person));
        return Ok(Told { judged, has_moved: false, outcome });
    }
    let outcome = match (correcting::correct(&judged.facts(&judged.told, as_of)?, how, as_of), last) {
        (Ok(furnishing), Some(row)) => {
            let telling = Telling { furnishing: &furnishing, corrects: Some((row.id, because)), bureau: &ask.bureau };
            keep(tx, who, at, &judged, &telling).await?.map(|row| (row, person))
        }
        (Ok(_), None) => Err((duly_domain::reporting::furnishing::LeftOut::NothingTold, String::new())),
        (Err(why), _) => Err((why, String::new())),
    };
    Ok(Told { judged, has_moved: false, outcome })
}
