//! The tables `processor_methods`, `processor_charges` and `processor_events`.

use super::adapter::Reading;
use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::ledger::processor::{Dispute, Progress, Standing, Told};
use duly_domain::values::ids::{AccountId, DecisionId, PaymentId, ProcessorChargeId, ProcessorEventId, ProcessorMethodId};
use jiff::Timestamp;
use uuid::Uuid;

macro_rules! methods_where {
    ($condition:literal) => {
        concat!(
            "select id, account_id, token, customer, kind, kind_there, brand, last_four, expires, words, is_in_writing, copy_given, added_by,
                    added_at, revoked_because, revoked_at from processor_methods where ",
            $condition
        )
    };
}

macro_rules! charges_where {
    ($condition:literal) => {
        concat!(
            "select c.id, c.account_id, c.method_id, c.amount_minor, c.currency, c.words, c.is_single, c.decision_id, c.asked_by, c.asked_at,
                    c.intent, c.charge, c.progress, c.failure, c.refunded_minor, c.dispute, c.disputed_minor, c.refunded_told_at,
                    c.dispute_told_at, c.state, c.payment, c.posted_minor, c.times_posted
               from processor_charges c where ",
            $condition
        )
    };
}

macro_rules! events_where {
    ($condition:literal) => {
        concat!(
            "select id, event, kind, told_at, ours, intent, charge, amount_minor, currency, progress, failure, taken_at, refunded_minor,
                    dispute, disputed_minor, received_at, applied_at, outcome from processor_events where ",
            $condition
        )
    };
}

const METHOD: &str = methods_where!("id = $1");
const METHOD_BY_TOKEN: &str = methods_where!("token = $1");
const METHODS: &str = methods_where!("account_id = $1 order by id desc");
const INSERT_METHOD: &str = "
    insert into processor_methods (id, account_id, token, customer, kind, kind_there, brand, last_four, expires, words, is_in_writing,
        copy_given, added_by, added_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
const REVOKE: &str = "
    update processor_methods set revoked_by = $1, revoked_because = $2, revoked_at = $3 where id = $4 and revoked_at is null";
const CHARGE: &str = charges_where!("c.id = $1");
const BY_INTENT: &str = charges_where!("c.intent = $1");
const BY_CHARGE: &str = charges_where!("c.charge = $1");
const CHARGES: &str = charges_where!("c.account_id = $1 order by c.id desc limit $2");
const UNDER_WAY: &str = charges_where!("(c.progress = 'asked' or c.progress = 'pending') and c.id > $1 order by c.id limit 200");
const UNDER_WAY_OF: &str = charges_where!("c.account_id = $1 and (c.progress = 'asked' or c.progress = 'pending') order by c.id");
const INSERT_CHARGE: &str = "
    insert into processor_charges (id, account_id, method_id, amount_minor, currency, words, is_single, decision_id, asked_by, asked_at,
        progress, failure, refunded_minor, disputed_minor, state, posted_minor, times_posted)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'asked', '', 0, 0, 'asked', 0, 0)";
const UPDATE_CHARGE: &str = "
    update processor_charges set intent = $1, charge = $2, progress = $3, failure = $4, refunded_minor = $5, dispute = $6,
        disputed_minor = $7, refunded_told_at = $8, dispute_told_at = $9, state = $10, payment = $11, posted_minor = $12, times_posted = $13
     where id = $14";
const INSERT_EVENT: &str = "
    insert into processor_events (id, event, kind, hash, told_at, ours, intent, charge, amount_minor, currency, progress, failure, taken_at,
        refunded_minor, dispute, disputed_minor, received_at, outcome)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, '')";
