//! Where a person may be: time zones by ZIP code and telephone number, and clocks to read their hour.
//!
//! A number or address points to one or more IANA zones; which of them the person is in we often cannot know,
//! so the rules ask all of them. The tables are `regulation/*_timezones.csv` (their sources in `PROVENANCE.md`).

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use smallvec::SmallVec;
use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;
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
    pub fn clock(&self, around: Timestamp) -> Option<Clock> {
        match self {
            ZoneName::Known(zone) if let Some(clock) = zone.clock(around.as_second()) => Some(*clock),
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

/// A zone's offset from UTC over some months, laid out so that a rule reads the hour with one addition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Clock {
    /// IANA name as the zone database spells it, for the reasons shown.
    pub zone: &'static str,
    /// Up to which second (exclusive) each offset holds; the last holds for ever.
    spans: [(i64, i32); 3],
}

impl Clock {
    /// The clock of a zone around and after a moment; `None` for a name that is no zone.
    pub fn of(zone: &str, around: Timestamp) -> Option<Clock> {
        Zone::named(zone).and_then(|known| known.clock(around.as_second()).copied()).or_else(|| Clock::by_rules(zone, around))
    }

    /// The same by the rules of the zone, however it is spelled and whenever the moment is.
    fn by_rules(zone: &str, around: Timestamp) -> Option<Clock> {
        let tz = TimeZone::get(zone).ok()?;
        let mut spans = [(i64::MAX, tz.to_offset(around).seconds()); 3];
        // Two changes lie ahead at most within the horizon of a decision; a year has two.
        for (i, change) in tz.following(around).take(2).enumerate() {
            spans[i].0 = change.timestamp().as_second();
            spans[i + 1] = (i64::MAX, change.offset().seconds());
        }
        Some(Clock { zone: Zone::named(tz.iana_name()?)?.name, spans })
    }

    /// The clock without an offset, for where no zone is known by its name.
    pub fn utc() -> Clock {
        Clock { zone: "UTC", spans: [(i64::MAX, 0); 3] }
    }

    /// Seconds east of UTC at an instant (seconds since 1970), which may not lie before the clock's moment.
    pub fn offset(&self, at: i64) -> i64 {
        let [first, second, third] = self.spans;
        i64::from(if at < first.0 {
            first.1
        } else if at < second.0 {
            second.1
        } else {
            third.1
        })
    }

    /// From which second on the offset is another than at this one.
    pub fn next_change(&self, at: i64) -> i64 {
        self.spans.iter().map(|(until, _)| *until).find(|until| at < *until).unwrap_or(i64::MAX)
    }

    /// The local day number and second of the day.
    pub fn local(&self, at: i64) -> (i32, i32) {
        let local = at + self.offset(at);
        let (day, second) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        // Both fit: the timestamps of jiff end in the year 9999.
        (day as i32, second as i32)
    }

    /// The instant of a local day and second. In a gap of the clock it lies after the gap.
    pub fn instant(&self, day: i32, second: i32) -> i64 {
        let local = i64::from(day) * 86_400 + i64::from(second);
        let early = local - self.offset(local);
        local - self.offset(early)
    }
}

/// A clock as it is kept with decisions.
#[derive(Deserialize)]
struct KeptClock {
    zone: String,
    spans: [(i64, i32); 3],
}

impl<'d> Deserialize<'d> for Clock {
    fn deserialize<D: Deserializer<'d>>(from: D) -> Result<Clock, D::Error> {
        let KeptClock { zone, spans } = KeptClock::deserialize(from)?;
        let known = Clock::of(&zone, Timestamp::UNIX_EPOCH).ok_or_else(|| D::Error::custom(format!("{zone} is no time zone")))?;
        Ok(Clock { zone: known.zone, spans })
    }
}

/// A zone with the changes of its offset written out, so that neither a clock nor a day asks the zone's rules again.
#[derive(Debug)]
pub struct Zone {
    name: &'static str,
    tz: TimeZone,
    /// Written out when first asked for.
    changes: OnceLock<Changes>,
}

/// A zone is its name.
impl PartialEq for Zone {
    fn eq(&self, other: &Zone) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

/// The changes of a zone's offset from 1970 on.
#[derive(Debug)]
struct Changes {
    /// From which second each offset holds.
    offsets: Vec<(i64, i32)>,
    /// The clock from each change on, which looks two changes ahead.
    clocks: Vec<Clock>,
    /// For each stretch of time how many of them have begun when it begins, so that none is searched for.
    begun: Vec<u16>,
}

/// A stretch of time: two to this power in seconds, some 194 days.
const STRETCH: u32 = 24;

impl Changes {
    fn of(zone: &'static str, offsets: Vec<(i64, i32)>) -> Changes {
        let clock = |nth: usize| {
            let mut spans = [(i64::MAX, offsets[nth].1); 3];
            for (i, (from, offset)) in offsets[nth + 1..].iter().take(2).enumerate() {
                spans[i].0 = *from;
                spans[i + 1] = (i64::MAX, *offset);
            }
            Clock { zone, spans }
        };
        let clocks = (0..offsets.len()).map(clock).collect();
        let begun = |stretch: i64| offsets.partition_point(|(from, _)| *from <= stretch << STRETCH);
        let begun = (0..=WRITTEN_UNTIL >> STRETCH).map(|stretch| u16::try_from(begun(stretch)).unwrap_or(0)).collect();
        Changes { offsets, clocks, begun }
    }

