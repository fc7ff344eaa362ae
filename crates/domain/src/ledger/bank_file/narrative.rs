//! The text of an entry, `:86:`: free, or in one of the two structures that banks agreed on.
//!
//! German banks part fields by a sign and two digits (`?20EREF+…?32NAME`), others write words between strokes (`/EREF/…/NAME/…`).
//! Both may be wrapped anywhere, a word of the structure not excepted, so lines are put together without a blank before they are read.

use super::{Entry, join};
use crate::values::file_problem::FileProblems;

/// Words between strokes.
const WORDS: [&str; 44] = [
    "TRTP", "TRCD", "IBAN", "BIC", "NAME", "REMI", "EREF", "CNTP", "MARF", "CSID", "PURP", "ORDP", "BENM", "ADDR", "ISDT", "KREF", "PREF",
    "RREF", "RTRN", "ULTD", "ULTC", "ULTB", "SVCL", "IREF", "OCMT", "EXCH", "CHGS", "BUSP", "NRTX", "SUM", "ACCW", "MREF", "CRED", "DEBT",
    "COAM", "OAMT", "SVWZ", "ABWA", "ABWE", "ID", "SCOR", "BUSI", "ORCR", "INST",
];

/// Words before a plus sign, in the purpose of a German structure.
const MARKS: [&str; 12] = ["EREF", "KREF", "MREF", "BREF", "RREF", "CRED", "DEBT", "COAM", "OAMT", "SVWZ", "ABWA", "ABWE"];

/// What was read of a text.
#[derive(Default)]
pub(super) struct Narrative {
    text: String,
    fields: Vec<(String, String)>,
}

/// Reads a text.
pub(super) fn read(line: usize, lines: &[&str], problems: &mut FileProblems) -> Narrative {
    let whole: String = lines.iter().map(|line| line.trim_end_matches('\r')).collect();
    if let Some((code, mark, rest)) = german(whole.trim_start()) {
        return by_sign(line, code, mark, rest, problems);
    }
    if let Some(fields) = by_strokes(&whole) {
        let text = ["REMI", "SVWZ"].iter().find_map(|word| find(&fields, word));
        return Narrative {
            text: text
                .map_or_else(|| whole.trim().to_string(), |text| text.trim_start_matches("USTD").trim_matches('/').trim().to_string()),
            fields,
        };
    }
    let mut text = String::new();
    lines.iter().for_each(|line| join(&mut text, line));
    Narrative { text, fields: Vec::new() }
}

/// The code of the transaction, the sign, and the text from the first sign on.
fn german(text: &str) -> Option<(&str, char, &str)> {
    let digits = text.bytes().take(3).take_while(u8::is_ascii_digit).count();
    let (code, rest) = text.split_at(if digits == 3 { 3 } else { 0 });
    let mark = rest.chars().next().filter(|mark| "?<>~^*|@!§#".contains(*mark))?;
    let number = rest[mark.len_utf8()..].get(..2)?;
    number.bytes().all(|byte| byte.is_ascii_digit()).then_some((code, mark, rest))
}

fn by_sign(line: usize, code: &str, mark: char, rest: &str, problems: &mut FileProblems) -> Narrative {
    let mut narrative = Narrative::default();
    if !code.is_empty() {
        narrative.fields.push(("code".into(), code.into()));
    }
    let mut purpose = String::new();
    let mut left = rest;
    while let Some(after) = left.strip_prefix(mark) {
        // The field ends where the sign is followed by two digits again.
        let end = after.match_indices(mark).find(|(at, _)| starts_field(&after[at + mark.len_utf8()..])).map_or(after.len(), |(at, _)| at);
        let (field, next) = after.split_at(end);
        left = next;
        let Some((number, value)) = field.split_at_checked(2) else { continue };
        match number {
            "20" | "21" | "22" | "23" | "24" | "25" | "26" | "27" | "28" | "29" | "60" | "61" | "62" | "63" => purpose.push_str(value),
            "00" | "10" | "30" | "31" | "32" | "33" | "34" | "35" | "36" | "38" | "70" | "71" => {}
            _ => problems.note(
                line,
                format!(":86: {mark}{number}"),
                value,
                "is no field of the structure; it stands among the fields of the entry",
            ),
        }
        narrative.fields.push((format!("?{number}"), value.to_string()));
    }
    narrative.fields.extend(marked(&purpose));
    narrative.text = purpose.trim().to_string();
    narrative
}

