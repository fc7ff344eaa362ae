//! NACHA files: payments by the Automated Clearing House, and what came back of them.
//!
//! A file holds batches, a batch entries, an entry addenda. A return (addenda 99) says why a payment came back, a notification of
//! change (addenda 98) what to correct. What the controls of batch and file say (numbers, hash, sums) is held against what was read.
//!
//! [`layout`] has the table of every record; [`read`] follows it. Always true: a record that is not understood is named by its line,
//! and an entry that was begun is kept.

mod check;
pub mod layout;
mod lines;
pub mod return_code;
pub mod writing;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;

use crate::values::file_problem::{FileProblem, FileProblems};
use crate::values::fixed::Values;
use jiff::civil::Date;
use layout::{ADV_BATCH_CONTROL, ADV_FILE_CONTROL, BATCH_CONTROL, BATCH_HEADER, CLASSES, FILE_CONTROL, FILE_HEADER, IAT_BATCH_HEADER};
use return_code::ReturnCode;

/// Of the sum of the receiving banks its last ten digits stand in a control.
const HASH_MODULUS: u64 = 10_000_000_000;

/// What was read of a file.
#[derive(Clone, Debug)]
pub struct AchFile {
    /// The header, where there is one.
    pub header: Option<Values>,
    /// The batches in their order.
    pub batches: Vec<Batch>,
    /// The control, where there is one.
    pub control: Option<Values>,
    /// Everything wrong or odd, by line.
    pub problems: Vec<FileProblem>,
}

/// A batch of entries.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Where it begins.
    pub line: usize,
    /// The class of its entries: `PPD`, `CCD`, `WEB`, …
    pub class: String,
    /// Whether its entries are laid out as international ones.
    pub is_international: bool,
    /// Its header; nothing where an entry stood outside of any batch.
    pub header: Option<Values>,
    /// Its entries.
    pub entries: Vec<AchEntry>,
}

/// One entry with its addenda.
#[derive(Clone, Debug)]
pub struct AchEntry {
    /// Its line.
    pub line: usize,
    /// Cents; nothing where they could not be read.
    pub amount_minor: Option<i64>,
    /// Whether it is a credit to the receiver; nothing where its code does not say.
    pub is_credit: Option<bool>,
    /// The record.
    pub values: Values,
    /// Its addenda.
    pub addenda: Vec<Values>,
    /// Why it came back.
    pub returned: Option<ReturnCode>,
    /// What is to be changed.
    pub change: Option<ReturnCode>,
}

/// What the entries of a file or batch come to, as its control counts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AchTotal {
    /// Entries.
    pub entries: u64,
    /// Addenda.
    pub addenda: u64,
    /// The sum of the receiving banks, its last ten digits.
    pub hash: u64,
    /// Cents debited.
    pub debits_minor: i64,
    /// Cents credited.
    pub credits_minor: i64,
    /// Returns.
    pub returns: u64,
    /// Notifications of change.
    pub changes: u64,
}

impl AchTotal {
    fn add(&mut self, entry: &AchEntry) {
        self.entries += 1;
        self.addenda += entry.addenda.len() as u64;
        let bank = entry.values.number("receiving bank").unwrap_or_default();
        self.hash = (self.hash + u64::try_from(bank).unwrap_or_default()) % HASH_MODULUS;
        let minor = entry.amount_minor.unwrap_or_default();
        match entry.is_credit {
            Some(true) => self.credits_minor = self.credits_minor.saturating_add(minor),
            Some(false) => self.debits_minor = self.debits_minor.saturating_add(minor),
            None => {}
        }
        self.returns += u64::from(entry.returned.is_some());
        self.changes += u64::from(entry.change.is_some());
    }
}

impl Batch {
    /// What its entries come to.
    pub fn total(&self) -> AchTotal {
        let mut total = AchTotal::default();
        self.entries.iter().for_each(|entry| total.add(entry));
        total
    }

    /// The day its entries take effect.
    pub fn effective_on(&self) -> Option<Date> {
        self.header.as_ref()?.day("effective on")
    }
}

impl AchFile {
    /// What all entries come to.
    pub fn total(&self) -> AchTotal {
        let mut total = AchTotal::default();
        self.batches.iter().flat_map(|batch| &batch.entries).for_each(|entry| total.add(entry));
        total
    }

    /// Whether something of the file cannot be used as it stands.
    pub fn refuses(&self) -> bool {
        self.problems.iter().any(|problem| problem.refuses)
    }
}

/// Where the reading stands.
#[derive(Default)]
struct Reading {
    header: Option<Values>,
    batches: Vec<Batch>,
    control: Option<Values>,
    is_open: bool,
}

/// Reads a file. The error says what the text is instead.
pub fn read(text: &str) -> Result<AchFile, String> {
    let mut problems = FileProblems::default();
    let records = lines::records(text, &mut problems)?;
    let mut reading = Reading::default();
    for record in &records {
        reading.take(record.line, &record.chars, &mut problems);
    }
    if reading.is_open {
        let line = reading.batches.last().map_or(0, |batch| batch.line);
        problems.refuse(line, "the batch", "", "is not closed by a batch control");
    }
    if reading.header.is_none() {
        problems.refuse(0, "the file", "", "has no file header");
    }
    let file = AchFile { header: reading.header, batches: reading.batches, control: reading.control, problems: Vec::new() };
    check::file(&file, &records, &mut problems);
    Ok(AchFile { problems: problems.in_order(), ..file })
}

