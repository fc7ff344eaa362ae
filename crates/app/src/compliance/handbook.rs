//! The handbook on screen: every rule in reading order, by what it is about, and what is obeyed without one. The sections are folded,
//! so that their heads are the contents; an address that names a rule opens its own.

use crate::app::Failure;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::response::Response;
use duly_domain::coaching::topic::Topic;
use duly_domain::compliance::readings::{READINGS, Reading};
use duly_domain::compliance::{RULE_SET, rules};
use duly_domain::decision::{RuleCard, Severity};

/// Rules about one thing, each with what it does and since when.
struct Section {
    about: Topic,
    rules: Vec<(&'static RuleCard, &'static str, String)>,
}

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
    let mut sections: Vec<Section> = Topic::ALL.iter().map(|about| Section { about: *about, rules: Vec::new() }).collect();
    for card in rules::cards() {
        let does = match card.severity {
            Severity::Block => "refuses",
            Severity::Supervisor => "asks a supervisor",
            Severity::Presumption => "asks a supervisor (presumption)",
            Severity::Warn => "warns",
        };
        let about = Topic::of(card.id);
        if let Some(section) = sections.iter_mut().find(|section| section.about == about) {
            section.rules.push((card, does, card.in_force()));
        }
    }
    let frame = Frame::of(&visit, "/compliance", "Handbook");
    Ok(page(&HandbookPage { frame, sections, readings: &READINGS, rule_set: RULE_SET }))
}
