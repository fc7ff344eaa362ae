//! Statements of banks: what came in and went out, from any form in which a bank tells it.
//!
//! Four forms are read: camt (ISO 20022), MT940 and MT942, BAI2, and OFX. Which one a file has shows in its text, not in its name.
//! Each reader names every line, field or element that it does not understand and keeps the entry where it can; what the file says
//! of itself (balances, totals, counts) is held against what was read. Nothing here posts money: matching and posting come after.
//!
//! Read [`read`] first. Always true: amounts are exact, money that came in stands above zero, money that left below.

mod bai2;
mod bai2_record;
mod camt;
mod camt_entry;
mod mt940;
mod mt940_line;
mod narrative;
mod ofx;
mod sgml;
mod tree;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;

use crate::values::file_problem::{FileProblem, FileProblems};
use crate::values::iso4217::{Amount, CurrencyCode};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The forms of bank files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// ISO 20022: camt.052, camt.053 or camt.054.
    Camt,
    /// MT940 or MT942 of SWIFT.
    Mt940,
    /// BAI2 cash management.
    Bai2,
    /// OFX 1 (SGML) or 2 (XML).
    Ofx,
}

impl Form {
    /// The name in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Form::Camt => "camt",
            Form::Mt940 => "mt940",
            Form::Bai2 => "bai2",
            Form::Ofx => "ofx",
        }
    }
}

/// What was read of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct BankFile {
    /// The form.
    pub form: Form,
    /// The message or version, as the file names it.
    pub version: String,
    /// The statements in the order of the file.
    pub statements: Vec<Statement>,
    /// Everything wrong, odd or not understood, by line.
    pub problems: Vec<FileProblem>,
}

/// One account over a time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statement {
    /// Where it begins.
    pub line: usize,
    /// The account as the bank names it: an IBAN or a number.
    pub account: String,
    /// The currency of the account, where the file says it.
    pub currency: Option<CurrencyCode>,
    /// The statement's own number or id.
    pub number: String,
    /// Balances in the order of the file.
    pub balances: Vec<Balance>,
    /// The entries.
    pub entries: Vec<Entry>,
    /// Whether the opening balance and what was booked make the closing one; nothing where that cannot be told.
    pub adds_up: Option<bool>,
    /// What else is said of the statement.
    pub notes: Vec<String>,
}

/// Which balance it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BalanceKind {
    /// Booked, before the entries.
    Opening,
    /// Booked, after the entries.
    Closing,
    /// Any other: what may be drawn, what is expected, a page's end.
    Other,
}

/// A balance.
#[derive(Clone, Debug, PartialEq)]
pub struct Balance {
    /// The line.
    pub line: usize,
    /// Which it is.
    pub kind: BalanceKind,
    /// What the file calls it: `60F`, `OPBD`, `015`, `LEDGERBAL`.
    pub code: String,
    /// As of which day.
    pub on: Option<Date>,
    /// How much; nothing where it could not be read.
    pub amount: Option<Amount>,
}

/// How far an entry is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// On the books.
    #[default]
    Booked,
    /// Expected.
    Pending,
    /// Told for information alone.
    Information,
}

impl Status {
    /// The name in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Status::Booked => "booked",
            Status::Pending => "pending",
            Status::Information => "information",
        }
    }
}

/// One entry of a statement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    /// Where it begins.
    pub line: usize,
    /// The day it was booked, or, where the bank does not say, the day from which it counts.
    pub date: Option<Date>,
    /// The day from which it counts.
    pub value_date: Option<Date>,
    /// How much; below zero where money left. Nothing where it could not be read, and a problem says why.
    pub amount: Option<Amount>,
    /// How far it is.
    pub status: Status,
    /// Whether it takes an earlier entry back.
    pub is_reversal: bool,
    /// The kind of transaction in the bank's code.
    pub code: String,
    /// The reference that names what was paid: the payer's or ours; the bank's where there is no other.
    pub reference: String,
    /// The bank's own reference.
    pub bank_reference: String,
    /// Who stands on the other side.
    pub counterparty: String,
    /// Their account.
    pub counterparty_account: String,
    /// What was written for us.
    pub text: String,
    /// Why a payment came back, in the bank's code.
    pub return_reason: String,
    /// The transactions that one booking holds together.
    pub parts: Vec<Part>,
    /// Everything else of the entry as the file has it, by its own names.
    pub fields: Vec<(String, String)>,
}

/// One of several transactions booked together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// Where it begins.
    pub line: usize,
    /// How much; below zero where money left.
    pub amount: Option<Amount>,
    /// The reference that names what was paid.
    pub reference: String,
    /// Who stands on the other side.
    pub counterparty: String,
    /// Their account.
    pub counterparty_account: String,
    /// What was written for us.
    pub text: String,
    /// Why a payment came back, in the bank's code.
    pub return_reason: String,
}

/// What came in and went out in one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// Entries of money that came in.
    pub credits: u64,
    /// Their sum, in minor units.
    pub credits_minor: i128,
    /// Entries of money that left.
    pub debits: u64,
    /// Their sum, in minor units; zero or below.
    pub debits_minor: i128,
}

impl BankFile {
    /// Whether something of the file cannot be used as it stands.
    pub fn refuses(&self) -> bool {
        self.problems.iter().any(|problem| problem.refuses)
    }

