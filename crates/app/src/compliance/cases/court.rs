//! Suits, judgments, debts passed on and records deleted, as a case proposes them.

use super::reading::{date, flag, text};
use duly_domain::compliance::acts::Act;
use duly_domain::compliance::facts::{KeptRecord, Transferee, Venue};
use duly_domain::compliance::record::Purpose;
use serde_json::Value as Json;

pub(super) fn furnish(proposed: &Json) -> Act {
    Act::Furnish { bureau: String::new(), shows_dispute: flag(proposed, "reports_as_disputed", false), delinquency_began: None }
}

pub(super) fn suit(proposed: &Json) -> Act {
    Act::Suit {
        venue: text(proposed, "venue").map(Venue::parse),
        is_proof_of_claim: text(proposed, "purpose").and_then(Purpose::parse) == Some(Purpose::ProofOfClaim),
        accrued_on: None,
        agreement: None,
    }
}

pub(super) fn judgment(proposed: &Json) -> Act {
    Act::Judgment { has_military_affidavit: flag(proposed, "military_affidavit", false) }
}

pub(super) fn transfer(proposed: &Json) -> Act {
    Act::Transfer {
        to: Transferee::parse(text(proposed, "to").unwrap_or("")),
        name: String::new(),
        shows_dispute: flag(proposed, "reports_as_disputed", true),
    }
}

pub(super) fn deletion(proposed: &Json) -> Result<Act, String> {
    let kept = match text(proposed, "kind") {
        Some("call_recording") => KeptRecord::Recording(date(proposed, "call_on")?),
        Some("debit_authorization") => KeptRecord::DebitAuthorization(date(proposed, "last_debit_on")?),
        _ => KeptRecord::Evidence,
    };
    Ok(Act::Delete { kept, last_activity_on: date(proposed, "last_activity_on")? })
}
