//! The tables `cases` and `case_steps`.

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{Keyed, StoreError, Tx, Value};
use duly_domain::values::ids::{AccountId, BatchId, CaseId, CaseStepId, DebtorId, DocumentId, HoldId, NoticeId};
use jiff::Timestamp;
use jiff::civil::Date;

const INSERT: &str = "
    insert into cases (id, account_id, debtor_id, kind, state, ground, channel, in_writing, words, disputed_minor, currency, received_on,
                       notice_id, hold_id, opened_by, opened_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
const CASE: &str = "
    select id, account_id, debtor_id, kind, state, ground, channel, in_writing, words, disputed_minor, currency, received_on, notice_id,
           hold_id, opened_by, opened_at, outcome, root_cause, found, closed_by, closed_at, corrected_minor
      from cases where id = $1";
const OF_ACCOUNT: &str = "
    select id, account_id, debtor_id, kind, state, ground, channel, in_writing, words, disputed_minor, currency, received_on, notice_id,
           hold_id, opened_by, opened_at, outcome, root_cause, found, closed_by, closed_at, corrected_minor
      from cases where account_id = $1 order by id desc limit 100";
const QUEUE: &str = "
    select c.id, c.account_id, d.name, a.reference, r.name, c.kind, c.in_writing, c.ground, c.received_on, c.disputed_minor, c.currency,
           c.outcome, c.root_cause, c.closed_at
      from cases c join accounts a on a.id = c.account_id join debtors d on d.id = c.debtor_id join creditors r on r.id = a.creditor_id
     where c.state = $1 order by c.received_on, c.id limit $2";
const LATELY: &str = "
    select c.id, c.account_id, d.name, a.reference, r.name, c.kind, c.in_writing, c.ground, c.received_on, c.disputed_minor, c.currency,
           c.outcome, c.root_cause, c.closed_at
      from cases c join accounts a on a.id = c.account_id join debtors d on d.id = c.debtor_id join creditors r on r.id = a.creditor_id
     where c.state = 'closed' order by c.closed_at desc, c.id desc limit $1";
const RECEIVED: &str = "
    select c.id, c.account_id, d.name, a.reference, r.name, c.kind, c.in_writing, c.ground, c.received_on, c.disputed_minor, c.currency,
           c.outcome, c.root_cause, c.closed_at
      from cases c join accounts a on a.id = c.account_id join debtors d on d.id = c.debtor_id join creditors r on r.id = a.creditor_id
     where c.received_on >= $1 and c.received_on <= $2 order by c.received_on desc, c.id desc limit 20000";
const CAUSES: &str = "
    select c.kind, c.root_cause, r.name, substr(cast(c.received_on as text), 1, 7), count(*)
      from cases c join accounts a on a.id = c.account_id join creditors r on r.id = a.creditor_id
     where c.received_on >= $1 and c.received_on <= $2
     group by c.kind, c.root_cause, r.name, substr(cast(c.received_on as text), 1, 7) order by 4, 1, 2, 3 limit 20000";
const CLOSE: &str = "
    update cases set state = 'closed', outcome = $1, root_cause = $2, found = $3, closed_by = $4, closed_at = $5
     where id = $6 and state = 'open'";
const IN_WRITING: &str = "update cases set in_writing = 1 where id = $1 and in_writing = 0";
const CORRECTED: &str = "update cases set corrected_minor = $1 where id = $2";
const OF_NOTICE: &str = "
    select id, account_id, debtor_id, kind, state, ground, channel, in_writing, words, disputed_minor, currency, received_on, notice_id,
           hold_id, opened_by, opened_at, outcome, root_cause, found, closed_by, closed_at, corrected_minor
      from cases where notice_id = $1";
const DELETE_STEPS: &str = "delete from case_steps where case_id = $1";
const DELETE: &str = "delete from cases where id = $1";
const WORKED: &str = "
    select count(*) from cases c join history_rows h on h.account_id = c.account_id and (h.made = c.id or h.made = c.notice_id)
     where h.batch_id = $1 and (coalesce(c.closed_by, 'history') <> 'history'
        or exists (select 1 from case_steps s where s.case_id = c.id and s.recorded_by <> 'history')
        or exists (select 1 from letters l where l.case_id = c.id))";
const COUNT: &str = "select count(*) from cases where state = $1";
const INSERT_STEP: &str = "
    insert into case_steps (id, case_id, account_id, kind, happened_on, words, document_id, recorded_by, recorded_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const STEPS: &str = "
    select id, kind, happened_on, words, document_id, recorded_by, recorded_at from case_steps
     where case_id = $1 order by happened_on, id limit 500";
const STEPS_OF: &str = "
    select case_id, id, kind, happened_on, words, document_id, recorded_by, recorded_at from case_steps
     where case_id in ($keys) order by case_id, happened_on, id";

rows! {
    /// One case.
    pub struct Case {
        pub id: CaseId,
        pub account: AccountId,
        pub debtor: DebtorId,
        pub kind: String,
        pub state: String,
        pub ground: Option<String>,
        pub channel: Option<String>,
        pub in_writing: bool,
        pub words: Option<String>,
        pub disputed_minor: Option<i64>,
        pub currency: String,
        pub received_on: Date,
        pub notice: Option<NoticeId>,
        pub hold: Option<HoldId>,
        pub opened_by: String,
        pub opened_at: Timestamp,
        pub outcome: Option<String>,
        pub root_cause: Option<String>,
        pub found: Option<String>,
        pub closed_by: Option<String>,
        pub closed_at: Option<Timestamp>,
        pub corrected_minor: Option<i64>,
    }

    /// One step of a case.
    pub struct CaseStep {
        pub id: CaseStepId,
        pub kind: String,
        pub happened_on: Date,
        pub words: Option<String>,
        pub document: Option<DocumentId>,
        pub by: String,
        pub recorded_at: Timestamp,
    }

    /// One case in a list, with whose it is.
    pub struct ListedCase {
        pub id: CaseId,
        pub account: AccountId,
        pub name: Option<String>,
        pub reference: String,
        pub creditor: String,
        pub kind: String,
        pub in_writing: bool,
        pub ground: Option<String>,
        pub received_on: Date,
        pub disputed_minor: Option<i64>,
        pub currency: String,
        pub outcome: Option<String>,
        pub root_cause: Option<String>,
        pub closed_at: Option<Timestamp>,
    }
}

rows! {
    /// How many cases of one kind, root cause, creditor and month there are.
    pub struct CauseRow {
        pub kind: String,
        pub root_cause: Option<String>,
        pub creditor: String,
        pub month: String,
        pub cases: i64,
    }
}

pub async fn insert_case(tx: &mut Tx, case: &Case) -> Result<(), StoreError> {
    let Case { id, account, debtor, kind, state, ground, channel, in_writing, words, disputed_minor, currency, received_on, .. } =
        case.clone();
    let values = params![
        id,
        account,
        debtor,
        kind,
        state,
        ground,
        channel,
        in_writing,
        words,
        disputed_minor,
        currency,
        received_on,
        case.notice,
        case.hold,
        &case.opened_by,
        case.opened_at
    ];
    tx.run(INSERT, values).await.map(drop)
}

pub async fn load_case(tx: &mut Tx, id: CaseId) -> Result<Case, Failure> {
    tx.one(CASE, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("case {id}")))
}

/// The newest first.
pub async fn list_of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<Case>, StoreError> {
    tx.all(OF_ACCOUNT, params![account]).await
}

/// Open cases, those that came first before the others.
pub async fn list_open(tx: &mut Tx, limit: i64) -> Result<Vec<ListedCase>, StoreError> {
    tx.all(QUEUE, params!["open", limit]).await
}

/// Closed cases, the last first.
pub async fn list_closed(tx: &mut Tx, limit: i64) -> Result<Vec<ListedCase>, StoreError> {
    tx.all(LATELY, params![limit]).await
}

/// Cases that reached us in some days, the last first.
pub async fn list_received(tx: &mut Tx, from: Date, to: Date) -> Result<Vec<ListedCase>, StoreError> {
    tx.all(RECEIVED, params![from, to]).await
}

/// The same, counted.
pub async fn count_causes(tx: &mut Tx, from: Date, to: Date) -> Result<Vec<CauseRow>, StoreError> {
    tx.all(CAUSES, params![from, to]).await
}

pub async fn count_open(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.number(COUNT, params!["open"]).await
}

/// Closes a case that is open; whether it was.
pub async fn update_closed(tx: &mut Tx, case: &Case) -> Result<bool, StoreError> {
    let values = params![
        case.outcome.as_deref(),
        case.root_cause.as_deref(),
        case.found.as_deref(),
        case.closed_by.as_deref(),
        case.closed_at,
        case.id
    ];
    Ok(tx.run(CLOSE, values).await? == 1)
}

/// The case that a notice opened.
pub async fn find_of_notice(tx: &mut Tx, notice: NoticeId) -> Result<Option<Case>, StoreError> {
    tx.one(OF_NOTICE, params![notice]).await
}

/// A case that a file of history told, and that never was, with its steps.
pub async fn delete_told(tx: &mut Tx, id: CaseId) -> Result<(), StoreError> {
    tx.run(DELETE_STEPS, params![id]).await?;
    tx.run(DELETE, params![id]).await.map(drop)
}

/// Cases told by a batch of history that somebody has worked on since.
pub async fn count_worked(tx: &mut Tx, batch: BatchId) -> Result<i64, StoreError> {
    tx.number(WORKED, params![batch]).await
}

/// Notes how much was taken off because of a case so far.
pub async fn update_corrected(tx: &mut Tx, id: CaseId, minor: i64) -> Result<(), StoreError> {
    tx.run(CORRECTED, params![minor, id]).await.map(drop)
}

/// Notes that what was spoken came in writing too; whether it was spoken so far.
pub async fn update_in_writing(tx: &mut Tx, id: CaseId) -> Result<bool, StoreError> {
    Ok(tx.run(IN_WRITING, params![id]).await? == 1)
}

pub async fn insert_step(tx: &mut Tx, case: CaseId, account: AccountId, step: &CaseStep) -> Result<(), StoreError> {
    let CaseStep { id, kind, happened_on, words, document, by, recorded_at } = step.clone();
    tx.run(INSERT_STEP, params![id, case, account, kind, happened_on, words, document, by, recorded_at]).await.map(drop)
}

/// The steps of a case, the oldest first.
pub async fn list_steps(tx: &mut Tx, case: CaseId) -> Result<Vec<CaseStep>, StoreError> {
    tx.all(STEPS, params![case]).await
}

/// The steps of many cases.
pub async fn list_steps_of(tx: &mut Tx, cases: &[Value]) -> Result<Vec<Keyed<CaseId, CaseStep>>, StoreError> {
    tx.all_in(STEPS_OF, cases).await
}
