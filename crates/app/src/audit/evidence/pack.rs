//! Where the files of a pack go: into hand, for a download, or into a folder that appears whole or not at all.
//!
//! Until it is whole, its files lie in a folder beside its place, named after the process that fills it and locked by it. What a
//! process that died left there is removed by whoever makes the same pack next, and told.
//!
//! Always true: a folder under its own name is whole and on the disk.

use crate::app::Failure;
use crate::store::archive::{keep, sync, unwritable};
use duly_domain::audit::hex;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Cursor, ErrorKind, Write};
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;

/// The file with the hash of every other.
const SUMS: &str = "SHA256SUMS";

/// One file, as the index lists it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its path in the pack.
    pub path: String,
    /// What it shows.
    pub shows: String,
    /// Its SHA-256.
    pub hash: String,
    /// How long it is.
    pub bytes: usize,
}

/// A folder that is being filled; gone again unless it is finished.
#[derive(Debug)]
pub struct Unfinished {
    folder: PathBuf,
    beside: PathBuf,
    /// Locked while it is being filled.
    _lock: File,
    is_done: bool,
}

/// How a folder's name goes on while it is being filled; behind it stands the process.
const ENDING: &str = ".unfinished-";

#[derive(Debug)]
enum Place {
    Hand(BTreeMap<String, Vec<u8>>),
    Folder(Unfinished),
}

/// The files of a pack.
#[derive(Debug)]
pub struct Pack {
    place: Place,
    listed: BTreeMap<String, Listed>,
    /// How many rows are not in it, or not whole, because they were told on other accounts.
    pub left_out: usize,
    /// What earlier runs left unfinished at the same place, and is removed.
    pub removed: Vec<PathBuf>,
}

impl Pack {
    /// One that is kept in hand.
    pub fn in_hand() -> Pack {
        Pack { place: Place::Hand(BTreeMap::new()), listed: BTreeMap::new(), left_out: 0, removed: Vec::new() }
    }

