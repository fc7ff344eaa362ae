//! A file as rows of cells: packed or not, with or without a byte-order mark, by whichever delimiter its head uses.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// The delimiters looked for in the head, the usual one first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A file being read row by row.
pub struct Source {
    reader: csv::Reader<Box<dyn BufRead + Send>>,
    heads: Vec<String>,
    row: csv::ByteRecord,
    number: u64,
}

/// One row: its number in the file (the head is row 1) and its cells.
#[derive(Clone, Debug)]
pub struct SourceRow {
    /// Its number, as a spreadsheet shows it.
    pub number: u64,
    record: csv::ByteRecord,
}

impl SourceRow {
    /// A cell's text; empty beyond the last. `None` if it is no UTF-8.
    pub fn cell(&self, at: usize) -> Option<&str> {
        std::str::from_utf8(self.record.get(at).unwrap_or_default()).ok()
    }

    /// How many cells there are.
    pub fn len(&self) -> usize {
        self.record.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.record.is_empty()
    }

    /// Every cell as it stands.
    pub fn cells(&self) -> impl Iterator<Item = &[u8]> {
        self.record.iter()
    }
}

impl Source {
    /// Opens a file and reads its head.
    pub fn open(path: &Path) -> Result<Source, String> {
        let shown = path.display();
        let unreadable = |error: std::io::Error| format!("{shown} cannot be read: {error}");
        let file = BufReader::with_capacity(1 << 20, File::open(path).map_err(unreadable)?);
        let mut bytes: Box<dyn BufRead + Send> = match path.extension().and_then(|ext| ext.to_str()) {
            Some("gz") => Box::new(BufReader::with_capacity(1 << 20, flate2::read::MultiGzDecoder::new(file))),
            Some("zst") => {
                let decoder =
                    ruzstd::decoding::StreamingDecoder::new(file).map_err(|error| format!("{shown} is not zstandard: {error}"))?;
                Box::new(BufReader::with_capacity(1 << 20, decoder))
            }
            _ => Box::new(file),
        };
        let start = bytes.fill_buf().map_err(unreadable)?;
        if start.is_empty() {
            return Err(format!("{shown} is empty"));
        }
        if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
            return Err(format!("{shown} is UTF-16: save it as UTF-8"));
        }
        if start.starts_with(b"PK\x03\x04") || start.starts_with(b"\xd0\xcf\x11\xe0") {
            return Err(format!("{shown} is a spreadsheet: save it as CSV"));
        }
        let mark = if start.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let head_line = start[mark..].split(|byte| *byte == b'\n').next().unwrap_or_default();
        let delimiter = delimiter_of(head_line);
        bytes.consume(mark);
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(bytes);
        let mut row = csv::ByteRecord::new();
        reader.read_byte_record(&mut row).map_err(|error| format!("{shown} cannot be read: {error}"))?;
        let heads: Vec<String> = row.iter().map(|head| String::from_utf8_lossy(head).trim().to_string()).collect();
        if heads.iter().all(String::is_empty) {
            return Err(format!("{shown} has no column heads in its first row"));
        }
        Ok(Source { reader, heads, row, number: 1 })
    }

    /// The heads of the columns.
    pub fn heads(&self) -> &[String] {
        &self.heads
    }

    /// How much of how much was read.
    pub fn progress(&self) -> (u64, u64) {
        (self.number, 0)
    }

    /// The next row; rows of nothing are passed over.
    pub fn next_row(&mut self) -> Result<Option<SourceRow>, String> {
        loop {
            let more =
                self.reader.read_byte_record(&mut self.row).map_err(|error| format!("row {} cannot be read: {error}", self.number + 1))?;
            if !more {
                return Ok(None);
            }
            self.number += 1;
            if self.row.iter().any(|cell| !cell.is_empty()) {
                return Ok(Some(SourceRow { number: self.number, record: self.row.clone() }));
            }
        }
    }
}

/// The delimiter that parts the head into the most cells, outside quotes.
fn delimiter_of(head: &[u8]) -> u8 {
    let count = |delimiter: u8| {
        let mut quoted = false;
        head.iter()
            .filter(|byte| {
                quoted ^= **byte == b'"';
                !quoted && **byte == delimiter
            })
            .count()
    };
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

/// The SHA-256 of a file's bytes, in hexadecimal.
pub fn hash_of(path: &Path) -> Result<String, String> {
    use sha2::{Digest, Sha256};
    let mut file = File::open(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer).map_err(|error| format!("{} cannot be read: {error}", path.display()))? {
            0 => return Ok(duly_domain::audit::hex(&hasher.finalize())),
            read => hasher.update(&buffer[..read]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_are_found_outside_quotes() {
        for (head, delimiter) in [("a,b,c", b','), ("a;b;c", b';'), ("a\tb", b'\t'), ("\"x,y,z\"|b", b'|'), ("alone", b',')] {
            assert_eq!(delimiter_of(head.as_bytes()), delimiter, "{head}");
        }
    }
}
