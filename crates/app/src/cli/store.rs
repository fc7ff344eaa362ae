//! The whole record leaves, comes back, moves and is measured.

use super::Global;
use super::output::answer;
use crate::app::{App, Clock, Failure};
use crate::audit::keys::Keys;
use crate::store::backup::{self, Backup};
use crate::store::state::{self, State};
use crate::store::{Db, archive, migrate, transfer};
use serde_json::json;
use std::path::Path;

pub(super) async fn backup(app: &App, global: &Global, file: &Path) -> Result<(), Failure> {
    let taken = backup::backup(&app.db, file).await?;
    said(global, &taken, file, "is the backup; the signing key is not in it: keep a copy of its folder elsewhere")
}

pub(super) async fn restore(app: &App, global: &Global, file: &Path) -> Result<(), Failure> {
    let taken = backup::restore(&app.db, file).await?;
    said(global, &taken, file, "is restored and proved; bring the folder of keys back too")
}

fn said(global: &Global, taken: &Backup, file: &Path, says: &str) -> Result<(), Failure> {
    let mut json = taken.state.json();
    json["file"] = json!(file);
    json["file_sha256"] = json!(taken.file_hash);
    json["bytes"] = json!(taken.bytes);
    answer(global.format, &json, || {
        let first = format!("{} ({} bytes, sha256 {}) {says}", file.display(), taken.bytes, taken.file_hash);
        std::iter::once(first).chain(lines(&taken.state)).collect()
    })
}

/// Moves to another database; the keys go along, from folder to folder and never through a database.
pub(super) async fn transfer(app: &App, global: &Global, to: &str) -> Result<(), Failure> {
    let target = App::new(Db::open(to).await?, Clock::frozen(app.moment().at));
    migrate::migrate(&target.db, app.moment().at).await?;
    let state = transfer::transfer(&app.db, &target.db).await?;
    let has_keys = global.keys.is_none() && target.keys.take_from(&app.keys)?;
    let mut json = state.json();
    json["keys"] = json!(if has_keys { target.keys.folder() } else { app.keys.folder() });
    answer(global.format, &json, || {
        let mut said: Vec<String> = lines(&state).collect();
        if has_keys {
            said.push(format!("the keys are in {}; the old folder may be put away", target.keys.folder().display()));
        }
        said
    })
}

pub(super) async fn export_all(app: &App, global: &Global, folder: &Path) -> Result<(), Failure> {
    let state = archive::export_all(&app.db, folder).await?;
    answer(global.format, &state.json(), || lines(&state).collect())
}

pub(super) async fn import_all(app: &App, global: &Global, folder: &Path) -> Result<(), Failure> {
    let state = archive::import_all(&app.db, folder).await?;
    answer(global.format, &state.json(), || lines(&state).collect())
}

/// Says what the database holds.
pub(super) async fn show_state(app: &App, global: &Global) -> Result<(), Failure> {
    let state = state::read(&mut app.db.read().await?).await?;
    answer(global.format, &state.json(), || lines(&state).collect())
}

fn lines(state: &State) -> impl Iterator<Item = String> {
    let counts = state.0.iter().filter(|held| held.rows > 0).map(|held| format!("{:>10} {}", held.rows, held.table));
    counts.chain(std::iter::once(format!("state {}", state.hash()))).collect::<Vec<_>>().into_iter()
}

/// The folder of keys that was named, or the database's own.
pub(super) fn keys_of(global: &Global, app: App) -> App {
    match &global.keys {
        Some(folder) => app.with_keys(Keys::in_folder(folder.clone())),
        None => app,
    }
}
