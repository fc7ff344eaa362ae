//! The table `bank_clearings`; what is waited for is read from debits, their files and what came of them.

use crate::params;
use crate::rows;
use crate::store::{Keyed, StoreError, Tx, Value};
use crate::values;
use duly_domain::values::ids::{BankClearingId, DebitFileId, DebitId, ReceiptId};
use jiff::Timestamp;
use jiff::civil::Date;

macro_rules! clearings_where {
    ($condition:literal) => {
        concat!(
            "select c.id, c.bank_entry_id, c.kind, c.file_id, c.effective_on, c.batch, c.debit_id, c.amount_minor, c.currency, c.cleared_by,
                    c.cleared_at, c.taken_back_by, c.taken_back_at
               from bank_clearings c where ",
            $condition
        )
    };
}

const INSERT: &str = "
    insert into bank_clearings (id, bank_entry_id, kind, file_id, effective_on, batch, debit_id, amount_minor, currency, cleared_by,
        cleared_at, taken_back_by, taken_back_at)";
const TAKE_BACK: &str = "
    update bank_clearings set taken_back_by = $1, taken_back_at = $2 where bank_entry_id = $3 and taken_back_at is null";
const OF_ENTRY: &str = clearings_where!("c.bank_entry_id = $1 and c.taken_back_at is null order by c.id");
const OF_FILES: &str = "
    select file_id, effective_on, batch from bank_clearings where kind = 'debits' and taken_back_at is null and file_id in ($keys)";
/// Files of which the bank did not show everything.
const OPEN_FILES: &str = "
    select f.id, f.created_on, f.modifier, f.sender, f.bank_name, f.company_no, f.currency from debit_files f
     where f.closed_at is not null and f.created_on >= $1
       and f.debits_minor > (select coalesce(sum(c.amount_minor), 0) from bank_clearings c
            where c.file_id = f.id and c.kind = 'debits' and c.taken_back_at is null)
     order by f.id desc limit 200";
/// What each of them holds, by day, class and kind.
const SENT: &str = "
    select d.file_id, d.file_id, d.effective_on, a.class, d.kind, count(*), cast(sum(d.amount_minor) as bigint), min(d.trace), max(d.trace)
      from debits d join debit_authorizations a on a.id = d.authorization_id
     where d.kind <> 'prenote' and d.file_id in ($keys)
     group by d.file_id, d.effective_on, a.class, d.kind order by d.file_id, d.effective_on, a.class, d.kind";
/// Debits that came back and that the bank did not show as such.
const OPEN_RETURNS: &str = "
    select d.id, d.file_id, d.effective_on, d.amount_minor, d.currency, d.trace, d.return_code, d.decided_at, f.sender, f.bank_name,
           f.company_no, a.reference,
           (select min(r.file_hash) from debit_returns r where r.debit_id = d.id and r.kind = 'return' and r.code = d.return_code)
      from debits d join debit_files f on f.id = d.file_id join accounts a on a.id = d.account_id
     where d.state = 'returned' and d.kind <> 'prenote' and d.decided_at >= $1
       and not exists (select 1 from bank_clearings c where c.debit_id = d.id and c.taken_back_at is null)
     order by d.decided_at desc, d.id limit 200";
/// What the book has of debits and what came of them up to a day, less what the bank showed of it.
const COMING: &str = "
    select currency, cast(sum(minor) as bigint) from (
        select p.currency as currency, p.trust_bank_minor as minor
          from debits d join entries p on p.account_id = d.account_id and p.id = d.payment
         where p.booked_on <= $1
        union all
        select r.currency, r.trust_bank_minor
          from debits d join entries r on r.account_id = d.account_id and r.reverses_entry_id = d.payment
         where d.state = 'returned' and r.booked_on <= $1
        union all
        select c.currency, -c.amount_minor from bank_clearings c join bank_entries e on e.id = c.bank_entry_id
         where c.taken_back_at is null and e.booked_on <= $1
    ) moved group by currency order by currency";
/// Movements that are matched and not what their pieces come to, or not matched and have pieces.
const OFF_ENTRIES: &str = "
    select e.id from bank_entries e
     where (e.state = 'matched' and e.amount_minor <> (select coalesce(sum(c.amount_minor), 0) from bank_clearings c
             where c.bank_entry_id = e.id and c.taken_back_at is null and c.currency = e.currency))
        or (e.state <> 'matched' and exists (select 1 from bank_clearings c where c.bank_entry_id = e.id and c.taken_back_at is null))
     order by e.id limit 20";
/// Pieces that are not what they stand for.
const OFF_PIECES: &str = "
    select c.id from bank_clearings c
     where c.taken_back_at is null
       and ((c.kind = 'debits' and c.amount_minor <> (select coalesce(sum(d.amount_minor), 0)
               from debits d join debit_authorizations a on a.id = d.authorization_id
              where d.file_id = c.file_id and d.effective_on = c.effective_on and d.kind <> 'prenote'
                and (c.batch = '' or c.batch = a.class || ' ' || case when d.kind = 'retry' then 'RETRY PYMT' else 'PAYMENT' end)))
         or (c.kind = 'return' and not exists (select 1 from debits d
              where d.id = c.debit_id and d.state = 'returned' and d.amount_minor = -c.amount_minor and d.currency = c.currency)))
     order by c.id limit 20";
