//! The tables `letters`, `letter_runs` and `letter_enclosures`.

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::outreach::case_letter::CaseLetterKind;
use duly_domain::values::ids::{AccountId, CaseId, DocumentId, LetterId, LetterRunId, NoticeId};
use jiff::Timestamp;
use jiff::civil::Date;

/// Accounts we have communicated about that had no validation notice and have none printed.
macro_rules! due {
    () => {
        "from accounts a
      join creditors r on r.id = a.creditor_id
      join contact_debts d on d.account_id = a.id
      join contacts c on c.id = d.contact_id
     where a.state = 'open' and r.role <> 'first_party' and (a.kind = 'consumer' or r.rule_scope = 'all')
       and c.state <> 'reserved' and c.outcome in ('conversation', 'delivered')
       and not exists (select 1 from notices n where n.account_id = a.id and n.kind = 'validation_notice_sent')
       and not exists (select 1 from letters l where l.account_id = a.id and l.kind = 'validation_notice' and l.state <> 'void')"
    };
}
/// With the first time that we did.
const DUE: &str = concat!(
    "select a.id, a.reference, min(c.contacted_at) ",
    due!(),
    " group by a.id, a.reference order by min(c.contacted_at), a.id limit $1"
);
const IS_DUE: &str = concat!("select count(*) ", due!(), " and a.id = $1");
const HAS: &str = "
    select (select count(*) from notices n where n.account_id = $1 and n.kind = 'validation_notice_sent')
         + (select count(*) from letters l where l.account_id = $1 and l.kind = 'validation_notice' and l.state <> 'void')";
const INSERT_RUN: &str = "insert into letter_runs (id, mailing_on, printed_by, printed_at) values ($1, $2, $3, $4)";
const RUN: &str = "select id, mailing_on, printed_at, written_at from letter_runs where id = $1";
const RUNS: &str = "select id, mailing_on, printed_at, written_at from letter_runs order by printed_at desc, id desc limit $1";
const WAITING: &str = "
    select r.id, r.mailing_on, r.printed_at, r.written_at from letter_runs r
     where exists (select 1 from letters l where l.run_id = r.id and l.state = 'printed')
     order by r.mailing_on, r.id limit $1";
const UNWRITTEN: &str =
    "select id, mailing_on, printed_at, written_at from letter_runs where written_at is null order by printed_at, id limit 100";
const WRITTEN: &str = "update letter_runs set written_at = $1 where id = $2 and written_at is null";
const INSERT: &str = "
    insert into letters (id, run_id, account_id, case_id, kind, state, language, reference, addressee, content, document_id, hash, pages,
        file_name, mailing_on, period_ends_on, printed_at)";
const INSERT_ENCLOSURE: &str = "insert into letter_enclosures (letter_id, place, document_id)";
const ENCLOSURES_OF_RUN: &str = "
    select e.letter_id, e.place, e.document_id from letter_enclosures e join letters l on l.id = e.letter_id
     where l.run_id = $1 order by l.file_name, e.letter_id, e.place";
const ENCLOSURE_COUNT: &str = "select count(*) from letter_enclosures where letter_id = $1";
const WAITS_OF_CASE: &str = "select count(*) from letters where case_id = $1 and state = 'printed'";
const OF_CASE: &str = "
    select id, kind, state, run_id, document_id, mailing_on, mailed_on from letters where case_id = $1 order by printed_at desc, id desc limit 20";
const OF_RUN: &str = "
    select l.id, l.account_id, l.case_id, l.kind, a.reference, l.state, l.language, l.reference, l.addressee, l.document_id, l.hash,
           l.pages, l.file_name, l.mailing_on, l.period_ends_on
      from letters l join accounts a on a.id = l.account_id where l.run_id = $1 order by l.file_name, l.id";
