//! The tables `bank_statements`, `bank_entries` and `bank_parts`.

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{Keyed, StoreError, Tx, Value};
use crate::values;
use duly_domain::values::ids::{AccountId, BankPartId, JointPlanId, PaymentId, ReceiptId, StatementId};
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::{HashMap, HashSet};

macro_rules! statements_where {
    ($condition:literal) => {
        concat!(
            "select id, bank_account, form, number, currency, opening_minor, opening_on, closing_minor, closing_on, adds_up, bookings, taken_by,
                    taken_at, bookings_taken, told_minor, known_minor from bank_statements where ",
            $condition
        )
    };
}

macro_rules! entries_where {
    ($condition:literal) => {
        concat!(
            "select e.id, e.statement_id, s.bank_account, e.line, e.mark, e.part, e.booked_on, e.value_on, e.amount_minor, e.currency,
                    e.reference, e.bank_reference, e.counterparty, e.words, e.is_reversal, e.return_reason, e.state, e.account_id, e.payment,
                    e.grounds, e.times_posted, e.note, e.decided_by, e.decided_at, a.reference, d.name
               from bank_entries e join bank_statements s on s.id = e.statement_id
               left join accounts a on a.id = e.account_id left join debtors d on d.id = a.debtor_id
              where ",
            $condition
        )
    };
}

/// The key of an account's reference, as its index has it.
macro_rules! candidates_where {
    ($key:literal, $condition:literal) => {
        concat!(
            "select ",
            $key,
            ", a.id, a.reference, d.name, a.balance_minor, a.currency, a.state,
               (select max(p.amount_minor) from promises p where p.account_id = a.id and p.state = 'open'),
               (select case when p.state = 'active' or p.state = 'broken' then p.joint_id end
                  from plans p where p.account_id = a.id order by p.id desc limit 1)
              from accounts a join debtors d on d.id = a.debtor_id where ",
            $condition
        )
    };
}

const FIND_STATEMENT: &str = statements_where!("file_hash = $1 and place = $2");
const STATEMENT: &str = statements_where!("id = $1");
const STATEMENTS: &str = statements_where!("id > $1 order by id desc limit $2");
const INSERT_STATEMENT: &str = "
    insert into bank_statements (id, bank_account, form, file_hash, place, number, currency, opening_minor, opening_on, closing_minor,
        closing_on, adds_up, bookings, taken_by, taken_at, bookings_taken, told_minor, known_minor)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0, 0, 0)";
const TAKEN: &str = "
    update bank_statements set bookings_taken = $1, told_minor = told_minor + $2, known_minor = known_minor + $3 where id = $4";
const KNOWN: &str = "select mark from bank_entries where mark in ($keys)";
const INSERT_ENTRY: &str = "
    insert into bank_entries (id, statement_id, line, mark, part, booked_on, value_on, amount_minor, currency, reference, bank_reference,
        counterparty, words, is_reversal, return_reason, state, account_id, payment, grounds, times_posted, note, decided_by, decided_at)";
const DECIDE: &str = "
    update bank_entries set state = $1, account_id = $2, payment = $3, grounds = $4, times_posted = $5, note = $6, decided_by = $7,
        decided_at = $8 where id = $9";
const ENTRY: &str = entries_where!("e.id = $1");
const WAITING: &str =
    entries_where!("e.state = 'unidentified' or (e.state = 'came_back' and e.decided_at is null) order by e.booked_on, e.id limit $1");
const BY_STATE: &str = entries_where!("e.state = $1 order by e.booked_on desc, e.id desc limit $2");
const ALL: &str = entries_where!("e.id > $1 order by e.booked_on desc, e.id desc limit $2");
/// Payments that the bank told of and that did not come back yet.
const POSTED_LIKE: &str = entries_where!(
    "e.amount_minor = $1 and e.currency = $2 and s.bank_account = $3 and e.state = 'posted'
      and not exists (select 1 from bank_entries b where b.payment = e.payment and b.state = 'came_back')
     order by e.booked_on desc, e.id desc limit 50"
);
const CAME_BACK_OF: &str = "select count(*) from bank_entries where payment = $1 and state = 'came_back'";
const BY_KEY: &str = candidates_where!(
    "upper(replace(replace(replace(replace(replace(replace(replace(a.reference, '-', ''), ' ', ''), '/', ''), '.', ''), '_', ''), '#', ''), ':', ''))",
    "upper(replace(replace(replace(replace(replace(replace(replace(a.reference, '-', ''), ' ', ''), '/', ''), '.', ''), '_', ''), '#', ''), ':', ''))
      in ($keys) order by a.id"
);
const BY_ID: &str = candidates_where!("a.id", "a.id in ($keys) order by a.id");
/// What of a movement was posted on other accounts than its own, by its last posting.
macro_rules! parts_where {
    ($condition:literal) => {
        concat!(
            "select b.bank_entry_id, b.id, b.posting_no, b.account_id, b.payment, b.amount_minor, b.currency, a.reference
               from bank_parts b join bank_entries e on e.id = b.bank_entry_id and e.state = 'posted' and e.times_posted = b.posting_no
               join accounts a on a.id = b.account_id
              where ",
            $condition
        )
    };
}

