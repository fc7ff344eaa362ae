//! The tables `audit_entries`, `audit_heads`, `audit_roots` and `views`: added to, never changed but for the heads and a seal.

use super::Linked;
use super::kept::proof::Proof;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx, Value};
use crate::values;
use duly_domain::audit::root::Root;
use duly_domain::audit::{Entry, Verifier};
use duly_domain::values::ids::AccountId;
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

const HEAD: &str = "select seq, hash from audit_heads where chain = $1";
const HEADS_OF: &str = "select chain, seq, hash from audit_heads where chain in ($keys)";
const MOVE_HEAD: &str = "on conflict (chain) do update set seq = excluded.seq, hash = excluded.hash";
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
const PAGE_OF: &str = "
    select chain, seq, recorded_at, actor, act, detail, hash
      from audit_entries
     where chain = $1 and seq > $2
     order by seq
     limit $3";
const HEADS_WITHOUT: &str = "
    select count(*) from audit_heads h
     where not exists (select 1 from audit_entries e where e.chain = h.chain and e.seq = h.seq and e.hash = h.hash)";
const ENTRIES_BEYOND: &str = "
    select count(*) from audit_entries e where not exists (select 1 from audit_heads h where h.chain = e.chain and h.seq >= e.seq)";
/// Every account has its chain from the moment it is placed; chains of accounts are as many as accounts.
const ACCOUNTS_WITHOUT: &str = "
    select (select count(*) from accounts) - (select count(*) from audit_heads where chain like 'acc%')";
/// Ids are made by the machine's clock, in order of time, also where an entry's own moment was named.
const NEWEST: &str = "select id from audit_entries order by id desc limit 1";
const CHAINS: &str = "select count(*) from audit_heads";
const OF_CHAIN: &str = "
    select chain, seq, recorded_at, actor, act, detail, hash
      from audit_entries
     where chain = $1
     order by seq desc
     limit $2";

/// The first entry that names an id; ids are letters and digits, so none of them stands for others.
const NAMING: &str = "
    select chain, seq, recorded_at, actor, act, detail, hash
      from audit_entries
     where chain = $1 and detail like $2
     order by seq
     limit 1";

const OF_ACT: &str = "
    select chain, seq, recorded_at, actor, act, detail, hash
      from audit_entries
     where chain = $1 and act = $2
     order by seq desc
     limit $3";

/// The statements about one column of marks: heads with their marks, what a root saw (from the entries themselves), and a mark.
macro_rules! marked_in {
    ($column:literal) => {
        [
            concat!("select chain, seq, hash, ", $column, " from audit_heads where chain > $1 order by chain limit $2"),
            concat!(
                "select h.chain, h.",
                $column,
                ", e.hash from audit_heads h join audit_entries e on e.chain = h.chain and e.seq = h.",
                $column,
                " where h.chain > $1 and h.",
                $column,
                " > 0 order by h.chain limit $2"
            ),
            concat!("update audit_heads set ", $column, " = $1 where chain = $2"),
        ]
    };
}
const MARKED_IN: [[&str; 3]; 2] = [marked_in!("rooted_seq"), marked_in!("rooted_other_seq")];
const FIND_ACT: &str = "select count(*) from audit_entries where chain = $1 and act = $2";
const INSERT_ROOT: &str = "
    insert into audit_roots (business_day, chains, root, previous, signed_at, public_key, signature, marked_in)
    values ($1, $2, $3, $4, $5, $6, $7, $8)";
const LAST_ROOT: &str = "
    select business_day, chains, root, previous, signed_at, public_key, signature, marked_in
      from audit_roots order by business_day desc limit 1";
const ROOTS: &str = "
    select business_day, chains, root, previous, signed_at, public_key, signature, marked_in
      from audit_roots order by business_day";
/// The last night that is done, if it had the step that signs and has no root.
const UNSIGNED_NIGHT: &str = "
    select n.business_day, r.chains from nights n
      join night_steps s on s.business_day = n.business_day and s.name = 'sign the day'
      left join audit_roots r on r.business_day = n.business_day
     where n.state = 'done'
     order by n.business_day desc
     limit 1";
const INSERT_VIEW: &str = "insert into views (id, account_id, seen_by, what, seen_at)";
const VIEWS_OF: &str = "
    select id, account_id, seen_by, what, seen_at from views where account_id = $1 order by seen_at desc, id desc limit $2";
const SEAL: &str = "
    update views set seal_no = $1 where id in (select id from views where seal_no = 0 order by id limit $2)";
const NEXT_SEAL: &str = "select coalesce(max(seq), 0) + 1 from audit_heads where chain = 'views'";
const SEALED: &str = "
    select id, account_id, seen_by, what, seen_at from views where seal_no = $1 and id > $2 order by id limit $3";
const SEALS: &str = "select seq, detail from audit_entries where chain = 'views' order by seq";
/// Those of the seal that comes next count as not sealed: a night may be at it.
const UNSEALED: &str = "select count(*) from views where seal_no = 0 or seal_no = $1";
const BEYOND: &str = "
    select count(*) from views v where v.seal_no > 0 and v.seal_no <> $1
       and not exists (select 1 from audit_entries e where e.chain = 'views' and e.seq = v.seal_no)";

