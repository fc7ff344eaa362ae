//! The tables `debtors`, `contact_points`, `point_sources`, `preferences`, `circumstances`, `account_people` and `business_people`.

use crate::app::{Failure, new_uuid};
use crate::params;
use crate::rows;
use crate::store::{Keyed, StoreError, Tx, Value};
use duly_domain::values::ids::{AccountId, CircumstanceId, DebtorId, PointId, PreferenceId};
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::HashMap;

/// The columns of a debtor, for [`Tx::insert_many`].
pub const INSERT_DEBTOR: &str = "
    insert into debtors (id, is_business, name, search_name, name_key, family_key, sound_key, language, date_of_birth, state, locality,
        created_at)";
/// The columns of a contact point, for [`Tx::insert_many`].
pub const INSERT_POINT: &str = "
    insert into contact_points (id, debtor_id, kind, label, value, last_four, zip, source, created_at)";
/// The columns of a point's source, for [`Tx::insert_many`].
const INSERT_SOURCE: &str = "insert into point_sources (id, point_id, source, found_on, recorded_at)";
const POINTS: &str = "
    select id, kind, label, value, zip, state, source, line_type, created_at, proven_at
      from contact_points where debtor_id = $1 order by kind, label, id limit 50";
/// Of a wish and its copy on one record the copy is not counted: they are the same word.
const PREFERENCES: &str = "
    select p.id, p.kind, p.days, p.from_minute, p.to_minute, p.place, p.channel, p.address, p.words, p.source, p.told_at, p.ended_at
      from preferences p
     where p.debtor_id = $1
       and (p.copy_of_id is null or not exists (select 1 from preferences o where o.id = p.copy_of_id and o.debtor_id = p.debtor_id and o.ended_at is null))
     order by p.told_at, p.id limit 200";
