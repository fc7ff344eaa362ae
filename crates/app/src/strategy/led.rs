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
        led.retain(|_, (_, at)| now.duration_since(*at) < SignedDuration::from_mins(MINUTES));
        led.iter().filter(|(other, _)| **other != user).map(|(_, (account, _))| *account).collect()
    }

    /// An officer is led to an account.
    pub fn note(&self, user: UserId, account: AccountId, at: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(user, (account, at));
    }
}
