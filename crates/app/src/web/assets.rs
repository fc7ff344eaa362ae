//! Files of the program itself: style, script, fonts.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

const FILES: [(&str, &str, &[u8]); 7] = [
    ("duly.css", "text/css; charset=utf-8", include_bytes!("assets/duly.css")),
    ("duly.js", "text/javascript; charset=utf-8", include_bytes!("assets/duly.js")),
    ("live.js", "text/javascript; charset=utf-8", include_bytes!("assets/live.js")),
    ("fields.js", "text/javascript; charset=utf-8", include_bytes!("assets/fields.js")),
    ("sprite.svg", "image/svg+xml", include_bytes!("assets/sprite.svg")),
    ("inter.woff2", "font/woff2", include_bytes!("assets/fonts/inter-latin-wght-normal.woff2")),
    ("inter-ext.woff2", "font/woff2", include_bytes!("assets/fonts/inter-latin-ext-wght-normal.woff2")),
];

/// `GET /assets/{file}`
pub async fn get_asset(Path(file): Path<String>) -> Response {
    match FILES.iter().find(|(name, _, _)| *name == file) {
        Some((_, kind, bytes)) => {
            ([(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, "public, max-age=3600")], *bytes).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
