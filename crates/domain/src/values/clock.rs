//! Clocks and zones: what hour it is at an instant, and on which day, by the changes of a zone written out once.
//!
//! A [`Zone`] is one that the zone database knows by its name. Its changes from 1970 to 2100 are written out when first asked for, each
//! with the [`Clock`] that holds from it on, so that neither a clock nor a day asks the zone's rules again. Outside these years, and for
//! a name spelled otherwise, the rules are asked.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::{Deref, Range};
use std::sync::{Mutex, OnceLock, PoisonError};

/// A zone's offset from UTC over some months. It lies where the zone is written out, and facts point to it: there are few, and the
/// same ones are read for everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Clock(&'static Offsets);

/// What a clock points to, laid out so that a rule reads the hour with one addition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Offsets {
    /// IANA name as the zone database spells it, for the reasons shown.
    pub zone: &'static str,
    /// Up to which second (exclusive) each offset holds; the last holds for ever.
    spans: [(i64, i32); 3],
}

impl Deref for Clock {
    type Target = Offsets;

    fn deref(&self) -> &Offsets {
        self.0
    }
}

impl Clock {
    /// The clock of a zone around and after a moment; `None` for a name that is no zone.
    pub fn of(zone: &str, around: Timestamp) -> Option<Clock> {
        Zone::named(zone).and_then(|known| known.clock(around.as_second())).or_else(|| Clock::by_rules(zone, around))
    }

    /// The same by the rules of the zone, however it is spelled and whenever the moment is.
    pub(super) fn by_rules(zone: &str, around: Timestamp) -> Option<Clock> {
        let tz = TimeZone::get(zone).ok()?;
        let mut spans = [(i64::MAX, tz.to_offset(around).seconds()); 3];
        // Two changes lie ahead at most within the horizon of a decision; a year has two.
        for (i, change) in tz.following(around).take(2).enumerate() {
            spans[i].0 = change.timestamp().as_second();
            spans[i + 1] = (i64::MAX, change.offset().seconds());
        }
        Some(Clock::at(Zone::named(tz.iana_name()?)?, spans))
    }

    /// The clock without an offset, for where no zone is known by its name.
    pub fn utc() -> Clock {
        static UTC: Offsets = Offsets { zone: "UTC", spans: [(i64::MAX, 0); 3] };
        Clock(&UTC)
    }

    /// The clock with these offsets: the one that its zone has written out, or else one that is made the first time and stays.
    fn at(zone: &'static Zone, spans: [(i64, i32); 3]) -> Clock {
        static OTHERS: Mutex<Option<HashSet<&'static Offsets>>> = Mutex::new(None);
        let offsets = Offsets { zone: zone.name, spans };
        if let Some(written) = zone.clock(spans[0].0.saturating_sub(1)).filter(|written| **written == offsets) {
            return written;
        }
        let mut others = OTHERS.lock().unwrap_or_else(PoisonError::into_inner);
        let others = others.get_or_insert_default();
        let other = others.get(&offsets).copied();
        Clock(other.unwrap_or_else(|| {
            // Few ever come: clocks of the years before 1970 and after 2096, and of zones whose offset is never changed again.
            let other: &Offsets = Box::leak(Box::new(offsets));
            others.insert(other);
            other
        }))
    }

    /// Seconds east of UTC at an instant (seconds since 1970), which may not lie before the clock's moment.
    pub fn offset(&self, at: i64) -> i64 {
        i64::from(self.span(at).1)
    }

    /// From which second on the offset is another than at this one.
    pub fn next_change(&self, at: i64) -> i64 {
        self.span(at).0
    }

    /// The offset at an instant, and up to which second it holds.
    pub(crate) fn span(&self, at: i64) -> (i64, i32) {
        let [first, second, third] = self.0.spans;
        match at {
            _ if at < first.0 => first,
            _ if at < second.0 => second,
            _ => third,
        }
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
        Zone::named(known.zone).map(|zone| Clock::at(zone, spans)).ok_or_else(|| D::Error::custom(format!("{zone} is no time zone")))
    }
}

/// A zone with the changes of its offset written out, so that neither a clock nor a day asks the zone's rules again.
#[derive(Debug)]
pub struct Zone {
    pub(super) name: &'static str,
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
    /// What holds from each change on.
    stretches: Vec<Stretch>,
    /// For each piece of time which of them it begins in, so that none is searched for.
    begun: Vec<u16>,
}

/// What holds from one change up to the next.
#[derive(Debug)]
struct Stretch {
    /// From which second up to which.
    seconds: Range<i64>,
    /// The clock, which looks two changes ahead.
    offsets: Offsets,
}

/// A piece of time: two to this power in seconds, some 194 days.
const PIECE: u32 = 24;

impl Changes {
    fn of(zone: &'static str, offsets: &[(i64, i32)]) -> Changes {
        let stretch = |nth: usize| {
            let (from, offset) = offsets[nth];
            let mut spans = [(i64::MAX, offset); 3];
            for (i, (from, offset)) in offsets[nth + 1..].iter().take(2).enumerate() {
                spans[i].0 = *from;
                spans[i + 1] = (i64::MAX, *offset);
            }
            Stretch { seconds: from..spans[0].0.min(WRITTEN_UNTIL), offsets: Offsets { zone, spans } }
        };
        let begun = |piece: i64| offsets.partition_point(|(from, _)| *from <= piece << PIECE).saturating_sub(1);
        let begun = (0..=WRITTEN_UNTIL >> PIECE).map(|piece| u16::try_from(begun(piece)).unwrap_or(0)).collect();
        Changes { stretches: (0..offsets.len()).map(stretch).collect(), begun }
    }

    /// What holds at a second of the time that is written out.
    #[inline]
    fn at(&self, second: i64) -> &Stretch {
        let mut nth = usize::from(self.begun[(second >> PIECE) as usize]);
        while second >= self.stretches[nth].seconds.end {
            nth += 1;
        }
        &self.stretches[nth]
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
        let stretch = self.changes().at(at);
        (stretch.offsets.spans[0].1, stretch.seconds.clone())
    }

    /// The clock around and after a second, where the changes that it needs are written out.
    #[inline]
    pub(super) fn clock(&'static self, around: i64) -> Option<Clock> {
        (0..WRITTEN_UNTIL - 3 * 366 * 86_400).contains(&around).then(|| Clock(&self.changes().at(around).offsets))
    }

    fn changes(&self) -> &Changes {
        self.changes.get_or_init(|| {
            let later = self.tz.following(Timestamp::UNIX_EPOCH).map(|change| (change.timestamp().as_second(), change.offset().seconds()));
            let first = (0, self.tz.to_offset(Timestamp::UNIX_EPOCH).seconds());
            let all: Vec<_> = std::iter::once(first).chain(later.take_while(|(from, _)| *from < WRITTEN_UNTIL)).collect();
            Changes::of(self.name, &all)
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
