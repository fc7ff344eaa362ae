//! The tables `entries` and `refunds`. What an entry moves stands in it, a column for each place of the chart.
//!
//! A payment is its own entry. The view `payments` shows it as a payment: taken back if another entry reverses it.

use crate::app::{Failure, new_uuid};
use crate::params;
use crate::rows;
use crate::store::{Keyed, StoreError, Tx, Value};
use crate::values;
use duly_domain::accounts::Bucket;
use duly_domain::audit::kept::Cell;
use duly_domain::ledger::charges::Turned;
use duly_domain::ledger::{Balanced, Buckets, PLACES};
use duly_domain::values::ids::{AccountId, CreditorId, EntryId, PaymentId, RefundId};
use duly_domain::values::money::{Currency, Money};
use jiff::Timestamp;
use jiff::civil::Date;
use std::borrow::Cow;
use std::collections::HashMap;
use uuid::Uuid;

/// The columns of an entry, for [`Tx::insert_many`].
pub const INSERT_ENTRY: &str = "
    insert into entries (id, account_id, kind, booked_on, reverses_entry_id, memo, created_at, currency, principal_minor, interest_minor,
        fees_minor, costs_minor, other_minor, placed_minor, trust_bank_minor, client_payable_minor, unapplied_minor)";
const MOVED: &str = "
    select currency, principal_minor, interest_minor, fees_minor, costs_minor, other_minor, placed_minor, trust_bank_minor,
           client_payable_minor, unapplied_minor
      from entries where account_id = $1 and id = $2";
const TAKEN_OF: &str = "
    select id, currency, principal_minor, interest_minor, fees_minor, costs_minor, other_minor from entries where $each";
const PLACED: &str = "
    select cast(coalesce(sum(principal_minor), 0) as bigint), cast(coalesce(sum(interest_minor), 0) as bigint),
           cast(coalesce(sum(fees_minor), 0) as bigint), cast(coalesce(sum(costs_minor), 0) as bigint),
           cast(coalesce(sum(other_minor), 0) as bigint)
      from entries where account_id = $1 and kind in ('opening', 'adjustment')
       and not exists (select 1 from direct_payments d where d.account_id = entries.account_id and d.entry_id = entries.id)";
/// The columns of an entry that is a payment, for [`Tx::insert_many`].
pub const INSERT_PAYMENT: &str = "
    insert into entries (id, account_id, kind, booked_on, memo, created_at, currency, principal_minor, interest_minor, fees_minor,
        costs_minor, other_minor, placed_minor, trust_bank_minor, client_payable_minor, unapplied_minor, payment, effective_on, reference,
        posted_by, posting_no)";
/// What the view `payments` shows, as entries of the record name it.
pub const SHOWN: [&str; 12] = [
    "account_id",
    "id",
    "entry_id",
    "amount_minor",
    "unapplied_minor",
    "currency",
    "effective_on",
    "posted_by",
    "created_at",
    "reference",
    "state",
    "reversed_on",
];
const PAYMENT: &str = "
    select id, account_id, entry_id, amount_minor, unapplied_minor, currency, effective_on, reference, state, reversed_on, created_at
      from payments where id = $1";
/// Behind whether the file that told of it was taken back, which leaves its reference free.
const BY_REFERENCES: &str = "
    select (select count(*) from history_rows h
             where h.account_id = payments.account_id and h.made = payments.id and h.taken_back_at is not null),
           id, account_id, entry_id, amount_minor, unapplied_minor, currency, effective_on, reference, state, reversed_on, created_at
      from payments where $each";
const OF_ACCOUNT: &str = "
    select id, account_id, entry_id, amount_minor, unapplied_minor, currency, effective_on, reference, state, reversed_on, created_at
      from payments where account_id = $1 order by effective_on desc, id desc limit 100";
const RECENT: &str = "
    select p.id, p.account_id, d.name, a.reference, p.amount_minor, p.currency, p.effective_on, p.reference, p.state
      from payments p join accounts a on a.id = p.account_id join debtors d on d.id = a.debtor_id
     where p.id > $1 order by p.id desc limit $2";
const ARRIVALS: &str = "
    select account_id, effective_on, created_at, amount_minor from payments where account_id in ($keys) and state = 'posted'";
const SINCE_PLACED: &str = "
    select cast(coalesce(-sum(principal_minor + interest_minor + fees_minor + costs_minor + other_minor), 0) as bigint)
      from entries where account_id = $1 and (kind not in ('opening', 'adjustment')
        or exists (select 1 from direct_payments d where d.account_id = entries.account_id and d.entry_id = entries.id))";
