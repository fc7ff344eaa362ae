//! Where a person may be: time zones by ZIP code and telephone number, and clocks to read their hour.
//!
//! A number or address points to one or more IANA zones; which of them the person is in we often cannot know,
//! so the rules ask all of them. The tables are `regulation/*_timezones.csv` (their sources in `PROVENANCE.md`).

use super::clock::{Clock, Zone};
use jiff::Timestamp;
use smallvec::SmallVec;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

/// A sign of where a person is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocationSignal {
    /// Where the sign comes from: `address`, `mobile_area_code`, `stated_by_consumer` …
    pub kind: Cow<'static, str>,
    /// IANA time zone, such as `America/New_York`.
    pub zone: ZoneName,
}

/// What a sign names as its zone, looked up once: when the sign is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ZoneName {
    /// A zone, by the name that the zone database spells so.
    Known(&'static Zone),
    /// Another spelling, or no zone at all.
    Other(Box<str>),
}

impl ZoneName {
    /// The name as the sign has it.
    pub fn name(&self) -> &str {
        match self {
            ZoneName::Known(zone) => zone.name,
            ZoneName::Other(name) => name,
        }
    }

    /// Its clock around and after a moment; `None` for a name that is no zone.
    #[inline]
    pub fn clock(&self, around: Timestamp) -> Option<Clock> {
        match self {
            ZoneName::Known(zone) if let Some(clock) = zone.clock(around.as_second()) => Some(clock),
            named => Clock::by_rules(named.name(), around),
        }
    }
}

impl From<&str> for ZoneName {
    fn from(name: &str) -> ZoneName {
        Zone::named(name).map_or_else(|| ZoneName::Other(name.into()), ZoneName::Known)
    }
}

/// The kind of sign that settles every conflict: the person said where they are.
pub const STATED: &str = "stated_by_consumer";

/// One zone of each clock kept in the fifty states and DC; a person with no sign at all may be in any of them.
pub const ZONES_SERVED: [&str; 8] = [
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/Adak",
    "Pacific/Honolulu",
];

/// The zones of a ZIP code; none for military mail and unknown codes.
pub fn zones_of_zip(zip: &str) -> &'static [&'static str] {
    static TABLE: OnceLock<HashMap<&'static str, Vec<&'static str>>> = OnceLock::new();
    let table = TABLE.get_or_init(|| zone_table(include_str!("../../../../regulation/zip3_timezones.csv"), 2));
    zip.get(..3).and_then(|zip3| table.get(zip3)).map_or(&[], Vec::as_slice)
}

/// The zones of a North American number, by the longest prefix that is known.
pub fn zones_of_phone(national: &str) -> &'static [&'static str] {
    static AREAS: OnceLock<HashMap<&'static str, Vec<&'static str>>> = OnceLock::new();
    static PREFIXES: OnceLock<HashMap<&'static str, Vec<&'static str>>> = OnceLock::new();
    let prefixes = PREFIXES.get_or_init(|| zone_table(include_str!("../../../../regulation/nanp_prefix_timezones.csv"), 1));
    let areas = AREAS.get_or_init(|| zone_table(include_str!("../../../../regulation/nanp_timezones.csv"), 4));
    (4..=national.len().min(8))
        .rev()
        .find_map(|length| prefixes.get(&national[..length]))
        .or_else(|| national.get(..3).and_then(|area| areas.get(area)))
        .map_or(&[], Vec::as_slice)
}

/// The states in which the three first digits of a ZIP code lie; none where they are unknown.
pub fn states_of_zip(zip: &str) -> &'static [&'static str] {
    static TABLE: OnceLock<HashMap<&'static str, Vec<&'static str>>> = OnceLock::new();
    let table = TABLE.get_or_init(|| zone_table(include_str!("../../../../regulation/zip3_timezones.csv"), 1));
    zip.get(..3).and_then(|zip3| table.get(zip3)).map_or(&[], Vec::as_slice)
}

/// The state of a ZIP code where its three digits lie in one state only.
pub fn state_of_zip(zip: &str) -> Option<&'static str> {
    match states_of_zip(zip) {
        [state] => Some(state),
        _ => None,
    }
}

/// The state or territory to which the area code of a North American number belongs; none abroad. A mobile number keeps its area code
/// when its owner moves, so it is a weak sign.
pub fn state_of_phone(national: &str) -> Option<&'static str> {
    static TABLE: OnceLock<HashMap<&'static str, Vec<&'static str>>> = OnceLock::new();
    let table = TABLE.get_or_init(|| zone_table(include_str!("../../../../regulation/nanp_timezones.csv"), 2));
    match national.get(..3).and_then(|area| table.get(area)).map(Vec::as_slice) {
        Some([state]) => Some(state),
        _ => None,
    }
}

