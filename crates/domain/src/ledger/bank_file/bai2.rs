//! BAI2: groups of accounts with their summaries and transactions, and totals at every level, each of which is proved.
//!
//! Amounts are whole minor units of the currency of the account, the group's or the dollar. The control total of an account is the
//! sum of all its amounts, summaries and transactions alike, with their own signs; which way a transaction goes is told by its type.

use super::bai2_record::{Record, records};
use super::{Balance, BalanceKind, Entry, Statement, Status};
use crate::values::file_problem::FileProblems;
use crate::values::fixed::yy_mm_dd;
use crate::values::iso4217::{Amount, CurrencyCode};
use jiff::civil::Date;

/// Which way a type goes: in, out, or neither.
fn direction(code: u16) -> Option<bool> {
    match code {
        100..=399 | 920..=959 | 720 => Some(true),
        400..=699 | 960..=999 | 721..=729 => Some(false),
        _ => None,
    }
}

/// What counts up to a trailer.
#[derive(Default)]
struct Count {
    sum: i128,
    records: usize,
    within: usize,
}

/// Where the reading stands.
#[derive(Default)]
struct Reading {
    statements: Vec<Statement>,
    file: Option<Count>,
    group: Option<Count>,
    account: Option<Count>,
    group_currency: Option<CurrencyCode>,
    as_of: Option<Date>,
    status: Status,
    is_closed: bool,
}

/// Reads a file.
pub(super) fn read(text: &str, problems: &mut FileProblems) -> (String, Vec<Statement>) {
    let records = records(text, problems);
    let mut reading = Reading::default();
    for record in &records {
        reading.take(record, problems);
    }
    if reading.account.is_some() || reading.group.is_some() {
        problems.refuse(0, "the file", "", "ends within a group or an account: its trailers are missing");
    }
    if !reading.is_closed {
        problems.refuse(0, "the file", "", "has no file trailer (99): it is not whole");
    }
    let version = records.first().map_or("", |record| record.get("version"));
    if version != "2" {
        problems.note(1, "file header, version", version, "is not 2: the file is read as BAI2 all the same");
    }
    (format!("BAI{version}"), reading.statements)
}

impl Reading {
    fn take(&mut self, record: &Record<'_>, problems: &mut FileProblems) {
        let misplaced =
            |problems: &mut FileProblems, says: &str| problems.refuse(record.line, record.name(), record.code, says.to_string());
        if self.is_closed {
            misplaced(problems, "stands behind the end of the file");
        }
        match record.code {
            "01" => {
                if self.file.is_some() {
                    misplaced(problems, "is a second header of the file");
                }
                self.file = Some(Count { records: record.lines, ..Count::default() });
                day(record, "created on", problems);
            }
            "02" => self.open_group(record, problems),
            "03" => self.open_account(record, problems),
            "16" => self.transaction(record, problems),
            "49" => match self.account.take() {
                Some(mut account) => {
                    account.records += record.lines;
                    prove(record, account.sum, &[("records", account.records)], problems);
                    if let Some(group) = &mut self.group {
                        // What the bank says is carried on, so that one wrong sum is one problem.
                        group.sum += told(record).unwrap_or(account.sum);
                        group.records += account.records;
                        group.within += 1;
                    }
                }
                None => misplaced(problems, "closes an account that was not opened"),
            },
            "98" => match self.group.take() {
                Some(mut group) => {
                    group.records += record.lines;
                    prove(record, group.sum, &[("accounts", group.within), ("records", group.records)], problems);
                    if let Some(file) = &mut self.file {
                        file.sum += told(record).unwrap_or(group.sum);
                        file.records += group.records;
                        file.within += 1;
                    }
                }
                None => misplaced(problems, "closes a group that was not opened"),
            },
            _ => match self.file.take() {
                Some(mut file) => {
                    file.records += record.lines;
                    prove(record, file.sum, &[("groups", file.within), ("records", file.records)], problems);
                    self.is_closed = true;
                }
                None => misplaced(problems, "closes a file that was not opened"),
            },
        }
    }