const PARTS: &str = parts_where!("b.bank_entry_id in ($keys) order by b.id");
const INSERT_PART: &str = "
    insert into bank_parts (id, bank_entry_id, posting_no, account_id, payment, amount_minor, currency)";
/// The movement that was posted by a payment, whichever of its accounts that is on.
const POSTED_BY: &str = entries_where!(
    "e.state = 'posted' and (e.payment = $1 or exists (select 1 from bank_parts b
         where b.payment = $1 and b.bank_entry_id = e.id and b.posting_no = e.times_posted)) order by e.id limit 1"
);
const SUMS: &str = "
    select currency, state, cast(count(*) as bigint), cast(sum(amount_minor) as bigint),
           cast(coalesce(sum(case when decided_at is null then amount_minor else 0 end), 0) as bigint)
      from bank_entries group by currency, state order by currency, state";
const UNPAID: &str = "
    select e.id from bank_entries e
     where e.state = 'posted' and (
           not exists (select 1 from entries p where p.account_id = e.account_id and p.id = e.payment and p.kind = 'payment'
              and p.currency = e.currency and p.trust_bank_minor = e.amount_minor - (select coalesce(sum(b.amount_minor), 0)
                  from bank_parts b where b.bank_entry_id = e.id and b.posting_no = e.times_posted))
        or exists (select 1 from bank_parts b where b.bank_entry_id = e.id and b.posting_no = e.times_posted
              and not exists (select 1 from entries p where p.account_id = b.account_id and p.id = b.payment and p.kind = 'payment'
                  and p.trust_bank_minor = b.amount_minor and p.currency = b.currency and b.currency = e.currency)))
     order by e.id limit 20";
const PAID_TWICE: &str = "
    select cast(count(*) - count(distinct payment) as bigint) from (
        select payment from bank_entries where state = 'posted'
        union all
        select b.payment from bank_parts b
          join bank_entries e on e.id = b.bank_entry_id and e.state = 'posted' and e.times_posted = b.posting_no) all_of_them";
/// Statements that are not what their entries make, or whose balances were proved and are not any more.
const OFF_STATEMENTS: &str = "
    select s.id from bank_statements s
     where s.told_minor - s.known_minor <> (select coalesce(sum(e.amount_minor), 0) from bank_entries e
            where e.statement_id = s.id and e.currency = s.currency)
        or (s.adds_up = 1 and s.bookings_taken = s.bookings and s.opening_minor + s.told_minor <> s.closing_minor)
     order by s.id limit 20";
const CAME_BY_STATEMENTS: &str = "
    select currency, cast(sum(told_minor - known_minor) as bigint) from bank_statements group by currency order by currency";
/// What is at the bank as the last statement of each account says.
const AT_THE_BANK: &str = "
    select s.currency, cast(sum(s.closing_minor) as bigint) from bank_statements s
     where s.closing_minor is not null and s.closing_on is not null
       and not exists (select 1 from bank_statements t where t.bank_account = s.bank_account and t.currency = s.currency
            and t.closing_minor is not null and (t.closing_on > s.closing_on or (t.closing_on = s.closing_on and t.id > s.id)))
     group by s.currency order by s.currency";
const COUNT_WAITING: &str = "
    select count(*) from bank_entries where state = 'unidentified' or (state = 'came_back' and decided_at is null)";
