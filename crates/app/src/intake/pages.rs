//! Imports on screen: choose a file, see what would happen, load it, take the problems back.

use super::actions::{ImportAccounts, import_accounts};
use super::batch::shown;
use super::mapping_file::{MappingFile, SHIPPED, parse};
use super::progress::{Progress, Reached};
use super::report::Report;
use super::source::Source;
use crate::accounts::store::{Batch, list_batches, list_creditors};
use crate::app::{App, Failure, new_uuid};
use crate::parties::merge::matching::find_likenesses_left;
use crate::store::Tx;
use crate::web::Web;
use crate::web::guard::{Visit, is_same};
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::values::ids::UserId;
use duly_domain::values::money::Money;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::io::AsyncWriteExt;

/// The largest file taken in by the browser.
pub const UPLOAD_BYTES: usize = 1 << 30;

/// Files that were uploaded and tried, until they are loaded or the program ends.
#[derive(Default)]
pub struct Uploads(Mutex<HashMap<String, Upload>>);

/// One uploaded file and what its trial found.
#[derive(Clone)]
struct Upload {
    owner: Option<UserId>,
    path: PathBuf,
    file_name: String,
    creditor: String,
    mapping_name: String,
    mapping: Option<MappingFile>,
    stage: UploadStage,
    report: Report,
    progress: Progress,
}

/// Where an upload stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum UploadStage {
    Trying,
    Tried,
    Loading,
    Loaded,
    /// Stopped, or found wrong: what was said.
    Stopped(String),
}

impl Upload {
    fn is_running(&self) -> bool {
        matches!(self.stage, UploadStage::Trying | UploadStage::Loading)
    }

    fn is_loaded(&self) -> bool {
        self.stage == UploadStage::Loaded
    }

    fn says(&self) -> &str {
        if let UploadStage::Stopped(says) = &self.stage { says } else { "" }
    }
}

impl Uploads {
    fn keep(&self, id: String, upload: Upload) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, upload);
    }

    /// An upload of this user: nobody sees another's file.
    fn of(&self, id: &str, visit: &Visit) -> Result<Upload, Failure> {
        let uploads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let upload = uploads.get(id).filter(|upload| upload.owner == visit.who.id).cloned();
        upload.ok_or_else(|| Failure::NotFound("such upload any more: choose the file again".into()))
    }
}

#[derive(Template)]
#[template(path = "intake/imports.html")]
struct ImportsPage {
    frame: Frame,
    batches: Vec<(Batch, Money, String)>,
    creditors: Vec<String>,
    mappings: Vec<&'static str>,
    says: String,
}

#[derive(Template)]
#[template(path = "intake/trial.html")]
struct TrialPage {
    frame: Frame,
    id: String,
    upload: Upload,
    placed: String,
    heads: Vec<String>,
    preview: Vec<Vec<String>>,
}

#[derive(Template)]
#[template(path = "intake/progress.html")]
struct ProgressPage {
    frame: Frame,
    id: String,
    upload: Upload,
    reached: Reached,
}

/// `GET /imports`
pub async fn get_imports(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    let frame = Frame::of(&visit, "/imports", "Imports").saying(query.get("said").map(String::as_str));
    imports_page(&web.app, frame, String::new()).await
}

async fn imports_page(app: &App, frame: Frame, says: String) -> Result<Response, Failure> {
    let mut tx = app.db.read().await?;
    let batches = shown_batches(&mut tx).await?;
    let creditors = list_creditors(&mut tx).await?.into_iter().map(|creditor| creditor.name).collect();
    Ok(page(&ImportsPage { frame, batches, creditors, mappings: SHIPPED.iter().map(|(name, _)| *name).collect(), says }))
}

async fn shown_batches(tx: &mut Tx) -> Result<Vec<(Batch, Money, String)>, Failure> {
    list_batches(tx).await?.into_iter().map(shown).collect()
}

