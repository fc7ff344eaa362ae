//! The records of a NACHA file, whichever way its lines end: with breaks, without any, cut at their last letter, filled with blanks.

use super::layout::WIDTH;
use crate::values::file_problem::FileProblems;

/// Records in a block.
pub(super) const BLOCK: usize = 10;

/// One record as it stands in the file.
pub(super) struct Record {
    pub line: usize,
    pub chars: Vec<char>,
}

/// Whether a record only fills a block.
pub(super) fn is_filler(record: &[char]) -> bool {
    record.len() >= BLOCK && record.iter().all(|character| *character == '9')
}

/// Takes a text apart. The error says what it is instead.
pub(super) fn records(text: &str, problems: &mut FileProblems) -> Result<Vec<Record>, String> {
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().map(str::trim_end).find(|line| !line.is_empty()).ok_or("is empty")?;
    if !first.starts_with(['1', '5', '6', '7', '8', '9']) || first.chars().count() < 40 {
        let shown: String = first.chars().take(40).filter(|c| !c.is_control()).collect();
        let what = if first.starts_with(['{', '[']) { "is JSON, no NACHA file" } else { "is no NACHA file" };
        return Err(format!("{what}: it begins {shown:?}, where a record of 94 characters beginning 101 stands"));
    }
    let mut records = Vec::new();
    let mut short = 0usize;
    for (at, line) in text.split('\n').enumerate() {
        let mut chars: Vec<char> = line.trim_end_matches(['\r', '\u{1a}']).chars().collect();
        while chars.len() > WIDTH && chars.last().is_some_and(|last| last.is_whitespace()) {
            chars.pop();
        }
        if chars.iter().all(|character| character.is_whitespace()) {
            continue;
        }
        let length = chars.len();
        if length > WIDTH && !length.is_multiple_of(WIDTH) {
            let says = format!("has {length} characters, which is no number of records of {WIDTH}");
            problems.refuse(at + 1, "the line", &chars.iter().take(20).collect::<String>(), says);
        }
        short += usize::from(length < WIDTH);
        if chars.contains(&'\u{fffd}') {
            problems.note(
                at + 1,
                "the line",
                &chars.iter().take(20).collect::<String>(),
                "holds bytes that are no text in the encoding of the file",
            );
        }
        records.extend(chars.chunks(WIDTH).map(|chars| Record { line: at + 1, chars: chars.to_vec() }));
    }
    if short > 0 {
        problems.note(
            0,
            "the file",
            &short.to_string(),
            format!("lines have less than {WIDTH} characters: what is missing was read as blanks"),
        );
    }
    Ok(records)
}
