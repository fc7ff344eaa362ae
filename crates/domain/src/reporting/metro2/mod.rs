//! Metro 2: the files in which accounts are reported to the bureaus that keep credit reports.
//!
//! A file is a header, a base for each account with the segments that go with it, and a trailer that counts all of them. Amounts
//! are whole dollars. What the trailer says is held against what was read.
//!
//! Read [`read`] first; [`layout`] has the tables, [`write`](mod@write) puts a file together. Always true: a file of any bytes is read or
//! refused, and each refusal says why; what is written is read again without a problem.

mod frame;
pub mod layout;
pub mod write;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;

use crate::values::file_problem::{FileProblem, FileProblems};
use crate::values::fixed::Values;
use layout::{BASE, HEADER, SEGMENTS, TRAILER};

/// What was read of a file.
#[derive(Clone, Debug)]
pub struct Metro2File {
    /// Whether numbers are packed.
    pub is_packed: bool,
    /// Whether records stand in blocks.
    pub is_blocked: bool,
    /// The header.
    pub header: Option<Values>,
    /// The accounts in their order.
    pub accounts: Vec<ReportedAccount>,
    /// The trailer.
    pub trailer: Option<Values>,
    /// Everything wrong or odd; its lines are records, counted from 1.
    pub problems: Vec<FileProblem>,
}

/// One account as it is reported.
#[derive(Clone, Debug)]
pub struct ReportedAccount {
    /// Its record, counted from 1.
    pub record: usize,
    /// The base.
    pub base: Values,
    /// What goes with it, in the order of the file.
    pub segments: Vec<Values>,
}

impl Metro2File {
    /// Whether something of the file cannot be used as it stands.
    pub fn refuses(&self) -> bool {
        self.problems.iter().any(|problem| problem.refuses)
    }

    /// The sum of an amount over all accounts, in cents.
    pub fn sum_minor(&self, name: &str) -> i64 {
        self.accounts.iter().filter_map(|account| account.minor(name)).fold(0, i64::saturating_add)
    }
}

impl ReportedAccount {
    /// An amount of the base in cents: the file has whole dollars.
    pub fn minor(&self, name: &str) -> Option<i64> {
        if self.base.text(name).is_empty() { None } else { self.base.number(name)?.checked_mul(100) }
    }
}

/// Reads a file. The error says what the bytes are instead.
pub fn read(bytes: &[u8]) -> Result<Metro2File, String> {
    let mut problems = FileProblems::default();
    let frame = frame::records(bytes, &mut problems)?;
    let mut file = Metro2File {
        is_packed: frame.is_packed,
        is_blocked: frame.is_blocked,
        header: None,
        accounts: Vec::new(),
        trailer: None,
        problems: Vec::new(),
    };
    for record in &frame.records {
        let layout = frame::layout_of(record);
        let values = layout.read(record.number, &record.characters(layout, &mut problems), &mut problems);
        if file.trailer.is_some() {
            problems.refuse(record.number, layout.name, "", "stands behind the trailer");
        }
        if layout.name == HEADER.name {
            if record.number > 1 {
                problems.refuse(record.number, layout.name, "", "does not stand at the start of the file");
            }
            file.header.get_or_insert(values);
        } else if layout.name == TRAILER.name {
            file.trailer.get_or_insert(values);
        } else {
            prove_base(record.number, &values, &mut problems);
            let own = if record.is_packed { layout::PACKED } else { layout::CHARACTERS };
            let segments = segments(record.number, record.bytes.get(own..).unwrap_or_default(), &mut problems);
            file.accounts.push(ReportedAccount { record: record.number, base: values, segments });
        }
    }
    match &file.trailer {
        Some(trailer) => prove_trailer(frame.records.len(), frame.blocks, trailer, &file.accounts, &mut problems),
        None => problems.refuse(0, "the file", "", "has no trailer: it is not whole"),
    }
    file.problems = problems.in_order();
    Ok(file)
}

