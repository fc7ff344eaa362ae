//! Entries for many accounts' chains, written together.
//!
//! The heads are read once and entries wait in the order in which things happen. At the end, when the rows they name stand, those
//! that were changed are read back and hashed together, the entries are linked, and all of it is written: each chain is as if every
//! entry had been recorded by itself, but that two entries about one row name it as it stands in the end.

use super::kept::{self, HASHES, KeptRow};
use super::{link, store};
use crate::app::{Actor, Failure};
use crate::store::{Tx, Value};
use duly_domain::audit::START;
use duly_domain::audit::kept::Claim;
use duly_domain::values::ids::AccountId;
use foldhash::{HashMap, HashMapExt};
use jiff::Timestamp;
use serde_json::Value as Json;
use std::fmt::{Display, Write};

/// Where a chain stands.
struct Head {
    chain: String,
    seq: i64,
    hash: [u8; 32],
    is_moved: bool,
}

/// An entry that waits.
struct Waiting<'a> {
    who: &'a Actor,
    at: Timestamp,
    account: AccountId,
    act: &'static str,
    /// The particulars, as the text of a JSON object.
    detail: String,
    names: Names,
}

/// The rows that an entry names.
enum Names {
    /// They are read when all is written.
    Rows(Vec<KeptRow>),
    /// What is to be said of it is known.
    Said(KeptRow, Claim),
}

/// The chains of some accounts, with the entries that wait to be written.
pub struct Chains<'a> {
    heads: HashMap<AccountId, Head>,
    waiting: Vec<Waiting<'a>>,
}

impl<'a> Chains<'a> {
    /// Reads where the chains of accounts stand.
    pub async fn open(tx: &mut Tx, accounts: &[AccountId]) -> Result<Chains<'a>, Failure> {
        let chains: Vec<Value> = accounts.iter().map(|account| Value::from(account.to_string())).collect();
        let mut heads = HashMap::with_capacity(accounts.len());
        for (chain, seq, hash) in store::list_heads_of(tx, &chains).await? {
            if let Ok(account) = chain.parse::<AccountId>() {
                heads.insert(account, Head { chain, seq, hash, is_moved: false });
            }
        }
        for account in accounts {
            heads.entry(*account).or_insert_with(|| Head { chain: account.to_string(), seq: 0, hash: START, is_moved: false });
        }
        Ok(Chains { heads, waiting: Vec::new() })
    }

    /// Puts an entry at the end of an account's chain that names a row of the account, which is read when all is written. The
    /// account must be one of those the chains were opened for.
    pub fn record(&mut self, (who, at): (&'a Actor, Timestamp), account: AccountId, act: &'static str, detail: &Json, row: KeptRow) {
        self.record_of((who, at), account, act, detail, vec![row]);
    }

    /// As [`Chains::record`], for several rows.
    pub fn record_of(
        &mut self,
        (who, at): (&'a Actor, Timestamp),
        account: AccountId,
        act: &'static str,
        detail: &Json,
        rows: Vec<KeptRow>,
    ) {
        self.waiting.push(Waiting { who, at, account, act, detail: detail.to_string(), names: Names::Rows(rows) });
    }

    /// As [`Chains::record`], for a row of which is known what is to be said, with the particulars as the text of a JSON object.
    pub fn record_said(
        &mut self,
        (who, at): (&'a Actor, Timestamp),
        account: AccountId,
        act: &'static str,
        detail: String,
        row: KeptRow,
        said: Claim,
    ) {
        self.waiting.push(Waiting { who, at, account, act, detail, names: Names::Said(row, said) });
    }

    /// Writes the entries once the rows they name are written, and moves the heads of the chains that have new ones.
    pub async fn write(mut self, tx: &mut Tx) -> Result<(), Failure> {
        let read = |entry: &Waiting<'_>| match &entry.names {
            Names::Rows(rows) => rows.clone(),
            Names::Said(..) => Vec::new(),
        };
        let mut named: Vec<KeptRow> = self.waiting.iter().flat_map(read).collect();
        named.sort_unstable();
        named.dedup();
        let hashes = kept::hashes(tx, &named).await?;
        let mut entries = Vec::with_capacity(self.waiting.len());
        for Waiting { who, at, account, act, mut detail, names } in self.waiting {
            let Some(head) = self.heads.get_mut(&account) else { unreachable!("chains are opened for every account that is written to") };
            match names {
                Names::Said(row, said) => add_hashes(&mut detail, [(row, said)]),
                Names::Rows(rows) => {
                    let said = rows.iter().map(|row| {
                        let name = row.to_string();
                        let said = hashes.get(&name).and_then(Json::as_str).unwrap_or_default();
                        (name, said)
                    });
                    add_hashes(&mut detail, said);
                }
            }
            let linked = link(&head.chain, head.seq + 1, at, who.label(), act, detail, &head.hash);
            (head.seq, head.hash, head.is_moved) = (head.seq + 1, linked.hash, true);
            entries.push(linked.row);
        }
        let mut moved: Vec<(&str, i64, &[u8; 32])> =
            self.heads.values().filter(|head| head.is_moved).map(|head| (head.chain.as_str(), head.seq, &head.hash)).collect();
        moved.sort_unstable();
        Ok(store::append_all(tx, &entries, &moved).await?)
    }
}

/// Puts the hashes of rows behind the particulars of their entry. Names and hashes are letters and digits, so nothing needs escaping.
fn add_hashes<N: Display, S: Display>(detail: &mut String, said: impl IntoIterator<Item = (N, S)>) {
    let end = detail.pop();
    debug_assert_eq!(end, Some('}'), "particulars are a JSON object");
    write!(detail, ",\"{HASHES}\":{{").expect("writing to a string cannot fail");
    for (place, (name, said)) in said.into_iter().enumerate() {
        let comma = if place == 0 { "" } else { "," };
        write!(detail, "{comma}\"{name}\":\"{said}\"").expect("writing to a string cannot fail");
    }
    detail.push_str("}}");
}