const KEPT_BEFORE: &str = "select kind, row_count, newest from kept_before order by kind";

/// Rows read at a time.
const AT_A_TIME: i64 = 5_000;

rows! {
    /// One stored root.
    pub struct RootRow {
        pub business_day: Date,
        pub chains: i64,
        pub root: Vec<u8>,
        pub previous: Vec<u8>,
        pub signed_at: Timestamp,
        pub public_key: Vec<u8>,
        pub signature: Vec<u8>,
        pub marked_in: i64,
    }

    /// A head, and how far a root saw its chain.
    pub struct HeadToMark {
        pub chain: String,
        pub seq: i64,
        pub hash: Vec<u8>,
        pub marked_seq: i64,
    }

    /// How much of a kind was kept before entries held hashes, up to which id.
    pub struct KeptBefore {
        pub kind: String,
        pub row_count: i64,
        pub newest: Uuid,
    }

    /// Somebody saw an account.
    pub struct ViewRow {
        pub id: Uuid,
        pub account: AccountId,
        pub seen_by: String,
        pub what: String,
        pub seen_at: Timestamp,
    }

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
        tx.insert_many(INSERT_HEAD, &[values![chain, 1, &linked.hash]]).await?;
    } else {
        tx.run(UPDATE_HEAD, params![seq + 1, &linked.hash, chain, seq]).await?;
    }
    Ok(())
}

/// The last sequence numbers and hashes of many chains, behind their names.
pub async fn list_heads_of(tx: &mut Tx, chains: &[Value]) -> Result<Vec<(String, i64, [u8; 32])>, StoreError> {
    let heads: Vec<(String, i64, Vec<u8>)> = tx.all_in(HEADS_OF, chains).await?;
    let whole = |hash: Vec<u8>| <[u8; 32]>::try_from(hash).map_err(|_| StoreError::Column("audit_heads.hash".into()));
    heads.into_iter().map(|(chain, seq, hash)| Ok((chain, seq, whole(hash)?))).collect()
}

/// Adds entries linked to the heads that were read, and moves the heads: chain, number and hash of each.
pub async fn append_all(tx: &mut Tx, entries: &[[Value; 8]], heads: &[(&str, i64, &[u8; 32])]) -> Result<(), StoreError> {
    tx.insert_many(INSERT, entries).await?;
    let heads: Vec<[Value; 3]> = heads.iter().map(|(chain, seq, hash)| values![*chain, *seq, *hash]).collect();
    tx.merge_many(INSERT_HEAD, &heads, MOVE_HEAD).await.map(drop)
}

/// When the newest entry was written, by the clock of the machine that wrote it.
pub async fn find_newest(tx: &mut Tx) -> Result<Option<Timestamp>, StoreError> {
    let newest: Option<(Uuid,)> = tx.one(NEWEST, &[]).await?;
    let made = newest.and_then(|(id,)| id.get_timestamp()).map(|made| made.to_unix());
    Ok(made.and_then(|(seconds, nanos)| Timestamp::new(i64::try_from(seconds).ok()?, i32::try_from(nanos).ok()?).ok()))
}

/// The newest entries of a chain that tell one act.
pub async fn list_of_act(tx: &mut Tx, chain: &str, act: &str, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
    tx.all(OF_ACT, params![chain, act, limit]).await
}

/// The newest entries of a chain.
pub async fn list_of_chain(tx: &mut Tx, chain: &str, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
    tx.all(OF_CHAIN, params![chain, limit]).await
}

/// The first entry of an account's chain that names an id.
pub async fn find_naming(tx: &mut Tx, account: AccountId, id: &str) -> Result<Option<AuditRow>, StoreError> {
    tx.one(NAMING, params![account.to_string(), format!("%{id}%")]).await
}

/// What was kept before entries held hashes, kind by kind.
pub async fn list_kept_before(tx: &mut Tx) -> Result<Vec<KeptBefore>, StoreError> {
    tx.all(KEPT_BEFORE, &[]).await
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
///
/// The rows that were kept with the entries are compared on the way.
pub async fn verify(tx: &mut Tx, kept: &mut Proof) -> Result<Verified, StoreError> {
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
            kept.take(&row);
            if let Err(why) = verifier.take(&entry, &row.hash)
                && broken.is_none()
            {
                broken = Some(format!("{} entry {}: {why}", row.chain, row.seq));
            }
        }
        at = next;
        kept.compare_before(tx, &at.0).await?;
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

/// Which of the two columns of marks says what a root saw. They take turns: while a root is made, the marks of the one before stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marks {
    /// `rooted_seq`.
    First,
    /// `rooted_other_seq`.
    Second,
}

impl Marks {
    /// Those of the root after.
    pub fn others(self) -> Marks {
        match self {
            Marks::First => Marks::Second,
            Marks::Second => Marks::First,
        }
    }
}

