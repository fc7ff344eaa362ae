//! The embedded engine: SQLite with a write-ahead log, one writer, readers beside it.

use super::StoreError;
use super::checkpoints::Checkpoints;
use super::flushes::Flushes;
use super::line::Line;
use super::row::{Row, Value, Values};
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

/// How often the writer looks whether another process has ended, a millisecond apart.
const BUSY_LOOKS: i32 = 10_000;

/// Somebody who waited to write so long ago is at work: others may follow.
const LATELY: Duration = Duration::from_secs(1);

/// How long a long work writes in one transaction while others are at work: the disk takes as long again for what it wrote.
const PART: Duration = Duration::from_millis(25);

/// How many snapshots may be read at once.
const READERS: usize = 16;

/// Rows that one statement inserts: as many as there are of the most, then of the next.
const AT_ONCE: [usize; 3] = [50, 5, 1];

/// One SQLite file.
#[derive(Clone)]
pub struct Sqlite {
    path: Arc<PathBuf>,
    /// Which file it was when it was opened.
    identity: Option<Identity>,
    /// Before the writer, so that they are closed before it: only a connection that may write empties the log as the last.
    readers: Arc<Mutex<Vec<Connection>>>,
    /// Before the writer too, for the same reason.
    _checkpoints: Arc<Checkpoints>,
    writer: Arc<tokio::sync::Mutex<Connection>>,
    /// By which its commits reach the disk.
    flushes: Arc<Flushes>,
    /// How many wait for the writer's turn in this process.
    waiting: Arc<AtomicUsize>,
    /// When one of them last did.
    waited: Arc<Mutex<Option<Instant>>>,
    /// Where processes wait for each other; none where no file can be made.
    line: Option<Arc<Line>>,
    turns: Arc<Semaphore>,
}

impl Sqlite {
    /// Opens or makes the file.
    pub fn open(path: &str) -> Result<Sqlite, StoreError> {
        let path = PathBuf::from(path);
        let mut writer = connect(&path, OpenFlags::default())?;
        // SQLite would pause for a tenth of a second between two looks, and miss its turn.
        writer.busy_handler(Some(|looks| {
            std::thread::sleep(Duration::from_millis(1));
            looks < BUSY_LOOKS
        }))?;
        // The writer keeps more pages: a large import touches many indexes at once. Its commits are flushed together, not one by one.
        writer.execute_batch("pragma cache_size = -262144; pragma journal_mode = wal; pragma synchronous = normal;")?;
        let (waiting, committed) = (Arc::<AtomicUsize>::default(), Arc::<AtomicU64>::default());
        Ok(Sqlite {
            identity: identity_of(&path),
            line: Line::beside(&path).map(Arc::new),
            _checkpoints: Arc::new(Checkpoints::beside(&mut writer, path.clone(), waiting.clone(), committed.clone())?),
            flushes: Arc::new(Flushes::of(&path, committed)),
            path: Arc::new(path),
            writer: Arc::new(tokio::sync::Mutex::new(writer)),
            waiting,
            waited: Arc::default(),
            readers: Arc::default(),
            turns: Arc::new(Semaphore::new(READERS)),
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Waits for the writer's turn and begins.
    pub async fn begin(&self) -> Result<SqliteTx, StoreError> {
        let guard = match self.writer.clone().try_lock_owned() {
            Ok(guard) => guard,
            Err(_) => {
                let _waits = Waits::begin(&self.waiting);
                *self.waited.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
                self.writer.clone().lock_owned().await
            }
        };
        self.begin_with(guard)
    }

    /// Whether a long work that writes since an instant should make room: somebody waits to write, in this process or another, or
    /// somebody waited lately and it has written its part. What is long in writing is long in reaching the disk, and nothing ends that
    /// once it has begun.
    pub fn should_make_room(&self, since: Instant) -> bool {
        let waited = || *self.waited.lock().unwrap_or_else(PoisonError::into_inner);
        self.waiting.load(Ordering::Relaxed) > 0
            || self.line.as_deref().is_some_and(Line::is_taken)
            || (since.elapsed() >= PART && waited().is_some_and(|waited| waited.elapsed() < LATELY))
    }

    /// Begins if nobody of this process writes.
    pub fn begin_if_free(&self) -> Result<Option<SqliteTx>, StoreError> {
        self.writer.clone().try_lock_owned().ok().map(|guard| self.begin_with(guard)).transpose()
    }

    fn begin_with(&self, guard: OwnedMutexGuard<Connection>) -> Result<SqliteTx, StoreError> {
        self.prove_place()?;
        self.flushes.prove()?;
        let tx = SqliteTx { connection: Some(Held::Writer(guard)), of: self.clone() };
        // Another process may hold the file; it makes room for who stands in the line.
        blocking(|| {
            let _place = self.line.as_deref().and_then(Line::stand);
            tx.connection().execute_batch("begin immediate")
        })?;
        Ok(tx)
    }

    /// Proves that the file still lies where it was opened: what is written into a removed one is lost with the process.
    fn prove_place(&self) -> Result<(), StoreError> {
        match self.identity.is_none() || identity_of(&self.path) == self.identity {
            true => Ok(()),
            false => Err(StoreError::Moved(self.path.display().to_string())),
        }
    }

    /// Locks a file beside the database; the system lets go of it when the process ends.
    pub fn hold(&self, what: &str) -> Result<Option<File>, StoreError> {
        let path = PathBuf::from(format!("{}-{what}", self.path.display()));
        let unusable = |error: std::io::Error| StoreError::Beside(format!("{} cannot be locked: {error}", path.display()));
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(unusable(error)),
        }
    }

    /// Begins a snapshot.
    pub async fn read(&self) -> Result<SqliteTx, StoreError> {
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| StoreError::Pool("the database is closed".into()))?;
        self.prove_place()?;
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX)?,
        };
        connection.execute_batch("begin")?;
        let reader = Held::Reader { connection: Some(connection), pool: self.readers.clone(), _turn: turn };
        Ok(SqliteTx { connection: Some(reader), of: self.clone() })
    }
}

