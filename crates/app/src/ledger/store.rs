//! The tables `entries`, `entry_lines`, `balances`, `payments` and `refunds`.

use crate::app::{Failure, new_uuid};
use crate::params;
use crate::rows;
use crate::store::{Keyed, StoreError, Tx, Value};
use crate::values;
use duly_domain::accounts::Bucket;
use duly_domain::ledger::{Balanced, Buckets, Code, Line};
use duly_domain::values::ids::{AccountId, EntryId, PaymentId, RefundId};
use duly_domain::values::money::{Currency, Money};
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::HashMap;

/// The columns of an entry, for [`Tx::insert_many`].
pub const INSERT_ENTRY: &str = "insert into entries (id, account_id, kind, booked_on, reverses_entry_id, memo, created_at)";
/// The columns of a line, for [`Tx::insert_many`].
pub const INSERT_LINE: &str = "insert into entry_lines (entry_id, line_no, code, bucket, amount_minor, currency)";
/// The columns of a balance, for [`Tx::insert_many`].
pub const INSERT_BALANCE: &str = "insert into balances (account_id, bucket, amount_minor, currency)";
const BALANCES: &str = "select bucket, amount_minor, currency from balances where account_id = $1 order by bucket";
const BALANCES_OF: &str = "select account_id, bucket, amount_minor from balances where account_id in ($keys)";
const MOVE_BALANCE: &str = "on conflict (account_id, bucket) do update set amount_minor = excluded.amount_minor";
const LINES: &str = "select code, bucket, amount_minor, currency from entry_lines where entry_id = $1 order by line_no";
const PARTS: &str = "
    select entry_id, code, bucket, amount_minor, currency from entry_lines
     where entry_id in ($keys) and bucket is not null order by entry_id, line_no";
const PLACED: &str = "
    select l.bucket, cast(sum(l.amount_minor) as bigint), l.currency
      from entry_lines l join entries e on e.id = l.entry_id
     where e.account_id = $1 and e.kind in ('opening', 'adjustment') and l.code = 'receivable'
     group by l.bucket, l.currency order by l.bucket";
/// The columns of a payment, for [`Tx::insert_many`].
pub const INSERT_PAYMENT: &str = "
    insert into payments (id, account_id, entry_id, amount_minor, unapplied_minor, currency, effective_on, reference, state, posted_by, created_at)";
const PAYMENT: &str = "
    select id, account_id, entry_id, amount_minor, unapplied_minor, currency, effective_on, reference, state, reversed_on, created_at
      from payments where id = $1";
const BY_REFERENCES: &str = "
    select id, account_id, entry_id, amount_minor, unapplied_minor, currency, effective_on, reference, state, reversed_on, created_at
      from payments where $pairs";
const OF_ACCOUNT: &str = "
    select id, account_id, entry_id, amount_minor, unapplied_minor, currency, effective_on, reference, state, reversed_on, created_at
      from payments where account_id = $1 order by effective_on desc, id desc limit 100";
const RECENT: &str = "
    select p.id, p.account_id, d.name, a.reference, p.amount_minor, p.currency, p.effective_on, p.reference, p.state
      from payments p join accounts a on a.id = p.account_id join debtors d on d.id = a.debtor_id
     order by p.created_at desc, p.id desc limit $1";
const REVERSE: &str = "update payments set state = 'reversed', reversed_on = $1 where id = $2 and state = 'posted'";
const ARRIVALS: &str = "
    select account_id, effective_on, created_at, amount_minor from payments where account_id in ($keys) and state = 'posted'";
const MARK_REFERENCE: &str = "update payments set reference = reference || $1 where id = $2";
const SINCE_PLACED: &str = "
    select cast(coalesce(sum(-l.amount_minor), 0) as bigint) from entry_lines l join entries e on e.id = l.entry_id
     where e.account_id = $1 and e.kind not in ('opening', 'adjustment') and l.code = 'receivable'";
const UNAPPLIED: &str = "
    select cast(coalesce(sum(-l.amount_minor), 0) as bigint) from entry_lines l join entries e on e.id = l.entry_id
     where e.account_id = $1 and l.code = 'unapplied'";
