//! The bytes of a file, unpacked: `.gz`, `.zst` or a `.zip` of one file, told apart by content and not by name.

use flate2::read::{DeflateDecoder, MultiGzDecoder};
use ruzstd::decoding::StreamingDecoder;
use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::sheet::LARGEST_FILE;

const BUFFER: usize = 1 << 18;

/// What a file holds once it is unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Text of some encoding.
    Text,
    /// A spreadsheet.
    Book(BookKind),
}

/// The forms of spreadsheets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BookKind {
    /// XLSX and XLSM.
    Xlsx,
    /// XLSB.
    Xlsb,
    /// XLS.
    Xls,
    /// ODS.
    Ods,
}

/// How the bytes are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrapping {
    Plain,
    Gzip,
    Zstd,
    /// The one file within: where its bytes start, how many they are, and whether they are deflated.
    Zip {
        start: u64,
        length: u64,
        is_deflated: bool,
    },
}

/// A file that can be read from its start as often as needed.
pub(super) struct Packed {
    path: PathBuf,
    wrapping: Wrapping,
    content: Content,
    size: u64,
    read: Arc<AtomicU64>,
}

/// Bytes that can be read anywhere.
pub(super) trait Bytes: Read + Seek + Send {}
impl<T: Read + Seek + Send> Bytes for T {}

impl Packed {
    /// Finds out how a file is packed and what it holds.
    pub(super) fn open(path: &Path) -> Result<Packed, String> {
        let file = File::open(path).map_err(unreadable)?;
        let about = file.metadata().map_err(unreadable)?;
        if about.is_dir() {
            return Err("is a folder: name a file".into());
        }
        let mut packed =
            Packed { path: path.into(), wrapping: Wrapping::Plain, content: Content::Text, size: about.len(), read: Arc::default() };
        let start = packed.start()?;
        packed.wrapping = match start.as_slice() {
            [] => return Err("is empty".into()),
            [0x1f, 0x8b, ..] => Wrapping::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Wrapping::Zstd,
            [b'P', b'K', 3 | 5, 4 | 6, ..] => {
                let (wrapping, content) = of_zip(BufReader::new(file))?;
                (packed.wrapping, packed.content) = (wrapping, content);
                if content != Content::Text {
                    return Ok(packed);
                }
                wrapping
            }
            _ => Wrapping::Plain,
        };
        let start = if packed.wrapping == Wrapping::Plain { start } else { packed.start()? };
        packed.content = match start.as_slice() {
            [] => return Err("holds nothing once it is unpacked".into()),
            [b'P', b'K', 3, 4, ..] => match of_zip(packed.seekable()?)? {
                (_, Content::Text) => return Err("is packed twice: unpack it once".into()),
                (_, book) => book,
            },
            [0xd0, 0xcf, 0x11, 0xe0, ..] => Content::Book(BookKind::Xls),
            [0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd, ..] => return Err("is packed twice: unpack it once".into()),
            // A workbook stream without its container, as Excel 4 and earlier wrote it.
            [0x09, 0x00 | 0x02 | 0x04 | 0x08, length, 0x00, ..] if (4..=16).contains(length) => {
                return Err("is a spreadsheet of a form older than 1993: open it in a spreadsheet program and save it as XLSX".into());
            }
            _ => {
                is_other(&start)?;
                Content::Text
            }
        };
        Ok(packed)
    }

    /// What it holds.
    pub(super) fn content(&self) -> Content {
        self.content
    }

    /// A new reader of the unpacked bytes, from their start.
    pub(super) fn reader(&self) -> Result<Box<dyn Read + Send>, String> {
        self.read.store(0, Ordering::Relaxed);
        let mut file = File::open(&self.path).map_err(unreadable)?;
        if let Wrapping::Zip { start, .. } = self.wrapping {
            file.seek(SeekFrom::Start(start)).map_err(unreadable)?;
        }
        let counted = BufReader::with_capacity(BUFFER, Counted { file, read: Arc::clone(&self.read) });
        Ok(match self.wrapping {
            Wrapping::Plain => Box::new(counted),
            Wrapping::Gzip => Box::new(MultiGzDecoder::new(counted)),
            Wrapping::Zstd => {
                Box::new(StreamingDecoder::new(counted).map_err(|error| format!("is no whole zstandard file: {error}; pack it anew"))?)
            }
            Wrapping::Zip { length, is_deflated: true, .. } => Box::new(DeflateDecoder::new(counted.take(length))),
            Wrapping::Zip { length, .. } => Box::new(counted.take(length)),
        })
    }

    /// The unpacked bytes to be read anywhere; held in memory where they are packed.
    pub(super) fn seekable(&self) -> Result<Box<dyn Bytes>, String> {
        let too_large =
            || format!("is a spreadsheet of more than {} MB: save the sheet as CSV, which may have any size", LARGEST_FILE >> 20);
        if self.wrapping == Wrapping::Plain || self.content != Content::Text && !matches!(self.wrapping, Wrapping::Gzip | Wrapping::Zstd) {
            if self.size > LARGEST_FILE {
                return Err(too_large());
            }
            if self.wrapping == Wrapping::Plain {
                return Ok(Box::new(BufReader::new(File::open(&self.path).map_err(unreadable)?)));
            }
        }
        let mut bytes = Vec::new();
        self.reader()?.take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(broken)?;
        if bytes.len() as u64 > LARGEST_FILE {
            return Err(too_large());
        }
        Ok(Box::new(Cursor::new(bytes)))
    }

