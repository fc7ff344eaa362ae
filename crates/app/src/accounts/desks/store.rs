//! The tables `desks`, `desk_members`, `teams` and `team_members`; in [`moves`] the tables `work_moves` and `work_moved`.

pub mod moves;

use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::values::ids::{DeskId, TeamId, UserId};
use jiff::Timestamp;
use jiff::civil::Date;

const DESK_BY_NAME: &str = "select id, name from desks where name = $1";
const DESK: &str = "select id, name from desks where id = $1";
const DESKS: &str = "select id, name from desks order by name limit 500";
const INSERT_DESK: &str = "insert into desks (id, name, created_at) values ($1, $2, $3)";
const INSERT_MEMBER: &str = "insert into desk_members (desk_id, user_id) values ($1, $2)";
const DELETE_MEMBER: &str = "delete from desk_members where desk_id = $1 and user_id = $2";
/// Officers and supervisors who work every desk there is; all of them while there is none.
const WORK_ALL: &str = "
    select u.id from users u
     where u.role in ('officer', 'supervisor') and u.state = 'active'
       and not exists (select 1 from desks d where not exists (
            select 1 from desk_members m where m.desk_id = d.id and m.user_id = u.id))
     order by u.id limit 1000";
const IS_MEMBER: &str = "select count(*) from desk_members where desk_id = $1 and user_id = $2";
const DESKS_OF: &str =
    "select d.id, d.name from desk_members m join desks d on d.id = m.desk_id where m.user_id = $1 order by d.name limit 200";
/// Who can work: active, and in a role that works accounts.
const MEMBERS: &str = "
    select m.desk_id, u.id, u.name, u.role
      from desk_members m join users u on u.id = m.user_id
     where u.state = 'active' and u.role in ('officer', 'supervisor')
     order by m.desk_id, u.name, u.id limit 20000";
const WORKERS: &str = "
    select u.id, u.name, u.role, t.team_id from users u left join team_members t on t.user_id = u.id
     where u.state = 'active' and u.role in ('officer', 'supervisor') order by u.name, u.id limit 2000";
/// Desks with open accounts that only this user works.
const LEFT_ALONE: &str = "
    select d.id, d.name, (select count(*) from accounts a where a.desk_id = d.id and a.state = 'open')
      from desk_members m join desks d on d.id = m.desk_id
     where m.user_id = $1
       and exists (select 1 from accounts a where a.desk_id = d.id and a.state = 'open')
       and not exists (select 1 from desk_members o join users u on u.id = o.user_id
            where o.desk_id = d.id and o.user_id <> $1 and u.state = 'active' and u.role in ('officer', 'supervisor'))
     order by d.name limit 200";
const OPEN: &str = "
    select desk_id, currency, count(*), cast(coalesce(sum(balance_minor), 0) as bigint), count(next_action_at)
      from accounts where state = 'open' group by desk_id, currency order by desk_id, currency limit 5000";
const LANES: &str = "select desk_id, lane, count(*) from worklist group by desk_id, lane order by desk_id, lane limit 5000";
const LEAVE_TEAM: &str = "delete from team_members where user_id = $1";
const JOIN_TEAM: &str = "insert into team_members (user_id, team_id)";
const INSERT_TEAM: &str = "insert into teams (id, name, supervisor_id, created_at) values ($1, $2, $3, $4)";
const TEAM_BY_NAME: &str = "select id, name, supervisor_id from teams where name = $1";
const TEAM: &str = "select id, name, supervisor_id from teams where id = $1";
const TEAMS: &str = "select id, name, supervisor_id from teams order by name limit 500";
const CONTACTS_SINCE: &str = "
    select officer_id, count(*), cast(coalesce(sum(case when outcome = 'conversation' then 1 else 0 end), 0) as bigint)
      from contacts where officer_id = $1 and contacted_at >= $2 group by officer_id";
const PROMISES_ON: &str = "select count(*) from promises where taken_on = $1 and taken_by = $2";
const RESERVED_NOW: &str = "
    select count(*) from contacts where officer_id = $1 and state = 'reserved' and expires_at > $2 and contacted_at >= $3";
rows! {
    /// A desk.
    pub struct Desk {
        pub id: DeskId,
        pub name: String,
    }

    /// Somebody who works a desk.
    pub struct Member {
        pub desk: DeskId,
        pub user: UserId,
        pub name: String,
        pub role: String,
    }

    /// Somebody who can work desks.
    pub struct Worker {
        pub user: UserId,
        pub name: String,
        pub role: String,
        pub team: Option<TeamId>,
    }

    /// A desk that would be left to nobody, with its open accounts.
    pub struct LeftAlone {
        pub desk: DeskId,
        pub name: String,
        pub open: i64,
    }

    /// What is open on a desk in one currency.
    pub struct OpenWork {
        pub desk: DeskId,
        pub currency: String,
        pub count: i64,
        pub balance_minor: i64,
        pub timed: i64,
    }

    /// A team and who leads it.
    pub struct Team {
        pub id: TeamId,
        pub name: String,
        pub supervisor: UserId,
    }
}

