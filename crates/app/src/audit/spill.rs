//! Views that could not wait for the writer: a file beside an embedded database, so that a page need not wait and a crash loses
//! no view.
//!
//! A page whose view is not in the database after a moment puts it into this file, on the disk, and is shown. The view goes on
//! waiting in memory for its turn; once nothing waits, the file goes. What a process that died left in its file is brought into
//! the database by whoever serves next ([`recover`]). PostgreSQL has no single writer to wait for, and no such file.
//!
//! Always true: a view is in the database or in a file before its page is shown. A file belongs to the process that locks it.

use super::store::{self, ViewRow};
use crate::app::{App, Failure};
use crate::transaction;
use serde_json::{Value as Json, json};
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// How a file's name goes on after that of the database; behind it stands the process.
const ENDING: &str = ".views-";

/// This process's file, open and locked while there is one.
#[derive(Debug, Default)]
pub struct Spill(Mutex<Option<(PathBuf, File)>>);

impl Spill {
    /// Puts a view on the disk.
    pub fn keep(&self, database: &Path, view: &ViewRow) -> Result<(), Failure> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let path = beside(database, &std::process::id().to_string());
        let unusable = |error: std::io::Error| Failure::File(format!("{} cannot be written: {error}", path.display()));
        if open.is_none() {
            let file = File::options().create(true).append(true).open(&path).map_err(unusable)?;
            file.lock().map_err(unusable)?;
            *open = Some((path.clone(), file));
        }
        let Some((_, file)) = open.as_mut() else { unreachable!("the file was opened above") };
        let at_micros = view.seen_at.as_microsecond();
        let line = json!({"id": view.id.to_string(), "account": view.account.to_string(), "seen_by": view.seen_by, "what": view.what, "at_micros": at_micros});
        file.write_all(format!("{line}\n").as_bytes()).and_then(|()| file.sync_data()).map_err(unusable)
    }

    /// Removes the file if everything in it is in the database: `is_written` is asked while nothing can be added to it.
    pub fn clear(&self, is_written: impl FnOnce() -> bool) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if open.is_some()
            && is_written()
            && let Some((path, _file)) = open.take()
            && let Err(error) = std::fs::remove_file(&path)
        {
            // Its lines are known by their ids: brought in again, they change nothing.
            tracing::warn!(%error, "a file of views that were written could not be removed");
        }
    }
}

/// Brings in what processes that died left; how many views were not there yet.
pub async fn recover(app: &App) -> Result<u64, Failure> {
    let Some(database) = database_of(app) else { return Ok(0) };
    let mut count = 0;
    for path in left_beside(&database) {
        let unusable = |error: std::io::Error| Failure::File(format!("{} cannot be read: {error}", path.display()));
        let mut file = File::open(&path).map_err(unusable)?;
        // Whoever locks it lives, and writes it itself.
        if file.try_lock().is_err() {
            continue;
        }
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(unusable)?;
        // A line that was cut off was of a page that was not shown.
        let views: Vec<ViewRow> = text.lines().filter_map(read).collect();
        count += transaction!(app.db, tx, { store::insert_views(tx, &views).await.map_err(Failure::from) })?;
        std::fs::remove_file(&path).map_err(unusable)?;
    }
    Ok(count)
}

/// The file of an embedded database.
pub fn database_of(app: &App) -> Option<PathBuf> {
    let folder = app.db.keys_folder();
    // The usual folder of keys is named after the file.
    (app.db.engine() == "sqlite").then(|| folder.with_extension(""))
}

fn beside(database: &Path, process: &str) -> PathBuf {
    PathBuf::from(format!("{}{ENDING}{process}", database.display()))
}

/// The files beside a database, of this process and others.
fn left_beside(database: &Path) -> Vec<PathBuf> {
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let start = database.file_name().map(|name| format!("{}{ENDING}", name.to_string_lossy())).unwrap_or_default();
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(&start)).map(|entry| entry.path()).collect()
}

fn read(line: &str) -> Option<ViewRow> {
    let view: Json = serde_json::from_str(line).ok()?;
    Some(ViewRow {
        id: view["id"].as_str()?.parse().ok()?,
        account: view["account"].as_str()?.parse().ok()?,
        seen_by: view["seen_by"].as_str()?.into(),
        what: view["what"].as_str()?.into(),
        seen_at: jiff::Timestamp::from_microsecond(view["at_micros"].as_i64()?).ok()?,
    })
}