/// What statements brought, by what became of it; what was posted as the ledger has it.
const BECAME: &str = "
    select s.currency, cast(coalesce(sum(case when e.state = 'posted' then p.trust_bank_minor else 0 end), 0) as bigint),
           cast(coalesce(sum(case when e.state = 'unidentified' then e.amount_minor else 0 end), 0) as bigint),
           cast(coalesce(sum(case when e.state = 'set_aside' then e.amount_minor else 0 end), 0) as bigint),
           cast(coalesce(sum(case when e.state = 'came_back' then e.amount_minor else 0 end), 0) as bigint),
           cast(coalesce(sum(case when e.state = 'went_out' then e.amount_minor else 0 end), 0) as bigint),
           cast(coalesce(sum(case when e.state = 'matched' then e.amount_minor else 0 end), 0) as bigint)
      from bank_entries e join bank_statements s on s.id = e.statement_id and s.currency = e.currency
      left join entries p on p.account_id = e.account_id and p.id = e.payment and p.kind = 'payment'
     group by s.currency order by s.currency";
/// The parts of what was posted on several accounts, as the ledger has them; the first of each stands above.
const BECAME_IN_PARTS: &str = "
    select s.currency, cast(sum(p.trust_bank_minor) as bigint)
      from bank_parts b join bank_entries e on e.id = b.bank_entry_id and e.state = 'posted' and e.times_posted = b.posting_no
      join bank_statements s on s.id = e.statement_id and s.currency = e.currency
      join entries p on p.account_id = b.account_id and p.id = b.payment and p.kind = 'payment'
     group by s.currency order by s.currency";
/// The state of the books and the bank: payments that were reversed while the bank did not say that the money went back.
const REVERSED_HERE: &str = entries_where!(
    "e.state = 'posted' and (exists (select 1 from entries r where r.account_id = e.account_id and r.reverses_entry_id = e.payment)
        or exists (select 1 from bank_parts p join entries r on r.account_id = p.account_id and r.reverses_entry_id = p.payment
            where p.bank_entry_id = e.id and p.posting_no = e.times_posted))
      and not exists (select 1 from bank_entries b where b.payment = e.payment and b.state = 'came_back')
     order by e.booked_on, e.id limit 50"
);

rows! {
    /// What a bank told of an account over a time.
    pub struct StatementRow {
        pub id: StatementId,
        pub bank_account: String,
        pub form: String,
        pub number: String,
        pub currency: String,
        pub opening_minor: Option<i64>,
        pub opening_on: Option<Date>,
        pub closing_minor: Option<i64>,
        pub closing_on: Option<Date>,
        pub adds_up: Option<bool>,
        pub bookings: i64,
        pub taken_by: String,
        pub taken_at: Timestamp,
        pub bookings_taken: i64,
        pub told_minor: i64,
        pub known_minor: i64,
    }

    /// A movement of money, with the account it was posted on.
    pub struct EntryRow {
        pub id: ReceiptId,
        pub statement: StatementId,
        pub bank_account: String,
        pub line: i64,
        pub mark: String,
        pub part: i64,
        pub booked_on: Date,
        pub value_on: Date,
        pub amount_minor: i64,
        pub currency: String,
        pub reference: String,
        pub bank_reference: String,
        pub counterparty: String,
        pub words: String,
        pub is_reversal: bool,
        pub return_reason: String,
        pub state: String,
        pub account: Option<AccountId>,
        pub payment: Option<PaymentId>,
        pub grounds: String,
        pub times_posted: i64,
        pub note: String,
        pub decided_by: Option<String>,
        pub decided_at: Option<Timestamp>,
        pub account_reference: Option<String>,
        pub name: Option<String>,
    }

    /// An account that money may be meant for.
    pub struct CandidateRow {
        pub account: AccountId,
        pub reference: String,
        pub name: Option<String>,
        pub balance_minor: i64,
        pub currency: String,
        pub state: String,
        pub promised_minor: Option<i64>,
        pub joint: Option<JointPlanId>,
    }

    /// What of a movement was posted on another account than its own.
    pub struct PartRow {
        pub id: BankPartId,
        pub posting_no: i64,
        pub account: AccountId,
        pub payment: PaymentId,
        pub amount_minor: i64,
        pub currency: String,
        pub account_reference: String,
    }

    /// What became of what came in a currency, what was posted as the ledger has it.
    pub struct Became {
        pub currency: String,
        pub posted: i64,
        pub unidentified: i64,
        pub aside: i64,
        pub back: i64,
        pub out: i64,
        pub matched: i64,
    }

    /// What there is of a state in a currency, and how much of it nobody decided.
    pub struct Sum {
        pub currency: String,
        pub state: String,
        pub entries: i64,
        pub minor: i64,
        pub undecided_minor: i64,
    }
}

