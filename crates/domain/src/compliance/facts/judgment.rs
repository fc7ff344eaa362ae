//! What the rules may know about asking a court for judgment by default.

use super::clock_of_days;
use super::stops::{Stops, stops};
use crate::compliance::record::{Key, Record};
use crate::values::clock::Clock;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The facts of one request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JudgmentFacts {
    /// When, in seconds since 1970.
    pub at: i64,
    /// The clock in which days are counted.
    pub day_clock: Clock,
    /// What stops collecting these debts.
    pub stops: Stops,
    /// An affidavit is filed that says whether they are in military service, or that it could not be found out.
    pub has_military_affidavit: bool,
}

/// Reads what the rules may know about a request.
pub fn gather_judgment(record: &Record, at: Timestamp, debts: &[Key], has_military_affidavit: bool) -> JudgmentFacts {
    JudgmentFacts { at: at.as_second(), day_clock: clock_of_days(record, at), stops: stops(record, at, debts), has_military_affidavit }
}
