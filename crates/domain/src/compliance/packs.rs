//! Rule packs: what federal law, each state, the District of Columbia and New York City ask, as dated data with source and confidence.
//!
//! A pack brings parts. A part is enforced by a rule, or enforced as a number of the table that rules read, or it permits because
//! nothing is known, or it is only shown, and then it says why. Nothing is written here that the cards of the rules, `states.csv` and
//! the marks of `rules.md` do not say, or an amendment that the agency approved ([`super::amendments`]). A pack's version ends with a hash
//! of all it says and the numbers of its amendments, so that no part changes under an old version; the versions that applied are kept
//! with every decision.
//!
//! Always true: every rule of the law belongs to one pack; what is of less than high confidence is marked wherever it is shown.

mod making;

pub(super) use making::of_states;

use super::editions::{Edition, Editions};
use super::states::{AS_OF, Confidence};
use crate::decision::{Detail, Reason};
use crate::values::moment::written;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// What one jurisdiction asks.
#[derive(Debug)]
pub struct Pack {
    /// `us`, `us-oh`, `us-ny-nyc`.
    pub id: String,
    /// Its name.
    pub name: &'static str,
    /// The month as of which it stands, a hash of what it says, and the numbers of the amendments in it.
    pub version: String,
    /// The first day on which anything of it binds.
    pub in_force_from: Date,
    /// The last day on which all of it binds; `None` while no end is known.
    pub in_force_to: Option<Date>,
    /// Where it was made from.
    pub source: Cow<'static, str>,
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
    pub source: Cow<'static, str>,
    /// How sure we are.
    pub confidence: Confidence,
    /// What is done with it.
    pub does: Does,
    /// The first day on which it binds.
    pub in_force_from: Date,
    /// The last day on which it binds; `None` while no end is known.
    pub in_force_to: Option<Date>,
    /// The numbers of the agency's amendments that it rests on.
    pub amended: Vec<u32>,
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
    /// From when until when it binds, in words.
    pub fn in_force(&self) -> String {
        self.in_force_to.map_or_else(
            || format!("from {}", written(self.in_force_from)),
            |last| format!("from {} to {}", written(self.in_force_from), written(last)),
        )
    }

    /// Whose it is where it is not the program's: the amendments that it rests on, in words.
    pub fn by_amendment(&self) -> Option<String> {
        let numbers: Vec<String> = self.amended.iter().map(u32::to_string).collect();
        (!numbers.is_empty()).then(|| format!("our amendment {}", numbers.join(", ")))
    }
}

impl Pack {
    /// Whether all it enforces can be shown without a mark.
    pub fn is_verified(&self) -> bool {
        self.confidence == Confidence::High
    }

    /// From when until when it binds, in words.
    pub fn in_force(&self) -> String {
        let to = self.in_force_to.map_or_else(|| ", no end known".into(), |last| format!(" to {}", written(last)));
        format!("from {}{to}", written(self.in_force_from))
    }

    /// How many rules it brings.
    pub fn rule_count(&self) -> usize {
        self.parts.iter().filter(|part| part.topic.contains('.')).count()
    }

    fn of(id: String, name: &'static str, source: Cow<'static, str>, parts: Vec<Part>) -> Pack {
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
        let mut amended: Vec<u32> = parts.iter().flat_map(|part| part.amended.iter().copied()).collect();
        amended.sort_unstable();
        let amended = amended.iter().map(|number| format!("+{number}")).collect::<String>();
        Pack {
            version: format!("{}.{}-{hash}{amended}", AS_OF.strftime("%Y"), AS_OF.strftime("%m")),
            in_force_from: enforced().map(|part| part.in_force_from).min().unwrap_or(AS_OF),
            in_force_to: enforced().filter_map(|part| part.in_force_to).min(),
            confidence: enforced().map(|part| part.confidence).min().unwrap_or(Confidence::Low),
            id,
            name,
            source,
            parts,
        }
    }
}

/// Every pack as shipped: federal law first, then the states by name, New York City behind its state.
pub fn packs() -> &'static [Arc<Pack>] {
    static PACKS: OnceLock<Arc<Edition>> = OnceLock::new();
    PACKS.get_or_init(|| Editions::default().at(0)).packs()
}

/// The pack of an id, as shipped.
pub fn find(id: &str) -> Option<&'static Arc<Pack>> {
    packs().iter().find(|pack| pack.id == id)
}

/// The id of the pack of the whole country.
pub const FEDERAL: &str = "us";
/// The id of the pack of New York City.
pub const NEW_YORK_CITY: &str = "us-ny-nyc";

/// The id of a state's pack, by the state's code.
pub fn pack_of_state(code: &str) -> String {
    format!("us-{}", code.to_lowercase())
}

/// The pack that a rule of the law belongs to; `None` for rules of policy, and for those that speak for what was amended in any.
pub fn pack_id_of(rule: &str) -> Option<String> {
    let place = match rule.split('.').collect::<Vec<_>>().as_slice() {
        ["policy", ..] | ["state", "amended", ..] => return None,
        ["state", "nyc", ..] => return Some(NEW_YORK_CITY.into()),
        ["state", place, ..] if place.len() == 2 => format!("us-{place}"),
        _ => FEDERAL.into(),
    };
    Some(place)
}

/// The pack that a reason belongs to.
pub fn pack_of(reason: &Reason) -> Option<String> {
    match &reason.detail {
        Detail::ByAmendment { pack, .. } => Some(pack.to_string()),
        _ => pack_id_of(reason.rule.id),
    }
}

/// How sure we are of a reason: of its rule, or of the amendment that it rests on.
pub fn confidence_in(rule: &str, detail: &Detail) -> Confidence {
    match detail {
        Detail::ByAmendment { confidence, .. } => Confidence::parse(confidence),
        _ => confidence_of(rule),
    }
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
    use crate::compliance::rules;
    use crate::compliance::states::states;

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
            let is_of_none = ["policy.", "state.amended."].iter().any(|start| card.id.starts_with(start));
            assert_eq!(holding, usize::from(!is_of_none), "{}", card.id);
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
            source: source.into(),
            confidence: Confidence::Low,
            does: Does::Enforces,
            in_force_from: AS_OF,
            in_force_to: None,
            amended: Vec::new(),
        };
        let version = |says: &str| Pack::of("us-xx".into(), "Nowhere", source.into(), vec![part(says)]).version;
        assert_eq!(version("2 calls"), version("2 calls"));
        assert_ne!(version("2 calls"), version("3 calls"));
        assert!(version("2 calls").starts_with("2026.11-"));
    }

    #[test]
    fn the_packs_of_a_place_apply_with_the_federal_one() {
        let ids = |states: &[&'static str], in_city: bool| {
            let shipped = Editions::default().at(0);
            shipped.applying(states.iter().copied(), in_city).iter().map(|pack| pack.id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(ids(&["NY"], true), ["us", "us-ny", "us-ny-nyc"]);
        assert_eq!(ids(&["NY", "MA"], false), ["us", "us-ma", "us-ny"]);
        assert_eq!(ids(&[], false), ["us"]);
    }
}
