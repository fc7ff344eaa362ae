//! What each officer's calls came to, beside what the whole floor would have come to with the same calls.

use super::scope;
use super::store;
use crate::app::Failure;
use crate::web::Web;
use crate::web::guard::Visit;
use crate::web::shell::{COACHING, Frame, page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use duly_domain::coaching::comparison::{Cell, Compared, FEW, compare};
use jiff::SignedDuration;

/// So many days back.
const DAYS: i64 = 90;

/// An officer beside the floor.
struct Row {
    found: Compared,
    expected: String,
    ratio: String,
    limits: String,
}

#[derive(Template)]
#[template(path = "coaching/reviews/comparison.html")]
struct ComparisonPage {
    frame: Frame,
    rows: Vec<Row>,
    few: i64,
    days: i64,
}

/// `GET /coaching/comparison`: by name, and never by rank.
pub async fn get_comparison(State(web): State<Web>, visit: Visit) -> Result<Response, Failure> {
    let since = visit.at.at.saturating_sub(SignedDuration::from_hours(24 * DAYS)).unwrap_or(visit.at.at);
    let mut tx = web.app.db.read().await?;
    let cells: Vec<Cell> = store::list_reached(&mut tx, since)
        .await?
        .into_iter()
        .map(|row| Cell {
            officer: row.officer,
            stratum: format!("{}, {}, {}", row.stage, row.band, if row.is_first { "first talk" } else { "spoken with before" }),
            calls: row.calls,
            reached: row.reached,
        })
        .collect();
    let names: Vec<String> = scope::people(&mut tx, &visit.who).await?.into_iter().map(|person| person.name).collect();
    let hundredths = |value: i64| format!("{}.{:02}", value / 100, value % 100);
    // All are compared with all; only those of one's own teams are shown.
    let rows = compare(&cells).into_iter().filter(|one| names.contains(&one.officer)).map(|found| Row {
        expected: format!("{:.1}", found.expected),
        ratio: found.ratio.map_or("too few to say".into(), |(ratio, ..)| hundredths(ratio)),
        limits: found.ratio.map_or(String::new(), |(_, low, high)| format!("{} to {}", hundredths(low), hundredths(high))),
        found,
    });
    let rows = rows.collect();
    let frame = Frame::of(&visit, COACHING, "Comparison");
    Ok(page(&ComparisonPage { frame, rows, few: FEW, days: DAYS }))
}
