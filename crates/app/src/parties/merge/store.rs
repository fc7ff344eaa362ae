//! The tables `merges`, `merge_moves` and `likenesses`, and the rows that move between two records.

use crate::app::{Failure, new_uuid};
use crate::audit::kept::KeptRow;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx, Value};
use duly_domain::values::ids::{AccountId, ContactId, DebtorId, MergeId, NoticeId, PreferenceId};
use jiff::Timestamp;
use std::collections::BTreeMap;

const INSERT_MERGE: &str = "
    insert into merges (id, kept_id, merged_id, because, merged_by, merged_at) values ($1, $2, $3, $4, $5, $6)";
const MERGE: &str = "select id, kept_id, merged_id, because, merged_at, parted_at from merges where id = $1";
const MERGES_OF: &str = "
    select m.id, m.kept_id, m.merged_id, m.because, m.merged_at, m.parted_at from merges m
     where m.kept_id = $1 or m.merged_id = $1 order by m.merged_at desc, m.id limit 50";
const LATER: &str = "
    select id from merges where (kept_id = $1 or merged_id = $1) and id > $2 and parted_at is null order by id limit 1";
const PARTED: &str = "update merges set parted_by = $1, parted_at = $2 where id = $3";
const MERGED_INTO: &str = "update debtors set merged_into_id = $1 where id = $2";
const INSERT_LIKENESS: &str = "insert into likenesses (id, one_id, other_id, weight, because, found_at)";
const LIKENESS: &str = "select count(*) from likenesses where one_id = $1 and other_id = $2";
const DECIDE: &str = "
    update likenesses set state = $1, decided_by = $2, decided_at = $3 where (one_id = $4 and other_id = $5) or (one_id = $5 and other_id = $4)";
const OPEN: &str = "
    select l.one_id, o.name, (select a.id from accounts a where a.debtor_id = o.id order by a.id limit 1),
           l.other_id, p.name, (select a.id from accounts a where a.debtor_id = p.id order by a.id limit 1), l.weight, l.because
      from likenesses l join debtors o on o.id = l.one_id join debtors p on p.id = l.other_id
     where l.state = 'open' and o.merged_into_id is null and p.merged_into_id is null
     order by l.weight desc, l.id limit $1";
const OPEN_OF: &str = "
    select l.one_id, o.name, (select a.id from accounts a where a.debtor_id = o.id order by a.id limit 1),
           l.other_id, p.name, (select a.id from accounts a where a.debtor_id = p.id order by a.id limit 1), l.weight, l.because
      from likenesses l join debtors o on o.id = l.one_id join debtors p on p.id = l.other_id
     where l.state = 'open' and o.merged_into_id is null and p.merged_into_id is null and (l.one_id = $1 or l.other_id = $1)
     order by l.weight desc, l.id limit 20";

/// What hangs on a debtor: its kind, and how its rows are noted, moved there and moved back.
struct Moving {
    note: &'static str,
    there: &'static str,
    back: &'static str,
}

macro_rules! moving {
    ($kind:literal, $table:literal) => {
        Moving {
            note: concat!(
                "insert into merge_moves (merge_id, kind, row_key) select m.id, '",
                $kind,
                "', t.id from merges m join ",
                $table,
                " t on t.debtor_id = m.merged_id where m.id = $1"
            ),
            there: concat!("update ", $table, " set debtor_id = $1 where debtor_id = $2"),
            back: concat!(
                "update ",
                $table,
                " set debtor_id = $1 where id in (select row_key from merge_moves where merge_id = $2 and kind = '",
                $kind,
                "')"
            ),
        }
    };
}

const MOVINGS: [Moving; 6] = [
    moving!("account", "accounts"),
    moving!("point", "contact_points"),
    moving!("preference", "preferences"),
    moving!("contact", "contacts"),
    moving!("notice", "notices"),
    moving!("circumstance", "circumstances"),
];
/// Who is on an account already is not put there twice: the second row goes, and is noted.
const NOTE_PEOPLE: &str = "
    insert into merge_moves (merge_id, kind, row_key, role)
    select m.id, case when k.debtor_id is null then 'person' else 'person_left' end, p.account_id, p.role
      from merges m join account_people p on p.debtor_id = m.merged_id
      left join account_people k on k.account_id = p.account_id and k.debtor_id = m.kept_id
     where m.id = $1";
