//! What stops every act to collect, whatever it is: bankruptcy, and a dispute that waits for its answer.

use super::disputes::Disputes;
use super::regf_binds;
use crate::compliance::record::{Debt, Key, Record};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The stops on record, of all debts concerned: what stands against one of them stops the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stops {
    /// A stay in bankruptcy protects the consumer: their own, or that of somebody who owes it with them.
    pub is_stayed: bool,
    /// It was discharged.
    pub is_discharged: bool,
    /// A written dispute of the period waits for verification since.
    pub written_at: Option<i64>,
    /// A written request for the original creditor waits for its answer since.
    pub creditor_request_at: Option<i64>,
}

/// Facts of an act that collects.
pub trait Stopped {
    /// What stops it.
    fn stops(&self) -> &Stops;
}

/// Reads from the record what stops collecting these debts.
pub(super) fn stops(record: &Record, at: Timestamp, debts: &[Key]) -> Stops {
    let events = Disputes::new(record, at);
    let bound = || debts.iter().copied().filter(|key| regf_binds(record) && record.is_consumer_debt(*key));
    let known = || record.debts.iter().filter(|debt| debts.contains(&debt.key));
    Stops {
        is_stayed: known().any(|debt| record.is_stayed(debt, record.consumer.key)),
        is_discharged: known().any(Debt::is_discharged),
        written_at: bound().filter_map(|debt| events.written_dispute_at(debt)).min(),
        creditor_request_at: bound().filter_map(|debt| events.creditor_request_at(debt)).min(),
    }
}