const EVENT: &str = events_where!("id = $1");
const EVENT_BY_NAME: &str = events_where!("event = $1");
const WAITING: &str = events_where!("applied_at is null and id > $1 order by id limit 200");
const OUTCOME: &str = "update processor_events set applied_at = $1, outcome = $2 where id = $3";
/// Charges that hold another sum than what stands of them, and charges whose payment is not what they say or was taken back past them.
const OFF: &str = "
    select c.id from processor_charges c
     where c.posted_minor <> case when c.progress <> 'succeeded' then 0
               when c.amount_minor - c.refunded_minor - (case when c.dispute = 'open' or c.dispute = 'lost' then c.disputed_minor else 0 end) < 0 then 0
               else c.amount_minor - c.refunded_minor - (case when c.dispute = 'open' or c.dispute = 'lost' then c.disputed_minor else 0 end) end
        or (c.posted_minor > 0 and not exists (select 1 from entries e where e.account_id = c.account_id and e.id = c.payment
               and e.kind = 'payment' and e.trust_bank_minor = c.posted_minor and e.currency = c.currency))
        or (c.posted_minor > 0 and exists (select 1 from entries r where r.account_id = c.account_id and r.reverses_entry_id = c.payment))
     order by c.id limit 20";
const PAID_TWICE: &str = "
    select cast(count(*) - count(distinct payment) as bigint) from processor_charges where payment is not null";
const COUNT: &str = "
    select (select count(*) from processor_charges), (select count(*) from processor_charges where progress = 'asked' or progress = 'pending'),
           (select count(*) from processor_events where applied_at is null)";

rows! {
    /// A card or account that somebody let us charge.
    pub struct MethodRow {
        pub id: ProcessorMethodId,
        pub account: AccountId,
        pub token: String,
        pub customer: String,
        pub kind: String,
        pub kind_there: String,
        pub brand: String,
        pub last_four: String,
        pub expires: Option<String>,
        pub words: String,
        pub is_in_writing: bool,
        pub copy_given: bool,
        pub added_by: String,
        pub added_at: Timestamp,
        pub revoked_because: Option<String>,
        pub revoked_at: Option<Timestamp>,
    }

    /// A charge, and what came of it.
    pub struct ChargeRow {
        pub id: ProcessorChargeId,
        pub account: AccountId,
        pub method: ProcessorMethodId,
        pub amount_minor: i64,
        pub currency: String,
        pub words: String,
        pub is_single: bool,
        pub decision: DecisionId,
        pub asked_by: String,
        pub asked_at: Timestamp,
        pub intent: Option<String>,
        pub charge: Option<String>,
        pub progress: String,
        pub failure: String,
        pub refunded_minor: i64,
        pub dispute: Option<String>,
        pub disputed_minor: i64,
        pub refunded_told_at: Option<i64>,
        pub dispute_told_at: Option<i64>,
        pub state: String,
        pub payment: Option<PaymentId>,
        pub posted_minor: i64,
        pub times_posted: i64,
    }

    /// A message of the processor.
    pub struct EventRow {
        pub id: ProcessorEventId,
        pub event: String,
        pub kind: String,
        pub told_at: i64,
        pub ours: Option<Uuid>,
        pub intent: Option<String>,
        pub charge: Option<String>,
        pub amount_minor: Option<i64>,
        pub currency: Option<String>,
        pub progress: Option<String>,
        pub failure: String,
        pub taken_at: Option<i64>,
        pub refunded_minor: Option<i64>,
        pub dispute: Option<String>,
        pub disputed_minor: Option<i64>,
        pub received_at: Timestamp,
        pub applied_at: Option<Timestamp>,
        pub outcome: String,
    }
}

impl ChargeRow {
    /// What is known of it, in the domain's words.
    pub fn standing(&self) -> Result<Standing, StoreError> {
        let unknown = || StoreError::Column(format!("processor_charges {}", self.id));
        let dispute = match (&self.dispute, self.dispute_told_at) {
            (Some(code), Some(at)) => Some((at, Dispute::parse(code).ok_or_else(unknown)?, self.disputed_minor)),
            _ => None,
        };
        Ok(Standing {
            amount_minor: self.amount_minor,
            progress: Progress::parse(&self.progress).ok_or_else(unknown)?,
            refunded: self.refunded_told_at.map(|at| (at, self.refunded_minor)),
            dispute,
        })
    }

