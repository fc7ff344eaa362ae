//! Money charged or drawn, as a case proposes it: fees, interest, postdated instruments, debits authorized ahead.

use super::reading::{date, flag, text};
use duly_domain::compliance::acts::Act;
use serde_json::Value as Json;

pub(super) fn fee(proposed: &Json) -> Result<Act, String> {
    Ok(Act::Fee {
        what: String::new(),
        amount_minor: cents(proposed, "amount_cents")?,
        is_in_agreement: flag(proposed, "in_agreement", false),
        is_permitted_by_law: flag(proposed, "law_permits", false),
    })
}

pub(super) fn interest(proposed: &Json) -> Result<Act, String> {
    Ok(Act::Interest {
        rate_basis_points: basis_points(&proposed["annual_rate_percent"])?,
        // Interest that nothing is said about has its ground.
        is_in_agreement: flag(proposed, "in_agreement", true),
        is_permitted_by_law: flag(proposed, "law_permits", false),
    })
}

pub(super) fn deposit(proposed: &Json) -> Result<Act, String> {
    Ok(Act::Deposit {
        accepted_on: date(proposed, "accepted_on")?.ok_or("proposed.accepted_on is missing")?,
        instrument_dated: date(proposed, "instrument_dated")?.ok_or("proposed.instrument_dated is missing")?,
        notice_sent_on: date(proposed, "notice_sent_on")?,
        is_to_threaten_prosecution: flag(proposed, "to_threaten_prosecution", false),
    })
}

pub(super) fn debit(proposed: &Json) -> Result<Act, String> {
    Ok(Act::Debit {
        is_single: false,
        is_authorized_in_writing: matches!(text(proposed, "authorisation"), Some("signed_writing" | "similarly_authenticated")),
        is_revoked: flag(proposed, "authorisation_revoked", false),
        copy_given: flag(proposed, "copy_given", true),
        amount_minor: cents(proposed, "amount_cents")?,
        usual_minor: cents(proposed, "usual_amount_cents")?,
        agreed_range_minor: range(&proposed["agreed_range_cents"])?,
        notice_sent_on: date(proposed, "notice_sent_on")?,
    })
}

fn cents(proposed: &Json, name: &str) -> Result<Option<i64>, String> {
    match &proposed[name] {
        Json::Null => Ok(None),
        amount => amount.as_i64().map(Some).ok_or_else(|| format!("proposed.{name}: {amount} is not a whole number of cents")),
    }
}

fn range(json: &Json) -> Result<Option<(i64, i64)>, String> {
    let ends = || match json.as_array().map(Vec::as_slice) {
        Some([low, high]) => low.as_i64().zip(high.as_i64()),
        _ => None,
    };
    match json {
        Json::Null => Ok(None),
        _ => ends().map(Some).ok_or_else(|| format!("proposed.agreed_range_cents: {json} is not a lowest and a highest number of cents")),
    }
}

fn basis_points(json: &Json) -> Result<i64, String> {
    let written = match json {
        Json::Number(number) => number.to_string(),
        Json::String(text) => text.trim().to_string(),
        _ => return Err("proposed.annual_rate_percent is missing".into()),
    };
    rate(&written).ok_or_else(|| format!("proposed.annual_rate_percent {written:?} is not a rate such as 6.5"))
}

/// A rate of a year in hundredths of a percent, read from its digits; what lies between two is the higher.
pub fn rate(written: &str) -> Option<i64> {
    let (whole, part) = written.split_once('.').unwrap_or((written, ""));
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || !is_digits(whole) || !is_digits(part) {
        return None;
    }
    let hundredths: String = part.chars().chain("00".chars()).take(2).collect();
    let rest = part.get(2..).unwrap_or_default().bytes().any(|b| b != b'0');
    let (whole, hundredths): (i64, i64) = (whole.parse().ok()?, hundredths.parse().ok()?);
    Some(whole * 100 + hundredths + i64::from(rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_rate_is_read_from_its_digits() {
        //   written             hundredths of a percent
        for (written, expected) in [
            (json!(6), Some(600)),
            (json!(6.0), Some(600)),
            (json!(6.1), Some(610)),
            (json!("6.001"), Some(601)),
            (json!("29.99"), Some(2999)),
            (json!(-1), None),
            (json!("six"), None),
            (json!("1e3"), None),
            (json!(null), None),
        ] {
            assert_eq!(basis_points(&written).ok(), expected, "{written}");
        }
    }
}
