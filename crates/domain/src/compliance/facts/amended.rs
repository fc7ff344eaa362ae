//! What the agency amended in the packs of the places where the debtor lives or may live, so far as it bears on one contact.

use super::ContactFacts;
use super::past::Past;
use crate::compliance::amendments::{Amendment, Column, NO_END, Says};
use crate::compliance::record::Standing;
use crate::compliance::states::Confidence;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One amendment as rules read it; kept with a decision, so that it can be made again whatever is amended later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmendedFact {
    /// The amendment's number.
    pub number: u32,
    /// Whose law.
    pub pack: String,
    /// Which column.
    pub column: Column,
    /// Where it stands.
    pub source: String,
    /// How sure the agency is.
    pub confidence: Confidence,
    /// The second from which it binds.
    pub begins_at: i64,
    /// The first second at which it binds no more; none while no end is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<i64>,
    /// It gives the column back to the table.
    #[serde(default, skip_serializing_if = "is_not")]
    pub is_as_shipped: bool,
    /// The hours that it keeps for this contact, in minutes of the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<(u16, u16)>,
    /// The caps that it sets on this contact.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caps: Vec<AmendedCount>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_not(flag: &bool) -> bool {
    !flag
}

/// One cap, and what used it up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmendedCount {
    /// How many.
    pub max: u32,
    /// In how many days.
    pub days: i32,
    /// Day numbers of the contacts that use it up, oldest first.
    pub used: Vec<i32>,
}

impl AmendedFact {
    /// Whether it is in force at a second.
    pub fn is_in_force(&self, at: i64) -> bool {
        self.begins_at <= at && self.ends_at.is_none_or(|ends| at < ends)
    }
}

impl ContactFacts {
    /// The amendments that speak at a second: of those for one column of one pack the one that began last.
    pub fn amended_at(&self, at: i64, column: Column) -> impl Iterator<Item = &AmendedFact> {
        let standing = move |fact: &&AmendedFact| fact.column == column && fact.is_in_force(at);
        self.amended.iter().filter(standing).filter(move |fact| {
            let later = |other: &AmendedFact| (other.begins_at, other.number) > (fact.begins_at, fact.number);
            !self.amended.iter().any(|other| other.pack == fact.pack && standing(&other) && later(other))
        })
    }

    /// Whether an amendment stands in the place of what a pack was shipped with.
    pub fn is_amended(&self, pack: &str, column: Column, at: i64) -> bool {
        !self.amended.is_empty() && self.amended_at(at, column).any(|fact| fact.pack == pack && !fact.is_as_shipped)
    }

    /// The next second after one at which an amendment begins or ends: what was found before is to be looked at again then.
    pub fn next_change(&self, after: i64) -> i64 {
        let seconds = self.amended.iter().flat_map(|fact| [fact.begins_at, fact.ends_at.unwrap_or(NO_END)]);
        seconds.filter(|second| *second > after).min().unwrap_or(NO_END)
    }
}

impl Past<'_> {
    /// What was amended where they live or may live, now or at any later moment.
    pub(super) fn amended(&self, standing: Standing, is_reply: bool) -> Vec<AmendedFact> {
        let amendments = &self.record.consumer.amendments;
        let now = self.proposal.at.as_second();
        if amendments.is_empty() || !self.concerns_their_debts(standing) {
            return Vec::new();
        }
        let contacts = self.with_household(standing);
        let fact = |amendment: &Arc<Amendment>| {
            let hours = match &amendment.says {
                Says::Hours(Some(hours)) if hours.binds(self.record.role) && hours.media.covers(self.proposal.channel) => {
                    Some((hours.opens_minute, hours.closes_minute))
                }
                _ => None,
            };
            let caps = match &amendment.says {
                Says::Caps(caps) => caps.as_slice(),
                _ => &[],
            };
            let limits = caps.iter().filter(|cap| cap.binds(self.record.role) && cap.reach().limits(self.proposal, is_reply));
            let counted = limits.flat_map(|cap| {
                let used = self.used_up(&contacts, &cap.reach(), cap.unit);
                used.into_iter().map(|used| AmendedCount { max: cap.max, days: cap.days, used })
            });
            AmendedFact {
                number: amendment.number,
                pack: amendment.pack.clone(),
                column: amendment.column,
                source: amendment.source.clone(),
                confidence: amendment.confidence,
                begins_at: amendment.begins_at,
                ends_at: Some(amendment.ends_at).filter(|ends| *ends != NO_END),
                is_as_shipped: amendment.says == Says::AsShipped,
                hours,
                caps: counted.collect(),
            }
        };
        amendments.iter().filter(|amendment| amendment.column.is_about_contacts() && amendment.ends_at > now).map(fact).collect()
    }
}