/// `POST /imports`: the file is kept aside and tried.
pub async fn post_import(State(web): State<Web>, visit: Visit, mut parts: Multipart) -> Result<Response, Failure> {
    let again = |says: &str| imports_page(&web.app, Frame::of(&visit, "/imports", "Imports"), says.to_string());
    let unreadable = |error: axum::extract::multipart::MultipartError| Failure::File(format!("the upload broke off: {error}"));
    let mut fields: HashMap<String, String> = HashMap::new();
    let mut mapping: Option<MappingFile> = None;
    let id = new_uuid().simple().to_string();
    let mut file: Option<(PathBuf, String)> = None;
    while let Some(mut part) = parts.next_field().await.map_err(unreadable)? {
        let name = part.name().unwrap_or_default().to_string();
        // The token comes first: nothing of a form that is not ours is read further.
        if name != "csrf" && !fields.get("csrf").is_some_and(|token| is_same(token, &visit.csrf)) {
            return Err(Failure::Forbidden);
        }
        match name.as_str() {
            "file" => {
                let file_name = part.file_name().unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default().to_string();
                if file_name.is_empty() {
                    return again("Choose a file first.").await;
                }
                // What it is shows in its bytes, not in a name.
                let path = folder()?.join(format!("{id}.upload"));
                let mut out =
                    tokio::fs::File::create(&path).await.map_err(|error| Failure::File(format!("the upload cannot be kept: {error}")))?;
                while let Some(chunk) = part.chunk().await.map_err(unreadable)? {
                    out.write_all(&chunk).await.map_err(|error| Failure::File(format!("the upload cannot be kept: {error}")))?;
                }
                out.flush().await.map_err(|error| Failure::File(format!("the upload cannot be kept: {error}")))?;
                file = Some((path, file_name));
            }
            "mapping_file" => {
                let text = part.text().await.map_err(unreadable)?;
                if !text.trim().is_empty() {
                    match parse(&text) {
                        Ok(parsed) => mapping = Some(parsed),
                        Err(says) => return again(&format!("Mapping: {says}.")).await,
                    }
                }
            }
            _ => {
                fields.insert(name, part.text().await.map_err(unreadable)?);
            }
        }
    }
    let Some((path, file_name)) = file else { return again("Choose a file first.").await };
    let text = |name: &str| fields.get(name).map(|text| text.trim().to_string()).unwrap_or_default();
    if text("creditor").is_empty() {
        return again("Name the creditor whose file it is.").await;
    }
    let shipped = text("mapping");
    let mut mapping_name = if mapping.is_some() { "your mapping file".to_string() } else { "guessed from the heads".to_string() };
    if mapping.is_none()
        && let Some((name, known)) = SHIPPED.iter().find(|(name, _)| *name == shipped)
    {
        mapping = Some(parse(known).map_err(Failure::File)?);
        mapping_name = (*name).to_string();
    }
    let upload = Upload {
        owner: visit.who.id,
        path,
        file_name,
        creditor: text("creditor"),
        mapping_name,
        mapping,
        stage: UploadStage::Tried,
        report: Report::default(),
        progress: Progress::default(),
    };
    run(&web, &visit, &id, upload, true).await?;
    Ok(Redirect::to(&format!("/imports/{id}")).into_response())
}