    fn open_group(&mut self, record: &Record<'_>, problems: &mut FileProblems) {
        if self.group.is_some() {
            problems.refuse(record.line, record.name(), record.code, "opens a group within another");
        }
        if self.file.is_none() {
            problems.refuse(record.line, record.name(), record.code, "stands outside of a file (01 to 99)");
        }
        self.group = Some(Count { records: record.lines, ..Count::default() });
        self.group_currency = currency(record, problems);
        self.as_of = day(record, "as of", problems);
        let (status, time) = (record.get("status"), record.get("as of time"));
        self.status = if ["2", "4"].contains(&status) { Status::Information } else { Status::Booked };
        if !["1", "2", "3", "4"].contains(&status) {
            problems.note(record.line, "group header, status", status, "is none of 1 (update), 2 (deletion), 3 (correction), 4 (test)");
        } else if status != "1" {
            problems.note(record.line, "group header, status", status, "is no plain update: 2 deletes, 3 corrects, 4 tests");
        }
        let is_time = time.len() == 4 && time.bytes().all(|byte| byte.is_ascii_digit()) && (time <= "2400" || time == "9999");
        if !time.is_empty() && !is_time {
            problems.note(record.line, "group header, as of time", time, "is no time such as 2340");
        }
    }

    fn open_account(&mut self, record: &Record<'_>, problems: &mut FileProblems) {
        if self.account.is_some() {
            problems.refuse(record.line, record.name(), record.code, "opens an account within another");
        }
        if self.group.is_none() {
            problems.refuse(record.line, record.name(), record.code, "stands outside of a group (02 to 98)");
        }
        let currency = currency(record, problems).or(self.group_currency).unwrap_or(CurrencyCode::USD);
        let mut count = Count { records: record.lines, ..Count::default() };
        let mut statement =
            Statement { line: record.line, account: record.get("account").into(), currency: Some(currency), ..Statement::default() };
        let mut fields = record.fields.iter().skip(2).map(|field| field.trim());
        while let Some(code) = fields.next() {
            if code.is_empty() {
                // A comma too many, as banks put before a continuation.
                continue;
            }
            let amount = fields.next().unwrap_or_default();
            if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
                problems.refuse(record.line, "account, type", code, "is no type of three digits: the rest of the record was not read");
                break;
            }
            let items = fields.next().unwrap_or_default();
            let funds = fields.next().unwrap_or_default();
            let brought: Vec<&str> = match funds {
                "V" => fields.by_ref().take(2).collect(),
                "S" => fields.by_ref().take(3).collect(),
                "D" => {
                    let count = fields.next().and_then(|count| count.parse::<usize>().ok()).unwrap_or_default();
                    fields.by_ref().take(2 * count.min(40)).collect()
                }
                _ => Vec::new(),
            };
            if !items.is_empty() && !items.bytes().all(|byte| byte.is_ascii_digit()) {
                problems.note(record.line, "account, item count", items, "is no number");
            }
            let amount = minor(record, amount, currency, problems);
            count.sum += amount.map_or(0, |amount| i128::from(amount.minor));
            let kind = match code {
                "010" => BalanceKind::Opening,
                "015" => BalanceKind::Closing,
                _ => BalanceKind::Other,
            };
            statement.balances.push(Balance { line: record.line, kind, code: code.into(), on: self.as_of, amount });
            if !brought.is_empty() {
                statement.notes.push(format!("{code}: {funds},{}", brought.join(",")));
            }
        }
        self.account = Some(count);
        self.statements.push(statement);
    }

    fn transaction(&mut self, record: &Record<'_>, problems: &mut FileProblems) {
        let (Some(account), Some(statement)) = (&mut self.account, self.statements.last_mut()) else {
            problems.refuse(record.line, record.name(), record.get("amount"), "stands outside of an account (03 to 49)");
            return;
        };
        account.records += record.lines;
        let currency = statement.currency.unwrap_or(CurrencyCode::USD);
        let code = record.get("type");
        let told = minor(record, record.get("amount"), currency, problems);
        account.sum += told.map_or(0, |amount| i128::from(amount.minor));
        let mut entry = Entry { line: record.line, date: self.as_of, code: code.into(), status: self.status, ..Entry::default() };
        entry.amount = match code.parse().ok().filter(|_| code.len() == 3).and_then(direction) {
            Some(true) => told,
            Some(false) => told.map(Amount::negative),
            None if told.is_none_or(|amount| amount.minor == 0) => told,
            None => {
                problems.refuse(record.line, "transaction, type", code, "does not say whether money came in or left");
                None
            }
        };
        let brought = record.fields.len().saturating_sub(5);
        let funds = record.get("funds type");
        if !["", "Z", "0", "1", "2", "S", "V", "D"].contains(&funds) {
            problems.note(record.line, "transaction, funds type", funds, "is none of Z, 0, 1, 2, S, V, D");
        }
        if funds == "V" {
            let on = record.fields.get(3).map_or("", |on| on.trim());
            entry.value_date = yy_mm_dd(on);
            if entry.value_date.is_none() && !on.is_empty() {
                problems.refuse(record.line, "transaction, value date", on, "is no day written as year, month, day");
            }
        }
        let at = |at: usize| record.fields.get(at).map_or("", |field| field.trim()).to_string();
        let first = if ["S", "V", "D"].contains(&funds) { 3 + brought } else { 3 };
        (entry.bank_reference, entry.reference) = (at(first), at(first + 1));
        if entry.reference.is_empty() || entry.reference == "0" {
            entry.reference.clone_from(&entry.bank_reference);
        }
        entry.text = record.text.join(" ");
        // Banks put what they know of the other side into the text as a word and a colon.
        for line in &record.text {
            if let Some((name, value)) = line.split_once(':').filter(|(name, _)| {
                (2..=4).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            }) {
                entry.fields.push((name.into(), value.trim().into()));
            }
        }
        let named = if entry.amount.is_some_and(|amount| amount.minor < 0) { ["CRNM", "BO"] } else { ["DBNM", "FR"] };
        let of = |name: &str| entry.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        entry.counterparty = named.iter().find_map(|name| of(name)).unwrap_or_default();
        entry.fields.extend(
            record.fields.iter().skip(2).filter(|field| !field.trim().is_empty()).map(|field| ("field".into(), field.trim().into())),
        );
        statement.entries.push(entry);
    }
}

