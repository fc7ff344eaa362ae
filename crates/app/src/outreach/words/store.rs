//! The table `contact_disclosures`: added to, never changed.

use crate::params;
use crate::rows;
use crate::store::{Keyed, StoreError, Tx, Value};
use duly_domain::outreach::disclosures::Wording;
use duly_domain::values::ids::{AccountId, ContactId, DebtorId, DisclosureId, LetterId};
use jiff::Timestamp;

const INSERT: &str = "
    insert into contact_disclosures (id, account_id, contact_id, letter_id, disclosure, kind, version, language, words, was_given,
        recorded_by, recorded_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const MADE: &str = "
    select c.account_id, c.debtor_id, c.channel, c.dialing, d.facts from contacts c join decisions d on d.id = c.decision_id where c.id = $1";
/// The statements of contacts with a person, and the voice mails that were none.
const STATEMENTS: &str = "
    select w.contact_id, w.kind, w.was_given from contacts c join contact_disclosures w on w.contact_id = c.id
     where c.debtor_id = $1 and w.kind in ('first', 'first_written', 'later', 'limited_content') order by w.id";
const OF_CONTACTS: &str = "
    select contact_id, disclosure, kind, version, language, words, was_given from contact_disclosures
     where contact_id in ($keys) order by contact_id, id";
const OF_LETTERS: &str = "
    select letter_id, disclosure, kind, version, language, words, was_given from contact_disclosures
     where letter_id in ($keys) order by letter_id, id";

rows! {
    /// A contact with what it was decided on.
    pub struct MadeContact {
        pub account: AccountId,
        pub debtor: DebtorId,
        pub channel: String,
        pub dialing: Option<String>,
        pub facts: String,
    }

    /// Words that were due or carried, and whether they were given.
    pub struct KeptDisclosure {
        pub disclosure: String,
        pub kind: String,
        pub version: i64,
        pub language: String,
        pub words: String,
        pub was_given: bool,
    }
}

/// Words to be kept.
pub struct NewDisclosure {
    pub id: DisclosureId,
    pub account: AccountId,
    pub contact: Option<ContactId>,
    pub letter: Option<LetterId>,
    pub wording: &'static Wording,
    pub words: String,
    pub was_given: bool,
}

pub async fn insert(tx: &mut Tx, new: &NewDisclosure, by: &str, at: Timestamp) -> Result<(), StoreError> {
    let NewDisclosure { id, account, contact, letter, wording, words, was_given } = new;
    let values = params![
        *id,
        *account,
        *contact,
        *letter,
        wording.id,
        wording.kind.code(),
        i64::from(wording.version),
        wording.language.tag(),
        words.as_str(),
        *was_given,
        by,
        at
    ];
    tx.run(INSERT, values).await.map(drop)
}

/// A contact that was decided here.
pub async fn find_made(tx: &mut Tx, contact: ContactId) -> Result<Option<MadeContact>, StoreError> {
    tx.one(MADE, params![contact]).await
}

/// What is kept about statements in contacts with a person: contact, kind, whether it was given.
pub async fn list_statements(tx: &mut Tx, person: DebtorId) -> Result<Vec<(ContactId, String, bool)>, StoreError> {
    tx.all(STATEMENTS, params![person]).await
}

/// The words of contacts, each behind its contact.
pub async fn list_of_contacts(tx: &mut Tx, contacts: &[Value]) -> Result<Vec<Keyed<ContactId, KeptDisclosure>>, StoreError> {
    tx.all_in(OF_CONTACTS, contacts).await
}

/// The words of letters, each behind its letter.
pub async fn list_of_letters(tx: &mut Tx, letters: &[Value]) -> Result<Vec<Keyed<LetterId, KeptDisclosure>>, StoreError> {
    tx.all_in(OF_LETTERS, letters).await
}
