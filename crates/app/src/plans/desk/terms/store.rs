//! The table `terms_proposals`: a proposal is added, decided once, and never changed otherwise.

use super::About;
use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::values::ids::{CreditorId, TermsProposalId};
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

const INSERT: &str = "
    insert into terms_proposals (id, about, creditor_id, body, from_on, reason, proposed_by, proposed_at, state)
    values ($1, $2, $3, $4, $5, $6, $7, $8, 'proposed')";

macro_rules! proposals_where {
    ($condition:literal) => {
        concat!(
            "select id, about, creditor_id, body, from_on, reason, proposed_by, proposed_at, state, made, decided_words, decided_by,
                    decided_at
               from terms_proposals ",
            $condition
        )
    };
}

const ONE: &str = proposals_where!("where id = $1");
const ALL: &str = proposals_where!("where about = $1 order by id desc limit 200");
const DECIDE: &str = "
    update terms_proposals set state = $1, made = $2, decided_words = $3, decided_by = $4, decided_at = $5
     where id = $6 and state = 'proposed'";

rows! {
    /// One proposal.
    pub struct ProposalRow {
        pub id: TermsProposalId,
        pub about: String,
        pub creditor: Option<CreditorId>,
        pub body: String,
        pub from_on: Date,
        pub reason: String,
        pub proposed_by: String,
        pub proposed_at: Timestamp,
        pub state: String,
        pub made: Option<Uuid>,
        pub decided_words: Option<String>,
        pub decided_by: Option<String>,
        pub decided_at: Option<Timestamp>,
    }
}

impl ProposalRow {
    /// What it is about. What a hand other than ours wrote is read as limits, and refused as such.
    pub fn is_about(&self) -> About {
        About::parse(&self.about).unwrap_or(About::Limits)
    }
}

/// What becomes of a proposal.
pub struct Decided<'a> {
    /// approved, refused or withdrawn.
    pub state: &'a str,
    /// The version that it became.
    pub made: Option<Uuid>,
    /// Why it was refused.
    pub words: Option<&'a str>,
    /// Who decided.
    pub by: &'a str,
    /// When.
    pub at: Timestamp,
}

pub async fn insert(tx: &mut Tx, row: &ProposalRow) -> Result<(), StoreError> {
    let ProposalRow { id, about, creditor, body, from_on, reason, proposed_by, proposed_at, .. } = row.clone();
    tx.run(INSERT, params![id, about, creditor, body, from_on, reason, proposed_by, proposed_at]).await.map(drop)
}

pub async fn load(tx: &mut Tx, id: TermsProposalId) -> Result<ProposalRow, Failure> {
    tx.one(ONE, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("proposal {id}")))
}

/// Every proposal of limits or offers, the newest first.
pub async fn list(tx: &mut Tx, about: About) -> Result<Vec<ProposalRow>, StoreError> {
    tx.all(ALL, params![about.code()]).await
}

/// Decides a proposal; whether it still was one.
pub async fn update_decided(tx: &mut Tx, id: TermsProposalId, decided: &Decided<'_>) -> Result<bool, StoreError> {
    let Decided { state, made, words, by, at } = *decided;
    Ok(tx.run(DECIDE, params![state, made, words, by, at, id]).await? == 1)
}
