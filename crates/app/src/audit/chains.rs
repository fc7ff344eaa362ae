//! Entries for many accounts' chains, written together.
//!
//! The heads are read once, entries are linked in memory in the order in which things happen, and all of it is written at the
//! end: each chain is as if every entry had been recorded by itself.

use super::{link, store};
use crate::app::{Actor, Failure};
use crate::store::{Tx, Value};
use duly_domain::audit::START;
use duly_domain::values::ids::AccountId;
use jiff::Timestamp;
use serde_json::Value as Json;
use std::collections::HashMap;

/// Where a chain stands.
struct Head {
    chain: String,
    seq: i64,
    hash: [u8; 32],
    is_moved: bool,
}

/// The chains of some accounts, with the entries that wait to be written.
pub struct Chains<'a> {
    who: &'a Actor,
    at: Timestamp,
    heads: HashMap<AccountId, Head>,
    entries: Vec<Vec<Value>>,
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
        Ok(Chains { who, at, heads: heads.collect(), entries: Vec::new() })
    }

    /// Links an entry to the end of an account's chain. The account must be one of those the chains were opened for.
    pub fn record(&mut self, account: AccountId, act: &str, detail: &Json) {
        let Some(head) = self.heads.get_mut(&account) else { unreachable!("chains are opened for every account that is written to") };
        let linked = link(&head.chain, head.seq + 1, self.at, self.who.label(), act, &detail.to_string(), &head.hash);
        (head.seq, head.hash, head.is_moved) = (head.seq + 1, linked.hash, true);
        self.entries.push(linked.row);
    }

    /// Writes the entries, and moves the heads of the chains that have new ones.
    pub async fn write(self, tx: &mut Tx) -> Result<(), Failure> {
        let mut moved: Vec<(&str, i64, &[u8; 32])> =
            self.heads.values().filter(|head| head.is_moved).map(|head| (head.chain.as_str(), head.seq, &head.hash)).collect();
        moved.sort_unstable();
        Ok(store::append_all(tx, &self.entries, &moved).await?)
    }
}