    /// The same row with what is known now.
    pub fn with(self, standing: &Standing) -> ChargeRow {
        ChargeRow {
            progress: standing.progress.code().into(),
            refunded_minor: standing.refunded_minor(),
            refunded_told_at: standing.refunded.map(|(at, _)| at),
            dispute: standing.dispute.map(|(_, dispute, _)| dispute.code().into()),
            disputed_minor: standing.dispute.map_or(0, |(_, _, minor)| minor),
            dispute_told_at: standing.dispute.map(|(at, ..)| at),
            state: standing.state().code().into(),
            ..self
        }
    }
}

impl EventRow {
    /// What it tells of a charge.
    pub fn reading(&self) -> Reading {
        let dispute = self.dispute.as_deref().and_then(Dispute::parse).zip(self.disputed_minor);
        Reading {
            ours: self.ours.map(ProcessorChargeId),
            intent: self.intent.clone(),
            charge: self.charge.clone(),
            amount_minor: self.amount_minor,
            currency: self.currency.clone(),
            taken_at: self.taken_at,
            failure: self.failure.clone(),
            told: Told {
                at: self.told_at,
                progress: self.progress.as_deref().and_then(Progress::parse),
                refunded_minor: self.refunded_minor,
                dispute,
            },
        }
    }
}

pub async fn insert_method(tx: &mut Tx, row: &MethodRow) -> Result<(), StoreError> {
    let MethodRow { id, account, token, customer, kind, kind_there, brand, last_four, expires, words, .. } = row.clone();
    let (in_writing, copy, by, at) = (row.is_in_writing, row.copy_given, &row.added_by, row.added_at);
    let values = params![id, account, token, customer, kind, kind_there, brand, last_four, expires, words, in_writing, copy, by, at];
    tx.run(INSERT_METHOD, values).await.map(drop)
}

pub async fn load_method(tx: &mut Tx, id: ProcessorMethodId) -> Result<MethodRow, Failure> {
    tx.one(METHOD, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("card or account {id}")))
}

pub async fn find_method_by_token(tx: &mut Tx, token: &str) -> Result<Option<MethodRow>, StoreError> {
    tx.one(METHOD_BY_TOKEN, params![token]).await
}

pub async fn list_methods(tx: &mut Tx, account: AccountId) -> Result<Vec<MethodRow>, StoreError> {
    tx.all(METHODS, params![account]).await
}

pub async fn update_revoked(tx: &mut Tx, id: ProcessorMethodId, by: &str, because: &str, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.run(REVOKE, params![by, because, at, id]).await? == 1)
}

pub async fn insert_charge(tx: &mut Tx, row: &ChargeRow) -> Result<(), StoreError> {
    let ChargeRow { id, account, method, amount_minor, currency, words, is_single, decision, asked_by, asked_at, .. } = row.clone();
    let values = params![id, account, method, amount_minor, currency, words, is_single, decision, asked_by, asked_at];
    tx.run(INSERT_CHARGE, values).await.map(drop)
}

pub async fn find_charge(tx: &mut Tx, id: ProcessorChargeId) -> Result<Option<ChargeRow>, StoreError> {
    tx.one(CHARGE, params![id]).await
}

pub async fn load_charge(tx: &mut Tx, id: ProcessorChargeId) -> Result<ChargeRow, Failure> {
    find_charge(tx, id).await?.ok_or_else(|| Failure::NotFound(format!("charge {id}")))
}

