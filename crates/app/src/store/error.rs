//! What went wrong in the database, and what kind of trouble it is: a lost race, a full disk, a server that is gone.

use rusqlite::ErrorCode;
use tokio_postgres::error::SqlState;

/// What went wrong in the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address is none we know.
    #[error("{0:?} is not a database: use sqlite:PATH or postgres://USER@HOST/NAME")]
    Address(String),
    /// SQLite said no.
    #[error("the database {}", describe_sqlite(.0))]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL said no.
    #[error("the database says {}", describe(.0))]
    Postgres(#[from] tokio_postgres::Error),
    /// The connection cannot be encrypted as asked.
    #[error("{0}")]
    Tls(String),
    /// No connection to be had.
    #[error("the database is not reachable: {0}")]
    Pool(String),
    /// The file is not where it was opened, or another lies there.
    #[error("the database file {0} was removed or replaced while it was in use: stop the program, bring the file back, start again")]
    Moved(String),
    /// The disk did not take what was written.
    #[error("{0}; what it holds now is not known: look at the disk, then start Duly again")]
    Unflushed(String),
    /// A file beside the database could not be used.
    #[error("{0}")]
    Beside(String),
    /// A column was not of the kind its type needs.
    #[error("column {0} holds something else than expected")]
    Column(String),
    /// The database is newer than this program.
    #[error("the database was upgraded by a newer duly (schema {found}, this program knows {known}): use that one")]
    Newer { found: i64, known: i64 },
    /// Tables were removed by somebody or something else.
    #[error(
        "the database lacks the table {0}, which nothing of duly removes: restore the newest backup into a new database (duly restore FILE --database sqlite:NEW.db)"
    )]
    Missing(String),
    /// A migration was changed after it was applied.
    #[error("schema step {0} differs from the one applied here")]
    ChangedStep(i64),
}

fn describe(error: &tokio_postgres::Error) -> String {
    let Some(told) = error.as_db_error() else { return error.to_string() };
    if *told.code() == SqlState::UNDEFINED_TABLE { format!("{}: {RESTORE}", told.message()) } else { told.message().to_string() }
}

fn describe_sqlite(error: &rusqlite::Error) -> String {
    let told = error.to_string();
    // The statement behind it helps nobody who reads this.
    match told.split_once("no such table: ") {
        Some((_, rest)) => format!("lacks the table {}: {RESTORE}", rest.split_whitespace().next().unwrap_or_default()),
        None => told,
    }
}

/// What to do where a table is gone.
const RESTORE: &str = "stop the program and restore the newest backup into a new database (duly restore FILE)";

impl StoreError {
    /// Whether the transaction lost against another one and may be tried again.
    pub fn is_conflict(&self) -> bool {
        match self {
            // Actions look before they insert: a key that is taken all the same was taken by a transaction beside ours.
            StoreError::Postgres(error) => error.code().is_some_and(|code| {
                // The last: a server that has no room left to watch so many transactions for conflicts has it when some of them are over.
                [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::UNIQUE_VIOLATION, SqlState::OUT_OF_MEMORY]
                    .contains(code)
            }),
            StoreError::Sqlite(error) => error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy),
            _ => false,
        }
    }

    /// Whether a key that was to be inserted stands already.
    pub fn is_taken(&self) -> bool {
        match self {
            StoreError::Postgres(error) => error.code() == Some(&SqlState::UNIQUE_VIOLATION),
            StoreError::Sqlite(error) => error.sqlite_error().is_some_and(|told| TAKEN.contains(&told.extended_code)),
            _ => false,
        }
    }

    /// Whether there is no room left to write; nothing of the transaction lasts.
    pub fn is_full(&self) -> bool {
        match self {
            StoreError::Postgres(error) => error.code() == Some(&SqlState::DISK_FULL),
            StoreError::Sqlite(error) => match error.sqlite_error() {
                // A file that may not grow, by a limit of the system, is told as a failed write.
                Some(told) => told.code == ErrorCode::DiskFull || ROOMLESS.contains(&told.extended_code),
                None => false,
            },
            _ => false,
        }
    }

    /// Whether the address could not be read at all.
    pub fn is_no_address(&self) -> bool {
        // Before there is a connection, only its settings can be wrong.
        matches!(self, StoreError::Postgres(error) if error.code().is_none() && error.to_string() == "invalid connection string")
    }

    /// Whether the file is none of SQLite's.
    pub fn is_no_database(&self) -> bool {
        matches!(self, StoreError::Sqlite(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase))
    }

    /// Whether the file cannot be opened or made.
    pub fn cannot_open(&self) -> bool {
        matches!(self, StoreError::Sqlite(error) if error.sqlite_error_code() == Some(ErrorCode::CannotOpen))
    }

    /// Whether the database is not there to be asked, for now.
    pub fn is_unreachable(&self) -> bool {
        match self {
            StoreError::Pool(_) | StoreError::Moved(_) => true,
            StoreError::Postgres(error) => {
                let is_shutting_down = error.code().is_some_and(|code| {
                    [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW].contains(code)
                        || code.code().starts_with("08")
                });
                let is_broken = std::error::Error::source(error).is_some_and(|source| source.is::<std::io::Error>());
                error.is_closed() || is_shutting_down || is_broken
            }
            _ => false,
        }
    }
}

/// A key of SQLite stands already.
const TAKEN: [i32; 2] = [rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE, rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY];

/// SQLite could not write, or not enlarge the file or the index of its log.
const ROOMLESS: [i32; 3] = [rusqlite::ffi::SQLITE_IOERR_WRITE, rusqlite::ffi::SQLITE_IOERR_SHMSIZE, rusqlite::ffi::SQLITE_IOERR_TRUNCATE];
