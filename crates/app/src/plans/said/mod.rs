//! Notes that seem to promise what only the negotiation desk can grant.
//!
//! A note is read when it is written, in its own transaction: what it seems to promise stands beside the account until a supervisor has
//! looked at it and said what came of it. The note itself stays as it was written; it grants nothing.
//!
//! Read [`look`].

pub mod pages;
pub mod store;

use crate::app::{Actor, App, Failure, Problems, WORDS_MAX, check_length, new_uuid};
use crate::audit::kept;
use crate::store::Tx;
use crate::transaction;
use duly_domain::plans::said::{FlagOutcome, Granted, find};
use duly_domain::values::ids::{AccountId, ContactId, NoteFlagId, NoteId};
use duly_domain::values::moment::Moment;
use serde_json::json;
use store::NoteFlag;

/// Where the words stand.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// In a note.
    Note(NoteId),
    /// With the result of a contact.
    Contact(ContactId),
}

/// Reads what somebody wrote about an account; what it seems to promise. What was agreed or granted there is spoken of, not promised.
pub async fn look(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId, place: Place, note: &str) -> Result<Vec<Granted>, Failure> {
    let said = find(note);
    if said.is_empty() || store::count_granted(tx, account, at.at).await? > 0 {
        return Ok(Vec::new());
    }
    let (note_id, contact) = match place {
        Place::Note(note) => (Some(note), None),
        Place::Contact(contact) => (None, Some(contact)),
    };
    let mut rows = Vec::with_capacity(said.len());
    for one in &said {
        let id = NoteFlagId(new_uuid());
        store::insert_flag(tx, id, account, (note_id, contact), one.granted, &note[one.span.clone()], (who.label(), who.id), at.at).await?;
        rows.push(id.into());
    }
    let granted: Vec<&str> = said.iter().map(|one| one.granted.code()).collect();
    kept::record(tx, who, at.at, account, "note.flag", json!({ "granted": granted }), &rows).await?;
    Ok(said.into_iter().map(|one| one.granted).collect())
}

/// What a supervisor found when they looked at a flag. Nobody looks at what they wrote themselves.
pub async fn looked_at(app: &App, who: &Actor, at: Moment, flag: NoteFlagId, outcome: &str, words: &str) -> Result<(), Failure> {
    let words = words.trim();
    let mut problems = Problems::default();
    let outcome = FlagOutcome::parse(outcome);
    if outcome.is_none() {
        problems.0.push(("outcome", "is not chosen: what came of it?".into()));
    }
    if words.is_empty() {
        problems.0.push(("words", "are empty: what was done about it?".into()));
    }
    let Some(outcome) = outcome.filter(|_| problems.is_empty()) else { return Err(Failure::Wrong(problems)) };
    check_length("words", words, WORDS_MAX)?;
    transaction!(app.db, tx, {
        let row = store::find_flag(tx, flag).await?.ok_or_else(|| Failure::NotFound("such flag".into()))?;
        if row.written_by == who.label() {
            return Err(Failure::Stale("you wrote that note: another supervisor looks at it".into()));
        }
        if !store::update_looked(tx, flag, outcome, words, who.label(), at.at).await? {
            return Err(Failure::Stale("somebody has looked at it already".into()));
        }
        let detail = json!({"flag": flag.to_string(), "outcome": outcome.code()});
        kept::record(tx, who, at.at, row.account, "note.look", detail, &[flag.into()]).await
    })
}

impl NoteFlag {
    /// What it seems to promise, in words.
    pub fn granted(&self) -> String {
        Granted::parse(&self.granted).map(|granted| granted.to_string()).unwrap_or_default()
    }

    /// What came of it, in words; nothing while nobody has looked.
    pub fn outcome(&self) -> Option<String> {
        self.outcome.as_deref().and_then(FlagOutcome::parse).map(|outcome| outcome.to_string())
    }
}