pub async fn find_statement(tx: &mut Tx, file_hash: &str, place: i64) -> Result<Option<StatementRow>, StoreError> {
    tx.one(FIND_STATEMENT, params![file_hash, place]).await
}

pub async fn load_statement(tx: &mut Tx, id: StatementId) -> Result<StatementRow, Failure> {
    tx.one(STATEMENT, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("bank statement {id}")))
}

/// The statements taken last.
pub async fn list_statements(tx: &mut Tx, limit: i64) -> Result<Vec<StatementRow>, StoreError> {
    tx.all(STATEMENTS, params![StatementId(uuid::Uuid::nil()), limit]).await
}

pub async fn insert_statement(tx: &mut Tx, row: &StatementRow, file_hash: &str, place: i64) -> Result<(), StoreError> {
    let StatementRow { id, bank_account, form, number, currency, opening_minor, opening_on, closing_minor, closing_on, adds_up, .. } =
        row.clone();
    let (bookings, taken_by, taken_at) = (row.bookings, &row.taken_by, row.taken_at);
    let values = params![
        id,
        bank_account,
        form,
        file_hash,
        place,
        number,
        currency,
        opening_minor,
        opening_on,
        closing_minor,
        closing_on,
        adds_up,
        bookings,
        taken_by,
        taken_at
    ];
    tx.run(INSERT_STATEMENT, values).await.map(drop)
}

/// So many bookings of a statement are taken, with what the last of them come to.
pub async fn update_taken(tx: &mut Tx, id: StatementId, taken: i64, told_minor: i64, known_minor: i64) -> Result<(), StoreError> {
    tx.run(TAKEN, params![taken, told_minor, known_minor, id]).await.map(drop)
}

/// Which of these marks are known.
pub async fn list_known(tx: &mut Tx, marks: &[Value]) -> Result<HashSet<String>, StoreError> {
    Ok(tx.all_in::<(String,)>(KNOWN, marks).await?.into_iter().map(|(mark,)| mark).collect())
}

pub async fn insert_entries(tx: &mut Tx, rows: &[EntryRow]) -> Result<(), StoreError> {
    let values: Vec<[Value; 23]> = rows
        .iter()
        .map(|row| {
            values![
                row.id,
                row.statement,
                row.line,
                &row.mark,
                row.part,
                row.booked_on,
                row.value_on,
                row.amount_minor,
                &row.currency,
                &row.reference,
                &row.bank_reference,
                &row.counterparty,
                &row.words,
                row.is_reversal,
                &row.return_reason,
                &row.state,
                row.account,
                row.payment,
                &row.grounds,
                row.times_posted,
                &row.note,
                row.decided_by.as_ref(),
                row.decided_at
            ]
        })
        .collect();
    tx.insert_many(INSERT_ENTRY, &values).await.map(drop)
}

/// Adds what of movements was posted on other accounts.
pub async fn insert_parts(tx: &mut Tx, parts: &[(ReceiptId, PartRow)]) -> Result<(), StoreError> {
    let values: Vec<[Value; 7]> = parts
        .iter()
        .map(|(entry, part)| values![part.id, *entry, part.posting_no, part.account, part.payment, part.amount_minor, &part.currency])
        .collect();
    tx.insert_many(INSERT_PART, &values).await.map(drop)
}

/// What of posted movements stands on other accounts than their own.
pub async fn list_parts(tx: &mut Tx, entries: &[ReceiptId]) -> Result<Vec<Keyed<ReceiptId, PartRow>>, StoreError> {
    let keys: Vec<Value> = entries.iter().map(|entry| Value::from(*entry)).collect();
    if keys.is_empty() { Ok(Vec::new()) } else { tx.all_in(PARTS, &keys).await }
}

/// The movement that was posted by a payment, where one was.
pub async fn find_posted_by(tx: &mut Tx, payment: PaymentId) -> Result<Option<EntryRow>, StoreError> {
    tx.one(POSTED_BY, params![payment]).await
}

