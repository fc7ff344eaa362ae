//! The tables `furnished_creditors`, `furnishings`, `told_accounts` and `furnishing_files`.

use crate::params;
use crate::rows;
use crate::store::{Keyed, StoreError, Tx, Value};
use duly_domain::values::ids::{AccountId, CreditorId, DecisionId, FurnishingFileId, FurnishingId};
use jiff::Timestamp;
use jiff::civil::Date;

const TELL_CREDITOR: &str = "
    insert into furnished_creditors (creditor_id, classification, told_by, told_at) values ($1, $2, $3, $4)
    on conflict (creditor_id) do update set classification = excluded.classification, told_by = excluded.told_by, told_at = excluded.told_at";
const LEAVE_CREDITOR: &str = "delete from furnished_creditors where creditor_id = $1";
const CREDITORS: &str = "
    select f.creditor_id, c.name, f.classification, f.told_by, f.told_at
      from furnished_creditors f join creditors c on c.id = f.creditor_id order by c.name";
/// Accounts of creditors that want it, and those that were told before and must be told of to their end.
const PAGE: &str = "
    select a.id, c.name, coalesce(f.classification, '')
      from accounts a join creditors c on c.id = a.creditor_id left join furnished_creditors f on f.creditor_id = a.creditor_id
     where a.id > $1 and (f.creditor_id is not null or exists (select 1 from told_accounts t where t.account_id = a.id))
     order by a.id limit $2";
const SOME: &str = "
    select a.id, c.name, coalesce(f.classification, '')
      from accounts a join creditors c on c.id = a.creditor_id left join furnished_creditors f on f.creditor_id = a.creditor_id
     where a.id in ($keys) order by a.id";
/// Counted so far at the most.
pub const COUNT: &str = "
    select count(*) from (
        select a.id from accounts a join furnished_creditors f on f.creditor_id = a.creditor_id
        union all
        select t.account_id from creditors c join told_accounts t on t.creditor_id = c.id
         where not exists (select 1 from furnished_creditors f where f.creditor_id = c.id)
        limit $1) as listed";
/// Accounts of which something happened since they were told last that may have to be corrected before the month is over: each arm begins at
/// what happened, or at what stands told.
pub const TO_LOOK_AT: &str = "
    select a.id, c.name, coalesce(f.classification, '')
      from (
        select t.account_id from told_accounts t join accounts a on a.id = t.account_id
         where t.status = '93' and t.account_id > $1 and a.state <> 'open'
        union
        select t.account_id from told_accounts t join accounts a on a.id = t.account_id
         where t.status = '62' and t.account_id > $1 and (a.state <> 'paid' or a.closed_because = 'fraud')
        union
        select t.account_id from told_accounts t where t.has_people = 1 and t.account_id > $1 and t.status in ('93', '62')
        union
        select t.account_id from creditors c join told_accounts t on t.creditor_id = c.id
         where t.status in ('93', '62') and t.account_id > $1
           and not exists (select 1 from furnished_creditors f where f.creditor_id = c.id)
        union
        select s.account_id from cases s join told_accounts t on t.account_id = s.account_id
         where s.account_id > $1 and t.status in ('93', '62') and (s.closed_at is null or s.closed_at >= t.told_at)
        union
        select n.account_id from notices n join told_accounts t on t.account_id = n.account_id
         where n.kind = 'dispute' and n.account_id > $1 and t.status in ('93', '62') and n.created_at >= t.told_at
        union
        select r.account_id from entries r join told_accounts t on t.account_id = r.account_id
               join entries e on e.account_id = r.account_id and e.id = r.reverses_entry_id
         where r.reverses_entry_id is not null and r.account_id > $1 and t.status in ('93', '62')
           and e.kind = 'payment' and e.effective_on <= t.as_of and r.booked_on >= t.as_of) as d
      join accounts a on a.id = d.account_id join creditors c on c.id = a.creditor_id
      left join furnished_creditors f on f.creditor_id = a.creditor_id
     order by a.id limit $2";