const INSERT_REFUND: &str = "
    insert into refunds (id, account_id, entry_id, amount_minor, currency, refunded_on, reference, refunded_by, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const REFUND: &str = "
    select id, account_id, entry_id, amount_minor, currency, refunded_on, reference, state from refunds where id = $1";
const REFUND_BY_REFERENCE: &str = "
    select id, account_id, entry_id, amount_minor, currency, refunded_on, reference, state from refunds
     where account_id = $1 and reference = $2";
const REFUNDS: &str = "
    select id, account_id, entry_id, amount_minor, currency, refunded_on, reference, state from refunds
     where account_id = $1 order by refunded_on desc, id desc limit 50";
const REVERSE_REFUND: &str = "update refunds set state = 'reversed' where id = $1 and state = 'posted'";
const UNBALANCED: &str = "
    select count(*) from (select entry_id from entry_lines group by entry_id, currency having sum(amount_minor) <> 0) as off";
/// Balances and the receivable lines they stand for, one against the other: what is left of any pair is a fault.
const OFF_BALANCES: &str = "
    select count(*) from (
        select account_id from (
            select e.account_id as account_id, l.bucket as bucket, l.amount_minor as amount_minor
              from entry_lines l join entries e on e.id = l.entry_id where l.code = 'receivable'
            union all
            select b.account_id, b.bucket, -b.amount_minor from balances b) as both_sides
         group by account_id, bucket having sum(amount_minor) <> 0) as off";
/// Accounts and their balances likewise.
const OFF_ACCOUNTS: &str = "
    select count(*) from (
        select account_id from (
            select a.id as account_id, a.balance_minor as amount_minor from accounts a
            union all
            select b.account_id, -b.amount_minor from balances b) as both_sides
         group by account_id having sum(amount_minor) <> 0) as off";
/// Payments that say another amount than the money their entry moved.
const OFF_PAYMENTS: &str = "
    select count(*) from payments p
     where p.amount_minor <> (select coalesce(sum(l.amount_minor), 0) from entry_lines l
            where l.entry_id = p.entry_id and l.code = 'trust_bank')
        or (p.state = 'reversed') <> exists (select 1 from entries r where r.account_id = p.account_id and r.reverses_entry_id = p.entry_id)";
const TRUST: &str = "
    select cast(coalesce(sum(case when code = 'trust_bank' then amount_minor else 0 end), 0) as bigint),
           cast(coalesce(sum(case when code in ('client_payable', 'unapplied') then amount_minor else 0 end), 0) as bigint), currency
      from entry_lines group by currency order by currency";
const ENTRIES: &str = "select cast(count(*) as bigint) from entries";
const JOURNAL: &str = "
    select e.id, e.kind, e.booked_on, e.memo, a.reference, c.name
      from entries e join accounts a on a.id = e.account_id join creditors c on c.id = a.creditor_id
     where e.id > $1 order by e.id limit $2";
const JOURNAL_LINES: &str = "
    select entry_id, code, bucket, amount_minor, currency from entry_lines
     where entry_id > $1 and entry_id <= $2 order by entry_id, line_no";

rows! {
    /// One payment.
    pub struct Payment {
        pub id: PaymentId,
        pub account: AccountId,
        pub entry: EntryId,
        pub amount_minor: i64,
        pub unapplied_minor: i64,
        pub currency: String,
        pub effective_on: Date,
        pub reference: String,
        pub state: String,
        pub reversed_on: Option<Date>,
        pub created_at: Timestamp,
    }

    /// Money that arrived: for which day, and when it was posted.
    pub struct Arrival {
        pub effective_on: Date,
        pub posted_at: Timestamp,
        pub amount_minor: i64,
    }

    /// Overpaid money that went back.
    pub struct Refund {
        pub id: RefundId,
        pub account: AccountId,
        pub entry: EntryId,
        pub amount_minor: i64,
        pub currency: String,
        pub refunded_on: Date,
        pub reference: String,
        pub state: String,
    }

    /// One payment with the account it is on.
    pub struct RecentPayment {
        pub id: PaymentId,
        pub account: AccountId,
        pub name: Option<String>,
        pub account_reference: String,
        pub amount_minor: i64,
        pub currency: String,
        pub effective_on: Date,
        pub reference: String,
        pub state: String,
    }

    /// The head of a journal entry.
    pub struct JournalEntry {
        pub id: EntryId,
        pub kind: String,
        pub booked_on: Date,
        pub memo: String,
        pub reference: String,
        pub creditor: String,
    }

    /// A line of a journal entry.
    pub struct JournalLine {
        pub entry: EntryId,
        pub code: String,
        pub bucket: Option<String>,
        pub amount_minor: i64,
        pub currency: String,
    }

    struct LineRow {
        code: String,
        bucket: Option<String>,
        amount_minor: i64,
        currency: String,
    }
}

/// The currency of a stored code.
pub fn currency(code: &str) -> Result<Currency, StoreError> {
    Currency::parse(code).ok_or_else(|| StoreError::Column(format!("currency {code:?}")))
}

/// What an account owes by bucket.
pub async fn load_buckets(tx: &mut Tx, account: AccountId, in_currency: &str) -> Result<Buckets, StoreError> {
    in_buckets(tx.all(BALANCES, params![account]).await?, in_currency)
}

/// What was placed on an account by bucket, adjustments included, payments not.
pub async fn load_placed(tx: &mut Tx, account: AccountId, in_currency: &str) -> Result<Buckets, StoreError> {
    in_buckets(tx.all(PLACED, params![account]).await?, in_currency)
}

/// What many accounts owe: account, bucket, minor units.
pub async fn list_balances(tx: &mut Tx, accounts: &[Value]) -> Result<Vec<(AccountId, String, i64)>, StoreError> {
    tx.all_in(BALANCES_OF, accounts).await
}

fn in_buckets(rows: Vec<(String, i64, String)>, in_currency: &str) -> Result<Buckets, StoreError> {
    let mut buckets = Buckets::none(currency(in_currency)?);
    for (bucket, minor, _) in rows {
        let bucket = Bucket::parse(&bucket).ok_or_else(|| StoreError::Column(format!("bucket {bucket:?}")))?;
        buckets = buckets.with(bucket, minor);
    }
    Ok(buckets)
}

/// The values of an entry for [`INSERT_ENTRY`].
pub fn entry_values(
    id: EntryId,
    account: AccountId,
    kind: &'static str,
    on: Date,
    reverses: Option<EntryId>,
    memo: impl Into<Value>,
    at: Timestamp,
) -> [Value; 7] {
    values![id, account, Value::word(kind), on, reverses, memo.into(), at]
}

/// The values of an entry's lines for [`INSERT_LINE`].
pub fn line_values(entry: EntryId, lines: &Balanced) -> impl Iterator<Item = [Value; 6]> + '_ {
    lines.lines().iter().zip(1i64..).map(move |(line, no)| {
        let bucket = line.bucket.map(|bucket| Value::word(bucket.code()));
        values![entry, no, Value::word(line.code.code()), bucket, line.amount.minor(), Value::word(line.amount.currency().code())]
    })
}

