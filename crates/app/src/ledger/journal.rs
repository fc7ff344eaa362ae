//! The whole ledger as plain-text accounting, which hledger and beancount verify.
//!
//! Each account of the chart carries the creditor, and receivables the debt and bucket, so that those programs show the same balances
//! as the screens. After an account's entries stands what the account says it owes, as an assertion: a journal whose entries come to
//! anything else is refused by whoever reads it. Behind them stands the trust book, under the same names.

use super::store::{self, JournalEntry, currency};
use super::trust::store::{PostingRow, list_journal as list_postings};
use crate::app::Failure;
use crate::store::Tx;
use duly_domain::ledger::plain_text::{beancount_part, beancount_text, hledger_part, hledger_text};
use duly_domain::ledger::trust::{Kind, Place, Posting};
use duly_domain::ledger::{Code, Line};
use duly_domain::values::ids::{AccountId, EntryId, TrustPostingId};
use duly_domain::values::money::Money;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use uuid::Uuid;

/// Entries per page.
const PAGE: i64 = 1_000;

/// Before anything was booked: the day on which beancount opens every account.
const OPENED: &str = "1900-01-01";

/// Which program the journal is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// hledger, and ledger alike.
    Hledger,
    /// beancount.
    Beancount,
}

/// Writes every entry, account by account in the order in which they were booked, then the trust book in its order; how many.
pub async fn write_journal(tx: &mut Tx, dialect: Dialect, out: &mut dyn Write) -> Result<u64, Failure> {
    let mut writing = Writing { dialect, out, shared: BTreeSet::new(), proof: None, count: 0 };
    let mut after = (AccountId(Uuid::nil()), EntryId(Uuid::nil()));
    loop {
        let entries = store::list_journal(tx, after, PAGE).await?;
        let Some(last) = entries.last() else { break };
        after = (last.account, last.id);
        for entry in &entries {
            writing.entry(entry)?;
        }
    }
    writing.prove()?;
    let mut after = TrustPostingId(Uuid::nil());
    loop {
        let postings = list_postings(tx, after, PAGE).await?;
        let Some(last) = postings.last() else { return Ok(writing.count) };
        after = last.id;
        for posting in &postings {
            writing.posting(posting)?;
        }
    }
}

/// What an account is held to when all of its entries are written.
struct Proof {
    account: AccountId,
    latest: Date,
    /// What it owes in each bucket in which anything was ever booked, by the name of the account there.
    owed: BTreeMap<String, Money>,
}

struct Writing<'o> {
    dialect: Dialect,
    out: &'o mut dyn Write,
    /// Accounts of more than one debt that beancount knows.
    shared: BTreeSet<String>,
    proof: Option<Proof>,
    count: u64,
}

