//! Policy: numbers stricter than the law, per agency and creditor.

use serde::{Deserialize, Serialize};

/// The numbers contact rules may be given. What is looser than the law is brought back to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactPolicy {
    attempts_max_7_days: u32,
    opens_minute: u16,
    closes_minute: u16,
}

/// Calls in seven consecutive days that are presumed lawful: 12 CFR 1006.14(b)(2)(i)(A).
const ATTEMPTS_BY_LAW: u32 = 7;
/// 08:00, 15 USC 1692c(a)(1).
const OPENS_BY_LAW: u16 = 8 * 60;
/// 21:00, 15 USC 1692c(a)(1).
const CLOSES_BY_LAW: u16 = 21 * 60;

impl ContactPolicy {
    /// The law and no more.
    pub const LAW: ContactPolicy =
        ContactPolicy { attempts_max_7_days: ATTEMPTS_BY_LAW, opens_minute: OPENS_BY_LAW, closes_minute: CLOSES_BY_LAW };

    /// House numbers (calls in seven days; first and last minute of the day), each held to the law where it would be looser.
    pub fn house(attempts_max_7_days: u32, opens_minute: u16, closes_minute: u16) -> ContactPolicy {
        ContactPolicy {
            attempts_max_7_days: attempts_max_7_days.min(ATTEMPTS_BY_LAW),
            opens_minute: opens_minute.max(OPENS_BY_LAW),
            closes_minute: closes_minute.min(CLOSES_BY_LAW),
        }
    }

    /// Calls allowed about one debt to one person in seven days.
    pub fn attempts_max_7_days(&self) -> u32 {
        self.attempts_max_7_days
    }

    /// First open minute of the day.
    pub fn opens_minute(&self) -> u16 {
        self.opens_minute
    }

    /// First closed minute of the evening.
    pub fn closes_minute(&self) -> u16 {
        self.closes_minute
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policy_is_stricter_or_the_law() {
        assert_eq!(ContactPolicy::house(20, 0, 1440), ContactPolicy::LAW);
        let house = ContactPolicy::house(3, 9 * 60, 19 * 60);
        assert_eq!((house.attempts_max_7_days(), house.opens_minute(), house.closes_minute()), (3, 540, 1140));
    }
}
