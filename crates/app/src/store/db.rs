//! The handle: [`Db::begin`] for a transaction that writes, [`Db::read`] for a snapshot.
//!
//! SQLite has one writer and readers beside it, and is run inline: a point read takes microseconds, less than handing it to
//! another thread. PostgreSQL runs serializable transactions from a pool; the `transaction!` macro tries again on conflict.
//!
//! Always true: a transaction that is dropped without a commit leaves nothing.

use super::StoreError;
use super::postgres::{self, PostgresTx};
use super::row::{FromRow, Row, Value, Values};
use super::sqlite::{self, SqliteTx};
use super::tries::{Conflict, Losers, Tries};
use foldhash::{HashSet, HashSetExt};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::watch;

/// Lengths of the lists of keys that statements are prepared for.
const KEYS: [usize; 4] = [1, 8, 64, 256];

/// Keys in lists of those lengths; none of them is filled up by many.
fn in_lists<T>(mut keys: &[T]) -> impl Iterator<Item = (usize, &[T])> {
    let [.., long, longest] = KEYS;
    std::iter::from_fn(move || {
        let most = if keys.len() > longest - long { longest } else { long };
        let (list, rest) = keys.split_at(keys.len().min(most));
        keys = rest;
        let length = KEYS.into_iter().find(|length| *length >= list.len())?;
        (!list.is_empty()).then_some((length, list))
    })
}

/// One database with either engine inside. Cheap to clone.
#[derive(Clone)]
pub struct Db(Engine, Arc<Shared>);

/// What the transactions of one handle share.
#[derive(Default)]
struct Shared {
    /// Wakes whoever waits for what live pages show, after a commit that told of it. What changed they read themselves.
    bell: watch::Sender<()>,
    losers: Losers,
}

#[derive(Clone)]
enum Engine {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.engine())
    }
}

impl Db {
    /// Whether an address is one that can be opened, without opening it.
    pub fn check_address(address: &str) -> Result<(), StoreError> {
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            return postgres::check_address(address);
        }
        if address.starts_with("sqlite:") { Ok(()) } else { Err(StoreError::Address(address.to_string())) }
    }

    /// Opens `sqlite:PATH` or `postgres://…`, without looking at its schema.
    pub async fn open(address: &str) -> Result<Db, StoreError> {
        if let Some(path) = address.strip_prefix("sqlite:") {
            return Ok(Db(Engine::Sqlite(sqlite::Sqlite::open(path)?), Arc::default()));
        }
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            return Ok(Db(Engine::Postgres(postgres::Postgres::open(address).await?), Arc::default()));
        }
        Err(StoreError::Address(address.to_string()))
    }

    /// `sqlite` or `postgres`.
    pub fn engine(&self) -> &'static str {
        match self.0 {
            Engine::Sqlite(_) => "sqlite",
            Engine::Postgres(_) => "postgres",
        }
    }

    /// Where the keys of this database are unless told otherwise: beside a file, or where we stand for a server.
    pub fn keys_folder(&self) -> PathBuf {
        match &self.0 {
            Engine::Sqlite(sqlite) => PathBuf::from(format!("{}.keys", sqlite.path().display())),
            Engine::Postgres(_) => PathBuf::from("duly.keys"),
        }
    }

    /// Wakes after every commit of this process that told of news ([`Tx::tell`]).
    pub fn news(&self) -> watch::Receiver<()> {
        self.1.bell.subscribe()
    }

    fn tx(&self, tx: EngineTx) -> Tx {
        Tx { engine: tx, shared: self.1.clone(), is_told: false }
    }

    /// Begins a transaction that may write.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(self.tx(match &self.0 {
            Engine::Sqlite(sqlite) => EngineTx::Sqlite(sqlite.begin().await?),
            Engine::Postgres(postgres) => EngineTx::Postgres(postgres.begin(true).await?),
        }))
    }

    /// As [`Db::begin`], if that needs no waiting for another writer.
    pub async fn begin_if_free(&self) -> Result<Option<Tx>, StoreError> {
        match &self.0 {
            Engine::Sqlite(sqlite) => Ok(sqlite.begin_if_free()?.map(|tx| self.tx(EngineTx::Sqlite(tx)))),
            Engine::Postgres(_) => self.begin().await.map(Some),
        }
    }

    /// Whether a long work that writes since an instant should make room for others: asked between two pieces of it.
    pub fn should_make_room(&self, since: Instant) -> bool {
        match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.should_make_room(since),
            Engine::Postgres(_) => false,
        }
    }

    /// Begins a snapshot for reading.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        Ok(self.tx(match &self.0 {
            Engine::Sqlite(sqlite) => EngineTx::Sqlite(sqlite.read().await?),
            Engine::Postgres(postgres) => EngineTx::Postgres(postgres.begin(false).await?),
        }))
    }

    /// Takes what only one may have at a time on this database, whichever process it is; `None` while another has it.
    ///
    /// It ends with the value or with the process, however that ends.
    pub async fn hold(&self, what: &str) -> Result<Option<Hold>, StoreError> {
        Ok(match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.hold(what)?.map(Hold::File),
            Engine::Postgres(postgres) => postgres.hold(what).await?.map(|session| Hold::Session(Box::new(session))),
        })
    }

    /// Whether a statement keeps the plan that was made for it, however its tables grow, until statistics are gathered anew.
    pub fn keeps_plans(&self) -> bool {
        self.engine() != "sqlite"
    }

    /// Gathers statistics after a large load, so that the planner knows the tables.
    pub async fn analyze(&self) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        // Embedded, everybody who writes waits for it: a sample of each index is enough.
        tx.batch(if self.engine() == "sqlite" { "pragma analysis_limit = 1000; analyze" } else { "analyze" }).await?;
        tx.commit().await
    }
}

