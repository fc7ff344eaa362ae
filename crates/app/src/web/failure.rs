//! Failures as pages, in one place. What went wrong inside is logged once and not shown.

use super::guard::Visit;
use super::shell::{Frame, page};
use crate::app::Failure;
use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

#[derive(Template)]
#[template(path = "web/failure.html")]
struct FailurePage<'a> {
    frame: Frame,
    says: &'a str,
    /// Where to go instead, and what stands on the button.
    way: (&'a str, &'a str),
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
    refuse_with_way(visit, status, says, ("/", "Back to the start"))
}

/// A failure inside the frame, with the way out.
pub fn refuse_with_way(visit: &Visit, status: StatusCode, says: &str, way: (&str, &str)) -> Response {
    (status, page(&FailurePage { frame: Frame::of(visit, "", "Not possible"), says, way })).into_response()
}

/// What a page says while the database is away. Whether the last words reached it, nobody can know.
const GONE: &str = "The database cannot be reached at the moment. Try again in a minute: nothing needs to be started anew. \
    If you were sending something, look whether it is there before you send it again.";
/// What a page says when nothing more can be written.
const FULL: &str =
    "The disk of the database is full. What you sent was not kept; what was kept before is safe. Tell your administrator to make room.";

/// The product is there and the database is not.
fn unavailable(says: &str) -> Response {
    ([(header::RETRY_AFTER, "30")], refuse(StatusCode::SERVICE_UNAVAILABLE, says)).into_response()
}

/// The answer to a failure.
pub fn respond(failure: &Failure) -> Response {
    let status = match failure {
        Failure::NotFound(_) => StatusCode::NOT_FOUND,
        Failure::Wrong(_) | Failure::Ledger(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Failure::Stale(_) | Failure::ClockSetBack { .. } => StatusCode::CONFLICT,
        Failure::Forbidden => StatusCode::FORBIDDEN,
        Failure::Store(error) if error.is_unreachable() || error.is_full() => {
            tracing::error!(failure = %failure, "the database could not be used");
            return unavailable(if error.is_full() { FULL } else { GONE });
        }
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