const PAID: &str = "
    select cast((select coalesce(sum(p.amount_minor - p.unapplied_minor), 0) from payments p where p.account_id = $1 and p.state = 'posted')
              + (select coalesce(sum(d.amount_minor), 0) from direct_payments d
                  where d.account_id = $1 and not exists (select 1 from entries r
                        where r.account_id = d.account_id and r.reverses_entry_id = d.entry_id)) as bigint)";
const UNAPPLIED: &str = "select cast(coalesce(-sum(unapplied_minor), 0) as bigint) from entries where account_id = $1";
/// What payments, less those that came back, and what turned them did to buckets; what is over of it behind them.
const TURNED: &str = "
    select cast(coalesce(sum(-e.principal_minor), 0) as bigint), cast(coalesce(sum(-e.interest_minor), 0) as bigint),
           cast(coalesce(sum(-e.fees_minor), 0) as bigint), cast(coalesce(sum(-e.costs_minor), 0) as bigint),
           cast(coalesce(sum(-e.other_minor), 0) as bigint),
           cast(coalesce(sum(case when e.kind = 'reallocation' then e.client_payable_minor else 0 end), 0) as bigint)
      from entries e
     where e.account_id = $1 and (e.kind in ('payment', 'reallocation')
        or exists (select 1 from entries p where p.account_id = e.account_id and p.id = e.reverses_entry_id and p.kind = 'payment')
        or exists (select 1 from direct_payments d where d.account_id = e.account_id and d.entry_id in (e.id, e.reverses_entry_id)))";
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
const BOOKED_ON: &str = "select booked_on from entries where account_id = $1 and id = $2";
const TRUST: &str = "
    select cast(sum(trust_bank_minor) as bigint), cast(sum(client_payable_minor + unapplied_minor) as bigint), currency
      from entries group by currency order by currency";
const JOURNAL: &str = "
    select e.account_id, e.id, e.kind, e.booked_on, case when e.memo = '' then 'payment ' || coalesce(e.reference, '') else e.memo end,
           a.reference, c.id, c.name, e.currency, e.principal_minor, e.interest_minor, e.fees_minor, e.costs_minor, e.other_minor,
           e.placed_minor, e.trust_bank_minor, e.client_payable_minor, e.unapplied_minor,
           a.principal_minor, a.interest_minor, a.fees_minor, a.costs_minor, a.other_minor
      from entries e join accounts a on a.id = e.account_id join creditors c on c.id = a.creditor_id
     where (e.account_id, e.id) > ($1, $2) order by e.account_id, e.id limit $3";

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

    /// A journal entry, and what its account owes now.
    pub struct JournalEntry {
        pub account: AccountId,
        pub id: EntryId,
        pub kind: String,
        pub booked_on: Date,
        pub memo: String,
        pub reference: String,
        pub creditor_id: CreditorId,
        pub creditor: String,
        currency: String,
        minor: [i64; PLACES.len()],
        owed_minor: [i64; Bucket::ALL.len()],
    }

    #[derive(Default)]
    struct TurnedRow {
        paid: [i64; Bucket::ALL.len()],
        over: i64,
    }

    struct MovedRow {
        currency: String,
        minor: [i64; PLACES.len()],
    }

    struct TakenRow {
        entry: EntryId,
        currency: String,
        minor: [i64; Bucket::ALL.len()],
    }
}

impl JournalEntry {
    /// Its lines, proved balanced again on the way in.
    pub fn lines(&self) -> Result<Balanced, Failure> {
        Ok(Balanced::of(currency(&self.currency)?, self.minor)?)
    }

    /// What its account says it owes, in all.
    pub fn owed(&self) -> Result<Buckets, Failure> {
        Ok(Buckets::of(currency(&self.currency)?, self.owed_minor))
    }
}

/// The currency of a stored code.
pub fn currency(code: &str) -> Result<Currency, StoreError> {
    Currency::parse(code).ok_or_else(|| StoreError::Column(format!("currency {code:?}")))
}

/// What was placed on an account by bucket, adjustments included, payments not.
pub async fn load_placed(tx: &mut Tx, account: AccountId, in_currency: &str) -> Result<Buckets, StoreError> {
    let placed: (i64, i64, i64, i64, i64) = tx.one(PLACED, params![account]).await?.unwrap_or_default();
    Ok(Buckets::of(currency(in_currency)?, placed.into()))
}

