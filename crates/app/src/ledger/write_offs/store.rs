//! The table `write_offs`: rows are added, and marked when they are taken back.

use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::ledger::write_off::WriteOffReason;
use duly_domain::values::ids::{AccountId, ApprovalId, EntryId, PlanId, WriteOffId};
use jiff::Timestamp;
use jiff::civil::Date;

const INSERT: &str = "
    insert into write_offs (id, account_id, entry_id, amount_minor, currency, because, words, approval_id, plan_id, follows_id,
                            written_off_by, written_off_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const OF_ACCOUNT: &str = "
    select id, account_id, entry_id, amount_minor, currency, because, words, approval_id, plan_id, follows_id, written_off_by,
           written_off_at, reversed_on
      from write_offs where account_id = $1 order by id desc limit 100";
const STANDING: &str = "
    select id, account_id, entry_id, amount_minor, currency, because, words, approval_id, plan_id, follows_id, written_off_by,
           written_off_at, reversed_on
      from write_offs where account_id = $1 and reversed_on is null";
const REVERSE: &str = "update write_offs set reversed_on = $1 where id = $2 and reversed_on is null";
/// Write-offs that are not what their entries move, entries of write-offs that none names, those whose state their entry does not show,
/// and accounts that say otherwise, are open, or owe something beside one.
const OFF: &str = "
    select (select count(*) from write_offs w join entries e on e.account_id = w.account_id and e.id = w.entry_id
             where e.kind <> 'write_off' or w.currency <> e.currency or w.amount_minor <> e.placed_minor or e.trust_bank_minor <> 0
                or e.client_payable_minor <> 0 or e.unapplied_minor <> 0)
         + (select count(*) from entries e where e.kind = 'write_off'
               and not exists (select 1 from write_offs w where w.account_id = e.account_id and w.entry_id = e.id))
         + (select count(*) from write_offs w left join entries r on r.account_id = w.account_id and r.reverses_entry_id = w.entry_id
             where (w.reversed_on is null) <> (r.id is null))
         + (select count(*) from accounts a left join write_offs w on w.account_id = a.id and w.reversed_on is null
             where a.written_off_minor <> coalesce(w.amount_minor, 0)
                or (w.id is not null and (a.state <> 'closed' or a.balance_minor <> 0 or a.closed_because is null
                     or a.closed_because <> w.because)))";
const COUNT: &str = "select count(*) from write_offs where reversed_on is null";
/// Open accounts on which little is left and nothing moved or was agreed for a while.
const LITTLE: &str = "
    select a.id from accounts a
     where a.state = 'open' and a.balance_minor > 0 and a.balance_minor <= $1 and a.id > $2
       and not exists (select 1 from entries e where e.account_id = a.id and e.booked_on > $3)
       and not exists (select 1 from promises p where p.account_id = a.id and p.state = 'open')
       and not exists (select 1 from plans p where p.account_id = a.id and p.state = 'active')
       and not exists (select 1 from cases c where c.account_id = a.id and c.state = 'open')
       and not exists (select 1 from holds h where h.account_id = a.id and h.ended_at is null)
     order by a.id limit $4";
const LAST_MOVED: &str = "select max(booked_on) from entries where account_id = $1";

rows! {
    /// What was left, written off.
    pub struct WriteOffRow {
        pub id: WriteOffId,
        pub account: AccountId,
        pub entry: EntryId,
        pub amount_minor: i64,
        pub currency: String,
        pub because: String,
        pub words: String,
        pub approval: Option<ApprovalId>,
        pub plan: Option<PlanId>,
        pub follows: Option<WriteOffId>,
        pub by: String,
        pub at: Timestamp,
        pub reversed_on: Option<Date>,
    }
}

impl WriteOffRow {
    /// Why it was written off.
    pub fn reason(&self) -> Result<WriteOffReason, StoreError> {
        WriteOffReason::parse(&self.because).ok_or_else(|| StoreError::Column(format!("write-off {:?}", self.because)))
    }
}

pub async fn insert(tx: &mut Tx, row: &WriteOffRow) -> Result<(), StoreError> {
    let WriteOffRow { id, account, entry, amount_minor, currency, because, words, approval, plan, follows, by, at, .. } = row.clone();
    let values = params![id, account, entry, amount_minor, currency, because, words, approval, plan, follows, by, at];
    tx.run(INSERT, values).await.map(drop)
}

/// Every write-off of an account, the newest first.
pub async fn list_of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<WriteOffRow>, StoreError> {
    tx.all(OF_ACCOUNT, params![account]).await
}

/// The one that stands.
pub async fn find_standing(tx: &mut Tx, account: AccountId) -> Result<Option<WriteOffRow>, StoreError> {
    tx.one(STANDING, params![account]).await
}

/// Marks one as taken back; whether it stood.
pub async fn update_reversed(tx: &mut Tx, id: WriteOffId, on: Date) -> Result<bool, StoreError> {
    Ok(tx.run(REVERSE, params![on, id]).await? == 1)
}

/// How many faults there are, and how many write-offs stand.
pub async fn count_faults(tx: &mut Tx) -> Result<(i64, i64), StoreError> {
    Ok((tx.number(OFF, &[]).await?, tx.number(COUNT, &[]).await?))
}

/// Accounts of which at most so much is left and on which nothing was booked after a day, after an account.
pub async fn list_little(tx: &mut Tx, most_minor: i64, after: AccountId, until: Date, limit: i64) -> Result<Vec<(AccountId,)>, StoreError> {
    tx.all(LITTLE, params![most_minor, after, until, limit]).await
}

/// The last day on which anything was booked.
pub async fn find_last_moved(tx: &mut Tx, account: AccountId) -> Result<Option<Date>, StoreError> {
    Ok(tx.one::<(Option<Date>,)>(LAST_MOVED, params![account]).await?.and_then(|(on,)| on))
}