impl Writing<'_> {
    fn entry(&mut self, entry: &JournalEntry) -> Result<(), Failure> {
        if self.proof.as_ref().is_some_and(|proof| proof.account != entry.account) {
            self.prove()?;
        }
        let (balanced, owed) = (entry.lines()?, entry.owed()?);
        let lines: Vec<(String, Line)> = balanced.lines().map(|line| (self.name(entry, &line), line)).collect();
        let mut proof = self.proof.take().unwrap_or(Proof { account: entry.account, latest: entry.booked_on, owed: BTreeMap::new() });
        proof.latest = proof.latest.max(entry.booked_on);
        let mut unknown = Vec::new();
        for (name, line) in &lines {
            let is_new = match line.bucket {
                Some(bucket) => proof.owed.insert(name.clone(), owed.get(bucket)).is_none(),
                None => self.shared.insert(name.clone()),
            };
            if is_new {
                unknown.push(name);
            }
        }
        self.proof = Some(proof);
        self.count += 1;
        self.put_entry(entry, &lines, &unknown).map_err(|error| unwritable(&error))
    }

    fn put_entry(&mut self, entry: &JournalEntry, lines: &[(String, Line)], unknown: &[&String]) -> std::io::Result<()> {
        let lines: Vec<(&String, Money)> = lines.iter().map(|(name, line)| (name, line.amount)).collect();
        self.put(entry.booked_on, &entry.id.to_string(), &entry.memo, &lines, unknown)
    }

    fn put(&mut self, on: Date, id: &str, memo: &str, lines: &[(&String, Money)], unknown: &[&String]) -> std::io::Result<()> {
        match self.dialect {
            Dialect::Hledger => writeln!(self.out, "{on} ({id}) {}", hledger_text(memo))?,
            Dialect::Beancount => {
                for name in unknown {
                    writeln!(self.out, "{OPENED} open {name}")?;
                }
                writeln!(self.out, "{on} * {} {}", beancount_text(memo), beancount_text(id))?;
            }
        }
        for (name, amount) in lines {
            writeln!(self.out, "    {name}  {}", self.money(*amount))?;
        }
        writeln!(self.out)
    }

    /// A posting of the trust book.
    fn posting(&mut self, row: &PostingRow) -> Result<(), Failure> {
        let of = currency(&row.currency)?;
        let posting = Posting::of(of, row.minor).map_err(|error| Failure::Stale(format!("posting {}: {error}", row.id)))?;
        let kind = Kind::parse(&row.kind).map(|kind| kind.to_string()).unwrap_or_default();
        let named: Vec<(String, Money)> = posting.lines().map(|(place, minor)| (self.name_of(row, place), Money::of(minor, of))).collect();
        let unknown: Vec<&String> = named.iter().map(|(name, _)| name).filter(|name| self.shared.insert((*name).clone())).collect();
        let lines: Vec<(&String, Money)> = named.iter().map(|(name, amount)| (name, *amount)).collect();
        self.count += 1;
        let memo = format!("{kind} {}", row.words);
        self.put(row.booked_on, &row.id.to_string(), &memo, &lines, &unknown).map_err(|error| unwritable(&error))
    }

    /// The account of a place in the trust book: a client's where it is one's.
    fn name_of(&self, row: &PostingRow, place: Place) -> String {
        let (code, part): (_, fn(&str, &str) -> String) = match self.dialect {
            Dialect::Hledger => (place.journal_name().to_string(), hledger_part),
            Dialect::Beancount => (beancount_name(place.journal_name()), beancount_part),
        };
        match (place, row.creditor, &row.creditor_name) {
            (Place::ClientPayable | Place::Returned | Place::Billed, Some(creditor), Some(name)) => {
                format!("{code}:{}", part(name, &mark_of(creditor.0)))
            }
            _ => code,
        }
    }

    /// After the last entry of an account: what it says it owes.
    fn prove(&mut self) -> Result<(), Failure> {
        match self.proof.take() {
            Some(proof) if !proof.owed.is_empty() => self.put_proof(&proof).map_err(|error| unwritable(&error)),
            _ => Ok(()),
        }
    }

    fn put_proof(&mut self, proof: &Proof) -> std::io::Result<()> {
        if self.dialect == Dialect::Hledger {
            writeln!(self.out, "{} what is owed", proof.latest)?;
        }
        // What beancount is told of a day is of its morning.
        let next = proof.latest.tomorrow().unwrap_or(proof.latest);
        for (name, owed) in &proof.owed {
            let none = Money::of(0, owed.currency());
            match self.dialect {
                Dialect::Hledger => writeln!(self.out, "    {name}  {} = {}", self.money(none), self.money(*owed))?,
                // To the cent: it would let one pass.
                Dialect::Beancount => {
                    writeln!(self.out, "{next} balance {name}  {} ~ {} {}", owed.decimal(), none.decimal(), owed.currency().code())?;
                }
            }
        }
        writeln!(self.out)
    }

    /// The account of a line.
    fn name(&self, entry: &JournalEntry, line: &Line) -> String {
        let (creditor, debt) = (mark_of(entry.creditor_id.0), mark_of(entry.account.0));
        let (code, part): (_, fn(&str, &str) -> String) = match self.dialect {
            Dialect::Hledger => (line.code.journal_name().to_string(), hledger_part),
            Dialect::Beancount => (beancount_name(line.code.journal_name()), beancount_part),
        };
        match (line.code, line.bucket) {
            (Code::TrustBank, _) => code,
            (_, None) => format!("{code}:{}", part(&entry.creditor, &creditor)),
            (_, Some(bucket)) => {
                let bucket = match self.dialect {
                    Dialect::Hledger => bucket.code().to_string(),
                    Dialect::Beancount => beancount_name(bucket.code()),
                };
                format!("{code}:{}:{}:{bucket}", part(&entry.creditor, &creditor), part(&entry.reference, &debt))
            }
        }
    }

    fn money(&self, amount: Money) -> String {
        match self.dialect {
            Dialect::Hledger => format!("{} {}", amount.currency().code(), amount.decimal()),
            Dialect::Beancount => format!("{} {}", amount.decimal(), amount.currency().code()),
        }
    }
}

/// Tells two names apart that would look the same: the end of an id, which is random.
fn mark_of(id: Uuid) -> String {
    let digits = id.simple().to_string();
    digits[digits.len() - 8..].to_string()
}

/// A name of the chart as beancount wants it: `assets:trust bank` is `Assets:Trust-Bank`.
fn beancount_name(name: &str) -> String {
    let mut is_first = true;
    let letters = name.chars().map(|letter| {
        let letter = if letter == ' ' { '-' } else { letter };
        let shown = if is_first { letter.to_ascii_uppercase() } else { letter };
        is_first = !letter.is_ascii_alphabetic();
        shown
    });
    letters.collect()
}

fn unwritable(error: &std::io::Error) -> Failure {
    Failure::File(format!("the journal could not be written: {error}"))
}
