//! Where the files of a pack go: into hand, for a download, or into a folder that appears whole or not at all.

use crate::app::Failure;
use crate::store::archive::unwritable;
use duly_domain::audit::hex;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{Cursor, Write};
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
    is_done: bool,
}

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
}

impl Pack {
    /// One that is kept in hand.
    pub fn in_hand() -> Pack {
        Pack { place: Place::Hand(BTreeMap::new()), listed: BTreeMap::new() }
    }

    /// One that will be a folder, which is empty or not there. Until [`Pack::finish`] its files lie beside it.
    pub fn into_folder(folder: &Path) -> Result<Pack, Failure> {
        let is_free = match std::fs::read_dir(folder) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
            Err(error) => return Err(unwritable(folder, &error)),
        };
        if !is_free {
            return Err(Failure::wrong("out", format!("{} is not empty: name a new folder", folder.display())));
        }
        let name = folder.file_name().ok_or_else(|| Failure::wrong("out", "names no folder"))?;
        let mut unfinished = name.to_os_string();
        unfinished.push(format!(".unfinished-{}", std::process::id()));
        let beside = folder.with_file_name(unfinished);
        std::fs::create_dir_all(folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")))
            .map_err(|error| unwritable(folder, &error))?;
        std::fs::create_dir(&beside).map_err(|error| unwritable(&beside, &error))?;
        let place = Place::Folder(Unfinished { folder: folder.into(), beside, is_done: false });
        Ok(Pack { place, listed: BTreeMap::new() })
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
                made.and_then(|()| std::fs::write(&to, &bytes)).map_err(|error| unwritable(&to, &error))?;
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

    /// Lets the folder appear under its name.
    pub fn finish(self) -> Result<(), Failure> {
        let Place::Folder(mut unfinished) = self.place else { return Ok(()) };
        std::fs::rename(&unfinished.beside, &unfinished.folder).map_err(|error| unwritable(&unfinished.folder, &error))?;
        unfinished.is_done = true;
        Ok(())
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

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.is_done
            && let Err(error) = std::fs::remove_dir_all(&self.beside)
        {
            tracing::warn!(folder = %self.beside.display(), %error, "an unfinished pack could not be removed");
        }
    }
}