const PEOPLE_THERE: &str = "
    update account_people set debtor_id = $1
     where debtor_id = $2 and account_id in (select row_key from merge_moves where merge_id = $3 and kind = 'person')";
const PEOPLE_LEFT: &str = "delete from account_people where debtor_id = $1";
const PEOPLE_WERE_LEFT: &str = "select row_key, role from merge_moves where merge_id = $1 and kind = 'person_left' order by row_key";
const PEOPLE_BACK: &str = "insert into account_people (account_id, debtor_id, role)";
/// Contacts since, about accounts that go back, go with them.
const CONTACTS_SINCE: &str = "
    update contacts set debtor_id = $1
     where debtor_id = $2 and coalesce(recorded_at, contacted_at) >= $3
       and account_id in (select row_key from merge_moves where merge_id = $4 and kind = 'account')";
const NOTICES_SINCE: &str = "
    update notices set debtor_id = $1
     where debtor_id = $2 and created_at >= $3
       and account_id in (select row_key from merge_moves where merge_id = $4 and kind = 'account')";
const WISHES_SINCE: &str = "
    select kind, days, from_minute, to_minute, place, channel, address, words, source, told_at, ended_at,
           coalesce(account_id, (select p.account_id from account_people p where p.debtor_id = preferences.debtor_id order by p.account_id limit 1))
      from preferences where debtor_id = $1 and told_at >= $2
       and id not in (select row_key from merge_moves where merge_id = $3 and kind = 'preference')";
const COPY_WISH: &str = "
    insert into preferences (kind, days, from_minute, to_minute, place, channel, address, words, source, told_at, ended_at, account_id, id,
        debtor_id)";
const CONTACTS_OF: &str = "select account_id, id from contacts where debtor_id = $1 order by account_id, id";
const NOTICES_OF: &str = "select account_id, id from notices where debtor_id = $1 order by account_id, id";
const WISHES_OF: &str = "select account_id, id from preferences where debtor_id = $1 and account_id is not null order by account_id, id";

rows! {
    /// One merge.
    pub struct Merge {
        pub id: MergeId,
        pub kept: DebtorId,
        pub merged: DebtorId,
        pub because: String,
        pub merged_at: Timestamp,
        pub parted_at: Option<Timestamp>,
    }

    /// Two records that may be one person.
    pub struct LikenessRow {
        pub one: DebtorId,
        pub one_name: Option<String>,
        pub one_account: Option<AccountId>,
        pub other: DebtorId,
        pub other_name: Option<String>,
        pub other_account: Option<AccountId>,
        pub weight: i64,
        pub because: String,
    }
}

pub async fn insert_merge(
    tx: &mut Tx,
    id: MergeId,
    kept: DebtorId,
    merged: DebtorId,
    because: &str,
    by: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.run(INSERT_MERGE, params![id, kept, merged, because, by, at]).await.map(drop)
}

pub async fn load_merge(tx: &mut Tx, id: MergeId) -> Result<Merge, Failure> {
    tx.one(MERGE, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("merge {id}")))
}

/// Merges that a record took part in.
pub async fn list_merges(tx: &mut Tx, debtor: DebtorId) -> Result<Vec<Merge>, StoreError> {
    tx.all(MERGES_OF, params![debtor]).await
}

/// A merge of the same record that came after this one and still stands.
pub async fn find_later_merge(tx: &mut Tx, kept: DebtorId, after: MergeId) -> Result<Option<MergeId>, StoreError> {
    Ok(tx.one::<(MergeId,)>(LATER, params![kept, after]).await?.map(|(id,)| id))
}

pub async fn update_merged_into(tx: &mut Tx, id: DebtorId, into: Option<DebtorId>) -> Result<(), StoreError> {
    tx.run(MERGED_INTO, params![into, id]).await.map(drop)
}

pub async fn update_parted(tx: &mut Tx, id: MergeId, by: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.run(PARTED, params![by, at, id]).await.map(drop)
}

/// Moves everything that hangs on one record to another, noting each row.
pub async fn move_rows(tx: &mut Tx, merge: MergeId, from: DebtorId, to: DebtorId) -> Result<(), StoreError> {
    tx.run(NOTE_PEOPLE, params![merge]).await?;
    tx.run(PEOPLE_THERE, params![to, from, merge]).await?;
    tx.run(PEOPLE_LEFT, params![from]).await?;
    for moving in &MOVINGS {
        tx.run(moving.note, params![merge]).await?;
        tx.run(moving.there, params![to, from]).await?;
    }
    Ok(())
}