    /// The place of the first change after a second of the time that is written out; there is one before it.
    fn next_after(&self, at: i64) -> usize {
        let begun = usize::from(self.begun[(at >> STRETCH) as usize]).max(1);
        begun + self.offsets[begun..].iter().take_while(|(from, _)| *from <= at).count()
    }
}

/// Up to when changes are written out: 2100-01-01T00:00Z. A clock looks two changes ahead, so it is set by them a few years less.
const WRITTEN_UNTIL: i64 = 4_102_444_800;

impl Zone {
    /// The zone of a name, as the zone database spells it.
    pub fn named(name: &str) -> Option<&'static Zone> {
        static NAMES: OnceLock<Vec<String>> = OnceLock::new();
        static ZONES: OnceLock<HashMap<&'static str, Zone, BuildHasherDefault<NameHasher>>> = OnceLock::new();
        let zones = ZONES.get_or_init(|| {
            let names = NAMES.get_or_init(|| jiff::tz::db().available().map(|name| name.as_str().to_string()).collect());
            let known = names.iter().filter_map(|name| Some((name.as_str(), TimeZone::get(name).ok()?)));
            known.map(|(name, tz)| (name, Zone { name, tz, changes: OnceLock::new() })).collect()
        });
        zones.get(name)
    }

    /// Seconds east of UTC at an instant, and from which second up to which it is so.
    pub fn offset(&self, at: i64) -> (i32, Range<i64>) {
        if !(0..WRITTEN_UNTIL).contains(&at) {
            return (Timestamp::from_second(at).map_or(0, |at| self.tz.to_offset(at).seconds()), at..at + 1);
        }
        let changes = self.changes();
        let next = changes.next_after(at);
        let (from, offset) = changes.offsets[next - 1];
        (offset, from..changes.offsets.get(next).map_or(WRITTEN_UNTIL, |(from, _)| *from))
    }

    #[inline]
    /// The clock around and after a second, where the changes that it needs are written out.
    fn clock(&self, around: i64) -> Option<&Clock> {
        if !(0..WRITTEN_UNTIL - 3 * 366 * 86_400).contains(&around) {
            return None;
        }
        let changes = self.changes();
        changes.clocks.get(changes.next_after(around) - 1)
    }

    fn changes(&self) -> &Changes {
        self.changes.get_or_init(|| {
            let later = self.tz.following(Timestamp::UNIX_EPOCH).map(|change| (change.timestamp().as_second(), change.offset().seconds()));
            let first = (0, self.tz.to_offset(Timestamp::UNIX_EPOCH).seconds());
            Changes::of(self.name, std::iter::once(first).chain(later.take_while(|(from, _)| *from < WRITTEN_UNTIL)).collect())
        })
    }
}

/// Hashes the names of zones by words: they are few, short and our own, so nobody can choose them to collide.
#[derive(Default)]
struct NameHasher(u64);

impl Hasher for NameHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        let last = rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        for word in words.iter().map(|word| u64::from_le_bytes(*word)).chain([last]) {
            self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
    }

    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
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
        if known.iter().any(|clock| *clock.zone == *signal.zone.name()) {
            continue;
        }
        match &signal.zone {
            ZoneName::Known(zone) if let Some(clock) = zone.clock(around.as_second()) => known.push(*clock),
            named if let Some(clock) = Clock::by_rules(named.name(), around) => known.push(clock),
            _ => {
                // A sign that names no zone is no knowledge: ask everywhere.
                known.clear();
                break;
            }
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
    fn a_clock_follows_its_changes() {
        let clock = Clock::of("America/New_York", "2026-03-08T04:00:00Z".parse().unwrap()).unwrap();
        let noon_before: Timestamp = "2026-03-08T06:30:00Z".parse().unwrap();
        let after: Timestamp = "2026-03-08T12:15:00Z".parse().unwrap();
        assert_eq!(clock.local(noon_before.as_second()).1, 3600 + 1800);
        assert_eq!(clock.local(after.as_second()).1, 8 * 3600 + 900);
        let (day, _) = clock.local(after.as_second());
        assert_eq!(clock.instant(day, 8 * 3600), after.as_second() - 900);
    }

    #[test]
    fn changes_written_out_are_the_changes_of_the_rules() {
        let names = ["America/New_York", "America/Phoenix", "America/Adak", "Pacific/Apia", "Africa/Casablanca", "Asia/Tehran", "UTC"];
        for (name, day) in names.iter().flat_map(|name| (0..60_000).step_by(97).map(move |day| (name, day))) {
            let at = Timestamp::from_second(day * 86_400 + 7_200).unwrap();
            assert_eq!(Clock::of(name, at), Clock::by_rules(name, at), "{name} {at}");
            let offset = TimeZone::get(name).unwrap().to_offset(at).seconds();
            let (written, holds) = Zone::named(name).unwrap().offset(at.as_second());
            assert_eq!((written, holds.contains(&at.as_second())), (offset, true), "{name} {at}");
        }
        assert!(Zone::named("america/new_york").is_none() && Clock::of("america/new_york", Timestamp::UNIX_EPOCH).is_some());
        let before: Timestamp = "1969-12-31T23:00:00Z".parse().unwrap();
        assert_eq!(Clock::of("America/New_York", before), Clock::by_rules("America/New_York", before));
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
