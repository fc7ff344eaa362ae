//! Delimited text: records by a dialect, and the dialect guessed by which gives the most even rows.

use std::io::BufRead;

/// The delimiters looked for, the usual one first.
const DELIMITERS: [u8; 8] = [b',', b';', b'\t', b'|', b':', b'^', b'~', 0x1f];

/// Records looked at for a guess.
const GUESSED_BY: usize = 200;

/// Longer records come from a quote that is never closed.
const LONGEST_RECORD: usize = 16 << 20;

/// How cells are parted and quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub delimiter: u8,
    pub quotes: Quotes,
}

/// How a quote stands within a quoted cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    /// Doubled: `""`. A `\"` counts too where the text goes on behind it.
    Doubled,
    /// Behind a backslash, always.
    Backslash,
    /// Quotes are letters like others.
    None,
}

/// One record: its cells in one piece of text.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    /// Its number in the file, blank ones counted.
    pub number: u64,
    /// The line it starts on.
    pub line: u64,
    pub text: Vec<u8>,
    pub ends: Vec<usize>,
    /// Cells with text behind their closing quote.
    pub misquoted: Vec<usize>,
}

impl Record {
    pub(super) fn cells(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| std::str::from_utf8(&self.text[start..*end]).unwrap_or("\u{fffd}"))
    }

    pub(super) fn is_blank(&self) -> bool {
        self.ends.len() <= 1 && self.cells().all(|cell| cell.trim().is_empty())
    }

    fn close(&mut self) {
        self.ends.push(self.text.len());
    }

    fn cell_start(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }
}

enum At {
    Start,
    Plain,
    Quoted,
    /// Behind what may be the closing quote.
    Closing,
}

/// Reads records from text that is UTF-8.
pub(super) struct Records<R> {
    text: R,
    dialect: Dialect,
    number: u64,
    line: u64,
    /// The byte before was the carriage return that ended a line.
    after_return: bool,
}

impl<R: BufRead> Records<R> {
    pub(super) fn new(text: R, dialect: Dialect) -> Records<R> {
        Records { text, dialect, number: 0, line: 1, after_return: false }
    }

    fn peek(&mut self) -> Result<Option<u8>, String> {
        self.text.fill_buf().map(|ready| ready.first().copied()).map_err(super::packed::broken)
    }

    /// The next record, blank or not; `false` at the end.
    pub(super) fn read(&mut self, record: &mut Record) -> Result<bool, String> {
        record.text.clear();
        record.ends.clear();
        record.misquoted.clear();
        if std::mem::take(&mut self.after_return) && self.peek()? == Some(b'\n') {
            self.text.consume(1);
        }
        if self.peek()?.is_none() {
            return Ok(false);
        }
        self.number += 1;
        (record.number, record.line) = (self.number, self.line);
        let Dialect { delimiter, quotes } = self.dialect;
        let mut at = At::Start;
        // How many backslashes stand right before, within a quoted cell.
        let mut slashes = 0usize;
        let mut was_return = false;
        let mut blanks_behind = 0usize;
        while let Some(byte) = self.peek()? {
            self.text.consume(1);
            if record.text.len() > LONGEST_RECORD {
                let because = if matches!(at, At::Quoted) { "a quote is opened there and not closed" } else { "it is longer than 16 MB" };
                return Err(format!("has a row on line {} that does not end: {because}", record.line));
            }
            match at {
                At::Start | At::Plain | At::Closing if byte == delimiter => {
                    record.close();
                    at = At::Start;
                }
                At::Start | At::Plain | At::Closing if byte == b'\n' || byte == b'\r' => {
                    self.line += 1;
                    self.after_return = byte == b'\r';
                    record.close();
                    return Ok(true);
                }
                At::Start if byte == b'"' && quotes != Quotes::None => {
                    // Blanks before the quote stand outside the cell.
                    record.text.truncate(record.cell_start());
                    (at, slashes) = (At::Quoted, 0);
                }
                At::Start => {
                    record.text.push(byte);
                    if byte != b' ' {
                        at = At::Plain;
                    }
                }
                At::Plain => record.text.push(byte),
                At::Quoted if byte == b'"' && quotes == Quotes::Backslash && slashes % 2 == 1 => {
                    record.text.pop();
                    record.text.push(b'"');
                    slashes = 0;
                }
                At::Quoted if byte == b'"' => (at, blanks_behind) = (At::Closing, 0),
                At::Quoted => {
                    if byte == b'\r' || byte == b'\n' && !was_return {
                        self.line += 1;
                    }
                    was_return = byte == b'\r';
                    slashes = if byte == b'\\' { slashes + 1 } else { 0 };
                    record.text.push(byte);
                }
                At::Closing if byte == b'"' && blanks_behind == 0 => {
                    record.text.push(b'"');
                    (at, slashes) = (At::Quoted, 0);
                }
                At::Closing if slashes % 2 == 1 && blanks_behind == 0 => {
                    // The text goes on, so the quote was meant: \"
                    record.text.pop();
                    record.text.extend([b'"', byte]);
                    (at, slashes) = (At::Quoted, usize::from(byte == b'\\'));
                }
                At::Closing if byte == b' ' || byte == b'\t' => blanks_behind += 1,
                At::Closing => {
                    record.text.push(b'"');
                    record.text.extend(std::iter::repeat_n(b' ', blanks_behind));
                    record.text.push(byte);
                    record.misquoted.push(record.ends.len());
                    at = At::Plain;
                }
            }
        }
        if matches!(at, At::Quoted) {
            return Err(format!(
                "opens a quote on line {} that is not closed before the end: close it, or double quotes meant as text",
                record.line
            ));
        }
        record.close();
        Ok(true)
    }
}

