//! Failures as pages, in one place. What went wrong inside is logged once and not shown.

use super::guard::Visit;
use super::shell::{Frame, page};
use crate::app::Failure;
use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

#[derive(Template)]
#[template(path = "web/failure.html")]
struct FailurePage<'a> {
    frame: Frame,
    says: &'a str,
}

#[derive(Template)]
#[template(path = "web/failure_plain.html")]
struct PlainPage<'a> {
    says: &'a str,
}

/// A failure without a frame: somebody who may not have a session.
pub fn refuse(status: StatusCode, says: &str) -> Response {
    (status, Html(PlainPage { says }.render().unwrap_or_else(|_| says.to_string()))).into_response()
}

/// A failure inside the frame.
pub fn refuse_page(visit: &Visit, status: StatusCode, says: &str) -> Response {
    (status, page(&FailurePage { frame: Frame::of(visit, "", "Not possible"), says })).into_response()
}

/// The answer to a failure.
pub fn respond(failure: &Failure) -> Response {
    let status = match failure {
        Failure::NotFound(_) => StatusCode::NOT_FOUND,
        Failure::Wrong(_) | Failure::Ledger(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Failure::Stale(_) => StatusCode::CONFLICT,
        Failure::Forbidden => StatusCode::FORBIDDEN,
        Failure::Store(_) | Failure::File(_) => {
            tracing::error!(failure = %failure, "a request failed");
            return refuse(
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something failed inside. Nothing was changed; try again, or tell your administrator.",
            );
        }
    };
    let mut says = failure.to_string();
    if let Some(first) = says.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    refuse(status, &format!("{says}."))
}
