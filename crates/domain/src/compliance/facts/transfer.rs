//! What the rules may know about passing debts on: selling, placing, giving back.

use super::disputes::Disputes;
use super::{clock_of_days, regf_binds};
use crate::compliance::record::{Key, Record};
use crate::values::clock::Clock;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The facts of one transfer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TransferFacts {
    /// When, in seconds since 1970.
    pub at: i64,
    /// The clock in which days are counted.
    pub day_clock: Clock,
    /// To whom.
    pub to: Transferee,
    /// What is told of the debts leaves a dispute out.
    pub hides_dispute: bool,
    /// The debts.
    pub debts: Vec<TransferredDebt>,
}

/// To whom debts pass, and on what ground.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Transferee {
    /// A buyer, or somebody with whom they are placed for collection.
    Buyer,
    /// Back to the owner.
    Owner,
    /// An earlier owner, as the contract of sale provides.
    PreviousOwnerByContract,
    /// Whoever takes them as security, or into a securitization.
    SecurityInterest,
    /// The successor in a merger, or whoever takes over the whole business.
    MergerSuccessor,
}

impl Transferee {
    /// Reads a transferee as files name it; anybody else takes it by sale or placement.
    pub fn parse(code: &str) -> Transferee {
        match code {
            "owner" => Transferee::Owner,
            "previous_owner_by_contract" => Transferee::PreviousOwnerByContract,
            "security_interest" => Transferee::SecurityInterest,
            "merger_successor" => Transferee::MergerSuccessor,
            _ => Transferee::Buyer,
        }
    }

    /// Whether it is a sale, a transfer for value or a placement, and not one of those that the law leaves free.
    pub fn is_sale_or_placement(self) -> bool {
        self == Transferee::Buyer
    }
}

/// One debt of a transfer.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct TransferredDebt {
    /// Whether Regulation F and the Act bind us on this debt.
    pub regf_binds: bool,
    /// Known, or to be known, to be paid or settled.
    pub is_paid_or_settled: bool,
    /// Discharged in bankruptcy.
    pub is_discharged: bool,
    /// We were told that it comes from identity theft.
    pub is_from_identity_theft: bool,
    /// They disputed it, by whatever means and whenever.
    pub is_disputed: bool,
}

/// Reads from the record what the rules may know about passing these debts on.
pub fn gather_transfer(record: &Record, at: Timestamp, debts: &[Key], to: Transferee, hides_dispute: bool) -> TransferFacts {
    let events = Disputes::new(record, at);
    let of_debt = |key: &Key| {
        let known = record.debts.iter().find(|debt| debt.key == *key);
        TransferredDebt {
            regf_binds: regf_binds(record) && record.is_consumer_debt(*key),
            is_paid_or_settled: known.is_some_and(|debt| debt.is_paid || debt.is_settled),
            is_discharged: known.is_some_and(|debt| debt.is_discharged()),
            is_from_identity_theft: known.is_some_and(|debt| debt.is_from_identity_theft),
            is_disputed: events.is_disputed(*key),
        }
    };
    TransferFacts {
        at: at.as_second(),
        day_clock: clock_of_days(record, at),
        to,
        hides_dispute,
        debts: debts.iter().map(of_debt).collect(),
    }
}
