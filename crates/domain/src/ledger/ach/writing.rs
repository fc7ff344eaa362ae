//! A NACHA file is written: batches of debits or credits of consumers and businesses, with what its controls must say.
//!
//! The same tables that reading follows ([`super::layout`]) put the records together, so what is written is what is read. The file is
//! filled to whole blocks of ten records.
//!
//! Read [`write`]. Always true: a file that is written reads back without a problem, with the same entries and totals.

use super::check::check_digit;
use super::layout::{ADDENDA_05, BATCH_CONTROL, BATCH_HEADER, ENTRY, FILE_CONTROL, FILE_HEADER, WIDTH};
use super::lines::BLOCK;
use super::{AchTotal, HASH_MODULUS};
use crate::values::coded::coded;
use jiff::civil::{Date, DateTime};
use std::fmt;

/// The number of a bank in the United States: nine digits, the last of which proves the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Routing(u32);

impl Routing {
    /// Takes nine digits whose last one fits.
    pub fn parse(text: &str) -> Option<Routing> {
        let text = text.trim();
        let is_whole = text.len() == 9 && text.bytes().all(|byte| byte.is_ascii_digit());
        let (bank, digit) = text.split_at_checked(8).filter(|_| is_whole)?;
        let number: u32 = text.parse().ok()?;
        (number > 0 && digit == check_digit(bank).to_string()).then_some(Routing(number))
    }

    /// All nine digits.
    pub fn digits(self) -> String {
        format!("{:09}", self.0)
    }

    /// The first eight, which name the bank.
    pub fn bank(self) -> u64 {
        u64::from(self.0 / 10)
    }
}

coded! {
    /// What kind of account at a bank is drawn on.
    BankAccountKind, 2 {
        Checking = "checking", "Checking account";
        Savings = "savings", "Savings account";
    }
}

coded! {
    /// How a debit or credit was agreed, which is the class of its batch.
    EntryClass, 4 {
        Ppd = "PPD", "In writing";
        Web = "WEB", "On the internet";
        Tel = "TEL", "On the telephone, recorded or confirmed in writing";
        Ccd = "CCD", "By a business";
    }
}

/// Who sends the file, as their bank wants it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The bank that takes the file in.
    pub bank: Routing,
    /// Its name.
    pub bank_name: String,
    /// The sender's name.
    pub name: String,
    /// The sender's number at the bank, up to ten characters.
    pub company_id: String,
}

/// One entry that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// Money to the receiver; from them where it is not.
    pub is_credit: bool,
    /// Announces entries that will follow, and moves no money.
    pub is_prenote: bool,
    /// The receiver's bank.
    pub bank: Routing,
    /// What kind of account it is.
    pub kind: BankAccountKind,
    /// The number of their account, up to 17 characters.
    pub number: String,
    /// Cents; none where it is a prenotification.
    pub amount_minor: i64,
    /// Ours for the receiver, up to 15 characters.
    pub id: String,
    /// The receiver's name.
    pub name: String,
    /// Words for the receiver, up to 80 characters; nothing where they are empty.
    pub words: String,
    /// Single or recurring, where the class wants it said (WEB, TEL): `S` or `R`.
    pub kind_of_payment: &'static str,
    /// The number of the entry at the sender, up to seven digits: no other of the same sender bears it on the same day.
    pub trace_no: u32,
}

/// Entries of one class and day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBatch {
    /// Their class.
    pub class: EntryClass,
    /// What the receiver reads on their statement, up to ten characters.
    pub description: String,
    /// The day they take effect.
    pub effective_on: Date,
    /// The entries.
    pub entries: Vec<NewEntry>,
}