/// Keeps what was decided of an entry.
pub async fn update_decided(tx: &mut Tx, row: &EntryRow) -> Result<(), StoreError> {
    let values = params![
        &row.state,
        row.account,
        row.payment,
        &row.grounds,
        row.times_posted,
        &row.note,
        row.decided_by.as_ref(),
        row.decided_at,
        row.id
    ];
    tx.run(DECIDE, values).await.map(drop)
}

pub async fn load_entry(tx: &mut Tx, id: ReceiptId) -> Result<EntryRow, Failure> {
    tx.one(ENTRY, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("bank entry {id}")))
}

/// What waits for somebody, the oldest first.
pub async fn list_waiting(tx: &mut Tx, limit: i64) -> Result<Vec<EntryRow>, StoreError> {
    tx.all(WAITING, params![limit]).await
}

/// Entries of a state, or of any, the newest first.
pub async fn list_entries(tx: &mut Tx, state: Option<&str>, limit: i64) -> Result<Vec<EntryRow>, StoreError> {
    match state {
        Some(state) => tx.all(BY_STATE, params![state, limit]).await,
        None => tx.all(ALL, params![ReceiptId(uuid::Uuid::nil()), limit]).await,
    }
}

/// Payments of an amount that came by a bank account and did not go back.
pub async fn list_posted_like(tx: &mut Tx, bank_account: &str, minor: i64, currency: &str) -> Result<Vec<EntryRow>, StoreError> {
    tx.all(POSTED_LIKE, params![minor, currency, bank_account]).await
}

/// Posted entries whose payment was reversed here while the bank did not say that the money went back.
pub async fn list_reversed_here(tx: &mut Tx) -> Result<Vec<EntryRow>, StoreError> {
    tx.all(REVERSED_HERE, &[]).await
}

/// Whether the bank said that a payment came back.
pub async fn came_back(tx: &mut Tx, payment: PaymentId) -> Result<bool, StoreError> {
    Ok(tx.number(CAME_BACK_OF, params![payment]).await? > 0)
}

/// Accounts behind the keys of their references.
pub async fn list_candidates_by_key(tx: &mut Tx, keys: &[Value]) -> Result<Vec<Keyed<String, CandidateRow>>, StoreError> {
    tx.all_in(BY_KEY, keys).await
}

pub async fn list_candidates(tx: &mut Tx, ids: &[Value]) -> Result<Vec<Keyed<AccountId, CandidateRow>>, StoreError> {
    tx.all_in(BY_ID, ids).await
}

/// What became of everything, by currency.
pub async fn list_sums(tx: &mut Tx) -> Result<Vec<Sum>, StoreError> {
    tx.all(SUMS, &[]).await
}

/// Posted entries without their payment; how many payments stand for two; statements that are not what their entries make.
pub async fn list_faults(tx: &mut Tx) -> Result<(Vec<ReceiptId>, i64, Vec<StatementId>), StoreError> {
    let unpaid: Vec<(ReceiptId,)> = tx.all(UNPAID, &[]).await?;
    let twice = tx.number(PAID_TWICE, &[]).await?;
    let off: Vec<(StatementId,)> = tx.all(OFF_STATEMENTS, &[]).await?;
    Ok((unpaid.into_iter().map(|(id,)| id).collect(), twice, off.into_iter().map(|(id,)| id).collect()))
}

/// What the last statements say is at the bank, by currency.
pub async fn list_at_the_bank(tx: &mut Tx) -> Result<Vec<(String, i64)>, StoreError> {
    tx.all(AT_THE_BANK, &[]).await
}

/// How many entries wait for somebody.
pub async fn count_waiting(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.number(COUNT_WAITING, &[]).await
}

/// What statements brought that no other had told, by currency.
pub async fn list_brought(tx: &mut Tx) -> Result<Vec<(String, i64)>, StoreError> {
    tx.all(CAME_BY_STATEMENTS, &[]).await
}

/// What became of everything, by currency, what was posted as the ledger has it.
pub async fn list_became(tx: &mut Tx) -> Result<Vec<Became>, StoreError> {
    let parts: HashMap<String, i64> = tx.all::<(String, i64)>(BECAME_IN_PARTS, &[]).await?.into_iter().collect();
    let mut became: Vec<Became> = tx.all(BECAME, &[]).await?;
    for one in &mut became {
        one.posted += parts.get(&one.currency).copied().unwrap_or(0);
    }
    Ok(became)
}
