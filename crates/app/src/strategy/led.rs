//! Whom *next best* led where a moment ago, so that two officers are not led to the same account.
//!
//! Kept in memory alone: it is a courtesy, and a reservation is what binds.

use duly_domain::values::ids::{AccountId, UserId};
use jiff::{SignedDuration, Timestamp};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

/// An officer who was led to an account has it to themselves for so many minutes.
const MINUTES: i64 = 3;

/// Which account each officer was led to last, and when.
#[derive(Clone, Debug, Default)]
pub struct Led(Arc<Mutex<HashMap<UserId, (AccountId, Timestamp)>>>);

impl Led {
    /// Accounts that others were led to a moment ago.
    pub fn by_others(&self, user: UserId, now: Timestamp) -> HashSet<AccountId> {
        let mut led = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        led.retain(|_, (_, at)| is_recent(*at, now));
        led.iter().filter(|(other, _)| **other != user).map(|(_, (account, _))| *account).collect()
    }

    /// Leads an officer to an account, unless another was led there a moment ago: of two at the same instant, one is.
    pub fn lead(&self, user: UserId, account: AccountId, now: Timestamp) -> bool {
        let mut led = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        led.retain(|_, (_, at)| is_recent(*at, now));
        let is_free = !led.iter().any(|(other, (taken, _))| *other != user && *taken == account);
        if is_free {
            led.insert(user, (account, now));
        }
        is_free
    }
}

fn is_recent(at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(at) < SignedDuration::from_mins(MINUTES)
}