/// The currency a header names.
fn currency(record: &Record<'_>, problems: &mut FileProblems) -> Option<CurrencyCode> {
    let code = record.get("currency");
    let currency = CurrencyCode::parse(code);
    if currency.is_none() && !code.is_empty() {
        problems.refuse(record.line, format!("{}, currency", record.name()), code, "is no currency of ISO 4217");
    }
    currency
}

fn day(record: &Record<'_>, name: &str, problems: &mut FileProblems) -> Option<Date> {
    let text = record.get(name);
    let day = yy_mm_dd(text);
    if day.is_none() {
        problems.refuse(record.line, format!("{}, {name}", record.name()), text, "is no day written as year, month, day");
    }
    day
}

fn minor(record: &Record<'_>, text: &str, currency: CurrencyCode, problems: &mut FileProblems) -> Option<Amount> {
    if text.is_empty() {
        // Nothing stands for no amount.
        return None;
    }
    match Amount::of_minor(text, currency) {
        Ok(amount) => Some(amount),
        Err(error) => {
            problems.refuse(record.line, format!("{}, amount", record.name()), text, error.to_string());
            None
        }
    }
}

/// The control total a trailer tells.
fn told(record: &Record<'_>) -> Option<i128> {
    let text = record.get("control total");
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// Holds what a trailer says against what was read.
fn prove(record: &Record<'_>, sum: i128, counts: &[(&str, usize)], problems: &mut FileProblems) {
    let text = record.get("control total");
    match told(record) {
        _ if text.is_empty() => {
            problems.note(record.line, format!("{}, control total", record.name()), "", "is empty: nothing could be proved by it")
        }
        Some(told) if told == sum => {}
        _ => {
            problems.refuse(record.line, format!("{}, control total", record.name()), text, format!("is not the sum of the amounts: {sum}"))
        }
    }
    for (name, count) in counts {
        let text = record.get(name);
        if text.is_empty() {
            problems.note(record.line, format!("{}, {name}", record.name()), "", "is empty: nothing could be proved by it");
        } else if text.parse::<usize>() != Ok(*count) {
            problems.refuse(record.line, format!("{}, {name}", record.name()), text, format!("is not their number: {count}"));
        }
    }
}
