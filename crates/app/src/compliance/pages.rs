//! The control room: what was refused, what is due, who is near a limit, and whether the record is whole.

use super::licenses::Standings;
use super::store::{self, Refusal};
use super::today::{NearLimit, near_limits, refused_today};
use crate::accounts;
use crate::app::Failure;
use crate::audit;
use crate::disputes::queue::{self, CaseCounts};
use crate::identity::names::Names;
use crate::jobs::checking::{self, KeptCheck, Run};
use crate::outreach::letters::{self, DueNotice};
use crate::store::Tx;
use crate::web::Web;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page, when};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::decision::{Answer, RuleCard};
use duly_domain::identity::{Permission, may};
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::Value as Json;
use std::collections::HashMap;

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
    from: i64,
    to: i64,
    all: i64,
    newer: Option<i64>,
    older: Option<i64>,
    creditors: Vec<accounts::store::Creditor>,
    due: Vec<DueNotice>,
    may_print: bool,
    answers: Vec<(String, i64)>,
    cases: CaseCounts,
    /// Of which places a license is missing or ends soon, and on how many accounts.
    licenses: Vec<(String, i64)>,
    proved: Proved,
    today: Vec<(&'static RuleCard, i64)>,
    near: Vec<NearLimit>,
    due_soon: usize,
    late: usize,
    chain: Vec<ShownEntry>,
}

/// What the integrity checks found last.
struct Proved {
    checks: Vec<KeptCheck>,
    /// When, and by whom; empty if nothing was proved yet.
    at: String,
    is_stale: bool,
    /// Since when they run.
    running: String,
    /// When a run could not end, and why.
    failed: Option<(String, String)>,
}

/// An entry of the agency's chain, with who made it by name.
struct ShownEntry {
    row: audit::store::AuditRow,
    who: String,
}

/// Refusals on one page.
const REFUSALS: i64 = 25;

/// `GET /compliance?page=&said=`: the last thirty days, the newest refusals first.
pub async fn get_control_room(
    State(web): State<Web>,
    visit: Visit,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let since = visit.at.at.saturating_sub(SignedDuration::from_hours(30 * 24)).unwrap_or(visit.at.at);
    let answers = store::count_by_answer(&mut tx, since).await?;
    let all: i64 = answers.iter().filter(|(answer, _)| answer != Answer::Yes.code()).map(|(_, count)| count).sum();
    let last = all.saturating_sub(1).max(0) / REFUSALS + 1;
    let here = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1i64).clamp(1, last);
    let behind = (here - 1) * REFUSALS;
    let refusals = store::list_refusals(&mut tx, since, REFUSALS, behind).await?;
    let shown_to = behind + i64::try_from(refusals.len()).unwrap_or(0);
    let shown = refusals.into_iter().map(|row| {
        let because: Vec<Json> = serde_json::from_str(&row.because).unwrap_or_default();
        let text = |reason: &Json, name: &str| reason[name].as_str().unwrap_or_default().to_string();
        let reasons = because.iter().map(|reason| (text(reason, "plain"), text(reason, "citation"), text(reason, "instead"))).collect();
        ShownRefusal { when: when(row.decided_at, visit.at.at, &visit.zone), row, reasons }
    });
    let (mut chain, mut names) = (Vec::new(), Names::default());
    for row in audit::store::list_of_chain(&mut tx, audit::AGENCY, 20).await? {
        chain.push(ShownEntry { who: names.of(&mut tx, &row.actor).await?, row });
    }
    let due = letters::list_due(&web.app, &mut tx, visit.at, 100).await?;
    let licenses = Standings::read(&mut tx, visit.at.business_day).await?;
    let soon = visit.at.business_day.saturating_add(2.days());
    Ok(page(&ControlRoomPage {
        may_print: may(visit.who.role, Permission::PrintLetters),
        creditors: accounts::store::list_creditors(&mut tx).await?,
        refusals: shown.collect(),
        from: behind + 1,
        to: shown_to,
        all,
        newer: Some(here - 1).filter(|page| *page >= 1),
        older: Some(here + 1).filter(|page| *page <= last),
        answers,
        licenses: licenses.told(visit.at.business_day).map(|(place, says)| (says, place.accounts)).collect(),
        cases: CaseCounts::of(&queue::read(&mut tx, queue::SHOWN).await?, visit.at.business_day),
        proved: proved(&web, &visit, &mut tx, &mut names).await?,
        today: refused_today(&mut tx, &visit).await?,
        near: near_limits(&mut tx, visit.at.at).await?,
        due_soon: due.iter().filter(|notice| !notice.is_late && notice.deadline <= soon).count(),
        late: due.iter().filter(|notice| notice.is_late).count(),
        due,
        chain,
        frame: Frame::of(&visit, "/compliance", "Compliance").saying(query.get("said").map(String::as_str)),
    }))
}

async fn proved(web: &Web, visit: &Visit, tx: &mut Tx, names: &mut Names) -> Result<Proved, Failure> {
    let written = |at: Timestamp| when(at, visit.at.at, &visit.zone);
    let run = web.app.checking.run();
    let mut proved = Proved {
        checks: Vec::new(),
        at: String::new(),
        is_stale: false,
        running: if let Run::Since(at) = run { written(at) } else { String::new() },
        failed: if let Run::Failed(at, why) = run { Some((written(at), why)) } else { None },
    };
    if let Some(kept) = checking::find_last(tx).await? {
        proved.at = format!("{} by {}", written(kept.at), names.of(tx, &kept.by).await?);
        proved.is_stale = kept.is_stale(visit.at.at);
        proved.checks = kept.checks;
    }
    Ok(proved)
}

/// `POST /compliance/checks`: runs the integrity checks and does not wait for them.
pub async fn post_checks(State(web): State<Web>, visit: Visit) -> Result<Response, Failure> {
    checking::start(&web.app, &visit.who, visit.at.at);
    Ok(Redirect::to("/compliance?said=checking").into_response())
}