    /// Bytes read of the file on disk, and how many it has.
    pub(super) fn progress(&self) -> (u64, u64) {
        (self.read.load(Ordering::Relaxed).min(self.size), self.size)
    }

    /// The first bytes.
    fn start(&self) -> Result<Vec<u8>, String> {
        let mut start = Vec::new();
        self.reader()?.take(4096).read_to_end(&mut start).map_err(broken)?;
        Ok(start)
    }
}

/// What a zip is: a spreadsheet, or one packed file.
fn of_zip(bytes: impl Read + Seek) -> Result<(Wrapping, Content), String> {
    let broken = |error: zip::result::ZipError| format!("is no whole ZIP or spreadsheet ({error}): fetch or save it anew");
    let mut archive = zip::ZipArchive::new(bytes).map_err(broken)?;
    let mut names = Vec::new();
    for at in 0..archive.len() {
        names.push(archive.by_index_raw(at).map_err(broken)?.name().map_err(broken)?.replace('\\', "/"));
    }
    let has = |wanted: &str| names.iter().any(|name| name.trim_start_matches('/').eq_ignore_ascii_case(wanted));
    let under = |folder: &str, ending: &str| {
        names
            .iter()
            .map(|name| name.to_ascii_lowercase())
            .any(|name| name.trim_start_matches('/').starts_with(folder) && name.ends_with(ending))
    };
    if has("xl/workbook.bin") {
        return Ok((Wrapping::Plain, Content::Book(BookKind::Xlsb)));
    }
    if has("xl/workbook.xml") || (has("[Content_Types].xml") && under("", "workbook.xml")) || under("xl/worksheets/", ".xml") {
        return Ok((Wrapping::Plain, Content::Book(BookKind::Xlsx)));
    }
    if has("content.xml") && has("META-INF/manifest.xml") || has("mimetype") && has("content.xml") {
        return Ok((Wrapping::Plain, Content::Book(BookKind::Ods)));
    }
    if has("[Content_Types].xml") {
        return Err("is an office file, but no spreadsheet: save the table as XLSX or CSV".into());
    }
    let files: Vec<usize> = (0..names.len()).filter(|at| !names[*at].ends_with('/') && !is_litter(&names[*at])).collect();
    let [only] = files.as_slice() else {
        let shown: Vec<&str> = files.iter().take(5).map(|at| names[*at].as_str()).collect();
        return Err(match files.len() {
            0 => "is a ZIP with no file in it".into(),
            count => format!("is a ZIP of {count} files ({}): pack the one to import alone", shown.join(", ")),
        });
    };
    if archive.by_index_raw(*only).map_err(broken)?.encrypted() {
        return Err("is a ZIP with a password: unpack it and import the file within".into());
    }
    let entry = archive.by_index(*only).map_err(broken)?;
    let is_deflated = match entry.compression() {
        zip::CompressionMethod::Stored => false,
        zip::CompressionMethod::Deflated => true,
        other => return Err(format!("is a ZIP packed by {other}: pack it in the usual way (deflate), or as .gz")),
    };
    let start = entry.data_start().ok_or("is no whole ZIP: pack it anew")?;
    Ok((Wrapping::Zip { start, length: entry.compressed_size(), is_deflated }, Content::Text))
}

/// What packing programs add by themselves.
fn is_litter(name: &str) -> bool {
    name.starts_with("__MACOSX/") || name.ends_with(".DS_Store") || name.ends_with("Thumbs.db")
}

/// Forms that are known and not read, each with its way out.
fn is_other(start: &[u8]) -> Result<(), String> {
    const SAVE: &str = "open it in a spreadsheet program and save it as XLSX or CSV";
    let text = String::from_utf8_lossy(&start[..start.len().min(2048)]).trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    if text.starts_with("%pdf") {
        return Err("is a PDF: ask the creditor for the table as XLSX or CSV".into());
    }
    if text.starts_with("{\\rtf") {
        return Err("is a text document (RTF): save the table as XLSX or CSV".into());
    }
    if text.starts_with("<!doctype html") || text.starts_with("<html") || text.starts_with("<table") {
        return Err(format!("is a web page, whatever its name says: {SAVE}"));
    }
    if text.starts_with("<?xml") || text.starts_with("<workbook") || text.starts_with("<office:document") {
        return Err(format!("is XML: {SAVE}"));
    }
    if start.starts_with(b"\x89PNG") || start.starts_with(b"\xff\xd8\xff") || start.starts_with(b"GIF8") {
        return Err("is a picture: ask the creditor for the table as XLSX or CSV".into());
    }
    if start.starts_with(b"Rar!") || start.starts_with(b"7z\xbc\xaf\x27\x1c") || start.starts_with(b"BZh") || start.starts_with(b"\xfd7zXZ")
    {
        return Err("is packed in a form that is not read: unpack it, or pack it as .gz, .zst or .zip".into());
    }
    Ok(())
}

pub(super) fn unreadable(error: std::io::Error) -> String {
    format!("cannot be read: {error}")
}

pub(super) fn broken(error: std::io::Error) -> String {
    format!("cannot be read to its end ({error}): fetch or pack it anew")
}

/// Counts the bytes that leave the disk.
struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
