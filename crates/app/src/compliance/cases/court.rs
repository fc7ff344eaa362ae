//! Suits, judgments, debts passed on and records deleted, as a case proposes them.

use super::deciding::decide;
use super::reading::{Names, date, flag, text};
use crate::compliance::gate::decision_json;
use duly_domain::compliance::facts::{
    KeptRecord, SuitFacts, Transferee, Venue, gather_deletion, gather_judgment, gather_suit, gather_transfer,
};
use duly_domain::compliance::record::{Key, Purpose, Record};
use duly_domain::compliance::rules;
use duly_domain::values::moment::date_of_day;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

pub(super) fn suit(record: &Record, at: Timestamp, debts: &[Key], proposed: &Json, names: &mut Names) -> Json {
    let person = text(proposed, "person").map_or(record.consumer.key, |person| names.key(person));
    let is_proof_of_claim = text(proposed, "purpose").and_then(Purpose::parse) == Some(Purpose::ProofOfClaim);
    let facts = SuitFacts { venue: text(proposed, "venue").map(Venue::parse), ..gather_suit(record, at, person, debts, is_proof_of_claim) };
    let mut json = decision_json(&decide(&rules::SUIT, &facts, &()));
    if let Some(first) = facts.debts.iter().filter_map(|debt| debt.limitation).min_by_key(|time| time.last_day) {
        json["values"] = json!({
            "last_day_to_sue": date_of_day(first.last_day).to_string(),
            "limitation_years": first.years,
            "limitation_verified": first.is_verified,
        });
    }
    json
}

pub(super) fn judgment(record: &Record, at: Timestamp, debts: &[Key], proposed: &Json) -> Json {
    let facts = gather_judgment(record, at, debts, flag(proposed, "military_affidavit", false));
    decision_json(&decide(&rules::JUDGMENT, &facts, &()))
}

pub(super) fn transfer(record: &Record, at: Timestamp, debts: &[Key], proposed: &Json) -> Json {
    let to = Transferee::parse(text(proposed, "to").unwrap_or(""));
    let facts = gather_transfer(record, at, debts, to, !flag(proposed, "reports_as_disputed", true));
    decision_json(&decide(&rules::TRANSFER, &facts, &()))
}

pub(super) fn deletion(record: &Record, at: Timestamp, debts: &[Key], proposed: &Json) -> Result<Json, String> {
    let kept = match text(proposed, "kind") {
        Some("call_recording") => KeptRecord::Recording(date(proposed, "call_on")?),
        Some("debit_authorization") => KeptRecord::DebitAuthorization(date(proposed, "last_debit_on")?),
        _ => KeptRecord::Evidence,
    };
    let facts = gather_deletion(record, at, debts, kept, date(proposed, "last_activity_on")?);
    Ok(decision_json(&decide(&rules::DELETION, &facts, &())))
}
