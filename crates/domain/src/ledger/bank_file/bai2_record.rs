//! The records of BAI2, each with its continuations put to it, and the table of their fields.

use crate::values::file_problem::FileProblems;

/// A record: its code, its fields, and the physical lines it takes.
#[derive(Debug)]
pub(super) struct Record<'t> {
    pub line: usize,
    pub code: &'t str,
    /// The fields behind the code.
    pub fields: Vec<&'t str>,
    /// What stands behind the last field that the table names: the text of a transaction, in its lines.
    pub text: Vec<&'t str>,
    /// How many lines it takes.
    pub lines: usize,
}

/// What a record is called and what its fields are, behind the code.
pub(super) const RECORDS: [(&str, &str, &[&str]); 7] = [
    ("01", "file header", &["sender", "receiver", "created on", "created at", "file id", "record length", "block size", "version"]),
    ("02", "group header", &["receiver", "originator", "status", "as of", "as of time", "currency", "modifier"]),
    ("03", "account", &["account", "currency"]),
    ("16", "transaction", &["type", "amount", "funds type"]),
    ("49", "account trailer", &["control total", "records"]),
    ("98", "group trailer", &["control total", "accounts", "records"]),
    ("99", "file trailer", &["control total", "groups", "records"]),
];

impl<'t> Record<'t> {
    /// What it is called.
    pub(super) fn name(&self) -> &'static str {
        RECORDS.iter().find(|(code, _, _)| *code == self.code).map_or("record", |(_, name, _)| name)
    }

    /// A field by the name in the table; nothing where it is missing.
    pub(super) fn get(&self, name: &str) -> &'t str {
        let fields = RECORDS.iter().find(|(code, _, _)| *code == self.code).map_or(&[] as &[&str], |(_, _, fields)| fields);
        fields.iter().position(|known| *known == name).and_then(|at| self.fields.get(at)).map_or("", |field| field.trim())
    }
}

/// Takes a text apart into records.
pub(super) fn records<'t>(text: &'t str, problems: &mut FileProblems) -> Vec<Record<'t>> {
    let mut records: Vec<Record<'t>> = Vec::new();
    for (at, raw) in text.lines().enumerate() {
        let line = raw.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\u{1a}' || c == '\0');
        if line.is_empty() {
            continue;
        }
        let (code, rest) = match line.split_once(',') {
            Some((code, rest)) => (code.trim(), rest),
            None => (line.trim_end_matches('/'), ""),
        };
        if code == "88" {
            match records.last_mut() {
                Some(record) => carry_on(record, rest),
                None => problems.refuse(at + 1, "88 continuation", rest, "continues nothing"),
            }
            continue;
        }
        if !RECORDS.iter().any(|(known, _, _)| *known == code) {
            problems.refuse(at + 1, "the record", line, "is none of 01, 02, 03, 16, 49, 88, 98, 99");
            continue;
        }
        let mut record = Record { line: at + 1, code, fields: Vec::new(), text: Vec::new(), lines: 1 };
        // The text of a transaction holds commas and strokes; its fields are taken before it where they are read.
        if code == "16" {
            record.text.push(rest);
        } else {
            record.fields = parted(rest);
        }
        records.push(record);
    }
    records.iter_mut().filter(|record| record.code == "16").for_each(take_transaction);
    records
}

/// Adds a continuation to its record.
fn carry_on<'t>(record: &mut Record<'t>, rest: &'t str) {
    record.lines += 1;
    if record.code == "16" {
        record.text.push(rest);
    } else {
        record.fields.extend(parted(rest));
    }
}

/// Fields parted by commas, up to the stroke that ends a record.
fn parted(rest: &str) -> Vec<&str> {
    let rest = rest.trim_end();
    rest.strip_suffix('/').unwrap_or(rest).split(',').collect()
}

/// Takes the fields of a transaction from the front of its lines: type, amount, funds type with what it brings, two references.
/// The rest is text.
fn take_transaction(record: &mut Record<'_>) {
    let lines = std::mem::take(&mut record.text);
    let mut lines = lines.into_iter();
    let mut left = lines.next().unwrap_or_default();
    let (mut wanted, mut is_text) = (5, false);
    loop {
        while record.fields.len() < wanted {
            match left.split_once(',') {
                Some((field, rest)) => {
                    record.fields.push(field);
                    left = rest;
                }
                None => {
                    let last = left.strip_suffix('/').unwrap_or(left);
                    if !last.is_empty() || !left.is_empty() {
                        record.fields.push(last);
                    }
                    left = "";
                    break;
                }
            }
            wanted = 5 + brought_by(record);
        }
        is_text = is_text || record.fields.len() >= wanted;
        if is_text {
            let text = left.strip_suffix('/').unwrap_or(left).trim();
            if !text.is_empty() {
                record.text.push(text);
            }
        }
        match lines.next() {
            Some(next) => left = next,
            None => return,
        }
        // A line that ended with its record's references is followed by text.
        is_text = is_text || !left.contains(',');
    }
}

/// How many fields the funds type brings.
fn brought_by(record: &Record<'_>) -> usize {
    match record.fields.get(2).map(|field| field.trim()) {
        Some("S") => 3,
        Some("V") => 2,
        Some("D") => record.fields.get(3).and_then(|count| count.trim().parse::<usize>().ok()).map_or(1, |count| 1 + 2 * count.min(40)),
        _ => 0,
    }
}