/// Counted among those who wait, until it is dropped: also when the one who waited goes away.
struct Waits(Arc<AtomicUsize>);

impl Waits {
    fn begin(counter: &Arc<AtomicUsize>) -> Waits {
        counter.fetch_add(1, Ordering::Relaxed);
        Waits(counter.clone())
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

type Identity = (u64, u64);

/// Which file lies at a path: its device and number. `None` where there is none, or the system has no such numbers.
fn identity_of(path: &Path) -> Option<Identity> {
    #[cfg(unix)]
    return std::fs::metadata(path)
        .ok()
        .map(|file| (std::os::unix::fs::MetadataExt::dev(&file), std::os::unix::fs::MetadataExt::ino(&file)));
    #[cfg(not(unix))]
    return path.exists().then_some((0, 0));
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.set_prepared_statement_cache_capacity(256);
    // A plan does not depend on what is bound: otherwise a statement of many keys is planned anew each time that it is run.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection
        .execute_batch("pragma foreign_keys = on; pragma cache_size = -65536; pragma temp_store = memory; pragma mmap_size = 268435456;")?;
    Ok(connection)
}

/// Runs something that may wait for the disk without holding up the other tasks of this thread.
pub(super) fn blocking<T>(work: impl FnOnce() -> T) -> T {
    match tokio::runtime::Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(tokio::runtime::RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}

enum Held {
    Writer(OwnedMutexGuard<Connection>),
    Reader { connection: Option<Connection>, pool: Arc<Mutex<Vec<Connection>>>, _turn: OwnedSemaphorePermit },
}

/// One transaction on SQLite.
pub struct SqliteTx {
    connection: Option<Held>,
    of: Sqlite,
}

impl SqliteTx {
    fn connection(&self) -> &Connection {
        match self.connection.as_ref().expect("the connection is given back only when the transaction ends") {
            Held::Writer(guard) => guard,
            Held::Reader { connection, .. } => connection.as_ref().expect("a reader is given back only when the transaction ends"),
        }
    }

    /// All rows.
    pub fn rows(&mut self, sql: &str, params: &[&Value]) -> Result<Vec<Row>, StoreError> {
        let mut statement = self.connection().prepare_cached(sql)?;
        let width = statement.column_count();
        let mut rows = statement.query(rusqlite::params_from_iter(params))?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let mut values = Vec::with_capacity(width);
            for i in 0..width {
                values.push(read(row.get_ref(i)?));
            }
            all.push(Row(values));
        }
        Ok(all)
    }

    /// Runs a statement.
    pub fn run(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        let mut statement = self.connection().prepare_cached(sql)?;
        Ok(statement.execute(rusqlite::params_from_iter(params))? as u64)
    }

    /// Inserts many rows, or does with them what it says for those that stand already.
    ///
    /// Several with a statement: what SQLite does for each statement is as much as inserting the row. Not all with one: it keeps each page
    /// that a statement of several rows touches as it was, to be able to take back half of it.
    pub fn merge_many<R: Values>(&mut self, head: &str, rows: &[R], otherwise: &str) -> Result<u64, StoreError> {
        let Some(width) = rows.first().map(|row| row.as_ref().len()) else { return Ok(0) };
        let places = format!("({})", vec!["?"; width].join(", "));
        let mut left = rows;
        let mut count = 0;
        for at_once in AT_ONCE {
            let (now, rest) = left.split_at(left.len() - left.len() % at_once);
            if !now.is_empty() {
                let sql = format!("{head} values {} {otherwise}", vec![places.as_str(); at_once].join(", "));
                let mut statement = self.connection().prepare_cached(&sql)?;
                count += blocking(|| {
                    let mut count = 0;
                    for rows in now.chunks_exact(at_once) {
                        count += statement.execute(rusqlite::params_from_iter(rows.iter().flat_map(AsRef::as_ref)))? as u64;
                    }
                    Ok::<u64, StoreError>(count)
                })?;
            }
            left = rest;
        }
        Ok(count)
    }

    /// Runs one prepared statement for each set of parameters.
    pub fn run_many<R: Values>(&mut self, sql: &str, sets: &[R]) -> Result<u64, StoreError> {
        if sets.is_empty() {
            return Ok(0);
        }
        let mut statement = self.connection().prepare_cached(sql)?;
        blocking(|| {
            let mut count = 0;
            for set in sets {
                count += statement.execute(rusqlite::params_from_iter(set.as_ref()))? as u64;
            }
            Ok(count)
        })
    }

    /// Runs several statements.
    pub fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        Ok(blocking(|| self.connection().execute_batch(sql))?)
    }

    /// Makes it last: the next writer goes on as soon as it stands in the log, and it is acknowledged when that is on the disk.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        let is_writer = matches!(self.connection, Some(Held::Writer(_)));
        let before = self.of.flushes.committed();
        blocking(|| self.connection().execute_batch("commit"))?;
        let reached = self.of.flushes.committed();
        self.give_back();
        if is_writer {
            self.of.flushes.wait_for(reached, reached > before).await?;
        }
        // Only what lies where it will be found again is acknowledged.
        self.of.prove_place()
    }

