//! Files that came by the browser: kept aside, tried and loaded beside the request, until the program ends.

use super::actions::{ImportAccounts, import_accounts};
use super::guessed::guess_of;
use super::history::{self, ImportHistory, import_history};
use super::mapping_file::{MappingFile, parse, write};
use super::progress::Progress;
use super::refusals::is_same_head;
use super::report::Report;
use super::source::{FileChoice, Source};
use super::store;
use crate::accounts::store::find_creditor_by_name;
use crate::app::{Actor, App, Failure, behind};
use crate::parties::merge::matching::find_likenesses_left;
use crate::transaction;
use crate::web::Web;
use crate::web::guard::Visit;
use duly_domain::values::ids::UserId;
use duly_domain::values::moment::Moment;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Files that were uploaded and tried, until they are loaded or the program ends.
#[derive(Default)]
pub struct Uploads(Mutex<HashMap<String, Upload>>);

/// One uploaded file and what its trial found.
#[derive(Clone)]
pub struct Upload {
    pub owner: Option<UserId>,
    pub path: PathBuf,
    pub file_name: String,
    pub creditor: String,
    /// `accounts` or `history`.
    pub kind: String,
    pub mapping_name: String,
    /// The mapping as TOML; guessed where there is none.
    pub mapping: Option<String>,
    pub stage: UploadStage,
    pub report: Report,
    pub progress: Progress,
}

/// Where an upload stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UploadStage {
    Trying,
    Tried,
    Loading,
    Loaded,
    /// Stopped, or found wrong: what was said.
    Stopped(String),
}

impl Upload {
    pub fn is_running(&self) -> bool {
        matches!(self.stage, UploadStage::Trying | UploadStage::Loading)
    }

    pub fn is_loaded(&self) -> bool {
        self.stage == UploadStage::Loaded
    }

    /// How the file is written, as far as its mapping says.
    pub fn choice(&self) -> FileChoice {
        let text = self.mapping.as_deref().unwrap_or_default();
        match self.is_history() {
            true => history::mapping::parse(text).map(|file| file.file).unwrap_or_default(),
            false => parse(text).map(|file| file.file).unwrap_or_default(),
        }
    }

    pub fn is_history(&self) -> bool {
        self.kind == "history"
    }

    pub fn says(&self) -> &str {
        if let UploadStage::Stopped(says) = &self.stage { says } else { "" }
    }
}

impl Uploads {
    pub fn keep(&self, id: String, upload: Upload) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, upload);
    }

    /// An upload of this user: nobody sees another's file.
    pub fn of(&self, id: &str, visit: &Visit) -> Result<Upload, Failure> {
        let uploads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let upload = uploads.get(id).filter(|upload| upload.owner == visit.who.id).cloned();
        upload.ok_or_else(|| Failure::NotFound("such upload any more: choose the file again".into()))
    }
}

/// So long a request waits for an import before it shows how far it is.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Tries or loads an upload beside the request, which waits a moment for it.
pub async fn run(web: &Web, visit: &Visit, id: &str, mut upload: Upload, is_trial: bool) -> Result<(), Failure> {
    (upload.stage, upload.progress) = (if is_trial { UploadStage::Trying } else { UploadStage::Loading }, Progress::default());
    web.uploads.keep(id.to_string(), upload.clone());
    let (web, who, at, id) = (web.clone(), visit.who.clone(), visit.at, id.to_string());
    let running = tokio::spawn(behind(async move {
        let done = match upload.is_history() {
            true => import_history(&web.app, &who, at, &ask_history(&upload, &id, is_trial), &upload.progress).await,
            false => import_accounts(&web.app, &who, at, &ask(&upload, &id, is_trial), &upload.progress).await,
        };
        match done {
            Ok(report) => {
                if !is_trial && let Err(error) = keep_mapping(&web.app, &who, at, &upload).await {
                    tracing::error!(%error, "a mapping could not be kept");
                }
                if !is_trial
                    && !upload.is_history()
                    && let Err(error) = find_likenesses_left(&web.app, at, &upload.progress).await
                {
                    tracing::error!(%error, "likenesses could not be looked for");
                }
                upload.report = report;
                upload.stage = if is_trial { UploadStage::Tried } else { UploadStage::Loaded };
            }
            Err(failure) => {
                let says = failure.to_string().replace(&upload.path.display().to_string(), &upload.file_name);
                upload.stage = UploadStage::Stopped(says);
            }
        }
        web.uploads.keep(id, upload);
    }));
    // Slower ones go on by themselves; the page says how far they are.
    tokio::time::timeout(PATIENCE, running).await.ok();
    Ok(())
}

