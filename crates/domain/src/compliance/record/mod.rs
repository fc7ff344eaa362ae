//! The record and the proposal, as `regulation/cases/README.md` lays them down: what we know, and what is wanted.
//!
//! Nothing is judged here. The same shapes are filled from a case file and from the database.

mod bankruptcy;
mod care;
mod contact;
mod notice;
mod proposal;
mod service;
mod wish;

pub use bankruptcy::Bankruptcy;
pub use care::Care;
pub use contact::{Contact, Dialing, Direction, Disclosure, Outcome, Particulars, Purpose};
pub use notice::{Notice, NoticeKind};
pub use proposal::{LocationCall, Proposal};
pub use service::{OrdersNotice, Service};
pub use wish::{Closure, EVERY_DAY, Hours, Place, Preference, Wish};

use super::amendments::Amendment;
use super::caps::Jurisdiction;
use super::editions::Editions;
use super::limitation::{Agreement, ClockEvent};
use crate::values::money::Money;
use crate::values::region::LocationSignal;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use std::sync::Arc;

/// Identifies a person, a debt or a contact within one record: a UUID's bits, or a number given by the reader of a case.
pub type Key = u128;

/// The few keys of what a contact or an event is about.
pub type Keys = SmallVec<[Key; 1]>;

/// In which role we collect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CollectorRole {
    /// An agency or law firm.
    ThirdParty,
    /// An owner who bought the debt.
    DebtBuyer,
    /// A creditor in its own name.
    FirstParty,
}

/// How a person stands to the consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// The consumer.
    Consumer,
    /// Counts as the consumer: spouse, guardian, parent of a minor, representative of the estate (12 CFR 1006.6(a)).
    CountsAsConsumer,
    /// Owes the same debt.
    CoDebtor,
    /// A lawyer, the creditor, a consumer reporting agency: may be spoken to (12 CFR 1006.6(d)(1)).
    Professional,
    /// Anybody else.
    ThirdParty,
}

impl Standing {
    /// Reads the role of a person as files and screens name it; a role we do not know is a third party.
    pub fn of_role(role: &str) -> Standing {
        match role {
            "consumer" | "debtor" => Standing::Consumer,
            "spouse"
            | "surviving_spouse"
            | "parent_of_minor"
            | "guardian"
            | "executor"
            | "administrator"
            | "personal_representative"
            | "successor_in_interest"
            | "confirmed_successor_in_interest" => Standing::CountsAsConsumer,
            "co_debtor" | "guarantor" => Standing::CoDebtor,
            "consumer_attorney" | "attorney" | "consumer_reporting_agency" | "creditor" | "creditor_attorney" | "collector_attorney" => {
                Standing::Professional
            }
            _ => Standing::ThirdParty,
        }
    }

    /// Whether a role is that of the consumer's own lawyer.
    pub fn is_consumers_lawyer(role: &str) -> bool {
        matches!(role, "consumer_attorney" | "attorney")
    }
}

/// Everything on record that a rule may want to know.
#[derive(Clone, Debug)]
pub struct Record {
    /// In which role we collect.
    pub role: CollectorRole,
    /// The person who owes.
    pub consumer: Consumer,
    /// Other people around the account.
    pub persons: Vec<Person>,
    /// The debts.
    pub debts: SmallVec<[Debt; 1]>,
    /// Earlier contacts, in any order.
    pub contacts: Vec<Contact>,
    /// Other events, in any order.
    pub notices: Vec<Notice>,
    /// What made the time to sue stand still or begin anew, each about one debt.
    pub clock_events: Vec<(Key, ClockEvent)>,
}

impl Record {
    /// Whether a debt is, or may be, for consumer purposes: one that is not on record is not known to be anything else.
    pub fn is_consumer_debt(&self, key: Key) -> bool {
        !self.debts.iter().any(|debt| debt.key == key && !debt.is_consumer_purpose)
    }
}

