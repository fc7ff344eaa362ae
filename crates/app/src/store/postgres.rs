//! The engine for many machines: PostgreSQL, or a distributed database that speaks its protocol.
//!
//! Writing transactions are serializable; the loser of a conflict is told so and tried again by `transaction!`.

use super::StoreError;
use super::postgres_tls;
use super::row::{Row, Value, Values};
use bytes::{BufMut, BytesMut};
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod};
use duly_domain::values::moment::{date_of_day, day_number};
use std::error::Error;
use std::fmt;
use std::time::Duration;
use tokio_postgres::config::SslMode;
use tokio_postgres::types::{FromSql, IsNull, Kind, ToSql, Type, to_sql_checked};
use tokio_postgres::{Config, NoTls};
use uuid::Uuid;

/// Connections to one server at most.
const CONNECTIONS: usize = 16;

/// How long a server may take to answer a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// Up to so many rows are inserted one by one.
const FEW: usize = 4;

/// Rows in one statement at most.
const ROWS_MAX: usize = 4_000;

/// Days from 1970-01-01 to 2000-01-01, where PostgreSQL's dates begin.
const DAYS_TO_2000: i32 = 10_957;

/// One PostgreSQL database.
#[derive(Clone)]
pub struct Postgres {
    pool: Pool,
}

/// Whether an address can be read, with its files for encryption.
pub fn check_address(address: &str) -> Result<(), StoreError> {
    let (address, _) = postgres_tls::read(address)?;
    address.parse::<Config>()?;
    Ok(())
}

impl Postgres {
    /// Connects once, so that a wrong address is told at once.
    pub async fn open(address: &str) -> Result<Postgres, StoreError> {
        let (address, tls) = postgres_tls::read(address)?;
        let mut config: Config = address.parse()?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(PATIENCE);
        }
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = match tls {
            Some(tls) => {
                config.ssl_mode(SslMode::Require);
                Manager::from_config(config, tls, recycling)
            }
            None => Manager::from_config(config, NoTls, recycling),
        };
        let pool = Pool::builder(manager).max_size(CONNECTIONS).build().map_err(|error| StoreError::Pool(error.to_string()))?;
        let postgres = Postgres { pool };
        drop(postgres.client().await?);
        Ok(postgres)
    }

    async fn client(&self) -> Result<Object, StoreError> {
        self.pool.get().await.map_err(|error| {
            // What the pool says says little: the reasons behind it are what helps.
            let reasons: Vec<String> =
                std::iter::successors(error.source(), |reason| (*reason).source()).map(ToString::to_string).collect();
            StoreError::Pool(if reasons.is_empty() { error.to_string() } else { reasons.join(": ") })
        })
    }

    /// Takes an advisory lock in a session of its own; the server lets go of it when the session ends.
    pub async fn hold(&self, what: &str) -> Result<Option<Session>, StoreError> {
        let session = Session(Some(self.client().await?));
        session.client().batch_execute(ALIVE).await?;
        let row = session.client().query_one("select pg_try_advisory_lock(hashtext('duly'), hashtext($1::text))", &[&what]).await?;
        Ok(row.try_get::<_, bool>(0)?.then_some(session))
    }

    /// Begins a transaction.
    pub async fn begin(&self, writes: bool) -> Result<PostgresTx, StoreError> {
        // It is a transaction before the server is asked for one: whoever goes away in between leaves no connection that has begun
        // something to others.
        let tx = PostgresTx { client: Some(self.client().await?) };
        tx.client()
            .batch_execute(if writes { "begin isolation level serializable" } else { "begin isolation level repeatable read read only" })
            .await?;
        Ok(tx)
    }
}

/// The server notices within a minute that the machine of a session is gone.
const ALIVE: &str = "set tcp_keepalives_idle = 20; set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3";

/// A session that holds a lock. Dropped, it ends, so that no other work comes to have the lock.
pub struct Session(Option<Object>);

impl Session {
    fn client(&self) -> &Object {
        self.0.as_ref().expect("the client is given up only when the session ends")
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.0.take().map(Object::take);
    }
}

/// One transaction on PostgreSQL.
pub struct PostgresTx {
    client: Option<Object>,
}

impl PostgresTx {
    fn client(&self) -> &Object {
        self.client.as_ref().expect("the client is given back only when the transaction ends")
    }

    /// All rows.
    pub async fn rows(&mut self, sql: &str, params: &[&Value]) -> Result<Vec<Row>, StoreError> {
        let statement = self.client().prepare_cached(sql).await?;
        let rows = self.client().query(&statement, &bound(params.iter().copied())).await?;
        rows.into_iter()
            .map(|row| (0..row.len()).map(|i| row.try_get(i)).collect::<Result<Vec<Value>, _>>().map(Row).map_err(StoreError::from))
            .collect()
    }

    /// Runs a statement.
    pub async fn run(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        let statement = self.client().prepare_cached(sql).await?;
        Ok(self.client().execute(&statement, &bound(params)).await?)
    }