/// A folder of this program's own, in which nobody else may look: uploads hold personal data.
pub fn folder() -> Result<PathBuf, Failure> {
    let folder = std::env::temp_dir().join(format!("duly-uploads-{}", std::process::id()));
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(Failure::File(format!("uploads cannot be kept: {error}"))),
        _ => Ok(folder),
    }
}

/// What is wrong with a mapping, if anything is.
pub fn wrong(kind: &str, text: &str) -> Option<String> {
    match kind {
        "history" => history::mapping::parse(text).err(),
        _ => parse(text).err(),
    }
}

/// The mapping that loaded this creditor's files before, if this file has its columns.
pub async fn saved(app: &App, creditor: &str, kind: &str, path: &std::path::Path) -> Result<Option<(i64, String)>, Failure> {
    let mut tx = app.db.read().await?;
    let Some(creditor) = find_creditor_by_name(&mut tx, creditor).await? else { return Ok(None) };
    let Some((version, text)) = store::find_mapping(&mut tx, creditor.id, kind).await? else { return Ok(None) };
    let named: Option<(FileChoice, Vec<String>)> = match kind {
        "history" => {
            history::mapping::parse(&text).ok().map(|file| (file.file, file.mapping.columns.into_iter().map(|(_, head, _)| head).collect()))
        }
        _ => parse(&text).ok().map(|file| (file.file, file.mapping.columns.into_iter().map(|column| column.head).collect())),
    };
    let Some((choice, columns)) = named else { return Ok(None) };
    let Ok(source) = Source::open(path, &choice) else { return Ok(None) };
    let fits = columns.iter().all(|column| source.heads().iter().any(|head| is_same_head(head, column)));
    Ok(fits.then_some((version, text)))
}

/// Keeps the mapping that loaded a file as the creditor's next version.
async fn keep_mapping(app: &App, who: &Actor, at: Moment, upload: &Upload) -> Result<(), Failure> {
    let body = match (&upload.mapping, upload.is_history()) {
        (Some(text), _) => text.clone(),
        (None, false) => write(&MappingFile { mapping: guess_of(&upload.path)?.mapping, file: FileChoice::default() }),
        (None, true) => {
            let file = history::mapping::HistoryFile {
                mapping: history::guess_of(&upload.path)?.mapping,
                zone: None,
                file: FileChoice::default(),
            };
            history::mapping::write(&file)
        }
    };
    transaction!(app.db, tx, {
        if let Some(creditor) = find_creditor_by_name(tx, upload.creditor.trim()).await? {
            store::save_mapping(tx, creditor.id, &upload.kind, &body, who.label(), at.at).await?;
        }
        Ok(())
    })
}

fn ask_history(upload: &Upload, id: &str, is_trial: bool) -> ImportHistory {
    ImportHistory {
        file_name: upload.file_name.clone(),
        mapping: upload.mapping.as_deref().and_then(|text| history::mapping::parse(text).ok()),
        is_trial,
        refusals: upload.path.parent().map(|folder| folder.join(format!("{id}-problems.csv"))),
        ..ImportHistory::of(&upload.path, &upload.creditor)
    }
}

pub fn ask(upload: &Upload, id: &str, is_trial: bool) -> ImportAccounts {
    ImportAccounts {
        file_name: upload.file_name.clone(),
        mapping: upload.mapping.as_deref().and_then(|text| parse(text).ok()),
        is_trial,
        refusals: upload.path.parent().map(|folder| folder.join(format!("{id}-problems.csv"))),
        ..ImportAccounts::of(&upload.path, &upload.creditor)
    }
}
