//! Hours and caps as an amendment states them: a few words with numbers, which rules enforce.
//!
//! `09:00-20:00 for calls and texts, creditors too` and `3 calls per debt in 7 days, creditors too`. Without the last words they bind
//! collectors alone. Whatever was placed or sent uses a cap up; answers, and what the law asks us to send, stand outside.

use crate::compliance::caps::{Counts, Media, Reach, Scope, Unit};
use crate::compliance::record::CollectorRole;
use std::fmt;
use std::str::FromStr;

/// Hours of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AmendedHours {
    /// First open minute of the day.
    pub opens_minute: u16,
    /// First closed minute of the evening.
    pub closes_minute: u16,
    /// Which media.
    pub media: Media,
    /// Creditors in their own name too.
    pub binds_creditors: bool,
}

/// So many contacts in so many days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AmendedCap {
    /// How many.
    pub max: u32,
    /// Which contacts.
    pub media: Media,
    /// What is counted together.
    pub unit: Unit,
    /// In how many days.
    pub days: i32,
    /// Which contacts by these media.
    pub scope: Scope,
    /// Creditors in their own name too.
    pub binds_creditors: bool,
}

/// What [`AmendedCap::max`] may be at the most.
const MAX_MOST: u32 = 1_000;
/// What [`AmendedCap::days`] may be at the most.
const DAYS_MOST: i32 = 366;

/// The words at the end of what binds everybody.
const CREDITORS: &str = ", creditors too";

const MEDIA: [(Media, &str); 4] = [
    (Media::CallsAndTexts, "calls and texts"),
    (Media::Calls, "calls"),
    (Media::Electronic, "electronic messages"),
    (Media::All, "contacts"),
];
const UNITS: [(Unit, &str); 2] = [(Unit::Debt, "per debt"), (Unit::Person, "per person")];
const SCOPES: [(Scope, &str); 5] = [
    (Scope::Any, ""),
    (Scope::HomeOrMobile, " at home or on a personal number"),
    (Scope::Elsewhere, " elsewhere"),
    (Scope::Work, " at work"),
    (Scope::SameNumber, " to one number"),
];

impl AmendedHours {
    /// Whether it binds somebody in a role.
    pub fn binds(&self, role: CollectorRole) -> bool {
        self.binds_creditors || role != CollectorRole::FirstParty
    }
}

impl AmendedCap {
    /// Whether it binds somebody in a role.
    pub fn binds(&self, role: CollectorRole) -> bool {
        self.binds_creditors || role != CollectorRole::FirstParty
    }

    /// Which contacts it limits and counts.
    pub const fn reach(&self) -> Reach {
        Reach { media: self.media, scope: self.scope, counts: Counts::Placed, leaves_out_answers: true }
    }
}

fn word<T: Copy + PartialEq>(of: T, words: &[(T, &'static str)]) -> &'static str {
    words.iter().find(|(known, _)| *known == of).map_or("", |(_, word)| word)
}

/// The text without the words about creditors, and whether they were there.
fn without_creditors(text: &str) -> (&str, bool) {
    let text = text.trim();
    text.strip_suffix(CREDITORS).map_or((text, false), |rest| (rest, true))
}

impl fmt::Display for AmendedHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (opens, closes) = (self.opens_minute, self.closes_minute);
        let creditors = if self.binds_creditors { CREDITORS } else { "" };
        let media = word(self.media, &MEDIA);
        write!(f, "{:02}:{:02}-{:02}:{:02} for {media}{creditors}", opens / 60, opens % 60, closes / 60, closes % 60)
    }
}

impl FromStr for AmendedHours {
    type Err = String;

    fn from_str(text: &str) -> Result<AmendedHours, String> {
        let read = || {
            let (rest, binds_creditors) = without_creditors(text);
            let (hours, media) = rest.split_once(" for ")?;
            let (opens, closes) = hours.split_once('-')?;
            let (opens_minute, closes_minute) = (minute(opens)?, minute(closes)?);
            let media = MEDIA.iter().find(|(_, word)| *word == media.trim())?.0;
            (opens_minute < closes_minute).then_some(AmendedHours { opens_minute, closes_minute, media, binds_creditors })
        };
        read().ok_or_else(|| {
            "is read as \"09:00-20:00 for calls\" or \"09:00-20:00 for calls and texts, creditors too\" (also: electronic messages, \
             contacts), as \"none\" or as \"as shipped\""
                .into()
        })
    }
}

/// A time of the day in minutes; 24:00 is its end.
fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60 || (hour, minute) == (24, 0)).then_some(hour * 60 + minute)
}