/// The rows of buckets that are others after than before, for [`INSERT_BALANCE`].
pub fn changed_balances<'a>(account: AccountId, before: &'a Buckets, after: &'a Buckets) -> impl Iterator<Item = [Value; 4]> + 'a {
    after
        .each()
        .filter(|(bucket, amount)| amount.minor() != before.get(*bucket).minor())
        .map(move |(bucket, amount)| balance_values(account, bucket, amount))
}

/// The values of a balance for [`INSERT_BALANCE`].
pub fn balance_values(account: AccountId, bucket: Bucket, amount: Money) -> [Value; 4] {
    values![account, Value::word(bucket.code()), amount.minor(), Value::word(amount.currency().code())]
}

/// Rows that go into the books together.
#[derive(Default)]
pub struct Booked {
    /// Of [`INSERT_ENTRY`].
    pub entries: Vec<[Value; 7]>,
    /// Of [`INSERT_LINE`].
    pub lines: Vec<[Value; 6]>,
    /// Of [`INSERT_PAYMENT`].
    pub payments: Vec<[Value; 11]>,
    /// Of [`INSERT_BALANCE`], each account's bucket once: what it holds at the end.
    pub balances: Vec<[Value; 4]>,
}

impl Booked {
    /// Inserts them, referenced tables first; balances that stand are moved.
    pub async fn insert(self, tx: &mut Tx) -> Result<(), StoreError> {
        tx.insert_many(INSERT_ENTRY, &self.entries).await?;
        tx.insert_many(INSERT_LINE, &self.lines).await?;
        tx.insert_many(INSERT_PAYMENT, &self.payments).await?;
        tx.merge_many(INSERT_BALANCE, &self.balances, MOVE_BALANCE).await.map(drop)
    }
}