const INSERT_PREFERENCE: &str = "
    insert into preferences (id, debtor_id, account_id, kind, days, from_minute, to_minute, place, channel, address, words, source, told_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
/// With its copy on the same record, if there is one. One that was kept without an account gets that of its end.
const END_PREFERENCE: &str = "
    update preferences set ended_at = $1, account_id = coalesce(account_id, $2)
     where (id = $3 or copy_of_id = $3) and debtor_id = $4 and ended_at is null";
const ENDED: &str = "
    select account_id, id from preferences
     where (id = $1 or copy_of_id = $1) and debtor_id = $2 and ended_at = $3 and account_id is not null order by account_id, id";
const POINT_STATE: &str = "update contact_points set state = $1, proven_at = coalesce($2, proven_at) where id = $3";
/// The same number or address as another row of this person, as two records made one may have it.
const TWINS_STATE: &str = "
    update contact_points set state = $1
     where id <> $2 and exists (
        select 1 from contact_points p
         where p.id = $2 and p.debtor_id = contact_points.debtor_id and p.kind = contact_points.kind and p.value = contact_points.value)";
const DELETE_SOURCE: &str = "
    delete from point_sources where point_id = $1 and 1 = (select count(*) from point_sources s where s.point_id = $1)";
const DELETE_POINT: &str = "
    delete from contact_points where id = $1 and not exists (select 1 from point_sources s where s.point_id = contact_points.id)";
const FIND_POINT: &str = "
    select id, kind, label, value, zip, state, source, line_type, created_at, proven_at
      from contact_points where debtor_id = $1 and kind = $2 and value = $3 order by id limit 1";
const SOURCES: &str = "select count(distinct source) from point_sources where point_id = $1 and source <> $2";
const POINT_TRIES: &str = "
    select count(*), sum(case when outcome = 'conversation' then 1 else 0 end), max(case when outcome = 'conversation' then contacted_at end)
      from contacts where point_id = $1 and direction = 'out'";
const POINT_TRIES_SINCE: &str = "
    select count(*) from contacts where point_id = $1 and direction = 'out' and contacted_at > $2 and outcome <> 'conversation'";
const HOLDERS: &str = "select value, debtor_id from contact_points where value in ($keys) order by value, debtor_id limit 5000";
/// Others of the same name, where the dates of birth of both are known.
const NAMESAKES: &str = "
    select a.id, b.id from debtors a join debtors b on b.name_key = a.name_key
     where a.id in ($keys) and b.id <> a.id and a.date_of_birth is not null and b.date_of_birth is not null
     order by a.id, b.id limit 2000";
const STANDING_DEATHS: &str = "select count(*) from circumstances where debtor_id = $1 and kind = 'deceased' and ended_at is null";
const CIRCUMSTANCES: &str = "
    select id, kind, since_on, source, note, recorded_at, ended_at, account_id from circumstances where debtor_id = $1 order by id limit 100";
const INSERT_CIRCUMSTANCE: &str = "
    insert into circumstances (id, debtor_id, account_id, kind, since_on, source, note, recorded_by, recorded_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const END_CIRCUMSTANCE: &str = "
    update circumstances set ended_at = $1, ended_because = $2 where id = $3 and debtor_id = $4 and ended_at is null";
const SET_POINT_ACCOUNT: &str = "update contact_points set account_id = $1 where id = $2";
const INSERT_PERSON: &str = "insert into account_people (account_id, debtor_id, role)";
const HAS_PERSON: &str = "select count(*) from account_people where account_id = $1 and debtor_id = $2";
const DELETE_PERSON: &str = "delete from account_people where account_id = $1 and debtor_id = $2 and role <> 'debtor'";
const INSERT_BUSINESS_PERSON: &str = "insert into business_people (business_id, person_id, role, added_at)";
const HAS_BUSINESS_PERSON: &str = "select count(*) from business_people where business_id = $1 and person_id = $2";
/// A business and the records that are one with it, each person as the record they are part of now: read through, nothing moves.
const BUSINESS_PEOPLE: &str = "
    with recursive one (id) as (
        select id from debtors where id = $1
        union select d.id from debtors d join one on d.merged_into_id = one.id),
    speakers (speaker_id, role) as (
        select b.person_id, b.role from business_people b join one on b.business_id = one.id
        union select d.merged_into_id, s.role from speakers s join debtors d on d.id = s.speaker_id where d.merged_into_id is not null)
    select s.speaker_id, s.role, d.name from speakers s join debtors d on d.id = s.speaker_id
     where d.merged_into_id is null order by s.role, s.speaker_id limit 50";
const DEBTOR: &str = "
    select id, is_business, name, language, date_of_birth, state, locality, stated_zone, is_deceased, merged_into_id
      from debtors where id = $1";
const UNKEYED: &str = "select id, name from debtors where name_key is null and name is not null and id > $1 order by id limit $2";
const SET_KEYS: &str = "update debtors set name_key = $1, family_key = $2, sound_key = $3 where id = $4";
const UNKEYED_POINTS: &str = "
    select id, value from contact_points where kind = 'phone' and last_four is null and id > $1 order by id limit $2";
const SET_LAST_FOUR: &str = "update contact_points set last_four = $1 where id = $2";
const SET_DECEASED: &str = "update debtors set is_deceased = $1 where id = $2";
const DEBTORS_IN: &str = "
    select id, is_business, name, language, date_of_birth, state, locality, stated_zone, is_deceased, merged_into_id
      from debtors where id in ($keys)";
const POINTS_IN: &str = "
    select debtor_id, id, kind, label, value, zip, state, source, line_type, created_at, proven_at from contact_points
     where debtor_id in ($keys) order by debtor_id, kind, label, id";
const PREFERENCES_IN: &str = "
    select p.debtor_id, p.id, p.kind, p.days, p.from_minute, p.to_minute, p.place, p.channel, p.address, p.words, p.source, p.told_at,
           p.ended_at
      from preferences p
     where p.debtor_id in ($keys)
       and (p.copy_of_id is null or not exists (select 1 from preferences o where o.id = p.copy_of_id and o.debtor_id = p.debtor_id and o.ended_at is null))
     order by p.debtor_id, p.told_at, p.id";
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
        pub merged_into: Option<DebtorId>,
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
        pub line_type: Option<String>,
        pub created_at: Timestamp,
        pub proven_at: Option<Timestamp>,
    }

    /// What is to be heeded about somebody.
    pub struct CircumstanceRow {
        pub id: CircumstanceId,
        pub kind: String,
        pub since_on: Date,
        pub source: String,
        pub note: Option<String>,
        pub recorded_at: Timestamp,
        pub ended_at: Option<Timestamp>,
        pub account: Option<AccountId>,
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
    let points: Vec<Keyed<DebtorId, Point>> = tx.all_in(POINTS_IN, debtors).await?;
    Ok(without_twins(points, |Keyed(debtor, point)| (*debtor, point)))
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
    Ok(without_twins(tx.all(POINTS, params![debtor]).await?, |point| (debtor, point)))
}

/// Two records that were made one may each have had a number: it is told once, as the one that is proven, else the older.
fn without_twins<T>(points: Vec<T>, of: impl Fn(&T) -> (DebtorId, &Point)) -> Vec<T> {
    let rank = |point: &Point| (point.proven_at.is_none(), point.created_at, point.id);
    let key = |one: &T| {
        let (debtor, Point { kind, label, value, state, .. }) = of(one);
        (debtor, kind.clone(), label.clone(), value.clone(), state.clone())
    };
    let mut best: HashMap<_, (bool, Timestamp, PointId)> = HashMap::with_capacity(points.len());
    for one in &points {
        let own = rank(of(one).1);
        best.entry(key(one)).and_modify(|best| *best = own.min(*best)).or_insert(own);
    }
    points.into_iter().filter(|one| best.get(&key(one)).is_some_and(|best| best.2 == of(one).1.id)).collect()
}

pub async fn list_preferences(tx: &mut Tx, debtor: DebtorId) -> Result<Vec<PreferenceRow>, StoreError> {
    tx.all(PREFERENCES, params![debtor]).await
}

pub async fn list_people(tx: &mut Tx, account: AccountId) -> Result<Vec<PersonRow>, StoreError> {
    tx.all(PEOPLE, params![account]).await
}

/// Keeps what somebody told us in a talk about an account.
pub async fn insert_preference(tx: &mut Tx, debtor: DebtorId, account: AccountId, row: &PreferenceRow) -> Result<(), StoreError> {
    let PreferenceRow { id, kind, days, from_minute, to_minute, place, channel, address, words, source, told_at, .. } = row.clone();
    let values = params![id, debtor, account, kind, days, from_minute, to_minute, place, channel, address, words, source, told_at];
    tx.run(INSERT_PREFERENCE, values).await.map(drop)
}

/// A point that a file of history told; what another source named since stays.
pub async fn delete_point(tx: &mut Tx, id: PointId) -> Result<(), StoreError> {
    tx.run(DELETE_SOURCE, params![id]).await?;
    tx.run(DELETE_POINT, params![id]).await.map(drop)
}

/// Ends a wish, told or ended in a talk about an account: what ended, each with the account in whose record it stands.
pub async fn end_preference(
    tx: &mut Tx,
    person: DebtorId,
    id: PreferenceId,
    account: AccountId,
    at: Timestamp,
) -> Result<Vec<(AccountId, PreferenceId)>, StoreError> {
    if tx.run(END_PREFERENCE, params![at, account, id, person]).await? == 0 {
        return Ok(Vec::new());
    }
    tx.all(ENDED, params![id, person, at]).await
}

/// Sets a point's state; proven at an instant, where somebody was reached by it. What closes it closes it wherever it stands.
pub async fn update_point_state(tx: &mut Tx, id: PointId, state: &str, proven_at: Option<Timestamp>) -> Result<(), StoreError> {
    if ["wrong", "dead", "closed"].contains(&state) {
        tx.run(TWINS_STATE, params![state, id]).await?;
    }
    tx.run(POINT_STATE, params![state, proven_at, id]).await.map(drop)
}

pub async fn update_deceased(tx: &mut Tx, id: DebtorId, is_deceased: bool) -> Result<(), StoreError> {
    tx.run(SET_DECEASED, params![is_deceased, id]).await.map(drop)
}

/// Brings the mark of death to what the standing circumstances say.
pub async fn settle_deceased(tx: &mut Tx, id: DebtorId) -> Result<(), StoreError> {
    let is_deceased = tx.number(STANDING_DEATHS, params![id]).await? > 0;
    update_deceased(tx, id, is_deceased).await
}

pub async fn load_debtor(tx: &mut Tx, id: DebtorId) -> Result<Debtor, Failure> {
    tx.one(DEBTOR, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("person {id}")))
}

