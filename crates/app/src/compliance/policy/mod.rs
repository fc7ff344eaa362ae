//! Policy: what the agency and a creditor ask of themselves beyond the law, as dated versions.
//!
//! A version is proposed, its difference shown on the worklist and on the conformance cases, approved by a second person and in force
//! from its day, until a later one is ([`actions`]). The gate asks the versions that are in force at the moment of a contact
//! ([`Policies::at`]), also of one that lies back.
//!
//! Always true: nothing looser than the law is kept; nobody approves what they proposed; no version is changed after its decision.

pub mod actions;
pub mod change;
pub mod pages;
pub mod store;

use crate::accounts::store::Creditor;
use duly_domain::compliance::policy::{ATTEMPTS_BY_LAW, ContactPolicy, Version};
use duly_domain::values::ids::CreditorId;
use jiff::Timestamp;
use store::PolicyRow;

/// The approved versions of the agency and of one creditor.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    house: Vec<(Timestamp, Version)>,
    creditor: Vec<(Timestamp, Version)>,
    /// What the creditor's own record names, since before there were versions.
    creditor_attempts: Option<u32>,
}

impl Policies {
    /// Out of all approved versions, those that concern a creditor's accounts.
    pub fn of(versions: &[PolicyRow], creditor: &Creditor) -> Policies {
        let of = |whose: Option<CreditorId>| {
            let rows = versions.iter().filter(|row| row.creditor == whose);
            rows.filter_map(|row| Some((row.begins_at?, row.version()))).collect()
        };
        let attempts = u32::try_from(creditor.attempts_max_7_days).unwrap_or(0);
        Policies {
            house: of(None),
            creditor: of(Some(creditor.id)),
            creditor_attempts: Some(attempts).filter(|attempts| *attempts < ATTEMPTS_BY_LAW),
        }
    }

    /// Out of all approved versions, the agency's own alone.
    pub fn of_house(versions: &[PolicyRow]) -> Policies {
        let house = versions.iter().filter(|row| row.creditor.is_none()).filter_map(|row| Some((row.begins_at?, row.version())));
        Policies { house: house.collect(), ..Policies::default() }
    }

    /// What is in force at a moment.
    pub fn at(&self, at: Timestamp) -> ContactPolicy {
        self.with(in_force(&self.house, at), in_force(&self.creditor, at))
    }

    /// What would be in force at a moment if another version of the agency's or of the creditor's were.
    pub fn instead(&self, at: Timestamp, is_creditors: bool, version: Version) -> ContactPolicy {
        match is_creditors {
            true => self.with(in_force(&self.house, at), version),
            false => self.with(version, in_force(&self.creditor, at)),
        }
    }

    fn with(&self, house: Version, mut creditor: Version) -> ContactPolicy {
        let named = creditor.limits.attempts_max_7_days.into_iter().chain(self.creditor_attempts).min();
        creditor.limits.attempts_max_7_days = named;
        ContactPolicy { house, creditor }
    }
}

/// The version that began last; the later of two that began together.
fn in_force(versions: &[(Timestamp, Version)], at: Timestamp) -> Version {
    let begun = versions.iter().filter(|(begins, _)| *begins <= at);
    begun.max_by_key(|(begins, version)| (*begins, version.number)).map_or_else(Version::default, |(_, version)| *version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use duly_domain::compliance::policy::Limits;
    use duly_domain::decision::Whose;

    #[test]
    fn the_version_that_began_last_is_in_force() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let version = |number, max| Version { number, limits: Limits { attempts_max_7_days: Some(max), ..Limits::NONE } };
        let house = vec![
            (at("2026-04-01T04:00:00Z"), version(2, 4)),
            (at("2026-03-01T05:00:00Z"), version(1, 5)),
            (at("2026-04-01T04:00:00Z"), version(3, 6)),
        ];
        let policies = Policies { house, creditor_attempts: Some(5), ..Policies::default() };
        //   at                       calls a week, and whose
        for (moment, expected) in [
            ("2026-02-28T12:00:00Z", (5, Whose::Creditor)),
            ("2026-03-01T05:00:00Z", (5, Whose::House)),
            ("2026-04-01T03:59:59Z", (5, Whose::House)),
            ("2026-04-01T04:00:00Z", (5, Whose::Creditor)),
        ] {
            assert_eq!(policies.at(at(moment)).attempts_max_7_days(), expected, "{moment}");
        }
        let later = at("2026-04-02T00:00:00Z");
        assert_eq!(policies.at(later).house.number, 3);
        assert_eq!(policies.instead(later, true, version(9, 2)).attempts_max_7_days(), (2, Whose::Creditor));
    }

    #[test]
    fn what_was_kept_with_decisions_is_read_in_every_form() {
        let read = |text: &str| serde_json::from_str::<ContactPolicy>(text).unwrap();
        assert_eq!(read(r#"{"attempts_max_7_days":7,"opens_minute":480,"closes_minute":1260}"#), ContactPolicy::LAW);
        let old = read(r#"{"attempts_max_7_days":5,"opens_minute":480,"closes_minute":1260}"#);
        assert_eq!(old.attempts_max_7_days(), (5, Whose::Creditor));
        let limits = Limits { attempts_max_7_days: Some(4), is_off_on_sundays: true, ..Limits::NONE };
        let new = ContactPolicy { house: Version { number: 3, limits }, ..ContactPolicy::LAW };
        assert_eq!(read(&serde_json::to_string(&new).unwrap()), new);
        assert_eq!(read("{}"), ContactPolicy::LAW);
    }
}
