//! The database: one handle with both engines inside, one set of statements, one numbering of migrations.
//!
//! Rooms see [`Db`], [`Tx`], [`Value`] and [`Row`]; which engine answers they cannot tell. Statements are constants in the
//! rooms' `store.rs`, with parameters `$1`, `$2` … in the order of their first appearance.
//! Read [`db`] first. What leaves or enters as a whole ([`archive`], [`backup`], [`transfer`]) goes by the [`catalogue`]; only
//! there are statements put together while running.

pub mod archive;
pub mod backup;
pub mod catalogue;
pub mod checkpoints;
pub mod db;
pub mod error;
pub mod flushes;
pub mod line;
pub mod load;
pub mod migrate;
pub mod postgres;
pub mod postgres_tls;
pub mod row;
pub mod sqlite;
pub mod state;
pub mod transfer;
pub mod tries;

pub use archive::empty_folder;
pub use db::{Db, Tx};
pub use error::StoreError;
pub use row::{FromRow, Keyed, Row, Value, Values};
pub use tries::Tries;

/// The values of a row, in order.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => { [$($crate::store::Value::from($value)),*] };
}

/// Parameters of a statement, in order.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &$crate::values![$($value),*] };
}

/// A row type: the struct, and how to read it from columns in the same order.
#[macro_export]
macro_rules! rows {
    ($($(#[$doc:meta])* $vis:vis struct $name:ident { $($(#[$field_doc:meta])* $field_vis:vis $field:ident: $type:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        $vis struct $name { $($(#[$field_doc])* $field_vis $field: $type),* }

        impl $crate::store::FromRow for $name {
            fn from_row(row: $crate::store::Row) -> Result<$name, $crate::store::StoreError> {
                let mut columns = row.columns(stringify!($name));
                Ok($name { $($field: columns.next(stringify!($field))?),* })
            }
        }
    )*};
}

/// Runs a block in a write transaction named `$tx` and commits it if it ends in `Ok`; on a conflict of transactions
/// it runs the block again, so the block must not keep what it did outside the transaction.
#[macro_export]
macro_rules! transaction {
    ($db:expr, $tx:ident, $body:block) => {{
        let mut tries = $crate::store::Tries::default();
        loop {
            let mut begun = $db.begin().await?;
            let outcome = {
                let $tx = &mut begun;
                async { $body }.await
            };
            match begun.finish(outcome, &mut tries).await {
                Some(result) => break result,
                None => continue,
            }
        }
    }};
}
