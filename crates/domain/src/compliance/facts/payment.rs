//! What the rules may know about how one payment is laid on debts.

use super::disputes::Disputes;
use super::{clock_of_days, regf_binds};
use crate::compliance::record::{Key, Record};
use crate::values::clock::Clock;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The facts of one payment and its allocation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PaymentFacts {
    /// When, in seconds since 1970.
    pub at: i64,
    /// The clock in which days are counted.
    pub day_clock: Clock,
    /// Whether Regulation F binds us in our role.
    pub regf_binds: bool,
    /// The debts that the payment is for, each with its part.
    pub parts: Vec<PaymentPart>,
}

/// One debt's part of a payment, in minor units.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct PaymentPart {
    /// What is laid on it.
    pub laid_minor: i64,
    /// What the consumer said should be, where they said anything.
    pub directed_minor: Option<i64>,
    /// A consumer debt that they disputed, by whatever means and whenever.
    pub is_disputed: bool,
}

/// Reads from the record what the rules may know: for each debt the amount laid on it and the amount the consumer directed.
pub fn gather_payment(record: &Record, at: Timestamp, parts: &[(Key, i64, Option<i64>)]) -> PaymentFacts {
    let events = Disputes::new(record, at);
    let part = |&(key, laid_minor, directed_minor): &(Key, i64, Option<i64>)| PaymentPart {
        laid_minor,
        directed_minor,
        is_disputed: record.is_consumer_debt(key) && events.is_disputed(key),
    };
    PaymentFacts {
        at: at.as_second(),
        day_clock: clock_of_days(record, at),
        regf_binds: regf_binds(record) && parts.iter().any(|(key, ..)| record.is_consumer_debt(*key)),
        parts: parts.iter().map(part).collect(),
    }
}
