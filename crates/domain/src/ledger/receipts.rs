//! What a bank's statement tells, taken apart into single movements of money, each with a mark by which it is known again.
//!
//! Banks tell the same movement more than once: in a notice (camt.054) and in the statement (camt.053), in statements that overlap, in a
//! file that is given twice. A movement is known by the bank account, the bank's own reference, the day and the amount; where the bank
//! gives no reference, by all its words. Of several alike in one statement each has its number.
//!
//! Read [`tell`] first. Always true: the movements of a booking add up to it; the same statement told again has the same marks.

use super::bank_file::{Balance, BalanceKind, Entry, Part, Statement, Status};
use crate::audit::hex;
use crate::values::coded::coded;
use crate::values::iso4217::Amount;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

coded! {
    /// What became of a movement of money.
    State {
        Posted = "posted", "posted";
        Unidentified = "unidentified", "unidentified";
        CameBack = "came_back", "came back";
        SetAside = "set_aside", "set aside";
        WentOut = "went_out", "went out";
        Matched = "matched", "matched";
    }
}

/// What a movement is by itself, before anything is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Somebody paid us.
    CameIn,
    /// Money came to us because something of ours was undone: no payment, whatever its words say.
    CameHome,
    /// The bank says that money of a payer went back.
    WentBack,
    /// Money left; it may be a payment that went back, if one is named.
    WentOut,
}

/// One movement of money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// Where it stands in the file.
    pub line: usize,
    /// Which of the movements of its booking, from zero.
    pub part: i64,
    /// The day it was booked.
    pub booked_on: Date,
    /// The day from which it counts.
    pub value_on: Date,
    /// How much; below zero where money left.
    pub amount: Amount,
    /// The reference that names what was paid.
    pub reference: String,
    /// The bank's own; empty where it gives none.
    pub bank_reference: String,
    /// Who stands on the other side.
    pub counterparty: String,
    /// What was written for us.
    pub text: String,
    /// Whether the bank says that it takes an earlier booking back.
    pub is_reversal: bool,
    /// Why a payment went back, in the bank's code.
    pub return_reason: String,
}

/// A booking of the bank, with the mark by which it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// SHA-256 in hexadecimal digits.
    pub mark: String,
    /// What it holds: itself, or the transactions that add up to it.
    pub movements: Vec<Movement>,
}

/// What a statement tells.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Booked, in the order of the file.
    pub bookings: Vec<Booking>,
    /// Entries that are not on the books.
    pub pending: u64,
    /// Entries that cannot be used, by the line, and why.
    pub unusable: Vec<(usize, String)>,
}

/// How many bookings with the same particulars were told before in a file, by bank account.
#[derive(Clone, Debug, Default)]
pub struct Alike {
    /// By the hash of the particulars: a file may have a million of them.
    seen: HashMap<String, HashMap<[u8; 32], u64>>,
    ends: BTreeMap<String, Option<Amount>>,
}

/// What is written where there is no reference.
const NONE: [&str; 4] = ["NONREF", "NOTPROVIDED", "NOT PROVIDED", "NOREF"];

impl Movement {
    /// What it is by itself.
    pub fn direction(&self) -> Direction {
        let is_undone = self.is_reversal || !self.return_reason.is_empty();
        match (self.amount.minor < 0, is_undone) {
            (false, false) => Direction::CameIn,
            (false, true) => Direction::CameHome,
            (true, true) => Direction::WentBack,
            (true, false) => Direction::WentOut,
        }
    }

    /// The words in which an account may be named.
    pub fn texts(&self) -> Vec<&str> {
        [self.reference.as_str(), self.text.as_str()].into_iter().filter(|text| is_said(text)).collect()
    }
}

/// Whether a reference says anything.
pub fn is_said(reference: &str) -> bool {
    let reference = reference.trim();
    !NONE.iter().any(|none| reference.eq_ignore_ascii_case(none))
        && reference.chars().any(|letter| letter.is_alphanumeric() && letter != '0')
}

/// The account of a bank without blanks, in capitals.
pub fn bank_account(statement: &Statement) -> String {
    statement.account.chars().filter(|letter| !letter.is_whitespace()).collect::<String>().to_ascii_uppercase()
}

/// The booked balance before the entries of a statement.
pub fn opening(statement: &Statement) -> Option<&Balance> {
    statement.balances.iter().find(|balance| balance.kind == BalanceKind::Opening && balance.amount.is_some())
}

/// The booked balance after the entries of a statement.
pub fn closing(statement: &Statement) -> Option<&Balance> {
    statement.balances.iter().rfind(|balance| balance.kind == BalanceKind::Closing && balance.amount.is_some())
}