    /// Runs a statement for each set of parameters: sent one behind the other, without waiting for each answer.
    pub async fn run_many<R: Values>(&mut self, sql: &str, sets: &[R]) -> Result<u64, StoreError> {
        if sets.is_empty() {
            return Ok(0);
        }
        let (client, statement) = (self.client(), self.client().prepare_cached(sql).await?);
        let sets: Vec<_> = sets.iter().map(|set| bound(set.as_ref())).collect();
        let mut sent = Vec::with_capacity(sets.len());
        for set in &sets {
            sent.push(client.execute(&statement, set));
        }
        let changed = futures_util::future::try_join_all(sent).await?;
        Ok(changed.into_iter().sum())
    }

    /// Inserts many rows: a few one by one, more as one array per column, which is planned alike whatever their number.
    pub async fn merge_many<R: Values>(&mut self, head: &str, rows: &[R], otherwise: &str) -> Result<u64, StoreError> {
        let Some(width) = rows.first().map(|row| row.as_ref().len()).filter(|width| *width > 0) else { return Ok(0) };
        let places: Vec<String> = (1..=width).map(|i| format!("${i}")).collect();
        let one = self.client().prepare_cached(&format!("{head} values ({}) {otherwise}", places.join(", "))).await?;
        let mut count = 0;
        if rows.len() <= FEW {
            for row in rows {
                count += self.client().execute(&one, &bound(row.as_ref())).await?;
            }
            return Ok(count);
        }
        // The server named the types of the columns when it prepared the insert of one row.
        let arrays: Vec<String> = places.iter().zip(one.params()).map(|(place, ty)| format!("{place}::{}[]", ty.name())).collect();
        let many = self.client().prepare_cached(&format!("{head} select * from unnest({}) {otherwise}", arrays.join(", "))).await?;
        for rows in rows.chunks(ROWS_MAX) {
            let columns: Vec<Column<'_, R>> = (0..width).map(|at| Column { rows, at }).collect();
            let params: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|column| column as &(dyn ToSql + Sync)).collect();
            count += self.client().execute(&many, &params).await?;
        }
        Ok(count)
    }

    /// Runs several statements.
    pub async fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        Ok(self.client().batch_execute(sql).await?)
    }

    /// Makes it last.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        let done = self.client().batch_execute("commit").await;
        if done.is_ok() {
            self.client = None;
        }
        Ok(done?)
    }

    /// Takes it back and waits for it.
    pub async fn rollback(mut self) {
        if let Some(client) = self.client.take()
            && client.batch_execute("rollback").await.is_err()
        {
            // The connection is lost, and with it the transaction.
            drop(Object::take(client));
        }
    }
}

impl Drop for PostgresTx {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            // Nobody waits any more: close the connection, and the server takes the transaction back.
            drop(Object::take(client));
        }
    }
}

fn bound<'v>(params: impl IntoIterator<Item = &'v Value>) -> Vec<&'v (dyn ToSql + Sync)> {
    params.into_iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

type Broken = Box<dyn Error + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Broken> {
        match (self, ty) {
            (Value::Null, _) => return Ok(IsNull::Yes),
            (Value::Int(int), &Type::INT4) => out.put_i32(i32::try_from(*int)?),
            (Value::Int(int), _) => out.put_i64(*int),
            (Value::Text(text), _) => out.put_slice(text.as_bytes()),
            (Value::Bytes(bytes), _) => out.put_slice(bytes),
            (Value::Uuid(uuid), _) => out.put_slice(uuid.as_bytes()),
            (Value::Date(date), _) => out.put_i32(day_number(*date) - DAYS_TO_2000),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// One column of many rows, bound as an array.
struct Column<'r, R> {
    rows: &'r [R],
    at: usize,
}

impl<R> fmt::Debug for Column<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {} of {} rows", self.at, self.rows.len())
    }
}

impl<R: Values> ToSql for Column<'_, R> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Broken> {
        let Kind::Array(element) = ty.kind() else { return Err(format!("a column of rows cannot be bound as {ty}").into()) };
        // Dimensions, whether nothing stands in it, the type, how many, counted from 1.
        for number in [1, 1, element.oid().cast_signed(), i32::try_from(self.rows.len())?, 1] {
            out.put_i32(number);
        }
        for row in self.rows {
            let before = out.len();
            out.put_i32(-1);
            let value = row.as_ref().get(self.at).unwrap_or(&Value::Null);
            if matches!(value.to_sql(element, out)?, IsNull::No) {
                let length = i32::try_from(out.len() - before - 4)?;
                out[before..before + 4].copy_from_slice(&length.to_be_bytes());
            }
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Value, Broken> {
        Ok(match *ty {
            Type::INT8 => Value::Int(i64::from_be_bytes(raw.try_into()?)),
            Type::INT4 => Value::Int(i64::from(i32::from_be_bytes(raw.try_into()?))),
            Type::BOOL => Value::Int(i64::from(raw.first().is_some_and(|byte| *byte != 0))),
            Type::TEXT | Type::VARCHAR | Type::NAME | Type::BPCHAR | Type::UNKNOWN => Value::Text(String::from_utf8(raw.to_vec())?.into()),
            Type::BYTEA => Value::Bytes(raw.to_vec()),
            Type::UUID => Value::Uuid(Uuid::from_slice(raw)?),
            Type::DATE => Value::Date(date_of_day(i32::from_be_bytes(raw.try_into()?) + DAYS_TO_2000)),
            ref other => return Err(format!("no column may be of type {other}").into()),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Value, Broken> {
        Ok(Value::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
