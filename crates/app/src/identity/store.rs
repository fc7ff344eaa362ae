//! The tables `users` and `sessions`.

use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::values::ids::UserId;
use jiff::Timestamp;

/// The organization's name.
pub const COMPANY: &str = "company";
/// The organization's time zone, by its IANA name.
pub const ZONE: &str = "time_zone";
/// The address letters come from and answers go to, line by line.
pub const ADDRESS: &str = "company_address";
/// The number letters name.
pub const PHONE: &str = "company_phone";
/// When it is answered.
pub const HOURS: &str = "company_hours";
/// The site letters name.
pub const WEBSITE: &str = "company_website";
/// Whether our calls are recorded: `yes` or not.
pub const CALLS_RECORDED: &str = "calls_recorded";
/// The setting with the routing number of the bank that takes our files of debits in.
pub const ACH_BANK: &str = "ach_bank";
/// The setting with that bank's name.
pub const ACH_BANK_NAME: &str = "ach_bank_name";
/// The setting with our number at that bank.
pub const ACH_COMPANY: &str = "ach_company";

const SETTING: &str = "select value from settings where name = $1";
const CLEAR_SETTING: &str = "delete from settings where name = $1";
const INSERT_SETTING: &str = "insert into settings (name, value) values ($1, $2)";
const INSERT_USER: &str = "
    insert into users (id, name, email, role, password_hash, must_change_password, created_at)
    values ($1, $2, $3, $4, $5, $6, $7)";
const BY_EMAIL: &str = "
    select id, name, email, role, password_hash, must_change_password, state from users where email = $1";
const BY_ID: &str = "
    select id, name, email, role, password_hash, must_change_password, state from users where id = $1";
const LIST: &str = "
    select id, name, email, role, password_hash, must_change_password, state from users order by name, id limit $1";
const COUNT: &str = "select count(*) from users";
const SET_PASSWORD: &str = "update users set password_hash = $1, must_change_password = $2 where id = $3";
const SET_STATE: &str = "update users set state = $1 where id = $2 and state <> $1";
const IS_TRAINED: &str = "select is_trained_for_care from users where id = $1";
const TRAINED: &str = "select id from users where is_trained_for_care = 1 order by id";
const SET_TRAINED: &str = "update users set is_trained_for_care = $1 where id = $2";
const OTHER_ADMINISTRATORS: &str = "select count(*) from users where role = 'administrator' and state = 'active' and id <> $1";
const INSERT_SESSION: &str = "
    insert into sessions (token_hash, user_id, csrf, created_at, seen_at, expires_at) values ($1, $2, $3, $4, $5, $6)";
const SESSION: &str = "
    select u.id, u.name, u.role, u.must_change_password, s.csrf, s.seen_at
      from sessions s join users u on u.id = s.user_id
     where s.token_hash = $1 and s.expires_at > $2 and s.seen_at > $3 and u.state = 'active'";
const SEEN: &str = "update sessions set seen_at = $1 where token_hash = $2";
const END: &str = "delete from sessions where token_hash = $1";
const END_ALL_OF: &str = "delete from sessions where user_id = $1";

rows! {
    /// One user.
    pub struct User {
        pub id: UserId,
        pub name: String,
        pub email: String,
        pub role: String,
        pub password_hash: String,
        pub must_change_password: bool,
        pub state: String,
    }

    /// A living session with its user.
    pub struct Session {
        pub user: UserId,
        pub name: String,
        pub role: String,
        pub must_change_password: bool,
        pub csrf: String,
        pub seen_at: Timestamp,
    }
}

/// What the organization settled, such as its [`COMPANY`] and [`ZONE`].
pub async fn find_setting(tx: &mut Tx, name: &str) -> Result<Option<String>, StoreError> {
    Ok(tx.one::<(String,)>(SETTING, params![name]).await?.map(|(value,)| value))
}

pub async fn update_setting(tx: &mut Tx, name: &str, value: &str) -> Result<(), StoreError> {
    tx.run(CLEAR_SETTING, params![name]).await?;
    tx.run(INSERT_SETTING, params![name, value]).await.map(drop)
}

pub async fn insert_user(tx: &mut Tx, user: &User, at: Timestamp) -> Result<(), StoreError> {
    let User { id, name, email, role, password_hash, must_change_password, .. } = user;
    tx.run(INSERT_USER, params![*id, name, email, role, password_hash, *must_change_password, at]).await.map(drop)
}

pub async fn find_by_email(tx: &mut Tx, email: &str) -> Result<Option<User>, StoreError> {
    tx.one(BY_EMAIL, params![email]).await
}

pub async fn find_user(tx: &mut Tx, id: UserId) -> Result<Option<User>, StoreError> {
    tx.one(BY_ID, params![id]).await
}

pub async fn list_users(tx: &mut Tx, limit: i64) -> Result<Vec<User>, StoreError> {
    tx.all(LIST, params![limit]).await
}

pub async fn count_users(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.number(COUNT, &[]).await
}

pub async fn update_password(tx: &mut Tx, id: UserId, hash: &str, must_change: bool) -> Result<(), StoreError> {
    tx.run(SET_PASSWORD, params![hash, must_change, id]).await.map(drop)
}

/// Switches a user on or off; whether that changed anything.
pub async fn update_state(tx: &mut Tx, id: UserId, state: &str) -> Result<bool, StoreError> {
    Ok(tx.run(SET_STATE, params![state, id]).await? == 1)
}

/// Active administrators besides this user.
pub async fn count_other_administrators(tx: &mut Tx, id: UserId) -> Result<i64, StoreError> {
    tx.number(OTHER_ADMINISTRATORS, params![id]).await
}

pub async fn insert_session(
    tx: &mut Tx,
    token_hash: &[u8; 32],
    user: UserId,
    csrf: &str,
    at: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    tx.tell();
    tx.run(INSERT_SESSION, params![token_hash, user, csrf, at, at, expires_at]).await.map(drop)
}

/// The session of a token, unless it has expired or was not seen since.
pub async fn find_session(
    tx: &mut Tx,
    token_hash: &[u8; 32],
    now: Timestamp,
    seen_since: Timestamp,
) -> Result<Option<Session>, StoreError> {
    tx.one(SESSION, params![token_hash, now, seen_since]).await
}

pub async fn update_seen(tx: &mut Tx, token_hash: &[u8; 32], now: Timestamp) -> Result<(), StoreError> {
    tx.run(SEEN, params![now, token_hash]).await.map(drop)
}

pub async fn end_session(tx: &mut Tx, token_hash: &[u8; 32]) -> Result<(), StoreError> {
    tx.tell();
    tx.run(END, params![token_hash]).await.map(drop)
}

pub async fn end_sessions_of(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    tx.tell();
    tx.run(END_ALL_OF, params![user]).await.map(drop)
}

/// Whether somebody was trained to speak with people who need particular care.
pub async fn is_trained(tx: &mut Tx, id: UserId) -> Result<bool, StoreError> {
    Ok(tx.number(IS_TRAINED, params![id]).await? == 1)
}

/// Whoever was.
pub async fn list_trained(tx: &mut Tx) -> Result<Vec<UserId>, StoreError> {
    Ok(tx.all::<(UserId,)>(TRAINED, &[]).await?.into_iter().map(|(id,)| id).collect())
}

pub async fn update_trained(tx: &mut Tx, id: UserId, is_trained: bool) -> Result<(), StoreError> {
    tx.run(SET_TRAINED, params![is_trained, id]).await.map(drop)
}
