//! The daily root: drawn over all chains at the end of the night, signed, and proved again by every check.
//!
//! What happened since the newest root is held by its chain alone until the next night. Views are sealed into the chain
//! `views` first, so that the root holds them too.

use super::keys::{self, Key, Keys};
use super::store::{self, Marks, RootRow};
use super::{AGENCY, record_in};
use crate::app::{Actor, App, Failure};
use crate::jobs::turns::Pace;
use crate::store::Tx;
use crate::transaction;
use duly_domain::audit::root::{OutOfOrder, Root, Tree, Views};
use duly_domain::audit::{START, hex};
use duly_domain::values::moment::Moment;
use serde_json::{Value as Json, json};

/// The chain of seals over views.
pub const VIEWS: &str = "views";

/// Heads marked, or views sealed, in one transaction at the most.
const PAGE: i64 = 1_000;

/// What was made ready for the signature of a day.
pub enum Drawn {
    /// The day has its root over so many chains.
    Before(i64),
    /// The key that signed before is not here.
    KeyMissing,
    /// A root, and the marks of what it holds.
    Root(Box<(Root, Key, Marks)>),
}

/// Seals the day's views, marks what the root will hold and draws it, page by page while others write.
///
/// Until it is signed nothing of it counts: the marks of the newest root stand beside these. What is cut off is begun again, and
/// finds most of it done. The root holds every entry made before it was begun, and of each chain what came until its page.
pub async fn draw(app: &App, closing: Moment) -> Result<Drawn, Failure> {
    let last = store::find_last_root(&mut app.db.read().await?).await?;
    if let Some(last) = last.as_ref().filter(|last| last.business_day >= closing.business_day) {
        return Ok(Drawn::Before(last.chains));
    }
    let key = match app.keys.find()? {
        Some(key) => key,
        None if last.is_none() => app.keys.make()?,
        None => {
            let folder = app.keys.folder().display();
            tracing::warn!(%folder, "the day is not signed: the key that signed before is not in its folder; bring it back, or make another with duly keys new");
            return Ok(Drawn::KeyMissing);
        }
    };
    if last.is_none() {
        tell_first_key(app, closing, &key).await?;
    }
    seal_views(app, closing).await?;
    let marks = last.as_ref().map_or(Marks::First, |last| last.marks().others());
    let tree = mark_heads(app, marks).await?;
    let root = Root {
        business_day: closing.business_day,
        chains: tree.chains(),
        root: tree.root(),
        previous: last.map_or(Ok(START), |last| hash_of(&last.root))?,
        signed_at: closing.at,
    };
    Ok(Drawn::Root(Box::new((root, key, marks))))
}

/// Signs what was drawn; over how many chains.
pub async fn sign(tx: &mut Tx, drawn: &Drawn) -> Result<i64, Failure> {
    match drawn {
        Drawn::Before(chains) => Ok(*chains),
        Drawn::KeyMissing => Ok(0),
        Drawn::Root(drawn) => {
            let (root, key, marks) = &**drawn;
            store::insert_root(tx, root, &key.public(), &key.sign(&root.text()), *marks).await?;
            Ok(root.chains)
        }
    }
}

/// Notes the key that signs first, once.
async fn tell_first_key(app: &App, closing: Moment, key: &Key) -> Result<(), Failure> {
    let name = keys::fingerprint(&key.public());
    transaction!(app.db, tx, {
        // A night that was cut off before it signed has noted it.
        if store::has_act(tx, AGENCY, "key.first").await? {
            return Ok(());
        }
        record_in(tx, &Actor::night(), closing.at, AGENCY, "key.first", &json!({"key": name})).await
    })
}

/// Marks every head as the root sees it, where it is not marked so already, and draws the tree over them in order of name.
async fn mark_heads(app: &App, marks: Marks) -> Result<Tree, Failure> {
    let (mut tree, mut after) = (Tree::default(), String::new());
    let mut pace = Pace::up_to(PAGE);
    loop {
        let page = store::list_heads_to_mark(&mut app.db.read().await?, marks, &after).await?;
        let Some(last) = page.last() else { return Ok(tree) };
        after.clone_from(&last.chain);
        let mut to_mark: Vec<(&str, i64)> = Vec::new();
        for head in &page {
            tree.add(&head.chain, head.seq, &head.hash).map_err(out_of_order)?;
            to_mark.extend((head.marked_seq != head.seq).then_some((head.chain.as_str(), head.seq)));
        }
        let mut left = to_mark.as_slice();
        while !left.is_empty() {
            let (piece, rest) = left.split_at(left.len().min(usize::try_from(pace.rows()).unwrap_or(1)));
            left = rest;
            let mut turn = app.turns.take("root").await;
            transaction!(app.db, tx, {
                turn.begins();
                store::mark_heads(tx, marks, piece).await?;
                turn.worked();
                Ok::<(), Failure>(())
            })?;
            pace.took(turn.ends());
        }
        tokio::task::yield_now().await;
    }
}

/// Seals what was seen since the last seal by one entry, which the chain and the root then hold.
///
/// Views get the number of the entry that will come, page by page; until it stands, they count as not sealed.
async fn seal_views(app: &App, closing: Moment) -> Result<(), Failure> {
    let seal = store::next_seal(&mut app.db.read().await?).await?;
    let mut pace = Pace::up_to(PAGE);
    loop {
        let rows = pace.rows();
        let mut turn = app.turns.take("seal").await;
        let sealed = transaction!(app.db, tx, {
            turn.begins();
            let sealed = store::seal_views(tx, seal, rows).await?;
            turn.worked();
            Ok::<u64, Failure>(sealed)
        })?;
        pace.took(turn.ends());
        if i64::try_from(sealed).unwrap_or(i64::MAX) < rows {
            break;
        }
        tokio::task::yield_now().await;
    }
    // Only the night seals, and it is alone: nothing comes under this number any more.
    let (count, hash) = hash_views(&mut app.db.read().await?, seal).await?;
    if count == 0 {
        return Ok(());
    }
    let detail = json!({"count": count, "hash": hash});
    transaction!(app.db, tx, { record_in(tx, &Actor::night(), closing.at, VIEWS, "views.seal", &detail).await })
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
        newest = Some((root, row.marks()));
    }
    if let Some(unsigned) = store::find_unsigned_night(tx).await? {
        let folder = keys.folder().display();
        return Ok(Err(format!("the night of {unsigned} has no root: is its key in {folder}? bring it back, or duly keys new")));
    }
    let Some((newest, marks)) = newest else { return Ok(Ok("no night has been signed yet".into())) };
    let drawn = match draw_again(tx, marks).await {
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

/// Draws the newest root again, over what its marks say it saw.
async fn draw_again(tx: &mut Tx, marks: Marks) -> Result<Tree, Failure> {
    let (mut tree, mut after) = (Tree::default(), String::new());
    loop {
        let page = store::list_marked_heads(tx, marks, &after).await?;
        let Some((last, ..)) = page.last() else { return Ok(tree) };
        after.clone_from(last);
        for (chain, seq, hash) in page {
            tree.add(&chain, seq, &hash).map_err(out_of_order)?;
        }
    }
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
fn out_of_order(OutOfOrder(chain): OutOfOrder) -> Failure {
    Failure::wrong("database", format!("does not order the names of chains by their bytes (at {chain}): make it with the collation C"))
}