/// What stands behind a base: segments by their names, then blanks.
fn segments(record: usize, bytes: &[u8], problems: &mut FileProblems) -> Vec<Values> {
    let chars: Vec<char> = bytes.iter().map(|byte| *byte as char).collect();
    let mut segments = Vec::new();
    let mut left = chars.as_slice();
    while !left.iter().all(|character| character.is_whitespace() || *character == '\0') {
        let name: String = left.iter().take(2).collect();
        let Some(layout) = SEGMENTS.iter().find(|layout| layout.name == name) else {
            let shown: String = left.iter().take(20).filter(|character| !character.is_control()).collect();
            problems.refuse(
                record,
                "the segment",
                &shown,
                "is none of J1, J2, K1, K2, K3, K4, L1, N1: the rest of the record was not read",
            );
            break;
        };
        let width = layout.width();
        if left.len() < width {
            problems.refuse(record, name, &left.len().to_string(), format!("characters are fewer than the segment has ({width})"));
            break;
        }
        let (own, rest) = left.split_at(width);
        segments.push(layout.read(record, own, problems));
        left = rest;
    }
    segments
}

/// What a base must have beyond the form of its fields.
fn prove_base(record: usize, base: &Values, problems: &mut FileProblems) {
    for name in ["identification number", "account number", "portfolio type", "account type", "account status", "surname", "ecoa"] {
        if base.text(name).is_empty() {
            problems.refuse(record, format!("{}, {name}", BASE.name), "", "is blank, and must not be");
        }
    }
    for name in ["opened on", "account information on"] {
        if base.day(name).is_none() && base.text(name).bytes().all(|byte| byte == b'0') {
            problems.refuse(record, format!("{}, {name}", BASE.name), base.text(name), "is no day, and must be one");
        }
    }
    let history = base.text("payment history");
    if let Some(odd) = history.chars().find(|month| !"0123456BDEGHJKLZ ".contains(*month)) {
        problems.refuse(record, format!("{}, payment history", BASE.name), history, format!("holds {odd:?}, which is no state of a month"));
    }
}

/// What the fields of a trailer count in a file: the field's name with its number, for those that count something.
fn counted(blocks: usize, accounts: &[ReportedAccount]) -> Vec<(&'static str, usize)> {
    let has = |values: &&Values, name: &str| values.number(name).is_some_and(|number| number > 0) || values.day(name).is_some();
    let bases: Vec<&Values> = accounts.iter().map(|account| &account.base).collect();
    let of = |name: &str| -> Vec<&Values> {
        accounts.iter().flat_map(|account| &account.segments).filter(|values| values.layout().name == name).collect()
    };
    let (first, second) = (of("J1"), of("J2"));
    let everybody: Vec<&Values> = bases.iter().chain(&first).chain(&second).copied().collect();
    let mut counts = Vec::with_capacity(TRAILER.fields.len());
    for field in TRAILER.fields {
        let counted = match field.name {
            "base records" => bases.len(),
            "blocks" => blocks,
            "ecoa Z" => everybody.iter().filter(|values| values.text("ecoa") == "Z").count(),
            name => {
                let words: Vec<&str> = name.split(' ').collect();
                let (what, whose) = name.split_once(", ").unwrap_or((name, ""));
                let people = match whose {
                    "base" => &bases,
                    "J1" => &first,
                    "J2" => &second,
                    _ => &everybody,
                };
                let count = |field: &str| people.iter().filter(|values| has(values, field)).count();
                match (what, words.as_slice()) {
                    (_, ["status", status]) => bases.iter().filter(|base| base.text("account status") == *status).count(),
                    (_, [segment, "segments"]) => of(segment).len(),
                    ("social security numbers", _) => count("social security number"),
                    ("dates of birth", _) => count("born on"),
                    ("telephone numbers", _) => count("telephone"),
                    _ => continue,
                }
            }
        };
        counts.push((field.name, counted));
    }
    counts
}

/// Holds what the trailer counts against what was read.
fn prove_trailer(record: usize, blocks: usize, trailer: &Values, accounts: &[ReportedAccount], problems: &mut FileProblems) {
    for (name, counted) in counted(blocks, accounts) {
        let told = trailer.number(name);
        if !trailer.text(name).is_empty() && told.and_then(|told| usize::try_from(told).ok()) != Some(counted) {
            problems.refuse(record, format!("trailer, {name}"), trailer.text(name), format!("is not what was read: {counted}"));
        }
    }
}
