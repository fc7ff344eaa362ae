//! The handbook on screen: every rule in reading order, and what is obeyed without one.

use crate::app::Failure;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::response::Response;
use duly_domain::compliance::readings::{READINGS, Reading};
use duly_domain::compliance::{RULE_SET, rules};
use duly_domain::decision::{RuleCard, Severity};

#[derive(Template)]
#[template(path = "compliance/handbook.html")]
struct HandbookPage {
    frame: Frame,
    rules: Vec<(&'static RuleCard, &'static str, String)>,
    readings: &'static [Reading],
    rule_set: &'static str,
}

/// `GET /compliance/handbook`
pub async fn get_handbook(visit: Visit) -> Result<Response, Failure> {
    let rules = rules::cards().into_iter().map(|card| {
        let does = match card.severity {
            Severity::Block => "refuses",
            Severity::Supervisor => "asks a supervisor",
            Severity::Presumption => "asks a supervisor (presumption)",
            Severity::Warn => "warns",
        };
        (card, does, card.in_force())
    });
    let frame = Frame::of(&visit, "/compliance", "Handbook");
    Ok(page(&HandbookPage { frame, rules: rules.collect(), readings: &READINGS, rule_set: RULE_SET }))
}
