//! What the floor reads; it writes nothing.

use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx, Value};
use duly_domain::values::ids::{AccountId, CallId, UserId};
use jiff::Timestamp;
use jiff::civil::Date;

const SESSIONS: &str = "
    select user_id, min(created_at), max(seen_at) from sessions where expires_at > $1 and seen_at > $2
     group by user_id order by user_id limit 5000";
const CALLS_NOW: &str = "
    select c.id, n.officer_id, c.account_id, a.reference, c.began_at, c.ended_at
      from calls c join contacts n on n.id = c.contact_id join accounts a on a.id = c.account_id
     where c.began_at >= $1 and c.wrapped_at is null and n.state = 'reserved' and n.expires_at > $2 and n.officer_id is not null
     order by c.began_at, c.id limit 1000";
const LAST_STEPS: &str = "
    select s.call_id, s.done from call_steps s
     where s.call_id in ($keys) and s.seq = (select max(t.seq) from call_steps t where t.call_id = s.call_id) order by s.call_id";
const WRAPPED: &str = "
    select n.officer_id, max(c.wrapped_at) from calls c join contacts n on n.id = c.contact_id
     where c.began_at >= $1 and c.wrapped_at is not null and n.officer_id is not null
     group by n.officer_id order by n.officer_id limit 5000";
const CALLED: &str = "
    select n.officer_id, count(*), cast(coalesce(sum(case when n.outcome = 'conversation' then 1 else 0 end), 0) as bigint)
      from users u join contacts n on n.officer_id = u.id
     where u.state = 'active' and n.contacted_at >= $1 and n.channel = 'call'
     group by n.officer_id order by n.officer_id limit 5000";
const PROMISED: &str = "select taken_by, count(*) from promises where taken_on = $1 group by taken_by order by taken_by limit 5000";
const DEPTHS: &str = "
    select w.lane, count(*), min(a.next_action_on) from worklist w join accounts a on a.id = w.account_id
     group by w.lane order by w.lane limit 100";

rows! {
    /// A call that is not wrapped up.
    pub struct OpenCall {
        pub call: CallId,
        pub officer: UserId,
        pub account: AccountId,
        pub reference: String,
        pub began_at: Timestamp,
        pub ended_at: Option<Timestamp>,
    }
}

/// Who is signed in: since when, and when they asked for a page last.
pub async fn list_sessions(tx: &mut Tx, now: Timestamp, seen_since: Timestamp) -> Result<Vec<(UserId, Timestamp, Timestamp)>, StoreError> {
    tx.all(SESSIONS, params![now, seen_since]).await
}

/// Calls that began since an instant, were reserved until another at least, and are not wrapped up.
pub async fn list_open_calls(tx: &mut Tx, since: Timestamp, reserved_until: Timestamp) -> Result<Vec<OpenCall>, StoreError> {
    tx.all(CALLS_NOW, params![since, reserved_until]).await
}

/// What was done last in each of these calls.
pub async fn list_last_steps(tx: &mut Tx, calls: &[Value]) -> Result<Vec<(CallId, String)>, StoreError> {
    tx.all_in(LAST_STEPS, calls).await
}

/// When each officer wrapped up a call last, of those that began since an instant.
pub async fn list_wrapped(tx: &mut Tx, since: Timestamp) -> Result<Vec<(UserId, Option<Timestamp>)>, StoreError> {
    tx.all(WRAPPED, params![since]).await
}

/// Calls of each officer since an instant, and how many reached the right person.
pub async fn list_called(tx: &mut Tx, since: Timestamp) -> Result<Vec<(UserId, i64, i64)>, StoreError> {
    tx.all(CALLED, params![since]).await
}

/// Promises taken on a day, by what stands in the record for who took them.
pub async fn list_promised(tx: &mut Tx, on: Date) -> Result<Vec<(String, i64)>, StoreError> {
    tx.all(PROMISED, params![on]).await
}

/// How many accounts each lane holds, and the oldest day for which something was planned on them.
pub async fn list_depths(tx: &mut Tx) -> Result<Vec<(String, i64, Option<Date>)>, StoreError> {
    tx.all(DEPTHS, &[]).await
}
