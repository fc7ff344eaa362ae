//! The whole record as files: one of JSON lines per table, and `manifest.json` with counts, hashes and the state hash.
//!
//! `duly export all` writes them into a folder, `duly backup` into one packed file (see [`super::backup`]). Passwords go
//! along as their Argon2id hashes; sessions and the signing key do not.

use super::catalogue::{LEFT_OUT, Table, list_tables};
use super::load::Loading;
use super::state::{Hashing, Held, State, Walk};
use super::{Db, Tx, migrate};
use crate::app::Failure;
use serde_json::{Value as Json, json};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

/// The name of this form; a changed form gets a new one.
const FORM: &str = "duly-record-1";
/// The file that says what is in the others.
pub const MANIFEST: &str = "manifest.json";

/// Writes everything into a folder that is empty or not there; the manifest comes last, so a folder without one is unfinished.
pub async fn export_all(db: &Db, folder: &Path) -> Result<State, Failure> {
    empty_folder(folder)?;
    let mut tx = db.read().await?;
    let mut state = State::default();
    for table in list_tables(&mut tx).await? {
        let path = folder.join(table.file());
        let file = File::create(&path).map_err(|error| unwritable(&path, &error))?;
        let mut out = BufWriter::new(file);
        state.0.push(write_table(&mut tx, &table, &mut out).await?);
        out.into_inner().map_err(|error| unwritable(&path, error.error()))?.sync_all().map_err(|error| unwritable(&path, &error))?;
    }
    let path = folder.join(MANIFEST);
    std::fs::write(&path, manifest(&state)).map_err(|error| unwritable(&path, &error))?;
    Ok(state)
}

/// Writes the text of one table.
pub async fn write_table(tx: &mut Tx, table: &Table, out: &mut impl Write) -> Result<Held, Failure> {
    let (mut hashing, mut walk) = (Hashing::default(), Walk::of(table));
    while let Some(rows) = walk.next(tx).await? {
        for row in rows {
            let line = table.line(&row);
            hashing.add(&line);
            out.write_all(line.as_bytes()).map_err(|error| unwritable(Path::new(&table.file()), &error))?;
        }
    }
    Ok(hashing.end(&table.name))
}

/// Takes everything of a folder into an empty database.
pub async fn import_all(db: &Db, folder: &Path) -> Result<State, Failure> {
    let path = folder.join(MANIFEST);
    let text = std::fs::read_to_string(&path).map_err(|error| Failure::File(format!("{} cannot be read: {error}", path.display())))?;
    let expected = read_manifest(&text)?;
    let mut loading = Loading::begin(db).await?;
    for held in &expected.0 {
        let path = folder.join(format!("{}.jsonl", held.table));
        let file = File::open(&path).map_err(|error| Failure::File(format!("{} cannot be read: {error}", path.display())))?;
        load_table(&mut loading, held, &mut BufReader::new(file)).await?;
    }
    let state = loading.end(&expected).await?;
    db.analyze().await?;
    Ok(state)
}

/// Takes the text of one table, if it is the one the manifest names.
pub async fn load_table(loading: &mut Loading, held: &Held, text: &mut impl BufRead) -> Result<(), Failure> {
    let damaged = |says: &str| Failure::File(format!("{}.jsonl is damaged: {says}; nothing was kept, use another copy", held.table));
    let table =
        loading.table(&held.table).ok_or_else(|| Failure::File(format!("the record has a table {} that is not known here", held.table)))?;
    let mut hashing = Hashing::default();
    let mut filling = loading.filling(&table);
    let mut line = String::new();
    loop {
        line.clear();
        if text.read_line(&mut line).map_err(|error| damaged(&error.to_string()))? == 0 {
            break;
        }
        hashing.add(&line);
        let number = hashing.rows();
        let row = table.read(line.trim_end_matches('\n')).ok_or_else(|| damaged(&format!("line {number} is not a row of it")))?;
        filling.add(row).await.map_err(|error| damaged(&format!("line {number} or one before it does not fit: {error}")))?;
    }
    filling.end().await.map_err(|error| damaged(&error.to_string()))?;
    if hashing.end(&held.table) != *held {
        return Err(damaged("it is not what the manifest says"));
    }
    Ok(())
}

/// The manifest's text.
pub fn manifest(state: &State) -> String {
    let tables: Vec<Json> = state
        .0
        .iter()
        .map(|held| json!({"file": format!("{}.jsonl", held.table), "table": held.table, "rows": held.rows, "bytes": held.bytes, "sha256": held.hash}))
        .collect();
    let json = json!({"form": FORM, "duly": env!("CARGO_PKG_VERSION"), "schema": migrate::newest(), "state": state.hash(),
        "left_out": LEFT_OUT, "tables": tables});
    format!("{json:#}\n")
}

/// Reads a manifest of this form and schema.
pub fn read_manifest(text: &str) -> Result<State, Failure> {
    let damaged = || Failure::File(format!("{MANIFEST} is damaged; use another copy"));
    let json: Json = serde_json::from_str(text).map_err(|_| damaged())?;
    if json["form"] != json!(FORM) {
        return Err(Failure::File(format!("{MANIFEST} does not say that this is a record of duly ({FORM})")));
    }
    let (schema, ours) = (json["schema"].as_i64().ok_or_else(damaged)?, migrate::newest());
    if schema != ours {
        let duly = json["duly"].as_str().unwrap_or("an unknown version");
        return Err(Failure::File(format!(
            "the record has schema {schema}, this program {ours}: bring it in with duly {duly} and upgrade then"
        )));
    }
    let held = |table: &Json| {
        let text = |name: &str| table[name].as_str().map(String::from);
        Some(Held {
            table: text("table")?,
            rows: table["rows"].as_i64()?,
            bytes: table["bytes"].as_u64()?,
            hash: text("sha256").filter(|hash| hash.len() == 64)?,
        })
    };
    let state = State(json["tables"].as_array().into_iter().flatten().map(held).collect::<Option<_>>().ok_or_else(damaged)?);
    if json["state"] != json!(state.hash()) { Err(damaged()) } else { Ok(state) }
}

/// Makes a folder, or takes one that has nothing in it.
pub fn empty_folder(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
    let mut entries = std::fs::read_dir(folder).map_err(|error| unwritable(folder, &error))?;
    match entries.next() {
        None => Ok(()),
        Some(_) => Err(Failure::wrong("folder", format!("{} is not empty: name a new one", folder.display()))),
    }
}

/// Writes a file and brings it to the disk.
pub fn keep(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Brings a folder's names to the disk.
pub fn sync(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

/// A file that cannot be written.
pub fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::File(format!("{} cannot be written: {error}", path.display()))
}
