//! What the rules may know about a required disclosure that is to go electronically.

use super::{clock_of_days, regf_binds};
use crate::compliance::record::{Key, Record};
use crate::values::clock::Clock;
use jiff::Timestamp;

/// The documents that may go electronically under conditions alone (12 CFR 1006.42(b)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    /// The validation notice.
    ValidationNotice,
    /// A copy of verification or of a judgment.
    Verification,
    /// The original creditor's name and address.
    OriginalCreditor,
}

impl Document {
    /// Reads a document by its code.
    pub fn parse(code: &str) -> Option<Document> {
        Some(match code {
            "validation_notice" => Document::ValidationNotice,
            "verification" => Document::Verification,
            "original_creditor" => Document::OriginalCreditor,
            _ => return None,
        })
    }
}

/// The facts of a required disclosure that is to go electronically.
#[derive(Clone, Debug)]
pub struct DeliveryFacts {
    /// When, in seconds since 1970.
    pub at: i64,
    /// The clock in which days are counted.
    pub day_clock: Clock,
    /// Whether Regulation F binds us on these debts.
    pub regf_binds: bool,
    /// What goes.
    pub document: Document,
    /// It is part of the first communication, which is electronic.
    pub is_in_first_communication: bool,
    /// They agreed to electronic disclosures as the E-SIGN Act asks (15 USC 7001(c)).
    pub has_esign_consent: bool,
}

/// Reads what the rules may know about a disclosure that is to go electronically.
pub fn gather_delivery(
    record: &Record,
    at: Timestamp,
    debts: &[Key],
    document: Document,
    is_in_first_communication: bool,
    has_esign_consent: bool,
) -> DeliveryFacts {
    DeliveryFacts {
        at: at.as_second(),
        day_clock: clock_of_days(record, at),
        regf_binds: regf_binds(record) && (debts.is_empty() || debts.iter().any(|key| record.is_consumer_debt(*key))),
        document,
        is_in_first_communication,
        has_esign_consent,
    }
}