pub async fn find_point(tx: &mut Tx, debtor: DebtorId, kind: &str, value: &str) -> Result<Option<Point>, StoreError> {
    tx.one(FIND_POINT, params![debtor, kind, value]).await
}

/// The values of one point for [`INSERT_POINT`].
pub fn point_values(
    id: PointId,
    debtor: DebtorId,
    kind: &str,
    label: &str,
    value: &str,
    zip: Option<&str>,
    source: &str,
    at: Timestamp,
) -> Vec<Value> {
    let last_four = (kind == "phone").then(|| last_four(value));
    params![id, debtor, kind, label, value, last_four, zip, source, at].to_vec()
}

/// The last four letters or digits, in capitals; all of them where there are fewer.
pub fn last_four(text: &str) -> String {
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    letters[letters.len().saturating_sub(4)..].iter().collect()
}

/// Adds a point.
pub async fn insert_point(tx: &mut Tx, values: Vec<Value>) -> Result<(), StoreError> {
    tx.insert_many(INSERT_POINT, &[values]).await.map(drop)
}

/// Notes that a source named a point.
pub async fn insert_source(tx: &mut Tx, point: PointId, source: &str, found_on: Date, at: Timestamp) -> Result<(), StoreError> {
    tx.insert_many(INSERT_SOURCE, &[params![new_uuid(), point, source, found_on, at].to_vec()]).await.map(drop)
}