const COUNT_OF_RUN: &str = "select count(*) from letters where run_id = $1";
const MAILED: &str = "update letters set state = 'mailed', mailed_on = $1, notice_id = $2 where id = $3 and state = 'printed'";
const VOID: &str = "update letters set state = 'void' where run_id = $1 and state = 'printed'";
const OF_ACCOUNT: &str = "
    select l.id, l.kind, l.case_id, l.state, l.language, l.document_id, l.hash, l.pages, l.mailing_on, l.period_ends_on, l.mailed_on,
           l.printed_at
      from letters l where l.account_id = $1 order by l.printed_at desc, l.id desc limit 50";

rows! {
    /// An account whose notice is due.
    pub struct Due {
        pub account: AccountId,
        pub reference: String,
        pub first_communication_at: Timestamp,
    }

    /// Letters printed in one go.
    pub struct Run {
        pub id: LetterRunId,
        pub mailing_on: Date,
        pub printed_at: Timestamp,
        pub written_at: Option<Timestamp>,
    }

    /// A letter of a run.
    pub struct Printed {
        pub id: LetterId,
        pub account: AccountId,
        pub case: Option<CaseId>,
        pub kind: String,
        pub account_reference: String,
        pub state: String,
        pub language: String,
        pub reference: String,
        pub addressee: String,
        pub document: DocumentId,
        pub hash: String,
        pub pages: i64,
        pub file_name: String,
        pub mailing_on: Date,
        pub period_ends_on: Option<Date>,
    }

    /// What goes with a letter.
    pub struct Enclosure {
        pub letter: LetterId,
        pub place: i64,
        pub document: DocumentId,
    }

    /// A letter that answers a case.
    pub struct LetterOfCase {
        pub id: LetterId,
        pub kind: String,
        pub state: String,
        pub run: LetterRunId,
        pub document: DocumentId,
        pub mailing_on: Date,
        pub mailed_on: Option<Date>,
    }

    /// A letter on its account's timeline.
    pub struct LetterOfAccount {
        pub id: LetterId,
        pub kind: String,
        pub case: Option<CaseId>,
        pub state: String,
        pub language: String,
        pub document: DocumentId,
        pub hash: String,
        pub pages: i64,
        pub mailing_on: Date,
        pub period_ends_on: Option<Date>,
        pub mailed_on: Option<Date>,
        pub printed_at: Timestamp,
    }
}

impl Printed {
    /// What it is, in words.
    pub fn what(&self) -> &'static str {
        in_words(&self.kind)
    }
}

/// What a letter of a kind is called.
pub fn in_words(kind: &str) -> &'static str {
    match kind {
        "recap" => "Recap of a call",
        "comparison" => "Comparison of ways",
        "plan_agreed" => "Confirmation of a plan",
        "pause_granted" => "Confirmation of a pause",
        "paid_in_full" => "Letter of payment in full",
        "settled" => "Letter of settlement",
        "collection_ended" => "Letter of the end of collection",
        kind => CaseLetterKind::parse(kind).map_or("Validation notice", CaseLetterKind::words),
    }
}

/// A letter to be kept.
pub struct NewLetter {
    pub id: LetterId,
    pub run: LetterRunId,
    pub account: AccountId,
    pub case: Option<CaseId>,
    pub kind: &'static str,
    pub language: &'static str,
    pub reference: String,
    pub addressee: String,
    pub content: String,
    pub document: DocumentId,
    pub hash: String,
    pub pages: i64,
    pub file_name: String,
    pub mailing_on: Date,
    pub period_ends_on: Option<Date>,
    pub printed_at: Timestamp,
}

pub async fn list_due(tx: &mut Tx, limit: i64) -> Result<Vec<Due>, StoreError> {
    tx.all(DUE, params![limit]).await
}

/// Whether we have communicated about an account, and its notice is due.
pub async fn is_due(tx: &mut Tx, account: AccountId) -> Result<bool, StoreError> {
    Ok(tx.number(IS_DUE, params![account]).await? > 0)
}

/// Whether an account had its validation notice, or has one printed.
pub async fn has_notice(tx: &mut Tx, account: AccountId) -> Result<bool, StoreError> {
    Ok(tx.number(HAS, params![account]).await? > 0)
}

