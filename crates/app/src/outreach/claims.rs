//! Who is on an account now: a living reservation of somebody else, as pages show it and actions refuse by it.
//!
//! Always true: what has run out is nobody's claim; every reader names the moment it asks for.

use super::store::Claim;
use duly_domain::values::ids::UserId;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Somebody else's living reservation, as it is shown.
pub struct ShownClaim {
    /// Who.
    pub holder: String,
    /// By which medium.
    pub channel: String,
    /// Until when, as `HH:MM` by the organization's clock.
    pub until: String,
    /// The same in milliseconds since 1970, so that an open page knows when it has run out.
    pub until_millis: i64,
}

impl Claim {
    /// Whether somebody else than this user holds it.
    pub fn is_of_another(&self, user: Option<UserId>) -> bool {
        self.officer.is_some() && self.officer != user
    }

    /// Their name.
    pub fn holder(&self) -> &str {
        self.name.as_deref().unwrap_or("somebody at the machine")
    }

    /// Until when it lives, as `HH:MM`.
    pub fn until(&self, zone: &TimeZone) -> String {
        self.expires_at.map(|at| at.to_zoned(zone.clone()).strftime("%H:%M").to_string()).unwrap_or_default()
    }

    /// As pages show it.
    pub fn shown(&self, zone: &TimeZone) -> ShownClaim {
        ShownClaim {
            holder: self.holder().to_string(),
            channel: self.channel.clone(),
            until: self.until(zone),
            until_millis: self.expires_at.map_or(0, Timestamp::as_millisecond),
        }
    }
}