/// How many other sources named a point.
pub async fn count_sources(tx: &mut Tx, point: PointId, but: &str) -> Result<i64, StoreError> {
    tx.number(SOURCES, params![point, but]).await
}

/// Outgoing contacts on a point: all, those that reached somebody, those in vain since.
pub async fn count_tries(tx: &mut Tx, point: PointId) -> Result<[i64; 3], StoreError> {
    let row: Option<(i64, Option<i64>, Option<i64>)> = tx.one(POINT_TRIES, params![point]).await?;
    let (tries, reached, last) = row.unwrap_or((0, None, None));
    let since = match last {
        Some(last) => tx.number(POINT_TRIES_SINCE, params![point, last]).await?,
        None => tries,
    };
    Ok([tries, reached.unwrap_or(0), since])
}

/// Whose points have these values: value, holder.
pub async fn list_holders(tx: &mut Tx, values: &[Value]) -> Result<Vec<(String, DebtorId)>, StoreError> {
    tx.all_in(HOLDERS, values).await
}

/// Pairs of the same name, each with a date of birth.
pub async fn list_namesakes(tx: &mut Tx, debtors: &[Value]) -> Result<Vec<(DebtorId, DebtorId)>, StoreError> {
    tx.all_in(NAMESAKES, debtors).await
}

pub async fn update_point_account(tx: &mut Tx, id: PointId, account: AccountId) -> Result<(), StoreError> {
    tx.run(SET_POINT_ACCOUNT, params![account, id]).await.map(drop)
}