/// So long a request waits for an import before it shows how far it is.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Tries or loads an upload beside the request, which waits a moment for it.
async fn run(web: &Web, visit: &Visit, id: &str, mut upload: Upload, is_trial: bool) -> Result<(), Failure> {
    (upload.stage, upload.progress) = (if is_trial { UploadStage::Trying } else { UploadStage::Loading }, Progress::default());
    web.uploads.keep(id.to_string(), upload.clone());
    let (web, who, at, id) = (web.clone(), visit.who.clone(), visit.at, id.to_string());
    let running = tokio::spawn(async move {
        match import_accounts(&web.app, &who, at, &ask(&upload, &id, is_trial), &upload.progress).await {
            Ok(report) => {
                if !is_trial && let Err(error) = find_likenesses_left(&web.app, at, &upload.progress).await {
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
    });
    // Slower ones go on by themselves; the page says how far they are.
    tokio::time::timeout(PATIENCE, running).await.ok();
    Ok(())
}

/// A folder of this program's own, in which nobody else may look: uploads hold personal data.
fn folder() -> Result<PathBuf, Failure> {
    let folder = std::env::temp_dir().join(format!("duly-uploads-{}", std::process::id()));
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(Failure::File(format!("uploads cannot be kept: {error}"))),
        _ => Ok(folder),
    }
}

fn ask(upload: &Upload, id: &str, is_trial: bool) -> ImportAccounts {
    ImportAccounts {
        file_name: upload.file_name.clone(),
        mapping: upload.mapping.clone(),
        is_trial,
        refusals: upload.path.parent().map(|folder| folder.join(format!("{id}-problems.csv"))),
        ..ImportAccounts::of(&upload.path, &upload.creditor)
    }
}

/// `GET /imports/{upload}`: how far it is, the trial run, or the report when it is loaded.
pub async fn get_trial(
    State(web): State<Web>,
    visit: Visit,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let upload = web.uploads.of(&id, &visit)?;
    let frame = Frame::of(&visit, "/imports", &format!("Import for {}", upload.creditor)).saying(query.get("said").map(String::as_str));
    if upload.is_running() {
        let reached = upload.progress.reached();
        return Ok(page(&ProgressPage { frame, id, upload, reached }));
    }
    let (mut heads, mut preview) = (Vec::new(), Vec::new());
    // What cannot be opened was said by the trial.
    let choice = upload.mapping.as_ref().map(|mapping| mapping.file.clone()).unwrap_or_default();
    if let Ok(mut source) = Source::open(&upload.path, &choice) {
        heads = source.heads().to_vec();
        while preview.len() < 8 {
            let Ok(Some(row)) = source.next_row() else { break };
            preview.push((0..heads.len()).map(|i| row.cell(i).to_string()).collect());
        }
    }
    let placed = crate::cli::output::written(upload.report.placed_minor, &upload.report.currency);
    Ok(page(&TrialPage { frame, id, upload, placed, heads, preview }))
}

/// `POST /imports/{upload}/loads`: once; again changes nothing.
pub async fn post_load(State(web): State<Web>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let upload = web.uploads.of(&id, &visit)?;
    if !upload.is_loaded() && !upload.is_running() {
        run(&web, &visit, &id, upload, false).await?;
    }
    Ok(Redirect::to(&format!("/imports/{id}")).into_response())
}

/// `POST /imports/{upload}/stops`: after the piece it is at.
pub async fn post_stop(State(web): State<Web>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    web.uploads.of(&id, &visit)?.progress.stop();
    tokio::time::sleep(Duration::from_millis(300)).await;
    Ok(Redirect::to(&format!("/imports/{id}")).into_response())
}

/// `GET /imports/{upload}/problems.csv`
pub async fn get_problems(State(web): State<Web>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let upload = web.uploads.of(&id, &visit)?;
    download(upload.report.refusals, "problems.csv").await
}

/// `GET /imports/{upload}/acknowledgement.csv`
pub async fn get_acknowledgement(State(web): State<Web>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let upload = web.uploads.of(&id, &visit)?;
    download(upload.report.acknowledgement, "acknowledgement.csv").await
}

/// `GET /imports/{upload}/refused-rows.csv`
pub async fn get_refused_rows(State(web): State<Web>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let upload = web.uploads.of(&id, &visit)?;
    download(upload.report.refused_rows, "refused-rows.csv").await
}

async fn download(path: Option<PathBuf>, name: &str) -> Result<Response, Failure> {
    let path = path.ok_or_else(|| Failure::NotFound("such file".into()))?;
    let bytes = tokio::fs::read(&path).await.map_err(|error| Failure::File(format!("the file cannot be read: {error}")))?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, bytes).into_response())
}
