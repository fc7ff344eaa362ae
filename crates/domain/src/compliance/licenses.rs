//! Licenses and bonds: what a place asks of who collects there, so far as the table of the states knows, and whether it is on file.
//! The table is that of the day, as the agency amended it.
//!
//! Nothing here decides about a contact. The fact sheet enforces caps, hours and notices of the states as they are stated; licenses
//! are not among them, and the table is sure of no row. So what is missing is a warning on screens, and never a refusal.
//!
//! Read [`standing`] first. Kept in `licenses`; shown under *Compliance*, *Licenses*, and on an account's strip.

use super::amendments::Column;
use super::editions::Edition;
use super::states::{Confidence, State, states};
use jiff::civil::Date;
use std::borrow::Cow;
use std::fmt;

/// The code of New York City, which asks for a license of its own.
pub const NEW_YORK_CITY: &str = "NYC";

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Leave to collect, of a state or city.
    License,
    /// An entry in a register.
    Registration,
    /// A surety for what may be owed.
    Bond,
    /// Notice given to an office.
    Filing,
}

impl Kind {
    /// All of them, as screens list them.
    pub const ALL: [Kind; 4] = [Kind::License, Kind::Registration, Kind::Bond, Kind::Filing];

    /// The code in forms, commands and the table.
    pub const fn code(self) -> &'static str {
        match self {
            Kind::License => "license",
            Kind::Registration => "registration",
            Kind::Bond => "bond",
            Kind::Filing => "filing",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|known| known.code() == code)
    }
}

/// The word on screens.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::License => "License",
            Kind::Registration => "Registration",
            Kind::Bond => "Bond",
            Kind::Filing => "Filing or notification",
        })
    }
}

/// What a place asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// In words: `a license`.
    pub words: Cow<'static, str>,
    /// Any of these meets it.
    pub met_by: &'static [Kind],
    /// How sure we are.
    pub confidence: Confidence,
}

/// What a place asks of who collects there, by the table of a day; `None` where it knows of nothing.
pub fn asked(law: &Edition, place: &str) -> Option<Asked> {
    let state = law.state(if place == NEW_YORK_CITY { "NY" } else { place })?;
    let code = if place == NEW_YORK_CITY { "city_only" } else { state.license.words.as_ref() };
    let (words, met_by): (&'static str, &'static [Kind]) = match (code, place) {
        ("yes", _) => ("a license", &[Kind::License]),
        ("business_licence" | "business_license", _) => ("a business license", &[Kind::License]),
        ("registration", _) => ("a registration", &[Kind::License, Kind::Registration]),
        ("bond_or_filing", _) => ("a bond or a filing", &Kind::ALL),
        ("notification", _) => ("a notification", &[Kind::License, Kind::Registration, Kind::Filing]),
        ("city_only", NEW_YORK_CITY) => ("a license of the city", &[Kind::License]),
        // What the agency wrote in words of its own is asked for as it is written; which paper meets it, nobody here can tell.
        (words, _) if state.amendment(Column::License).is_some() && says(law, place).is_empty() => {
            return Some(Asked { words: Cow::Owned(words.to_string()), met_by: &Kind::ALL, confidence: state.license.confidence });
        }
        _ => return None,
    };
    Some(Asked { words: Cow::Borrowed(words), met_by, confidence: state.license.confidence })
}

/// What the table of a day says of a place, where it asks for nothing.
pub fn says(law: &Edition, place: &str) -> &'static str {
    match law.state(place).map(|state| state.license.words.as_ref()) {
        Some("no" | "none") => "none known",
        Some("city_only") => "the city's alone",
        Some("unclear") => "unclear",
        _ => "",
    }
}

/// Every place there is, with its name: the states, and New York City behind its own.
pub fn places() -> Vec<(&'static str, &'static str)> {
    let place = |state: &'static State| {
        let city = (state.code == "NY").then_some((NEW_YORK_CITY, "New York City"));
        std::iter::once((state.code, state.name)).chain(city)
    };
    states().iter().flat_map(place).collect()
}

/// The name of a place.
pub fn name_of(place: &str) -> Option<&'static str> {
    places().into_iter().find(|(code, _)| *code == place).map(|(_, name)| name)
}

/// One license that stands on file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Of which place.
    pub place: String,
    /// What it is.
    pub kind: Kind,
    /// Its first day.
    pub from: Date,
    /// Its last day; `None` where it has no end.
    pub until: Option<Date>,
}

/// How a place stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It asks for nothing, so far as is known.
    NotAsked,
    /// What it asks for is in force, without a day's break until the last day; `None` where no end is known.
    InForce(Option<Date>),
    /// Nothing that meets it is in force.
    Missing,
}

