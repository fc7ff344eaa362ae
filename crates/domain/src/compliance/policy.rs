//! Policy: what the agency or a creditor asks of itself beyond the law, as dated, numbered versions.
//!
//! A version names only what is stricter than the law; [`Limits::faults`] refuses the rest with the law's number. The rules of the
//! law never read it: policy has rules of its own (`policy.*`), so that a reason always says whose it is. Of the house's version and
//! the creditor's the stricter wins, number by number.

use crate::decision::Whose;
use serde::{Deserialize, Serialize};

/// Calls in seven consecutive days that are presumed lawful: 12 CFR 1006.14(b)(2)(i)(A).
pub const ATTEMPTS_BY_LAW: u32 = 7;
/// 08:00, 15 USC 1692c(a)(1).
pub const OPENS_BY_LAW: u16 = 8 * 60;
/// 21:00, 15 USC 1692c(a)(1).
pub const CLOSES_BY_LAW: u16 = 21 * 60;
/// More messages in a week than anybody would call a limit; the law names no number.
const ELECTRONIC_MOST: u32 = 50;

/// What one version asks. What it does not name is left to the law.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Limits {
    /// Calls about one debt to one person in seven days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts_max_7_days: Option<u32>,
    /// First open minute of the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_minute: Option<u16>,
    /// First closed minute of the evening.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_minute: Option<u16>,
    /// E-mails, texts and private messages to one person in seven days, all debts together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub electronic_max_7_days: Option<u32>,
    /// Nobody is called or written to electronically on Sundays.
    #[serde(default, skip_serializing_if = "is_not")]
    pub is_off_on_sundays: bool,
    /// Nor on federal holidays and the weekdays that stand in for them.
    #[serde(default, skip_serializing_if = "is_not")]
    pub is_off_on_holidays: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_not(flag: &bool) -> bool {
    !flag
}

impl Limits {
    /// Nothing beyond the law.
    pub const NONE: Limits = Limits {
        attempts_max_7_days: None,
        opens_minute: None,
        closes_minute: None,
        electronic_max_7_days: None,
        is_off_on_sundays: false,
        is_off_on_holidays: false,
    };

    /// Whether it asks nothing: as [`Limits::NONE`], in one look.
    const fn is_none(&self) -> bool {
        let Limits { attempts_max_7_days, opens_minute, closes_minute, electronic_max_7_days, is_off_on_sundays, is_off_on_holidays } =
            self;
        let names_hours = opens_minute.is_some() | closes_minute.is_some();
        let names_counts = attempts_max_7_days.is_some() | electronic_max_7_days.is_some();
        !(names_hours | names_counts | *is_off_on_sundays | *is_off_on_holidays)
    }

    /// What is looser than the law or makes no sense, by field, each with the law's number.
    pub fn faults(&self) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        if self.attempts_max_7_days.is_some_and(|max| max > ATTEMPTS_BY_LAW) {
            let says =
                format!("is looser than the law, which presumes {ATTEMPTS_BY_LAW} calls in 7 days lawful (12 CFR 1006.14(b)(2)(i)(A))");
            faults.push(("attempts", says));
        }
        if self.opens_minute.is_some_and(|minute| minute < OPENS_BY_LAW) {
            faults.push(("opens", "is looser than the law, which opens at 08:00 (15 USC 1692c(a)(1))".into()));
        }
        if self.closes_minute.is_some_and(|minute| minute > CLOSES_BY_LAW) {
            faults.push(("closes", "is looser than the law, which closes at 21:00 (15 USC 1692c(a)(1))".into()));
        }
        if self.opens_minute.unwrap_or(OPENS_BY_LAW) >= self.closes_minute.unwrap_or(CLOSES_BY_LAW) {
            faults.push(("closes", "leaves no open hour of the day".into()));
        }
        if self.electronic_max_7_days.is_some_and(|max| max > ELECTRONIC_MOST) {
            faults.push(("electronic", format!("is no limit: name {ELECTRONIC_MOST} messages in 7 days or fewer")));
        }
        faults
    }
}

/// A version that is in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Its number; 0 where there is none.
    #[serde(default)]
    pub number: u32,
    /// What it asks.
    #[serde(flatten)]
    pub limits: Limits,
}

/// What the agency and the creditor of an account ask beyond the law.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Kept")]
pub struct ContactPolicy {
    /// The agency's version.
    pub house: Version,
    /// The creditor's.
    pub creditor: Version,
}

/// As it was kept with decisions, in the forms of all times: before versions there was a number per creditor and fixed hours.
#[derive(Deserialize)]
struct Kept {
    #[serde(default)]
    house: Version,
    #[serde(default)]
    creditor: Version,
    attempts_max_7_days: Option<u32>,
}

impl From<Kept> for ContactPolicy {
    fn from(kept: Kept) -> ContactPolicy {
        let mut policy = ContactPolicy { house: kept.house, creditor: kept.creditor };
        if let Some(max) = kept.attempts_max_7_days.filter(|max| *max < ATTEMPTS_BY_LAW) {
            policy.creditor.limits.attempts_max_7_days = Some(max);
        }
        policy
    }
}

impl ContactPolicy {
    /// The law and no more.
    pub const LAW: ContactPolicy =
        ContactPolicy { house: Version { number: 0, limits: Limits::NONE }, creditor: Version { number: 0, limits: Limits::NONE } };

    /// Whether neither asks anything beyond the law.
    pub fn is_the_law(&self) -> bool {
        self.house.limits.is_none() & self.creditor.limits.is_none()
    }

    fn each(&self) -> [(Limits, Whose); 2] {
        [(self.house.limits, Whose::House), (self.creditor.limits, Whose::Creditor)]
    }

