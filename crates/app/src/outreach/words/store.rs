//! The tables `contact_disclosures` and `state_words`: added to, never changed.

use crate::app::new_uuid;
use crate::params;
use crate::rows;
use crate::store::{Keyed, StoreError, Tx, Value};
use duly_domain::outreach::disclosures::{Kind, Wording};
use duly_domain::outreach::letter::Language;
use duly_domain::values::ids::{AccountId, ContactId, DebtorId, DisclosureId, LetterId};
use jiff::Timestamp;

const INSERT: &str = "
    insert into contact_disclosures (id, account_id, contact_id, letter_id, disclosure, kind, version, language, words, was_given,
        recorded_by, recorded_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const MADE: &str = "
    select c.account_id, c.debtor_id, c.channel, c.dialing, d.facts from contacts c join decisions d on d.id = c.decision_id where c.id = $1";
const CAME_IN: &str =
    "select account_id, debtor_id, channel, contacted_at from contacts where id = $1 and direction = 'in' and channel = 'call'";
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

const INSERT_STATE_WORDS: &str = "
    insert into state_words (state, language, version, words, source, entered_by, entered_at) values ($1, $2, $3, $4, $5, $6, $7)";
const STATE_WORDS: &str = "
    select state, language, version, words, source from state_words
     where state = $1 and language = $2 order by version desc limit 1";
const ALL_STATE_WORDS: &str = "
    select state, language, version, words, source from state_words order by state, language, version limit 5000";

rows! {
    /// Words that a state wants in letters, in one version.
    pub struct StateWords {
        pub state: String,
        pub language: String,
        pub version: i64,
        pub words: String,
        pub source: String,
    }

    /// A contact with what it was decided on.
    pub struct MadeContact {
        pub account: AccountId,
        pub debtor: DebtorId,
        pub channel: String,
        pub dialing: Option<String>,
        pub facts: String,
    }

    /// A call that came in.
    pub struct CameIn {
        pub account: AccountId,
        pub debtor: DebtorId,
        pub channel: String,
        pub at: Timestamp,
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
    pub disclosure: String,
    pub kind: Kind,
    pub version: i64,
    pub language: Language,
    pub words: String,
    pub was_given: bool,
}

impl NewDisclosure {
    /// Words of the program's table, with their places filled.
    pub fn of(account: AccountId, wording: &Wording, words: String, was_given: bool) -> NewDisclosure {
        NewDisclosure {
            id: DisclosureId(new_uuid()),
            account,
            contact: None,
            letter: None,
            disclosure: wording.id.into(),
            kind: wording.kind,
            version: i64::from(wording.version),
            language: wording.language,
            words,
            was_given,
        }
    }
}

pub async fn insert(tx: &mut Tx, new: &NewDisclosure, by: &str, at: Timestamp) -> Result<(), StoreError> {
    let NewDisclosure { id, account, contact, letter, disclosure, kind, version, language, words, was_given } = new;
    let values = params![
        *id,
        *account,
        *contact,
        *letter,
        disclosure.as_str(),
        kind.code(),
        *version,
        language.tag(),
        words.as_str(),
        *was_given,
        by,
        at
    ];
    tx.run(INSERT, values).await.map(drop)
}

/// A call that came in.
pub async fn find_came_in(tx: &mut Tx, contact: ContactId) -> Result<Option<CameIn>, StoreError> {
    tx.one(CAME_IN, params![contact]).await
}

/// A contact with what it was decided on.
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

pub async fn insert_state_words(
    tx: &mut Tx,
    state: &str,
    language: Language,
    version: i64,
    words: &str,
    source: &str,
    by: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.run(INSERT_STATE_WORDS, params![state, language.tag(), version, words, source, by, at]).await.map(drop)
}

/// The last version of a state's words in a language.
pub async fn find_state_words(tx: &mut Tx, state: &str, language: Language) -> Result<Option<StateWords>, StoreError> {
    tx.one(STATE_WORDS, params![state, language.tag()]).await
}

/// All that was ever entered.
pub async fn list_state_words(tx: &mut Tx) -> Result<Vec<StateWords>, StoreError> {
    tx.all(ALL_STATE_WORDS, &[]).await
}