/// The person who owes.
#[derive(Clone, Debug, Default)]
pub struct Consumer {
    /// Who.
    pub key: Key,
    /// Signs of where they are.
    pub signals: SmallVec<[LocationSignal; 2]>,
    /// What they told us about times, places and channels.
    pub preferences: Vec<Preference>,
    /// Known, or to be known, to have died.
    pub is_deceased: bool,
    /// The state in which they live, by its code, where it is known.
    pub state: Option<&'static str>,
    /// Their service in the armed forces, where it is known.
    pub service: Option<Service>,
    /// The states and cities with limits of their own in which they live.
    pub jurisdictions: Vec<Jurisdiction>,
    /// What was amended about contacts in the packs of the places where they live or may live.
    pub amendments: Vec<Arc<Amendment>>,
    /// The tables of the states, as shipped and as amended; the time to sue is reckoned by them.
    pub law: Editions,
    /// Their number is known to be somebody else's by now.
    pub is_number_reassigned: bool,
    /// What calls for care with them.
    pub care: Care,
}

/// Somebody else.
#[derive(Clone, Debug)]
pub struct Person {
    /// Who.
    pub key: Key,
    /// How they stand to the consumer.
    pub standing: Standing,
    /// The consumer's own lawyer: to ask them for payment is to ask the consumer.
    pub is_consumers_lawyer: bool,
    /// Signs of where they are.
    pub signals: Vec<LocationSignal>,
    /// What they told us about times, places and channels, for themselves.
    pub preferences: Vec<Preference>,
    /// Known, or to be known, to have died.
    pub is_deceased: bool,
    /// Their own cases in bankruptcy, each as it stands for one debt.
    pub cases: Vec<(Key, Bankruptcy)>,
    /// What calls for care with them.
    pub care: Care,
}

impl Person {
    /// Their own case, as it stands for a debt.
    pub(super) fn case_of(&self, debt: Key) -> Option<Bankruptcy> {
        self.cases.iter().find(|(key, _)| *key == debt).map(|(_, case)| *case)
    }
}

/// One debt.
#[derive(Clone, Copy, Debug)]
pub struct Debt {
    /// Which.
    pub key: Key,
    /// Primarily for personal, family or household purposes (15 USC 1692a(5)).
    pub is_consumer_purpose: bool,
    /// For student loans: one key for all loans serviced under one number when we obtained them (12 CFR 1006.14(b)(4)).
    pub serviced_as: Option<Key>,
    /// The day it was incurred, where it is known.
    pub incurred_on: Option<Date>,
    /// Secured by real property, as a mortgage is.
    pub is_secured_by_real_property: bool,
    /// Known, or to be known, to be paid.
    pub is_paid: bool,
    /// Known, or to be known, to be settled.
    pub is_settled: bool,
    /// We were told that it comes from identity theft (15 USC 1681c-2, 1681m(f)).
    pub is_from_identity_theft: bool,
    /// The consumer's case in bankruptcy that it is part of, if there is one and it was not dismissed.
    pub bankruptcy: Option<Bankruptcy>,
    /// The discharge does not reach it (11 USC 523).
    pub survives_discharge: bool,
    /// Incurred after the petition: neither the stay nor the discharge reaches it.
    pub is_post_petition: bool,
    /// When the delinquency began that led to collection; it never moves (15 USC 1681c(c)(1)).
    pub delinquency_began: Option<Date>,
    /// What kind of agreement it arose from, by which the time to sue is counted.
    pub agreement: Agreement,
    /// The day on which the time to sue began, where evidence of it is held; no payment moves it.
    pub accrued_on: Option<Date>,
    /// The state whose law the contract chose, by its code.
    pub contract_law: Option<&'static str>,
    /// What is owed on it, where a part of it is disputed and it is known.
    pub owed: Option<Money>,
    /// The day on which a hardship pause ends that stands.
    pub paused_until: Option<Date>,
}

impl Debt {
    /// A consumer debt with nothing particular about it.
    pub const fn of(key: Key) -> Debt {
        Debt {
            key,
            is_consumer_purpose: true,
            serviced_as: None,
            incurred_on: None,
            is_secured_by_real_property: false,
            is_paid: false,
            is_settled: false,
            is_from_identity_theft: false,
            bankruptcy: None,
            survives_discharge: false,
            is_post_petition: false,
            delinquency_began: None,
            agreement: Agreement::Unknown,
            accrued_on: None,
            contract_law: None,
            owed: None,
            paused_until: None,
        }
    }
}
