//! Files that money comes in by, opened: unpacked, brought into one encoding and handed to the domain, which reads them.

use crate::intake::source::{bytes_of, text_of};
use duly_domain::ledger::ach::{self, AchFile};
use duly_domain::ledger::bank_file::{self, BankFile, Keep};
use std::path::Path;

/// What was read, and the encoding it was written in.
#[derive(Debug)]
pub struct Opened<T> {
    /// The file as it was read.
    pub file: T,
    /// The name of its encoding.
    pub encoding: &'static str,
}

/// Opens a statement of a bank of any form. The error names the file and the way out.
pub fn open_bank_file(path: &Path, keep: Keep) -> Result<Opened<BankFile>, String> {
    open(path, |text| bank_file::read(text, keep))
}

/// Opens a NACHA file. The error names the file and the way out.
pub fn open_ach(path: &Path) -> Result<Opened<AchFile>, String> {
    open(path, ach::read)
}

fn open<T>(path: &Path, read: impl FnOnce(&str) -> Result<T, String>) -> Result<Opened<T>, String> {
    let (text, encoding) = text_of(&bytes_of(path)?);
    let file = read(&text).map_err(|says| format!("{} {says}", path.display()))?;
    Ok(Opened { file, encoding })
}