/// The charge that something told is about, by our mark or by the processor's ids.
pub async fn find_told(tx: &mut Tx, reading: &Reading) -> Result<Option<ChargeRow>, StoreError> {
    if let Some(id) = reading.ours {
        return find_charge(tx, id).await;
    }
    if let Some(intent) = &reading.intent
        && let Some(row) = tx.one(BY_INTENT, params![intent]).await?
    {
        return Ok(Some(row));
    }
    match &reading.charge {
        Some(charge) => tx.one(BY_CHARGE, params![charge]).await,
        None => Ok(None),
    }
}

pub async fn list_charges(tx: &mut Tx, account: AccountId, limit: i64) -> Result<Vec<ChargeRow>, StoreError> {
    tx.all(CHARGES, params![account, limit]).await
}

/// Charges of which nobody knows how they end, after one.
pub async fn list_under_way(tx: &mut Tx, after: ProcessorChargeId) -> Result<Vec<ChargeRow>, StoreError> {
    tx.all(UNDER_WAY, params![after]).await
}

pub async fn list_under_way_of(tx: &mut Tx, account: AccountId) -> Result<Vec<ChargeRow>, StoreError> {
    tx.all(UNDER_WAY_OF, params![account]).await
}

pub async fn update_charge(tx: &mut Tx, row: &ChargeRow) -> Result<(), StoreError> {
    let ChargeRow { intent, charge, progress, failure, refunded_minor, dispute, disputed_minor, .. } = row.clone();
    let ChargeRow { refunded_told_at, dispute_told_at, state, payment, posted_minor, times_posted, id, .. } = row.clone();
    #[rustfmt::skip]
    let values = params![intent, charge, progress, failure, refunded_minor, dispute, disputed_minor, refunded_told_at, dispute_told_at,
        state, payment, posted_minor, times_posted, id];
    tx.run(UPDATE_CHARGE, values).await.map(drop)
}

pub async fn insert_event(tx: &mut Tx, row: &EventRow, hash: &str) -> Result<(), StoreError> {
    let EventRow { id, event, kind, told_at, ours, intent, charge, amount_minor, currency, progress, failure, taken_at, .. } = row.clone();
    let (refunded, dispute, disputed, received) = (row.refunded_minor, row.dispute.clone(), row.disputed_minor, row.received_at);
    #[rustfmt::skip]
    let values = params![id, event, kind, hash, told_at, ours, intent, charge, amount_minor, currency, progress, failure, taken_at,
        refunded, dispute, disputed, received];
    tx.run(INSERT_EVENT, values).await.map(drop)
}

pub async fn load_event(tx: &mut Tx, id: ProcessorEventId) -> Result<EventRow, Failure> {
    tx.one(EVENT, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("message {id}")))
}

pub async fn find_event(tx: &mut Tx, event: &str) -> Result<Option<EventRow>, StoreError> {
    tx.one(EVENT_BY_NAME, params![event]).await
}

/// Messages that were stored and not applied, after one.
pub async fn list_waiting(tx: &mut Tx, after: ProcessorEventId) -> Result<Vec<EventRow>, StoreError> {
    tx.all(WAITING, params![after]).await
}

/// What became of a message; without a moment it goes on waiting.
pub async fn update_outcome(tx: &mut Tx, id: ProcessorEventId, at: Option<Timestamp>, outcome: &str) -> Result<(), StoreError> {
    tx.run(OUTCOME, params![at, outcome, id]).await.map(drop)
}

/// Charges whose money is not posted as it stands, and payments that two charges share.
pub async fn list_off(tx: &mut Tx) -> Result<(Vec<ProcessorChargeId>, i64), StoreError> {
    let off: Vec<(ProcessorChargeId,)> = tx.all(OFF, &[]).await?;
    let (twice,) = tx.one(PAID_TWICE, &[]).await?.unwrap_or((0,));
    Ok((off.into_iter().map(|(id,)| id).collect(), twice))
}

/// Charges, those under way, messages that wait.
pub async fn count(tx: &mut Tx) -> Result<(i64, i64, i64), StoreError> {
    Ok(tx.one(COUNT, &[]).await?.unwrap_or((0, 0, 0)))
}
