//! What the rules may know about deleting a record.

use super::past::DayCount;
use super::{binds_on, clock_of_days};
use crate::compliance::record::{Key, Record};
use crate::values::clock::Clock;
use crate::values::iso_date;
use crate::values::moment::{date_of_day, day_number};
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Years for which records are kept after the last collection activity, and recordings after the call (12 CFR 1006.100).
const YEARS: i64 = 3;
/// Years for which the writing behind a series of debits is kept (12 CFR 1005.13(b)(1)).
const DEBIT_YEARS: i64 = 2;

/// The facts of one deletion.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeletionFacts {
    /// When, in seconds since 1970.
    pub at: i64,
    /// The clock in which days are counted.
    pub day_clock: Clock,
    /// Whether Regulation F binds us on these debts.
    pub regf_binds: bool,
    /// The last day, as a number, on which Regulation F keeps it; `None` where nothing says from when to count.
    pub kept_until_day: Option<i32>,
    /// The writing behind a series of debits: the last day, as a number, on which Regulation E keeps it.
    pub debit_kept_until_day: Option<i32>,
}

/// What would be deleted, with the day from which its time counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeptRecord {
    /// Evidence of what was done about a debt.
    Evidence,
    /// The recording of a call of a day.
    Recording(#[serde(with = "iso_date::maybe")] Option<Date>),
    /// The writing by which debits were authorized, the last of them on a day.
    DebitAuthorization(#[serde(with = "iso_date::maybe")] Option<Date>),
}

/// Reads from the record what the rules may know about deleting what concerns these debts. The last activity is the day told or
/// that of a later contact on record, whichever is later.
pub fn gather_deletion(record: &Record, at: Timestamp, debts: &[Key], kept: KeptRecord, last_activity_on: Option<Date>) -> DeletionFacts {
    let days = DayCount::of_record(record);
    let ours = record.contacts.iter().filter(|contact| contact.is_ours && contact.at <= at);
    let about =
        ours.filter(|contact| contact.debts.iter().chain(contact.discussed().into_iter().flatten()).any(|debt| debts.contains(debt)));
    let last_activity = about.map(|contact| date_of_day(days.of(contact.at))).chain(last_activity_on).max();
    let from = match kept {
        // A call is itself an activity: where its day is not told it was no later than the last one.
        KeptRecord::Recording(Some(call)) => Some(call),
        _ => last_activity,
    };
    let anniversary = |from: Date, years: i64| day_number(from.saturating_add(Span::new().years(years)));
    let debited = match kept {
        KeptRecord::DebitAuthorization(last) => last.or(last_activity),
        _ => None,
    };
    DeletionFacts {
        at: at.as_second(),
        day_clock: clock_of_days(record, at),
        regf_binds: binds_on(record, debts),
        kept_until_day: from.map(|from| anniversary(from, YEARS)),
        debit_kept_until_day: debited.map(|last| anniversary(last, DEBIT_YEARS)),
    }
}
