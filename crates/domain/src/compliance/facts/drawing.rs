//! What the rules may know about drawing money: an instrument deposited, an account debited.

use super::charge::paused_until_day;
use super::stops::{Stops, stops};
use super::{binds_on, clock_of_days};
use crate::compliance::record::{Key, Record};
use crate::values::calendar::{is_bank_day, nth_day_before};
use crate::values::clock::Clock;
use crate::values::iso_date;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Business days before a debit up to which the consumer may stop it at their bank (12 CFR 1005.10(c)(1)).
const STOP_ORDER_DAYS: u32 = 3;

/// The facts of depositing a check or another instrument that bears a later date than its acceptance.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DepositFacts {
    /// When it is deposited, in seconds since 1970.
    pub at: i64,
    /// The clock in which days are counted.
    pub day_clock: Clock,
    /// What stops collecting these debts.
    pub stops: Stops,
    /// Whether the Act binds us on these debts.
    pub fdcpa_binds: bool,
    /// The day we accepted it.
    #[serde(with = "iso_date")]
    pub accepted_on: Date,
    /// The date it bears.
    #[serde(with = "iso_date")]
    pub instrument_dated: Date,
    /// The day the written notice of the deposit went out.
    #[serde(with = "iso_date::maybe")]
    pub notice_sent_on: Option<Date>,
    /// It was asked for in order to threaten or start a prosecution.
    pub is_to_threaten_prosecution: bool,
}

/// The facts of one debit of a series that the consumer authorized ahead.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DebitFacts {
    /// When, in seconds since 1970.
    pub at: i64,
    /// The clock in which days are counted.
    pub day_clock: Clock,
    /// What stops collecting these debts.
    pub stops: Stops,
    /// It stands alone: they agreed to this debit and no series.
    #[serde(default)]
    pub is_single: bool,
    /// The consumer signed a writing for it, or authenticated one in a similar way.
    pub is_authorized_in_writing: bool,
    /// They took it back.
    pub is_revoked: bool,
    /// They were not given a copy.
    pub lacks_copy: bool,
    /// The amount, and the last or agreed one, in minor units; `None` where the one is not said to differ from the other.
    pub varies_from: Option<(i64, i64)>,
    /// The range within which they chose to have no notice, in minor units, both ends within.
    pub agreed_range_minor: Option<(i64, i64)>,
    /// The day the written notice of amount and date went out.
    #[serde(with = "iso_date::maybe")]
    pub notice_sent_on: Option<Date>,
    /// The day number on which a hardship pause of these debts ends.
    #[serde(default)]
    pub paused_until_day: Option<i32>,
}

/// Reads what the rules may know about a deposit: when the instrument was accepted, the date it bears, when notice was sent.
pub fn gather_deposit(
    record: &Record,
    at: Timestamp,
    debts: &[Key],
    accepted_on: Date,
    instrument_dated: Date,
    notice_sent_on: Option<Date>,
) -> DepositFacts {
    DepositFacts {
        at: at.as_second(),
        day_clock: clock_of_days(record, at),
        stops: stops(record, at, debts),
        fdcpa_binds: binds_on(record, debts),
        accepted_on,
        instrument_dated,
        notice_sent_on,
        is_to_threaten_prosecution: false,
    }
}

/// The facts of a debit that is authorized in writing and does not vary; Regulation E looks at the account and not at the debt.
pub fn gather_debit(record: &Record, at: Timestamp, debts: &[Key]) -> DebitFacts {
    DebitFacts {
        at: at.as_second(),
        day_clock: clock_of_days(record, at),
        stops: stops(record, at, debts),
        is_single: false,
        is_authorized_in_writing: true,
        is_revoked: false,
        lacks_copy: false,
        varies_from: None,
        agreed_range_minor: None,
        notice_sent_on: None,
        paused_until_day: paused_until_day(record, debts),
    }
}

/// The last day on which the consumer can tell their bank to stop a debit of this day.
pub fn bank_stops_until(debited_on: Date) -> Date {
    nth_day_before(debited_on, STOP_ORDER_DAYS, is_bank_day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_bank_stops_what_it_is_told_of_three_of_its_days_before() {
        //   debited             stopped until
        for (debited, until) in [
            (date(2026, 5, 14), date(2026, 5, 11)),
            (date(2026, 5, 11), date(2026, 5, 6)),
            // Memorial Day is no day of the bank.
            (date(2026, 5, 28), date(2026, 5, 22)),
            // The fourth of July 2026 is a Saturday: the banks are open on the third.
            (date(2026, 7, 7), date(2026, 7, 2)),
            // The fourth of July 2027 is a Sunday: they are closed on the fifth.
            (date(2027, 7, 8), date(2027, 7, 2)),
        ] {
            assert_eq!(bank_stops_until(debited), until, "{debited}");
        }
    }
}