/// Why a file cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteError {
    /// There is nothing to write.
    Empty,
    /// An entry cannot be in a file, by its trace number: why.
    Entry(u32, String),
    /// The sums are longer than their fields.
    TooLarge,
    /// A record cannot hold what it should.
    Record(String),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WriteError::Empty => f.write_str("there is no entry to write"),
            WriteError::Entry(trace_no, why) => write!(f, "entry {trace_no} {why}"),
            WriteError::TooLarge => f.write_str("the sums are too large for one file: write less into it"),
            WriteError::Record(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for WriteError {}

/// The largest amount of an entry, in cents.
pub const AMOUNT_MAX: i64 = 9_999_999_999;

/// The largest sum of a batch or file, in cents.
const SUM_MAX: i64 = 999_999_999_999;

/// The trace number as the file has it: the sender's bank, then the entry's number.
pub fn trace(bank: Routing, trace_no: u32) -> String {
    format!("{:08}{:07}", bank.bank(), trace_no)
}

/// Writes a file, in the order that is given. `modifier` tells files of one day apart: `A` to `Z`, `0` to `9`.
pub fn write(sender: &Sender, created: DateTime, modifier: char, batches: &[NewBatch]) -> Result<String, WriteError> {
    if batches.iter().all(|batch| batch.entries.is_empty()) {
        return Err(WriteError::Empty);
    }
    let mut file = Writing::default();
    file.put(FILE_HEADER.write(&[
        ("destination", &format!(" {}", sender.bank.digits())),
        ("origin", &format!("{:>10}", plain(&sender.company_id, 10))),
        ("created on", &day(created.date())),
        ("created at", &created.strftime("%H%M").to_string()),
        ("file id modifier", &modifier.to_string()),
        ("destination name", &plain(&sender.bank_name, 23)),
        ("origin name", &plain(&sender.name, 23)),
    ]))?;
    let mut all = AchTotal::default();
    let mut batch_no = 0u32;
    for batch in batches.iter().filter(|batch| !batch.entries.is_empty()) {
        batch_no += 1;
        let total = file.batch(sender, batch_no, batch)?;
        all = together(&all, &total);
    }
    let records = file.records + 1;
    file.put(FILE_CONTROL.write(&[
        ("batches", &batch_no.to_string()),
        ("blocks", &records.div_ceil(BLOCK).to_string()),
        ("entries and addenda", &(all.entries + all.addenda).to_string()),
        ("hash", &all.hash.to_string()),
        ("debits", &sum(all.debits_minor)?),
        ("credits", &sum(all.credits_minor)?),
    ]))?;
    while !file.records.is_multiple_of(BLOCK) {
        file.put(Ok("9".repeat(WIDTH)))?;
    }
    Ok(file.text)
}

/// The file as far as it is written.
#[derive(Default)]
struct Writing {
    text: String,
    records: usize,
}

impl Writing {
    fn put(&mut self, record: Result<String, String>) -> Result<(), WriteError> {
        self.text.push_str(&record.map_err(WriteError::Record)?);
        self.text.push('\n');
        self.records += 1;
        Ok(())
    }

    fn batch(&mut self, sender: &Sender, batch_no: u32, batch: &NewBatch) -> Result<AchTotal, WriteError> {
        let (credits, debits) = batch.entries.iter().fold((false, false), |(credits, debits), entry| match entry.is_credit {
            true => (true, debits),
            false => (credits, true),
        });
        let service = match (credits, debits) {
            (true, true) => "200",
            (true, false) => "220",
            _ => "225",
        };
        let (company_id, bank, number) = (plain(&sender.company_id, 10), format!("{:08}", sender.bank.bank()), batch_no.to_string());
        self.put(BATCH_HEADER.write(&[
            ("service class", service),
            ("company name", &plain(&sender.name, 16)),
            ("company id", &company_id),
            ("entry class", batch.class.code()),
            ("entry description", &plain(&batch.description, 10)),
            ("descriptive date", &day(batch.effective_on)),
            ("effective on", &day(batch.effective_on)),
            // The operator puts in the day of settlement; a blank would be zeros.
            ("originator status", "1"),
            ("originating bank", &bank),
            ("batch number", &number),
        ]))?;
        let mut total = AchTotal::default();
        for entry in &batch.entries {
            self.entry(sender, batch.class, entry)?;
            total = together(&total, &counted(entry));
        }
        self.put(BATCH_CONTROL.write(&[
            ("service class", service),
            ("entries and addenda", &(total.entries + total.addenda).to_string()),
            ("hash", &total.hash.to_string()),
            ("debits", &sum(total.debits_minor)?),
            ("credits", &sum(total.credits_minor)?),
            ("company id", &company_id),
            ("originating bank", &bank),
            ("batch number", &number),
        ]))?;
        Ok(total)
    }

    fn entry(&mut self, sender: &Sender, class: EntryClass, entry: &NewEntry) -> Result<(), WriteError> {
        let wrong = |why: &str| Err(WriteError::Entry(entry.trace_no, why.into()));
        match (entry.is_prenote, entry.amount_minor) {
            (true, minor) if minor != 0 => return wrong("announces others, and cannot move money"),
            (false, minor) if minor <= 0 || minor > AMOUNT_MAX => return wrong("has no amount that an entry can have"),
            _ => {}
        }
        if !is_number(&entry.number) {
            return wrong("has no number of a bank account of up to 17 letters, digits and dashes");
        }
        let digits = entry.bank.digits();
        let (bank, digit) = digits.split_at(8);
        let (name, words) = (plain(&entry.name, 22), plain(&entry.words, 80));
        // A consumer's debit by internet or telephone says whether it comes once or again.
        let discretionary = if matches!(class, EntryClass::Web | EntryClass::Tel) { entry.kind_of_payment } else { "" };
        self.put(ENTRY.write(&[
            ("transaction code", transaction_code(entry)),
            ("receiving bank", bank),
            ("check digit", digit),
            ("account number", entry.number.trim()),
            ("amount", &entry.amount_minor.to_string()),
            ("id", &plain(&entry.id, 15)),
            ("name", &name),
            ("discretionary data", discretionary),
            ("has addenda", if words.is_empty() { "0" } else { "1" }),
            ("trace", &trace(sender.bank, entry.trace_no)),
        ]))?;
        if !words.is_empty() {
            let sequence = format!("{:07}", entry.trace_no);
            self.put(ADDENDA_05.write(&[("addenda type", "05"), ("text", &words), ("sequence", "1"), ("entry sequence", &sequence)]))?;
        }
        Ok(())
    }
}

/// Whether a text can be the number of an account at a bank.
pub fn is_number(text: &str) -> bool {
    let text = text.trim();
    (1..=17).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b' ')
        && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte))
}

