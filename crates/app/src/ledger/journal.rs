//! The whole ledger as plain-text accounting, verifiable by hledger.
//!
//! Each account of the chart carries the creditor, and receivables the debt and bucket, so that `hledger balance` shows the
//! same balances as the screens.

use super::store;
use crate::app::Failure;
use crate::store::Tx;
use duly_domain::ledger::Code;
use duly_domain::values::ids::EntryId;
use duly_domain::values::money::Money;
use std::io::Write;
use uuid::Uuid;

/// Entries per page.
const PAGE: i64 = 1_000;

/// Writes every entry in the order in which they were booked; how many.
pub async fn write_hledger(tx: &mut Tx, out: &mut dyn Write) -> Result<u64, Failure> {
    let unwritable = |error: std::io::Error| Failure::File(format!("the journal could not be written: {error}"));
    let mut after = EntryId(Uuid::nil());
    let mut count = 0;
    loop {
        let (heads, lines) = store::list_journal(tx, after, PAGE).await?;
        let Some(last) = heads.last() else { return Ok(count) };
        after = last.id;
        let mut lines = lines.into_iter().peekable();
        for head in heads {
            writeln!(out, "{} ({}) {}", head.booked_on, head.id, plain(&head.memo)).map_err(unwritable)?;
            while let Some(line) = lines.next_if(|line| line.entry == head.id) {
                let code = Code::parse(&line.code).ok_or_else(|| crate::store::StoreError::Column(format!("code {:?}", line.code)))?;
                let creditor = plain(&head.creditor);
                let name = match (code, &line.bucket) {
                    (Code::TrustBank, _) => code.journal_name().to_string(),
                    (_, Some(bucket)) => format!("{}:{creditor}:{}:{bucket}", code.journal_name(), plain(&head.reference)),
                    _ => format!("{}:{creditor}", code.journal_name()),
                };
                let amount = Money::of(line.amount_minor, store::currency(&line.currency)?);
                writeln!(out, "    {name}  {} {}", line.currency, amount.decimal()).map_err(unwritable)?;
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
