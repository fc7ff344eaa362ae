//! The table `status_evidence`: added to, never changed.

use crate::params;
use crate::rows;
use crate::store::{Keyed, StoreError, Tx, Value};
use duly_domain::values::ids::{AccountId, CircumstanceId, DebtorId, DocumentId, NoticeId, PreferenceId, StatusEvidenceId};
use jiff::Timestamp;
use jiff::civil::Date;

const INSERT: &str = "
    insert into status_evidence (id, account_id, status, act, notice_id, circumstance_id, preference_id, happened_on, source, words,
        document_id, care_kinds, consented_by, consented_on, consented_how, served_from, served_until, orders_on, recorded_by, recorded_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";
const OF_ACCOUNT: &str = "
    select id, status, act, notice_id, circumstance_id, preference_id, happened_on, source, words, document_id, care_kinds, consented_by,
           consented_on, consented_how, served_from, served_until, orders_on, recorded_by, recorded_at
      from status_evidence where account_id = $1 order by id desc limit 200";
const OF_CIRCUMSTANCE: &str = "
    select id, status, act, notice_id, circumstance_id, preference_id, happened_on, source, words, document_id, care_kinds, consented_by,
           consented_on, consented_how, served_from, served_until, orders_on, recorded_by, recorded_at
      from status_evidence where circumstance_id = $1 order by id limit 50";
/// What was said of service in the forces that stands, the last word first.
const SERVICE_OF: &str = "
    select c.debtor_id, e.served_from, e.served_until, e.orders_on
      from circumstances c left join status_evidence e on e.circumstance_id = c.id and e.act = 'entered'
     where c.debtor_id in ($keys) and c.kind = 'military' and c.ended_at is null
     order by c.debtor_id, e.id desc";
const CARE_OF: &str = "
    select debtor_id, kind from circumstances
     where debtor_id in ($keys) and ended_at is null and kind in ('vulnerable', 'incarcerated', 'minor', 'hardship')
     order by debtor_id, id";

rows! {
    /// How we know of a status.
    pub struct EvidenceRow {
        pub id: StatusEvidenceId,
        pub status: String,
        pub act: String,
        pub notice: Option<NoticeId>,
        pub circumstance: Option<CircumstanceId>,
        pub preference: Option<PreferenceId>,
        pub happened_on: Date,
        pub source: String,
        pub words: Option<String>,
        pub document: Option<DocumentId>,
        pub care_kinds: Option<String>,
        pub consented_by: Option<String>,
        pub consented_on: Option<Date>,
        pub consented_how: Option<String>,
        pub served_from: Option<Date>,
        pub served_until: Option<Date>,
        pub orders_on: Option<Date>,
        pub recorded_by: String,
        pub recorded_at: Timestamp,
    }

    /// Days of service, so far as they are known.
    pub struct ServiceRow {
        pub from: Option<Date>,
        pub until: Option<Date>,
        pub orders_on: Option<Date>,
    }
}

pub async fn insert_evidence(tx: &mut Tx, account: AccountId, row: &EvidenceRow) -> Result<(), StoreError> {
    let EvidenceRow { id, status, act, notice, circumstance, preference, happened_on, source, words, document, .. } = row.clone();
    let EvidenceRow { care_kinds, consented_by, consented_on, consented_how, served_from, served_until, orders_on, .. } = row.clone();
    let values = params![
        id,
        account,
        status,
        act,
        notice,
        circumstance,
        preference,
        happened_on,
        source,
        words,
        document,
        care_kinds,
        consented_by,
        consented_on,
        consented_how,
        served_from,
        served_until,
        orders_on,
        row.recorded_by.clone(),
        row.recorded_at
    ];
    tx.run(INSERT, values).await.map(drop)
}

/// What was entered and lifted on an account, the newest first.
pub async fn list_of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<EvidenceRow>, StoreError> {
    tx.all(OF_ACCOUNT, params![account]).await
}

/// What was said of one circumstance, on whichever account.
pub async fn list_of_circumstance(tx: &mut Tx, circumstance: CircumstanceId) -> Result<Vec<EvidenceRow>, StoreError> {
    tx.all(OF_CIRCUMSTANCE, params![circumstance]).await
}

/// Service in the forces of many people, each row behind its person, the last word first.
pub async fn list_service_of(tx: &mut Tx, people: &[Value]) -> Result<Vec<Keyed<DebtorId, ServiceRow>>, StoreError> {
    tx.all_in(SERVICE_OF, people).await
}

/// What calls for care with many people: person, kind.
pub async fn list_care_of(tx: &mut Tx, people: &[Value]) -> Result<Vec<(DebtorId, String)>, StoreError> {
    tx.all_in(CARE_OF, people).await
}
