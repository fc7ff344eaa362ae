//! What the rules may know about one proposed contact, read from the record once.
//!
//! [`gather`] applies the parts of the law that say *what counts*: whose debts are one, which calls count, which consent
//! lives, whether an answer to the consumer was already given. The rules then say *how much is too much*, at any instant,
//! without looking at the record again.

mod amended;
mod basis;
mod calls;
mod charge;
mod counts;
mod deletion;
mod delivery;
mod disclosure;
mod disputes;
mod drawing;
mod furnish;
mod gathering;
mod judgment;
mod machine;
mod message;
mod past;
mod payment;
mod seldom;
mod stops;
mod suit;
mod transfer;
mod validation;
mod wishes;

pub use amended::{AmendedCount, AmendedFact};
pub use basis::{Basis, BasisFacts, BasisKind, gather_basis};
pub use charge::{FeeFacts, InterestCap, InterestFacts, gather_fee, gather_interest};
pub use deletion::{DeletionFacts, KeptRecord, gather_deletion};
pub use delivery::{DeliveryFacts, Document, gather_delivery};
pub use disclosure::DisclosureFacts;
pub use disputes::{Effect, find_effect};
pub use drawing::{DebitFacts, DepositFacts, bank_stops_until, gather_debit, gather_deposit};
pub use furnish::{FurnishFacts, FurnishedDebt, gather_furnish};
pub use gathering::{gather, gather_into};
pub use judgment::{JudgmentFacts, gather_judgment};
pub use machine::{Line, MachineFacts};
pub use message::{MessageFacts, gather_message};
pub use payment::{PaymentFacts, PaymentPart, gather_payment};
pub use seldom::Seldom;
pub use stops::{Stopped, Stops};
pub use suit::{SuedDebt, SuitFacts, SuitTime, Venue, clock_facts, gather_suit};
pub use transfer::{TransferFacts, Transferee, TransferredDebt, gather_transfer};
pub use validation::{NoticeFacts, PeriodFacts, gather_notice, gather_period};

use super::asked::Topics;
use super::caps::{CapCount, Jurisdiction};
use super::record::{Care, CollectorRole, Key, LocationCall, Place, Purpose, Record, Standing, Wish};
use crate::decision::Instant;
use crate::values::channel::Channel;
use crate::values::clock::Clock;
use crate::values::money::Money;
use crate::values::region::{Clocks, ZONES_SERVED};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use wishes::Wishes;

/// The facts of one proposed contact.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ContactFacts {
    /// When it is proposed, in seconds since 1970.
    pub at: i64,
    /// Whether Regulation F binds: third party or debt buyer, on at least one consumer-purpose debt.
    pub regf_binds: bool,
    /// How the person to be reached stands to the consumer.
    pub standing: Standing,
    /// The medium.
    pub channel: Channel,
    /// The place, where one is known.
    pub place: Option<Place>,
    /// What for.
    pub purpose: Purpose,
    /// The clocks of the person to be reached; all must be open.
    pub clocks: Clocks,
    /// The clock in which days are counted: the consumer's first listed zone.
    pub day_clock: Clock,
    /// The clocks of whoever told the wishes about time.
    pub wish_clocks: Seldom<Clock>,
    /// Wishes about time that bind for the person to be reached, and when they end.
    pub time_wishes: Seldom<TimeWish>,
    /// Places closed to us, and when each closure ends.
    pub closed_places: Seldom<(Place, Option<i64>)>,
    /// Whether the employer forbids contact at work, and when that ends.
    pub employer_prohibits: Option<Option<i64>>,
    /// The contact this one answers, where it is the one answer that may be given by the same medium.
    pub reply: Option<Reply>,
    /// Calls and conversations, one entry per debt that counts as one.
    pub debts: SmallVec<[DebtCalls; 1]>,
    /// Connected outgoing calls to this person, any number and debt: seconds since 1970, oldest first.
    pub connected_calls: SmallVec<[i64; 8]>,
    /// The closures of this medium or address, ours to honour.
    pub closures: Seldom<ClosedSince>,
    /// What is wrong with a confirmation of an opt-out, if it is one.
    pub confirmation: Confirmation,
    /// The message lacks the statement of how to opt out.
    pub lacks_opt_out_notice: bool,
    /// The employer's address, without a basis.
    pub is_employer_address_without_basis: bool,
    /// The law requires this medium.
    pub is_required_in_this_medium: bool,
    /// A written stop is on record for one of the debts since.
    pub ceased_at: Option<i64>,
    /// This purpose was already served once since the written stop.
    pub served_since_cease_at: Option<i64>,
    /// A lawyer is known for one of the debts since.
    pub attorney_at: Option<i64>,
    /// The person to be reached has died.
    pub is_deceased: bool,
    /// The consumer consented to contact with this third party.
    pub third_party_consented: bool,
    /// What is particular to a location call.
    pub location: LocationCall,
    /// This third party was already asked for location information at.
    pub asked_location_at: Option<i64>,
    /// The consumer's own lawyer: to ask them for payment is to ask the consumer.
    #[serde(default)]
    pub is_consumers_lawyer: bool,
    /// What is disputed, and what it stops.
    #[serde(default)]
    pub dispute: DisputeFacts,
    /// How the debts stand in bankruptcy.
    #[serde(default)]
    pub bankruptcy: BankruptcyFacts,
    /// What was counted for the caps of states and cities.
    #[serde(default)]
    pub caps: Seldom<CapCount>,
    /// The places whose own hours bind on this contact.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub hours_of: Seldom<Jurisdiction>,
    /// What the agency amended in the law of the places where they live or may live.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub amended: Seldom<AmendedFact>,
    /// The day number on which a hardship pause ends, of the debts the one that lasts longest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_until_day: Option<i32>,
    /// For an electronic message: day numbers of those that went to this person in the week before, oldest first.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub electronic_days: Seldom<i32>,
    /// An electronic message without the consent that the place asks for.
    #[serde(default)]
    pub lacks_electronic_consent: bool,
    /// What it says about who speaks and why, beside what it owes.
    #[serde(default)]
    pub disclosure: Option<DisclosureFacts>,
    /// A machine dials or speaks, to a line that is protected from it.
    #[serde(default)]
    pub machine: Option<MachineFacts>,
    /// What calls for care with the person to be reached.
    #[serde(default)]
    pub care: Care,
    /// A machine dials, sends or speaks, to whichever line.
    #[serde(default)]
    pub is_by_machine: bool,
    /// Whoever speaks was trained for people who need particular care.
    #[serde(default)]
    pub is_by_trained: bool,
    /// What they touch that a rule could speak to, found once when they were gathered.
    #[serde(skip)]
    topics: Topics,
}

