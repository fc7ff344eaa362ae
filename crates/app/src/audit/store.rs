//! The tables `audit_entries` and `audit_heads`: added to, never changed but for the heads.

use super::Linked;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx, Value};
use duly_domain::audit::{Entry, Verifier};
use jiff::Timestamp;

const HEAD: &str = "select seq, hash from audit_heads where chain = $1";
/// The columns of an entry, for [`Tx::insert_many`].
pub const INSERT: &str = "insert into audit_entries (id, chain, seq, recorded_at, actor, act, detail, hash)";
/// The columns of a head, for [`Tx::insert_many`].
pub const INSERT_HEAD: &str = "insert into audit_heads (chain, seq, hash)";
const UPDATE_HEAD: &str = "update audit_heads set seq = $1, hash = $2 where chain = $3 and seq = $4";
const PAGE: &str = "
    select chain, seq, recorded_at, actor, act, detail, hash
      from audit_entries
     where (chain, seq) > ($1, $2)
     order by chain, seq
     limit $3";
const HEADS_WITHOUT: &str = "
    select count(*) from audit_heads h
     where not exists (select 1 from audit_entries e where e.chain = h.chain and e.seq = h.seq and e.hash = h.hash)";
const ENTRIES_BEYOND: &str = "
    select count(*) from audit_entries e where not exists (select 1 from audit_heads h where h.chain = e.chain and h.seq >= e.seq)";
/// Every account has its chain from the moment it is placed; chains of accounts are as many as accounts.
const ACCOUNTS_WITHOUT: &str = "
    select (select count(*) from accounts) - (select count(*) from audit_heads where chain like 'acc%')";
const CHAINS: &str = "select count(*) from audit_heads";
const OF_CHAIN: &str = "
    select chain, seq, recorded_at, actor, act, detail, hash
      from audit_entries
     where chain = $1
     order by seq desc
     limit $2";

rows! {
    /// One stored entry.
    pub struct AuditRow {
        pub chain: String,
        pub seq: i64,
        pub recorded_at: Timestamp,
        pub actor: String,
        pub act: String,
        pub detail: String,
        pub hash: Vec<u8>,
    }
}

/// The last sequence number and hash of a chain.
pub async fn find_head(tx: &mut Tx, chain: &str) -> Result<Option<(i64, [u8; 32])>, StoreError> {
    let head: Option<(i64, Vec<u8>)> = tx.one(HEAD, params![chain]).await?;
    head.map(|(seq, hash)| Ok((seq, <[u8; 32]>::try_from(hash).map_err(|_| StoreError::Column("audit_heads.hash".into()))?))).transpose()
}

/// Adds an entry after the head that was read, and moves the head.
pub async fn append(tx: &mut Tx, chain: &str, seq: i64, linked: Linked) -> Result<(), StoreError> {
    tx.insert_many(INSERT, &[linked.row]).await?;
    if seq == 0 {
        tx.insert_many(INSERT_HEAD, &[params![chain, 1, &linked.hash].to_vec()]).await?;
    } else {
        tx.run(UPDATE_HEAD, params![seq + 1, &linked.hash, chain, seq]).await?;
    }
    Ok(())
}

/// The newest entries of a chain.
pub async fn list_of_chain(tx: &mut Tx, chain: &str, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
    tx.all(OF_CHAIN, params![chain, limit]).await
}

/// What a walk over every chain found.
pub struct Verified {
    /// How many chains stand.
    pub chains: i64,
    /// How many entries were hashed again.
    pub entries: i64,
    /// The first break, if there is one.
    pub broken: Option<String>,
}

/// Walks every chain in order.
pub async fn verify(tx: &mut Tx) -> Result<Verified, StoreError> {
    let mut at: (String, i64) = (String::new(), 0);
    let mut entries = 0;
    let mut verifier = Verifier::default();
    let mut broken: Option<String> = None;
    loop {
        let page: Vec<AuditRow> = tx.all(PAGE, &[Value::from(&at.0), Value::from(at.1), Value::from(5_000)]).await?;
        let Some(last) = page.last() else { break };
        let next = (last.chain.clone(), last.seq);
        for row in page {
            if row.chain != at.0 {
                verifier = Verifier::default();
                at.0.clone_from(&row.chain);
            }
            let entry = Entry {
                chain: &row.chain,
                seq: row.seq,
                at_micros: row.recorded_at.as_microsecond(),
                actor: &row.actor,
                act: &row.act,
                detail: &row.detail,
            };
            entries += 1;
            if let Err(why) = verifier.take(&entry, &row.hash)
                && broken.is_none()
            {
                broken = Some(format!("{} entry {}: {why}", row.chain, row.seq));
            }
        }
        at = next;
    }
    if tx.number(HEADS_WITHOUT, &[]).await? > 0 && broken.is_none() {
        broken = Some("a chain is shorter than its head says".into());
    }
    if tx.number(ENTRIES_BEYOND, &[]).await? > 0 && broken.is_none() {
        broken = Some("a chain goes on beyond its head, or has none".into());
    }
    if tx.number(ACCOUNTS_WITHOUT, &[]).await? != 0 && broken.is_none() {
        broken = Some("an account has no chain".into());
    }
    Ok(Verified { chains: tx.number(CHAINS, &[]).await?, entries, broken })
}
