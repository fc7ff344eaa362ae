//! What a NACHA file says of itself, held against what was read: numbers, hash, sums, and what fits a batch.

use super::lines::{self, BLOCK, Record};
use super::{AchEntry, AchFile, AchTotal, Batch};
use crate::values::file_problem::FileProblems;
use crate::values::fixed::Values;

/// Whether a transaction code is a credit to the receiver.
pub(super) fn direction(code: &str) -> Option<bool> {
    let mut digits = code.bytes().map(|byte| byte.wrapping_sub(b'0'));
    let (kind, what) = (digits.next()?, digits.next()?);
    match (kind, what) {
        (8, 1 | 3 | 5 | 7) => Some(true),
        (8, 2 | 4 | 6 | 8) => Some(false),
        (2..=4, 1..=4) | (5, 1..=4) => Some(true),
        (2..=4, 6..=9) | (5, 5 | 6) => Some(false),
        _ => None,
    }
}

/// The digit that proves the eight of a bank.
pub(super) fn check_digit(bank: &str) -> u32 {
    let sum: u32 = bank.bytes().zip([3, 7, 1].into_iter().cycle()).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
    (10 - sum % 10) % 10
}

/// The check digit of the receiving bank.
pub(super) fn routing(line: usize, values: &Values, problems: &mut FileProblems) {
    let (bank, digit) = (values.text("receiving bank"), values.text("check digit"));
    if bank.len() != 8 || digit.len() != 1 || !bank.bytes().chain(digit.bytes()).all(|byte| byte.is_ascii_digit()) {
        return;
    }
    let wanted = check_digit(bank);
    if digit != wanted.to_string() {
        problems.refuse(line, "entry, check digit", digit, format!("does not fit the bank {bank}: it would be {wanted}"));
    }
}

/// One statement of a control against what was counted.
fn prove(line: usize, control: &Values, name: &str, counted: u64, problems: &mut FileProblems) {
    let told = control.number(name).and_then(|told| u64::try_from(told).ok());
    if told.is_some_and(|told| told != counted) {
        let place = format!("{}, {name}", control.layout().name);
        problems.refuse(line, place, control.text(name), format!("is not what was read: {counted}"));
    }
}

fn totals(line: usize, total: &AchTotal, control: &Values, problems: &mut FileProblems) {
    prove(line, control, "entries and addenda", total.entries + total.addenda, problems);
    prove(line, control, "hash", total.hash, problems);
    prove(line, control, "debits", total.debits_minor.unsigned_abs(), problems);
    prove(line, control, "credits", total.credits_minor.unsigned_abs(), problems);
}

/// A batch against its control.
pub(super) fn batch(line: usize, batch: &Batch, control: &Values, problems: &mut FileProblems) {
    totals(line, &batch.total(), control, problems);
    batch.entries.iter().for_each(|entry| addenda(batch, entry, problems));
    if batch.entries.is_empty() {
        problems.refuse(line, "batch control", "", "closes a batch without an entry");
    }
    let Some(header) = &batch.header else { return };
    for name in ["batch number", "service class", "originating bank", "company id"] {
        let (opens, closes) = (header.text(name), control.text(name));
        if !(closes.is_empty() && name == "company id") && opens != closes {
            problems.refuse(line, format!("batch control, {name}"), closes, format!("is not that of the batch header, {opens:?}"));
        }
    }
    let class = header.text("service class");
    let wrong = batch.entries.iter().find(|entry| match entry.is_credit {
        Some(true) => class == "225",
        Some(false) => class == "220",
        None => false,
    });
    if let Some(entry) = wrong {
        let only = if class == "225" { "debits" } else { "credits" };
        let code = entry.values.text("transaction code");
        problems.refuse(entry.line, "entry, transaction code", code, format!("does not stand in a batch of {only} alone ({class})"));
    }
    if (class == "280") != (batch.class == "ADV") {
        problems.refuse(batch.line, "batch header, service class", class, format!("does not go with entries of class {}", batch.class));
    }
}

/// An entry against its addenda.
fn addenda(batch: &Batch, entry: &AchEntry, problems: &mut FileProblems) {
    let has = entry.values.text("has addenda");
    if has == "1" && entry.addenda.is_empty() {
        problems.refuse(entry.line, "entry, has addenda", has, "is said, but no addenda follows");
    } else if has == "0" && !entry.addenda.is_empty() {
        problems.refuse(entry.line, "entry, has addenda", has, format!("is said, but {} follow", entry.addenda.len()));
    }
    let told = entry.values.number("addenda").filter(|_| !entry.values.text("addenda").is_empty());
    let counted = entry.addenda.iter().filter(|values| !["98", "99"].contains(&values.text("addenda type"))).count();
    if told.is_some_and(|told| usize::try_from(told) != Ok(counted) && usize::try_from(told) != Ok(entry.addenda.len())) {
        problems.note(entry.line, "entry, addenda", entry.values.text("addenda"), format!("is not the number of addenda: {counted}"));
    }
    let sequence = entry.values.text("trace").get(8..).unwrap_or_default();
    let mut expected = 0;
    for values in &entry.addenda {
        let own = values.text("entry sequence");
        if !own.is_empty() && own != sequence {
            problems.note(
                entry.line,
                format!("{}, entry sequence", values.layout().name),
                own,
                format!("is not that of the entry, {sequence}"),
            );
        }
        if values.text("addenda type") == "05" {
            expected += 1;
            if values.number("sequence") != Some(expected) {
                problems.note(entry.line, "addenda 05, sequence", values.text("sequence"), format!("is out of order: {expected} was next"));
            }
        }
    }
    if batch.is_international && entry.returned.is_none() && entry.change.is_none() {
        let has = |kind: &str| entry.addenda.iter().any(|values| values.text("addenda type") == kind);
        for kind in ["10", "11", "12", "13", "14", "15", "16"].into_iter().filter(|kind| !has(kind)) {
            problems.refuse(entry.line, "entry", kind, "is an addenda that an international entry must have, and has not");
        }
    }
    if batch.class == "COR" && entry.change.is_none() {
        problems.refuse(entry.line, "entry", "", "stands in a batch of changes (COR) and has no addenda 98");
    }
}

/// The batches against the control of the file.
pub(super) fn control(line: usize, batches: &[Batch], control: &Values, problems: &mut FileProblems) {
    let mut total = AchTotal::default();
    batches.iter().flat_map(|batch| &batch.entries).for_each(|entry| total.add(entry));
    totals(line, &total, control, problems);
    prove(line, control, "batches", batches.len() as u64, problems);
}

/// The file as a whole: blocks, and that it ends.
pub(super) fn file(file: &AchFile, records: &[Record], problems: &mut FileProblems) {
    let Some(control) = &file.control else {
        problems.refuse(0, "the file", "", "has no file control: it is not whole");
        return;
    };
    let blocks = records.len().div_ceil(BLOCK) as u64;
    let at = records.iter().rev().find(|record| !lines::is_filler(&record.chars)).map_or(0, |record| record.line);
    prove(at, control, "blocks", blocks, problems);
    if !records.len().is_multiple_of(BLOCK) {
        problems.note(0, "the file", &records.len().to_string(), format!("records fill no whole blocks of {BLOCK}"));
    }
}
