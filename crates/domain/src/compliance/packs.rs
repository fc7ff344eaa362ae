//! Rule packs: what federal law, each state, the District of Columbia and New York City ask, as dated data with source and confidence.
//!
//! A pack brings parts. A part is enforced by a rule, or enforced as a number of the table that rules read, or it permits because
//! nothing is known, or it is only shown, and then it says why. Nothing is written here that the cards of the rules, `states.csv` and
//! the marks of `rules.md` do not say. A pack's version ends with a hash of all it says, so that no part changes under an old version;
//! the versions that applied are kept with every decision.
//!
//! Always true: every rule of the law belongs to one pack; what is of less than high confidence is marked wherever it is shown.

use super::rules;
use super::states::{AS_OF, Confidence, Said, State, states};
use crate::decision::RuleCard;
use crate::values::moment::{date_of_day, written};
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::OnceLock;

/// What one jurisdiction asks.
#[derive(Debug)]
pub struct Pack {
    /// `us`, `us-oh`, `us-ny-nyc`.
    pub id: String,
    /// Its name.
    pub name: &'static str,
    /// The month as of which it stands, and a hash of what it says.
    pub version: String,
    /// The first day on which anything of it binds.
    pub in_force_from: Date,
    /// The first day on which it binds no more; `None` while no end is known.
    pub in_force_until: Option<Date>,
    /// Where it was made from.
    pub source: &'static str,
    /// The least of what it enforces.
    pub confidence: Confidence,
    /// What it says.
    pub parts: Vec<Part>,
}

/// One thing that a pack says.
#[derive(Clone, Debug)]
pub struct Part {
    /// What it is about: a rule's id, or a column of the table in words.
    pub topic: &'static str,
    /// What it says.
    pub says: String,
    /// Where it stands.
    pub source: &'static str,
    /// How sure we are.
    pub confidence: Confidence,
    /// What is done with it.
    pub does: Does,
    /// The first day on which it binds.
    pub in_force_from: Date,
}

/// What is done with a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// It is enforced, by the rule it names or by one that reads it.
    Enforces,
    /// Nothing is known, so it permits.
    Permits,
    /// It is shown and not enforced, for this reason.
    Shows(&'static str),
}

/// The words on screens.
impl fmt::Display for Does {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Does::Enforces => f.write_str("enforced"),
            Does::Permits => f.write_str("none known: permits"),
            Does::Shows(why) => write!(f, "shown only: {why}"),
        }
    }
}

impl Does {
    /// The code in answers.
    pub const fn code(self) -> &'static str {
        match self {
            Does::Enforces => "enforced",
            Does::Permits => "none_known",
            Does::Shows(_) => "shown",
        }
    }
}

impl Part {
    /// From when it binds, in words.
    pub fn since(&self) -> String {
        written(self.in_force_from)
    }
}

impl Pack {
    /// Whether all it enforces can be shown without a mark.
    pub fn is_verified(&self) -> bool {
        self.confidence == Confidence::High
    }

    /// From when until when it binds, in words.
    pub fn in_force(&self) -> String {
        let until = self.in_force_until.map_or_else(|| "no end known".into(), |until| format!("until {}", written(until)));
        format!("from {}, {until}", written(self.in_force_from))
    }

    /// How many rules it brings.
    pub fn rule_count(&self) -> usize {
        self.parts.iter().filter(|part| part.topic.contains('.')).count()
    }

    fn of(id: String, name: &'static str, source: &'static str, parts: Vec<Part>) -> Pack {
        let enforced = || parts.iter().filter(|part| part.does == Does::Enforces);
        let mut hash = Sha256::new();
        for part in &parts {
            hash.update(format!(
                "{}\n{}\n{}\n{}\n{}\n{}\n",
                part.topic,
                part.says,
                part.source,
                part.confidence.code(),
                part.does,
                part.in_force_from
            ));
        }
        let hash = crate::audit::hex(&hash.finalize()[..3]);
        Pack {
            version: format!("{}.{}-{hash}", AS_OF.strftime("%Y"), AS_OF.strftime("%m")),
            in_force_from: enforced().map(|part| part.in_force_from).min().unwrap_or(AS_OF),
            in_force_until: None,
            confidence: enforced().map(|part| part.confidence).min().unwrap_or(Confidence::Low),
            id,
            name,
            source,
            parts,
        }
    }
}

/// Every pack: federal law first, then the states by name, New York City behind its state.
pub fn packs() -> &'static [Pack] {
    static PACKS: OnceLock<Vec<Pack>> = OnceLock::new();
    PACKS.get_or_init(|| {
        let federal = "the texts named with each rule; regulation/rules.md says how each was checked";
        let mut packs = vec![Pack::of(FEDERAL.into(), "United States", federal, rules_of(FEDERAL))];
        for state in states() {
            packs.push(of_state(state));
            if state.code == "NY" {
                packs.push(Pack::of(NEW_YORK_CITY.into(), "New York City", state.source.words, rules_of(NEW_YORK_CITY)));
            }
        }
        packs
    })
}