/// The first records of a sample; the last may be cut off and is left out unless the sample is whole.
pub(super) fn first_records(sample: &str, is_whole: bool, dialect: Dialect) -> (Vec<Record>, bool) {
    let mut reader = Records::new(sample.as_bytes(), dialect);
    let (mut records, mut record, mut is_sound) = (Vec::new(), Record::default(), true);
    while records.len() < GUESSED_BY {
        match reader.read(&mut record) {
            Ok(true) => records.push(record.clone()),
            Ok(false) => {
                if !is_whole && records.len() > 1 {
                    records.pop();
                }
                break;
            }
            Err(_) => {
                // Cut off within quotes by the end of the sample: no fault of the dialect.
                is_sound = !is_whole && records.len() > 1;
                break;
            }
        }
    }
    (records, is_sound)
}

/// The dialect under which most rows have the same number of cells, more than one.
pub(super) fn guess(sample: &str, is_whole: bool, delimiter: Option<u8>) -> Dialect {
    if let Some(told) = told_by_excel(sample) {
        return Dialect { delimiter: delimiter.unwrap_or(told), quotes: Quotes::Doubled };
    }
    let delimiters: Vec<u8> = delimiter.map_or_else(|| DELIMITERS.to_vec(), |one| vec![one]);
    let ways: &[Quotes] = if sample.contains("\\\"") {
        &[Quotes::Doubled, Quotes::Backslash, Quotes::None]
    } else if sample.contains('"') {
        &[Quotes::Doubled, Quotes::None]
    } else {
        &[Quotes::Doubled]
    };
    let mut best = (0, Dialect { delimiter: delimiters[0], quotes: Quotes::Doubled });
    for quotes in ways {
        for (place, delimiter) in delimiters.iter().enumerate() {
            let dialect = Dialect { delimiter: *delimiter, quotes: *quotes };
            let score = evenness(sample, is_whole, dialect);
            // Times and names of namespaces hold colons: they part cells only where nothing else does.
            let score = if *delimiter == b':' { score / 4 } else { score };
            // The usual ways come first and keep an even score.
            let score = score.saturating_sub(place as u64 * 2 + if *quotes == Quotes::Doubled { 0 } else { 130 });
            if score > best.0 {
                best = (score, dialect);
            }
        }
    }
    best.1
}

/// How even the rows are, from 0; about 1000 for a table without a fault.
fn evenness(sample: &str, is_whole: bool, dialect: Dialect) -> u64 {
    let (records, is_sound) = first_records(sample, is_whole, dialect);
    let widths: Vec<usize> = records.iter().filter(|record| !record.is_blank()).map(|record| record.ends.len()).collect();
    let Some((width, count)) = most_common(widths.iter().copied()) else { return 0 };
    if width < 2 {
        return 0;
    }
    let share = count as u64 * 1000 / widths.len() as u64;
    let faults = records.iter().map(|record| record.misquoted.len() as u64).sum::<u64>();
    let more = (width as u64).min(12) * 10;
    (share + more).saturating_sub(faults * 100).saturating_sub(if is_sound { 0 } else { 300 })
}