pub async fn list_circumstances(tx: &mut Tx, debtor: DebtorId) -> Result<Vec<CircumstanceRow>, StoreError> {
    tx.all(CIRCUMSTANCES, params![debtor]).await
}

pub async fn insert_circumstance(tx: &mut Tx, debtor: DebtorId, row: &CircumstanceRow, by: &str) -> Result<(), StoreError> {
    let CircumstanceRow { id, kind, since_on, source, note, recorded_at, account, .. } = row.clone();
    tx.run(INSERT_CIRCUMSTANCE, params![id, debtor, account, kind, since_on, source, note, by, recorded_at]).await.map(drop)
}

pub async fn end_circumstance(tx: &mut Tx, debtor: DebtorId, id: CircumstanceId, because: &str, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.run(END_CIRCUMSTANCE, params![at, because, id, debtor]).await? == 1)
}

/// Puts somebody on an account; whether they were not there before.
pub async fn insert_person(tx: &mut Tx, account: AccountId, debtor: DebtorId, role: &str) -> Result<bool, StoreError> {
    if tx.number(HAS_PERSON, params![account, debtor]).await? > 0 {
        return Ok(false);
    }
    tx.insert_many(INSERT_PERSON, &[params![account, debtor, role].to_vec()]).await.map(|_| true)
}

/// Takes somebody off an account; the debtor stays.
pub async fn delete_person(tx: &mut Tx, account: AccountId, debtor: DebtorId) -> Result<bool, StoreError> {
    Ok(tx.run(DELETE_PERSON, params![account, debtor]).await? == 1)
}

/// Notes what somebody does at a business, once.
pub async fn insert_business_person(
    tx: &mut Tx,
    business: DebtorId,
    person: DebtorId,
    role: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    if tx.number(HAS_BUSINESS_PERSON, params![business, person]).await? > 0 {
        return Ok(());
    }
    tx.insert_many(INSERT_BUSINESS_PERSON, &[params![business, person, role, at].to_vec()]).await.map(drop)
}

/// People of a business with what they do there.
pub async fn list_business_people(tx: &mut Tx, business: DebtorId) -> Result<Vec<PersonRow>, StoreError> {
    tx.all(BUSINESS_PEOPLE, params![business]).await
}

/// Adds a person or business.
pub async fn insert_debtor(tx: &mut Tx, values: Vec<Value>) -> Result<(), StoreError> {
    tx.insert_many(INSERT_DEBTOR, &[values]).await.map(drop)
}

/// Gives keys to names and numbers that came in before there were any; how many.
pub async fn insert_missing_keys(tx: &mut Tx, limit: i64) -> Result<usize, StoreError> {
    let people: Vec<(DebtorId, String)> = tx.all(UNKEYED, params![DebtorId(uuid::Uuid::nil()), limit]).await?;
    for (id, name) in &people {
        let [name, family, sound] = name_keys(Some(name));
        tx.run(SET_KEYS, params![name, family, sound, *id]).await?;
    }
    let points: Vec<(PointId, String)> = tx.all(UNKEYED_POINTS, params![PointId(uuid::Uuid::nil()), limit]).await?;
    for (id, value) in &points {
        tx.run(SET_LAST_FOUR, params![last_four(value), *id]).await?;
    }
    Ok(people.len() + points.len())
}

/// The keys a name is found by, as bytes: by name, by family name, by sound.
fn name_keys(name: Option<&str>) -> [Option<Vec<u8>>; 3] {
    let Some(name) = name else { return [None, None, None] };
    let keys = duly_domain::parties::name::keys(name);
    [keys.by_name, keys.by_family, keys.by_sound].map(|key| Some(key.into_bytes()))
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
    let [name_key, family_key, sound_key] = name_keys(name);
    params![id, is_business, name, search, name_key, family_key, sound_key, language, date_of_birth, state, None::<String>, at].to_vec()
}
