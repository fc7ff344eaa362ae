//! How packs are made: from the cards of the rules, the rows of the states, and what was amended.

use super::{Does, FEDERAL, NEW_YORK_CITY, Pack, Part, confidence_of, pack_id_of, pack_of_state};
use crate::compliance::amendments::{Amendment, Column, Says};
use crate::compliance::rules;
use crate::compliance::states::{AS_OF, Confidence, Said, State};
use crate::decision::RuleCard;
use crate::values::moment::date_of_day;
use jiff::civil::Date;
use std::sync::Arc;

/// The packs made from the rows of the states and from what was amended.
pub(in crate::compliance) fn of_states(states: &[State], amendments: &[&Arc<Amendment>]) -> Vec<Arc<Pack>> {
    let federal = "the texts named with each rule; regulation/rules.md says how each was checked";
    let mut packs = vec![Pack::of(FEDERAL.into(), "United States", federal.into(), rules_of(FEDERAL))];
    for state in states {
        packs.push(of_state(state));
        if state.code == "NY" {
            packs.push(of_city(state, amendments));
        }
    }
    packs.into_iter().map(Arc::new).collect()
}

fn rules_of(pack: &str) -> Vec<Part> {
    let cards = rules::cards().into_iter().filter(|card| pack_id_of(card.id).as_deref() == Some(pack));
    cards.map(of_rule).collect()
}

fn of_rule(card: &'static RuleCard) -> Part {
    Part {
        topic: card.id,
        says: card.plain.into(),
        source: card.cite.into(),
        confidence: confidence_of(card.id),
        does: Does::Enforces,
        in_force_from: date_of_day(card.in_force_from),
        in_force_to: card.in_force_to.map(date_of_day),
        amended: Vec::new(),
    }
}

/// What is said of a rule whose column was amended.
const REPLACED: Does = Does::Shows("our amendment stands in its place");

/// Of the rules of a place those that a column's amendment stands in the place of.
fn replace_rules(parts: &mut [Part], column: Column) {
    let is_hours = |topic: &str| topic.ends_with("hours");
    let is_cap = |topic: &str| ["cap", "work-calls", "work-contact"].iter().any(|end| topic.ends_with(end));
    for part in parts {
        let is_replaced = match column {
            Column::CallingHours => is_hours(part.topic),
            // The District of Columbia asks for consent as well, which is no cap.
            Column::ContactCaps => is_cap(part.topic) && part.topic != "state.dc.electronic-cap",
            _ => false,
        };
        if is_replaced {
            part.does = REPLACED;
        }
    }
}

/// A part as an amendment has it.
fn of_amendment(amendment: &Amendment, or_else: &'static str) -> Part {
    let does = match &amendment.says {
        Says::Hours(None) => Does::Permits,
        Says::Caps(caps) if caps.is_empty() => Does::Permits,
        Says::Hours(_) | Says::Caps(_) | Says::Years(_) => Does::Enforces,
        Says::Words(_) | Says::AsShipped if or_else.is_empty() => Does::Enforces,
        Says::Words(_) | Says::AsShipped => Does::Shows(or_else),
    };
    Part {
        topic: amendment.column.topic(),
        says: amendment.says.to_string(),
        source: amendment.source.clone().into(),
        confidence: amendment.confidence,
        does,
        in_force_from: amendment.from_on,
        in_force_to: amendment.to_on,
        amended: vec![amendment.number],
    }
}

fn of_city(state: &State, amendments: &[&Arc<Amendment>]) -> Pack {
    let mut parts = rules_of(NEW_YORK_CITY);
    for amendment in amendments.iter().filter(|amendment| amendment.pack == NEW_YORK_CITY) {
        replace_rules(&mut parts, amendment.column);
        parts.push(of_amendment(amendment, ""));
    }
    Pack::of(NEW_YORK_CITY.into(), "New York City", state.source.words.clone(), parts)
}

fn of_state(state: &State) -> Pack {
    let id = pack_of_state(state.code);
    let mut parts = rules_of(&id);
    let has_rule = |topic: &str| parts.iter().any(|part| part.topic.ends_with(topic));
    let said = |column: Column, said: &Said, is_enforced: bool, or_else: &'static str| match state.amendment(column) {
        Some(amendment) => of_amendment(amendment, if column.is_about_contacts() { "" } else { or_else }),
        None => Part {
            topic: column.topic(),
            says: if said.words.is_empty() { "none known".into() } else { said.words.to_string() },
            source: state.source.words.clone(),
            confidence: said.confidence,
            does: match (said.says_none(), is_enforced) {
                (true, _) => Does::Permits,
                (false, true) => Does::Enforces,
                (false, false) => Does::Shows(or_else),
            },
            in_force_from: AS_OF,
            in_force_to: None,
            amended: Vec::new(),
        },
    };
    let caps = has_rule("cap") || has_rule("work-calls") || has_rule("work-contact");
    let elsewhere =
        if state.code == "NY" { "it is the city's, which has a pack of its own" } else { "it is not exact enough to be counted" };
    let no_words = "the words of a state's notice are not in the program yet";
    let table = vec![
        time_to_sue(state),
        said(Column::Revival, &state.revival, true, ""),
        said(Column::ContactCaps, &state.contact_caps, caps, elsewhere),
        said(Column::CallingHours, &state.calling_hours, has_rule("hours"), "it is not exact enough to be counted"),
        said(Column::LetterNotices, &state.letter_notices, false, no_words),
        said(Column::License, &state.license, false, "what is on file stands under Licenses, which warns; no contact is refused for it"),
        said(Column::ReachesCreditors, &state.reaches_creditors, false, "each rule says whom it binds"),
        said(Column::JudgmentInterest, &state.judgment_interest, false, "judgments are not kept in the program"),
    ];
    state.amended.iter().for_each(|amendment| replace_rules(&mut parts, amendment.column));
    parts.extend(table);
    Pack::of(id, state.name, state.source.words.clone(), parts)
}

fn time_to_sue(state: &State) -> Part {
    let years = |years: Option<u8>| years.map_or_else(|| "not known".into(), |years| format!("{years} years"));
    let limitation = &state.limitation;
    let amended: Vec<&Arc<Amendment>> = state.amended.iter().filter(|amendment| amendment.column.is_years()).collect();
    let mut sources = vec![state.limitation_source.words.to_string()];
    sources.extend(amended.iter().map(|one| format!("{}: {}", one.column, one.source)));
    let confidence = amended.iter().map(|one| one.confidence).fold(state.limitation_source.confidence, Confidence::min);
    Part {
        topic: Column::WrittenYears.topic(),
        says: format!(
            "written {}, oral {}, note {}, open account {}; a time that is not known counts as over",
            years(limitation.written),
            years(limitation.oral),
            years(limitation.promissory_note),
            years(limitation.open_account)
        ),
        source: sources.join("; ").into(),
        confidence,
        does: Does::Enforces,
        in_force_from: amended.iter().map(|one| one.from_on).fold(AS_OF, Date::max),
        in_force_to: amended.iter().filter_map(|one| one.to_on).min(),
        amended: amended.iter().map(|one| one.number).collect(),
    }
}
