//! The table `recaps`.

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::values::ids::{AccountId, CallId, ContactId, DecisionId, LetterId, RecapId};
use jiff::Timestamp;

const INSERT: &str = "
    insert into recaps (id, account_id, call_id, channel, language, content, letter_id, decision_id, made_by, made_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
macro_rules! recap_where {
    ($condition:literal) => {
        concat!(
            "select r.id, r.account_id, r.call_id, r.channel, r.language, r.content, r.letter_id, r.decision_id, r.made_at, r.contact_id,
                    r.sent_at, l.state
               from recaps r left join letters l on l.id = r.letter_id where ",
            $condition
        )
    };
}
const RECAP: &str = recap_where!("r.id = $1");
const OF_CALL: &str = recap_where!("r.call_id = $1 order by r.id limit 10");
const OF_LETTER: &str = recap_where!("r.letter_id = $1 order by r.id limit 1");
const SENT: &str = "update recaps set contact_id = $1, sent_at = $2 where id = $3 and sent_at is null";

rows! {
    /// What was agreed in a call, as it was written for them.
    pub struct Recap {
        pub id: RecapId,
        pub account: AccountId,
        pub call: CallId,
        pub channel: String,
        pub language: String,
        pub content: String,
        pub letter: Option<LetterId>,
        pub decision: DecisionId,
        pub made_at: Timestamp,
        pub contact: Option<ContactId>,
        pub sent_at: Option<Timestamp>,
        pub letter_state: Option<String>,
    }
}

pub async fn insert(tx: &mut Tx, new: &Recap, by: &str) -> Result<(), StoreError> {
    let Recap { id, account, call, channel, language, content, letter, decision, made_at, .. } = new;
    let values = params![*id, *account, *call, channel.as_str(), language.as_str(), content.as_str(), *letter, *decision, by, *made_at];
    tx.run(INSERT, values).await.map(drop)
}

pub async fn load(tx: &mut Tx, id: RecapId) -> Result<Recap, Failure> {
    tx.one(RECAP, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("recap {id}")))
}

/// The recaps of a call: a letter, a text or both.
pub async fn list_of_call(tx: &mut Tx, call: CallId) -> Result<Vec<Recap>, StoreError> {
    tx.all(OF_CALL, params![call]).await
}

/// The recap that a letter is.
pub async fn find_of_letter(tx: &mut Tx, letter: LetterId) -> Result<Option<Recap>, StoreError> {
    tx.one(OF_LETTER, params![letter]).await
}

/// Notes the contact that it became; `false` where it had become one.
pub async fn update_sent(tx: &mut Tx, id: RecapId, contact: ContactId, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.run(SENT, params![contact, at, id]).await? == 1)
}
