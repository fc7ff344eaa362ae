//! The folder for the printer: one PDF per letter, what goes with it and a manifest, whole or not there.
//!
//! It is written beside its place under a name with a dot, brought to the disk, and renamed. What it holds comes from the
//! database alone, so that it can be written again after a crash; a run that is written is never written twice.

use super::store::{self, Printed, Run};
use crate::accounts::papers::read_document;
use crate::app::{App, Failure};
use crate::store::Tx;
use crate::store::archive::{keep, sync, unwritable};
use crate::transaction;
use duly_domain::values::ids::LetterRunId;
use duly_domain::values::moment::Moment;
use std::path::{Path, PathBuf};

/// The list of what is in the folder.
const MANIFEST: &str = "manifest.csv";

/// Writes a run's folder, unless somebody else just did; where it is, and how many letters it holds.
pub async fn write(app: &App, at: Moment, inside: &Path, run: &Run) -> Result<Option<(PathBuf, usize)>, Failure> {
    let mut tx = app.db.read().await?;
    let letters: Vec<Printed> = store::list_of_run(&mut tx, run.id).await?.into_iter().filter(|letter| letter.state != "void").collect();
    let id = run.id.0.simple().to_string();
    let name = format!("{}-{}", run.mailing_on, id.get(24..).unwrap_or(&id));
    let (place, part) = (inside.join(&name), inside.join(format!(".{name}.part")));
    let failed = |error: &std::io::Error| unwritable(&place, error);
    if part.exists() {
        std::fs::remove_dir_all(&part).map_err(|error| failed(&error))?;
    }
    std::fs::create_dir(&part).map_err(|error| failed(&error))?;
    for letter in &letters {
        let (_, body) = read_document(&mut tx, letter.account, letter.document).await?;
        keep(&part.join(&letter.file_name), &body).map_err(|error| failed(&error))?;
    }
    let enclosures = enclosures(&mut tx, run.id, &letters, &part).await?;
    tx.rollback().await;
    let manifest = manifest(&letters, &enclosures)?;
    keep(&part.join(MANIFEST), &manifest).map_err(|error| failed(&error))?;
    sync(&part).map_err(|error| failed(&error))?;
    let was_there = place.exists();
    if was_there {
        // Renamed before the program ended, and not noted: it must be the very same.
        let before = std::fs::read(place.join(MANIFEST)).map_err(|error| failed(&error))?;
        std::fs::remove_dir_all(&part).map_err(|error| failed(&error))?;
        if before != manifest {
            return Err(Failure::File(format!("{} is there and holds something else: name another folder", place.display())));
        }
    } else {
        std::fs::rename(&part, &place).map_err(|error| failed(&error))?;
        sync(inside).map_err(|error| failed(&error))?;
    }
    let is_ours = transaction!(app.db, tx, { store::update_written(tx, run.id, at.at).await.map_err(Failure::from) })?;
    if !is_ours {
        // Another process wrote the same run: there is one folder of it, theirs.
        if !was_there {
            std::fs::remove_dir_all(&place).map_err(|error| failed(&error))?;
        }
        return Ok(None);
    }
    Ok(Some((place, letters.len())))
}

/// A file that goes with a letter.
struct Enclosed<'l> {
    with: &'l Printed,
    file_name: String,
    hash: String,
}

/// Writes what goes with the letters beside them, each under the number of its letter.
async fn enclosures<'l>(tx: &mut Tx, run: LetterRunId, letters: &'l [Printed], part: &Path) -> Result<Vec<Enclosed<'l>>, Failure> {
    let mut enclosed = Vec::new();
    for row in store::list_enclosures(tx, run).await? {
        let Some(with) = letters.iter().find(|letter| letter.id == row.letter) else { continue };
        let (document, body) = read_document(tx, with.account, row.document).await?;
        let number = with.file_name.split('-').next().unwrap_or_default();
        // What a file was called elsewhere may name somebody, or a path.
        let ending = Path::new(&document.file_name).extension().and_then(|ending| ending.to_str()).filter(|ending| is_plain(ending));
        let file_name = format!("{number}-enclosure-{}.{}", row.place, ending.unwrap_or("bin"));
        keep(&part.join(&file_name), &body).map_err(|error| unwritable(part, &error))?;
        enclosed.push(Enclosed { with, file_name, hash: document.hash });
    }
    Ok(enclosed)
}

fn is_plain(ending: &str) -> bool {
    (1..=5).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn manifest(letters: &[Printed], enclosures: &[Enclosed<'_>]) -> Result<Vec<u8>, Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::File(format!("the manifest cannot be written: {error}"));
    let mut out = csv::Writer::from_writer(Vec::new());
    let head = ["file", "sha256", "account", "reference", "pages", "language", "addressee", "mailing_on", "period_ends_on", "kind"];
    out.write_record(head).map_err(|error| wrong(&error))?;
    for letter in letters {
        let Printed { file_name, hash, account_reference, reference, language, addressee, kind, .. } = letter;
        let (pages, on) = (letter.pages.to_string(), letter.mailing_on.to_string());
        let ends_on = letter.period_ends_on.map(|on| on.to_string()).unwrap_or_default();
        let row = [file_name, hash, account_reference, reference, &pages, language, addressee, &on, &ends_on, kind];
        out.write_record(row).map_err(|error| wrong(&error))?;
        for Enclosed { file_name, hash, .. } in enclosures.iter().filter(|enclosed| enclosed.with.id == letter.id) {
            let row = [file_name, hash, account_reference, reference, "", "", addressee, &on, "", "enclosure"];
            out.write_record(row).map_err(|error| wrong(&error))?;
        }
    }
    out.into_inner().map_err(|error| wrong(&error))
}