/// Disputes and the validation period, of all debts proposed.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct DisputeFacts {
    /// A written dispute of the period waits for verification since.
    pub written_at: Option<i64>,
    /// What may be asked for all the same: the dispute is about a part, and this is the rest of the one debt it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undisputed: Option<Money>,
    /// The contact asks for that rest alone.
    #[serde(default)]
    pub is_about_undisputed: bool,
    /// A written request for the original creditor waits for its answer since.
    pub creditor_request_at: Option<i64>,
    /// The validation period runs, and something is threatened unless they pay within it: its last day, as a number.
    pub threat_until_day: Option<i32>,
}

/// Bankruptcy, of all debts proposed: what is true of one of them stops the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankruptcyFacts {
    /// The consumer's own case protects them.
    pub is_stayed: bool,
    /// The stay protects co-debtors too (11 USC 1201, 1301).
    pub is_stayed_for_co_debtors: bool,
    /// It was discharged.
    pub is_discharged: bool,
    /// The stay of somebody else's case protects the person to be reached: their own, or that of one who owes it with them.
    #[serde(default)]
    pub is_stayed_by_others: bool,
    /// It was discharged for the person to be reached, who is not the consumer.
    #[serde(default)]
    pub is_discharged_for_them: bool,
}

/// One wish about time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TimeWish {
    /// What they said.
    pub wish: Wish,
    /// When they said it, in seconds since 1970.
    pub told_at: i64,
    /// When it ended or ends, in seconds since 1970.
    pub ends_at: Option<i64>,
}

/// The incoming contact that a proposal answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reply {
    /// When it came in.
    pub at: i64,
    /// From where, if known.
    pub place: Option<Place>,
    /// Whether it came at an hour their wishes close.
    pub came_at_designated_time: bool,
    /// The clocks as they stood when it came.
    pub clocks: Vec<Clock>,
}

/// The calls about one debt (or student loans that count as one) to one person.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DebtCalls {
    /// Day numbers of the calls that count, oldest first.
    pub attempt_days: SmallVec<[i32; 8]>,
    /// Day number of the last telephone conversation about it.
    pub conversation_day: Option<i32>,
    /// Last day number on which consent to extra calls lives.
    pub consent_until_day: Option<i32>,
}

/// A medium or address closed by the consumer.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ClosedSince {
    /// Since when.
    pub at: i64,
    /// When it ended or ends.
    pub ends_at: Option<i64>,
    /// One number or address only.
    pub one_address: bool,
}

