//! Entries for many accounts' chains, written together.
//!
//! The heads are read once and entries wait in the order in which things happen. At the end, when the rows they name stand, those
//! are read back and hashed together, the entries are linked, and all of it is written: each chain is as if every entry had been
//! recorded by itself, but that two entries about one row name it as it stands in the end.

use super::kept::{self, HASHES, KeptRow};
use super::{link, store};
use crate::app::{Actor, Failure};
use crate::store::{Tx, Value};
use duly_domain::audit::START;
use duly_domain::values::ids::AccountId;
use jiff::Timestamp;
use serde_json::{Map, Value as Json};
use std::collections::HashMap;

/// Where a chain stands.
struct Head {
    chain: String,
    seq: i64,
    hash: [u8; 32],
    is_moved: bool,
}

/// An entry that waits.
struct Waiting {
    account: AccountId,
    act: &'static str,
    detail: Json,
    rows: Vec<KeptRow>,
}

/// The chains of some accounts, with the entries that wait to be written.
pub struct Chains<'a> {
    who: &'a Actor,
    at: Timestamp,
    heads: HashMap<AccountId, Head>,
    waiting: Vec<Waiting>,
}

impl Chains<'_> {
    /// Reads where the chains of accounts stand.
    pub async fn open<'a>(tx: &mut Tx, who: &'a Actor, at: Timestamp, accounts: &[AccountId]) -> Result<Chains<'a>, Failure> {
        let chains: Vec<Value> = accounts.iter().map(|account| Value::from(account.to_string())).collect();
        let mut known = store::list_heads_of(tx, &chains).await?;
        let heads = accounts.iter().map(|account| {
            let chain = account.to_string();
            let (seq, hash) = known.remove(&chain).unwrap_or((0, START));
            (*account, Head { chain, seq, hash, is_moved: false })
        });
        Ok(Chains { who, at, heads: heads.collect(), waiting: Vec::new() })
    }

    /// Puts an entry at the end of an account's chain that names rows of the account. The account must be one of those the chains
    /// were opened for.
    pub fn record(&mut self, account: AccountId, act: &'static str, detail: Json, rows: Vec<KeptRow>) {
        self.waiting.push(Waiting { account, act, detail, rows });
    }

    /// Writes the entries once the rows they name are written, and moves the heads of the chains that have new ones.
    pub async fn write(mut self, tx: &mut Tx) -> Result<(), Failure> {
        let mut named: Vec<KeptRow> = self.waiting.iter().flat_map(|entry| entry.rows.iter().copied()).collect();
        named.sort_unstable();
        named.dedup();
        let hashes = kept::hashes(tx, &named).await?;
        let mut entries = Vec::with_capacity(self.waiting.len());
        for Waiting { account, act, mut detail, rows } in self.waiting {
            let Some(head) = self.heads.get_mut(&account) else { unreachable!("chains are opened for every account that is written to") };
            if !rows.is_empty() {
                let said = rows.iter().filter_map(|row| hashes.get_key_value(&row.name()).map(|(name, hash)| (name.clone(), hash.clone())));
                detail[HASHES] = Json::Object(said.collect::<Map<String, Json>>());
            }
            let linked = link(&head.chain, head.seq + 1, self.at, self.who.label(), act, &detail.to_string(), &head.hash);
            (head.seq, head.hash, head.is_moved) = (head.seq + 1, linked.hash, true);
            entries.push(linked.row);
        }
        let mut moved: Vec<(&str, i64, &[u8; 32])> =
            self.heads.values().filter(|head| head.is_moved).map(|head| (head.chain.as_str(), head.seq, &head.hash)).collect();
        moved.sort_unstable();
        Ok(store::append_all(tx, &entries, &moved).await?)
    }
}