impl Reading {
    fn take(&mut self, line: usize, record: &[char], problems: &mut FileProblems) {
        let shown = || record.iter().take(20).collect::<String>();
        if lines::is_filler(record) {
            return;
        }
        if self.control.is_some() {
            problems.refuse(line, "the record", &shown(), "stands behind the control of the file");
        }
        match record.first() {
            Some('1') => {
                if self.header.is_some() || !self.batches.is_empty() {
                    problems.refuse(line, "file header", &shown(), "does not stand at the start of the file");
                }
                let header = FILE_HEADER.read(line, record, problems);
                self.header.get_or_insert(header);
            }
            Some('5') => self.open(line, record, problems),
            Some('6') => self.entry(line, record, problems),
            Some('7') => self.addenda(line, record, problems),
            Some('8') => {
                let is_advice = self.batches.last().is_some_and(|batch| batch.class == "ADV");
                let layout = if is_advice { &ADV_BATCH_CONTROL } else { &BATCH_CONTROL };
                let control = layout.read(line, record, problems);
                match self.batches.last().filter(|_| self.is_open) {
                    Some(batch) => check::batch(line, batch, &control, problems),
                    None => problems.refuse(line, "batch control", &shown(), "closes no batch"),
                }
                self.is_open = false;
            }
            Some('9') => {
                if self.is_open {
                    problems.refuse(line, "file control", &shown(), "closes the file while a batch is open");
                    self.is_open = false;
                }
                let is_advice = !self.batches.is_empty() && self.batches.iter().all(|batch| batch.class == "ADV");
                let layout = if is_advice { &ADV_FILE_CONTROL } else { &FILE_CONTROL };
                let control = layout.read(line, record, problems);
                check::control(line, &self.batches, &control, problems);
                self.control.get_or_insert(control);
            }
            _ => problems.refuse(line, "the record", &shown(), "begins with none of 1, 5, 6, 7, 8, 9"),
        }
    }

    fn open(&mut self, line: usize, record: &[char], problems: &mut FileProblems) {
        if self.is_open {
            problems.refuse(line, "batch header", "", "opens a batch while another is open");
        }
        let at = |from: usize, to: usize| record.iter().skip(from).take(to - from).collect::<String>();
        let class = at(50, 53);
        let is_international = class == "IAT" || at(4, 10) == "IATCOR";
        let layout = if is_international { &IAT_BATCH_HEADER } else { &BATCH_HEADER };
        let header = layout.read(line, record, problems);
        if !CLASSES.contains(&class.as_str()) {
            problems.refuse(line, "batch header, entry class", &class, "is no class of entries");
        }
        self.batches.push(Batch { line, class, is_international, header: Some(header), entries: Vec::new() });
        self.is_open = true;
    }

    fn entry(&mut self, line: usize, record: &[char], problems: &mut FileProblems) {
        if !self.is_open {
            problems.refuse(line, "entry", "", "stands outside of a batch");
            self.batches.push(Batch { line, class: String::new(), is_international: false, header: None, entries: Vec::new() });
            self.is_open = true;
        }
        let Some(batch) = self.batches.last_mut() else { return };
        let layout = layout::entry_of(if batch.is_international { "IAT" } else { &batch.class });
        let values = layout.read(line, record, problems);
        let code = values.text("transaction code");
        let is_credit = check::direction(code);
        if is_credit.is_none() {
            problems.refuse(
                line,
                "entry, transaction code",
                code,
                "is no code of a transaction: whether it is a debit or a credit is not known",
            );
        }
        check::routing(line, &values, problems);
        // A prenotification or an entry without money moves nothing.
        let amount_minor = values.number("amount").filter(|_| !values.text("amount").is_empty());
        if code.ends_with(['3', '8']) && !code.starts_with('8') && amount_minor.is_some_and(|minor| minor != 0) {
            problems.refuse(line, "entry, amount", values.text("amount"), "is not zero, though the entry only announces others");
        }
        batch.entries.push(AchEntry { line, amount_minor, is_credit, values, addenda: Vec::new(), returned: None, change: None });
    }

    fn addenda(&mut self, line: usize, record: &[char], problems: &mut FileProblems) {
        let at = |from: usize, to: usize| record.iter().skip(from).take(to - from).collect::<String>();
        let (kind, code) = (at(1, 3), at(3, 6));
        let Some(layout) = layout::addenda_of(&kind, &code) else {
            problems.refuse(line, "addenda, addenda type", &kind, "is no type of addenda");
            return;
        };
        let values = layout.read(line, record, problems);
        let Some(entry) = self.batches.last_mut().filter(|_| self.is_open).and_then(|batch| batch.entries.last_mut()) else {
            problems.refuse(line, layout.name, &code, "belongs to no entry");
            return;
        };
        if kind == "98" || kind == "99" {
            let known = ReturnCode::of(&code);
            let wanted = if kind == "98" { 'C' } else { 'R' };
            if !known.is_known() || !code.starts_with(wanted) {
                let what = if kind == "98" { "is no code of a change" } else { "is no code of a return" };
                problems.refuse(line, layout.name, &code, format!("{what}: what it means is not known"));
            }
            if kind == "98" { entry.change = Some(known) } else { entry.returned = Some(known) }
        }
        entry.addenda.push(values);
    }
}
