//! The record taken out, so that somebody else can prove it without our program.
//!
//! The manual's page on the audit record holds a verifier of a few lines; a test runs exactly those lines.

use super::keys;
use super::root::signed_root;
use super::store;
use crate::app::{Actor, App, Failure};
use crate::audit;
use crate::store::{Tx, empty_folder};
use duly_domain::audit::hex;
use duly_domain::values::ids::AccountId;
use serde_json::{Value as Json, json};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// What was written.
#[derive(Debug)]
pub struct Exported {
    /// Entries of the chains.
    pub entries: i64,
    /// Chains under the newest root.
    pub heads: i64,
    /// Roots.
    pub roots: i64,
}

/// Writes entries, heads, roots, the newest signature and its public key into a folder that is empty or not there.
///
/// With an account, its entries alone; the heads of the others stay, because the root is drawn over all of them. They
/// name no person.
pub async fn export(app: &App, who: &Actor, folder: &Path, account: Option<AccountId>) -> Result<Exported, Failure> {
    empty_folder(folder)?;
    let at = app.moment().at;
    match account {
        Some(account) => {
            super::views::record(app, who, at, account, super::views::EXPORT).await?;
            super::views::flush(app).await?;
        }
        None => crate::transaction!(app.db, tx, { audit::record(tx, who, at, None, "audit.export", &json!({})).await })?,
    }
    let mut tx = app.db.read().await?;
    let entries = write_entries(&mut tx, &mut Lines::to(folder, "entries.jsonl")?, account).await?;
    let heads = write_heads(&mut tx, &mut Lines::to(folder, "heads.jsonl")?).await?;
    if account.is_none() {
        write_views(&mut tx, &mut Lines::to(folder, "views.jsonl")?).await?;
    } else {
        // One account's entries hold no seal, and the seals hold everybody's views.
        Lines::to(folder, "views.jsonl")?.end()?;
    }
    let roots = write_roots_into(&mut tx, folder).await?;
    Ok(Exported { entries, heads, roots })
}

/// Writes the entries of every chain, or of one account's.
pub(super) async fn write_entries<W: Write>(tx: &mut Tx, out: &mut Lines<W>, account: Option<AccountId>) -> Result<i64, Failure> {
    let of = account.map(|account| account.to_string());
    let (mut chain, mut seq, mut count) = (String::new(), 0, 0);
    loop {
        let page = store::list_after(tx, of.as_deref(), &chain, seq).await?;
        let Some(last) = page.last() else { break };
        (chain, seq) = (last.chain.clone(), last.seq);
        for row in page {
            out.write(&json!({"chain": row.chain, "seq": row.seq, "at_micros": row.recorded_at.as_microsecond(), "actor": row.actor,
                "act": row.act, "detail": row.detail, "hash": hex(&row.hash)}))?;
            count += 1;
        }
    }
    out.end()?;
    Ok(count)
}

/// Writes the heads as the newest root saw them.
pub(super) async fn write_heads<W: Write>(tx: &mut Tx, out: &mut Lines<W>) -> Result<i64, Failure> {
    let (mut after, mut count) = (String::new(), 0);
    // Without a root there is nothing that one saw.
    let newest = store::find_last_root(tx).await?;
    while let Some(root) = &newest {
        let page = store::list_marked_heads(tx, root.marks(), &after).await?;
        let Some((last, ..)) = page.last() else { break };
        after.clone_from(last);
        for (chain, seq, hash) in page {
            out.write(&json!({"chain": chain, "seq": seq, "hash": hex(&hash)}))?;
            count += 1;
        }
    }
    out.end()?;
    Ok(count)
}

/// Views that are sealed; those of today come with the next night.
async fn write_views<W: Write>(tx: &mut Tx, out: &mut Lines<W>) -> Result<(), Failure> {
    for (seal, _) in store::list_seals(tx).await? {
        let mut after = uuid::Uuid::nil();
        loop {
            let page = store::list_sealed(tx, seal, after).await?;
            let Some(last) = page.last() else { break };
            after = last.id;
            for view in page {
                out.write(&json!({"seal": seal, "id": view.id.to_string(), "account": view.account.to_string(), "seen_by": view.seen_by,
                    "what": view.what, "at_micros": view.seen_at.as_microsecond()}))?;
            }
        }
    }
    out.end()
}

async fn write_roots_into(tx: &mut Tx, folder: &Path) -> Result<i64, Failure> {
    let mut out = Lines::to(folder, "roots.jsonl")?;
    let (roots, signed) = write_roots(tx, &mut out).await?;
    signed.iter().try_for_each(|(name, bytes)| write(folder, name, bytes))?;
    Ok(roots)
}

/// The newest root as it was signed: each file's name and its bytes.
pub(super) type Signed = Vec<(&'static str, Vec<u8>)>;

/// Writes the roots; how many they are, and the newest one as it was signed.
pub(super) async fn write_roots<W: Write>(tx: &mut Tx, out: &mut Lines<W>) -> Result<(i64, Signed), Failure> {
    let rows = store::list_roots(tx).await?;
    for row in &rows {
        out.write(&json!({"business_day": row.business_day.to_string(), "chains": row.chains, "root": hex(&row.root),
            "previous": hex(&row.previous), "signed_at_micros": row.signed_at.as_microsecond(), "public_key": hex(&row.public_key),
            "signature": hex(&row.signature)}))?;
    }
    out.end()?;
    let mut signed = Signed::new();
    if let Some(newest) = rows.last() {
        let (root, key) = signed_root(newest).ok_or_else(|| Failure::Stale("the newest root was changed: run duly check".into()))?;
        signed.push(("root.txt", root.text().into_bytes()));
        signed.push(("root.sig", newest.signature.clone()));
        signed.push(("key.pem", keys::public_pem(&key)?.into_bytes()));
    }
    Ok((i64::try_from(rows.len()).unwrap_or(i64::MAX), signed))
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let path = folder.join(name);
    std::fs::write(&path, bytes).map_err(|error| Failure::File(format!("{} cannot be written: {error}", path.display())))
}

/// A file of JSON lines, on the disk or in hand.
pub(super) struct Lines<W: Write> {
    name: String,
    file: W,
}

impl Lines<BufWriter<File>> {
    fn to(folder: &Path, name: &str) -> Result<Lines<BufWriter<File>>, Failure> {
        let path = folder.join(name);
        let file = File::create(&path).map_err(|error| Failure::File(format!("{} cannot be written: {error}", path.display())))?;
        Ok(Lines { name: path.display().to_string(), file: BufWriter::new(file) })
    }
}

impl Lines<Vec<u8>> {
    /// Lines that are kept in hand.
    pub(super) fn in_hand(name: &str) -> Lines<Vec<u8>> {
        Lines { name: name.into(), file: Vec::new() }
    }

    /// What was written.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.file
    }
}

impl<W: Write> Lines<W> {
    fn write(&mut self, line: &Json) -> Result<(), Failure> {
        writeln!(self.file, "{line}").map_err(|error| Failure::File(format!("{} cannot be written: {error}", self.name)))
    }

    fn end(&mut self) -> Result<(), Failure> {
        self.file.flush().map_err(|error| Failure::File(format!("{} cannot be written: {error}", self.name)))
    }
}
