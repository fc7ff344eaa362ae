//! The table `comparisons`.

use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::values::ids::{AccountId, ComparisonId, ContactId, DebtorId, DecisionId, DocumentId, LetterId};
use jiff::Timestamp;
use jiff::civil::Date;

const INSERT: &str = "
    insert into comparisons (id, account_id, debtor_id, version, letter_id, decision_id, made_on, made_by, made_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const OF_LETTER: &str = "select id, account_id, debtor_id, version, letter_id, decision_id from comparisons where letter_id = $1";
const SENT: &str = "update comparisons set contact_id = $1 where id = $2 and contact_id is null";
const STANDING: &str = "
    select c.version, c.made_on, l.document_id, l.mailed_on
      from comparisons c join letters l on l.id = c.letter_id
     where c.account_id = $1 and l.state <> 'void' order by c.id desc limit 50";

rows! {
    /// A comparison that was printed.
    pub struct Comparison {
        pub id: ComparisonId,
        pub account: AccountId,
        pub debtor: DebtorId,
        pub version: String,
        pub letter: LetterId,
        pub decision: DecisionId,
    }

    /// One that was not taken back, with what became of it.
    pub struct StandingRow {
        pub version: String,
        pub made_on: Date,
        pub document: DocumentId,
        pub mailed_on: Option<Date>,
    }
}

pub async fn insert(tx: &mut Tx, new: &Comparison, on: Date, by: &str, at: Timestamp) -> Result<(), StoreError> {
    let Comparison { id, account, debtor, version, letter, decision } = new;
    let values = params![*id, *account, *debtor, version.as_str(), *letter, *decision, on, by, at];
    tx.run(INSERT, values).await.map(drop)
}

/// The comparison that a letter is.
pub async fn find_of_letter(tx: &mut Tx, letter: LetterId) -> Result<Option<Comparison>, StoreError> {
    tx.one(OF_LETTER, params![letter]).await
}

/// Notes the contact that it became.
pub async fn update_sent(tx: &mut Tx, id: ComparisonId, contact: ContactId) -> Result<bool, StoreError> {
    Ok(tx.run(SENT, params![contact, id]).await? == 1)
}

/// Those of an account that were not taken back, the last first.
pub async fn list_standing(tx: &mut Tx, account: AccountId) -> Result<Vec<StandingRow>, StoreError> {
    tx.all(STANDING, params![account]).await
}