    fn give_back(&mut self) {
        if let Some(Held::Reader { connection, pool, _turn }) = self.connection.take()
            && let Some(connection) = connection
        {
            pool.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
    }
}

impl Drop for SqliteTx {
    fn drop(&mut self) {
        if self.connection.is_some() {
            // A failed statement may have ended the transaction already; then there is nothing to take back.
            if !self.connection().is_autocommit() && self.connection().execute_batch("rollback").is_err() {
                tracing::error!("a transaction could not be rolled back");
            }
            self.give_back();
        }
    }
}

fn read(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null | ValueRef::Real(_) => Value::Null,
        ValueRef::Integer(int) => Value::Int(int),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned().into()),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Value::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Value::Int(int) => ToSqlOutput::Borrowed(ValueRef::Integer(*int)),
            Value::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Value::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Value::Uuid(uuid) => ToSqlOutput::Borrowed(ValueRef::Blob(uuid.as_bytes())),
            Value::Date(date) => ToSqlOutput::Owned(rusqlite::types::Value::Text(date.to_string())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_next_writes_while_one_waits_for_the_disk_and_nobody_is_told_before() {
        let path = std::env::temp_dir().join(format!("duly_together_{}.db", std::process::id()));
        let sqlite = Sqlite::open(&path.display().to_string()).unwrap();
        let mut tx = sqlite.begin().await.unwrap();
        tx.batch("create table pages (page integer)").unwrap();
        tx.commit().await.unwrap();
        // Somebody flushes, and the disk takes its time.
        let disk = sqlite.flushes.turn.lock().await;
        let write = |page: i64| {
            let sqlite = sqlite.clone();
            tokio::spawn(async move {
                let mut tx = sqlite.begin().await?;
                tx.run("insert into pages values (?)", &[Value::Int(page)])?;
                tx.commit().await
            })
        };
        let waiting: Vec<_> = (0..5).map(write).collect();
        while sqlite.flushes.committed() < 6 {
            tokio::task::yield_now().await;
        }
        let mut tx = sqlite.read().await.unwrap();
        assert_eq!(tx.rows("select page from pages", &[]).unwrap().len(), 5, "all five wrote one after the other");
        assert!(waiting.iter().all(|write| !write.is_finished()), "and none was told so");
        drop((tx, disk));
        for write in waiting {
            write.await.unwrap().unwrap();
        }
        drop(sqlite);
        for ending in ["", "-line"] {
            std::fs::remove_file(format!("{}{ending}", path.display())).unwrap();
        }
    }
}