/// The values of an entry for [`INSERT_ENTRY`].
pub fn entry_values(
    id: EntryId,
    account: AccountId,
    kind: &'static str,
    on: Date,
    reverses: Option<EntryId>,
    memo: impl Into<Value>,
    lines: &Balanced,
    at: Timestamp,
) -> [Value; 17] {
    let currency = Value::word(lines.currency().code());
    let [principal, interest, fees, costs, other, placed, trust_bank, client_payable, unapplied] = *lines.minor();
    values![
        id,
        account,
        Value::word(kind),
        on,
        reverses,
        memo.into(),
        at,
        currency,
        principal,
        interest,
        fees,
        costs,
        other,
        placed,
        trust_bank,
        client_payable,
        unapplied
    ]
}

/// Adds an entry; what the account owes after it is for the caller to keep ([`accounts::store::update_balance`]).
pub async fn insert_entry(
    tx: &mut Tx,
    account: AccountId,
    kind: &'static str,
    on: Date,
    reverses: Option<EntryId>,
    memo: &str,
    lines: &Balanced,
    at: Timestamp,
) -> Result<EntryId, StoreError> {
    let id = EntryId(new_uuid());
    tx.insert_many(INSERT_ENTRY, &[entry_values(id, account, kind, on, reverses, memo, lines, at)]).await?;
    Ok(id)
}

/// On which day an entry was booked.
pub async fn load_booked_on(tx: &mut Tx, account: AccountId, entry: EntryId) -> Result<Date, Failure> {
    let row: Option<(Date,)> = tx.one(BOOKED_ON, params![account, entry]).await?;
    row.map(|(on,)| on).ok_or_else(|| Failure::NotFound(format!("entry {entry}")))
}

/// The lines of an account's entry, proved balanced again on the way in.
pub async fn load_lines(tx: &mut Tx, account: AccountId, entry: EntryId) -> Result<Balanced, Failure> {
    let row: Option<MovedRow> = tx.one(MOVED, params![account, entry]).await?;
    let row = row.ok_or_else(|| Failure::NotFound(format!("entry {entry}")))?;
    Ok(Balanced::of(currency(&row.currency)?, row.minor)?)
}

/// What each bucket took of the payments of these entries, each named by its account and its id.
pub async fn list_allocations(tx: &mut Tx, entries: &[[Value; 2]]) -> Result<HashMap<EntryId, Vec<(Bucket, Money)>>, StoreError> {
    let rows: Vec<TakenRow> = tx.all_in_keys(TAKEN_OF, ["account_id", "id"], entries).await?;
    let parts = |row: TakenRow| {
        let currency = currency(&row.currency)?;
        let taken = Bucket::ALL.into_iter().zip(row.minor).filter(|(_, minor)| *minor != 0);
        Ok((row.entry, taken.map(|(bucket, minor)| (bucket, Money::of(-minor, currency))).collect()))
    };
    rows.into_iter().map(parts).collect()
}

/// A payment that is posted now.
pub struct NewPayment<'a> {
    /// Its entry has the same id.
    pub id: PaymentId,
    pub account: AccountId,
    pub booked_on: Date,
    pub lines: &'a Balanced,
    pub amount: Money,
    pub unapplied: Money,
    pub effective_on: Date,
    pub reference: &'a str,
    /// How many had the reference before it and left it free.
    pub posting_no: i64,
    pub by: &'a str,
    pub at: Timestamp,
}

impl NewPayment<'_> {
    /// Its values for [`INSERT_PAYMENT`]. It has no words of its own: the journal names its reference.
    pub fn values(&self) -> [Value; 21] {
        let NewPayment { id, account, booked_on, lines, effective_on, reference, posting_no, by, at, .. } = *self;
        let [kind, memo, currency] = ["payment", "", lines.currency().code()].map(Value::word);
        let [principal, interest, fees, costs, other, placed, trust_bank, client_payable, unapplied] = *lines.minor();
        values![
            id,
            account,
            kind,
            booked_on,
            memo,
            at,
            currency,
            principal,
            interest,
            fees,
            costs,
            other,
            placed,
            trust_bank,
            client_payable,
            unapplied,
            id,
            effective_on,
            reference,
            by,
            posting_no
        ]
    }

    /// Its values for [`SHOWN`].
    pub fn shown(&self) -> [Cell<'_>; SHOWN.len()] {
        let NewPayment { id, account, amount, unapplied, effective_on, reference, by, at, .. } = self;
        let text = |text| Cell::Text(Cow::Borrowed(text));
        let number = |money: &Money| Cell::Number(money.minor());
        [
            Cell::Bytes(account.0.as_bytes()),
            Cell::Bytes(id.0.as_bytes()),
            Cell::Bytes(id.0.as_bytes()),
            number(amount),
            number(unapplied),
            text(amount.currency().code()),
            Cell::Day(*effective_on),
            text(by),
            Cell::Number(at.as_microsecond()),
            text(reference),
            text("posted"),
            Cell::Nothing,
        ]
    }
}

