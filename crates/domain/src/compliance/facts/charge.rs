//! What the rules may know about a fee or interest that would be added to debts.

use super::stops::{Stops, stops};
use super::{binds_on, clock_of_days};
use crate::compliance::record::{Debt, Key, OrdersNotice, Record, Service};
use crate::values::clock::Clock;
use crate::values::moment::day_number;
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Days after leaving service within which the notice may still come (50 USC 3937(b)(1)).
const NOTICE_DAYS: i64 = 180;

/// The facts of one fee.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FeeFacts {
    /// When, in seconds since 1970.
    pub at: i64,
    /// The clock in which days are counted.
    pub day_clock: Clock,
    /// Whether the Act binds us on these debts.
    pub fdcpa_binds: bool,
    /// The agreement that made the debt expressly provides for it.
    pub is_in_agreement: bool,
    /// The law permits it.
    pub is_permitted_by_law: bool,
    /// What stops collecting these debts.
    #[serde(default)]
    pub stops: Stops,
    /// The day number on which a hardship pause ends.
    #[serde(default)]
    pub paused_until_day: Option<i32>,
}

/// The facts of interest at one rate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InterestFacts {
    /// When, in seconds since 1970.
    pub at: i64,
    /// The clock in which days are counted.
    pub day_clock: Clock,
    /// Whether the Act binds us on these debts.
    pub fdcpa_binds: bool,
    /// The rate of a year, in hundredths of a percent; what lies between two is the higher.
    pub rate_basis_points: i64,
    /// Neither the agreement nor the law provides for it.
    pub is_unauthorized: bool,
    /// When a servicemember's limit holds, for each debt that it protects.
    pub caps: Vec<InterestCap>,
    /// What stops collecting these debts.
    #[serde(default)]
    pub stops: Stops,
}

/// The days on which the limit on a servicemember's interest holds for one debt, as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterestCap {
    /// The first; `None` where it is not known when service began.
    pub from_day: Option<i32>,
    /// The last; `None` while they serve.
    pub last_day: Option<i32>,
}

/// Reads what the rules may know about a fee on these debts.
pub fn gather_fee(record: &Record, at: Timestamp, debts: &[Key], is_in_agreement: bool, is_permitted_by_law: bool) -> FeeFacts {
    FeeFacts {
        at: at.as_second(),
        day_clock: clock_of_days(record, at),
        fdcpa_binds: binds_on(record, debts),
        is_in_agreement,
        is_permitted_by_law,
        stops: stops(record, at, debts),
        paused_until_day: paused_until_day(record, debts),
    }
}

/// The day number on which a hardship pause ends, of these debts the one that lasts longest.
pub(super) fn paused_until_day(record: &Record, debts: &[Key]) -> Option<i32> {
    let paused = record.debts.iter().filter(|debt| debts.contains(&debt.key)).filter_map(|debt| debt.paused_until);
    paused.max().map(day_number)
}

/// Reads what the rules may know about interest on these debts.
pub fn gather_interest(record: &Record, at: Timestamp, debts: &[Key], rate_basis_points: i64, is_unauthorized: bool) -> InterestFacts {
    let of_debt = |key: &Key| {
        let known = record.debts.iter().find(|debt| debt.key == *key).copied().unwrap_or(Debt::of(*key));
        record.consumer.service.and_then(|service| cap_of(service, &known))
    };
    InterestFacts {
        at: at.as_second(),
        day_clock: clock_of_days(record, at),
        fdcpa_binds: binds_on(record, debts),
        rate_basis_points,
        is_unauthorized,
        caps: debts.iter().filter_map(of_debt).collect(),
        stops: stops(record, at, debts),
    }
}

/// Six percent during service, and for mortgages the year after it, on what was incurred before service, once asked for in
/// time (50 USC 3937(a)(1), (b)(1)). A debt of unknown age may be from before.
fn cap_of(service: Service, debt: &Debt) -> Option<InterestCap> {
    let is_older = debt.incurred_on.zip(service.entered).is_none_or(|(incurred, entered)| incurred < entered);
    let is_asked_for = match service.notice {
        OrdersNotice::Missing => false,
        OrdersNotice::InTime => true,
        OrdersNotice::On(came) => service.left.is_none_or(|left| came <= left.saturating_add(Span::new().days(NOTICE_DAYS))),
    };
    let last = |left: Date| if debt.is_secured_by_real_property { left.saturating_add(Span::new().years(1)) } else { left };
    (is_older && is_asked_for)
        .then(|| InterestCap { from_day: service.entered.map(day_number), last_day: service.left.map(|left| day_number(last(left))) })
}
