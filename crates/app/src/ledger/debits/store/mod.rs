//! The tables `debit_authorizations`, `debit_files` and `debit_returns`; `debits` are in [`drawn`].

pub mod drawn;

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{Keyed, StoreError, Tx, Value};
use duly_domain::ledger::ach::writing::{BankAccountKind, EntryClass};
use duly_domain::ledger::debits::AuthorizationState;
use duly_domain::values::ids::{AccountId, DebitAuthorizationId, DebitFileId, DebitId, DebitReturnId};
use jiff::Timestamp;
use jiff::civil::Date;

macro_rules! authorizations_where {
    ($key:literal, $condition:literal) => {
        concat!(
            "select ",
            $key,
            "id, account_id, holder, class, is_recurring, usual_minor, low_minor, high_minor, currency, words, evidence, agreed_on, made_by,
                    made_at, routing, number_sealed, last_four, bank_account, copy_given_on, state, because, state_on
               from debit_authorizations where ",
            $condition
        )
    };
}

macro_rules! files_where {
    ($condition:literal) => {
        concat!(
            "select id, created_on, created_minute, modifier, bank, bank_name, sender, company_no, made_by, made_at, last_no, entries,
                    debits_minor, currency, entry_hash, hash, closed_at, placed_at
               from debit_files where ",
            $condition
        )
    };
}

macro_rules! returns_where {
    ($condition:literal) => {
        concat!(
            "select r.id, r.mark, r.file_hash, r.line, r.kind, r.code, r.trace, r.amount_minor, r.currency, r.words, r.died_on, r.taken_by,
                    r.taken_at, r.debit_id, r.account_id, r.done, a.reference
               from debit_returns r left join accounts a on a.id = r.account_id where ",
            $condition
        )
    };
}

const INSERT: &str = "
    insert into debit_authorizations (id, account_id, holder, class, is_recurring, usual_minor, low_minor, high_minor, currency, words,
        evidence, agreed_on, made_by, made_at, routing, number_sealed, last_four, bank_account, copy_given_on, state, because, state_on)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)";
const UPDATE: &str = "
    update debit_authorizations set routing = $1, number_sealed = $2, last_four = $3, bank_account = $4, copy_given_on = $5, state = $6,
        because = $7, state_on = $8 where id = $9";
const ONE: &str = authorizations_where!("", "id = $1");
const MANY: &str = authorizations_where!("id, ", "id in ($keys)");
const OF_ACCOUNT: &str = authorizations_where!("", "account_id = $1 order by id desc limit 50");
const ANY: &str = "select count(*) from (select id from debit_authorizations limit 1) one";
const HELD: &str = authorizations_where!("", "state = 'held' order by state_on, id limit $1");
const INSERT_FILE: &str = "
    insert into debit_files (id, created_on, created_minute, modifier, bank, bank_name, sender, company_no, made_by, made_at, last_no,
        entries, debits_minor, currency, entry_hash, hash)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, 'USD', 0, '')";
const LAST_OF_FILE: &str = "update debit_files set last_no = $1 where id = $2";
const CLOSE_FILE: &str = "
    update debit_files set entries = $1, debits_minor = $2, entry_hash = $3, hash = $4, closed_at = $5 where id = $6";
const PLACE_FILE: &str = "update debit_files set placed_at = $1 where id = $2 and placed_at is null";
const FILE: &str = files_where!("id = $1");
const UNPLACED: &str = files_where!("placed_at is null order by id limit 1");
const FILES: &str = files_where!("id > $1 order by id desc limit $2");
const FILES_OF_DAY: &str = "select count(*) from debit_files where created_on = $1";
const INSERT_RETURN: &str = "
    insert into debit_returns (id, mark, file_hash, line, kind, code, trace, amount_minor, currency, words, died_on, taken_by, taken_at,
        debit_id, account_id, done)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
const KNOWN_NOW: &str = "update debit_returns set debit_id = $1, account_id = $2, done = $3 where id = $4";
const BY_MARK: &str = returns_where!("r.mark = $1");
const RETURNS: &str = returns_where!("r.id > $1 order by r.id desc limit $2");
const RETURNS_OF: &str = returns_where!("r.account_id = $1 order by r.id desc limit $2");
const UNKNOWN: &str = returns_where!("r.debit_id is null order by r.id limit $1");

