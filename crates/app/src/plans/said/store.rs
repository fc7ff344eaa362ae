//! The table `note_flags`.

use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::plans::said::{FlagOutcome, Granted};
use duly_domain::values::ids::{AccountId, ContactId, NoteFlagId, NoteId, UserId};
use jiff::Timestamp;

macro_rules! flags_where {
    ($($rest:literal)*) => {
        concat!(
            "select f.id, f.account_id, a.reference, f.granted, f.words, f.written_by, coalesce(u.name, f.written_by), f.flagged_at,
                    f.outcome, f.outcome_words, f.looked_by, f.looked_at
               from note_flags f
               join accounts a on a.id = f.account_id
               left join users u on u.id = f.author_id ",
            $($rest),*
        )
    };
}
const FLAG: &str = flags_where!("where f.id = $1");
const OPEN: &str = flags_where!("where f.outcome is null order by f.id limit 200");
const OPEN_OF: &str = flags_where!("where f.account_id = $1 and f.outcome is null order by f.id");
const COUNT_OPEN: &str = "select count(*) from note_flags where outcome is null";
const LATELY: &str = flags_where!("where f.outcome is not null order by f.id desc limit 20");
const INSERT: &str = "insert into note_flags (id, account_id, note_id, contact_id, granted, words, written_by, author_id, flagged_at)";
const UPDATE: &str = "
    update note_flags set outcome = $1, outcome_words = $2, looked_by = $3, looked_at = $4 where id = $5 and outcome is null";
/// What stands agreed or granted on an account: of that a note may speak.
const GRANTED: &str = "
    select (select count(*) from plans where account_id = $1 and state = 'active')
         + (select count(*) from approvals where account_id = $1 and state in ('approved', 'countered') and good_until > $2)";

rows! {
    /// A note that seems to promise something.
    pub struct NoteFlag {
        pub id: NoteFlagId,
        pub account: AccountId,
        pub reference: String,
        pub granted: String,
        pub words: String,
        pub written_by: String,
        pub writer: String,
        pub flagged_at: Timestamp,
        pub outcome: Option<String>,
        pub outcome_words: Option<String>,
        pub looked_by: Option<String>,
        pub looked_at: Option<Timestamp>,
    }
}

pub async fn count_granted(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<i64, StoreError> {
    tx.number(GRANTED, params![account, now]).await
}

pub async fn insert_flag(
    tx: &mut Tx,
    id: NoteFlagId,
    account: AccountId,
    (note, contact): (Option<NoteId>, Option<ContactId>),
    granted: Granted,
    words: &str,
    (by, author): (&str, Option<UserId>),
    at: Timestamp,
) -> Result<(), StoreError> {
    let values = params![id, account, note, contact, granted.code(), words, by, author, at];
    tx.insert_many(INSERT, &[values.to_vec()]).await.map(drop)
}

pub async fn find_flag(tx: &mut Tx, id: NoteFlagId) -> Result<Option<NoteFlag>, StoreError> {
    tx.one(FLAG, params![id]).await
}

/// What nobody has looked at, the oldest first.
pub async fn list_open(tx: &mut Tx) -> Result<Vec<NoteFlag>, StoreError> {
    tx.all(OPEN, &[]).await
}

pub async fn count_open(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.number(COUNT_OPEN, &[]).await
}

/// The same of one account.
pub async fn list_open_of(tx: &mut Tx, account: AccountId) -> Result<Vec<NoteFlag>, StoreError> {
    tx.all(OPEN_OF, params![account]).await
}

/// What was looked at, the newest first.
pub async fn list_lately(tx: &mut Tx) -> Result<Vec<NoteFlag>, StoreError> {
    tx.all(LATELY, &[]).await
}

pub async fn update_looked(
    tx: &mut Tx,
    id: NoteFlagId,
    outcome: FlagOutcome,
    words: &str,
    by: &str,
    at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.run(UPDATE, params![outcome.code(), words, by, at, id]).await? == 1)
}
