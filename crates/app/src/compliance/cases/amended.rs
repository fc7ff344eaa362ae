//! The amendments of the rule packs that a case names, and those that a change is tried with.

use super::reading::{instant, list, text};
use duly_domain::compliance::amendments::{Amendment, Column, NO_END, Says};
use duly_domain::compliance::editions::Editions;
use duly_domain::compliance::packs::{NEW_YORK_CITY, find, pack_of_state};
use duly_domain::compliance::record::Consumer;
use duly_domain::compliance::states::Confidence;
use jiff::tz::TimeZone;
use serde_json::Value as Json;
use std::sync::Arc;

/// Puts the amendments of a case on record, and one more that is tried.
pub(super) fn amend(given: &Json, consumer: &mut Consumer, tried: Option<&Amendment>) -> Result<(), String> {
    let named = list(given, "amendments").enumerate().map(|(i, json)| amendment(json, i)).collect::<Result<Vec<_>, _>>()?;
    let amendments: Vec<Arc<Amendment>> = named.into_iter().chain(tried.cloned()).map(Arc::new).collect();
    if amendments.is_empty() {
        return Ok(());
    }
    let json = &given["consumer"];
    let state = text(json, "state").map(pack_of_state);
    let is_of = |pack: &str| match pack {
        NEW_YORK_CITY => text(json, "state") == Some("NY") && text(json, "locality") == Some("nyc"),
        pack => Some(pack) == state.as_deref(),
    };
    consumer.law = Editions::of(amendments);
    consumer.amendments = consumer.law.about_contacts(is_of);
    Ok(())
}

fn amendment(json: &Json, i: usize) -> Result<Amendment, String> {
    let word = |name: &str| text(json, name).ok_or_else(|| format!("amendments[{i}].{name} is missing"));
    let column = Column::parse(word("column")?).ok_or_else(|| format!("amendments[{i}].column is no column of the table"))?;
    let says = Says::parse(column, word("says")?).map_err(|wrong| format!("amendments[{i}].says {wrong}"))?;
    let pack = word("pack")?;
    if find(pack).is_none() || !column.is_of(pack) {
        return Err(format!("amendments[{i}].pack {pack:?} has no such column"));
    }
    let (begins, ends) = (instant(json, "begins")?, json.get("ends").map(|_| instant(json, "ends")).transpose()?);
    let day = |at: jiff::Timestamp| at.to_zoned(TimeZone::UTC).date();
    Ok(Amendment {
        number: u32::try_from(i).unwrap_or(u32::MAX).saturating_add(1),
        pack: pack.to_string(),
        column,
        says,
        source: word("source")?.to_string(),
        confidence: Confidence::parse(word("confidence")?),
        from_on: day(begins),
        to_on: ends.map(day),
        begins_at: begins.as_second(),
        ends_at: ends.map_or(NO_END, |ends| ends.as_second()),
    })
}
