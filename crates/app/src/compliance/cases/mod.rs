//! Conformance cases: facts in, answer out, in the shape of `regulation/cases/README.md`.
//!
//! [`reading`] makes the record of a case, [`acts`] decides what is proposed; [`messages`], [`notices`], [`drawing`]
//! and [`court`] hold the acts that concern messages alone, the validation notice, money, and courts, sales and records.

mod acts;
mod amended;
mod court;
mod deciding;
pub mod drawing;
#[cfg(test)]
mod fuzz;
mod messages;
mod notices;
mod reading;
pub mod shipped;

use duly_domain::compliance::amendments::Amendment;
use duly_domain::compliance::policy::ContactPolicy;
use jiff::Timestamp;
use reading::{Names, field, list, policy_with, record, text};
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};

/// Decides one case; the error names what cannot be read.
pub fn decide(case: &Json) -> Result<Json, String> {
    decide_under(case, &ContactPolicy::LAW)
}

/// Decides one case under a policy.
fn decide_under(case: &Json, policy: &ContactPolicy) -> Result<Json, String> {
    decide_amended(case, policy, None)
}

/// Decides one case under a policy, with one more amendment of the packs than it names itself.
fn decide_amended(case: &Json, policy: &ContactPolicy, amendment: Option<&Amendment>) -> Result<Json, String> {
    let mut names = Names::default();
    let proposed = field(case, "proposed")?;
    let action = text(proposed, "action").unwrap_or("contact");
    let Some(act) = acts::Act::parse(action) else {
        return Err(format!("proposed.action {action:?} is not decided by this version"));
    };
    let given = field(case, "given")?;
    let record = record(given, amendment, &mut names)?;
    let policy = &policy_with(given, policy)?;
    let when = text(case, "when").ok_or("when is missing")?;
    let at: Timestamp = when.parse().map_err(|_| format!("when {when:?} is not an instant with its offset"))?;
    let is_known = |name: &str| list(&case["given"], "accounts").any(|account| text(account, "id") == Some(name));
    for (field, name) in acts::debts_named(proposed) {
        if !is_known(name) {
            return Err(format!("proposed.{field} names {name:?}, which is not among given.accounts"));
        }
    }
    let mut json = acts::decide(act, &record, at, proposed, &mut names, policy)?;
    json["not_judged"] = Json::from(acts::not_judged(act, case));
    Ok(json)
}

/// Runs one case against its expectation: `id, pass, expected, got`.
pub fn run(case: &Json) -> Json {
    let id = text(case, "id").unwrap_or("?");
    let expected = case.get("expect").cloned().unwrap_or(Json::Null);
    match decide(case) {
        Ok(got) => json!({"id": id, "pass": agrees(&expected, &got), "expected": expected, "got": got}),
        Err(error) => json!({"id": id, "pass": false, "expected": expected, "got": {"error": error}}),
    }
}

/// Whether an answer is the one expected: what an expectation does not name is not compared.
fn agrees(expected: &Json, got: &Json) -> bool {
    let same_set = |name: &str| {
        let sorted = |json: &Json| {
            let mut ids: Vec<String> = json[name].as_array().into_iter().flatten().filter_map(|id| id.as_str().map(String::from)).collect();
            ids.sort();
            ids
        };
        sorted(expected) == sorted(got)
    };
    let same_moment = || match (expected["next_allowed_at"].as_str(), got["next_allowed_at"].as_str()) {
        (Some(expected), Some(got)) => expected.parse::<Timestamp>().ok().zip(got.parse::<Timestamp>().ok()).is_some_and(|(a, b)| a == b),
        (None, None) => true,
        _ => false,
    };
    let values_match =
        || expected["values"].as_object().is_none_or(|values| values.iter().all(|(name, value)| got["values"][name] == *value));
    expected["allowed"] == got["allowed"]
        && same_set("rules")
        && (expected.get("warnings").is_none() || same_set("warnings"))
        && (expected.get("next_allowed_at").is_none() || same_moment())
        && values_match()
}

/// Every case of files and of the JSON files below folders, in order of path.
pub fn read(paths: &[PathBuf]) -> Result<Vec<Json>, String> {
    let mut files = Vec::new();
    for path in paths {
        collect(path, &mut files)?;
    }
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
        match serde_json::from_str(&text).map_err(|error| format!("{} is not JSON: {error}", file.display()))? {
            Json::Array(all) => cases.extend(all),
            one => cases.push(one),
        }
    }
    Ok(cases)
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    if path.is_file() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    let entries = std::fs::read_dir(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() || path.extension().is_some_and(|ext| ext == "json") {
            collect(&path, files)?;
        }
    }
    Ok(())
}
