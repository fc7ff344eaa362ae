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
    let roots = write_roots(&mut tx, folder).await?;
    Ok(Exported { entries, heads, roots })
}

async fn write_entries(tx: &mut Tx, out: &mut Lines, account: Option<AccountId>) -> Result<i64, Failure> {
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

async fn write_heads(tx: &mut Tx, out: &mut Lines) -> Result<i64, Failure> {
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
async fn write_views(tx: &mut Tx, out: &mut Lines) -> Result<(), Failure> {
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

async fn write_roots(tx: &mut Tx, folder: &Path) -> Result<i64, Failure> {
    let mut out = Lines::to(folder, "roots.jsonl")?;
    let rows = store::list_roots(tx).await?;
    for row in &rows {
        out.write(&json!({"business_day": row.business_day.to_string(), "chains": row.chains, "root": hex(&row.root),
            "previous": hex(&row.previous), "signed_at_micros": row.signed_at.as_microsecond(), "public_key": hex(&row.public_key),
            "signature": hex(&row.signature)}))?;
    }
    out.end()?;
    if let Some(newest) = rows.last() {
        let (root, key) = signed_root(newest).ok_or_else(|| Failure::Stale("the newest root was changed: run duly check".into()))?;
        write(folder, "root.txt", root.text().as_bytes())?;
        write(folder, "root.sig", &newest.signature)?;
        write(folder, "key.pem", keys::public_pem(&key)?.as_bytes())?;
    }
    Ok(i64::try_from(rows.len()).unwrap_or(i64::MAX))
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let path = folder.join(name);
    std::fs::write(&path, bytes).map_err(|error| Failure::File(format!("{} cannot be written: {error}", path.display())))
}

/// A file of JSON lines.
struct Lines {
    name: String,
    file: BufWriter<File>,
}

impl Lines {
    fn to(folder: &Path, name: &str) -> Result<Lines, Failure> {
        let path = folder.join(name);
        let file = File::create(&path).map_err(|error| Failure::File(format!("{} cannot be written: {error}", path.display())))?;
        Ok(Lines { name: path.display().to_string(), file: BufWriter::new(file) })
    }

    fn write(&mut self, line: &Json) -> Result<(), Failure> {
        writeln!(self.file, "{line}").map_err(|error| Failure::File(format!("{} cannot be written: {error}", self.name)))
    }

    fn end(&mut self) -> Result<(), Failure> {
        self.file.flush().map_err(|error| Failure::File(format!("{} cannot be written: {error}", self.name)))
    }
}
