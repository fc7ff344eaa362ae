//! The table `guides`: a version is added, decided once, and never changed otherwise.

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::outreach::letter::Language;
use duly_domain::values::ids::GuideId;
use jiff::Timestamp;
use jiff::civil::Date;

const INSERT: &str = "
    insert into guides (id, language, number, body, from_on, reason, proposed_by, proposed_at, state)
    values ($1, $2, $3, $4, $5, $6, $7, $8, 'proposed')";

macro_rules! guides_where {
    ($condition:literal) => {
        concat!(
            "select id, language, number, body, from_on, reason, proposed_by, proposed_at, state, begins_at, decided_by, decided_at
               from guides ",
            $condition
        )
    };
}

const GUIDE: &str = guides_where!("where id = $1");
const APPROVED: &str = guides_where!("where language = $1 and state = 'approved' order by number desc limit 20");
const ALL: &str = guides_where!("order by id desc limit 500");
const DECIDE: &str = "
    update guides set state = $1, begins_at = $2, decided_by = $3, decided_at = $4 where id = $5 and state = 'proposed'";

rows! {
    /// One version.
    pub struct GuideRow {
        pub id: GuideId,
        pub language: String,
        pub number: i64,
        pub body: String,
        pub from_on: Date,
        pub reason: String,
        pub proposed_by: String,
        pub proposed_at: Timestamp,
        pub state: String,
        pub begins_at: Option<Timestamp>,
        pub decided_by: Option<String>,
        pub decided_at: Option<Timestamp>,
    }
}

impl GuideRow {
    /// Its language; English where a hand other than ours wrote another word.
    pub fn language(&self) -> Language {
        Language::parse(&self.language).unwrap_or(Language::English)
    }
}

/// Adds a proposal.
pub async fn insert_guide(tx: &mut Tx, guide: &GuideRow) -> Result<(), StoreError> {
    let GuideRow { id, language, number, body, from_on, reason, proposed_by, proposed_at, .. } = guide;
    let values = params![*id, language, *number, body, *from_on, reason, proposed_by, *proposed_at];
    tx.run(INSERT, values).await.map(drop)
}

pub async fn load_guide(tx: &mut Tx, id: GuideId) -> Result<GuideRow, Failure> {
    tx.one(GUIDE, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("guide {id}")))
}

/// The approved versions of a language, the newest first.
pub async fn list_approved(tx: &mut Tx, language: Language) -> Result<Vec<GuideRow>, StoreError> {
    tx.all(APPROVED, params![language.tag()]).await
}

/// Every version, the newest first.
pub async fn list_all(tx: &mut Tx) -> Result<Vec<GuideRow>, StoreError> {
    tx.all(ALL, &[]).await
}

/// Decides a proposal: approved with its beginning, or withdrawn without; whether it still was a proposal.
pub async fn decide_guide(tx: &mut Tx, id: GuideId, begins_at: Option<Timestamp>, by: &str, at: Timestamp) -> Result<bool, StoreError> {
    let state = if begins_at.is_some() { "approved" } else { "withdrawn" };
    Ok(tx.run(DECIDE, params![state, begins_at, by, at, id]).await? == 1)
}