/// What only one has at a time: a lock on a file, or a session that holds one.
pub enum Hold {
    /// A locked file beside the database.
    File(std::fs::File),
    /// A session of its own at the server.
    Session(Box<postgres::Session>),
}

/// One transaction.
pub struct Tx {
    engine: EngineTx,
    shared: Arc<Shared>,
    is_told: bool,
}

enum EngineTx {
    Sqlite(SqliteTx),
    Postgres(PostgresTx),
}

impl Tx {
    /// `sqlite` or `postgres`.
    pub fn engine(&self) -> &'static str {
        match self.engine {
            EngineTx::Sqlite(_) => "sqlite",
            EngineTx::Postgres(_) => "postgres",
        }
    }

    /// All rows of a statement.
    pub async fn all<T: FromRow>(&mut self, sql: &str, params: &[Value]) -> Result<Vec<T>, StoreError> {
        self.rows(sql, params).await?.into_iter().map(T::from_row).collect()
    }

    /// Adds the rows of a statement to those that are there.
    async fn add_all<T: FromRow>(&mut self, sql: &str, params: &[&Value], all: &mut Vec<T>) -> Result<(), StoreError> {
        for row in self.rows_of(sql, params).await? {
            all.push(T::from_row(row)?);
        }
        Ok(())
    }

    /// All rows of a statement for any of these keys: it says `in ($keys)` and has no other parameter.
    ///
    /// Lists are filled up to a few lengths by repeating a key, so that few statements are prepared.
    pub async fn all_in<T: FromRow>(&mut self, sql: &str, keys: &[Value]) -> Result<Vec<T>, StoreError> {
        // A key that stands in two chunks would bring its rows twice.
        let mut known = HashSet::with_capacity(keys.len());
        let keys: Vec<&Value> = keys.iter().filter(|key| known.insert(*key)).collect();
        let mut all = Vec::with_capacity(keys.len());
        let mut said = (0, String::new());
        for (length, chunk) in in_lists(&keys) {
            let filled: Vec<&Value> = chunk.iter().copied().chain(std::iter::repeat_n(chunk[0], length - chunk.len())).collect();
            if said.0 != length {
                let places: Vec<String> = (1..=length).map(|i| format!("${i}")).collect();
                said = (length, sql.replace("$keys", &places.join(", ")));
            }
            self.add_all(&said.1, &filled, &mut all).await?;
        }
        Ok(all)
    }

    /// All rows of a statement for any of these keys of several columns: it says `where $each` and has no other parameter.
    ///
    /// Each key is a term of its own, so that both engines look each up in the index of all its columns.
    pub async fn all_in_keys<T: FromRow, const COLUMNS: usize>(
        &mut self,
        sql: &str,
        columns: [&str; COLUMNS],
        keys: &[[Value; COLUMNS]],
    ) -> Result<Vec<T>, StoreError> {
        // A key that stands in two chunks would bring its rows twice.
        let mut known = HashSet::with_capacity(keys.len());
        let keys: Vec<&[Value; COLUMNS]> = keys.iter().filter(|key| known.insert(*key)).collect();
        let mut all = Vec::new();
        let mut said = (0, String::new());
        for (length, chunk) in in_lists(&keys) {
            let filled: Vec<&Value> = chunk.iter().copied().chain(std::iter::repeat_n(chunk[0], length - chunk.len())).flatten().collect();
            if said.0 != length {
                let equal = |key: usize, at: usize| format!("{} = ${}", columns[at], key * COLUMNS + at + 1);
                let term = |key: usize| (0..COLUMNS).map(|at| equal(key, at)).collect::<Vec<_>>().join(" and ");
                let terms: Vec<String> = (0..length).map(|key| format!("({})", term(key))).collect();
                said = (length, sql.replace("$each", &terms.join(" or ")));
            }
            self.add_all(&said.1, &filled, &mut all).await?;
        }
        Ok(all)
    }

    /// The first row of a statement, if there is one.
    pub async fn one<T: FromRow>(&mut self, sql: &str, params: &[Value]) -> Result<Option<T>, StoreError> {
        self.rows(sql, params).await?.into_iter().next().map(T::from_row).transpose()
    }

    /// One number that is always there: a count or a sum.
    pub async fn number(&mut self, sql: &str, params: &[Value]) -> Result<i64, StoreError> {
        Ok(self.one::<(Option<i64>,)>(sql, params).await?.and_then(|(number,)| number).unwrap_or(0))
    }

    async fn rows(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let params: Vec<&Value> = params.iter().collect();
        self.rows_of(sql, &params).await
    }

    async fn rows_of(&mut self, sql: &str, params: &[&Value]) -> Result<Vec<Row>, StoreError> {
        match &mut self.engine {
            EngineTx::Sqlite(tx) => tx.rows(sql, params),
            EngineTx::Postgres(tx) => tx.rows(sql, params).await,
        }
    }

    /// Runs a statement; how many rows it changed.
    pub async fn run(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        match &mut self.engine {
            EngineTx::Sqlite(tx) => tx.run(sql, params),
            EngineTx::Postgres(tx) => tx.run(sql, params).await,
        }
    }

    /// Runs a statement once for each set of parameters; how many rows all of them changed.
    pub async fn run_many<R: Values>(&mut self, sql: &str, sets: &[R]) -> Result<u64, StoreError> {
        match &mut self.engine {
            EngineTx::Sqlite(tx) => tx.run_many(sql, sets),
            EngineTx::Postgres(tx) => tx.run_many(sql, sets).await,
        }
    }

    /// Inserts many rows; `head` is `insert into t (a, b, c)`. How many were inserted.
    pub async fn insert_many<R: Values>(&mut self, head: &str, rows: &[R]) -> Result<u64, StoreError> {
        self.merge_many(head, rows, "").await
    }

    /// As [`Tx::insert_many`]; `otherwise` says what becomes of rows that stand already: `on conflict (a) do update set …`.
    ///
    /// No two of the rows may have the same key.
    pub async fn merge_many<R: Values>(&mut self, head: &str, rows: &[R], otherwise: &str) -> Result<u64, StoreError> {
        match &mut self.engine {
            EngineTx::Sqlite(tx) => tx.merge_many(head, rows, otherwise),
            EngineTx::Postgres(tx) => tx.merge_many(head, rows, otherwise).await,
        }
    }

    /// Runs statements without parameters: migrations.
    pub async fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        match &mut self.engine {
            EngineTx::Sqlite(tx) => tx.batch(sql),
            EngineTx::Postgres(tx) => tx.batch(sql).await,
        }
    }

    /// Says that this changes something that live pages show: who waits for it is woken after the commit.
    pub fn tell(&mut self) {
        self.is_told = true;
    }

    /// Makes it last.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self.engine {
            EngineTx::Sqlite(tx) => tx.commit().await?,
            EngineTx::Postgres(tx) => tx.commit().await?,
        }
        if self.is_told {
            self.shared.bell.send_replace(());
        }
        Ok(())
    }

    /// Takes it back. Dropping does the same.
    pub async fn rollback(self) {
        match self.engine {
            EngineTx::Sqlite(tx) => drop(tx),
            EngineTx::Postgres(tx) => tx.rollback().await,
        }
    }

    /// Ends a transaction with the outcome of its block; `None` asks for another try. Used by `transaction!`.
    pub async fn finish<T, E>(self, outcome: Result<T, E>, tries: &mut Tries) -> Option<Result<T, E>>
    where
        E: From<StoreError> + Conflict,
    {
        let shared = self.shared.clone();
        let result = match outcome {
            Ok(value) => self.commit().await.map(|()| value).map_err(E::from),
            Err(error) => {
                self.rollback().await;
                Err(error)
            }
        };
        let is_conflict = result.as_ref().is_err_and(Conflict::is_conflict);
        match is_conflict && tries.may_try_again(&shared.losers).await {
            true => None,
            false => Some(result),
        }
    }
}
