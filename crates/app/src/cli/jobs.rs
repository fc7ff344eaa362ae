//! The night, and the proofs of the record.

use super::output::answer;
use super::{Answered, Global};
use crate::app::{App, Failure};
use crate::jobs;
use crate::jobs::check::Check;
use crate::store::{StoreError, migrate};
use serde_json::{Value as Json, json};

pub(super) async fn night(app: &App, global: &Global, day: jiff::civil::Date) -> Result<Answered, Failure> {
    let at = app.moment();
    let zone = app.zone();
    let zone = zone.iana_name().unwrap_or("the organization's time zone");
    if day > at.business_day {
        let today = at.business_day;
        return Err(Failure::wrong("business-day", format!("{day} is not over, it lies in the future: it is {today} in {zone}")));
    }
    // Whoever closes a day in its evening does right; whoever mistook the day should learn it.
    let is_over = day < at.business_day;
    let report = jobs::nightly::run(app, at, day).await?;
    if !is_over && !report.was_done {
        eprintln!("duly: {day} is not over yet in {zone}: what comes in until midnight is judged and signed with the next night");
    }
    let steps: Vec<Json> = report
        .steps
        .iter()
        .map(|step| json!({"name": step.name, "seconds": seconds(step.millis), "counts": serde_json::from_str::<Json>(&step.counts).unwrap_or_default()}))
        .collect();
    let json = json!({"business_day": day.to_string(), "steps": steps, "seconds": seconds(report.millis), "accounts": report.accounts, "repeat": report.was_done,
        "day_is_over": is_over});
    answer(global.format, &json, || {
        let mut lines: Vec<String> =
            report.steps.iter().map(|step| format!("{:<20} {:>7} ms  {}", step.name, step.millis, step.counts)).collect();
        lines.push(format!("the night of {day} is {}", if report.was_done { "done already; nothing was changed" } else { "done" }));
        lines
    })?;
    let failed = report
        .steps
        .iter()
        .any(|step| serde_json::from_str::<Json>(&step.counts).is_ok_and(|counts| counts["failed"].as_u64().unwrap_or(0) > 0));
    Ok(if failed { Answered::No } else { Answered::Yes })
}

/// Milliseconds as a JSON number of seconds.
fn seconds(millis: i64) -> Json {
    serde_json::from_str(&format!("{}.{:03}", millis / 1000, millis % 1000)).unwrap_or(Json::Null)
}

pub(super) async fn check(app: &App, global: &Global) -> Result<Answered, Failure> {
    let mut tx = app.db.read().await?;
    let mut checks = jobs::check::run(&mut tx, &app.keys, app.moment().business_day).await?;
    let current = migrate::verify(&app.db).await?;
    checks.push(Check { name: "schema", ok: current, detail: if current { "up to date".into() } else { "run duly migrate".into() } });
    tell(global, &checks)
}

/// Where tables are gone, that is what the check found; the others ask them and cannot be run.
pub(super) fn check_without_tables(global: &Global, missing: &StoreError) -> Result<Answered, Failure> {
    tell(global, &[Check { name: "schema", ok: false, detail: format!("{missing}; the other checks could not be run") }])
}

fn tell(global: &Global, checks: &[Check]) -> Result<Answered, Failure> {
    let json = json!({"checks": checks.iter().map(|check| json!({"name": check.name, "ok": check.ok, "detail": check.detail})).collect::<Vec<_>>()});
    answer(global.format, &json, || {
        checks.iter().map(|check| format!("{} {:<24} {}", if check.ok { "ok    " } else { "FAILED" }, check.name, check.detail)).collect()
    })?;
    Ok(if checks.iter().all(|check| check.ok) { Answered::Yes } else { Answered::No })
}

/// Says whether the schema is current; opening the database brought it there.
pub(super) async fn migrate(app: &App, global: &Global) -> Result<(), Failure> {
    let current = migrate::verify(&app.db).await?;
    answer(global.format, &json!({"current": current}), || vec!["the schema is up to date".into()])
}
