//! Hours of the day that states state for themselves, as data.
//!
//! [`HOURS`] is the whole table, read from the column `calling_hours` of `regulation/states.csv`. Federal hours are a rule of their
//! own and bind collectors on consumer debts; what stands here may bind whom that rule does not reach, creditors above all. A row
//! whose source is in doubt binds as it stands and is marked.

use super::caps::{Jurisdiction, Media, Scope, TABLE_IN_FORCE_FROM};
use super::record::{CollectorRole, Proposal};

/// One row.
#[derive(Debug)]
pub struct StateHours {
    /// Where it binds.
    pub jurisdiction: Jurisdiction,
    /// Whom it binds.
    pub roles: &'static [CollectorRole],
    /// Which media.
    pub media: Media,
    /// Which contacts by them.
    pub scope: Scope,
    /// First open minute of the day.
    pub opens_minute: u16,
    /// First closed minute of the evening.
    pub closes_minute: u16,
    /// The first day on which it binds, as a day number.
    pub in_force_from: i32,
    /// The first day on which it binds no more; `None` while no end is known.
    pub in_force_until: Option<i32>,
    /// Our source is beyond doubt.
    pub is_verified: bool,
}

const EVERYBODY: &[CollectorRole] = &[CollectorRole::ThirdParty, CollectorRole::DebtBuyer, CollectorRole::FirstParty];
const COLLECTORS: &[CollectorRole] = &[CollectorRole::ThirdParty, CollectorRole::DebtBuyer];

const FLORIDA: StateHours = StateHours {
    jurisdiction: Jurisdiction::Florida,
    roles: EVERYBODY,
    media: Media::Calls,
    scope: Scope::Any,
    opens_minute: 8 * 60,
    closes_minute: 21 * 60,
    in_force_from: TABLE_IN_FORCE_FROM,
    in_force_until: None,
    is_verified: false,
};

/// Every row.
pub static HOURS: [StateHours; 3] = [
    FLORIDA,
    // The table names no medium; its cap counts texts as calls, and so does this.
    StateHours { jurisdiction: Jurisdiction::Massachusetts, media: Media::CallsAndTexts, ..FLORIDA },
    StateHours {
        jurisdiction: Jurisdiction::Washington,
        roles: COLLECTORS,
        media: Media::CallsAndTexts,
        scope: Scope::HomeOrMobile,
        opens_minute: 7 * 60 + 30,
        ..FLORIDA
    },
];

impl StateHours {
    /// The row of a place, where it has one.
    pub fn of(jurisdiction: Jurisdiction) -> Option<&'static StateHours> {
        HOURS.iter().find(|hours| hours.jurisdiction == jurisdiction)
    }

    /// Whether it binds on a day.
    pub fn is_in_force(&self, day: i32) -> bool {
        self.in_force_from <= day && self.in_force_until.is_none_or(|until| day < until)
    }

    /// Whether it limits a proposal of somebody in this role.
    pub(super) fn limits(&self, proposal: &Proposal, role: CollectorRole) -> bool {
        self.roles.contains(&role) && self.media.covers(proposal.channel) && self.scope.covers_place(proposal.place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compliance::states::states;

    #[test]
    fn every_hour_that_the_table_states_has_its_row_and_no_other() {
        let states_hours: Vec<&str> = states().iter().filter(|state| !state.calling_hours.says_none()).map(|state| state.code).collect();
        let mut rows: Vec<&str> = HOURS.iter().map(|hours| hours.jurisdiction.state()).collect();
        rows.sort_unstable();
        assert_eq!(rows, states_hours);
        for hours in &HOURS {
            let said = &crate::compliance::states::state(hours.jurisdiction.state()).unwrap().calling_hours;
            assert_eq!(hours.is_verified, said.is_verified());
            assert!(said.words.contains("21:00"), "{}", said.words);
        }
    }
}