/// The pack of an id.
pub fn find(id: &str) -> Option<&'static Pack> {
    packs().iter().find(|pack| pack.id == id)
}

const FEDERAL: &str = "us";
const NEW_YORK_CITY: &str = "us-ny-nyc";

/// The pack that a rule of the law belongs to; `None` for rules of policy.
pub fn pack_id_of(rule: &str) -> Option<String> {
    let place = match rule.split('.').collect::<Vec<_>>().as_slice() {
        ["policy", ..] => return None,
        ["state", "nyc", ..] => return Some(NEW_YORK_CITY.into()),
        ["state", place, ..] if place.len() == 2 => format!("us-{place}"),
        _ => FEDERAL.into(),
    };
    Some(place)
}

/// The ids of the packs that apply to somebody who lives, or may live, in these states, and in New York City or not.
pub fn applying<'s>(states: impl IntoIterator<Item = &'s str>, is_in_new_york_city: bool) -> Vec<&'static Pack> {
    let mut ids = vec![FEDERAL.to_string()];
    ids.extend(states.into_iter().map(|state| format!("us-{}", state.to_lowercase())));
    ids.extend(is_in_new_york_city.then(|| NEW_YORK_CITY.to_string()));
    packs().iter().filter(|pack| ids.contains(&pack.id)).collect()
}

fn rules_of(pack: &str) -> Vec<Part> {
    let cards = rules::cards().into_iter().filter(|card| pack_id_of(card.id).as_deref() == Some(pack));
    cards.map(of_rule).collect()
}

fn of_rule(card: &'static RuleCard) -> Part {
    Part {
        topic: card.id,
        says: card.plain.into(),
        source: card.cite,
        confidence: confidence_of(card.id),
        does: Does::Enforces,
        in_force_from: date_of_day(card.in_force_from),
    }
}

fn of_state(state: &'static State) -> Pack {
    let id = format!("us-{}", state.code.to_lowercase());
    let mut parts = rules_of(&id);
    let has_rule = |topic: &str| parts.iter().any(|part| part.topic.ends_with(topic));
    let said = |topic: &'static str, said: Said, is_enforced: bool, or_else: &'static str| Part {
        topic,
        says: if said.words.is_empty() { "none known".into() } else { said.words.into() },
        source: state.source.words,
        confidence: said.confidence,
        does: match (said.says_none(), is_enforced) {
            (true, _) => Does::Permits,
            (false, true) => Does::Enforces,
            (false, false) => Does::Shows(or_else),
        },
        in_force_from: AS_OF,
    };
    let years = |years: Option<u8>| years.map_or_else(|| "not known".into(), |years| format!("{years} years"));
    let limitation = &state.limitation;
    let caps = has_rule("cap") || has_rule("work-calls") || has_rule("work-contact");
    let elsewhere =
        if state.code == "NY" { "it is the city's, which has a pack of its own" } else { "it is not exact enough to be counted" };
    let table = vec![
        Part {
            topic: "Time to sue",
            says: format!(
                "written {}, oral {}, note {}, open account {}; a time that is not known counts as over",
                years(limitation.written),
                years(limitation.oral),
                years(limitation.promissory_note),
                years(limitation.open_account)
            ),
            source: state.limitation_source.words,
            confidence: state.limitation_source.confidence,
            does: Does::Enforces,
            in_force_from: AS_OF,
        },
        said("Time begun anew", state.revival, true, ""),
        said("Contact caps", state.contact_caps, caps, elsewhere),
        said("Calling hours", state.calling_hours, has_rule("hours"), "it is not exact enough to be counted"),
        said("Notices in letters", state.letter_notices, false, "the words of a state's notice are not in the program yet"),
        said("License", state.license, false, "what is on file stands under Licenses, which warns; no contact is refused for it"),
        said("Binds creditors too", state.reaches_creditors, false, "each rule says whom it binds"),
        said("Interest on judgments", state.judgment_interest, false, "judgments are not kept in the program"),
    ];
    parts.extend(table);
    Pack::of(id, state.name, state.source.words, parts)
}

