//! Statuses: what came in or became known that changes what may be done, each with the list of what is still allowed.
//!
//! A status is entered with the day it began and how we know, and lifted with a reason and how we know, by whoever may. What it
//! forbids is decided by the rules alone; the list of a [`StatusCard`] says the same in sentences, and a test asks the gate about
//! every contact there is: what the list covers is allowed, and nothing else.

mod evidence;
#[cfg(test)]
mod gate_tests;
mod table;

pub use evidence::Evidence;
pub use table::CARDS;

use super::record::Purpose;
use crate::identity::Permission;
use crate::values::channel::Channel;
use std::fmt;

/// A status of a person or a debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Asked in writing to be left alone about a debt.
    Cease,
    /// Closed a way of reaching them, in any words.
    Closed,
    /// Has a lawyer for a debt.
    Attorney,
    /// Filed for bankruptcy under chapter 7.
    Chapter7,
    /// Under chapter 11.
    Chapter11,
    /// Under chapter 12.
    Chapter12,
    /// Under chapter 13.
    Chapter13,
    /// Under a chapter that is not known.
    ChapterUnknown,
    /// The debts were discharged.
    Discharged,
    /// Has died.
    Deceased,
    /// Serves in the forces.
    Servicemember,
    /// Is in prison.
    Incarcerated,
    /// Is under age.
    Minor,
    /// Needs particular care.
    Vulnerable,
    /// Cannot pay for a while.
    Hardship,
}

/// How far a status reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binds {
    /// The debt it was noted on.
    Debt,
    /// Every debt of the person.
    EveryDebt,
    /// Every contact with the person, whatever they owe.
    Person,
}

impl fmt::Display for Binds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Binds::Debt => "this debt",
            Binds::EveryDebt => "every debt of theirs",
            Binds::Person => "every contact with them",
        })
    }
}

/// Whom a contact would reach, seen from the person who has the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressee {
    /// The person.
    Them,
    /// Who counts as them: spouse, parent or guardian, representative of the estate.
    SpeaksForThem,
    /// Who owes the debt with them.
    CoDebtor,
    /// Their lawyer.
    Lawyer,
    /// Anybody else.
    Other,
}

impl Addressee {
    /// All of them.
    pub const ALL: [Addressee; 5] = [Addressee::Them, Addressee::SpeaksForThem, Addressee::CoDebtor, Addressee::Lawyer, Addressee::Other];
}

/// One thing that stays allowed: the sentence, and the contacts it speaks of.
#[derive(Debug)]
pub struct Allowance {
    /// The sentence on screens.
    pub says: &'static str,
    /// To whom.
    pub to: &'static [Addressee],
    /// By which media; any where none is named.
    pub by: &'static [Channel],
    /// What for; anything where none is named.
    pub purposes: &'static [Purpose],
    /// Whether a machine may dial, send or speak.
    pub by_machine: bool,
    /// Only in answer to what they said or wrote first.
    pub is_answer: bool,
    /// Once.
    pub is_once: bool,
}

impl Allowance {
    /// Whether it speaks of a contact.
    pub fn covers(&self, to: Addressee, channel: Channel, purpose: Purpose, by_machine: bool, is_answer: bool) -> bool {
        self.to.contains(&to)
            && (self.by.is_empty() || self.by.contains(&channel))
            && (self.purposes.is_empty() || self.purposes.contains(&purpose))
            && (self.by_machine || !by_machine)
            && (is_answer || !self.is_answer)
    }
}

/// A status described: whom it binds, what stays allowed, what it takes to enter and to lift it.
#[derive(Debug)]
pub struct StatusCard {
    /// Which.
    pub status: Status,
    /// Its code in commands, forms and tables.
    pub code: &'static str,
    /// The words on screens.
    pub words: &'static str,
    /// How far it reaches.
    pub binds: Binds,
    /// Where it stands.
    pub cite: &'static str,
    /// What stays allowed.
    pub allowed: &'static [Allowance],
    /// What it changes beside contacts, in a sentence; nothing where it is empty.
    pub beside: &'static str,
    /// What shows that it began.
    pub enter: &'static [Evidence],
    /// What shows that it is over.
    pub lift: &'static [Evidence],
    /// Who may lift it.
    pub lifted_by: Permission,
}

impl Status {
    /// Its card.
    pub fn card(self) -> &'static StatusCard {
        // Every status has its card: the test below asks for each.
        CARDS.iter().find(|card| card.status == self).unwrap_or(&CARDS[0])
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Status> {
        CARDS.iter().find(|card| card.code == code).map(|card| card.status)
    }

    /// Its code.
    pub fn code(self) -> &'static str {
        self.card().code
    }

    /// The status of a petition by its chapter.
    pub fn of_chapter(chapter: Option<i64>) -> Status {
        match chapter {
            Some(7) => Status::Chapter7,
            Some(11) => Status::Chapter11,
            Some(12) => Status::Chapter12,
            Some(13) => Status::Chapter13,
            _ => Status::ChapterUnknown,
        }
    }

    /// The chapter of a petition, where it is known; `None` too for what is no petition.
    pub fn chapter(self) -> Option<i64> {
        match self {
            Status::Chapter7 => Some(7),
            Status::Chapter11 => Some(11),
            Status::Chapter12 => Some(12),
            Status::Chapter13 => Some(13),
            _ => None,
        }
    }

    /// Whether it is an open case in bankruptcy.
    pub fn is_petition(self) -> bool {
        self.chapter().is_some() || self == Status::ChapterUnknown
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.card().words)
    }
}