/// How an opt-out confirmation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confirmation {
    /// It is none.
    None,
    /// The one that may be sent.
    First,
    /// It says more than it may, is not electronic, or one was sent.
    Faulty,
}

/// Facts that were gathered at a moment and can be asked about later ones.
pub trait Facts {
    /// When they were gathered, in seconds since 1970.
    fn at(&self) -> i64;

    /// The clock in which days are counted.
    fn day_clock(&self) -> &Clock;

    /// The instant at a second, with the day in which the law counts.
    fn instant(&self, at: i64) -> Instant {
        Instant { at, day: self.day_clock().local(at).0 }
    }

    /// What they touch that a rule could speak to.
    fn topics(&self) -> Topics {
        Topics::ALL
    }
}

/// For facts that keep their moment and the clock of their days in fields of these names.
macro_rules! gathered {
    ($($facts:ty),+) => {
        $(impl Facts for $facts {
            fn at(&self) -> i64 {
                self.at
            }

            fn day_clock(&self) -> &Clock {
                &self.day_clock
            }
        })+
    };
}

gathered!(MessageFacts, BasisFacts, DeliveryFacts, NoticeFacts, PeriodFacts, FurnishFacts, PaymentFacts);
gathered!(FeeFacts, InterestFacts, DepositFacts, DebitFacts, SuitFacts, JudgmentFacts, TransferFacts, DeletionFacts);

impl Facts for ContactFacts {
    fn at(&self) -> i64 {
        self.at
    }

    fn day_clock(&self) -> &Clock {
        &self.day_clock
    }

    fn topics(&self) -> Topics {
        self.topics
    }
}

/// For facts of acts that collect and keep their stops in a field of this name.
macro_rules! stopped {
    ($($facts:ty),+) => {
        $(impl Stopped for $facts {
            fn stops(&self) -> &Stops {
                &self.stops
            }
        })+
    };
}

stopped!(FeeFacts, InterestFacts, DepositFacts, DebitFacts, JudgmentFacts);

impl ContactFacts {
    /// Whether the rules about when and where reach this person: the consumer, those who count as the consumer, co-debtors;
    /// letters are read whenever they are opened.
    pub fn has_protected_hours(&self) -> bool {
        self.regf_binds && self.channel != Channel::Letter && self.is_a_consumer()
    }

    /// Whether the person owes the debt or counts as who does (12 CFR 1006.2(e), 1006.6(a)): a co-debtor is a consumer of their own.
    pub fn is_a_consumer(&self) -> bool {
        self.is_for_consumer() || self.standing == Standing::CoDebtor
    }

    /// Whether reaching this person is a step to collect the debt: not where creditors, bureaus and our own lawyers are reached,
    /// nor where the purpose is to give what the law requires or to end collection.
    pub fn is_collecting(&self) -> bool {
        self.purpose.is_collection() && (self.standing != Standing::Professional || self.is_consumers_lawyer)
    }

    /// Whether policy reaches this contact: one that we begin, not with professionals, and not where the law asks for it.
    pub fn is_ours_to_choose(&self) -> bool {
        self.standing != Standing::Professional && self.reply.is_none() && !self.purpose.is_owed()
    }

    /// Whether the person is the consumer or counts as the consumer (12 CFR 1006.6(a)).
    pub fn is_for_consumer(&self) -> bool {
        matches!(self.standing, Standing::Consumer | Standing::CountsAsConsumer)
    }
}

/// Whether somebody named no time or place of their own and is reached as the debtor asked.
pub fn is_reached_as_debtor_asked(record: &Record, person: Key, at: Timestamp) -> bool {
    let found = record.persons.iter().find(|known| known.key == person);
    found.is_some_and(|found| Wishes::binding(record, Some(found), found.standing, at).has_debtors())
}

/// The clock in which days are counted.
fn clock_of_days(record: &Record, at: Timestamp) -> Clock {
    let named = record.consumer.signals.first().and_then(|signal| signal.zone.clock(at));
    named.or_else(|| Clock::of(ZONES_SERVED[0], at)).unwrap_or_else(Clock::utc)
}

/// Whether Regulation F binds us in our role (15 USC 1692a(6)).
fn regf_binds(record: &Record) -> bool {
    record.role != CollectorRole::FirstParty
}

/// Whether it binds us on any of these debts; where none is named, on what they would be.
fn binds_on(record: &Record, debts: &[Key]) -> bool {
    regf_binds(record) && (debts.is_empty() || debts.iter().any(|key| record.is_consumer_debt(*key)))
}
