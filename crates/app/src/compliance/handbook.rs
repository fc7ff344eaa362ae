//! The handbook on screen: every rule in reading order, by what it is about, and what is obeyed without one. The sections are folded,
//! so that their heads are the contents; an address that names a rule opens its own.

use crate::app::Failure;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::response::Response;
use duly_domain::compliance::readings::{READINGS, Reading};
use duly_domain::compliance::{RULE_SET, rules};
use duly_domain::decision::{RuleCard, Severity};

/// Rules about one thing, each with what it does and since when.
struct Section {
    about: &'static str,
    rules: Vec<(&'static RuleCard, &'static str, String)>,
}

/// What rules are about, by how their ids begin; the first that fits.
const ABOUT: [(&str, &[&str]); 9] = [
    ("How often we call", &["regf.call-frequency"]),
    ("Hours and places", &["regf.time.", "regf.place"]),
    ("Channels and messages", &["regf.channel", "regf.electronic", "regf.limited-content"]),
    ("Calls and texts by machine", &["tcpa."]),
    ("People and stops", &["regf.cease", "regf.attorney", "regf.third-party", "regf.location-info", "regf.deceased", "bankruptcy."]),
    ("Notices, disclosures and disputes", &["regf.validation", "regf.disclosure", "regf.dispute", "fdcpa.dispute"]),
    ("States and cities", &["state."]),
    ("House policy", &["policy."]),
    ("Money, reports, suits and records", &[""]),
];

#[derive(Template)]
#[template(path = "compliance/handbook.html")]
struct HandbookPage {
    frame: Frame,
    sections: Vec<Section>,
    readings: &'static [Reading],
    rule_set: &'static str,
}

/// `GET /compliance/handbook`
pub async fn get_handbook(visit: Visit) -> Result<Response, Failure> {
    let mut sections: Vec<Section> = ABOUT.iter().map(|(about, _)| Section { about, rules: Vec::new() }).collect();
    for card in rules::cards() {
        let does = match card.severity {
            Severity::Block => "refuses",
            Severity::Supervisor => "asks a supervisor",
            Severity::Presumption => "asks a supervisor (presumption)",
            Severity::Warn => "warns",
        };
        let place = ABOUT.iter().position(|(_, begins)| begins.iter().any(|begins| card.id.starts_with(begins)));
        if let Some(section) = place.and_then(|place| sections.get_mut(place)) {
            section.rules.push((card, does, card.in_force()));
        }
    }
    let frame = Frame::of(&visit, "/compliance", "Handbook");
    Ok(page(&HandbookPage { frame, sections, readings: &READINGS, rule_set: RULE_SET }))
}
