//! The table `re_ages`: rows are added; one that was taken back says so.

use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::values::ids::{AccountId, PlanId, ReAgeId};
use jiff::Timestamp;
use jiff::civil::Date;

const INSERT: &str = "
    insert into re_ages (id, account_id, plan_id, payments_kept, aged_from_before, aged_from_on, words, made_by, made_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const OF_ACCOUNT: &str = "
    select id, account_id, plan_id, payments_kept, aged_from_before, aged_from_on, words, made_by, made_at, taken_back_by,
           taken_back_because, taken_back_at
      from re_ages where account_id = $1 order by id desc limit 50";
const TAKE_BACK: &str = "
    update re_ages set taken_back_by = $1, taken_back_because = $2, taken_back_at = $3 where id = $4 and taken_back_at is null";
/// Accounts that count their age from another day than their newest re-age that stands, or from one without such a row.
const OFF: &str = "
    select count(*) from (
        select a.id from re_ages r join accounts a on a.id = r.account_id
         where r.taken_back_at is null
           and not exists (select 1 from re_ages n where n.account_id = r.account_id and n.taken_back_at is null and n.id > r.id)
           and (a.aged_from_on is null or a.aged_from_on <> r.aged_from_on)
        union all
        select a.id from accounts a
         where a.aged_from_on is not null and not exists (select 1 from re_ages r where r.account_id = a.id and r.taken_back_at is null)
    ) off_accounts";
const COUNT: &str = "select count(*) from re_ages where taken_back_at is null";

rows! {
    /// One time that an account was brought current.
    pub struct ReAgeRow {
        pub id: ReAgeId,
        pub account: AccountId,
        pub plan: PlanId,
        pub payments_kept: i64,
        pub aged_from_before: Date,
        pub aged_from_on: Date,
        pub words: String,
        pub made_by: String,
        pub made_at: Timestamp,
        pub taken_back_by: Option<String>,
        pub taken_back_because: Option<String>,
        pub taken_back_at: Option<Timestamp>,
    }
}

pub async fn insert_re_age(tx: &mut Tx, row: &ReAgeRow) -> Result<(), StoreError> {
    let ReAgeRow { id, account, plan, payments_kept, aged_from_before, aged_from_on, words, made_by, made_at, .. } = row.clone();
    tx.run(INSERT, params![id, account, plan, payments_kept, aged_from_before, aged_from_on, words, made_by, made_at]).await.map(drop)
}

/// The re-ages of an account, the newest first; those that were taken back too.
pub async fn list_of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<ReAgeRow>, StoreError> {
    tx.all(OF_ACCOUNT, params![account]).await
}

/// Notes that one was taken back; whether it stood.
pub async fn update_taken_back(tx: &mut Tx, id: ReAgeId, by: &str, because: &str, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.run(TAKE_BACK, params![by, because, at, id]).await? == 1)
}

/// How many accounts count their age from another day than their re-ages say; and how many of those stand.
pub async fn count_faults(tx: &mut Tx) -> Result<(i64, i64), StoreError> {
    Ok((tx.number(OFF, &[]).await?, tx.number(COUNT, &[]).await?))
}