impl fmt::Display for AmendedCap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AmendedCap { max, media, unit, days, scope, binds_creditors } = *self;
        let (media, unit, scope) = (word(media, &MEDIA), word(unit, &UNITS), word(scope, &SCOPES));
        let day = if days == 1 { "day" } else { "days" };
        write!(f, "{max} {media} {unit} in {days} {day}{scope}{}", if binds_creditors { CREDITORS } else { "" })
    }
}

impl FromStr for AmendedCap {
    type Err = String;

    fn from_str(text: &str) -> Result<AmendedCap, String> {
        let read = || {
            let (rest, binds_creditors) = without_creditors(text);
            let (max, rest) = rest.split_once(' ')?;
            let (media, word) = MEDIA.iter().find(|(_, word)| rest.starts_with(word))?;
            let rest = rest.get(word.len()..)?.strip_prefix(' ')?;
            let (unit, word) = UNITS.iter().find(|(_, word)| rest.starts_with(word))?;
            let rest = rest.get(word.len()..)?.strip_prefix(" in ")?;
            let (days, rest) = rest.split_once(' ')?;
            let rest = rest.strip_prefix("days").or_else(|| rest.strip_prefix("day"))?;
            let scope = SCOPES.iter().find(|(_, word)| *word == rest)?.0;
            let max = max.parse().ok().filter(|max| *max <= MAX_MOST)?;
            let days = days.parse().ok().filter(|days| (1..=DAYS_MOST).contains(days))?;
            Some(AmendedCap { max, media: *media, unit: *unit, days, scope, binds_creditors })
        };
        read().ok_or_else(|| {
            "is read as \"3 calls per debt in 7 days\" (also: calls and texts, electronic messages, contacts; per person; behind the days: \
             at home or on a personal number, elsewhere, at work, to one number), with \", creditors too\" where it binds them, several \
             parted by a semicolon; as \"none\" or as \"as shipped\""
                .into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cap_is_read_word_by_word() {
        for (text, reads) in [
            ("3 calls per debt in 7 days", true),
            ("3 calls and texts per person in 1 day at work, creditors too", true),
            ("0 contacts per person in 30 days at home or on a personal number", true),
            ("3 calls per debt in 0 days", false),
            ("3 calls per debt in 367 days", false),
            ("1001 calls per debt in 7 days", false),
            ("3 calls per debt in 7 days on Sundays", false),
            ("3 calls in 7 days", false),
            ("three calls per debt in 7 days", false),
            ("", false),
        ] {
            assert_eq!(text.parse::<AmendedCap>().map(|cap| cap.to_string()), text.parse::<AmendedCap>().map(|_| text.to_string()));
            assert_eq!(text.parse::<AmendedCap>().is_ok(), reads, "{text}");
        }
        let cap: AmendedCap = "3 calls per debt in 7 days".parse().unwrap();
        assert!(!cap.binds(CollectorRole::FirstParty) && cap.binds(CollectorRole::DebtBuyer));
    }

    #[test]
    fn hours_open_before_they_close() {
        for (text, reads) in [
            ("08:00-21:00 for calls", true),
            ("00:00-24:00 for contacts, creditors too", true),
            ("21:00-08:00 for calls", false),
            ("08:00-24:01 for calls", false),
            ("08:60-21:00 for calls", false),
            ("08:00-21:00", false),
            ("08:00-21:00 for letters", false),
        ] {
            assert_eq!(text.parse::<AmendedHours>().is_ok(), reads, "{text}");
        }
    }
}