pub async fn insert_run(tx: &mut Tx, id: LetterRunId, mailing_on: Date, by: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.run(INSERT_RUN, params![id, mailing_on, by, at]).await.map(drop)
}

pub async fn load_run(tx: &mut Tx, id: LetterRunId) -> Result<Run, Failure> {
    tx.one(RUN, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("printing {id}")))
}

pub async fn list_runs(tx: &mut Tx, limit: i64) -> Result<Vec<Run>, StoreError> {
    tx.all(RUNS, params![limit]).await
}

/// Runs with letters that are printed and not in the mail, the first mailing first.
pub async fn list_waiting(tx: &mut Tx, limit: i64) -> Result<Vec<Run>, StoreError> {
    tx.all(WAITING, params![limit]).await
}

/// Runs whose folder was not completed.
pub async fn list_unwritten(tx: &mut Tx) -> Result<Vec<Run>, StoreError> {
    tx.all(UNWRITTEN, &[]).await
}

/// Notes that a run's folder is complete; whether nobody had.
pub async fn update_written(tx: &mut Tx, id: LetterRunId, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.run(WRITTEN, params![at, id]).await? == 1)
}

pub async fn insert_letter(tx: &mut Tx, new: NewLetter) -> Result<(), StoreError> {
    let NewLetter { id, run, account, case, kind, language, reference, addressee, content, document, hash, pages, file_name, .. } = new;
    let (mailing_on, ends_on, at) = (new.mailing_on, new.period_ends_on, new.printed_at);
    let values = params![
        id, run, account, case, kind, "printed", language, reference, addressee, content, document, hash, pages, file_name, mailing_on,
        ends_on, at
    ];
    tx.insert_many(INSERT, &[values.to_vec()]).await.map(drop)
}

pub async fn list_of_run(tx: &mut Tx, run: LetterRunId) -> Result<Vec<Printed>, StoreError> {
    tx.all(OF_RUN, params![run]).await
}

pub async fn count_of_run(tx: &mut Tx, run: LetterRunId) -> Result<i64, StoreError> {
    tx.number(COUNT_OF_RUN, params![run]).await
}

/// Marks a printed letter as mailed; whether it was still waiting.
pub async fn update_mailed(tx: &mut Tx, id: LetterId, on: Date, notice: Option<NoticeId>) -> Result<bool, StoreError> {
    Ok(tx.run(MAILED, params![on, notice, id]).await? == 1)
}

/// Takes back what was printed and never mailed; how many letters.
pub async fn update_void(tx: &mut Tx, run: LetterRunId) -> Result<u64, StoreError> {
    tx.run(VOID, params![run]).await
}

/// Keeps what goes into the envelope with a letter, in this order.
pub async fn insert_enclosures(tx: &mut Tx, letter: LetterId, documents: &[DocumentId]) -> Result<(), StoreError> {
    let rows = (1i64..).zip(documents).map(|(place, document)| params![letter, place, *document].to_vec());
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() { Ok(()) } else { tx.insert_many(INSERT_ENCLOSURE, &rows).await.map(drop) }
}

pub async fn list_enclosures(tx: &mut Tx, run: LetterRunId) -> Result<Vec<Enclosure>, StoreError> {
    tx.all(ENCLOSURES_OF_RUN, params![run]).await
}

/// Whether anything goes with a letter.
pub async fn has_enclosures(tx: &mut Tx, letter: LetterId) -> Result<bool, StoreError> {
    Ok(tx.number(ENCLOSURE_COUNT, params![letter]).await? > 0)
}

/// Whether an answer of a case is printed and not in the mail.
pub async fn waits_of_case(tx: &mut Tx, case: CaseId) -> Result<bool, StoreError> {
    Ok(tx.number(WAITS_OF_CASE, params![case]).await? > 0)
}

/// The letters of a case, the last first.
pub async fn list_of_case(tx: &mut Tx, case: CaseId) -> Result<Vec<LetterOfCase>, StoreError> {
    tx.all(OF_CASE, params![case]).await
}

pub async fn list_of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<LetterOfAccount>, StoreError> {
    tx.all(OF_ACCOUNT, params![account]).await
}
