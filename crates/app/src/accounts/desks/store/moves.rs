//! The tables `work_moves` and `work_moved`, and what a move's criteria find.

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx, Value};
use duly_domain::values::ids::{AccountId, CreditorId, DeskId, MoveId};
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// Open accounts of a desk that fit; a criterion that is not asked for is null. Typed first, so that PostgreSQL knows each.
macro_rules! matching_where {
    ($columns:literal) => {
        concat!(
            "select ",
            $columns,
            " from accounts a join debtors d on d.id = a.debtor_id left join worklist w on w.account_id = a.id
              where a.desk_id = $1 and a.state = 'open'
                and (a.creditor_id = $2 or $2 is null)
                and (a.stage = $3 or $3 is null)
                and (lower(d.language) = $4 or $4 is null)
                and (d.state = $5 or $5 is null)
                and (a.balance_minor >= $6 or $6 is null)
                and (a.balance_minor <= $7 or $7 is null)
                and (w.lane = $8 or $8 is null)
                and a.id > $9
              order by a.id limit $10"
        )
    };
}

const MATCHING: &str = matching_where!("a.id");
/// An account has at most one open promise and one living reservation, so that joining them multiplies no row.
const PREVIEW: &str = concat!(
    "with m as (",
    matching_where!("a.id, a.currency, a.balance_minor, a.next_action_at"),
    ") select m.currency, count(*), cast(coalesce(sum(m.balance_minor), 0) as bigint), count(m.next_action_at), count(p.id), count(c.id)
         from m
         left join promises p on p.account_id = m.id and p.state = 'open'
         left join contacts c on c.account_id = m.id and c.state = 'reserved' and c.expires_at > $11
        group by m.currency order by m.currency"
);
const INSERT: &str = "
    insert into work_moves (id, from_desk_id, to_desk_id, criteria, state, moved_by, moved_at) values ($1, $2, $3, $4, 'moving', $5, $6)";
const MOVE: &str = "
    select m.id, m.from_desk_id, f.name, m.to_desk_id, t.name, m.criteria, m.state, m.moved_count, m.left_count, m.moved_by, m.moved_at, m.undone_at
      from work_moves m join desks f on f.id = m.from_desk_id join desks t on t.id = m.to_desk_id
     where m.id = $1";
const MOVES: &str = "
    select m.id, m.from_desk_id, f.name, m.to_desk_id, t.name, m.criteria, m.state, m.moved_count, m.left_count, m.moved_by, m.moved_at, m.undone_at
      from work_moves m join desks f on f.id = m.from_desk_id join desks t on t.id = m.to_desk_id
     order by m.moved_at desc, m.id desc limit $1";
const PROGRESS: &str = "update work_moves set moved_count = moved_count + $1, state = $2 where id = $3 and state = 'moving'";
const BEGIN_UNDO: &str = "update work_moves set state = 'undoing', undone_by = $1, undone_at = $2 where id = $3";
const UNDONE: &str = "update work_moves set left_count = left_count + $1, state = $2 where id = $3";
const INSERT_MOVED: &str = "insert into work_moved (move_id, account_id, state) values ($1, $2, 'moved')";
const MOVED: &str = "select account_id from work_moved where move_id = $1 and state = 'moved' order by account_id limit $2";
const SET_MOVED: &str = "update work_moved set state = $1 where move_id = $2 and account_id = $3";
const LATER: &str = "select count(*) from work_moved where account_id = $1 and move_id > $2 and state = 'moved'";

/// Which accounts of a desk are to move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criteria {
    /// The desk they are on.
    pub from: DeskId,
    /// Of one creditor.
    pub creditor: Option<CreditorId>,
    /// In one stage, by its code.
    pub stage: Option<String>,
    /// Of people who speak a language, as the creditor wrote it.
    pub language: Option<String>,
    /// Of people who live in a state, by its two letters.
    pub region: Option<String>,
    /// Who owe at least so much.
    pub balance_min: Option<i64>,
    /// And at most so much.
    pub balance_max: Option<i64>,
    /// Which stand in a lane of the worklist now.
    pub lane: Option<String>,
    /// At most so many, the longest here first.
    pub limit: Option<i64>,
}

impl Criteria {
    /// Everything that is open on a desk.
    pub fn all_of(from: DeskId) -> Criteria {
        Criteria {
            from,
            creditor: None,
            stage: None,
            language: None,
            region: None,
            balance_min: None,
            balance_max: None,
            lane: None,
            limit: None,
        }
    }

    /// As it is kept: what was asked for alone.
    pub fn json(&self) -> Json {
        let mut json = json!({
            "creditor": self.creditor.map(|id| id.to_string()), "stage": self.stage, "language": self.language, "region": self.region,
            "balance_min_minor": self.balance_min, "balance_max_minor": self.balance_max, "lane": self.lane, "limit": self.limit,
        });
        if let Json::Object(fields) = &mut json {
            fields.retain(|_, value| !value.is_null());
        }
        json
    }