pub async fn load_payment(tx: &mut Tx, id: PaymentId) -> Result<Payment, Failure> {
    tx.one(PAYMENT, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("payment {id}")))
}

/// The payments that have these references on these accounts, each behind whether it left its reference free.
pub async fn list_payments_by_references(tx: &mut Tx, pairs: Vec<[Value; 2]>) -> Result<Vec<Keyed<bool, Payment>>, StoreError> {
    let mut keys: Vec<[Value; 3]> = pairs.into_iter().map(|[account, reference]| [account, reference, Value::from(0_i64)]).collect();
    let mut all = Vec::new();
    for next in 1_i64.. {
        let found: Vec<Keyed<bool, Payment>> = tx.all_in_keys(BY_REFERENCES, ["account_id", "reference", "posting_no"], &keys).await?;
        let is_free = |Keyed(is_free, payment): &Keyed<bool, Payment>| is_free.then(|| values![payment.account, &payment.reference, next]);
        keys = found.iter().filter_map(is_free).collect();
        all.extend(found);
        if keys.is_empty() {
            break;
        }
    }
    Ok(all)
}

pub async fn list_payments(tx: &mut Tx, account: AccountId) -> Result<Vec<Payment>, StoreError> {
    tx.all(OF_ACCOUNT, params![account]).await
}

pub async fn list_recent_payments(tx: &mut Tx, limit: i64) -> Result<Vec<RecentPayment>, StoreError> {
    tx.all(RECENT, params![PaymentId(Uuid::nil()), limit]).await
}

/// What was overpaid on an account and did not go back yet, in minor units.
pub async fn unapplied(tx: &mut Tx, account: AccountId) -> Result<i64, StoreError> {
    tx.number(UNAPPLIED, params![account]).await
}

/// What was paid for each bucket and turned since; what is over of it, where it was not refunded.
pub async fn load_turned(tx: &mut Tx, account: AccountId) -> Result<Turned, StoreError> {
    let row: Option<TurnedRow> = tx.one(TURNED, params![account]).await?;
    let row = row.unwrap_or_default();
    let over = match row.over {
        0 => 0,
        over => over.min(unapplied(tx, account).await?),
    };
    Ok(Turned { paid: row.paid, over })
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

/// The payments that stand on many accounts, those to the creditor among them, as their promises see them.
pub async fn list_arrivals(tx: &mut Tx, accounts: &[Value]) -> Result<Vec<Keyed<AccountId, Arrival>>, StoreError> {
    let mut arrivals = tx.all_in(ARRIVALS, accounts).await?;
    arrivals.extend(super::direct::store::list_arrivals(tx, accounts).await?);
    Ok(arrivals)
}

/// What was taken off an account since it was placed, less what was taken back and what was added.
pub async fn sum_since_placed(tx: &mut Tx, account: AccountId) -> Result<i64, StoreError> {
    tx.number(SINCE_PLACED, params![account]).await
}

/// What was paid on an account, to us and to the creditor, and stands; without what was overpaid.
pub async fn sum_paid(tx: &mut Tx, account: AccountId) -> Result<i64, StoreError> {
    tx.number(PAID, params![account]).await
}

/// Per currency: client money at the bank, and whom it belongs to (credits, so below zero).
pub async fn trust(tx: &mut Tx) -> Result<Vec<(i64, i64, String)>, StoreError> {
    tx.all(TRUST, &[]).await
}

/// A page of the journal: entries behind one of an account.
pub async fn list_journal(tx: &mut Tx, after: (AccountId, EntryId), limit: i64) -> Result<Vec<JournalEntry>, StoreError> {
    tx.all(JOURNAL, params![after.0, after.1, limit]).await
}