/// How sure we are of a rule, by its mark in the fact sheet: its text was read, an account of it was read, or it is recalled.
pub fn confidence_of(rule: &str) -> Confidence {
    static MARKS: OnceLock<Vec<(&'static str, Confidence)>> = OnceLock::new();
    let marks = MARKS.get_or_init(|| {
        let sheets = [include_str!("../../../../regulation/rules.md"), include_str!("../../../../regulation/rules-added.md")];
        sheets.into_iter().flat_map(str::lines).flat_map(marks_of).collect()
    });
    marks.iter().find(|(id, _)| *id == rule).map_or(Confidence::Low, |(_, confidence)| *confidence)
}

/// The rules that a line of a fact sheet opens with, and its mark; of two marks the lesser.
fn marks_of(line: &'static str) -> Vec<(&'static str, Confidence)> {
    let Some(head) = line.strip_prefix("### ").or_else(|| line.strip_prefix("* ")) else { return Vec::new() };
    let Some((ids, rest)) = head.split_once('[') else { return Vec::new() };
    let confidence = rest.split_once(']').and_then(|(marks, _)| marks.split('/').map(confidence_of_mark).min()).unwrap_or(Confidence::Low);
    ids.split('`').skip(1).step_by(2).map(|id| (id, confidence)).collect()
}

fn confidence_of_mark(mark: &str) -> Confidence {
    match mark {
        "T" => Confidence::High,
        "S" => Confidence::Medium,
        _ => Confidence::Low,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_pack_for_the_country_every_state_and_the_city() {
        assert_eq!(packs().len(), 53);
        assert_eq!(packs()[0].id, "us");
        let ohio = find("us-oh").unwrap();
        assert_eq!((ohio.name, ohio.rule_count()), ("Ohio", 0));
        let caps = ohio.parts.iter().find(|part| part.topic == "Contact caps").unwrap();
        assert_eq!((caps.does, caps.says.as_str()), (Does::Permits, "none stricter known"));
        assert!(find("us-xx").is_none());
    }

    #[test]
    fn every_rule_of_the_law_is_in_one_pack_and_policy_is_in_none() {
        for card in rules::cards() {
            let holding = packs().iter().filter(|pack| pack.parts.iter().any(|part| part.topic == card.id)).count();
            assert_eq!(holding, usize::from(!card.id.starts_with("policy.")), "{}", card.id);
        }
    }

    #[test]
    fn the_marks_of_the_fact_sheet_are_read() {
        for (rule, confidence) in [
            ("regf.time.hours", Confidence::High),
            ("regf.place.inconvenient", Confidence::Medium),
            ("regf.time.consumer-designated", Confidence::Medium),
            ("state.dc.electronic-cap", Confidence::Medium),
            ("state.wa.contact-cap", Confidence::Low),
            ("state.or.work-contact", Confidence::Low),
            ("tcpa.residential.prerecorded-limit", Confidence::Low),
            ("policy.calls", Confidence::High),
            ("no.such-rule", Confidence::Low),
        ] {
            assert_eq!(confidence_of(rule), confidence, "{rule}");
        }
    }

    #[test]
    fn what_a_state_states_is_enforced_or_says_why_not() {
        let part = |pack: &str, topic: &str| find(pack).unwrap().parts.iter().find(|part| part.topic == topic).unwrap().does;
        for pack in ["us-ma", "us-dc", "us-wa", "us-nh", "us-or", "us-wv"] {
            assert_eq!(part(pack, "Contact caps"), Does::Enforces, "{pack}");
        }
        for pack in ["us-fl", "us-ma", "us-wa"] {
            assert_eq!(part(pack, "Calling hours"), Does::Enforces, "{pack}");
        }
        assert!(matches!(part("us-ny", "Contact caps"), Does::Shows(why) if why.contains("city")));
        for state in states() {
            let pack = find(&format!("us-{}", state.code.to_lowercase())).unwrap();
            let is_stated = !state.calling_hours.says_none();
            assert_eq!(
                pack.parts.iter().any(|part| part.topic == "Calling hours" && part.does == Does::Enforces),
                is_stated,
                "{}",
                state.code
            );
        }
    }

    #[test]
    fn a_version_follows_what_the_pack_says() {
        let source = "a source";
        let part = |says: &str| Part {
            topic: "Contact caps",
            says: says.into(),
            source,
            confidence: Confidence::Low,
            does: Does::Enforces,
            in_force_from: AS_OF,
        };
        let version = |says: &str| Pack::of("us-xx".into(), "Nowhere", source, vec![part(says)]).version;
        assert_eq!(version("2 calls"), version("2 calls"));
        assert_ne!(version("2 calls"), version("3 calls"));
        assert!(version("2 calls").starts_with("2026.11-"));
    }

    #[test]
    fn the_packs_of_a_place_apply_with_the_federal_one() {
        let ids = |states: &[&'static str], in_city: bool| {
            applying(states.iter().copied(), in_city).iter().map(|pack| pack.id.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(ids(&["NY"], true), ["us", "us-ny", "us-ny-nyc"]);
        assert_eq!(ids(&["NY", "MA"], false), ["us", "us-ma", "us-ny"]);
        assert_eq!(ids(&[], false), ["us"]);
    }
}
