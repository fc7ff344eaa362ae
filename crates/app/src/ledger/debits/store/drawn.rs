//! The table `debits`.

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::ledger::debits::{DebitKind, DebitState};
use duly_domain::values::ids::{AccountId, DebitAuthorizationId, DebitFileId, DebitId, DecisionId, InstallmentId, PaymentId, PromiseId};
use jiff::Timestamp;
use jiff::civil::Date;

macro_rules! debits_where {
    ($condition:literal) => {
        concat!(
            "select d.id, d.account_id, d.authorization_id, d.kind, d.amount_minor, d.currency, d.wanted_on, d.installment_id, d.promise_id,
                    d.first_id, d.first_on, d.try_no, d.made_by, d.made_at, d.notice_sent_on, d.state, d.because, d.effective_on, d.file_id,
                    d.trace, d.sent_routing, d.sent_sealed, d.sent_account, d.decision_id, d.payment, d.return_code, d.decided_at
               from debits d where ",
            $condition
        )
    };
}

const INSERT: &str = "
    insert into debits (id, account_id, authorization_id, kind, amount_minor, currency, wanted_on, installment_id, promise_id, first_id,
        first_on, try_no, made_by, made_at, notice_sent_on, state, because, return_code)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'planned', '', '')";
const UPDATE: &str = "
    update debits set notice_sent_on = $1, state = $2, because = $3, effective_on = $4, file_id = $5, trace = $6, sent_routing = $7,
        sent_sealed = $8, sent_account = $9, decision_id = $10, payment = $11, return_code = $12, decided_at = $13 where id = $14";
const ONE: &str = debits_where!("d.id = $1");
const OF_ACCOUNT: &str = debits_where!("d.account_id = $1 order by d.id desc limit 200");
const OF_AUTHORIZATION: &str = debits_where!("d.authorization_id = $1 order by d.id limit 500");
const OF_FILE: &str = debits_where!("d.file_id = $1 and d.id > $2 order by d.id limit $3");
const DUE: &str = debits_where!("d.state = 'planned' and d.wanted_on <= $1 and d.id > $2 order by d.id limit $3");
const TO_SETTLE: &str = debits_where!("d.state = 'sent' and d.effective_on <= $1 and d.id > $2 order by d.id limit $3");
const BY_TRACE: &str = debits_where!("d.trace = $1 order by d.effective_on desc, d.id desc limit 1");
const ON_THE_WAY: &str = "
    select cast(coalesce(sum(amount_minor), 0) as bigint) from debits where account_id = $1 and state = 'sent'";
const COUNT_SENT: &str = "
    select count(*) from debits where effective_on >= $1 and kind <> 'prenote' and state in ('sent', 'settled', 'returned')";
const RETURNED: &str = "
    select return_code, count(*) from debits
     where effective_on >= $1 and kind <> 'prenote' and state = 'returned' group by return_code order by return_code";
const COUNTS: &str = "select state, count(*), cast(sum(amount_minor) as bigint) from debits group by state order by state";
const UNPAID: &str = "
    select d.id from debits d
     where (d.state = 'settled' and d.kind <> 'prenote' and not exists (select 1 from entries p
             where p.account_id = d.account_id and p.id = d.payment and p.kind = 'payment' and p.trust_bank_minor = d.amount_minor
               and p.currency = d.currency and p.effective_on = d.effective_on))
        or (d.state = 'returned' and d.payment is not null and not exists (select 1 from entries r
             where r.account_id = d.account_id and r.reverses_entry_id = d.payment))
     order by d.id limit 20";
const PAID_TWICE: &str = "select cast(count(payment) - count(distinct payment) as bigint) from debits where payment is not null";
const OFF_FILES: &str = "
    select f.id from debit_files f
     where f.closed_at is not null
       and (f.entries <> (select count(*) from debits d where d.file_id = f.id)
         or f.debits_minor <> (select coalesce(sum(d.amount_minor), 0) from debits d where d.file_id = f.id))
     order by f.id limit 20";
const TOO_MANY: &str = "
    select d.first_id from debits d where d.first_id is not null and d.state in ('sent', 'settled', 'returned')
     group by d.first_id having count(*) > 2 order by d.first_id limit 20";

const UNGATED: &str = "
    select d.id from debits d
     where d.file_id is not null and d.kind <> 'prenote'
       and not exists (select 1 from decisions a where a.id = d.decision_id and a.account_id = d.account_id and a.answer = 'allowed')
     order by d.id limit 20";

rows! {
    /// One debit.
    pub struct DebitRow {
        pub id: DebitId,
        pub account: AccountId,
        pub authorization: DebitAuthorizationId,
        pub kind: String,
        pub amount_minor: i64,
        pub currency: String,
        pub wanted_on: Date,
        pub installment: Option<InstallmentId>,
        pub promise: Option<PromiseId>,
        pub first: Option<DebitId>,
        pub first_on: Option<Date>,
        pub try_no: i64,
        pub made_by: String,
        pub made_at: Timestamp,
        pub notice_sent_on: Option<Date>,
        pub state: String,
        pub because: String,
        pub effective_on: Option<Date>,
        pub file: Option<DebitFileId>,
        pub trace: Option<String>,
        pub sent_routing: Option<String>,
        pub sent_sealed: Option<String>,
        pub sent_account: Option<String>,
        pub decision: Option<DecisionId>,
        pub payment: Option<PaymentId>,
        pub return_code: String,
        pub decided_at: Option<Timestamp>,
    }
}