/// What stands told of an account is its newest telling.
const STANDS: &str = "
    insert into told_accounts (account_id, creditor_id, furnishing_id, as_of, status, told_at, has_people)
    values ($1, (select creditor_id from accounts where id = $1), $2, $3, $4, $5, $6)
    on conflict (account_id) do update set furnishing_id = excluded.furnishing_id, as_of = excluded.as_of, status = excluded.status,
        told_at = excluded.told_at, has_people = excluded.has_people";
const TOLD_OF: &str = "
    select account_id, id, as_of, status, balance_dollars, delinquent_since, dispute, is_settled, told_by, told_at, corrects_id, because, people
      from furnishings where account_id in ($keys) order by account_id, as_of, id";
const INSERT: &str = "
    insert into furnishings (id, account_id, as_of, status, balance_dollars, delinquent_since, dispute, is_settled, decision_id, told_by, told_at,
                             corrects_id, because, people)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
const NEWEST: &str = "select max(as_of) from furnishings";
const INSERT_FILE: &str = "
    insert into furnishing_files (id, kind, as_of, reporter, bureau, because, looked_at, accounts, people, dollars, told, left_out, named, hash,
                                  written_by, written_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
const FILES: &str = "
    select id, kind, as_of, reporter, bureau, because, looked_at, accounts, people, dollars, told, left_out, named, hash, written_by, written_at
      from furnishing_files order by as_of desc, id desc limit $1";
const FILES_BEFORE: &str = "
    select id, kind, as_of, reporter, bureau, because, looked_at, accounts, people, dollars, told, left_out, named, hash, written_by, written_at
      from furnishing_files where (as_of, id) < (select b.as_of, b.id from furnishing_files b where b.id = $1)
     order by as_of desc, id desc limit $2";
const LAST_MONTHLY: &str = "
    select id, kind, as_of, reporter, bureau, because, looked_at, accounts, people, dollars, told, left_out, named, hash, written_by, written_at
      from furnishing_files where kind = $1 order by as_of desc, id desc limit 1";

rows! {
    /// A creditor whose accounts are told.
    pub struct FurnishedCreditor {
        pub creditor: CreditorId,
        pub name: String,
        pub classification: String,
        pub told_by: String,
        pub told_at: Timestamp,
    }

    /// An account that may be told, with its creditor; no classification where the creditor does not want it any more.
    pub struct ToTell {
        pub account: AccountId,
        pub creditor: String,
        pub classification: String,
    }

    /// What was told of an account.
    pub struct FurnishingRow {
        pub id: FurnishingId,
        pub as_of: Date,
        pub status: String,
        pub balance_dollars: i64,
        pub delinquent_since: Date,
        pub dispute: Option<String>,
        pub is_settled: bool,
        pub told_by: String,
        pub told_at: Timestamp,
        pub corrects: Option<FurnishingId>,
        pub because: Option<String>,
        pub people: Option<String>,
    }

    /// A file for bureaus, as it was written.
    pub struct FileRow {
        pub id: FurnishingFileId,
        pub kind: String,
        pub as_of: Date,
        pub reporter: String,
        pub bureau: String,
        pub because: String,
        pub looked_at: i64,
        pub accounts: i64,
        pub people: i64,
        pub dollars: i64,
        pub told: String,
        pub left_out: String,
        pub named: String,
        pub hash: String,
        pub written_by: String,
        pub written_at: Timestamp,
    }
}

/// From now on a creditor's accounts are told.
pub async fn upsert_creditor(tx: &mut Tx, creditor: CreditorId, classification: &str, by: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.run(TELL_CREDITOR, params![creditor, classification, by, at]).await.map(drop)
}

/// From now on they are not; whether they were.
pub async fn delete_creditor(tx: &mut Tx, creditor: CreditorId) -> Result<bool, StoreError> {
    Ok(tx.run(LEAVE_CREDITOR, params![creditor]).await? == 1)
}

/// The creditors whose accounts are told.
pub async fn list_creditors(tx: &mut Tx) -> Result<Vec<FurnishedCreditor>, StoreError> {
    tx.all(CREDITORS, &[]).await
}

/// The next accounts that may be told.
pub async fn list_to_tell(tx: &mut Tx, after: AccountId, limit: i64) -> Result<Vec<ToTell>, StoreError> {
    tx.all(PAGE, params![after, limit]).await
}

/// These accounts, as far as they are there.
pub async fn list_some(tx: &mut Tx, accounts: &[Value]) -> Result<Vec<ToTell>, StoreError> {
    tx.all_in(SOME, accounts).await
}

/// How many accounts a monthly file looks at, counted so far at the most.
pub async fn count_to_tell(tx: &mut Tx, most: i64) -> Result<i64, StoreError> {
    let counted: Option<(i64,)> = tx.one(COUNT, params![most]).await?;
    Ok(counted.map_or(0, |(count,)| count))
}

/// The next accounts of which something happened since they were told last.
pub async fn list_to_look_at(tx: &mut Tx, after: AccountId, limit: i64) -> Result<Vec<ToTell>, StoreError> {
    tx.all(TO_LOOK_AT, params![after, limit]).await
}

/// What was told of some accounts, of each the newest last.
pub async fn list_told(tx: &mut Tx, accounts: &[Value]) -> Result<Vec<Keyed<AccountId, FurnishingRow>>, StoreError> {
    tx.all_in(TOLD_OF, accounts).await
}

/// The last day for which anything was told.
pub async fn find_newest(tx: &mut Tx) -> Result<Option<Date>, StoreError> {
    let newest: Option<(Option<Date>,)> = tx.one(NEWEST, &[]).await?;
    Ok(newest.and_then(|(day,)| day))
}

pub async fn insert_furnishing(
    tx: &mut Tx,
    account: AccountId,
    row: &FurnishingRow,
    decision: Option<DecisionId>,
) -> Result<(), StoreError> {
    let FurnishingRow { id, as_of, status, balance_dollars, delinquent_since, dispute, is_settled, told_by, told_at, .. } = row.clone();
    let FurnishingRow { corrects, because, people, .. } = row.clone();
    let values = params![
        id,
        account,
        as_of,
        status,
        balance_dollars,
        delinquent_since,
        dispute,
        is_settled,
        decision,
        told_by,
        told_at,
        corrects,
        because,
        people
    ];
    let stands = params![account, id, as_of, row.status.as_str(), told_at, row.people.is_some()];
    tx.run(INSERT, values).await?;
    tx.run(STANDS, stands).await.map(drop)
}

pub async fn insert_file(tx: &mut Tx, row: &FileRow) -> Result<(), StoreError> {
    let FileRow { id, kind, as_of, reporter, bureau, because, looked_at, accounts, people, dollars, .. } = row.clone();
    let FileRow { told, left_out, named, hash, written_by, written_at, .. } = row.clone();
    let values = params![
        id, kind, as_of, reporter, bureau, because, looked_at, accounts, people, dollars, told, left_out, named, hash, written_by,
        written_at
    ];
    tx.run(INSERT_FILE, values).await.map(drop)
}

/// The files, the last first.
pub async fn list_files(tx: &mut Tx, limit: i64) -> Result<Vec<FileRow>, StoreError> {
    tx.all(FILES, params![limit]).await
}

/// Those before one of them, the last first.
pub async fn list_files_before(tx: &mut Tx, file: FurnishingFileId, limit: i64) -> Result<Vec<FileRow>, StoreError> {
    tx.all(FILES_BEFORE, params![file, limit]).await
}

/// The last monthly file.
pub async fn find_last_monthly(tx: &mut Tx) -> Result<Option<FileRow>, StoreError> {
    tx.one(LAST_MONTHLY, params!["monthly"]).await
}
