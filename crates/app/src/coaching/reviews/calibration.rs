//! Calibration: how far two reviewers who marked the same calls see the same, item by item and over all.

use super::marking::Marked;
use super::store;
use crate::app::Failure;
use crate::store::Tx;
use crate::web::Web;
use crate::web::guard::Visit;
use crate::web::shell::{COACHING, Frame, page, when};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use duly_domain::coaching::calibration::{Agreement, FEW, agreement};
use duly_domain::coaching::review::Seat;
use duly_domain::coaching::scorecard::{Mark, Scorecard};
use jiff::Timestamp;

/// A coefficient as it is shown, such as `0.68`.
fn coefficient(basis_points: Option<i64>) -> String {
    basis_points.map_or("\u{2013}".into(), |points| {
        let rounded = (points.abs() + 50) / 100;
        format!("{}{}.{:02}", if points < 0 && rounded > 0 { "\u{2212}" } else { "" }, rounded / 100, rounded % 100)
    })
}

/// An item, or all of them, with how far the reviewers see the same.
struct Row {
    name: String,
    found: Agreement,
    percent: String,
    kappa: String,
    weighted: String,
    alpha: String,
}

impl Row {
    fn of(name: String, pairs: &[(Mark, Mark)]) -> Row {
        let found = agreement(pairs);
        Row {
            name,
            percent: found.percent.map_or("\u{2013}".into(), |_| super::pages::percent(found.percent)),
            kappa: coefficient(found.kappa),
            weighted: coefficient(found.weighted),
            alpha: coefficient(found.alpha),
            found,
        }
    }
}

/// A call that is calibrated on.
struct Pair {
    href: String,
    called: String,
    reviewers: String,
    state: &'static str,
    same: String,
}

#[derive(Template)]
#[template(path = "coaching/reviews/calibration.html")]
struct CalibrationPage {
    frame: Frame,
    /// All items together, then each.
    rows: Vec<Row>,
    pairs_in: usize,
    pairs: Vec<Pair>,
    few: usize,
}

/// `GET /coaching/calibration`
pub async fn get_calibration(State(web): State<Web>, visit: Visit) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let all = list(&mut tx, visit.at.at).await?;
    let card = Scorecard::shipped();
    let together: Vec<(Mark, Mark)> = card.items.iter().flat_map(|item| pairs_of(&all, &item.code)).collect();
    let mut rows = vec![Row::of("All items".into(), &together)];
    rows.extend(card.items.iter().map(|item| Row::of(item.question.clone(), &pairs_of(&all, &item.code))));
    let pairs = all.iter().map(|one| {
        let of_call: Vec<(Mark, Mark)> = card.items.iter().flat_map(|item| pairs_of(std::slice::from_ref(one), &item.code)).collect();
        let found = agreement(&of_call);
        // Who marked is no secret; what they marked is, until both are in.
        let names: Vec<&str> = one.scores.iter().map(|score| score.name.as_str()).collect();
        Pair {
            href: format!("/coaching/reviews/{}", one.review.id),
            called: when(one.review.called_at, visit.at.at, &visit.zone),
            reviewers: names.join(", "),
            state: if one.is_open { "both are in" } else { "waits" },
            same: if one.is_open { format!("{} of {}", found.same, found.pairs) } else { "\u{2013}".into() },
        }
    });
    let pairs = pairs.collect();
    let frame = Frame::of(&visit, COACHING, "Calibration");
    Ok(page(&CalibrationPage { frame, rows, pairs_in: together.len(), pairs, few: FEW }))
}

/// Calibrations with their marks, the newest first.
pub async fn list(tx: &mut Tx, now: Timestamp) -> Result<Vec<Marked>, Failure> {
    let mut all = Vec::new();
    for review in store::list_calibrations(tx).await? {
        all.push(Marked::of(tx, review, now).await?);
    }
    Ok(all)
}

/// The marks of an item that both gave, of the calls on which both are in.
pub fn pairs_of(all: &[Marked], item: &str) -> Vec<(Mark, Mark)> {
    let pair = |one: &Marked| Some((*one.marks(Seat::Reviewer)?.get(item)?, *one.marks(Seat::Second)?.get(item)?));
    all.iter().filter(|one| one.is_open).filter_map(pair).collect()
}