/// Takes a statement apart: its entries are gone then, for a file may hold more of them than should lie in memory twice. Statements of a
/// file are told in their order with the same [`Alike`].
pub fn tell(statement: &mut Statement, alike: &mut Alike) -> Told {
    let account = bank_account(statement);
    // A statement that goes on where the last one ended is its next page: what is alike on both is not the same. Any other may tell
    // the same time again.
    let begins = opening(statement).and_then(|balance| balance.amount);
    let goes_on = alike.ends.insert(account.clone(), closing(statement).and_then(|balance| balance.amount)).flatten();
    if begins.is_none() || goes_on != begins {
        alike.seen.remove(&account);
    }
    let seen = alike.seen.entry(account.clone()).or_default();
    let mut told = Told::default();
    for entry in std::mem::take(&mut statement.entries) {
        match (entry.status, entry.amount, entry.date.or(entry.value_date)) {
            (Status::Pending | Status::Information, ..) => told.pending += 1,
            (Status::Booked, None, _) => told.unusable.push((entry.line, "has no amount that could be read".into())),
            (Status::Booked, _, None) => told.unusable.push((entry.line, "has no day".into())),
            (Status::Booked, Some(amount), Some(_)) if amount.minor == 0 => {}
            (Status::Booked, Some(amount), Some(on)) => told.bookings.push(booking(&account, entry, amount, on, seen)),
        }
    }
    told
}