    /// Every entry with its statement.
    pub fn entries(&self) -> impl Iterator<Item = (&Statement, &Entry)> {
        self.statements.iter().flat_map(|statement| statement.entries.iter().map(move |entry| (statement, entry)))
    }

    /// What is booked, by currency.
    pub fn totals(&self) -> BTreeMap<CurrencyCode, Total> {
        let mut totals: BTreeMap<CurrencyCode, Total> = BTreeMap::new();
        for amount in self.entries().filter(|(_, entry)| entry.status == Status::Booked).filter_map(|(_, entry)| entry.amount) {
            let total = totals.entry(amount.currency).or_default();
            if amount.minor < 0 {
                (total.debits, total.debits_minor) = (total.debits + 1, total.debits_minor + i128::from(amount.minor));
            } else {
                (total.credits, total.credits_minor) = (total.credits + 1, total.credits_minor + i128::from(amount.minor));
            }
        }
        totals
    }
}

/// How much of each entry is kept when a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// All that stands in it.
    All,
    /// What is known of the movement of money: [`Entry::fields`] stay empty. A file may have a million entries.
    Money,
}

/// Reads a bank's file. The error says what the text is instead, for whoever named the file.
pub fn read(text: &str, keep: Keep) -> Result<BankFile, String> {
    let text = text.trim_start_matches('\u{feff}');
    let mut problems = FileProblems::default();
    let form = form_of(text)?;
    let (version, mut statements) = match form {
        Form::Camt => camt::read(text, keep, &mut problems)?,
        Form::Ofx => ofx::read(text, &mut problems),
        Form::Bai2 => bai2::read(text, &mut problems),
        Form::Mt940 => mt940::read(text, &mut problems),
    };
    if keep == Keep::Money {
        let entries = statements.iter_mut().flat_map(|statement| &mut statement.entries);
        entries.for_each(|entry| entry.fields = Vec::new());
    }
    for (at, line) in text.lines().enumerate().filter(|(_, line)| line.contains('\u{fffd}')) {
        problems.note(at + 1, "the line", line.trim(), "holds bytes that are no text in the encoding of the file");
    }
    statements.iter_mut().for_each(|statement| prove(statement, &mut problems));
    Ok(BankFile { form, version, statements, problems: problems.in_order() })
}

/// Which form a text has.
fn form_of(text: &str) -> Result<Form, String> {
    let start = text.trim_start();
    let first = start.lines().next().unwrap_or_default().trim_end();
    let head: String = start.chars().take(4096).collect::<String>().to_ascii_uppercase();
    if start.is_empty() {
        return Err("is empty".into());
    }
    if head.starts_with("OFXHEADER") || head.contains("<OFX>") || head.contains("<?OFX") {
        return Ok(Form::Ofx);
    }
    if head.starts_with("<!DOCTYPE HTML") || head.starts_with("<HTML") {
        return Err("is a web page, whatever its name says: fetch the statement itself".into());
    }
    if start.starts_with('<') {
        return Ok(Form::Camt);
    }
    if first.starts_with("01,") {
        return Ok(Form::Bai2);
    }
    if text.lines().take(500).any(mt940::is_field) {
        return Ok(Form::Mt940);
    }
    if first.starts_with("101 ") || (first.starts_with("101") && first.len() >= 90) {
        return Err("is a NACHA file: read it with duly ach read".into());
    }
    if head.get(4..10) == Some("HEADER") || head.get(8..14) == Some("HEADER") {
        return Err("is a Metro 2 file: read it with duly metro2 read".into());
    }
    let what = match start.as_bytes() {
        [b'%', b'P', b'D', b'F', ..] => "is a PDF",
        [b'{' | b'[', ..] => "is JSON",
        _ => "is no statement of a bank that is read here",
    };
    let shown: String = first.chars().take(40).filter(|c| !c.is_control()).collect();
    Err(format!("{what} (it begins {shown:?}): ask the bank for camt.053, camt.054, MT940, BAI2 or OFX"))
}

/// Holds the balances of a statement against its entries.
fn prove(statement: &mut Statement, problems: &mut FileProblems) {
    let find = |kind| statement.balances.iter().filter(move |balance| balance.kind == kind);
    let (Some(opening), Some(closing)) = (find(BalanceKind::Opening).next(), find(BalanceKind::Closing).next_back()) else { return };
    let (Some(before), Some(after)) = (opening.amount, closing.amount) else { return };
    let mut sum = i128::from(before.minor);
    for entry in statement.entries.iter().filter(|entry| entry.status == Status::Booked) {
        match entry.amount {
            Some(amount) if amount.currency == before.currency => sum += i128::from(amount.minor),
            _ => return,
        }
    }
    let adds_up = before.currency == after.currency && sum == i128::from(after.minor);
    statement.adds_up = Some(adds_up);
    if !adds_up {
        let computed = i64::try_from(sum).map_or("more than an amount can be".into(), |minor| Amount { minor, ..before }.to_string());
        let says = format!("is not what the opening balance ({before}) and the entries make: {computed}");
        problems.refuse(closing.line, format!("the closing balance {}", closing.code), &after.to_string(), says);
    }
}

/// Adds the words of another line to a text, parted by a blank.
pub(super) fn join(text: &mut String, more: &str) {
    let more = more.trim();
    if !more.is_empty() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(more);
    }
}
