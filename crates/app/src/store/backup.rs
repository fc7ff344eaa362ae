//! A backup is the whole record in one packed file, taken from one snapshot while others work.
//!
//! The file is `tar` packed with gzip: the manifest, then a file of JSON lines per table, as [`super::archive`] writes them
//! into a folder. Either engine reads what the other wrote, and so does any `tar`. The finished file is read back before it
//! gets its name; `FILE.sha256` beside it is in the form of `sha256sum`.

use super::Db;
use super::archive::{MANIFEST, load_table, manifest, read_manifest, unwritable, write_table};
use super::catalogue::list_tables;
use super::load::Loading;
use super::state::{self, State};
use crate::app::Failure;
use duly_domain::audit::hex;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// The unit of a tar file.
const BLOCK: usize = 512;
/// Sizes from here on do not fit into eleven octal digits.
const LARGE: u64 = 1 << 33;
/// The longest manifest we read.
const MANIFEST_BYTES: u64 = 1 << 24;

/// A backup that was taken, or taken back.
pub struct Backup {
    /// What it holds.
    pub state: State,
    /// The hash of the file.
    pub file_hash: String,
    /// The length of the file.
    pub bytes: u64,
}

/// Writes everything into a file that is not there yet, and reads it back.
pub async fn backup(db: &Db, file: &Path) -> Result<Backup, Failure> {
    if file.exists() {
        return Err(Failure::wrong("file", format!("{} is there already: name a new one", file.display())));
    }
    let partial = with_ending(file, ".partial");
    let written = write(db, &partial).await;
    let state = match written.and_then(|state| prove(&partial, &state).map(|()| state)) {
        Ok(state) => state,
        Err(failure) => {
            // What is unfinished is of no use to anybody; the first failure is the one to tell.
            std::fs::remove_file(&partial).ok();
            return Err(failure);
        }
    };
    let (file_hash, bytes) = hash_file(&partial)?;
    let beside = with_ending(file, ".sha256");
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    std::fs::write(&beside, format!("{file_hash}  {name}\n")).map_err(|error| unwritable(&beside, &error))?;
    std::fs::rename(&partial, file).map_err(|error| unwritable(file, &error))?;
    Ok(Backup { state, file_hash, bytes })
}

/// Takes a backup into an empty database, proved before it lasts.
pub async fn restore(db: &Db, file: &Path) -> Result<Backup, Failure> {
    let (file_hash, bytes) = hash_file(file)?;
    let beside = with_ending(file, ".sha256");
    if let Ok(said) = std::fs::read_to_string(&beside)
        && !said.starts_with(&file_hash)
    {
        return Err(damaged(file, &format!("its hash is not the one in {}", beside.display())));
    }
    let mut archive = Archive::open(file)?;
    let expected = archive.manifest(file)?;
    let mut loading = Loading::begin(db).await?;
    for held in &expected.0 {
        let size = archive.find(&format!("{}.jsonl", held.table)).map_err(|error| damaged(file, &error.to_string()))?;
        load_table(&mut loading, held, &mut (&mut archive.reader).take(size)).await?;
        archive.skip_padding(size).map_err(|error| damaged(file, &error.to_string()))?;
    }
    archive.end().map_err(|error| damaged(file, &error.to_string()))?;
    let state = loading.end(&expected).await?;
    db.analyze().await?;
    Ok(Backup { state, file_hash, bytes })
}

async fn write(db: &Db, path: &Path) -> Result<State, Failure> {
    let failed = |error: io::Error| unwritable(path, &error);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    // Names, numbers and password hashes are in it.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(failed)?;
    let mut out = GzEncoder::new(BufWriter::new(file), Compression::default());
    let mut tx = db.read().await?;
    // Sizes stand before contents: the snapshot is read twice.
    let state = state::read(&mut tx).await?;
    let text = manifest(&state);
    out.write_all(&header(MANIFEST, text.len() as u64)).map_err(failed)?;
    out.write_all(text.as_bytes()).and_then(|()| pad(&mut out, text.len() as u64)).map_err(failed)?;
    for (table, held) in list_tables(&mut tx).await?.iter().zip(&state.0) {
        out.write_all(&header(&table.file(), held.bytes)).map_err(failed)?;
        write_table(&mut tx, table, &mut out).await?;
        pad(&mut out, held.bytes).map_err(failed)?;
    }
    out.write_all(&[0; 2 * BLOCK]).map_err(failed)?;
    let file = out.finish().map_err(failed)?.into_inner().map_err(|error| unwritable(path, error.error()))?;
    file.sync_all().map_err(failed)?;
    Ok(state)
}

