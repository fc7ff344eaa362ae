//! Whether a validation notice may be made, as a case proposes it: complete but for what the case says is missing, by its amounts.

use super::acts::cents;
use super::deciding::missing_of_notice;
use super::reading::{date, list};
use crate::compliance::gate::decision_json;
use duly_domain::decision::Decision;
use duly_domain::outreach::letter::Language;
use duly_domain::outreach::validation_notice::{Collector, Itemized, NoticeFacts};
use duly_domain::values::money::Money;
use jiff::civil::Date;
use serde_json::{Value as Json, json};

/// The reading that a notice with a gap goes against.
pub(super) const CONTENT: &str = "regf.validation.content";

pub(super) fn make(proposed: &Json) -> Result<Json, String> {
    let mailed_on = date(proposed, "mailing_on")?.ok_or("proposed.mailing_on is missing")?;
    let amounts = &proposed["itemization"];
    let amount = |name| cents(amounts, name).map(Money::usd);
    let itemized = match amounts {
        Json::Null => None,
        _ => Some(Itemized {
            on: date(amounts, "on")?.ok_or("itemization.on is missing")?,
            owed: amount("owed_cents")?,
            interest: amount("interest_cents")?,
            fees: amount("fees_cents")?,
            credits: amount("credits_cents")?,
        }),
    };
    let owed_now = Money::usd(cents(proposed, "owed_cents")?);
    let mut facts = NoticeFacts { itemized, owed_now, ..complete(mailed_on) };
    facts.is_financial = proposed["financial_product"] != false;
    for element in list(proposed, "missing") {
        let gap = match element.as_str().unwrap_or_default() {
            "collector_name" => &mut facts.collector.name,
            "consumer_name" => &mut facts.consumer,
            "creditor_on_itemization_date" => &mut facts.creditor_then,
            "current_creditor" => &mut facts.creditor_now,
            "account_number" => &mut facts.account_number,
            "collector_address" => &mut facts.collector.address[0],
            "consumer_address" => &mut facts.address[0],
            _ => return Err(format!("proposed.missing names {element}, which is no element")),
        };
        gap.clear();
    }
    let missing = missing_of_notice(&facts);
    let mut json = decision_json(&Decision::yes());
    json["values"] = json!({"missing": missing.iter().map(|one| one.element).collect::<Vec<_>>()});
    if !missing.is_empty() {
        let because = missing.iter().map(|one| json!({"rule": CONTENT, "citation": one.cite, "plain": "The notice lacks an element that the law lists, or its amounts do not add up.",
                "detail": one.to_string(), "instead": "Enter what is missing; then it can be made."}));
        json["because"] = because.collect();
        (json["allowed"], json["answer"], json["rules"]) = (json!(false), json!("no"), json!([CONTENT]));
    }
    Ok(json)
}

/// A notice that lacks nothing but its amounts.
fn complete(mailed_on: Date) -> NoticeFacts {
    let lines = || vec!["1 High Street".to_string(), "Columbus, OH 43205".to_string()];
    NoticeFacts {
        mailed_on,
        language: Language::English,
        collector: Collector { name: "Collector".into(), address: lines(), phone: "+1 614 555 0100".into(), ..Collector::default() },
        consumer: "Consumer".into(),
        address: lines(),
        creditor_then: "Creditor".into(),
        creditor_now: "Creditor".into(),
        account_number: "0001".into(),
        reference: "1".into(),
        itemized: None,
        owed_now: Money::usd(0),
        is_financial: true,
        state_texts: Vec::new(),
        words_due: Vec::new(),
    }
}
