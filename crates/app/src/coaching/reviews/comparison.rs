//! What each officer's calls, talks and promises came to, beside what the whole floor would have come to with the same ones.

use super::scope;
use super::store::compared;
use crate::app::Failure;
use crate::store::Tx;
use crate::web::Web;
use crate::web::guard::Visit;
use crate::web::shell::{COACHING, Frame, page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use duly_domain::coaching::comparison::{Cell, Compared, FEW, Figure, compare, was_kept};
use duly_domain::plans::promise::PromiseState;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// So many days back.
const DAYS: i64 = 90;

/// An officer beside the floor.
struct Row {
    found: Compared,
    share: String,
    expected: String,
    ratio: String,
    limits: String,
    /// Promises that were taken back before their day: in no share, and not hidden either.
    withdrawn: i64,
}

/// One of the figures.
struct Shown {
    figure: Figure,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "coaching/reviews/comparison.html")]
struct ComparisonPage {
    frame: Frame,
    figures: Vec<Shown>,
    few: i64,
    days: i64,
}

/// `GET /coaching/comparison`: by name, and never by rank.
pub async fn get_comparison(State(web): State<Web>, visit: Visit) -> Result<Response, Failure> {
    let since = visit.at.at.saturating_sub(SignedDuration::from_hours(24 * DAYS)).unwrap_or(visit.at.at);
    let mut tx = web.app.db.read().await?;
    let names: Vec<String> = scope::people(&mut tx, &visit.who).await?.into_iter().map(|person| person.name).collect();
    let mut figures = Vec::new();
    for figure in Figure::ALL {
        let counted = count(&mut tx, figure, since).await?;
        // All are compared with all; only those of one's own teams are shown.
        let rows =
            compare(&counted.cells).into_iter().filter(|one| names.contains(&one.officer)).map(|found| row(found, &counted.withdrawn));
        figures.push(Shown { figure, rows: rows.collect() });
    }
    let frame = Frame::of(&visit, COACHING, "Comparison");
    Ok(page(&ComparisonPage { frame, figures, few: FEW, days: DAYS }))
}

fn row(found: Compared, withdrawn: &BTreeMap<String, i64>) -> Row {
    let hundredths = |value: i64| format!("{}.{:02}", value / 100, value % 100);
    Row {
        share: found.share().map_or("not available".into(), |share| format!("{} %", hundredths(share))),
        expected: format!("{:.1}", found.expected),
        ratio: found.ratio.map_or("too few to say".into(), |(ratio, ..)| hundredths(ratio)),
        limits: found.ratio.map_or(String::new(), |(_, low, high)| format!("{} to {}", hundredths(low), hundredths(high))),
        withdrawn: withdrawn.get(&found.officer).copied().unwrap_or_default(),
        found,
    }
}

/// The cases of a figure, of all officers.
#[derive(Debug, Default)]
pub struct Counted {
    /// By officer, and by what they cannot choose.
    pub cells: Vec<Cell>,
    /// Promises taken back before their day, by officer.
    pub withdrawn: BTreeMap<String, i64>,
}

/// Counts the cases of a figure since a moment.
pub async fn count(tx: &mut Tx, figure: Figure, since: Timestamp) -> Result<Counted, Failure> {
    let mut counted = Counted::default();
    let cell = |officer: String, alike: (&str, &str, bool), cases: i64, observed: i64| Cell {
        officer,
        stratum: format!("{}, {}, {}", alike.0, alike.1, if alike.2 { "first talk" } else { "spoken with before" }),
        cases,
        observed,
    };
    match figure {
        Figure::Reached | Figure::Promised => {
            let rows = match figure {
                Figure::Reached => compared::list_reached(tx, since).await?,
                _ => compared::list_talks(tx, since).await?,
            };
            for row in rows {
                counted.cells.push(cell(row.officer, (&row.stage, &row.band, row.is_first), row.cases, row.observed));
            }
            if figure == Figure::Promised {
                for row in compared::list_taken(tx, since).await? {
                    counted.cells.push(cell(row.officer, (&row.stage, &row.band, row.is_first), 0, row.promises));
                }
            }
        }
        Figure::Kept => {
            for (officer, row) in compared::list_decided(tx, since).await? {
                let alike = (row.stage.as_str(), row.band.as_str(), row.is_first);
                match PromiseState::parse(&row.state) {
                    Some(PromiseState::Withdrawn) => {
                        *counted.withdrawn.entry(officer.clone()).or_default() += row.promises;
                        // Shown, though there is nothing to compare.
                        counted.cells.push(cell(officer, alike, 0, 0));
                    }
                    Some(state) => {
                        if let Some(was_kept) = was_kept(state) {
                            counted.cells.push(cell(officer, alike, row.promises, if was_kept { row.promises } else { 0 }));
                        }
                    }
                    None => {}
                }
            }
        }
    }
    Ok(counted)
}
