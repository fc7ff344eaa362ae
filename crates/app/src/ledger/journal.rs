//! The whole ledger as plain-text accounting, verifiable by hledger.
//!
//! Each account of the chart carries the creditor, and receivables the debt and bucket, so that `hledger balance` shows the
//! same balances as the screens.

use super::store;
use crate::app::Failure;
use crate::store::Tx;
use duly_domain::ledger::trust::{Kind, Place, Posting};
use duly_domain::ledger::{Code, Line};
use duly_domain::values::ids::{AccountId, EntryId, TrustPostingId};
use duly_domain::values::money::Money;
use std::io::Write;
use uuid::Uuid;

/// Entries per page.
const PAGE: i64 = 1_000;

/// Writes every entry, account by account in the order in which they were booked; how many.
pub async fn write_hledger(tx: &mut Tx, out: &mut dyn Write) -> Result<u64, Failure> {
    let unwritable = |error: std::io::Error| Failure::File(format!("the journal could not be written: {error}"));
    let mut after = (AccountId(Uuid::nil()), EntryId(Uuid::nil()));
    let mut count = 0;
    loop {
        let entries = store::list_journal(tx, after, PAGE).await?;
        let Some(last) = entries.last() else { break };
        after = (last.account, last.id);
        for entry in entries {
            writeln!(out, "{} ({}) {}", entry.booked_on, entry.id, plain(&entry.memo)).map_err(unwritable)?;
            let creditor = plain(&entry.creditor);
            for Line { code, bucket, amount } in entry.lines()?.lines() {
                let name = match (code, bucket) {
                    (Code::TrustBank, _) => code.journal_name().to_string(),
                    (_, Some(bucket)) => format!("{}:{creditor}:{}:{}", code.journal_name(), plain(&entry.reference), bucket.code()),
                    _ => format!("{}:{creditor}", code.journal_name()),
                };
                writeln!(out, "    {name}  {} {}", amount.currency().code(), amount.decimal()).map_err(unwritable)?;
            }
            writeln!(out).map_err(unwritable)?;
            count += 1;
        }
    }
    Ok(count + write_trust_book(tx, out).await?)
}

/// Writes the trust book behind the entries of accounts, posting by posting in the order in which they were made; how many.
async fn write_trust_book(tx: &mut Tx, out: &mut dyn Write) -> Result<u64, Failure> {
    let unwritable = |error: std::io::Error| Failure::File(format!("the journal could not be written: {error}"));
    let mut after = TrustPostingId(Uuid::nil());
    let mut count = 0;
    loop {
        let rows = super::trust::store::list_journal(tx, after, PAGE).await?;
        let Some(last) = rows.last() else { return Ok(count) };
        after = last.id;
        for row in rows {
            let of = store::currency(&row.currency)?;
            let posting = Posting::of(of, row.minor).map_err(|error| Failure::Stale(format!("posting {}: {error}", row.id)))?;
            let kind = Kind::parse(&row.kind).map(|kind| kind.to_string()).unwrap_or_default();
            let client = row.creditor_name.as_deref().map(plain);
            writeln!(out, "{} ({}) {}", row.booked_on, row.id, plain(&format!("{kind} {}", row.words))).map_err(unwritable)?;
            for (place, minor) in posting.lines() {
                let name = match (place, &client) {
                    (Place::ClientPayable | Place::Returned | Place::Billed, Some(client)) => format!("{}:{client}", place.journal_name()),
                    _ => place.journal_name().to_string(),
                };
                writeln!(out, "    {name}  {} {}", of.code(), Money::of(minor, of).decimal()).map_err(unwritable)?;
            }
            writeln!(out).map_err(unwritable)?;
            count += 1;
        }
    }
}

/// A name without what has a meaning in a journal: colons, semicolons, double blanks, line ends.
fn plain(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").replace([':', ';', '|'], "-").replace(['(', ')'], "'")
}
