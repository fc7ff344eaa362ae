//! The control room: what the gate refused.

use super::store::{self, Refusal};
use crate::app::Failure;
use crate::web::Web;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page, when};
use crate::{audit, jobs};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use duly_domain::compliance::{RULE_SET, rules};
use duly_domain::decision::{RuleCard, Severity};
use jiff::SignedDuration;
use serde_json::Value as Json;

struct ShownRefusal {
    row: Refusal,
    when: String,
    reasons: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "compliance/control_room.html")]
struct ControlRoomPage {
    frame: Frame,
    refusals: Vec<ShownRefusal>,
    answers: Vec<(String, i64)>,
    checks: Vec<jobs::check::Check>,
    rules: Vec<(&'static RuleCard, &'static str)>,
    rule_set: &'static str,
    chain: Vec<audit::store::AuditRow>,
}

/// `GET /compliance`: the last thirty days.
pub async fn get_control_room(State(web): State<Web>, visit: Visit) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let since = visit.at.at.saturating_sub(SignedDuration::from_hours(30 * 24)).unwrap_or(visit.at.at);
    let refusals = store::list_refusals(&mut tx, since, 100).await?;
    let shown = refusals.into_iter().map(|row| {
        let because: Vec<Json> = serde_json::from_str(&row.because).unwrap_or_default();
        let text = |reason: &Json, name: &str| reason[name].as_str().unwrap_or_default().to_string();
        let reasons = because.iter().map(|reason| (text(reason, "plain"), text(reason, "citation"), text(reason, "instead"))).collect();
        ShownRefusal { when: when(row.decided_at, visit.at.at, &visit.zone), row, reasons }
    });
    let rules = rules::cards().into_iter().map(|card| {
        let severity = match card.severity {
            Severity::Block => "refuses",
            Severity::Supervisor => "asks a supervisor",
            Severity::Presumption => "asks a supervisor (presumption)",
            Severity::Warn => "warns",
        };
        (card, severity)
    });
    Ok(page(&ControlRoomPage {
        refusals: shown.collect(),
        answers: store::count_by_answer(&mut tx, since).await?,
        checks: jobs::check::run(&mut tx, &web.app.keys, visit.at.business_day).await?,
        rules: rules.collect(),
        rule_set: RULE_SET,
        chain: audit::store::list_of_chain(&mut tx, audit::AGENCY, 20).await?,
        frame: Frame::of(&visit, "/compliance", "Compliance"),
    }))
}
