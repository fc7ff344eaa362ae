//! What officers' calls, talks and promises came to, counted by what an officer cannot choose. Nothing is written here.
//!
//! The amount is that of the placement: what is owed today is less where somebody paid, and would make a kept promise a small debt.

use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::values::ids::UserId;
use jiff::Timestamp;

/// The amount of an account `a`, in bands.
macro_rules! band {
    () => {
        "case when a.placed_minor < 50000 then 'under 500' when a.placed_minor < 200000 then '500 to 2,000' else '2,000 and more' end"
    };
}
/// Whether nobody had spoken with them before a moment.
macro_rules! is_first {
    ($account:literal, $before:literal) => {
        concat!(
            "case when exists (select 1 from contacts e where e.account_id = ",
            $account,
            " and e.outcome = 'conversation' and e.contacted_at < ",
            $before,
            ") then 0 else 1 end"
        )
    };
}

const REACHED: &str = concat!(
    "select u.name, a.stage, ",
    band!(),
    ", ",
    is_first!("c.account_id", "c.contacted_at"),
    ", count(*), cast(coalesce(sum(case when c.outcome = 'conversation' then 1 else 0 end), 0) as bigint)
      from contacts c join accounts a on a.id = c.account_id join users u on u.id = c.officer_id
     where c.channel = 'call' and c.direction = 'out' and c.state = 'recorded' and c.contacted_at >= $1
     group by 1, 2, 3, 4 order by 1, 2, 3, 4 limit 20000"
);
/// Talks on the telephone, whoever called.
const TALKS: &str = concat!(
    "select u.name, a.stage, ",
    band!(),
    ", ",
    is_first!("c.account_id", "c.contacted_at"),
    ", count(*), cast(0 as bigint)
      from contacts c join accounts a on a.id = c.account_id join users u on u.id = c.officer_id
     where c.channel = 'call' and c.outcome = 'conversation' and c.state = 'recorded' and c.contacted_at >= $1
     group by 1, 2, 3, 4 order by 1, 2, 3, 4 limit 20000"
);
/// Promises with the last talk about their debt in the day before each; whoever led it, and whoever took the promise.
const TAKEN: &str = concat!(
    "select u.id, u.name, p.taken_by, a.stage, ",
    band!(),
    ", ",
    is_first!("c.account_id", "c.contacted_at"),
    ", count(*)
      from promises p join contact_debts d on d.account_id = p.account_id join contacts c on c.id = d.contact_id
      join accounts a on a.id = c.account_id join users u on u.id = c.officer_id
     where p.taken_at >= $1 and c.contacted_at >= $1 and c.contacted_at <= p.taken_at and c.contacted_at > p.taken_at - 86400000000
       and c.channel = 'call' and c.outcome = 'conversation' and c.state = 'recorded'
       and not exists (select 1 from contact_debts f join contacts l on l.id = f.contact_id
            where f.account_id = p.account_id and l.channel = 'call' and l.outcome = 'conversation' and l.state = 'recorded'
              and l.contacted_at > c.contacted_at and l.contacted_at <= p.taken_at)
     group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6 limit 20000"
);
/// Promises that were decided, without those that a file of history told.
const DECIDED: &str = concat!(
    "select p.taken_by, a.stage, ",
    band!(),
    ", ",
    is_first!("p.account_id", "p.taken_at - 86400000000"),
    ", p.state, count(*)
      from promises p join accounts a on a.id = p.account_id
     where p.decided_at >= $1 and p.state <> 'open'
       and not exists (select 1 from history_rows h where h.account_id = p.account_id and h.kind = 'promise' and h.happened_at = p.taken_at)
     group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5 limit 20000"
);
const NAMES: &str = "select id, name from users order by id limit 5000";

rows! {
    /// Cases of an officer that are alike, and how many came off.
    pub struct Alike {
        pub officer: String,
        pub stage: String,
        pub band: String,
        pub is_first: bool,
        pub cases: i64,
        pub observed: i64,
    }

    /// Promises that were taken in talks which are alike.
    pub struct Taken {
        pub led_by: UserId,
        pub officer: String,
        pub taken_by: String,
        pub stage: String,
        pub band: String,
        pub is_first: bool,
        pub promises: i64,
    }

    /// Promises that came to the same end on accounts which are alike.
    pub struct Decided {
        pub taken_by: String,
        pub stage: String,
        pub band: String,
        pub is_first: bool,
        pub state: String,
        pub promises: i64,
    }
}

/// Calls made since a moment, and how many reached the right person.
pub async fn list_reached(tx: &mut Tx, since: Timestamp) -> Result<Vec<Alike>, StoreError> {
    tx.all(REACHED, params![since]).await
}

/// Talks since a moment.
pub async fn list_talks(tx: &mut Tx, since: Timestamp) -> Result<Vec<Alike>, StoreError> {
    tx.all(TALKS, params![since]).await
}

/// Promises that were taken in those talks, by whoever led the talk.
pub async fn list_taken(tx: &mut Tx, since: Timestamp) -> Result<Vec<Taken>, StoreError> {
    let taken: Vec<Taken> = tx.all(TAKEN, params![since]).await?;
    Ok(taken.into_iter().filter(|row| row.taken_by == row.led_by.to_string()).collect())
}

/// Promises that were decided since a moment, with the name of whoever took each.
pub async fn list_decided(tx: &mut Tx, since: Timestamp) -> Result<Vec<(String, Decided)>, StoreError> {
    let names: Vec<(UserId, String)> = tx.all(NAMES, &[]).await?;
    let decided: Vec<Decided> = tx.all(DECIDED, params![since]).await?;
    let name_of = |label: &str| names.iter().find(|(id, _)| id.to_string() == label).map(|(_, name)| name.clone());
    Ok(decided.into_iter().filter_map(|row| Some((name_of(&row.taken_by)?, row))).collect())
}
