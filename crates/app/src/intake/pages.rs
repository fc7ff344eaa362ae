//! Imports on screen: choose a file, see what would happen, load it, take the problems back.

use super::batch::shown;
use super::mapping_file::SHIPPED;
use super::progress::{Progress, Reached};
use super::report::Report;
use super::source::Source;
use super::upload::{Upload, UploadStage, folder, run, saved, wrong};
use crate::accounts::store::{Batch, list_batches, list_creditors};
use crate::app::{App, Failure, new_uuid};
use crate::store::Tx;
use crate::web::Web;
use crate::web::guard::{Visit, is_same};
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::values::money::Money;
use jiff::tz::TimeZone;
use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

/// The largest file taken in by the browser.
pub const UPLOAD_BYTES: usize = 1 << 30;

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
    let batches = shown_batches(&mut tx, &app.zone()).await?;
    let creditors = list_creditors(&mut tx).await?.into_iter().map(|creditor| creditor.name).collect();
    Ok(page(&ImportsPage { frame, batches, creditors, mappings: SHIPPED.iter().map(|(name, _)| *name).collect(), says }))
}

async fn shown_batches(tx: &mut Tx, zone: &TimeZone) -> Result<Vec<(Batch, Money, String)>, Failure> {
    list_batches(tx).await?.into_iter().map(|batch| shown(batch, zone)).collect()
}

/// `POST /imports`: the file is kept aside and tried.
pub async fn post_import(State(web): State<Web>, visit: Visit, mut parts: Multipart) -> Result<Response, Failure> {
    let again = |says: &str| imports_page(&web.app, Frame::of(&visit, "/imports", "Imports"), says.to_string());
    let unreadable = |error: axum::extract::multipart::MultipartError| Failure::File(format!("the upload broke off: {error}"));
    let mut fields: HashMap<String, String> = HashMap::new();
    let mut mapping: Option<String> = None;
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
                    mapping = Some(text);
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
    let kind = if text("kind") == "history" { "history" } else { "accounts" }.to_string();
    if let Some(says) = mapping.as_deref().and_then(|text| wrong(&kind, text)) {
        return again(&format!("Mapping: {says}.")).await;
    }
    let shipped = text("mapping");
    let mut mapping_name = if mapping.is_some() { "your mapping file".to_string() } else { "guessed".to_string() };
    if mapping.is_none()
        && let Some((name, known)) = SHIPPED.iter().find(|(name, _)| *name == shipped)
    {
        (mapping, mapping_name) = (Some((*known).to_string()), (*name).to_string());
    }
    if mapping.is_none()
        && let Some((version, saved)) = saved(&web.app, &text("creditor"), &kind, &path).await?
    {
        (mapping, mapping_name) = (Some(saved), format!("version {version} of {}", text("creditor")));
    }
    let upload = Upload {
        owner: visit.who.id,
        path,
        file_name,
        creditor: text("creditor"),
        kind,
        mapping_name,
        mapping,
        stage: UploadStage::Tried,
        report: Report::default(),
        progress: Progress::default(),
    };
    run(&web, &visit, &id, upload, true).await?;
    Ok(Redirect::to(&format!("/imports/{id}")).into_response())
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
    let choice = upload.choice();
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
