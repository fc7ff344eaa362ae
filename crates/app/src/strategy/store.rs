//! The table `worklist`, and what a place on it follows from.

use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx, Value};
use crate::values;
use duly_domain::values::ids::{AccountId, DeskId, UserId};
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::HashMap;

/// The last day of the holds on an account, and how many of its requests came back from a supervisor and are not taken up.
macro_rules! stays {
    () => {
        "(select max(coalesce(h.until_on, '9999-12-31')) from holds h where h.account_id = a.id and h.ended_at is null),
                (select count(*) from approvals r where r.account_id = a.id and r.noted_at is null
                    and r.state not in ('waiting', 'withdrawn', 'used'))"
    };
}

macro_rules! facts_where {
    ($condition:literal) => {
        concat!(
            "select a.id, a.desk_id, a.state, a.balance_minor, a.currency, coalesce(a.aged_from_on, a.due_on), a.next_action_on, a.next_action_at, a.was_reached,
                (select p.due_on from promises p where p.account_id = a.id and p.state = 'open' order by p.id limit 1),
                (select p.state from promises p where p.account_id = a.id order by p.taken_at desc, p.id desc limit 1),
                (select count(*) from promises p where p.account_id = a.id and p.state = 'kept'),
                (select count(*) from promises p where p.account_id = a.id and p.state in ('kept', 'partly_kept', 'broken')),
                (select count(*) from payments y where y.account_id = a.id and y.state = 'posted'),
                ",
            stays!(),
            "
             from accounts a where ",
            $condition
        )
    };
}

const FACTS: &str = facts_where!("a.id in ($keys)");
const STAYS: &str = concat!("select a.id, ", stays!(), " from accounts a where a.id in ($keys)");
const FACTS_PAGE: &str = facts_where!("a.state = 'open' and a.id > $1 order by a.id limit $2");
const DELETE: &str = "delete from worklist where account_id = $1";
const DELETE_RANGE: &str = "delete from worklist where account_id > $1 and account_id <= $2";
const SET_DESK: &str = "update worklist set desk_id = $1 where account_id = $2";
/// The columns of a row, for [`Tx::insert_many`].
pub const INSERT: &str = "insert into worklist (account_id, desk_id, lane, expected_minor, currency, due_at, built_on)";
/// What becomes of a row that stands already. Its desk stays: it moves with its account, in the same act.
const REPLACE: &str = "
    on conflict (account_id) do update set lane = excluded.lane, expected_minor = excluded.expected_minor, currency = excluded.currency,
        due_at = excluded.due_at, built_on = excluded.built_on";

const ROWS: &str = "select account_id, lane, expected_minor, due_at, built_on from worklist where account_id in ($keys)";
// The places alone, from an index: what is shown of a row is read once it is known which rows are.
// The index is by lane, so all lanes are read beside each other and merged: no further than the places that are asked for.
const PLACES: &str = "
    select account_id, expected_minor, due_at, lane from worklist where desk_id = $1 and lane = 'timed'
    union all
    select account_id, expected_minor, due_at, lane from worklist where desk_id = $1 and lane = 'approval_returned'
    union all
    select account_id, expected_minor, due_at, lane from worklist where desk_id = $1 and lane = 'promise_due'
    union all
    select account_id, expected_minor, due_at, lane from worklist where desk_id = $1 and lane = 'broken'
    union all
    select account_id, expected_minor, due_at, lane from worklist where desk_id = $1 and lane = 'first_contact'
    union all
    select account_id, expected_minor, due_at, lane from worklist where desk_id = $1 and lane = 'follow_up'
    order by expected_minor desc, account_id limit $2";
const PLACES_LANE: &str = "
    select account_id, expected_minor, due_at, lane from worklist
     where desk_id = $1 and lane = $2 order by desk_id, lane, expected_minor desc, account_id limit $3";
const COUNTS: &str = "
    select lane, count(*), cast(coalesce(sum(expected_minor), 0) as bigint) from worklist where desk_id = $1 group by lane order by lane";
const COUNT_OF: &str = "
    select count(*) from worklist w join desk_members m on m.desk_id = w.desk_id where m.user_id = $1";