/// The most frequent value; the largest of those that are equally frequent.
pub(super) fn most_common(values: impl Iterator<Item = usize>) -> Option<(usize, usize)> {
    let mut counts: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(value, count)| (*count, *value))
}

/// `sep=;` in the first line, which is no row.
pub(super) fn told_by_excel(sample: &str) -> Option<u8> {
    let line = sample.lines().next()?;
    let line = line.trim_matches('"');
    match line.get(..4)?.eq_ignore_ascii_case("sep=").then(|| &line.as_bytes()[4..])? {
        [delimiter] if delimiter.is_ascii() => Some(*delimiter),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str, dialect: Dialect) -> Vec<(u64, u64, Vec<String>)> {
        let mut records = Records::new(text.as_bytes(), dialect);
        let (mut out, mut record) = (Vec::new(), Record::default());
        while records.read(&mut record).unwrap() {
            out.push((record.number, record.line, record.cells().map(String::from).collect()));
        }
        out
    }

    #[test]
    fn records_keep_their_numbers_whatever_ends_their_lines() {
        let dialect = Dialect { delimiter: b',', quotes: Quotes::Doubled };
        let row = |number, line, cells: &[&str]| (number, line, cells.iter().map(|cell| cell.to_string()).collect::<Vec<_>>());
        for text in ["a,b\n\n1,\"x\ny\"\n2,z\n", "a,b\r\n\r\n1,\"x\ny\"\r\n2,z", "a,b\r\r1,\"x\ny\"\r2,z\r"] {
            let rows = read_all(text, dialect);
            assert_eq!(rows, [row(1, 1, &["a", "b"]), row(2, 2, &[""]), row(3, 3, &["1", "x\ny"]), row(4, 5, &["2", "z"])], "{text:?}");
        }
    }

    #[test]
    fn quotes_are_read_in_every_dress() {
        let doubled = Dialect { delimiter: b',', quotes: Quotes::Doubled };
        for (text, cells) in [
            ("\"a\"\"b\",c", vec!["a\"b", "c"]),
            (r#""say \"yes\" now",c"#, vec!["say \"yes\" now", "c"]),
            (r#""C:\dir\",c"#, vec![r"C:\dir\", "c"]),
            ("a, \"b,c\" ,d", vec!["a", "b,c", "d"]),
            ("5\" pipe,b", vec!["5\" pipe", "b"]),
            ("\"a\"b,c", vec!["a\"b", "c"]),
            ("\"\",", vec!["", ""]),
        ] {
            assert_eq!(read_all(text, doubled)[0].2, cells, "{text}");
        }
        let backslash = Dialect { delimiter: b',', quotes: Quotes::Backslash };
        assert_eq!(read_all(r#""say \"yes\", now",c"#, backslash)[0].2, ["say \"yes\", now", "c"]);
        let error = Records::new("a,b\nc,\"d\n".as_bytes(), doubled);
        let (mut error, mut record) = (error, Record::default());
        assert!(error.read(&mut record).unwrap());
        assert!(error.read(&mut record).unwrap_err().contains("on line 2"));
    }

    #[test]
    fn dialects_are_guessed_by_even_rows() {
        for (text, delimiter, quotes) in [
            ("a,b,c\n1,2,3\n", b',', Quotes::Doubled),
            ("Name;Amount\nA;1,50\nB;2,00\n", b';', Quotes::Doubled),
            ("a\tb\n1,5\t2\n", b'\t', Quotes::Doubled),
            ("\"x,y,z\"|b\n\"1,2\"|3\n", b'|', Quotes::Doubled),
            ("name:age\nann:31\nbob:42\n", b':', Quotes::Doubled),
            ("day,time\n1,10:30\n2,11:45\n", b',', Quotes::Doubled),
            ("sep=|\na|b\n1,2|3,4\n", b'|', Quotes::Doubled),
            ("alone\nx\ny\n", b',', Quotes::Doubled),
            ("a^b\n1^2,5\n", b'^', Quotes::Doubled),
            ("a~b\n1~2\n", b'~', Quotes::Doubled),
            ("a\u{1f}b\n1\u{1f}2\n", 0x1f, Quotes::Doubled),
            ("id|text\n1|\"inch\n2|x\n3|y\n", b'|', Quotes::None),
            ("a,b\n\"say \\\"yes\\\", now\",2\n\"\\\"so\\\", he said\",3\n", b',', Quotes::Backslash),
        ] {
            assert_eq!(guess(text, true, None), Dialect { delimiter, quotes }, "{text}");
        }
    }
}
