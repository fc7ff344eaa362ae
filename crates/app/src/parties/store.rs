//! The tables `debtors`, `contact_points` and `preferences`.

use crate::params;
use crate::rows;
use crate::store::{Keyed, StoreError, Tx, Value};
use duly_domain::values::ids::{AccountId, DebtorId, PointId, PreferenceId};
use jiff::Timestamp;
use jiff::civil::Date;

/// The columns of a debtor, for [`Tx::insert_many`].
pub const INSERT_DEBTOR: &str = "
    insert into debtors (id, is_business, name, search_name, language, date_of_birth, state, locality, created_at)";
/// The columns of a contact point, for [`Tx::insert_many`].
pub const INSERT_POINT: &str = "insert into contact_points (id, debtor_id, kind, label, value, zip, source, created_at)";
const POINTS: &str = "
    select id, kind, label, value, zip, state, source from contact_points where debtor_id = $1 order by kind, label, id limit 50";
const PREFERENCES: &str = "
    select id, kind, days, from_minute, to_minute, place, channel, address, words, source, told_at, ended_at
      from preferences where debtor_id = $1 order by told_at, id limit 200";
const INSERT_PREFERENCE: &str = "
    insert into preferences (id, debtor_id, kind, days, from_minute, to_minute, place, channel, address, words, source, told_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const END_PREFERENCE: &str = "update preferences set ended_at = $1 where id = $2 and debtor_id = $3 and ended_at is null";
const POINT_STATE: &str = "update contact_points set state = $1 where id = $2";
const SET_DECEASED: &str = "update debtors set is_deceased = 1 where id = $1";
const DEBTORS_IN: &str = "
    select id, is_business, name, language, date_of_birth, state, locality, stated_zone, is_deceased from debtors where id in ($keys)";
const POINTS_IN: &str = "
    select debtor_id, id, kind, label, value, zip, state, source from contact_points
     where debtor_id in ($keys) order by debtor_id, kind, label, id";
const PREFERENCES_IN: &str = "
    select debtor_id, id, kind, days, from_minute, to_minute, place, channel, address, words, source, told_at, ended_at
      from preferences where debtor_id in ($keys) order by debtor_id, told_at, id";
const PEOPLE_IN: &str = "
    select p.account_id, p.debtor_id, p.role, d.name from account_people p join debtors d on d.id = p.debtor_id
     where p.account_id in ($keys) order by p.account_id, p.role, p.debtor_id";
const PEOPLE: &str = "
    select p.debtor_id, p.role, d.name from account_people p join debtors d on d.id = p.debtor_id
     where p.account_id = $1 order by p.role, p.debtor_id limit 50";

rows! {
    /// A person or business.
    pub struct Debtor {
        pub id: DebtorId,
        pub is_business: bool,
        pub name: Option<String>,
        pub language: Option<String>,
        pub date_of_birth: Option<Date>,
        pub state: Option<String>,
        pub locality: Option<String>,
        pub stated_zone: Option<String>,
        pub is_deceased: bool,
    }

    /// A telephone number, e-mail address or postal address.
    pub struct Point {
        pub id: PointId,
        pub kind: String,
        pub label: String,
        pub value: String,
        pub zip: Option<String>,
        pub state: String,
        pub source: String,
    }

    /// What a debtor told us.
    pub struct PreferenceRow {
        pub id: PreferenceId,
        pub kind: String,
        pub days: Option<i64>,
        pub from_minute: Option<i64>,
        pub to_minute: Option<i64>,
        pub place: Option<String>,
        pub channel: Option<String>,
        pub address: Option<String>,
        pub words: Option<String>,
        pub source: String,
        pub told_at: Timestamp,
        pub ended_at: Option<Timestamp>,
    }

    /// Somebody on an account.
    pub struct PersonRow {
        pub debtor: DebtorId,
        pub role: String,
        pub name: Option<String>,
    }
}

/// What a name is found by: lower case, one blank between words.
pub fn search_name(name: &str) -> String {
    name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

pub async fn list_debtors(tx: &mut Tx, ids: &[Value]) -> Result<Vec<Debtor>, StoreError> {
    tx.all_in(DEBTORS_IN, ids).await
}

/// The points of many debtors, each behind its debtor.
pub async fn list_points_of(tx: &mut Tx, debtors: &[Value]) -> Result<Vec<Keyed<DebtorId, Point>>, StoreError> {
    tx.all_in(POINTS_IN, debtors).await
}

/// The preferences of many debtors, each behind its debtor.
pub async fn list_preferences_of(tx: &mut Tx, debtors: &[Value]) -> Result<Vec<Keyed<DebtorId, PreferenceRow>>, StoreError> {
    tx.all_in(PREFERENCES_IN, debtors).await
}

/// Who is on many accounts, each behind the account.
pub async fn list_people_of(tx: &mut Tx, accounts: &[Value]) -> Result<Vec<Keyed<AccountId, PersonRow>>, StoreError> {
    tx.all_in(PEOPLE_IN, accounts).await
}

pub async fn list_points(tx: &mut Tx, debtor: DebtorId) -> Result<Vec<Point>, StoreError> {
    tx.all(POINTS, params![debtor]).await
}

pub async fn list_preferences(tx: &mut Tx, debtor: DebtorId) -> Result<Vec<PreferenceRow>, StoreError> {
    tx.all(PREFERENCES, params![debtor]).await
}

pub async fn list_people(tx: &mut Tx, account: AccountId) -> Result<Vec<PersonRow>, StoreError> {
    tx.all(PEOPLE, params![account]).await
}

pub async fn insert_preference(tx: &mut Tx, debtor: DebtorId, row: &PreferenceRow) -> Result<(), StoreError> {
    let PreferenceRow { id, kind, days, from_minute, to_minute, place, channel, address, words, source, told_at, .. } = row.clone();
    let values = params![id, debtor, kind, days, from_minute, to_minute, place, channel, address, words, source, told_at];
    tx.run(INSERT_PREFERENCE, values).await.map(drop)
}

pub async fn end_preference(tx: &mut Tx, debtor: DebtorId, id: PreferenceId, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.run(END_PREFERENCE, params![at, id, debtor]).await? == 1)
}

pub async fn update_point_state(tx: &mut Tx, id: PointId, state: &str) -> Result<(), StoreError> {
    tx.run(POINT_STATE, params![state, id]).await.map(drop)
}

pub async fn update_deceased(tx: &mut Tx, id: DebtorId) -> Result<(), StoreError> {
    tx.run(SET_DECEASED, params![id]).await.map(drop)
}

/// The values of one debtor for [`INSERT_DEBTOR`].
pub fn debtor_values(
    id: DebtorId,
    is_business: bool,
    name: Option<&str>,
    language: Option<&str>,
    date_of_birth: Option<Date>,
    state: Option<&str>,
    at: Timestamp,
) -> Vec<Value> {
    let search = name.map(search_name).unwrap_or_default();
    params![id, is_business, name, search, language, date_of_birth, state, None::<String>, at].to_vec()
}