rows! {
    /// What a place on the worklist follows from.
    pub struct WorkRow {
        pub account: AccountId,
        pub desk: DeskId,
        pub state: String,
        pub balance_minor: i64,
        pub currency: String,
        pub aged_from: Option<Date>,
        pub next_action_on: Option<Date>,
        pub next_action_at: Option<Timestamp>,
        pub was_reached: bool,
        pub promise_due_on: Option<Date>,
        pub last_promise: Option<String>,
        pub promises_kept: i64,
        pub promises_decided: i64,
        pub payments: i64,
        pub held_until: Option<Date>,
        pub returned: i64,
    }

    /// A place on the worklist, without what is shown of it.
    pub struct Place {
        pub account: AccountId,
        pub expected_minor: i64,
        pub due_at: Option<Timestamp>,
        pub lane: String,
    }

    /// A row of the worklist, as its last ranking left it.
    pub struct ListedRow {
        pub account: AccountId,
        pub lane: String,
        pub expected_minor: i64,
        pub due_at: Option<Timestamp>,
        pub ranked_on: Date,
    }
}

/// What the places of these accounts follow from, in no order.
pub async fn list_facts_of(tx: &mut Tx, accounts: &[Value]) -> Result<Vec<WorkRow>, StoreError> {
    tx.all_in(FACTS, accounts).await
}

/// Reads into rows what nothing that is paid changes: holds, and what came back from a supervisor.
pub async fn read_stays(tx: &mut Tx, rows: &mut [WorkRow]) -> Result<(), StoreError> {
    let accounts: Vec<Value> = rows.iter().map(|row| Value::from(row.account)).collect();
    let stays: HashMap<AccountId, (Option<Date>, i64)> =
        tx.all_in(STAYS, &accounts).await?.into_iter().map(|(account, until, returned)| (account, (until, returned))).collect();
    for row in rows {
        (row.held_until, row.returned) = stays.get(&row.account).copied().unwrap_or_default();
    }
    Ok(())
}

/// Open accounts after an account.
pub async fn list_facts(tx: &mut Tx, after: AccountId, limit: i64) -> Result<Vec<WorkRow>, StoreError> {
    tx.all(FACTS_PAGE, params![after, limit]).await
}

/// Puts rows in the place of those that stand, and takes accounts off.
pub async fn replace_rows(tx: &mut Tx, on: &[[Value; 7]], off: &[AccountId]) -> Result<(), StoreError> {
    let off: Vec<[Value; 1]> = off.iter().map(|account| values![*account]).collect();
    tx.run_many(DELETE, &off).await?;
    tx.merge_many(INSERT, on, REPLACE).await.map(drop)
}

/// Puts an account's row, if it has one, on another desk's list.
pub async fn update_desk(tx: &mut Tx, account: AccountId, desk: DeskId) -> Result<(), StoreError> {
    tx.run(SET_DESK, params![desk, account]).await.map(drop)
}

/// Clears the rows of a page of accounts, from behind one to the other.
pub async fn delete_range(tx: &mut Tx, after: AccountId, to: AccountId) -> Result<(), StoreError> {
    tx.run(DELETE_RANGE, params![after, to]).await.map(drop)
}

pub async fn insert_rows(tx: &mut Tx, rows: &[[Value; 7]]) -> Result<(), StoreError> {
    tx.insert_many(INSERT, rows).await.map(drop)
}

/// The best places of one desk, of one lane or all.
pub async fn list_places(tx: &mut Tx, desk: DeskId, lane: Option<&str>, limit: i64) -> Result<Vec<Place>, StoreError> {
    match lane {
        Some(lane) => tx.all(PLACES_LANE, params![desk, lane, limit]).await,
        None => tx.all(PLACES, params![desk, limit]).await,
    }
}

/// The rows of these accounts, in no order.
pub async fn list_rows(tx: &mut Tx, accounts: &[Value]) -> Result<Vec<ListedRow>, StoreError> {
    tx.all_in(ROWS, accounts).await
}

/// Rows and what talks are expected to bring, as they were ranked, by lane of one desk.
pub async fn count_lanes(tx: &mut Tx, desk: DeskId) -> Result<Vec<(String, i64, i64)>, StoreError> {
    tx.all(COUNTS, params![desk]).await
}

/// Rows on all lists of an officer.
pub async fn count_of(tx: &mut Tx, user: UserId) -> Result<i64, StoreError> {
    tx.number(COUNT_OF, params![user]).await
}

#[cfg(test)]
mod tests {
    use super::PLACES;
    use duly_domain::strategy::worklist::Lane;

    #[test]
    fn every_lane_is_among_those_that_are_merged() {
        for lane in Lane::ALL {
            assert!(PLACES.contains(&format!("lane = '{}'", lane.code())), "{}", lane.code());
        }
        assert_eq!(PLACES.matches("union all").count() + 1, Lane::ALL.len());
    }
}
