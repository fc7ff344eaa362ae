//! A form with a file, read part by part: the token first, and no more of the file than may be taken in.

use super::form::Fields;
use super::guard::{Visit, is_same};
use crate::accounts::papers::LARGEST_DOCUMENT;
use crate::app::Failure;
use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// A file as it came.
#[derive(Clone, Debug, Default)]
pub struct Upload {
    /// Its name, without folders; empty where none was chosen.
    pub file_name: String,
    /// What the sender says it is.
    pub media_type: String,
    /// Its bytes, one more at the most than may be kept.
    pub body: Vec<u8>,
}

/// Reads the fields of a form and its part `file`.
pub async fn read(visit: &Visit, mut parts: Multipart) -> Result<(Fields, Upload), Failure> {
    let unreadable = |error: MultipartError| Failure::File(format!("the upload broke off: {error}"));
    let (mut fields, mut upload) = (Fields::default(), Upload::default());
    while let Some(mut part) = parts.next_field().await.map_err(unreadable)? {
        let name = part.name().unwrap_or_default().to_string();
        // The token comes first: nothing of a form that is not ours is read further.
        if name != "csrf" && !is_same(fields.text("csrf"), &visit.csrf) {
            return Err(Failure::Forbidden);
        }
        if name == "file" {
            upload.file_name = part.file_name().unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default().to_string();
            upload.media_type = part.content_type().unwrap_or("application/octet-stream").to_string();
            // One byte more than may be is enough to refuse it; the rest is not taken in.
            while upload.body.len() <= LARGEST_DOCUMENT
                && let Some(chunk) = part.chunk().await.map_err(unreadable)?
            {
                upload.body.extend_from_slice(&chunk);
            }
        } else {
            fields = fields.with(&name, &part.text().await.map_err(unreadable)?);
        }
    }
    if !is_same(fields.text("csrf"), &visit.csrf) {
        return Err(Failure::Forbidden);
    }
    Ok((fields, upload))
}

/// Hands a paper out: always to be saved, never shown as a page of ours.
pub fn hand_out(file_name: &str, body: Vec<u8>) -> Response {
    let plain: String = file_name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')).collect();
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{plain}\"")),
    ];
    (headers, body).into_response()
}
