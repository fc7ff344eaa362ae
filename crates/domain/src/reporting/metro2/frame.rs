//! The records of a Metro 2 file: of characters or packed, of fixed or of variable length, in blocks or not, on lines or in one piece.
//!
//! A record begins with its length, a block with its own before that. Both are read as they stand; a length that leads out of the
//! file ends the reading there.

use super::layout::{BASE, CHARACTERS, HEADER, PACKED, TRAILER, packed_width};
use crate::values::file_problem::FileProblems;
use crate::values::fixed::{Kind, Layout};

/// One record: where it begins, whether it is packed, and its bytes with the length in front.
#[derive(Debug)]
pub(super) struct Record {
    /// Which record it is, counted from 1.
    pub number: usize,
    pub is_packed: bool,
    pub bytes: Vec<u8>,
}

/// What was found of the file as a whole.
#[derive(Debug, Default)]
pub(super) struct Frame {
    pub records: Vec<Record>,
    /// Blocks, where records stand in blocks; otherwise as many as records.
    pub blocks: usize,
    pub is_packed: bool,
    pub is_blocked: bool,
}

/// A length in front of a record or block: four digits, or two bytes and two zeros.
fn length(bytes: &[u8]) -> Option<(usize, bool)> {
    let four: [u8; 4] = bytes.get(..4)?.try_into().ok()?;
    if four.iter().all(u8::is_ascii_digit) {
        return Some((four.iter().fold(0, |length, digit| length * 10 + usize::from(digit - b'0')), false));
    }
    (four[2] == 0 && four[3] == 0).then(|| (usize::from(u16::from_be_bytes([four[0], four[1]])), true))
}

/// Takes a file apart. The error says what it is instead.
pub(super) fn records(bytes: &[u8], problems: &mut FileProblems) -> Result<Frame, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let begins = |at: usize, word: &[u8]| bytes.get(at..at + word.len()) == Some(word);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err("is empty".into());
    }
    let is_text = length(bytes).is_some_and(|(_, is_packed)| !is_packed);
    let joined: Vec<u8>;
    let stream = if is_text && bytes.contains(&b'\n') {
        joined = unwrapped(bytes);
        joined.as_slice()
    } else {
        bytes
    };
    let head = stream.get(..14).unwrap_or(stream);
    let has_header = |at: usize| head.get(at..).is_some_and(|head| head.starts_with(b"HEADER")) && length(stream).is_some();
    let is_blocked = has_header(8);
    if !is_blocked && !has_header(4) {
        let shown: String =
            bytes.iter().take(30).map(|byte| if byte.is_ascii_graphic() || *byte == b' ' { *byte as char } else { '.' }).collect();
        let what = match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'{' | b'[') => "is JSON, no Metro 2 file",
            _ if begins(0, b"101 ") => "is a NACHA file: read it with duly ach read",
            _ => "is no Metro 2 file",
        };
        return Err(format!("{what}: it begins {shown:?}, where a length and HEADER stand"));
    }
    let mut frame = Frame { is_blocked, is_packed: length(stream).is_some_and(|(_, is_packed)| is_packed), ..Frame::default() };
    let mut at = 0;
    let mut block_end = 0;
    while at < stream.len() {
        let left = &stream[at..];
        if left.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0 || *byte == 0x1a) {
            break;
        }
        let number = frame.records.len() + 1;
        let mut broken = |says: String| problems.refuse(number, "the record", "", format!("{says}: the rest of the file was not read"));
        if is_blocked && at >= block_end {
            let is_bare = left.get(4..).is_some_and(|rest| rest.starts_with(b"TRAILER"));
            match length(left) {
                // A trailer may stand alone behind the blocks.
                Some((own, _)) if is_bare => {
                    block_end = at + own;
                    frame.blocks += 1;
                }
                Some((own, _)) if own > 4 && own <= left.len() => {
                    block_end = at + own;
                    frame.blocks += 1;
                    at += 4;
                    continue;
                }
                Some((own, _)) => {
                    broken(format!("stands in a block whose length ({own}) leads out of the file"));
                    break;
                }
                None => {
                    broken("has no length of a block in front of it".into());
                    break;
                }
            }
        }
        match length(left) {
            Some((own, is_packed)) if own > 4 && own <= left.len() => {
                let smallest = if is_packed { PACKED } else { CHARACTERS };
                if own < smallest {
                    problems.refuse(number, "the record", &own.to_string(), format!("bytes are fewer than a record has ({smallest})"));
                }
                frame.records.push(Record { number, is_packed, bytes: left[..own].to_vec() });
                at += own;
                if is_blocked && at > block_end {
                    problems.refuse(number, "the record", "", "is longer than its block");
                    block_end = at;
                }
            }
            Some((own, _)) => {
                broken(format!("has a length ({own}) that leads out of the file"));
                break;
            }
            None => {
                broken("has no length in front of it".into());
                break;
            }
        }
    }
    if !is_blocked {
        frame.blocks = frame.records.len();
    }
    Ok(frame)
}

