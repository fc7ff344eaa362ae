//! The audit record: what was done, by whom, when, in chains that break when touched.
//!
//! Every action calls [`record`] in its own transaction, so nothing happens without its entry and no entry without the thing.
//! One chain per account; a creditor and a batch have theirs; what concerns none of them stands in the chain `agency`.

//! [`kept`] names the rows that an act kept, with their hashes; [`root`] draws all chains together each night; [`views`] says who
//! saw an account; [`evidence`] makes the folder that proves an account to somebody else.

pub mod chains;
pub mod evidence;
pub mod export;
pub mod kept;
pub mod keys;
pub mod pages;
pub mod root;
pub mod spill;
pub mod store;
pub mod views;

use crate::app::{Actor, Failure, new_uuid};
use crate::store::{Tx, Value};
use crate::values;
use duly_domain::audit::{Entry, START};
use duly_domain::values::ids::AccountId;
use jiff::Timestamp;
use serde_json::Value as Json;
use std::borrow::Cow;

/// The chain of what concerns no account.
pub const AGENCY: &str = "agency";

/// Writes one entry at the end of an account's chain, or of the agency's.
pub async fn record(tx: &mut Tx, who: &Actor, at: Timestamp, account: Option<AccountId>, act: &str, detail: &Json) -> Result<(), Failure> {
    let chain = account.map_or_else(|| AGENCY.to_string(), |account| account.to_string());
    record_in(tx, who, at, &chain, act, detail).await
}

/// Writes one entry at the end of a named chain: for long transactions, which must not meet others at the agency's.
pub async fn record_in(tx: &mut Tx, who: &Actor, at: Timestamp, chain: &str, act: &str, detail: &Json) -> Result<(), Failure> {
    let head = store::find_head(tx, chain).await?;
    let (seq, previous) = head.unwrap_or((0, START));
    let row = link(chain, seq + 1, at, who.label(), act.to_string(), detail.to_string(), &previous);
    store::append(tx, chain, seq, row).await?;
    Ok(())
}

/// One entry, hashed.
pub struct Linked {
    pub(crate) row: [Value; 8],
    /// Its hash, which the next entry holds.
    pub hash: [u8; 32],
}

/// Hashes an entry onto the one before.
pub fn link(
    chain: &str,
    seq: i64,
    at: Timestamp,
    actor: &str,
    act: impl Into<Cow<'static, str>>,
    detail: String,
    previous: &[u8; 32],
) -> Linked {
    let act = act.into();
    let hash = Entry { chain, seq, at_micros: at.as_microsecond(), actor, act: &act, detail: &detail }.hash(previous);
    let row = values![new_uuid(), chain, seq, at, actor, Value::Text(act), detail, &hash];
    Linked { row, hash }
}