    /// One that will be a folder, which is empty or not there. Until [`Pack::finish`] its files lie beside it.
    pub fn into_folder(folder: &Path) -> Result<Pack, Failure> {
        let is_free = match std::fs::read_dir(folder) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) if error.kind() == ErrorKind::NotFound => true,
            Err(error) => return Err(unwritable(folder, &error)),
        };
        if !is_free {
            return Err(Failure::wrong("out", format!("{} is not empty: name a new folder", folder.display())));
        }
        let name = folder.file_name().ok_or_else(|| Failure::wrong("out", "names no folder"))?.to_string_lossy().into_owned();
        let parent = parent_of(folder);
        std::fs::create_dir_all(parent).map_err(|error| unwritable(folder, &error))?;
        let start = format!("{name}{ENDING}");
        let removed = remove_left(parent, &start).map_err(|error| unwritable(folder, &error))?.ok_or_else(|| {
            Failure::wrong("out", format!("{} is being made by another run: wait for it, or name another folder", folder.display()))
        })?;
        let beside = folder.with_file_name(format!("{start}{}", std::process::id()));
        let begun = std::fs::create_dir(&beside).and_then(|()| File::open(&beside)).and_then(|lock| lock.lock().map(|()| lock));
        let lock = begun.map_err(|error| unwritable(&beside, &error))?;
        let place = Place::Folder(Unfinished { folder: folder.into(), beside, _lock: lock, is_done: false });
        Ok(Pack { place, listed: BTreeMap::new(), left_out: 0, removed })
    }

    /// Adds a file.
    pub(super) fn put(&mut self, path: &str, shows: &str, bytes: Vec<u8>) -> Result<(), Failure> {
        let listed = Listed { path: path.into(), shows: shows.into(), hash: hex(&Sha256::digest(&bytes)), bytes: bytes.len() };
        self.listed.insert(path.into(), listed);
        match &mut self.place {
            Place::Hand(files) => {
                files.insert(path.into(), bytes);
            }
            Place::Folder(unfinished) => {
                let to = unfinished.beside.join(path);
                let made = to.parent().map_or(Ok(()), std::fs::create_dir_all);
                made.and_then(|()| keep(&to, &bytes)).map_err(|error| unwritable(&to, &error))?;
            }
        }
        Ok(())
    }

    /// The files below a folder so far, in order of their paths.
    pub(super) fn list(&self, folder: &str) -> Vec<Listed> {
        self.listed.values().filter(|file| file.path.starts_with(folder)).cloned().collect()
    }

    /// Writes the hashes of all files; the hash of that file.
    pub(super) fn close(&mut self) -> Result<String, Failure> {
        let sums: String = self.listed.values().map(|file| format!("{}  {}\n", file.hash, file.path)).collect();
        let hash = hex(&Sha256::digest(sums.as_bytes()));
        self.put(SUMS, "the hash of every other file", sums.into_bytes())?;
        Ok(hash)
    }

    /// How many files it has.
    pub fn files(&self) -> usize {
        self.listed.len()
    }

    /// The SHA-256 of SHA256SUMS, which stands for the whole pack.
    pub fn hash(&self) -> &str {
        self.listed.get(SUMS).map_or("", |file| &file.hash)
    }

    /// Lets the folder appear under its name, once all of it is on the disk.
    pub fn finish(self) -> Result<(), Failure> {
        let Place::Folder(mut unfinished) = self.place else { return Ok(()) };
        let Unfinished { folder, beside, .. } = &unfinished;
        let inside = self.listed.keys().flat_map(|path| Path::new(path).ancestors().skip(1));
        let folders: BTreeSet<PathBuf> = inside.map(|path| beside.join(path)).collect();
        let synced = folders.iter().try_for_each(|folder| sync(folder));
        synced.and_then(|()| std::fs::rename(beside, folder)).map_err(|error| unwritable(folder, &error))?;
        let parent = parent_of(folder).to_path_buf();
        unfinished.is_done = true;
        sync(&parent).map_err(|error| unwritable(&parent, &error))
    }

    /// The files as one ZIP file, the same bytes each time: it knows no time.
    pub fn zip(&self, inside: &str) -> Result<Vec<u8>, Failure> {
        let Place::Hand(files) = &self.place else { return Ok(Vec::new()) };
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        let unpacked = |error: String| Failure::File(format!("the pack cannot be packed: {error}"));
        for (path, bytes) in files {
            zip.start_file(format!("{inside}/{path}"), options).map_err(|error| unpacked(error.to_string()))?;
            zip.write_all(bytes).map_err(|error| unpacked(error.to_string()))?;
        }
        Ok(zip.finish().map_err(|error| unpacked(error.to_string()))?.into_inner())
    }
}

fn parent_of(folder: &Path) -> &Path {
    folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Removes what processes that died left unfinished; nothing is removed where one of them lives.
fn remove_left(parent: &Path, start: &str) -> std::io::Result<Option<Vec<PathBuf>>> {
    let mut left = Vec::new();
    for entry in std::fs::read_dir(parent)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(start) {
            let lock = File::open(entry.path())?;
            match lock.try_lock() {
                Ok(()) => left.push((entry.path(), lock)),
                Err(std::fs::TryLockError::WouldBlock) => return Ok(None),
                Err(std::fs::TryLockError::Error(error)) => return Err(error),
            }
        }
    }
    let mut removed = Vec::with_capacity(left.len());
    for (path, _lock) in left {
        match std::fs::remove_dir_all(&path) {
            // Somebody else just did.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            done => done?,
        }
        tracing::warn!(folder = %path.display(), "an earlier run left this unfinished; it is removed");
        removed.push(path);
    }
    removed.sort();
    Ok(Some(removed))
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.is_done
            && let Err(error) = std::fs::remove_dir_all(&self.beside)
        {
            tracing::warn!(folder = %self.beside.display(), %error, "an unfinished pack could not be removed");
        }
    }
}