/// Adds an entry and brings the balances it touches along.
pub async fn insert_entry(
    tx: &mut Tx,
    account: AccountId,
    kind: &'static str,
    on: Date,
    reverses: Option<EntryId>,
    memo: &str,
    lines: &Balanced,
    before: &Buckets,
    at: Timestamp,
) -> Result<(EntryId, Buckets), Failure> {
    let after = before.after(lines)?;
    let id = EntryId(new_uuid());
    let mut booked = Booked::default();
    booked.entries.push(entry_values(id, account, kind, on, reverses, memo, at));
    booked.lines.extend(line_values(id, lines));
    booked.balances.extend(changed_balances(account, before, &after));
    booked.insert(tx).await?;
    Ok((id, after))
}

/// The lines of an entry, proved balanced again on the way in.
pub async fn load_lines(tx: &mut Tx, entry: EntryId) -> Result<Balanced, Failure> {
    let rows: Vec<LineRow> = tx.all(LINES, params![entry]).await?;
    let lines = rows.into_iter().map(|row| {
        let code = Code::parse(&row.code).ok_or_else(|| StoreError::Column(format!("code {:?}", row.code)))?;
        Ok(Line {
            code,
            bucket: row.bucket.as_deref().and_then(Bucket::parse),
            amount: Money::of(row.amount_minor, currency(&row.currency)?),
        })
    });
    Ok(Balanced::new(lines.collect::<Result<Vec<_>, StoreError>>()?)?)
}

/// What each bucket took of the payments of these entries.
pub async fn list_allocations(tx: &mut Tx, entries: &[Value]) -> Result<HashMap<EntryId, Vec<(Bucket, Money)>>, StoreError> {
    let mut allocations: HashMap<EntryId, Vec<(Bucket, Money)>> = HashMap::new();
    for line in tx.all_in::<JournalLine>(PARTS, entries).await? {
        let Some(bucket) = line.bucket.as_deref().and_then(Bucket::parse) else { continue };
        allocations.entry(line.entry).or_default().push((bucket, Money::of(-line.amount_minor, currency(&line.currency)?)));
    }
    Ok(allocations)
}

/// A payment that is posted now.
pub struct NewPayment<'a> {
    pub id: PaymentId,
    pub account: AccountId,
    pub entry: EntryId,
    pub amount: Money,
    pub unapplied: Money,
    pub effective_on: Date,
    pub reference: &'a str,
    pub by: &'a str,
    pub at: Timestamp,
}

impl NewPayment<'_> {
    /// Its values for [`INSERT_PAYMENT`].
    pub fn values(self) -> [Value; 11] {
        let NewPayment { id, account, entry, amount, unapplied, effective_on, reference, by, at } = self;
        let (currency, state) = (Value::word(amount.currency().code()), Value::word("posted"));
        values![id, account, entry, amount.minor(), unapplied.minor(), currency, effective_on, reference, state, by, at]
    }
}

pub async fn load_payment(tx: &mut Tx, id: PaymentId) -> Result<Payment, Failure> {
    tx.one(PAYMENT, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("payment {id}")))
}

/// The payments that have these references on these accounts.
pub async fn list_payments_by_references(tx: &mut Tx, pairs: &[[Value; 2]]) -> Result<Vec<Payment>, StoreError> {
    tx.all_in_pairs(BY_REFERENCES, ["account_id", "reference"], pairs).await
}