/// What an officer did since the day began, and what they have in hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Today {
    pub contacts: i64,
    pub talks: i64,
    pub promises: i64,
    pub reserved: i64,
}

pub async fn find_desk(tx: &mut Tx, name: &str) -> Result<Option<Desk>, StoreError> {
    tx.one(DESK_BY_NAME, params![name]).await
}

pub async fn find_desk_by_id(tx: &mut Tx, id: DeskId) -> Result<Option<Desk>, StoreError> {
    tx.one(DESK, params![id]).await
}

pub async fn list_desks(tx: &mut Tx) -> Result<Vec<Desk>, StoreError> {
    tx.all(DESKS, &[]).await
}

pub async fn list_desks_of(tx: &mut Tx, user: UserId) -> Result<Vec<Desk>, StoreError> {
    tx.all(DESKS_OF, params![user]).await
}

pub async fn insert_desk(tx: &mut Tx, desk: &Desk, at: Timestamp) -> Result<(), StoreError> {
    tx.run(INSERT_DESK, params![desk.id, &desk.name, at]).await.map(drop)
}

/// Officers and supervisors who work every desk there is.
pub async fn list_who_work_all(tx: &mut Tx) -> Result<Vec<(UserId,)>, StoreError> {
    tx.all(WORK_ALL, &[]).await
}

/// Makes a user a member of a desk; whether they were not one before.
pub async fn insert_member(tx: &mut Tx, desk: DeskId, user: UserId) -> Result<bool, StoreError> {
    if tx.number(IS_MEMBER, params![desk, user]).await? > 0 {
        return Ok(false);
    }
    tx.run(INSERT_MEMBER, params![desk, user]).await.map(|_| true)
}

/// Takes a user off a desk; whether they were on it.
pub async fn delete_member(tx: &mut Tx, desk: DeskId, user: UserId) -> Result<bool, StoreError> {
    Ok(tx.run(DELETE_MEMBER, params![desk, user]).await? == 1)
}

/// Who works which desk.
pub async fn list_members(tx: &mut Tx) -> Result<Vec<Member>, StoreError> {
    tx.all(MEMBERS, &[]).await
}

/// Everybody who can work desks.
pub async fn list_workers(tx: &mut Tx) -> Result<Vec<Worker>, StoreError> {
    tx.all(WORKERS, &[]).await
}

/// Desks with open accounts that would be left to nobody without this user.
pub async fn list_left_alone(tx: &mut Tx, user: UserId) -> Result<Vec<LeftAlone>, StoreError> {
    tx.all(LEFT_ALONE, params![user]).await
}

/// What is open on every desk, by currency.
pub async fn list_open(tx: &mut Tx) -> Result<Vec<OpenWork>, StoreError> {
    tx.all(OPEN, &[]).await
}

/// Rows of the worklist by desk and lane.
pub async fn list_lanes(tx: &mut Tx) -> Result<Vec<(DeskId, String, i64)>, StoreError> {
    tx.all(LANES, &[]).await
}

pub async fn insert_team(tx: &mut Tx, team: &Team, at: Timestamp) -> Result<(), StoreError> {
    tx.run(INSERT_TEAM, params![team.id, &team.name, team.supervisor, at]).await.map(drop)
}

/// Puts a user into a team, or into none.
pub async fn update_team(tx: &mut Tx, user: UserId, team: Option<TeamId>) -> Result<(), StoreError> {
    tx.run(LEAVE_TEAM, params![user]).await?;
    let rows: Vec<_> = team.into_iter().map(|team| params![user, team].to_vec()).collect();
    tx.insert_many(JOIN_TEAM, &rows).await.map(drop)
}

pub async fn find_team_by_name(tx: &mut Tx, name: &str) -> Result<Option<Team>, StoreError> {
    tx.one(TEAM_BY_NAME, params![name]).await
}

pub async fn find_team(tx: &mut Tx, id: TeamId) -> Result<Option<Team>, StoreError> {
    tx.one(TEAM, params![id]).await
}

pub async fn list_teams(tx: &mut Tx) -> Result<Vec<Team>, StoreError> {
    tx.all(TEAMS, &[]).await
}

/// What a user did on a business day that began at an instant.
pub async fn load_today(tx: &mut Tx, user: UserId, since: Timestamp, today: Date, now: Timestamp) -> Result<Today, StoreError> {
    let did: Option<(UserId, i64, i64)> = tx.one(CONTACTS_SINCE, params![user, since]).await?;
    let (contacts, talks) = did.map_or((0, 0), |(_, contacts, talks)| (contacts, talks));
    Ok(Today {
        contacts,
        talks,
        promises: tx.number(PROMISES_ON, params![today, user.to_string()]).await?,
        reserved: tx.number(RESERVED_NOW, params![user, now, since]).await?,
    })
}
