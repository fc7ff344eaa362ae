//! Authority: what somebody of a role may grant alone, and what they ask a supervisor for.
//!
//! These are the house's limits and never the law's: whoever may answer requests can pass them, for one case, with their name beside
//! it. What the law or a stop refuses is not among them, and nobody passes that.

use super::Role;

/// How far somebody may go with a promise alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PromiseLimits {
    /// Days ahead at the most.
    pub days_max: i32,
    /// The smallest share of what is owed, in basis points.
    pub share_min_bp: i64,
    /// Promises broken one after the other, with which another one is not taken alone.
    pub broken_max: u32,
}

/// The limits of a role with promises; none for those whom only law and house bind.
pub const fn promise_limits(role: Role) -> Option<PromiseLimits> {
    match role {
        Role::Officer => Some(PromiseLimits { days_max: 90, share_min_bp: 200, broken_max: 3 }),
        // They lead officers, or act at the machine itself, where no role negotiates.
        Role::Supervisor | Role::Compliance | Role::BackOffice | Role::Administrator | Role::Auditor => None,
    }
}

/// How much of interest, fees and costs somebody may waive alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaiverLimits {
    /// In one waiver, in minor units.
    pub amount_max_minor: i64,
    /// The largest share of what is owed of its kind, in basis points.
    pub share_max_bp: i64,
}

/// The limits of a role with waivers.
pub const fn waiver_limits(role: Role) -> Option<WaiverLimits> {
    match role {
        Role::Officer => Some(WaiverLimits { amount_max_minor: 5_000, share_max_bp: 5_000 }),
        Role::Supervisor | Role::Compliance | Role::BackOffice | Role::Administrator | Role::Auditor => None,
    }
}

/// How far somebody may go with a hardship pause alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PauseLimits {
    /// Days ahead at the most.
    pub days_max: i32,
    /// Days back at the most.
    pub back_days_max: i32,
}

/// The limits of a role with hardship pauses.
pub const fn pause_limits(role: Role) -> Option<PauseLimits> {
    match role {
        Role::Officer => Some(PauseLimits { days_max: 60, back_days_max: 30 }),
        Role::Supervisor | Role::Compliance | Role::BackOffice | Role::Administrator | Role::Auditor => None,
    }
}

/// How much of what is left of an account somebody of a role may write off alone, in minor units.
pub const fn write_off_max(role: Role) -> Option<i64> {
    match role {
        Role::Officer | Role::BackOffice => Some(500),
        Role::Supervisor => Some(50_000),
        Role::Compliance | Role::Administrator | Role::Auditor => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{Permission, may};

    #[test]
    fn whoever_answers_requests_has_more_authority_than_whoever_asks() {
        for role in Role::ALL {
            let asks = may(role, Permission::WorkAccounts) && !may(role, Permission::LeadFloor);
            assert_eq!(promise_limits(role).is_some(), asks, "{role}");
            assert_eq!((waiver_limits(role).is_some(), pause_limits(role).is_some()), (asks, asks), "{role}");
            assert_eq!(write_off_max(role).is_some(), may(role, Permission::WriteOff), "{role}");
        }
    }
}