/// Pieces that stand for what another stands for as well.
const TWICE: &str = "
    select count(*) from bank_clearings c join bank_clearings o on o.id > c.id and o.taken_back_at is null and o.kind = c.kind
     where c.taken_back_at is null
       and ((c.kind = 'debits' and o.file_id = c.file_id and o.effective_on = c.effective_on
             and (o.batch = c.batch or o.batch = '' or c.batch = ''))
         or (c.kind = 'return' and o.debit_id = c.debit_id))";
const COUNTS: &str = "
    select kind, currency, count(*), cast(sum(amount_minor) as bigint) from bank_clearings where taken_back_at is null
     group by kind, currency order by kind, currency";

rows! {
    /// One piece of what a sum at the bank stands for.
    pub struct ClearingRow {
        pub id: BankClearingId,
        pub entry: ReceiptId,
        pub kind: String,
        pub file: Option<DebitFileId>,
        pub effective_on: Option<Date>,
        pub batch: String,
        pub debit: Option<DebitId>,
        pub amount_minor: i64,
        pub currency: String,
        pub cleared_by: String,
        pub cleared_at: Timestamp,
        pub taken_back_by: Option<String>,
        pub taken_back_at: Option<Timestamp>,
    }

    /// A file of which the bank did not show everything.
    pub struct OpenFile {
        pub id: DebitFileId,
        pub created_on: Date,
        pub modifier: String,
        pub sender: String,
        pub bank_name: String,
        pub company_no: String,
        pub currency: String,
    }

    /// Debits of a file of one day, class and kind.
    pub struct SentRow {
        pub file: DebitFileId,
        pub on: Date,
        pub class: String,
        pub kind: String,
        pub debits: i64,
        pub minor: i64,
        pub first_trace: String,
        pub last_trace: String,
    }

    /// A debit that came back.
    pub struct OpenReturn {
        pub debit: DebitId,
        pub file: DebitFileId,
        pub effective_on: Date,
        pub minor: i64,
        pub currency: String,
        pub trace: String,
        pub code: String,
        pub told_at: Timestamp,
        pub sender: String,
        pub bank_name: String,
        pub company_no: String,
        pub account_reference: String,
        pub told_by: Option<String>,
    }
}

pub async fn insert_clearings(tx: &mut Tx, rows: &[ClearingRow]) -> Result<(), StoreError> {
    let values: Vec<[Value; 13]> = rows
        .iter()
        .map(|row| {
            values![
                row.id,
                row.entry,
                &row.kind,
                row.file,
                row.effective_on,
                &row.batch,
                row.debit,
                row.amount_minor,
                &row.currency,
                &row.cleared_by,
                row.cleared_at,
                row.taken_back_by.as_ref(),
                row.taken_back_at
            ]
        })
        .collect();
    tx.insert_many(INSERT, &values).await.map(drop)
}

/// What stands of an entry is taken back.
pub async fn update_taken_back(tx: &mut Tx, entry: ReceiptId, by: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.run(TAKE_BACK, params![by, at, entry]).await.map(drop)
}

/// What a movement stands for.
pub async fn list_of_entry(tx: &mut Tx, entry: ReceiptId) -> Result<Vec<ClearingRow>, StoreError> {
    tx.all(OF_ENTRY, params![entry]).await
}

/// What the bank showed of files: day and batch.
pub async fn list_shown(tx: &mut Tx, files: &[Value]) -> Result<Vec<(DebitFileId, Date, String)>, StoreError> {
    tx.all_in(OF_FILES, files).await
}

/// Files made since a day of which the bank did not show everything.
pub async fn list_open_files(tx: &mut Tx, since: Date) -> Result<Vec<OpenFile>, StoreError> {
    tx.all(OPEN_FILES, params![since]).await
}

/// What files hold, in their order.
pub async fn list_sent(tx: &mut Tx, files: &[Value]) -> Result<Vec<SentRow>, StoreError> {
    Ok(tx.all_in::<Keyed<DebitFileId, SentRow>>(SENT, files).await?.into_iter().map(|Keyed(_, row)| row).collect())
}

/// Debits that came back since a moment and that the bank did not show as such.
pub async fn list_open_returns(tx: &mut Tx, since: Timestamp) -> Result<Vec<OpenReturn>, StoreError> {
    tx.all(OPEN_RETURNS, params![since]).await
}

/// In the book up to a day and not shown by the bank, by currency; below zero where the bank showed more.
pub async fn list_coming(tx: &mut Tx, on: Date) -> Result<Vec<(String, i64)>, StoreError> {
    tx.all(COMING, params![on]).await
}

/// Movements that are not what their pieces come to; pieces that are not what they stand for; how many stand for one thing twice.
pub async fn list_faults(tx: &mut Tx) -> Result<(Vec<ReceiptId>, Vec<BankClearingId>, i64), StoreError> {
    let entries: Vec<(ReceiptId,)> = tx.all(OFF_ENTRIES, &[]).await?;
    let pieces: Vec<(BankClearingId,)> = tx.all(OFF_PIECES, &[]).await?;
    let twice = tx.number(TWICE, &[]).await?;
    Ok((entries.into_iter().map(|(id,)| id).collect(), pieces.into_iter().map(|(id,)| id).collect(), twice))
}

/// What is matched, by kind and currency: how many, and how much.
pub async fn list_counts(tx: &mut Tx) -> Result<Vec<(String, String, i64, i64)>, StoreError> {
    tx.all(COUNTS, &[]).await
}
