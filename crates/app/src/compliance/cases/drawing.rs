//! Money charged or drawn, as a case proposes it: fees, interest, postdated instruments, debits authorized ahead.

use super::deciding::decide;
use super::reading::{date, flag, text};
use crate::compliance::gate::decision_json;
use duly_domain::compliance::facts::{
    DebitFacts, DepositFacts, bank_stops_until, gather_debit, gather_deposit, gather_fee, gather_interest,
};
use duly_domain::compliance::record::{Key, Record};
use duly_domain::compliance::{facts::Facts, rules};
use duly_domain::values::moment::date_of_day;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

pub(super) fn fee(record: &Record, at: Timestamp, debts: &[Key], proposed: &Json) -> Json {
    let facts = gather_fee(record, at, debts, flag(proposed, "in_agreement", false), flag(proposed, "law_permits", false));
    decision_json(&decide(&rules::FEE, &facts, &()))
}

pub(super) fn interest(record: &Record, at: Timestamp, debts: &[Key], proposed: &Json) -> Result<Json, String> {
    // Interest that nothing is said about has its ground.
    let is_unauthorized = !flag(proposed, "in_agreement", true) && !flag(proposed, "law_permits", false);
    let facts = gather_interest(record, at, debts, basis_points(&proposed["annual_rate_percent"])?, is_unauthorized);
    Ok(decision_json(&decide(&rules::INTEREST, &facts, &())))
}

pub(super) fn deposit(record: &Record, at: Timestamp, debts: &[Key], proposed: &Json) -> Result<Json, String> {
    let accepted_on = date(proposed, "accepted_on")?.ok_or("proposed.accepted_on is missing")?;
    let instrument_dated = date(proposed, "instrument_dated")?.ok_or("proposed.instrument_dated is missing")?;
    let facts = DepositFacts {
        is_to_threaten_prosecution: flag(proposed, "to_threaten_prosecution", false),
        ..gather_deposit(record, at, debts, accepted_on, instrument_dated, date(proposed, "notice_sent_on")?)
    };
    Ok(decision_json(&decide(&rules::DEPOSIT, &facts, &())))
}

pub(super) fn debit(record: &Record, at: Timestamp, debts: &[Key], proposed: &Json) -> Result<Json, String> {
    let facts = DebitFacts {
        is_authorized_in_writing: matches!(text(proposed, "authorisation"), Some("signed_writing" | "similarly_authenticated")),
        is_revoked: flag(proposed, "authorisation_revoked", false),
        lacks_copy: !flag(proposed, "copy_given", true),
        varies_from: cents(proposed, "amount_cents")?.zip(cents(proposed, "usual_amount_cents")?),
        agreed_range_minor: range(&proposed["agreed_range_cents"])?,
        notice_sent_on: date(proposed, "notice_sent_on")?,
        ..gather_debit(record, at, debts)
    };
    let mut json = decision_json(&decide(&rules::DEBIT, &facts, &()));
    let debited_on = date_of_day(facts.instant(facts.at).day);
    json["values"] = json!({"bank_stops_until": bank_stops_until(debited_on).to_string()});
    Ok(json)
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

/// A rate of a year in hundredths of a percent, read from its digits; what lies between two is the higher.
fn basis_points(json: &Json) -> Result<i64, String> {
    let written = match json {
        Json::Number(number) => number.to_string(),
        Json::String(text) => text.trim().to_string(),
        _ => return Err("proposed.annual_rate_percent is missing".into()),
    };
    let wrong = || format!("proposed.annual_rate_percent {written:?} is not a rate such as 6.5");
    let (whole, part) = written.split_once('.').unwrap_or((&written, ""));
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || !is_digits(whole) || !is_digits(part) {
        return Err(wrong());
    }
    let hundredths: String = part.chars().chain("00".chars()).take(2).collect();
    let rest = part.get(2..).unwrap_or_default().bytes().any(|b| b != b'0');
    let whole: i64 = whole.parse().map_err(|_| wrong())?;
    let hundredths: i64 = hundredths.parse().map_err(|_| wrong())?;
    Ok(whole * 100 + hundredths + i64::from(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

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