impl DebitRow {
    /// How it stands.
    pub fn standing(&self) -> DebitState {
        DebitState::parse(&self.state).unwrap_or(DebitState::Cancelled)
    }

    /// Why it is asked for.
    pub fn asked_as(&self) -> DebitKind {
        DebitKind::parse(&self.kind).unwrap_or(DebitKind::First)
    }

    /// Whether it is planned or under way, so that no other is needed in its place.
    pub fn is_live(&self) -> bool {
        matches!(self.standing(), DebitState::Planned | DebitState::Sent | DebitState::Settled)
    }

    /// The day on which it takes or took effect, or is wanted.
    pub fn day(&self) -> Date {
        self.effective_on.unwrap_or(self.wanted_on)
    }
}

pub async fn insert_debit(tx: &mut Tx, row: &DebitRow) -> Result<(), StoreError> {
    let row = row.clone();
    let values = params![
        row.id,
        row.account,
        row.authorization,
        row.kind,
        row.amount_minor,
        row.currency,
        row.wanted_on,
        row.installment,
        row.promise,
        row.first,
        row.first_on,
        row.try_no,
        row.made_by,
        row.made_at,
        row.notice_sent_on
    ];
    tx.run(INSERT, values).await.map(drop)
}

/// Keeps what may change of a debit.
pub async fn update_debit(tx: &mut Tx, row: &DebitRow) -> Result<(), StoreError> {
    let row = row.clone();
    let values = params![
        row.notice_sent_on,
        row.state,
        row.because,
        row.effective_on,
        row.file,
        row.trace,
        row.sent_routing,
        row.sent_sealed,
        row.sent_account,
        row.decision,
        row.payment,
        row.return_code,
        row.decided_at,
        row.id
    ];
    tx.run(UPDATE, values).await.map(drop)
}

pub async fn load_debit(tx: &mut Tx, id: DebitId) -> Result<DebitRow, Failure> {
    tx.one(ONE, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("debit {id}")))
}

/// The debits of an account, the newest first.
pub async fn list_debits(tx: &mut Tx, account: AccountId) -> Result<Vec<DebitRow>, StoreError> {
    tx.all(OF_ACCOUNT, params![account]).await
}

/// The debits of an authorization, the oldest first.
pub async fn list_debits_under(tx: &mut Tx, authorization: DebitAuthorizationId) -> Result<Vec<DebitRow>, StoreError> {
    tx.all(OF_AUTHORIZATION, params![authorization]).await
}

/// The next debits of a file.
pub async fn list_of_file(tx: &mut Tx, file: DebitFileId, after: DebitId, limit: i64) -> Result<Vec<DebitRow>, StoreError> {
    tx.all(OF_FILE, params![file, after, limit]).await
}

/// The next planned debits that are wanted until a day.
pub async fn list_due(tx: &mut Tx, until: Date, after: DebitId, limit: i64) -> Result<Vec<DebitRow>, StoreError> {
    tx.all(DUE, params![until, after, limit]).await
}

/// The next debits that took effect and are not posted.
pub async fn list_to_settle(tx: &mut Tx, until: Date, after: DebitId, limit: i64) -> Result<Vec<DebitRow>, StoreError> {
    tx.all(TO_SETTLE, params![until, after, limit]).await
}

/// The debit that was sent with a trace number; the newest where numbers began again.
pub async fn find_by_trace(tx: &mut Tx, trace: &str) -> Result<Option<DebitRow>, StoreError> {
    tx.one(BY_TRACE, params![trace]).await
}

/// What was sent on an account and is not posted yet, in minor units.
pub async fn sum_on_the_way(tx: &mut Tx, account: AccountId) -> Result<i64, StoreError> {
    tx.number(ON_THE_WAY, params![account]).await
}

/// How many debits took effect since a day, and how many of them came back, by code.
pub async fn count_since(tx: &mut Tx, since: Date) -> Result<(i64, Vec<(String, i64)>), StoreError> {
    Ok((tx.number(COUNT_SENT, params![since]).await?, tx.all(RETURNED, params![since]).await?))
}

/// How many there are of each state, and what they come to in minor units.
pub async fn count_states(tx: &mut Tx) -> Result<Vec<(String, i64, i64)>, StoreError> {
    tx.all(COUNTS, &[]).await
}

/// Debits in a file that the rules did not allow.
pub async fn list_ungated(tx: &mut Tx) -> Result<Vec<DebitId>, StoreError> {
    let ids: Vec<(DebitId,)> = tx.all(UNGATED, &[]).await?;
    Ok(ids.into_iter().map(|(id,)| id).collect())
}

/// Debits that are not what their payments say; how many payments stand for two; files that are not what their entries make; debits that
/// were asked for more than three times.
pub async fn list_faults(tx: &mut Tx) -> Result<(Vec<DebitId>, i64, Vec<DebitFileId>, Vec<DebitId>), StoreError> {
    let unpaid: Vec<(DebitId,)> = tx.all(UNPAID, &[]).await?;
    let twice = tx.number(PAID_TWICE, &[]).await?;
    let off: Vec<(DebitFileId,)> = tx.all(OFF_FILES, &[]).await?;
    let many: Vec<(DebitId,)> = tx.all(TOO_MANY, &[]).await?;
    let ids = |rows: Vec<(DebitId,)>| rows.into_iter().map(|(id,)| id).collect();
    Ok((ids(unpaid), twice, off.into_iter().map(|(id,)| id).collect(), ids(many)))
}