/// Moves back what was moved, and what came about since with the accounts it was about.
pub async fn move_back(tx: &mut Tx, merge: &Merge) -> Result<(), StoreError> {
    let (id, kept, merged) = (merge.id, merge.kept, merge.merged);
    let wishes: Vec<WishRow> = tx.all(WISHES_SINCE, params![kept, merge.merged_at, id]).await?;
    for moving in &MOVINGS {
        tx.run(moving.back, params![merged, id]).await?;
    }
    tx.run(CONTACTS_SINCE, params![merged, kept, merge.merged_at, id]).await?;
    tx.run(NOTICES_SINCE, params![merged, kept, merge.merged_at, id]).await?;
    let copies: Vec<Vec<Value>> = wishes.into_iter().map(|wish| wish.copy(merged)).collect();
    tx.insert_many(COPY_WISH, &copies).await?;
    tx.run(PEOPLE_THERE, params![merged, kept, id]).await?;
    let left: Vec<(Value, Option<String>)> = tx.all(PEOPLE_WERE_LEFT, params![id]).await?;
    let back: Vec<Vec<Value>> =
        left.into_iter().map(|(account, role)| vec![account, Value::from(merged), Value::from(role.unwrap_or_default())]).collect();
    tx.insert_many(PEOPLE_BACK, &back).await?;
    Ok(())
}

/// The rows of a person that entries name, by the account in whose record they stand.
pub async fn list_kept(tx: &mut Tx, debtor: DebtorId) -> Result<BTreeMap<AccountId, Vec<KeptRow>>, StoreError> {
    let mut kept: BTreeMap<AccountId, Vec<KeptRow>> = BTreeMap::new();
    let contacts: Vec<(AccountId, ContactId)> = tx.all(CONTACTS_OF, params![debtor]).await?;
    let notices: Vec<(AccountId, NoticeId)> = tx.all(NOTICES_OF, params![debtor]).await?;
    let wishes: Vec<(AccountId, PreferenceId)> = tx.all(WISHES_OF, params![debtor]).await?;
    let contacts = contacts.into_iter().map(|(account, id)| (account, KeptRow::from(id)));
    let notices = notices.into_iter().map(|(account, id)| (account, KeptRow::from(id)));
    let wishes = wishes.into_iter().map(|(account, id)| (account, KeptRow::from(id)));
    contacts.chain(notices).chain(wishes).for_each(|(account, row)| kept.entry(account).or_default().push(row));
    Ok(kept)
}

/// The columns of a wish, to be copied as they are.
struct WishRow(Vec<Value>);

impl crate::store::FromRow for WishRow {
    fn from_row(row: crate::store::Row) -> Result<WishRow, StoreError> {
        Ok(WishRow(row.0))
    }
}

impl WishRow {
    fn copy(mut self, debtor: DebtorId) -> Vec<Value> {
        self.0.extend([Value::Uuid(new_uuid()), Value::from(debtor)]);
        self.0
    }
}

/// Keeps a likeness, unless these two were compared before.
pub async fn insert_likeness(
    tx: &mut Tx,
    one: DebtorId,
    other: DebtorId,
    weight: i32,
    because: &str,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let (one, other) = if one < other { (one, other) } else { (other, one) };
    if tx.number(LIKENESS, params![one, other]).await? > 0 {
        return Ok(false);
    }
    tx.insert_many(INSERT_LIKENESS, &[params![new_uuid(), one, other, i64::from(weight), because, at].to_vec()]).await.map(|_| true)
}

pub async fn decide(tx: &mut Tx, one: DebtorId, other: DebtorId, state: &str, by: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.run(DECIDE, params![state, by, at, one, other]).await.map(drop)
}

/// What waits for somebody to decide, the likeliest first.
pub async fn list_open(tx: &mut Tx, limit: i64) -> Result<Vec<LikenessRow>, StoreError> {
    tx.all(OPEN, params![limit]).await
}

/// What waits about one person.
pub async fn list_open_of(tx: &mut Tx, debtor: DebtorId) -> Result<Vec<LikenessRow>, StoreError> {
    tx.all(OPEN_OF, params![debtor]).await
}