impl RootRow {
    /// The marks of what this root saw, as long as it is the newest.
    pub fn marks(&self) -> Marks {
        if self.marked_in == 0 { Marks::First } else { Marks::Second }
    }
}

/// The next heads after a chain, in order of name, with their marks.
pub async fn list_heads_to_mark(tx: &mut Tx, marks: Marks, after: &str) -> Result<Vec<HeadToMark>, StoreError> {
    let [heads, ..] = MARKED_IN[marks as usize];
    tx.all(heads, params![after, AT_A_TIME]).await
}

/// The next heads after a chain as the newest root saw them, in order of name: name, number and hash of the last entry.
pub async fn list_marked_heads(tx: &mut Tx, marks: Marks, after: &str) -> Result<Vec<(String, i64, Vec<u8>)>, StoreError> {
    let [_, marked, _] = MARKED_IN[marks as usize];
    tx.all(marked, params![after, AT_A_TIME]).await
}

/// Marks how far a root sees some chains.
pub async fn mark_heads(tx: &mut Tx, marks: Marks, heads: &[(&str, i64)]) -> Result<(), StoreError> {
    let [.., mark] = MARKED_IN[marks as usize];
    let sets: Vec<Vec<Value>> = heads.iter().map(|(chain, seq)| params![*seq, *chain].to_vec()).collect();
    tx.run_many(mark, &sets).await.map(drop)
}

/// Whether a chain has an entry of an act.
pub async fn has_act(tx: &mut Tx, chain: &str, act: &str) -> Result<bool, StoreError> {
    Ok(tx.number(FIND_ACT, params![chain, act]).await? > 0)
}

pub async fn insert_root(tx: &mut Tx, root: &Root, key: &[u8; 32], signature: &[u8; 64], marks: Marks) -> Result<(), StoreError> {
    let Root { business_day, chains, root, previous, signed_at } = root;
    let values = params![*business_day, *chains, root, previous, *signed_at, key, signature.to_vec(), marks as i64];
    tx.run(INSERT_ROOT, values).await.map(drop)
}

pub async fn find_last_root(tx: &mut Tx) -> Result<Option<RootRow>, StoreError> {
    tx.one(LAST_ROOT, &[]).await
}

/// Every root, the first first: one a day.
pub async fn list_roots(tx: &mut Tx) -> Result<Vec<RootRow>, StoreError> {
    tx.all(ROOTS, &[]).await
}

/// The last night, if it should have a root and has none.
pub async fn find_unsigned_night(tx: &mut Tx) -> Result<Option<Date>, StoreError> {
    let last: Option<(Date, Option<i64>)> = tx.one(UNSIGNED_NIGHT, &[]).await?;
    Ok(last.filter(|(_, chains)| chains.is_none()).map(|(day, _)| day))
}

/// Adds what was seen and is not there yet; how much that was.
pub async fn insert_views(tx: &mut Tx, views: &[ViewRow]) -> Result<u64, StoreError> {
    let rows: Vec<Vec<Value>> =
        views.iter().map(|view| params![view.id, view.account, &view.seen_by, &view.what, view.seen_at].to_vec()).collect();
    tx.merge_many(INSERT_VIEW, &rows, "on conflict (id) do nothing").await
}

/// Who saw an account, the newest first.
pub async fn list_views(tx: &mut Tx, account: AccountId, limit: i64) -> Result<Vec<ViewRow>, StoreError> {
    tx.all(VIEWS_OF, params![account, limit]).await
}

/// The number of the seal that comes next.
pub async fn next_seal(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.number(NEXT_SEAL, &[]).await
}

/// Puts some of what has no seal under one; how many.
pub async fn seal_views(tx: &mut Tx, seal: i64, limit: i64) -> Result<u64, StoreError> {
    tx.run(SEAL, params![seal, limit]).await
}

/// The next views under a seal.
pub async fn list_sealed(tx: &mut Tx, seal: i64, after: Uuid) -> Result<Vec<ViewRow>, StoreError> {
    tx.all(SEALED, params![seal, after, AT_A_TIME]).await
}

/// Every seal with what it says.
pub async fn list_seals(tx: &mut Tx) -> Result<Vec<(i64, String)>, StoreError> {
    tx.all(SEALS, &[]).await
}

pub async fn count_unsealed(tx: &mut Tx) -> Result<i64, StoreError> {
    let next = next_seal(tx).await?;
    tx.number(UNSEALED, params![next]).await
}

/// Views under seals that are not there.
pub async fn count_views_beyond(tx: &mut Tx) -> Result<i64, StoreError> {
    let next = next_seal(tx).await?;
    tx.number(BEYOND, params![next]).await
}

/// The next entries after one, of one chain or of all, in order.
pub async fn list_after(tx: &mut Tx, of: Option<&str>, chain: &str, seq: i64) -> Result<Vec<AuditRow>, StoreError> {
    match of {
        None => tx.all(PAGE, params![chain, seq, AT_A_TIME]).await,
        Some(of) => tx.all(PAGE_OF, params![of, seq, AT_A_TIME]).await,
    }
}
