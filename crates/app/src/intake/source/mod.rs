//! A file as rows of cells, whatever it is: delimited text, fixed width, a spreadsheet, JSON; packed or not.
//!
//! [`Source::open`] finds out by content what it holds, and says in [`Source::notices`] what a person must hear before the rows
//! are used. Text is read in one stream of flat memory; a spreadsheet is held whole, up to [`sheet::LARGEST_FILE`].
//!
//! Always true: a cell arrives as the file has it, a row keeps the number the user finds it by, and no bytes cause a panic.

mod book;
mod delimited;
mod dialect;
mod encoding;
mod fixed;
mod head;
mod json;
mod ods;
mod packed;
mod row;
mod sheet;
mod sheet_marks;
mod whole;

pub use row::{CellProblem, SourceRow};
pub use whole::{bytes_of, text_of};

use delimited::Delimited;
use fixed::FixedWidth;
use json::JsonRows;
use packed::{Content, Packed};
use sheet::Sheet;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// What the user said about the file; what is left open is found out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileChoice {
    /// What parts the cells.
    pub delimiter: Option<u8>,
    /// The encoding by its name, such as `windows-1252`.
    pub encoding: Option<String>,
    /// The sheet of a spreadsheet.
    pub sheet: Option<String>,
    /// The row of the heads, counted from 1; lines above it are left out.
    pub head_row: Option<u64>,
    /// The columns of a file of fixed width, which has no delimiters.
    pub widths: Vec<FixedColumn>,
}

/// One column of a file of fixed width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixedColumn {
    /// What the mapping calls it.
    pub name: String,
    /// Its first character, counted from 1.
    pub start: usize,
    /// How many characters it has.
    pub width: usize,
}

/// A file being read row by row.
pub struct Source {
    name: String,
    heads: Vec<String>,
    notices: Vec<String>,
    packed: Packed,
    form: Form,
}

enum Form {
    Delimited(Box<Delimited>),
    Fixed(Box<FixedWidth>),
    Json(Box<JsonRows>),
    Sheet(Box<Sheet>),
}

impl Source {
    /// Opens a file, finds out what it is and reads its heads. The error is one sentence that names the file and the way out.
    pub fn open(path: &Path, choice: &FileChoice) -> Result<Source, String> {
        let named = |says: String| format!("{} {says}", path.display());
        let packed = Packed::open(path).map_err(named)?;
        let mut notices = Vec::new();
        let (heads, form) = match packed.content() {
            Content::Book(kind) => {
                let sheet = Sheet::open(&packed, kind, choice, &mut notices).map_err(named)?;
                (sheet.heads().to_vec(), Form::Sheet(Box::new(sheet)))
            }
            Content::Text => {
                let survey = encoding::survey(&packed, choice.encoding.as_deref()).map_err(named)?;
                notices.extend(survey.notice());
                if !choice.widths.is_empty() {
                    let fixed = FixedWidth::open(&packed, &survey, choice).map_err(named)?;
                    (choice.widths.iter().map(|column| column.name.clone()).collect(), Form::Fixed(Box::new(fixed)))
                } else if choice.delimiter.is_none() && json::is_json(&survey.sample) {
                    let (heads, rows) = JsonRows::open(&packed, &survey).map_err(named)?;
                    (heads, Form::Json(Box::new(rows)))
                } else {
                    let (heads, rows) = Delimited::open(&packed, &survey, choice, &mut notices).map_err(named)?;
                    (heads, Form::Delimited(Box::new(rows)))
                }
            }
        };
        notices.extend(head::notices(&heads));
        Ok(Source { name: path.display().to_string(), heads, notices, packed, form })
    }

    /// The heads of the columns.
    pub fn heads(&self) -> &[String] {
        &self.heads
    }

    /// What a person must hear before using the rows: the encoding found, lines above the head, what is hidden or merged.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// The next row; rows of nothing are passed over and counted.
    pub fn next_row(&mut self) -> Result<Option<SourceRow>, String> {
        loop {
            let next = match &mut self.form {
                Form::Delimited(rows) => rows.next_row(),
                Form::Fixed(rows) => rows.next_row(),
                Form::Json(rows) => rows.next_row(),
                Form::Sheet(sheet) => Ok(sheet.next_row()),
            };
            let Some(mut row) = next.map_err(|says| format!("{} {says}", self.name))? else { return Ok(None) };
            if row.is_nothing() {
                continue;
            }
            row.drop_empty_beyond(self.heads.len());
            return Ok(Some(row));
        }
    }

    /// How far it is: bytes of the file on disk and how many there are, or rows of a spreadsheet.
    pub fn progress(&self) -> (u64, u64) {
        match &self.form {
            Form::Sheet(sheet) => sheet.progress(),
            _ => self.packed.progress(),
        }
    }
}

/// The SHA-256 of a file's bytes, in hexadecimal.
pub fn hash_of(path: &Path) -> Result<String, String> {
    use sha2::{Digest, Sha256};
    let unreadable = |error: std::io::Error| format!("{} cannot be read: {error}", path.display());
    let mut file = File::open(path).map_err(unreadable)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer).map_err(unreadable)? {
            0 => return Ok(duly_domain::audit::hex(&hasher.finalize())),
            read => hasher.update(&buffer[..read]),
        }
    }
}

#[cfg(test)]
mod tests;
