//! The tables `merges`, `merge_moves`, `merge_takings` and `likenesses`, and the rows that move between two records.

use crate::app::{Failure, new_uuid};
use crate::audit::kept::KeptRow;
use crate::params;
use crate::parties::store::{CircumstanceRow, Debtor};
use crate::rows;
use crate::store::{StoreError, Tx, Value};
use duly_domain::values::ids::{AccountId, CaseId, CircumstanceId, ContactId, DebtorId, MergeId, NoticeId, PreferenceId};
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

const MOVINGS: [Moving; 7] = [
    moving!("account", "accounts"),
    moving!("point", "contact_points"),
    moving!("preference", "preferences"),
    moving!("contact", "contacts"),
    moving!("notice", "notices"),
    moving!("circumstance", "circumstances"),
    moving!("case", "cases"),
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
/// What came about since, about accounts that go back, goes with them. Ids are made in order of time, by one clock.
macro_rules! since {
    ($table:literal, $and:literal) => {
        concat!(
            "update ",
            $table,
            " set debtor_id = $1 where debtor_id = $2 and id > $3 ",
            $and,
            " and account_id in (select row_key from merge_moves where merge_id = $3 and kind = 'account')"
        )
    };
}

const SINCE: [&str; 6] = [
    since!("contacts", ""),
    since!("notices", ""),
    since!("circumstances", ""),
    since!("cases", ""),
    since!("contact_points", ""),
    since!("preferences", "and source = 'history'"),
];
/// Notices since of either record that follow from a circumstance; they may stand on accounts of both.
const FOLLOWING_SINCE: &str = "
    select id, account_id, debtor_id, reference from notices
     where (debtor_id = $1 or debtor_id = $2) and id > $3 and reference like 'cir%' order by id";
const OF_CIRCUMSTANCE: &str = "select debtor_id from circumstances where id = $1";
const GIVE_NOTICE: &str = "update notices set debtor_id = $1 where id = $2";
/// Wishes told to us since, by whichever account: whether it goes back, then the columns of a copy, in whose record it stands too.
const TOLD_SINCE: &str = "
    select id, (select count(*) from merge_moves v where v.merge_id = $1 and v.kind = 'account' and v.row_key = p.account_id),
           coalesce(p.account_id, (select o.account_id from account_people o where o.debtor_id = p.debtor_id order by o.account_id limit 1)),
           kind, days, from_minute, to_minute, place, channel, address, words, source, told_at
      from preferences p
     where debtor_id = $2 and id > $1 and source <> 'history' and ended_at is null
       and id not in (select row_key from merge_moves where merge_id = $1 and kind = 'preference')
     order by id";
const GIVE_WISH: &str = "update preferences set debtor_id = $1 where id = $2";
const COPY_WISH: &str = "
    insert into preferences (id, debtor_id, account_id, kind, days, from_minute, to_minute, place, channel, address, words, source,
        told_at, copy_of_id)";
const CONTACTS_OF: &str = "select account_id, id from contacts where debtor_id = $1 order by account_id, id";
const NOTICES_OF: &str = "select account_id, id from notices where debtor_id = $1 order by account_id, id";
const CASES_OF: &str = "select account_id, id from cases where debtor_id = $1 order by account_id, id";
const WISHES_OF: &str = "select account_id, id from preferences where debtor_id = $1 and account_id is not null order by account_id, id";
const CIRCUMSTANCES_OF: &str =
    "select account_id, id from circumstances where debtor_id = $1 and account_id is not null order by account_id, id";
const WAS_PARTED: &str = "
    select kept_id from merges where parted_at is not null and (kept_id in ($keys) or merged_id in ($keys)) limit 1";
/// The standing merges that brought a row to the record it is on now.
const ORIGIN: &str = "
    select m.id from merge_moves v join merges m on m.id = v.merge_id
     where v.row_key = $1 and v.kind = $2 and m.parted_at is null order by m.id";
const INSERT_TAKING: &str = "insert into merge_takings (merge_id, field, taken)";
const TAKINGS: &str = "select field, taken from merge_takings where merge_id = $1 order by field";
/// People who speak for a business or pay its bills, on accounts that go back.
const SPEAKERS_BACK: &str = "
    select distinct p.debtor_id, p.role from account_people p
     where p.role in ('officer_of_business', 'accounts_payable')
       and p.account_id in (select row_key from merge_moves where merge_id = $1 and kind = 'account')
     order by p.role, p.debtor_id";

/// What a record takes from the other where it has none itself: the column, and how it is written and given back.
struct Taking {
    field: &'static str,
    set: &'static str,
    give_back: &'static str,
}

macro_rules! taking {
    ($field:literal) => {
        Taking {
            field: $field,
            set: concat!("update debtors set ", $field, " = $1 where id = $2"),
            give_back: concat!("update debtors set ", $field, " = null where id = $1 and ", $field, " = $2"),
        }
    };
}

const TAKINGS_OF: [Taking; 3] = [taking!("stated_zone"), taking!("state"), taking!("locality")];

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

    /// Something a record took from the other because it had none itself.
    pub struct TakenRow {
        pub field: String,
        pub taken: String,
    }

    /// A wish told while two records were one.
    struct ToldSince {
        id: PreferenceId,
        goes_back: i64,
        account: Option<AccountId>,
        kind: String,
        days: Option<i64>,
        from_minute: Option<i64>,
        to_minute: Option<i64>,
        place: Option<String>,
        channel: Option<String>,
        address: Option<String>,
        words: Option<String>,
        source: String,
        told_at: Timestamp,
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

/// Moves back what was moved, and what came about since with the accounts it was about; the rows that stay with the other record and
/// are new or altered, each with the account in whose record it stands.
pub async fn move_back(tx: &mut Tx, merge: &Merge) -> Result<Vec<(AccountId, KeptRow)>, StoreError> {
    let (id, kept, merged) = (merge.id, merge.kept, merge.merged);
    let told: Vec<ToldSince> = tx.all(TOLD_SINCE, params![id, kept]).await?;
    for moving in &MOVINGS {
        tx.run(moving.back, params![merged, id]).await?;
    }
    for since in SINCE {
        tx.run(since, params![merged, kept, id]).await?;
    }
    let mut stay = part_notices(tx, merge).await?;
    let mut copies: Vec<Vec<Value>> = Vec::new();
    for wish in told {
        let copy = PreferenceId(new_uuid());
        if wish.goes_back > 0 {
            tx.run(GIVE_WISH, params![merged, wish.id]).await?;
            stay.extend(wish.account.map(|account| (account, copy.into())));
        }
        let other = if wish.goes_back > 0 { kept } else { merged };
        copies.push(wish.copy_for(other, copy));
    }
    tx.insert_many(COPY_WISH, &copies).await?;
    tx.run(PEOPLE_THERE, params![merged, kept, id]).await?;
    let left: Vec<(Value, Option<String>)> = tx.all(PEOPLE_WERE_LEFT, params![id]).await?;
    let back: Vec<Vec<Value>> =
        left.into_iter().map(|(account, role)| vec![account, Value::from(merged), Value::from(role.unwrap_or_default())]).collect();
    tx.insert_many(PEOPLE_BACK, &back).await?;
    Ok(stay)
}

/// Gives each notice that follows from a circumstance to the record the circumstance is of; those that changed hands.
async fn part_notices(tx: &mut Tx, merge: &Merge) -> Result<Vec<(AccountId, KeptRow)>, StoreError> {
    let both = [merge.kept, merge.merged];
    let mut moved = Vec::new();
    let following: Vec<(NoticeId, AccountId, DebtorId, String)> =
        tx.all(FOLLOWING_SINCE, params![merge.kept, merge.merged, merge.id]).await?;
    for (id, account, holder, reference) in following {
        let Ok(circumstance) = reference.parse::<CircumstanceId>() else { continue };
        let owner: Option<(DebtorId,)> = tx.one(OF_CIRCUMSTANCE, params![circumstance]).await?;
        let Some((owner,)) = owner.filter(|(owner,)| *owner != holder && both.contains(owner)) else { continue };
        tx.run(GIVE_NOTICE, params![owner, id]).await?;
        moved.push((account, id.into()));
    }
    Ok(moved)
}

/// The rows of a person that entries name, by the account in whose record they stand.
pub async fn list_kept(tx: &mut Tx, debtor: DebtorId) -> Result<BTreeMap<AccountId, Vec<KeptRow>>, StoreError> {
    let mut kept: BTreeMap<AccountId, Vec<KeptRow>> = BTreeMap::new();
    let contacts: Vec<(AccountId, ContactId)> = tx.all(CONTACTS_OF, params![debtor]).await?;
    let notices: Vec<(AccountId, NoticeId)> = tx.all(NOTICES_OF, params![debtor]).await?;
    let cases: Vec<(AccountId, CaseId)> = tx.all(CASES_OF, params![debtor]).await?;
    let wishes: Vec<(AccountId, PreferenceId)> = tx.all(WISHES_OF, params![debtor]).await?;
    let heeded: Vec<(AccountId, CircumstanceId)> = tx.all(CIRCUMSTANCES_OF, params![debtor]).await?;
    let contacts = contacts.into_iter().map(|(account, id)| (account, KeptRow::from(id)));
    let notices = notices.into_iter().map(|(account, id)| (account, KeptRow::from(id)));
    let wishes = wishes.into_iter().map(|(account, id)| (account, KeptRow::from(id)));
    let cases = cases.into_iter().map(|(account, id)| (account, KeptRow::from(id)));
    let heeded = heeded.into_iter().map(|(account, id)| (account, KeptRow::from(id)));
    contacts.chain(notices).chain(cases).chain(wishes).chain(heeded).for_each(|(account, row)| kept.entry(account).or_default().push(row));
    Ok(kept)
}

/// Who speaks for a business on the accounts that go back.
pub async fn list_speakers_back(tx: &mut Tx, merge: MergeId) -> Result<Vec<(DebtorId, String)>, StoreError> {
    tx.all(SPEAKERS_BACK, params![merge]).await
}

impl ToldSince {
    fn copy_for(self, debtor: DebtorId, copy: PreferenceId) -> Vec<Value> {
        let ToldSince { id, account, kind, days, from_minute, to_minute, place, channel, address, words, source, told_at, .. } = self;
        params![copy, debtor, account, kind, days, from_minute, to_minute, place, channel, address, words, source, told_at, id].to_vec()
    }
}

/// Takes where somebody is from the other record, where this one does not say; what was taken.
pub async fn take_place(tx: &mut Tx, merge: MergeId, kept: &Debtor, merged: &Debtor) -> Result<Vec<TakenRow>, StoreError> {
    let place_of = |debtor: &Debtor| [debtor.stated_zone.clone(), debtor.state.clone(), debtor.locality.clone()];
    let said = |text: Option<String>| text.filter(|text| !text.is_empty());
    let mut taken = Vec::new();
    for ((taking, own), other) in TAKINGS_OF.iter().zip(place_of(kept)).zip(place_of(merged)) {
        let (None, Some(other)) = (said(own), said(other)) else { continue };
        tx.run(taking.set, params![&other, kept.id]).await?;
        tx.insert_many(INSERT_TAKING, &[params![merge, taking.field, &other].to_vec()]).await?;
        taken.push(TakenRow { field: taking.field.into(), taken: other });
    }
    Ok(taken)
}

/// What a merge took from the merged record.
pub async fn list_takings(tx: &mut Tx, merge: MergeId) -> Result<Vec<TakenRow>, StoreError> {
    tx.all(TAKINGS, params![merge]).await
}

/// Gives back what was taken, unless something else was said since.
pub async fn give_place_back(tx: &mut Tx, merge: &Merge) -> Result<(), StoreError> {
    for row in list_takings(tx, merge.id).await? {
        if let Some(taking) = TAKINGS_OF.iter().find(|taking| taking.field == row.field) {
            tx.run(taking.give_back, params![merge.kept, row.taken]).await?;
        }
    }
    Ok(())
}

/// Whether any of these records was ever one with another and is so no more.
pub async fn was_any_parted(tx: &mut Tx, debtors: &[Value]) -> Result<bool, StoreError> {
    Ok(!tx.all_in::<(DebtorId,)>(WAS_PARTED, debtors).await?.is_empty())
}

/// The standing merges that brought an account to the record it is on now: which of the records made one owned it.
pub async fn origin_of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<MergeId>, StoreError> {
    Ok(tx.all::<(MergeId,)>(ORIGIN, params![account, "account"]).await?.into_iter().map(|(id,)| id).collect())
}

/// The same of a circumstance.
pub async fn origin_of_circumstance(tx: &mut Tx, row: &CircumstanceRow) -> Result<Vec<MergeId>, StoreError> {
    match row.account {
        Some(account) => origin_of_account(tx, account).await,
        None => Ok(tx.all::<(MergeId,)>(ORIGIN, params![row.id, "circumstance"]).await?.into_iter().map(|(id,)| id).collect()),
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