    /// Reads what was kept.
    pub fn read(from: DeskId, kept: &str) -> Criteria {
        let json: Json = serde_json::from_str(kept).unwrap_or(Json::Null);
        let text = |name: &str| json[name].as_str().map(String::from);
        Criteria {
            from,
            creditor: json["creditor"].as_str().and_then(|id| id.parse().ok()),
            stage: text("stage"),
            language: text("language"),
            region: text("region"),
            balance_min: json["balance_min_minor"].as_i64(),
            balance_max: json["balance_max_minor"].as_i64(),
            lane: text("lane"),
            limit: json["limit"].as_i64(),
        }
    }

    fn values(&self, after: AccountId, limit: i64) -> Vec<Value> {
        params![
            self.from,
            self.creditor,
            self.stage.clone(),
            self.language.as_deref().map(str::to_lowercase),
            self.region.clone(),
            self.balance_min,
            self.balance_max,
            self.lane.clone(),
            after,
            limit
        ]
        .to_vec()
    }
}

rows! {
    /// What would move, in one currency.
    pub struct Preview {
        pub currency: String,
        pub count: i64,
        pub balance_minor: i64,
        pub timed: i64,
        pub promises: i64,
        pub reserved: i64,
    }

    /// One move.
    pub struct MoveRow {
        pub id: MoveId,
        pub from: DeskId,
        pub from_name: String,
        pub to: DeskId,
        pub to_name: String,
        pub criteria: String,
        pub state: String,
        pub moved: i64,
        pub left: i64,
        pub moved_by: String,
        pub moved_at: Timestamp,
        pub undone_at: Option<Timestamp>,
    }
}

/// What criteria would move, by currency.
pub async fn preview(tx: &mut Tx, criteria: &Criteria, now: Timestamp) -> Result<Vec<Preview>, StoreError> {
    let mut values = criteria.values(AccountId(Uuid::nil()), criteria.limit.unwrap_or(i64::MAX));
    values.push(Value::from(now));
    tx.all(PREVIEW, &values).await
}

/// Accounts that fit, after an account.
pub async fn list_matching(tx: &mut Tx, criteria: &Criteria, after: AccountId, limit: i64) -> Result<Vec<AccountId>, StoreError> {
    Ok(tx.all::<(AccountId,)>(MATCHING, &criteria.values(after, limit)).await?.into_iter().map(|(id,)| id).collect())
}

pub async fn insert(tx: &mut Tx, id: MoveId, criteria: &Criteria, to: DeskId, by: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.run(INSERT, params![id, criteria.from, to, criteria.json().to_string(), by, at]).await.map(drop)
}

pub async fn load(tx: &mut Tx, id: MoveId) -> Result<MoveRow, Failure> {
    tx.one(MOVE, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("move {id}")))
}

/// The newest moves.
pub async fn list(tx: &mut Tx, limit: i64) -> Result<Vec<MoveRow>, StoreError> {
    tx.all(MOVES, params![limit]).await
}

pub async fn update_progress(tx: &mut Tx, id: MoveId, count: i64, state: &str) -> Result<(), StoreError> {
    tx.run(PROGRESS, params![count, state, id]).await.map(drop)
}

pub async fn begin_undo(tx: &mut Tx, id: MoveId, by: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.run(BEGIN_UNDO, params![by, at, id]).await.map(drop)
}

pub async fn update_undone(tx: &mut Tx, id: MoveId, left: i64, state: &str) -> Result<(), StoreError> {
    tx.run(UNDONE, params![left, state, id]).await.map(drop)
}

pub async fn insert_moved(tx: &mut Tx, id: MoveId, account: AccountId) -> Result<(), StoreError> {
    tx.run(INSERT_MOVED, params![id, account]).await.map(drop)
}

/// Accounts that still stand where the move put them, as far as it knows.
pub async fn list_moved(tx: &mut Tx, id: MoveId, limit: i64) -> Result<Vec<AccountId>, StoreError> {
    Ok(tx.all::<(AccountId,)>(MOVED, params![id, limit]).await?.into_iter().map(|(id,)| id).collect())
}

pub async fn update_moved(tx: &mut Tx, id: MoveId, account: AccountId, state: &str) -> Result<(), StoreError> {
    tx.run(SET_MOVED, params![state, id, account]).await.map(drop)
}

/// Whether a later move took the account, and was not undone.
pub async fn is_moved_on(tx: &mut Tx, id: MoveId, account: AccountId) -> Result<bool, StoreError> {
    Ok(tx.number(LATER, params![account, id]).await? > 0)
}