/// Whether a ZIP code lies in one of the five boroughs: whole prefixes, and the two of 110 that are in Queens.
pub fn is_zip_of_new_york_city(zip: &str) -> bool {
    matches!(zip.get(..3), Some("100" | "101" | "102" | "103" | "104" | "111" | "112" | "113" | "114" | "116"))
        || matches!(zip.get(..5), Some("11004" | "11005"))
}

/// Whether a text is the code of a state or of DC.
pub fn is_state(code: &str) -> bool {
    static STATES: OnceLock<Vec<&'static str>> = OnceLock::new();
    let states = STATES.get_or_init(|| {
        include_str!("../../../../regulation/states.csv").lines().skip(1).filter_map(|line| line.split(',').next()).collect()
    });
    states.contains(&code)
}

/// The code of a state or of DC, by its code or its name in any case.
pub fn state_code(text: &str) -> Option<&'static str> {
    static STATES: OnceLock<Vec<(&'static str, &'static str)>> = OnceLock::new();
    let states = STATES.get_or_init(|| {
        let lines = include_str!("../../../../regulation/states.csv").lines().skip(1);
        lines.filter_map(|line| line.split_once(',')).filter_map(|(code, rest)| Some((code, rest.split(',').next()?))).collect()
    });
    let text = text.trim();
    states.iter().find(|(code, name)| code.eq_ignore_ascii_case(text) || name.eq_ignore_ascii_case(text)).map(|(code, _)| *code)
}

/// First column to the `|`-separated entries of another; the columns read here are never quoted.
fn zone_table(text: &'static str, column: usize) -> HashMap<&'static str, Vec<&'static str>> {
    text.lines()
        .skip(1)
        .filter_map(|line| {
            let key = line.split(',').next()?;
            let entries = line.split(',').nth(column)?.split('|').filter(|entry| !entry.is_empty()).collect();
            Some((key, entries))
        })
        .collect()
}

/// A few clocks: most people are known by one or two.
pub type Clocks = SmallVec<[Clock; 2]>;

/// The clocks that must all be asked: the stated one alone, else every sign's, else every zone served.
pub fn clocks(signals: &[LocationSignal], around: Timestamp) -> Clocks {
    let mut known = Clocks::new();
    clocks_into(&mut known, signals, around);
    known
}

/// The same, added to none.
pub(crate) fn clocks_into(known: &mut Clocks, signals: &[LocationSignal], around: Timestamp) {
    let is_stated = signals.iter().any(|signal| signal.kind == STATED);
    for signal in signals.iter().filter(|signal| !is_stated || signal.kind == STATED) {
        let Some(clock) = signal.zone.clock(around) else {
            // A sign that names no zone is no knowledge: ask everywhere.
            known.clear();
            break;
        };
        if !known.contains(&clock) {
            known.push(clock);
        }
    }
    if known.is_empty() {
        known.extend(ZONES_SERVED.iter().filter_map(|zone| Clock::of(zone, around)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_code_belongs_to_one_state() {
        for (number, state) in [
            ("6175550101", Some("MA")),
            ("2125550101", Some("NY")),
            ("2045550101", Some("MB")),
            ("7875550101", Some("PR")),
            ("2425550101", None),
            ("8005550101", None),
            ("", None),
        ] {
            assert_eq!(state_of_phone(number), state, "{number}");
        }
        assert!(is_state("MA") && !is_state("PR") && !is_state("MB"));
    }

    #[test]
    fn zones_follow_zip_and_number() {
        assert_eq!(zones_of_zip("90505"), ["America/Los_Angeles"]);
        assert!(zones_of_zip("47501").len() >= 2, "475 lies on both sides of the line in Indiana");
        assert!(zones_of_zip("00000").is_empty());
        assert_eq!(zones_of_phone("2125550104"), ["America/New_York"]);
        assert_eq!(zones_of_phone("2082015550"), ["America/Denver"]);
        assert_eq!(state_of_zip("90505"), Some("CA"));
        assert_eq!((state_of_zip("20501"), states_of_zip("20501")), (None, &["DC", "MD", "VA"][..]));
        assert!(is_state("OH") && !is_state("XX"));
        assert!(is_zip_of_new_york_city("11201") && is_zip_of_new_york_city("11004-1234"));
        assert!(!is_zip_of_new_york_city("11001") && !is_zip_of_new_york_city("10701") && !is_zip_of_new_york_city("1"));
    }

    #[test]
    fn every_zone_of_the_tables_exists() {
        for text in [include_str!("../../../../regulation/zip3_timezones.csv"), include_str!("../../../../regulation/nanp_timezones.csv")] {
            let column = if text.starts_with("zip3") { 2 } else { 4 };
            for zone in zone_table(text, column).values().flatten() {
                assert!(Clock::of(zone, Timestamp::UNIX_EPOCH).is_some(), "{zone}");
            }
        }
    }
}
