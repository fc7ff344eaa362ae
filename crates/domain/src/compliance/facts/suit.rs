//! What the rules may know about a suit, or the threat of one.

use super::disputes::Disputes;
use super::{clock_of_days, regf_binds};
use crate::compliance::limitation::{ClockFacts, reckon};
use crate::compliance::record::{Debt, Key, Record, Standing};
use crate::values::clock::Clock;
use crate::values::moment::{date_of_day, day_number};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The facts of one suit or threat.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SuitFacts {
    /// When, in seconds since 1970.
    pub at: i64,
    /// The clock in which days are counted.
    pub day_clock: Clock,
    /// A claim filed in a bankruptcy, which is no suit.
    pub is_proof_of_claim: bool,
    /// Where it is brought; `None` where nothing is said about it.
    pub venue: Option<Venue>,
    /// The debts sued on.
    pub debts: Vec<SuedDebt>,
}

/// One debt of a suit.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct SuedDebt {
    /// Whether Regulation F and the Act bind us on this debt.
    pub regf_binds: bool,
    /// Secured by real property, as a mortgage is.
    pub is_secured_by_real_property: bool,
    /// A written dispute of the period waits for verification since.
    pub written_at: Option<i64>,
    /// A written request for the original creditor waits for its answer since.
    pub creditor_request_at: Option<i64>,
    /// The stay in bankruptcy protects the person sued.
    pub is_stayed: bool,
    /// It was discharged for the person sued.
    pub is_discharged: bool,
    /// The time to sue; `None` where it is not known.
    pub limitation: Option<SuitTime>,
}

/// The time to sue on one debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuitTime {
    /// How many years.
    pub years: u8,
    /// The last day for it, as a number.
    pub last_day: i32,
    /// Whether our source for the period is beyond doubt.
    pub is_verified: bool,
    /// The amendment of the table that names the period, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amendment: Option<u32>,
}

/// The judicial district in which a suit is brought, by what ties it to the debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Venue {
    /// The consumer lives there when the suit begins.
    ConsumerLivesThere,
    /// The consumer signed the contract there.
    ContractSignedThere,
    /// The real property that secures the debt lies there.
    RealPropertyLiesThere,
    /// Anything else, as the creditor's seat.
    Elsewhere,
}

impl Venue {
    /// Reads a venue as files name it; what we do not know ties nothing.
    pub fn parse(code: &str) -> Venue {
        match code {
            "consumer_residence" => Venue::ConsumerLivesThere,
            "contract_signed" => Venue::ContractSignedThere,
            "real_property_located" => Venue::RealPropertyLiesThere,
            _ => Venue::Elsewhere,
        }
    }
}

/// What the time to sue on a debt is counted from, as it stood at a moment.
pub fn clock_facts(record: &Record, debt: &Debt, at: Timestamp) -> ClockFacts {
    let own = record.clock_events.iter().filter(|(key, _)| *key == debt.key).map(|(_, event)| *event);
    ClockFacts {
        agreement: debt.agreement,
        accrued_on: debt.accrued_on,
        consumer: record.consumer.state,
        contract: debt.contract_law,
        events: own.collect(),
        today: date_of_day(clock_of_days(record, at).local(at.as_second()).0),
        law: record.consumer.law.at(at.as_second()),
    }
}

/// Reads from the record what the rules may know about suing a person on these debts; where is not on record.
pub fn gather_suit(record: &Record, at: Timestamp, person: Key, debts: &[Key], is_proof_of_claim: bool) -> SuitFacts {
    let events = Disputes::new(record, at);
    let is_co_debtor = record.persons.iter().any(|known| known.key == person && known.standing == Standing::CoDebtor);
    let of_debt = |key: &Key| {
        let known = record.debts.iter().find(|debt| debt.key == *key);
        let binds = regf_binds(record) && record.is_consumer_debt(*key);
        SuedDebt {
            regf_binds: binds,
            is_secured_by_real_property: known.is_some_and(|debt| debt.is_secured_by_real_property),
            written_at: events.written_dispute_at(*key).filter(|_| binds),
            creditor_request_at: events.creditor_request_at(*key).filter(|_| binds),
            is_stayed: known.is_some_and(|debt| record.is_stayed(debt, person)),
            is_discharged: known.is_some_and(|debt| (debt.is_discharged() && !is_co_debtor) || record.is_discharged_for(debt, person)),
            limitation: known.and_then(|debt| reckon(&clock_facts(record, debt, at)).limitation()).map(|time| SuitTime {
                years: time.years,
                last_day: day_number(time.last_day),
                is_verified: time.is_verified,
                amendment: time.amendment,
            }),
        }
    };
    SuitFacts {
        at: at.as_second(),
        day_clock: clock_of_days(record, at),
        is_proof_of_claim,
        venue: None,
        debts: debts.iter().map(of_debt).collect(),
    }
}
