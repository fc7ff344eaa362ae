//! What the rules may know about a validation notice: the end it states, and the day it goes out.

use super::{binds_on, clock_of_days};
use crate::compliance::record::{Key, Record};
use crate::compliance::validation::{Period, notice_deadline};
use crate::values::clock::Clock;
use jiff::Timestamp;
use jiff::civil::Date;

/// The facts of the period that a notice states.
#[derive(Clone, Debug)]
pub struct PeriodFacts {
    /// When, in seconds since 1970.
    pub at: i64,
    /// The clock in which days are counted.
    pub day_clock: Clock,
    /// Whether Regulation F binds us on these debts.
    pub regf_binds: bool,
    /// The end that the notice states.
    pub stated_end: Option<Date>,
    /// The earliest that it may state.
    pub earliest_lawful_end: Date,
}

/// The facts of the day on which a notice goes out.
#[derive(Clone, Debug)]
pub struct NoticeFacts {
    /// When, in seconds since 1970.
    pub at: i64,
    /// The clock in which days are counted.
    pub day_clock: Clock,
    /// Whether Regulation F binds us on these debts.
    pub regf_binds: bool,
    /// The day it was sent; `None` while it was not.
    pub sent_on: Option<Date>,
    /// The last day for it.
    pub deadline: Date,
    /// They paid before that day.
    pub was_paid: bool,
}

/// Reads what the rules may know about the end that a notice states.
pub fn gather_period(record: &Record, at: Timestamp, debts: &[Key], sent_on: Date, stated_end: Option<Date>) -> PeriodFacts {
    PeriodFacts {
        at: at.as_second(),
        day_clock: clock_of_days(record, at),
        regf_binds: binds_on(record, debts),
        stated_end,
        earliest_lawful_end: Period::of(sent_on).earliest_lawful_end,
    }
}

/// Reads what the rules may know about the day on which a notice goes out.
pub fn gather_notice(
    record: &Record,
    at: Timestamp,
    debts: &[Key],
    first_communication_on: Date,
    sent_on: Option<Date>,
    was_paid: bool,
) -> NoticeFacts {
    NoticeFacts {
        at: at.as_second(),
        day_clock: clock_of_days(record, at),
        regf_binds: binds_on(record, debts),
        sent_on,
        deadline: notice_deadline(first_communication_on),
        was_paid,
    }
}