rows! {
    /// What somebody agreed to.
    pub struct AuthorizationRow {
        pub id: DebitAuthorizationId,
        pub account: AccountId,
        pub holder: String,
        pub class: String,
        pub is_recurring: bool,
        pub usual_minor: Option<i64>,
        pub low_minor: Option<i64>,
        pub high_minor: Option<i64>,
        pub currency: String,
        pub words: String,
        pub evidence: String,
        pub agreed_on: Date,
        pub made_by: String,
        pub made_at: Timestamp,
        pub routing: String,
        pub number_sealed: String,
        pub last_four: String,
        pub bank_account: String,
        pub copy_given_on: Option<Date>,
        pub state: String,
        pub because: String,
        pub state_on: Date,
    }

    /// A file of debits.
    pub struct FileRow {
        pub id: DebitFileId,
        pub created_on: Date,
        pub created_minute: i64,
        pub modifier: String,
        pub bank: String,
        pub bank_name: String,
        pub sender: String,
        pub company_no: String,
        pub made_by: String,
        pub made_at: Timestamp,
        pub last_no: i64,
        pub entries: i64,
        pub debits_minor: i64,
        pub currency: String,
        pub entry_hash: i64,
        pub hash: String,
        pub closed_at: Option<Timestamp>,
        pub placed_at: Option<Timestamp>,
    }

    /// What a bank told, with the account's reference.
    pub struct ReturnRow {
        pub id: DebitReturnId,
        pub mark: String,
        pub file_hash: String,
        pub line: i64,
        pub kind: String,
        pub code: String,
        pub trace: String,
        pub amount_minor: Option<i64>,
        pub currency: String,
        pub words: String,
        pub died_on: Option<Date>,
        pub taken_by: String,
        pub taken_at: Timestamp,
        pub debit: Option<DebitId>,
        pub account: Option<AccountId>,
        pub done: String,
        pub account_reference: Option<String>,
    }
}

impl AuthorizationRow {
    /// How it stands. What cannot be read stands for nothing.
    pub fn standing(&self) -> AuthorizationState {
        AuthorizationState::parse(&self.state).unwrap_or(AuthorizationState::Held)
    }

    /// How it was agreed.
    pub fn agreed_how(&self) -> EntryClass {
        EntryClass::parse(&self.class).unwrap_or(EntryClass::Tel)
    }

    /// What kind of account is drawn on.
    pub fn drawn_on(&self) -> BankAccountKind {
        BankAccountKind::parse(&self.bank_account).unwrap_or(BankAccountKind::Checking)
    }

    /// The account at the bank, as it may be shown.
    pub fn masked(&self) -> String {
        format!("•••• {}", self.last_four)
    }
}

pub async fn insert_authorization(tx: &mut Tx, row: &AuthorizationRow) -> Result<(), StoreError> {
    let row = row.clone();
    let values = params![
        row.id,
        row.account,
        row.holder,
        row.class,
        row.is_recurring,
        row.usual_minor,
        row.low_minor,
        row.high_minor,
        row.currency,
        row.words,
        row.evidence,
        row.agreed_on,
        row.made_by,
        row.made_at,
        row.routing,
        row.number_sealed,
        row.last_four,
        row.bank_account,
        row.copy_given_on,
        row.state,
        row.because,
        row.state_on
    ];
    tx.run(INSERT, values).await.map(drop)
}

/// Keeps what may change of an authorization: details, copy, state.
pub async fn update_authorization(tx: &mut Tx, row: &AuthorizationRow) -> Result<(), StoreError> {
    let row = row.clone();
    let values = params![
        row.routing,
        row.number_sealed,
        row.last_four,
        row.bank_account,
        row.copy_given_on,
        row.state,
        row.because,
        row.state_on,
        row.id
    ];
    tx.run(UPDATE, values).await.map(drop)
}

pub async fn load_authorization(tx: &mut Tx, id: DebitAuthorizationId) -> Result<AuthorizationRow, Failure> {
    tx.one(ONE, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("authorization {id}")))
}

pub async fn list_authorizations_in(tx: &mut Tx, ids: &[Value]) -> Result<Vec<Keyed<DebitAuthorizationId, AuthorizationRow>>, StoreError> {
    tx.all_in(MANY, ids).await
}