pub async fn list_payments(tx: &mut Tx, account: AccountId) -> Result<Vec<Payment>, StoreError> {
    tx.all(OF_ACCOUNT, params![account]).await
}

pub async fn list_recent_payments(tx: &mut Tx, limit: i64) -> Result<Vec<RecentPayment>, StoreError> {
    tx.all(RECENT, params![limit]).await
}

/// Marks the reference of a payment that was taken back, so that it no longer makes another payment known.
pub async fn mark_reference(tx: &mut Tx, id: PaymentId, mark: &str) -> Result<(), StoreError> {
    tx.run(MARK_REFERENCE, params![mark, id]).await.map(drop)
}

pub async fn update_reversed(tx: &mut Tx, id: PaymentId, on: Date) -> Result<bool, StoreError> {
    Ok(tx.run(REVERSE, params![on, id]).await? == 1)
}

/// What was overpaid on an account and did not go back yet, in minor units.
pub async fn unapplied(tx: &mut Tx, account: AccountId) -> Result<i64, StoreError> {
    tx.number(UNAPPLIED, params![account]).await
}

pub async fn insert_refund(tx: &mut Tx, refund: &Refund, by: &str, at: Timestamp) -> Result<(), StoreError> {
    let Refund { id, account, entry, amount_minor, currency, refunded_on, reference, .. } = refund.clone();
    tx.run(INSERT_REFUND, params![id, account, entry, amount_minor, currency, refunded_on, reference, by, at]).await.map(drop)
}

pub async fn load_refund(tx: &mut Tx, id: RefundId) -> Result<Refund, Failure> {
    tx.one(REFUND, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("refund {id}")))
}

pub async fn find_refund_by_reference(tx: &mut Tx, account: AccountId, reference: &str) -> Result<Option<Refund>, StoreError> {
    tx.one(REFUND_BY_REFERENCE, params![account, reference]).await
}

pub async fn list_refunds(tx: &mut Tx, account: AccountId) -> Result<Vec<Refund>, StoreError> {
    tx.all(REFUNDS, params![account]).await
}

pub async fn update_refund_reversed(tx: &mut Tx, id: RefundId) -> Result<bool, StoreError> {
    Ok(tx.run(REVERSE_REFUND, params![id]).await? == 1)
}

/// The payments that stand on many accounts, as their promises see them.
pub async fn list_arrivals(tx: &mut Tx, accounts: &[Value]) -> Result<Vec<Keyed<AccountId, Arrival>>, StoreError> {
    tx.all_in(ARRIVALS, accounts).await
}

/// What was taken off an account since it was placed, by payments less what was taken back.
pub async fn sum_since_placed(tx: &mut Tx, account: AccountId) -> Result<i64, StoreError> {
    tx.number(SINCE_PLACED, params![account]).await
}

/// How many entries, balances, accounts and payments are not whole: all must be zero.
pub async fn count_faults(tx: &mut Tx) -> Result<[i64; 4], StoreError> {
    Ok([
        tx.number(UNBALANCED, &[]).await?,
        tx.number(OFF_BALANCES, &[]).await?,
        tx.number(OFF_ACCOUNTS, &[]).await?,
        tx.number(OFF_PAYMENTS, &[]).await?,
    ])
}

/// Per currency: client money at the bank, and whom it belongs to (credits, so below zero).
pub async fn trust(tx: &mut Tx) -> Result<Vec<(i64, i64, String)>, StoreError> {
    tx.all(TRUST, &[]).await
}

pub async fn count_entries(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.number(ENTRIES, &[]).await
}

/// A page of the journal: heads and their lines.
pub async fn list_journal(tx: &mut Tx, after: EntryId, limit: i64) -> Result<(Vec<JournalEntry>, Vec<JournalLine>), StoreError> {
    let heads: Vec<JournalEntry> = tx.all(JOURNAL, params![after, limit]).await?;
    let Some(last) = heads.last() else { return Ok((heads, Vec::new())) };
    let lines = tx.all(JOURNAL_LINES, params![after, last.id]).await?;
    Ok((heads, lines))
}
