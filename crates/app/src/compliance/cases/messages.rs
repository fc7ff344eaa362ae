//! What a case asks about a message: may a disclosure go electronically, is a voice mail limited-content, is an address sheltered.

use super::deciding::decide as decide_by;
use super::reading::{date, field, flag, list, text};
use crate::compliance::gate::{decision_json, reason_json};
use duly_domain::compliance::facts::{Basis, BasisKind, Document, gather_basis, gather_delivery, gather_message};
use duly_domain::compliance::record::{Key, Record};
use duly_domain::compliance::rules;
use duly_domain::decision::Decision;
use duly_domain::values::channel::Channel;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value as Json, json};

/// Whether a required disclosure may go electronically.
pub(super) fn deliver(record: &Record, at: Timestamp, proposed: &Json, debts: &[Key]) -> Result<Json, String> {
    let code = text(proposed, "document").ok_or("proposed.document is missing")?;
    let document = Document::parse(code).ok_or_else(|| format!("document {code:?} is not known"))?;
    let is_first = flag(proposed, "in_initial_communication", false);
    let facts = gather_delivery(record, at, debts, document, is_first, flag(proposed, "esign_consent", false));
    Ok(decision_json(&decide_by(&rules::DELIVERY, &facts, &())))
}

/// Whether a message is a limited-content one.
pub(super) fn classify(record: &Record, at: Timestamp, proposed: &Json) -> Result<Json, String> {
    let channel = text(proposed, "channel").ok_or("proposed.channel is missing")?;
    let content = field(proposed, "content")?;
    // A part that is no word is one that nobody knows.
    let parts = list(content, "elements").map(|part| part.as_str().unwrap_or_default());
    let is_voicemail = matches!(channel, "voicemail" | "ringless_voicemail");
    let facts = gather_message(record, at, is_voicemail, parts, flag(content, "cut_off", false));
    Ok(value("limited_content", &decide_by(&rules::MESSAGE, &facts, &())))
}

/// Whether an address or number has shelter if somebody else reads the message.
pub(super) fn basis(record: &Record, at: Timestamp, proposed: &Json) -> Result<Json, String> {
    let code = text(proposed, "channel").ok_or("proposed.channel is missing")?;
    let channel = Channel::parse(code).ok_or_else(|| format!("channel {code:?} is not known"))?;
    let basis = field(proposed, "basis")?;
    let kind = text(basis, "kind").ok_or("basis.kind is missing")?;
    let basis = Basis {
        is_employers: [proposed, basis].iter().any(|place| text(place, "address_kind") == Some("employer_provided")),
        is_opted_out: flag(basis, "opted_out", false),
        creditor_used_it: flag(basis, "creditor_used_address", false),
        is_public_domain: flag(basis, "domain_public", false),
        notice_sent: date(basis, "notice_sent")?,
        opt_out_by: date(basis, "opt_out_by")?,
        last_text: date(basis, "last_text_from_consumer")?,
        consented: date(basis, "consent_given_or_renewed")?,
        checked: checked(basis)?,
        ..Basis::of(BasisKind::parse(kind).ok_or_else(|| format!("basis.kind {kind:?} is not known"))?)
    };
    let address = text(proposed, "address").or(text(proposed, "number"));
    Ok(value("safe_harbour", &decide_by(&rules::BASIS, &gather_basis(record, at, channel, address, &basis), &())))
}

/// The day of a check that found the number with nobody else: a day alone, or one with what was found.
fn checked(basis: &Json) -> Result<Option<Date>, String> {
    match &basis["reassignment_check"] {
        check @ Json::Object(_) if flag(check, "reassigned", false) => Ok(None),
        check @ Json::Object(_) => date(check, "on"),
        _ if flag(basis, "reassigned", false) => Ok(None),
        _ => date(basis, "reassignment_check"),
    }
}

/// An answer that only says what something counts as: nothing is refused, and the reasons say why it is not what was asked.
fn value(name: &str, judged: &Decision) -> Json {
    let mut json = decision_json(&Decision::yes());
    json["values"] = json!({name: judged.because.is_empty()});
    json["because"] = judged.because.iter().map(reason_json).collect();
    json
}