/// The authorizations of an account, the newest first.
pub async fn list_authorizations(tx: &mut Tx, account: AccountId) -> Result<Vec<AuthorizationRow>, StoreError> {
    tx.all(OF_ACCOUNT, params![account]).await
}

/// Those that wait for somebody to clear something up, the longest first.
pub async fn list_held(tx: &mut Tx, limit: i64) -> Result<Vec<AuthorizationRow>, StoreError> {
    tx.all(HELD, params![limit]).await
}

/// Whether there is any, so that something is sealed.
pub async fn has_any(tx: &mut Tx) -> Result<bool, StoreError> {
    Ok(tx.number(ANY, &[]).await? > 0)
}

pub async fn insert_file(tx: &mut Tx, row: &FileRow) -> Result<(), StoreError> {
    let row = row.clone();
    let values = params![
        row.id,
        row.created_on,
        row.created_minute,
        row.modifier,
        row.bank,
        row.bank_name,
        row.sender,
        row.company_no,
        row.made_by,
        row.made_at,
        row.last_no
    ];
    tx.run(INSERT_FILE, values).await.map(drop)
}

/// All entries of a file are in: its totals and hash.
pub async fn update_closed(tx: &mut Tx, row: &FileRow, at: Timestamp) -> Result<(), StoreError> {
    tx.run(CLOSE_FILE, params![row.entries, row.debits_minor, row.entry_hash, &row.hash, at, row.id]).await.map(drop)
}

/// The number of the last entry of a file so far.
pub async fn update_last(tx: &mut Tx, id: DebitFileId, last_no: i64) -> Result<(), StoreError> {
    tx.run(LAST_OF_FILE, params![last_no, id]).await.map(drop)
}

/// It lies on a disk, or was handed out.
pub async fn update_placed(tx: &mut Tx, id: DebitFileId, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.run(PLACE_FILE, params![at, id]).await? == 1)
}

pub async fn load_file(tx: &mut Tx, id: DebitFileId) -> Result<FileRow, Failure> {
    tx.one(FILE, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("file {id}")))
}

/// A file that was begun and never lay on a disk.
pub async fn find_unplaced(tx: &mut Tx) -> Result<Option<FileRow>, StoreError> {
    tx.one(UNPLACED, &[]).await
}

/// The files, the last first.
pub async fn list_files(tx: &mut Tx, limit: i64) -> Result<Vec<FileRow>, StoreError> {
    tx.all(FILES, params![DebitFileId(uuid::Uuid::nil()), limit]).await
}

pub async fn count_files_of(tx: &mut Tx, day: Date) -> Result<i64, StoreError> {
    tx.number(FILES_OF_DAY, params![day]).await
}

pub async fn insert_return(tx: &mut Tx, row: &ReturnRow) -> Result<(), StoreError> {
    let row = row.clone();
    let values = params![
        row.id,
        row.mark,
        row.file_hash,
        row.line,
        row.kind,
        row.code,
        row.trace,
        row.amount_minor,
        row.currency,
        row.words,
        row.died_on,
        row.taken_by,
        row.taken_at,
        row.debit,
        row.account,
        row.done
    ];
    tx.run(INSERT_RETURN, values).await.map(drop)
}

/// A return that nobody knew is known now.
pub async fn update_known(tx: &mut Tx, row: &ReturnRow) -> Result<(), StoreError> {
    tx.run(KNOWN_NOW, params![row.debit, row.account, &row.done, row.id]).await.map(drop)
}

pub async fn find_return(tx: &mut Tx, mark: &str) -> Result<Option<ReturnRow>, StoreError> {
    tx.one(BY_MARK, params![mark]).await
}

/// What banks told, the last first; of one account or of all.
pub async fn list_returns(tx: &mut Tx, account: Option<AccountId>, limit: i64) -> Result<Vec<ReturnRow>, StoreError> {
    match account {
        Some(account) => tx.all(RETURNS_OF, params![account, limit]).await,
        None => tx.all(RETURNS, params![DebitReturnId(uuid::Uuid::nil()), limit]).await,
    }
}

/// What banks told of debits that nobody knows.
pub async fn list_unknown(tx: &mut Tx, limit: i64) -> Result<Vec<ReturnRow>, StoreError> {
    tx.all(UNKNOWN, params![limit]).await
}
