//! Proves the ledger: every entry adds up to zero, every account owes what its entries say, every reversal is the opposite of its entry.
//!
//! Accounts are read page by page with all their entries into a book in columns, which proves and sums them in one pass. So what is wrong
//! is named, and an amount that no sum can hold is a fault like another, where an engine would end the check.
//!
//! Read [`verify`] first.

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::Tx;
use duly_domain::accounts::Bucket;
use duly_domain::ledger::PLACES;
use duly_domain::ledger::book::{AtPlaces, Book, Fault, add_all};
use duly_domain::values::ids::{AccountId, EntryId};
use duly_domain::values::money::Currency;
use std::collections::BTreeMap;
use std::fmt;
use uuid::Uuid;

/// Accounts in one page.
const PAGE: i64 = 1_000;

/// So many of what is wrong are named; whoever looks further has begun with these.
const NAMED: usize = 5;

const ACCOUNTS: &str = "
    select id, currency, balance_minor, principal_minor, interest_minor, fees_minor, costs_minor, other_minor
      from accounts where id > $1 order by id limit $2";
const ENTRIES: &str = "
    select account_id, id, currency, principal_minor, interest_minor, fees_minor, costs_minor, other_minor, placed_minor,
           trust_bank_minor, client_payable_minor, unapplied_minor
      from entries where account_id > $1 and account_id <= $2 order by account_id, id";
/// Reversals that are not the opposite of what they reverse.
const OFF_REVERSALS: &str = "
    select count(*) from entries r join entries e on e.account_id = r.account_id and e.id = r.reverses_entry_id
     where r.principal_minor + e.principal_minor <> 0 or r.interest_minor + e.interest_minor <> 0 or r.fees_minor + e.fees_minor <> 0
        or r.costs_minor + e.costs_minor <> 0 or r.other_minor + e.other_minor <> 0 or r.placed_minor + e.placed_minor <> 0
        or r.trust_bank_minor + e.trust_bank_minor <> 0 or r.client_payable_minor + e.client_payable_minor <> 0
        or r.unapplied_minor + e.unapplied_minor <> 0";

rows! {
    /// What an account says of itself.
    pub struct AccountRow {
        pub id: AccountId,
        currency: String,
        balance_minor: i64,
        pub owed_minor: [i64; Bucket::ALL.len()],
    }

    struct EntryRow {
        account: AccountId,
        id: EntryId,
        currency: String,
        minor: [i64; PLACES.len()],
    }
}

/// Accounts in the order of their ids, with all their entries in columns.
pub struct Page {
    /// The accounts, numbered as the book numbers them.
    pub accounts: Vec<AccountRow>,
    /// The entries, numbered as the book numbers them.
    pub entries: Vec<EntryId>,
    /// What the entries move.
    pub book: Book,
    /// Entries of no account.
    strays: Vec<EntryId>,
    /// The account behind which the next page begins; none behind the last.
    pub next: Option<AccountId>,
}

/// How many of something are wrong, and the first of them.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// How many.
    pub count: u64,
    named: Vec<String>,
}

impl Found {
    fn add(&mut self, one: impl fmt::Display) {
        self.count += 1;
        if self.named.len() < NAMED {
            self.named.push(one.to_string());
        }
    }
}

/// The first of them, behind what was said of how many there are.
impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let more = if self.count > self.named.len() as u64 { ", …" } else { "" };
        if self.count > 0 { write!(f, ": {}{more}", self.named.join(", ")) } else { Ok(()) }
    }
}

/// What the check came to.
#[derive(Clone, Debug, Default)]
pub struct Verified {
    /// How many entries there are.
    pub entries: u64,
    /// Entries that do not add up to zero.
    pub unbalanced: Found,
    /// Entries that are no sum of their account's.
    pub astray: Found,
    /// Accounts that owe other than their entries say.
    pub off_accounts: Found,
    /// What all entries come to at each place.
    pub totals: BTreeMap<Currency, AtPlaces<i128>>,
}

/// Reads the accounts behind one, as many as are asked for, with all their entries.
pub async fn read_page(tx: &mut Tx, after: AccountId, limit: i64) -> Result<Page, Failure> {
    let accounts: Vec<AccountRow> = tx.all(ACCOUNTS, params![after, limit]).await?;
    let is_last = i64::try_from(accounts.len()).is_ok_and(|count| count < limit);
    let next = accounts.last().filter(|_| !is_last).map(|last| last.id);
    // Behind the last account as well: there may be entries of none.
    let until = next.unwrap_or(AccountId(Uuid::max()));
    let rows: Vec<EntryRow> = tx.all(ENTRIES, params![after, until]).await?;
    let mut page = Page { accounts, entries: Vec::with_capacity(rows.len()), book: Book::default(), strays: Vec::new(), next };
    for account in &page.accounts {
        page.book.open(Currency::parse(&account.currency));
    }
    let mut number = 0;
    for EntryRow { account, id, currency, minor } in rows {
        // Both stand in the order of accounts.
        while page.accounts.get(number).is_some_and(|here| here.id < account) {
            number += 1;
        }
        if page.accounts.get(number).is_some_and(|here| here.id == account) {
            page.book.add(number, Currency::parse(&currency), &minor);
            page.entries.push(id);
        } else {
            page.strays.push(id);
        }
    }
    Ok(page)
}

/// Proves all entries of all accounts.
pub async fn verify(tx: &mut Tx) -> Result<Verified, Failure> {
    let mut verified = Verified::default();
    let mut after = Some(AccountId(Uuid::nil()));
    while let Some(account) = after {
        let page = read_page(tx, account, PAGE).await?;
        verified.add(&page);
        after = page.next;
    }
    Ok(verified)
}

/// How many reversals are not the opposite of what they take back.
pub async fn count_off_reversals(tx: &mut Tx) -> Result<i64, Failure> {
    Ok(tx.number(OFF_REVERSALS, &[]).await?)
}

impl Verified {
    fn add(&mut self, page: &Page) {
        let proved = page.book.prove();
        self.entries += (page.entries.len() + page.strays.len()) as u64;
        for fault in proved.faults {
            match fault {
                Fault::Unbalanced { entry, off_by } => self.unbalanced.add(format_args!("{} by {off_by} minor units", page.entries[entry])),
                Fault::OtherCurrency { entry } => {
                    self.astray.add(format_args!("{} is in another currency than its account", page.entries[entry]));
                }
                Fault::TooLarge { entry } => self.astray.add(format_args!("{} is too large to be summed", page.entries[entry])),
            }
        }
        for stray in &page.strays {
            self.astray.add(format_args!("{stray} is of no account"));
        }
        for (account, sums) in page.accounts.iter().zip(&proved.sums) {
            // Receivables come first among the places, bucket by bucket.
            let is_whole = account.owed_minor == sums[..Bucket::ALL.len()];
            let in_all: i128 = account.owed_minor.iter().map(|minor| i128::from(*minor)).sum();
            if !is_whole || in_all != i128::from(account.balance_minor) {
                self.off_accounts.add(account.id);
            }
        }
        for (currency, sums) in &proved.totals {
            add_all(self.totals.entry(*currency).or_default(), sums);
        }
    }
}
