//! The tables `calls` and `call_steps`.

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::outreach::conversation::Step;
use duly_domain::values::ids::{AccountId, CallId, CallStepId, ContactId, DebtorId, PointId, UserId};
use jiff::Timestamp;

const INSERT: &str = "insert into calls (id, account_id, contact_id, language, guide, began_at) values ($1, $2, $3, $4, $5, $6)";
const CALL: &str = "
    select c.id, c.account_id, c.contact_id, n.debtor_id, n.point_id, n.officer_id, n.direction, n.state, c.language, c.guide,
           c.began_at, c.ended_at, c.wrapped_at
      from calls c join contacts n on n.id = c.contact_id where c.id = $1";
const OF_CONTACT: &str = "select id from calls where contact_id = $1";
const LATELY: &str = "
    select c.id, c.account_id, d.name, n.direction, n.result, c.began_at, c.ended_at, c.wrapped_at
      from calls c join contacts n on n.id = c.contact_id join debtors d on d.id = n.debtor_id
     where n.officer_id = $1 and c.began_at >= $2 order by c.began_at desc, c.id limit 200";
/// Calls that nobody wrapped up, nor recorded on the account.
const LEFT_OPEN: &str = "
    select c.id, c.account_id, d.name, n.direction, n.result, c.began_at, c.ended_at, c.wrapped_at
      from calls c join contacts n on n.id = c.contact_id join debtors d on d.id = n.debtor_id
     where n.officer_id = $1 and c.wrapped_at is null and n.state <> 'recorded' and c.began_at < $2
     order by c.began_at desc, c.id limit 50";
/// A call that came in and is under way, so that a press that is sent twice opens one.
const UNDER_WAY: &str = "
    select c.id from calls c join contacts n on n.id = c.contact_id
     where c.account_id = $1 and n.debtor_id = $2 and n.officer_id = $3 and n.direction = 'in' and c.ended_at is null
       and n.state = 'reserved' and n.expires_at > $4
     order by c.began_at desc, c.id limit 1";
const END: &str = "update calls set ended_at = $1 where id = $2 and ended_at is null";
const WRAP: &str = "update calls set wrapped_at = $1 where id = $2 and wrapped_at is null";
const STEPS: &str = "select seq, done, done_at from call_steps where call_id = $1 order by seq";
const TOLD: &str = "
    select call_id, done, done_at from call_steps where account_id = $1 and done like '{\"step\":\"told\"%' order by id desc limit 1";
const INSERT_STEP: &str = "insert into call_steps (id, account_id, call_id, seq, done, done_at) values ($1, $2, $3, $4, $5, $6)";

rows! {
    /// One call, with the contact it is.
    pub struct Call {
        pub id: CallId,
        pub account: AccountId,
        pub contact: ContactId,
        pub person: DebtorId,
        pub point: Option<PointId>,
        pub officer: Option<UserId>,
        pub direction: String,
        pub state: String,
        pub language: String,
        pub guide: String,
        pub began_at: Timestamp,
        pub ended_at: Option<Timestamp>,
        pub wrapped_at: Option<Timestamp>,
    }

    /// One thing done in a call, as it is kept.
    pub struct StepRow {
        pub seq: i64,
        pub done: String,
        pub done_at: Timestamp,
    }

    /// One call of an officer's day.
    pub struct LateCall {
        pub id: CallId,
        pub account: AccountId,
        pub name: Option<String>,
        pub direction: String,
        pub result: Option<String>,
        pub began_at: Timestamp,
        pub ended_at: Option<Timestamp>,
        pub wrapped_at: Option<Timestamp>,
    }
}

impl Call {
    /// They called us.
    pub fn came_in(&self) -> bool {
        self.direction == "in"
    }
}

pub async fn insert_call(
    tx: &mut Tx,
    id: CallId,
    account: AccountId,
    contact: ContactId,
    language: &str,
    guide: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.tell();
    tx.run(INSERT, params![id, account, contact, language, guide, at]).await.map(drop)
}

pub async fn load_call(tx: &mut Tx, id: CallId) -> Result<Call, Failure> {
    tx.one(CALL, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("call {id}")))
}

/// The call of a contact, if it is led by the guide.
pub async fn find_of_contact(tx: &mut Tx, contact: ContactId) -> Result<Option<CallId>, StoreError> {
    Ok(tx.one::<(CallId,)>(OF_CONTACT, params![contact]).await?.map(|(id,)| id))
}

/// An officer's calls since a moment, the newest first.
pub async fn list_lately(tx: &mut Tx, officer: UserId, since: Timestamp) -> Result<Vec<LateCall>, StoreError> {
    tx.all(LATELY, params![officer, since]).await
}

/// An officer's calls from before a moment that nobody wrapped up, the newest first.
pub async fn list_left_open(tx: &mut Tx, officer: UserId, before: Timestamp) -> Result<Vec<LateCall>, StoreError> {
    tx.all(LEFT_OPEN, params![officer, before]).await
}

/// The call of somebody about an account that this officer has answered and that is under way.
pub async fn find_under_way(
    tx: &mut Tx,
    account: AccountId,
    person: DebtorId,
    officer: Option<UserId>,
    now: Timestamp,
) -> Result<Option<CallId>, StoreError> {
    Ok(tx.one::<(CallId,)>(UNDER_WAY, params![account, person, officer, now]).await?.map(|(id,)| id))
}

/// Notes that it ended; nothing where it had.
pub async fn update_ended(tx: &mut Tx, id: CallId, at: Timestamp) -> Result<bool, StoreError> {
    tx.tell();
    Ok(tx.run(END, params![at, id]).await? > 0)
}

/// Notes that it was wrapped up; nothing where it was.
pub async fn update_wrapped(tx: &mut Tx, id: CallId, at: Timestamp) -> Result<bool, StoreError> {
    tx.tell();
    Ok(tx.run(WRAP, params![at, id]).await? > 0)
}

/// What was done in a call, in order.
pub async fn list_steps(tx: &mut Tx, call: CallId) -> Result<Vec<StepRow>, StoreError> {
    tx.all(STEPS, params![call]).await
}

/// What they told last about why it is unpaid, in which call and when.
pub async fn find_told(tx: &mut Tx, account: AccountId) -> Result<Option<(CallId, Step, Timestamp)>, Failure> {
    let found = tx.one::<(CallId, String, Timestamp)>(TOLD, params![account]).await?;
    found.map(|(call, done, at)| Ok((call, read_step(&done)?, at))).transpose()
}

/// A step, as it is kept.
pub fn read_step(done: &str) -> Result<Step, Failure> {
    serde_json::from_str(done).map_err(|_| Failure::Stale("a step of this call cannot be read: run duly check".into()))
}

pub async fn insert_step(tx: &mut Tx, id: CallStepId, call: &Call, seq: i64, done: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.tell();
    tx.run(INSERT_STEP, params![id, call.account, call.id, seq, done, at]).await.map(drop)
}