const fn transaction_code(entry: &NewEntry) -> &'static str {
    match (entry.kind, entry.is_credit, entry.is_prenote) {
        (BankAccountKind::Checking, true, false) => "22",
        (BankAccountKind::Checking, true, true) => "23",
        (BankAccountKind::Checking, false, false) => "27",
        (BankAccountKind::Checking, false, true) => "28",
        (BankAccountKind::Savings, true, false) => "32",
        (BankAccountKind::Savings, true, true) => "33",
        (BankAccountKind::Savings, false, false) => "37",
        (BankAccountKind::Savings, false, true) => "38",
    }
}

/// What one entry adds to the totals.
fn counted(entry: &NewEntry) -> AchTotal {
    let (credits_minor, debits_minor) = if entry.is_credit { (entry.amount_minor, 0) } else { (0, entry.amount_minor) };
    let addenda = u64::from(!plain(&entry.words, 80).is_empty());
    AchTotal { entries: 1, addenda, hash: entry.bank.bank(), debits_minor, credits_minor, ..AchTotal::default() }
}

fn together(one: &AchTotal, other: &AchTotal) -> AchTotal {
    AchTotal {
        entries: one.entries + other.entries,
        addenda: one.addenda + other.addenda,
        hash: (one.hash + other.hash) % HASH_MODULUS,
        debits_minor: one.debits_minor.saturating_add(other.debits_minor),
        credits_minor: one.credits_minor.saturating_add(other.credits_minor),
        ..AchTotal::default()
    }
}

fn sum(minor: i64) -> Result<String, WriteError> {
    if minor > SUM_MAX { Err(WriteError::TooLarge) } else { Ok(minor.to_string()) }
}

fn day(on: Date) -> String {
    on.strftime("%y%m%d").to_string()
}