/// Text on lines as one piece. Where each line is a record, one cut at its last letter gets its blanks back.
fn unwrapped(bytes: &[u8]) -> Vec<u8> {
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect();
    let is_record = |line: &&[u8]| length(line).is_some_and(|(own, is_packed)| !is_packed && line.len() >= 40 && line.len() <= own);
    let mut joined = Vec::with_capacity(bytes.len());
    let is_on_lines = lines.iter().filter(|line| !line.is_empty()).all(is_record);
    for line in lines {
        joined.extend_from_slice(line);
        if let Some((own, _)) = length(line).filter(|_| is_on_lines) {
            joined.resize(joined.len() + own - line.len(), b' ');
        }
    }
    joined
}

impl Record {
    /// The record as characters of the width that its table has, its length first; a packed one is unpacked.
    pub(super) fn characters(&self, layout: &'static Layout, problems: &mut FileProblems) -> Vec<char> {
        if !self.is_packed {
            return self.bytes.iter().take(layout.width()).map(|byte| *byte as char).collect();
        }
        let mut own = Vec::with_capacity(layout.width());
        let mut at = 0;
        let is_binary = self.is_binary(layout);
        for (number, field) in layout.fields.iter().enumerate() {
            let width = packed_width(layout, number);
            let bytes = self.bytes.get(at..at + width).unwrap_or_default();
            at += width;
            let is_short = width != field.width && !matches!(field.kind, Kind::Reserved);
            let text: String = match number {
                0 => format!("{:04}", self.bytes.len().min(9999)),
                _ if is_short => unpacked(bytes, is_binary, field.width).unwrap_or_else(|| {
                    problems.refuse(self.number, format!("{}, {}", layout.name, field.name), "", "is no packed number");
                    String::new()
                }),
                _ if matches!(field.kind, Kind::Reserved) => String::new(),
                _ => bytes.iter().map(|byte| *byte as char).collect(),
            };
            let before = own.len();
            own.extend(text.chars().take(field.width));
            own.resize(before + field.width, ' ');
        }
        own
    }

    /// Whether packed fields are binary numbers, as some programs write them, and not decimal digits in half bytes.
    ///
    /// Decimal fields end with a sign in their last half byte; binary days end with the letter `s`. A zero has no sign in binary.
    fn is_binary(&self, layout: &Layout) -> bool {
        let mut at = 0;
        let (mut signed, mut others) = (0usize, 0usize);
        for (number, field) in layout.fields.iter().enumerate() {
            let width = packed_width(layout, number);
            let bytes = self.bytes.get(at..at + width).unwrap_or_default();
            at += width;
            if width == field.width || matches!(field.kind, Kind::Reserved) {
                continue;
            }
            if decimal(bytes).is_some() { signed += 1 } else { others += 1 }
        }
        others > signed
    }
}

/// Decimal digits in half bytes, the last of which is the sign.
fn decimal(bytes: &[u8]) -> Option<String> {
    let halves: Vec<u8> = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).collect();
    let (sign, digits) = halves.split_last()?;
    let is_whole = matches!(sign, 0xa | 0xc | 0xe | 0xf) && digits.iter().all(|digit| *digit < 10);
    is_whole.then(|| digits.iter().map(|digit| (b'0' + digit) as char).collect())
}

/// A packed field as digits of its unpacked width.
fn unpacked(bytes: &[u8], is_binary: bool, width: usize) -> Option<String> {
    let digits = if is_binary {
        let bytes = bytes.strip_suffix(b"s").filter(|_| [8, 14].contains(&width)).unwrap_or(bytes);
        bytes.iter().try_fold(0u64, |sum, byte| sum.checked_mul(256)?.checked_add(u64::from(*byte)))?.to_string()
    } else if bytes.iter().all(|byte| *byte == b' ' || *byte == 0) {
        "0".into()
    } else {
        decimal(bytes)?
    };
    let digits = digits.trim_start_matches('0');
    (digits.len() <= width).then(|| format!("{digits:0>width$}"))
}

/// Which record it is, by what stands behind its length.
pub(super) fn layout_of(record: &Record) -> &'static Layout {
    match record.bytes.get(4..).unwrap_or_default() {
        rest if rest.starts_with(b"HEADER") => &HEADER,
        rest if rest.starts_with(b"TRAILER") => &TRAILER,
        _ => &BASE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_numbers_are_read_in_both_ways() {
        assert_eq!(unpacked(&[0x00, 0x00, 0x02, 0x43, 0x8c], false, 9).as_deref(), Some("000002438"));
        assert_eq!(unpacked(&[0x01, 0x12, 0x22, 0x01, 0x9c], false, 8).as_deref(), Some("11222019"));
        assert_eq!(unpacked(&[0x00, 0xab, 0x3c, 0x03, b's'], true, 8).as_deref(), Some("11222019"));
        assert_eq!(unpacked(&[0, 0, 0, 0x09, 0x86], true, 9).as_deref(), Some("000002438"));
        assert_eq!(unpacked(&[0; 5], false, 8).as_deref(), Some("00000000"));
        assert_eq!((unpacked(&[0xff; 5], false, 9), unpacked(&[0xff; 5], true, 9)), (None, None));
    }

    #[test]
    fn lengths_are_digits_or_two_bytes() {
        assert_eq!(
            (length(b"0426"), length(&[1, 0x6e, 0, 0]), length(b"04"), length(b"HEAD")),
            (Some((426, false)), Some((366, true)), None, None)
        );
    }
}
