//! The daily root: drawn over all chains at the end of the night, signed, and proved again by every check.
//!
//! What happened since the newest root is held by its chain alone until the next night. Views are sealed into the chain
//! `views` first, so that the root holds them too.

use super::keys::{self, Keys};
use super::store::{self, RootRow};
use super::{AGENCY, record_in};
use crate::app::{Actor, Failure};
use crate::store::Tx;
use duly_domain::audit::root::{OutOfOrder, Root, Views};
use duly_domain::audit::{START, hex};
use duly_domain::values::moment::Moment;
use serde_json::{Value as Json, json};

/// The chain of seals over views.
pub const VIEWS: &str = "views";

/// What signing a day came to.
pub enum Signed {
    /// Signed over so many chains.
    Over(i64),
    /// The key that signed before is not here.
    KeyMissing,
}

/// Seals the day's views, draws the root and signs it; a day that has its root keeps it.
pub async fn sign(tx: &mut Tx, keys: &Keys, closing: Moment) -> Result<Signed, Failure> {
    let last = store::find_last_root(tx).await?;
    if let Some(last) = last.as_ref().filter(|last| last.business_day >= closing.business_day) {
        return Ok(Signed::Over(last.chains));
    }
    let key = match keys.find()? {
        Some(key) => key,
        None if last.is_none() => keys.make()?,
        None => {
            let folder = keys.folder().display();
            tracing::warn!(%folder, "the day is not signed: the key that signed before is not in its folder; bring it back, or make another with duly keys new");
            return Ok(Signed::KeyMissing);
        }
    };
    if last.is_none() {
        let detail = json!({"key": keys::fingerprint(&key.public())});
        record_in(tx, &Actor::night(), closing.at, AGENCY, "key.first", &detail).await?;
    }
    seal_views(tx, closing).await?;
    let tree = store::draw(tx, &store::Heads::Now).await?;
    let root = Root {
        business_day: closing.business_day,
        chains: tree.chains(),
        root: tree.root(),
        previous: last.map_or(Ok(START), |last| hash_of(&last.root))?,
        signed_at: closing.at,
    };
    store::insert_root(tx, &root, &key.public(), &key.sign(&root.text())).await?;
    Ok(Signed::Over(root.chains))
}

/// Seals what was seen since the last seal by one entry, which the chain and the root then hold.
async fn seal_views(tx: &mut Tx, closing: Moment) -> Result<(), Failure> {
    let seal = store::find_head(tx, VIEWS).await?.map_or(0, |(seq, _)| seq) + 1;
    if store::seal_views(tx, seal).await? == 0 {
        return Ok(());
    }
    let (count, hash) = hash_views(tx, seal).await?;
    let detail = json!({"count": count, "hash": hash});
    record_in(tx, &Actor::night(), closing.at, VIEWS, "views.seal", &detail).await
}

async fn hash_views(tx: &mut Tx, seal: i64) -> Result<(i64, String), Failure> {
    let (mut views, mut count) = (Views::default(), 0);
    let mut after = uuid::Uuid::nil();
    loop {
        let page = store::list_sealed(tx, seal, after).await?;
        let Some(last) = page.last() else { return Ok((count, views.hash())) };
        after = last.id;
        for view in page {
            views.add(&view.id.to_string(), &view.account.to_string(), &view.seen_by, &view.what, view.seen_at);
            count += 1;
        }
    }
}

fn hash_of(bytes: &[u8]) -> Result<[u8; 32], Failure> {
    bytes.try_into().map_err(|_| Failure::Store(crate::store::StoreError::Column("audit_roots".into())))
}

/// A stored root as it was signed; `None` if a column is not of the length it must have.
pub fn signed_root(row: &RootRow) -> Option<(Root, [u8; 32])> {
    let root = Root {
        business_day: row.business_day,
        chains: row.chains,
        root: row.root.clone().try_into().ok()?,
        previous: row.previous.clone().try_into().ok()?,
        signed_at: row.signed_at,
    };
    Some((root, row.public_key.clone().try_into().ok()?))
}

/// Proves every root's signature and link, and draws the newest again; what was proved, or the first fault.
pub async fn verify(tx: &mut Tx, keys: &Keys) -> Result<Result<String, String>, Failure> {
    let on_file = keys.public_keys()?;
    let (mut previous, mut count, mut newest) = (START, 0, None);
    for row in store::list_roots(tx).await? {
        let day = row.business_day;
        let Some((root, key)) = signed_root(&row) else { return Ok(Err(format!("the root of {day} was changed"))) };
        if root.previous != previous {
            return Ok(Err(format!("the root of {day} does not follow the one before it")));
        }
        if on_file.as_ref().is_some_and(|known| !known.contains(&key)) {
            return Ok(Err(format!("the root of {day} is signed by a key that is not in {}", keys.folder().display())));
        }
        if !keys::is_signed(&key, &root.text(), &row.signature) {
            return Ok(Err(format!("the signature of {day} does not fit its root")));
        }
        previous = root.root;
        count += 1;
        newest = Some(root);
    }
    if let Some(unsigned) = store::find_unsigned_night(tx).await? {
        let folder = keys.folder().display();
        return Ok(Err(format!("the night of {unsigned} has no root: is its key in {folder}? bring it back, or duly keys new")));
    }
    let Some(newest) = newest else { return Ok(Ok("no night has been signed yet".into())) };
    let drawn = match store::draw(tx, &store::Heads::AtNewestRoot).await {
        Err(Failure::Wrong(problems)) => return Ok(Err(problems.to_string())),
        drawn => drawn?,
    };
    if drawn.chains() != newest.chains || drawn.root() != newest.root {
        return Ok(Err(format!("the root of {} cannot be drawn again: an entry it holds is not what it was", newest.business_day)));
    }
    let who =
        if on_file.is_some() { String::new() } else { format!("; no key is in {}, so who signed is not proved", keys.folder().display()) };
    Ok(Ok(format!(
        "{count} roots, the newest of {} over {} chains: {}…{who}",
        newest.business_day,
        newest.chains,
        &hex(&newest.root)[..16]
    )))
}

/// Proves every seal over views again; what was proved, or the first fault.
pub async fn verify_views(tx: &mut Tx) -> Result<Result<String, String>, Failure> {
    let (mut seals, mut views) = (0, 0);
    for (seal, detail) in store::list_seals(tx).await? {
        let said: Json = serde_json::from_str(&detail).unwrap_or_default();
        let (count, hash) = hash_views(tx, seal).await?;
        if said["count"] != json!(count) || said["hash"] != json!(hash) {
            return Ok(Err(format!("views under seal {seal} were changed, added or removed")));
        }
        (seals, views) = (seals + 1, views + count);
    }
    if store::count_views_beyond(tx).await? > 0 {
        return Ok(Err("a view names a seal that is not there".into()));
    }
    Ok(Ok(format!("{views} views under {seals} seals, {} since", store::count_unsealed(tx).await?)))
}

/// A head out of order, in words.
pub(super) fn out_of_order(OutOfOrder(chain): OutOfOrder) -> Failure {
    Failure::wrong("database", format!("does not order the names of chains by their bytes (at {chain}): make it with the collation C"))
}