    /// The smallest number that either names; the house's where both name the same.
    fn smallest(&self, of: impl Fn(Limits) -> Option<u32>) -> Option<(u32, Whose)> {
        self.each().into_iter().filter_map(|(limits, whose)| Some((of(limits)?, whose))).min_by_key(|(number, _)| *number)
    }

    /// Calls allowed by policy about one debt to one person in seven days.
    pub fn calls(&self) -> Option<(u32, Whose)> {
        self.smallest(|limits| limits.attempts_max_7_days)
    }

    /// Electronic messages allowed by policy to one person in seven days.
    pub fn messages(&self) -> Option<(u32, Whose)> {
        self.smallest(|limits| limits.electronic_max_7_days)
    }

    /// The minute at which policy opens the day, where it opens later than the law.
    pub fn opens(&self) -> Option<(u16, Whose)> {
        // Turned round, because of two that are alike the last is taken and the house's is to stand.
        self.each().into_iter().rev().filter_map(|(limits, whose)| Some((limits.opens_minute?, whose))).max_by_key(|(minute, _)| *minute)
    }

    /// The minute at which policy closes the day, where it closes earlier than the law.
    pub fn closes(&self) -> Option<(u16, Whose)> {
        self.each().into_iter().filter_map(|(limits, whose)| Some((limits.closes_minute?, whose))).min_by_key(|(minute, _)| *minute)
    }

    /// Who is off on Sundays.
    pub fn off_on_sundays(&self) -> Option<Whose> {
        self.each().into_iter().find(|(limits, _)| limits.is_off_on_sundays).map(|(_, whose)| whose)
    }

    /// Who is off on holidays.
    pub fn off_on_holidays(&self) -> Option<Whose> {
        self.each().into_iter().find(|(limits, _)| limits.is_off_on_holidays).map(|(_, whose)| whose)
    }

    /// Calls allowed about one debt to one person in seven days by whoever is strictest, and who that is.
    pub fn attempts_max_7_days(&self) -> (u32, Whose) {
        self.calls().filter(|(max, _)| *max < ATTEMPTS_BY_LAW).unwrap_or((ATTEMPTS_BY_LAW, Whose::Law))
    }

    /// First open minute of the day by whoever is strictest, and who that is.
    pub fn opens_minute(&self) -> (u16, Whose) {
        self.opens().filter(|(minute, _)| *minute > OPENS_BY_LAW).unwrap_or((OPENS_BY_LAW, Whose::Law))
    }

    /// First closed minute of the evening by whoever is strictest, and who that is.
    pub fn closes_minute(&self) -> (u16, Whose) {
        self.closes().filter(|(minute, _)| *minute < CLOSES_BY_LAW).unwrap_or((CLOSES_BY_LAW, Whose::Law))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(house: Limits, creditor: Limits) -> ContactPolicy {
        ContactPolicy { house: Version { number: 1, limits: house }, creditor: Version { number: 1, limits: creditor } }
    }

    #[test]
    fn what_is_looser_is_refused_with_the_laws_number() {
        let attempts = |max| Limits { attempts_max_7_days: Some(max), ..Limits::NONE };
        let hours = |opens, closes| Limits { opens_minute: Some(opens), closes_minute: Some(closes), ..Limits::NONE };
        //   limits               says
        for (limits, says) in [
            (attempts(8), Some("7 calls in 7 days")),
            (attempts(7), None),
            (attempts(0), None),
            (hours(479, 1260), Some("opens at 08:00")),
            (hours(480, 1261), Some("closes at 21:00")),
            (hours(480, 1260), None),
            (hours(720, 720), Some("no open hour")),
            (Limits { electronic_max_7_days: Some(51), ..Limits::NONE }, Some("50 messages")),
            (Limits { electronic_max_7_days: Some(3), ..Limits::NONE }, None),
        ] {
            let faults = limits.faults();
            assert_eq!(faults.first().map(|(_, fault)| fault.contains(says.unwrap_or("?"))), says.map(|_| true), "{faults:?}");
        }
    }

    #[test]
    fn the_strictest_of_law_house_and_creditor_wins_and_says_whose_it_is() {
        let attempts = |max| Limits { attempts_max_7_days: max, ..Limits::NONE };
        //   house     creditor  who
        for (house, creditor, wins) in [
            (None, None, (7, Whose::Law)),
            (Some(5), None, (5, Whose::House)),
            (Some(5), Some(3), (3, Whose::Creditor)),
            (Some(3), Some(5), (3, Whose::House)),
            (Some(4), Some(4), (4, Whose::House)),
            (Some(7), Some(7), (7, Whose::Law)),
        ] {
            assert_eq!(of(attempts(house), attempts(creditor)).attempts_max_7_days(), wins);
        }
        let hours = |opens, closes| Limits { opens_minute: opens, closes_minute: closes, ..Limits::NONE };
        let both = of(hours(Some(540), Some(1200)), hours(Some(600), None));
        assert_eq!((both.opens_minute(), both.closes_minute()), ((600, Whose::Creditor), (1200, Whose::House)));
        assert_eq!(of(hours(Some(540), None), hours(Some(540), None)).opens_minute(), (540, Whose::House));
        assert_eq!((ContactPolicy::LAW.opens_minute(), ContactPolicy::LAW.closes_minute()), ((480, Whose::Law), (1260, Whose::Law)));
        let off = of(Limits::NONE, Limits { is_off_on_sundays: true, ..Limits::NONE });
        assert_eq!((off.off_on_sundays(), off.off_on_holidays()), (Some(Whose::Creditor), None));
    }
}