/// How a place stands on a day, by the table of that day.
pub fn standing(law: &Edition, place: &str, kept: &[Kept], today: Date) -> Standing {
    let Some(asked) = asked(law, place) else { return Standing::NotAsked };
    let meets = || kept.iter().filter(|one| one.place == place && asked.met_by.contains(&one.kind));
    let mut covered: Option<Date> = None;
    // A renewal that begins on the day after the last, or before, goes on.
    loop {
        let needed = covered.map_or(Ok(today), Date::tomorrow);
        let Ok(needed) = needed else { return Standing::InForce(covered) };
        let in_force = meets().filter(|one| one.from <= needed && one.until.is_none_or(|until| until >= needed));
        let mut last = None;
        for one in in_force {
            let Some(until) = one.until else { return Standing::InForce(None) };
            last = last.max(Some(until));
        }
        match (last, covered) {
            (Some(until), _) => covered = Some(until),
            (None, Some(until)) => return Standing::InForce(Some(until)),
            (None, None) => return Standing::Missing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compliance::amendments::{Amendment, NO_END, Says};
    use crate::compliance::editions::Editions;
    use jiff::civil::date;
    use std::sync::Arc;

    fn shipped() -> Arc<Edition> {
        Editions::default().at(0)
    }

    fn kept(place: &str, kind: Kind, from: Date, until: Option<Date>) -> Kept {
        Kept { place: place.into(), kind, from, until }
    }

    #[test]
    fn every_word_of_the_table_is_known() {
        let law = shipped();
        for state in states() {
            assert_eq!(asked(&law, state.code).is_some(), says(&law, state.code).is_empty(), "{} {}", state.code, state.license.words);
        }
        assert_eq!((says(&law, "OH"), says(&law, "DC"), says(&law, "NY")), ("none known", "unclear", "the city's alone"));
        assert_eq!((asked(&law, "NY"), asked(&law, "XX")), (None, None));
        assert_eq!(asked(&law, NEW_YORK_CITY).map(|asked| asked.words), Some("a license of the city".into()));
        assert_eq!((name_of("NYC"), name_of("TX"), name_of("XX")), (Some("New York City"), Some("Texas"), None));
        assert_eq!(places().len(), 52);
    }

    #[test]
    fn a_bond_is_no_license_and_is_enough_where_a_bond_is_asked_for() {
        let (from, today) = (date(2026, 1, 1), date(2026, 3, 2));
        for (place, kind, is_met) in [
            ("CA", Kind::License, true),
            ("CA", Kind::Registration, false),
            ("CA", Kind::Bond, false),
            ("TX", Kind::Bond, true),
            ("TX", Kind::Filing, true),
            ("FL", Kind::Registration, true),
            ("FL", Kind::Filing, false),
            ("IA", Kind::Filing, true),
            ("AL", Kind::License, true),
            (NEW_YORK_CITY, Kind::License, true),
            (NEW_YORK_CITY, Kind::Registration, false),
        ] {
            let expected = if is_met { Standing::InForce(None) } else { Standing::Missing };
            assert_eq!(standing(&shipped(), place, &[kept(place, kind, from, None)], today), expected, "{place} {kind}");
        }
        assert_eq!(standing(&shipped(), "CA", &[kept("NV", Kind::License, from, None)], today), Standing::Missing, "of another state");
        assert_eq!(standing(&shipped(), "OH", &[], today), Standing::NotAsked);
    }

    #[test]
    fn what_was_amended_is_asked_for_from_its_day() {
        let day = date(2026, 6, 1);
        let amended = |says: &str| {
            let amendment = Amendment {
                number: 1,
                pack: "us-oh".into(),
                column: Column::License,
                says: Says::parse(Column::License, says).unwrap(),
                source: "H. B. 7".into(),
                confidence: Confidence::High,
                from_on: day,
                to_on: None,
                begins_at: 0,
                ends_at: NO_END,
            };
            Editions::of(vec![Arc::new(amendment)])
        };
        let law = amended("registration");
        assert_eq!(asked(&law.on(date(2026, 5, 31)), "OH"), None, "the day before");
        let asks = asked(&law.on(day), "OH").unwrap();
        assert_eq!((asks.words.as_ref(), asks.confidence), ("a registration", Confidence::High));
        assert_eq!(standing(&law.on(day), "OH", &[], day), Standing::Missing);
        let registered = kept("OH", Kind::Registration, day, None);
        assert_eq!(standing(&law.on(day), "OH", &[registered], day), Standing::InForce(None));
        let surety = amended("a surety of USD 20,000");
        assert_eq!(asked(&surety.on(day), "OH").unwrap().words, "a surety of USD 20,000", "words of its own are asked for as written");
        assert_eq!(standing(&surety.on(day), "OH", &[kept("OH", Kind::Bond, day, None)], day), Standing::InForce(None));
        for none in ["none", "no", "unclear"] {
            assert_eq!(asked(&amended(none).on(day), "OH"), None, "{none}");
        }
    }

    #[test]
    fn the_first_and_the_last_day_count_and_a_renewal_without_a_break_goes_on() {
        let of =
            |days: &[(Date, Option<Date>)]| days.iter().map(|(from, until)| kept("CA", Kind::License, *from, *until)).collect::<Vec<_>>();
        let one = of(&[(date(2026, 1, 1), Some(date(2026, 3, 31)))]);
        //   today                expected
        for (today, expected) in [
            (date(2025, 12, 31), Standing::Missing),
            (date(2026, 1, 1), Standing::InForce(Some(date(2026, 3, 31)))),
            (date(2026, 3, 31), Standing::InForce(Some(date(2026, 3, 31)))),
            (date(2026, 4, 1), Standing::Missing),
        ] {
            assert_eq!(standing(&shipped(), "CA", &one, today), expected, "{today}");
        }
        let today = date(2026, 3, 2);
        let first = (date(2026, 1, 1), Some(date(2026, 3, 31)));
        for (next, expected) in [
            ((date(2026, 4, 1), Some(date(2027, 3, 31))), Standing::InForce(Some(date(2027, 3, 31)))),
            ((date(2026, 4, 2), Some(date(2027, 3, 31))), Standing::InForce(Some(date(2026, 3, 31)))),
            ((date(2026, 2, 1), None), Standing::InForce(None)),
            ((date(2026, 2, 1), Some(date(2026, 2, 15))), Standing::InForce(Some(date(2026, 3, 31)))),
        ] {
            assert_eq!(standing(&shipped(), "CA", &of(&[first, next]), today), expected, "{next:?}");
        }
        assert_eq!(
            standing(&shipped(), "CA", &of(&[(today, Some(Date::MAX))]), today),
            Standing::InForce(Some(Date::MAX)),
            "the calendar ends; nothing panics"
        );
    }
}