fn starts_field(text: &str) -> bool {
    text.get(..2).is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What stands behind `EREF+` and its like.
fn marked(purpose: &str) -> Vec<(String, String)> {
    let mut places: Vec<(usize, &str)> = MARKS
        .iter()
        .flat_map(|mark| {
            purpose
                .match_indices(mark)
                .filter(|(at, _)| purpose[at + mark.len()..].starts_with('+'))
                .map(|(at, _)| (at, *mark))
                .collect::<Vec<_>>()
        })
        .collect();
    places.sort_unstable();
    let ends = places.iter().skip(1).map(|(at, _)| *at).chain([purpose.len()]);
    places.iter().zip(ends).map(|((at, mark), end)| ((*mark).to_string(), purpose[at + mark.len() + 1..end].trim().to_string())).collect()
}

/// What stands behind words between strokes, or nothing where the text does not begin with one.
fn by_strokes(text: &str) -> Option<Vec<(String, String)>> {
    let trimmed = text.trim_start();
    let word_at = |text: &str| -> Option<&'static str> {
        let rest = text.strip_prefix('/')?;
        WORDS.iter().find(|word| rest.strip_prefix(**word).is_some_and(|rest| rest.starts_with('/'))).copied()
    };
    let mut word = word_at(trimmed)?;
    let mut left = &trimmed[word.len() + 2..];
    let mut fields = Vec::new();
    loop {
        let next = left.match_indices('/').find_map(|(at, _)| Some((at, word_at(&left[at..])?)));
        let end = next.map_or(left.len(), |(at, _)| at);
        fields.push((word.to_string(), left[..end].trim_end_matches('/').trim().to_string()));
        let Some((at, found)) = next else { return Some(fields) };
        (word, left) = (found, &left[at + found.len() + 2..]);
    }
}

fn find<'f>(fields: &'f [(String, String)], name: &str) -> Option<&'f str> {
    fields.iter().find(|(known, text)| known == name && !text.is_empty()).map(|(_, text)| text.as_str())
}

impl Narrative {
    /// Adds another text of the same entry.
    pub(super) fn append(&mut self, more: Narrative) {
        join(&mut self.text, &more.text);
        self.fields.extend(more.fields);
    }

    /// Puts what was read into its entry.
    pub(super) fn tell(self, entry: &mut Entry) {
        let get = |names: &[&str]| names.iter().find_map(|name| find(&self.fields, name)).map(String::from);
        if let Some(reference) = get(&["EREF", "KREF", "SCOR"]).filter(|text| !text.starts_with("NOTPROVIDED")) {
            entry.reference = reference;
        }
        // The counterparty may be one field: account/bank/name/place.
        let parts: Vec<String> =
            get(&["CNTP"]).map(|text| text.split('/').map(|part| part.trim().to_string()).collect()).unwrap_or_default();
        let part = |at: usize| parts.get(at).filter(|part| !part.is_empty()).cloned();
        let name = match (find(&self.fields, "?32"), find(&self.fields, "?33")) {
            (Some(first), second) => Some(format!("{first}{}", second.unwrap_or_default()).trim().to_string()),
            _ => get(&["NAME"]).or_else(|| part(2)),
        };
        entry.counterparty = name.unwrap_or_else(|| std::mem::take(&mut entry.counterparty));
        if let Some(account) = get(&["?31", "IBAN"]).or_else(|| part(0)) {
            entry.counterparty_account = account;
        }
        if let Some(reason) = get(&["RTRN", "?34"]).filter(|_| find(&self.fields, "RTRN").is_some()) {
            entry.return_reason = reason;
        }
        join(&mut entry.text, &self.text);
        entry.fields.extend(self.fields);
    }
}