/// Reads a file back and compares every table with what it should hold.
fn prove(path: &Path, expected: &State) -> Result<(), Failure> {
    let fault = |error: io::Error| damaged(path, &error.to_string());
    let mut archive = Archive::open(path)?;
    if archive.manifest(path)? != *expected {
        return Err(damaged(path, "the manifest is not what was written"));
    }
    for held in &expected.0 {
        let size = archive.find(&format!("{}.jsonl", held.table)).map_err(fault)?;
        if hash(&mut (&mut archive.reader).take(size)).map_err(fault)?.0 != held.hash {
            return Err(damaged(path, &format!("{}.jsonl is not what was written", held.table)));
        }
        archive.skip_padding(size).map_err(fault)?;
    }
    archive.end().map_err(fault)
}

fn damaged(path: &Path, says: &str) -> Failure {
    Failure::File(format!("{} is damaged or no backup of duly: {says}; nothing was kept, use another copy", path.display()))
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(ending);
    PathBuf::from(name)
}

fn hash_file(path: &Path) -> Result<(String, u64), Failure> {
    let hashed = File::open(path).and_then(|file| hash(&mut BufReader::with_capacity(1 << 16, file)));
    hashed.map_err(|error| Failure::File(format!("{} cannot be read: {error}", path.display())))
}

/// The hash of what is left to read, and its length.
fn hash(reader: &mut impl BufRead) -> io::Result<(String, u64)> {
    let (mut hasher, mut bytes) = (Sha256::new(), 0);
    loop {
        let read = reader.fill_buf()?;
        if read.is_empty() {
            return Ok((hex(&hasher.finalize()), bytes));
        }
        let length = read.len();
        hasher.update(read);
        reader.consume(length);
        bytes += length as u64;
    }
}

/// A packed file under way.
struct Archive {
    reader: BufReader<GzDecoder<BufReader<File>>>,
}

impl Archive {
    fn open(path: &Path) -> Result<Archive, Failure> {
        let file = File::open(path).map_err(|error| Failure::File(format!("{} cannot be read: {error}", path.display())))?;
        Ok(Archive { reader: BufReader::with_capacity(1 << 16, GzDecoder::new(BufReader::new(file))) })
    }

    fn manifest(&mut self, path: &Path) -> Result<State, Failure> {
        let fault = |error: io::Error| damaged(path, &error.to_string());
        let size = self.find(MANIFEST).map_err(fault)?;
        let mut text = String::new();
        (&mut self.reader).take(size.min(MANIFEST_BYTES)).read_to_string(&mut text).map_err(fault)?;
        self.skip_padding(size).map_err(fault)?;
        read_manifest(&text)
    }

    /// The next file, which must have this name; its size.
    fn find(&mut self, name: &str) -> io::Result<u64> {
        let mut block = [0u8; BLOCK];
        self.reader.read_exact(&mut block)?;
        let size = size_of(&block).ok_or_else(|| io::Error::other("a file's head cannot be read"))?;
        // Everything else of the head is what we write there.
        if block != header(name, size) {
            return Err(io::Error::other(format!("{name} is not where it should be")));
        }
        Ok(size)
    }

    fn skip_padding(&mut self, size: u64) -> io::Result<()> {
        let mut zeros = [0u8; BLOCK];
        self.reader.read_exact(&mut zeros[..padding(size)])
    }

    /// Reads to the end, where the packing proves itself.
    fn end(mut self) -> io::Result<()> {
        loop {
            let length = self.reader.fill_buf()?.len();
            if length == 0 {
                return Ok(());
            }
            self.reader.consume(length);
        }
    }
}

/// The head of one file, in the form `ustar`.
fn header(name: &str, size: u64) -> [u8; BLOCK] {
    let mut block = [0u8; BLOCK];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &name.as_bytes()[..name.len().min(100)]);
    put(100, b"0000600\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    if size < LARGE {
        put(124, format!("{size:011o}\0").as_bytes());
    } else {
        put(124, &[0x80, 0, 0, 0]);
        put(128, &size.to_be_bytes());
    }
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, b"0ustar\x0000");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

fn size_of(block: &[u8; BLOCK]) -> Option<u64> {
    if block[124] == 0x80 {
        return block[128..136].try_into().ok().map(u64::from_be_bytes);
    }
    let digits = std::str::from_utf8(&block[124..135]).ok()?;
    u64::from_str_radix(digits, 8).ok()
}

fn padding(size: u64) -> usize {
    let over = usize::try_from(size % BLOCK as u64).unwrap_or(0);
    (BLOCK - over) % BLOCK
}

fn pad(out: &mut impl Write, size: u64) -> io::Result<()> {
    out.write_all(&[0; BLOCK][..padding(size)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_they_were_written() {
        for size in [0, 1, 511, 512, LARGE - 1, LARGE, u64::MAX] {
            assert_eq!(size_of(&header("accounts.jsonl", size)), Some(size));
            assert_eq!((size % 512 + padding(size) as u64) % 512, 0);
        }
    }
}