/// A text in the letters that a file may hold, cut to its width.
fn plain(text: &str, width: usize) -> String {
    let letters = deunicode::deunicode(text);
    let words: Vec<&str> = letters.split_whitespace().collect();
    let cut: String = words.join(" ").chars().filter(|letter| matches!(letter, ' '..='~')).take(width).collect();
    cut.trim_end().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::ach::read;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn sender() -> Sender {
        Sender {
            bank: Routing::parse("091000019").unwrap(),
            bank_name: "Wells Fargo".into(),
            name: "Sample Agency".into(),
            company_id: "1234567890".into(),
        }
    }

    fn entry(trace_no: u32, amount_minor: i64) -> NewEntry {
        NewEntry {
            is_credit: false,
            is_prenote: amount_minor == 0,
            bank: Routing::parse("021000021").unwrap(),
            kind: BankAccountKind::Checking,
            number: "123456789".into(),
            amount_minor,
            id: "ACC-0000001".into(),
            name: "Zoë Ångström".into(),
            words: String::new(),
            kind_of_payment: "S",
            trace_no,
        }
    }

    #[test]
    fn the_last_digit_of_a_bank_proves_the_others() {
        assert_eq!(Routing::parse(" 091000019 ").map(Routing::digits).as_deref(), Some("091000019"));
        for wrong in ["091000018", "91000019", "0910000190", "09100001x", "000000000", "", "０91000019"] {
            assert_eq!(Routing::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_file_is_written_as_the_rules_print_it() {
        let batch = NewBatch {
            class: EntryClass::Web,
            description: "PAYMENT".into(),
            effective_on: date(2026, 3, 5),
            entries: vec![entry(1, 12_345), entry(2, 0)],
        };
        let text = write(&sender(), date(2026, 3, 4).at(9, 30, 0, 0), 'A', &[batch]).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 10);
        assert_eq!(lines[0], "101 09100001912345678902603040930A094101Wells Fargo            Sample Agency                  ");
        assert_eq!(lines[1], "5225Sample Agency                       1234567890WEBPAYMENT   2603052603050001091000010000001");
        assert_eq!(lines[2], "627021000021123456789        0000012345ACC-0000001    Zoe Angstrom          S 0091000010000001");
        assert_eq!(lines[3], "628021000021123456789        0000000000ACC-0000001    Zoe Angstrom          S 0091000010000002");
        assert_eq!(lines[4], format!("822500000200042000040000000123450000000000001234567890{}091000010000001", " ".repeat(25)));
        assert_eq!(lines[5], format!("9000001000001000000020004200004000000012345000000000000{}", " ".repeat(39)));
        assert!(lines[6..].iter().all(|line| *line == "9".repeat(94)));
    }

    #[test]
    fn what_no_file_can_hold_is_named() {
        let of = |entry: NewEntry| {
            let batch = NewBatch { class: EntryClass::Ppd, description: "P".into(), effective_on: date(2026, 3, 5), entries: vec![entry] };
            write(&sender(), date(2026, 3, 4).at(9, 30, 0, 0), 'A', &[batch]).unwrap_err().to_string()
        };
        assert_eq!(of(entry(7, AMOUNT_MAX + 1)), "entry 7 has no amount that an entry can have");
        assert_eq!(of(entry(7, -1)), "entry 7 has no amount that an entry can have");
        assert_eq!(of(NewEntry { is_prenote: true, ..entry(7, 1) }), "entry 7 announces others, and cannot move money");
        let wrong = of(NewEntry { number: "12/34".into(), ..entry(7, 1) });
        assert_eq!(wrong, "entry 7 has no number of a bank account of up to 17 letters, digits and dashes");
        assert_eq!(write(&sender(), date(2026, 3, 4).at(9, 30, 0, 0), 'A', &[]), Err(WriteError::Empty));
        let much = (1..=200).map(|no| entry(no, AMOUNT_MAX)).collect();
        let batch = NewBatch { class: EntryClass::Ppd, description: "P".into(), effective_on: date(2026, 3, 5), entries: much };
        assert_eq!(write(&sender(), date(2026, 3, 4).at(9, 30, 0, 0), 'A', &[batch]), Err(WriteError::TooLarge));
    }

    prop_compose! {
        fn any_entry()(
            bits in 0u8..4, bank in 1u32..99_999_999, number in "[0-9A-Z-]{0,8}[1-9]", minor in 1..=AMOUNT_MAX / 100, id in ".{0,20}",
            name in ".{0,30}", words in ".{0,90}", trace_no in 1u32..9_999_999,
        ) -> NewEntry {
            let digits = format!("{bank:08}");
            let bank = Routing::parse(&format!("{digits}{}", check_digit(&digits))).unwrap();
            let is_prenote = bits & 2 == 2;
            NewEntry {
                is_credit: bits & 1 == 1, is_prenote, bank, kind: BankAccountKind::ALL[usize::from(bits & 1)], number,
                amount_minor: if is_prenote { 0 } else { minor }, id, name, words, kind_of_payment: "R", trace_no,
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_what_is_read(
            batches in prop::collection::vec(prop::collection::vec(any_entry(), 0..8), 1..4), description in ".{0,12}", name in ".{0,20}",
        ) {
            let batches: Vec<NewBatch> = batches
                .into_iter()
                .zip(EntryClass::ALL)
                .map(|(entries, class)| NewBatch { class, description: description.clone(), effective_on: date(2026, 3, 5), entries })
                .collect();
            let sender = Sender { name, ..sender() };
            let Ok(text) = write(&sender, date(2026, 3, 4).at(9, 30, 0, 0), 'A', &batches) else {
                prop_assert!(batches.iter().all(|batch| batch.entries.is_empty()));
                return Ok(());
            };
            let file = read(&text).unwrap();
            prop_assert!(file.problems.is_empty(), "{:?}\n{text}", file.problems);
            let written: Vec<(i64, bool)> =
                batches.iter().flat_map(|batch| &batch.entries).map(|entry| (entry.amount_minor, entry.is_credit)).collect();
            let found: Vec<(i64, bool)> = file
                .batches
                .iter()
                .flat_map(|batch| &batch.entries)
                .map(|entry| (entry.amount_minor.unwrap(), entry.is_credit.unwrap()))
                .collect();
            prop_assert_eq!(written, found);
        }
    }
}