fn booking(account: &str, entry: Entry, amount: Amount, on: Date, seen: &mut HashMap<[u8; 32], u64>) -> Booking {
    let bank_reference = if is_said(&entry.bank_reference) { entry.bank_reference.trim() } else { "" };
    let value_on = entry.value_date.unwrap_or(on);
    let mut particulars = [account, bank_reference, &on.to_string(), &amount.to_string()].join("\u{1f}");
    if bank_reference.is_empty() {
        let counts_from = value_on.to_string();
        let parts = entry.parts.iter().flat_map(|part| [&part.reference, &part.counterparty, &part.text]);
        for word in [&counts_from, &entry.reference, &entry.counterparty, &entry.text].into_iter().chain(parts) {
            particulars.push('\u{1f}');
            particulars.push_str(&word.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
    let number = seen.entry(Sha256::digest(&particulars).into()).or_default();
    *number += 1;
    let mark = hex(&Sha256::digest(format!("{particulars}\u{1e}{number}")));
    let bank_reference = bank_reference.to_string();
    let whole = Movement {
        line: entry.line,
        part: 0,
        booked_on: on,
        value_on,
        amount,
        reference: entry.reference,
        bank_reference,
        counterparty: entry.counterparty,
        text: entry.text,
        is_reversal: entry.is_reversal,
        return_reason: entry.return_reason,
    };
    let movements = match amounts_of(&entry.parts, amount) {
        Some(amounts) => entry.parts.iter().zip(amounts).zip(0..).map(|((part, amount), no)| movement(&whole, part, amount, no)).collect(),
        None => vec![with_words_of(whole, &entry.parts)],
    };
    Booking { mark, movements }
}

/// The amounts of the transactions of a booking, where there are several that add up to it.
fn amounts_of(parts: &[Part], amount: Amount) -> Option<Vec<Amount>> {
    let amounts: Vec<Amount> = parts.iter().map(|part| part.amount).collect::<Option<_>>()?;
    let is_whole = amounts.iter().all(|part| part.currency == amount.currency && part.minor != 0)
        && amounts.iter().map(|part| i128::from(part.minor)).sum::<i128>() == i128::from(amount.minor);
    (amounts.len() > 1 && is_whole).then_some(amounts)
}

fn movement(whole: &Movement, part: &Part, amount: Amount, no: i64) -> Movement {
    Movement {
        line: part.line,
        part: no,
        amount,
        reference: part.reference.clone(),
        counterparty: part.counterparty.clone(),
        text: part.text.clone(),
        return_reason: if part.return_reason.is_empty() { whole.return_reason.clone() } else { part.return_reason.clone() },
        ..whole.clone()
    }
}

/// Transactions that do not add up to their booking are not parted; what was written in them stays.
fn with_words_of(mut whole: Movement, parts: &[Part]) -> Movement {
    for part in parts {
        for words in [&part.reference, &part.counterparty, &part.text].into_iter().filter(|words| is_said(words)) {
            super::bank_file::join(&mut whole.text, words);
        }
        if whole.return_reason.is_empty() {
            whole.return_reason.clone_from(&part.return_reason);
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::iso4217::CurrencyCode;
    use jiff::civil::date;

    fn usd(minor: i64) -> Amount {
        Amount { minor, currency: CurrencyCode::USD }
    }

    fn entry(minor: i64, bank_reference: &str, text: &str) -> Entry {
        Entry {
            date: Some(date(2026, 3, 2)),
            amount: Some(usd(minor)),
            bank_reference: bank_reference.into(),
            text: text.into(),
            ..Entry::default()
        }
    }

    fn part(minor: i64, reference: &str) -> Part {
        Part { amount: Some(usd(minor)), reference: reference.into(), ..Part::default() }
    }

    fn statement(entries: Vec<Entry>, balances: Option<(i64, i64)>) -> Statement {
        let balance = |kind, minor| Balance { line: 1, kind, code: String::new(), on: None, amount: Some(usd(minor)) };
        let balances = balances.map(|(before, after)| vec![balance(BalanceKind::Opening, before), balance(BalanceKind::Closing, after)]);
        Statement { account: "DE12 3456".into(), entries, balances: balances.unwrap_or_default(), ..Statement::default() }
    }

    fn marks(statements: &[Statement]) -> Vec<String> {
        let mut alike = Alike::default();
        statements.iter().flat_map(|one| tell(&mut one.clone(), &mut alike).bookings).map(|booking| booking.mark).collect()
    }

    #[test]
    fn the_same_told_again_has_the_same_mark_and_what_is_only_alike_has_not() {
        let day =
            statement(vec![entry(500, "B1", "one"), entry(500, "", "cash"), entry(500, "", "cash"), entry(500, "NONREF", "cash")], None);
        let first = marks(std::slice::from_ref(&day));
        assert_eq!(first, marks(std::slice::from_ref(&day)), "given twice");
        let distinct: std::collections::BTreeSet<&String> = first.iter().collect();
        assert_eq!(distinct.len(), 4, "three deposits alike are three");
        let overlapping = statement(vec![entry(500, "", "cash"), entry(500, "B1", "told in other words")], None);
        let again = marks(&[overlapping]);
        assert_eq!((&again[0], &again[1]), (&first[1], &first[0]), "the bank's reference names it, whatever the words");
        assert_eq!(marks(&[day.clone(), day.clone()])[4..], first[..], "two statements of one file may tell the same time");
        let other = Statement { account: "DE99".into(), ..day };
        assert!(marks(&[other]).iter().all(|mark| !first.contains(mark)));
    }

    #[test]
    fn a_statement_that_goes_on_where_the_last_ended_tells_something_else() {
        let pages = [statement(vec![entry(500, "", "cash")], Some((0, 500))), statement(vec![entry(500, "", "cash")], Some((500, 1_000)))];
        let marks_of_pages = marks(&pages);
        assert_ne!(marks_of_pages[0], marks_of_pages[1]);
        let again = [pages[0].clone(), pages[0].clone()];
        let marks_of_same = marks(&again);
        assert_eq!(marks_of_same[0], marks_of_same[1]);
    }

    #[test]
    fn a_booking_of_several_is_its_parts_where_they_add_up() {
        let mut batch = entry(1_500, "B7", "collected");
        batch.parts = vec![part(1_000, "LF-1001"), part(500, "LF-1002")];
        let told = tell(&mut statement(vec![batch.clone()], None), &mut Alike::default());
        let amounts: Vec<_> = told.bookings[0].movements.iter().map(|one| (one.part, one.amount.minor, one.reference.as_str())).collect();
        assert_eq!(amounts, [(0, 1_000, "LF-1001"), (1, 500, "LF-1002")]);
        batch.parts[1].amount = Some(usd(400));
        let told = tell(&mut statement(vec![batch.clone()], None), &mut Alike::default());
        let [whole] = told.bookings[0].movements.as_slice() else { panic!("not parted") };
        assert_eq!((whole.amount.minor, whole.text.as_str()), (1_500, "collected LF-1001 LF-1002"));
        batch.parts.truncate(1);
        assert_eq!(tell(&mut statement(vec![batch], None), &mut Alike::default()).bookings[0].movements.len(), 1);
    }

    #[test]
    fn what_is_not_on_the_books_or_cannot_be_read_is_not_told() {
        let mut entries = vec![entry(500, "B1", ""), entry(500, "B2", ""), entry(500, "B3", ""), entry(0, "B4", "")];
        entries[0].status = Status::Pending;
        entries[1].amount = None;
        (entries[2].date, entries[2].line) = (None, 7);
        let told = tell(&mut statement(entries, None), &mut Alike::default());
        assert_eq!((told.bookings.len(), told.pending, told.unusable.len()), (0, 1, 2));
        assert_eq!(told.unusable[1], (7, "has no day".to_string()));
    }

    #[test]
    fn a_movement_says_what_it_is() {
        let told = |minor, is_reversal, reason: &str| {
            let one = Entry { is_reversal, return_reason: reason.into(), ..entry(minor, "B1", "") };
            tell(&mut statement(vec![one], None), &mut Alike::default()).bookings[0].movements[0].direction()
        };
        assert_eq!(told(5, false, ""), Direction::CameIn);
        assert_eq!(told(5, true, ""), Direction::CameHome);
        assert_eq!(told(5, false, "AC04"), Direction::CameHome);
        assert_eq!(told(-5, true, ""), Direction::WentBack);
        assert_eq!(told(-5, false, "AC04"), Direction::WentBack);
        assert_eq!(told(-5, false, ""), Direction::WentOut);
    }
}
