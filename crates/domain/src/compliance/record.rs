//! The record and the proposal, as `regulation/cases/README.md` lays them down: what we know, and what is wanted.
//!
//! Nothing is judged here. The same shapes are filled from a case file and from the database.

use crate::values::channel::Channel;
use crate::values::region::LocationSignal;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Identifies a person, a debt or a contact within one record: a UUID's bits, or a number given by the reader of a case.
pub type Key = u128;

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
    pub debts: Vec<Debt>,
    /// Earlier contacts, in any order.
    pub contacts: Vec<Contact>,
    /// Other events, in any order.
    pub notices: Vec<Notice>,
}

/// The person who owes.
#[derive(Clone, Debug, Default)]
pub struct Consumer {
    /// Who.
    pub key: Key,
    /// Signs of where they are.
    pub signals: Vec<LocationSignal>,
    /// What they told us about times, places and channels.
    pub preferences: Vec<Preference>,
    /// Known, or to be known, to have died.
    pub is_deceased: bool,
}

/// Somebody else.
#[derive(Clone, Debug)]
pub struct Person {
    /// Who.
    pub key: Key,
    /// How they stand to the consumer.
    pub standing: Standing,
    /// Signs of where they are.
    pub signals: Vec<LocationSignal>,
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
}

/// A place where a person can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// Their home.
    Home,
    /// Their workplace.
    Work,
    /// Their school.
    School,
    /// A place without a name of its own here, told apart from others by its word.
    Other(u64),
}

impl Place {
    /// Reads a place by its code.
    pub fn parse(code: &str) -> Place {
        match code {
            "home" => Place::Home,
            "work" => Place::Work,
            "school" => Place::School,
            // FNV-1a: two words for one place would be two places to a reader too.
            other => Place::Other(
                other.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)),
            ),
        }
    }

    /// The word for it.
    pub const fn code(self) -> &'static str {
        match self {
            Place::Home => "home",
            Place::Work => "work",
            Place::School => "school",
            Place::Other(_) => "another place",
        }
    }
}

/// Hours of some days of the week, in the consumer's local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// Bit 0 is Monday; the days on which the hours begin.
    pub days: u8,
    /// First minute of the day.
    pub from: u16,
    /// First minute after; at or before `from` it runs past midnight.
    pub to: u16,
}

/// Every day of the week.
pub const EVERY_DAY: u8 = 0b111_1111;

/// What a person told us.
#[derive(Clone, Debug)]
pub struct Preference {
    /// When they did.
    pub at: Timestamp,
    /// When it ended, if it did.
    pub until: Option<Timestamp>,
    /// What.
    pub wish: Wish,
}

/// The kinds of things a person tells us about how to be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wish {
    /// Not at these hours.
    InconvenientTime(Hours),
    /// Only at these hours.
    ConvenientOnly(Hours),
    /// Also at these hours, though the law closes them: given directly (12 CFR 1006.6(b)(4)(i)).
    TimeConsent(Hours),
    /// Not at this place.
    InconvenientPlace(Place),
    /// The employer forbids it.
    EmployerProhibits,
    /// Not by this medium.
    NoChannel(Closure),
    /// Not to this number or address.
    NoAddress {
        /// Within which medium.
        closure: Closure,
        /// Which number or address.
        address: String,
    },
}

/// What a request to stop a medium closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Closure {
    /// One medium; closing calls closes ringless voice mail.
    One(Channel),
    /// Every electronic one.
    Electronic,
    /// All.
    Any,
}

impl Closure {
    /// Whether a channel is closed by it.
    pub fn covers(self, channel: Channel) -> bool {
        match self {
            Closure::One(closed) => closed == channel || (closed == Channel::Call && channel.is_call()),
            Closure::Electronic => channel.is_electronic(),
            Closure::Any => true,
        }
    }
}

/// Who began a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// They reached us.
    In,
    /// We reached out.
    Out,
}

/// What became of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Rang out.
    NoAnswer,
    /// A voice mail was reached or left.
    Voicemail,
    /// We spoke about the debt, or it was refused.
    Conversation,
    /// Answered, then dropped.
    AnsweredDropped,
    /// Answered, no time to talk, the debt not raised.
    AnsweredBusy,
    /// A recording that takes no message.
    RecordingNoMessage,
    /// They left a message for us.
    LeftMessage,
    /// A message reached them.
    Delivered,
    /// Busy signal.
    Busy,
    /// The number is not in service.
    NotInService,
    /// Not connected otherwise.
    NotConnected,
}

impl Outcome {
    /// Reads an outcome by its code.
    pub fn parse(code: &str) -> Option<Outcome> {
        Some(match code {
            "no_answer" => Outcome::NoAnswer,
            "voicemail" => Outcome::Voicemail,
            "conversation" => Outcome::Conversation,
            "answered_dropped" => Outcome::AnsweredDropped,
            "answered_busy" => Outcome::AnsweredBusy,
            "recording_no_message" => Outcome::RecordingNoMessage,
            "left_message" => Outcome::LeftMessage,
            "delivered" => Outcome::Delivered,
            "busy" => Outcome::Busy,
            "not_in_service" => Outcome::NotInService,
            "not_connected" => Outcome::NotConnected,
            _ => return None,
        })
    }

    /// Whether the call reached the dialed number (12 CFR 1006.14(b)(3)(ii)): ringing out and voice mail did.
    pub const fn is_connected(self) -> bool {
        !matches!(self, Outcome::Busy | Outcome::NotInService | Outcome::NotConnected)
    }

    /// Whether a person or their mailbox was reached.
    pub const fn reached_somebody(self) -> bool {
        matches!(self, Outcome::Conversation | Outcome::Voicemail | Outcome::AnsweredBusy | Outcome::LeftMessage | Outcome::Delivered)
    }
}

/// An earlier contact.
#[derive(Clone, Debug)]
pub struct Contact {
    /// Its own key, where something may answer it.
    pub key: Option<Key>,
    /// When.
    pub at: Timestamp,
    /// By which medium.
    pub channel: Channel,
    /// Who began it.
    pub direction: Direction,
    /// What became of it; a message's is often unknown.
    pub outcome: Option<Outcome>,
    /// With whom.
    pub person: Key,
    /// About which debts; on an unanswered call those it was marked with before dialing.
    pub debts: Vec<Key>,
    /// Which debts were raised, where that differs.
    pub discussed: Option<Vec<Key>>,
    /// From or to which place.
    pub place: Option<Place>,
    /// What for.
    pub purpose: Purpose,
    /// Which incoming contact it answered.
    pub in_response_to: Option<Key>,
    /// Consent to further calls given in it, in days.
    pub gives_call_consent: Option<u32>,
    /// Placed by this collector.
    pub is_ours: bool,
}

/// What a contact is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// Ordinary collection.
    #[default]
    Collection,
    /// Asking a third party where the consumer is (15 USC 1692b).
    LocationInformation,
    /// Confirming an opt-out, and only that.
    OptOutConfirmation,
    /// Asking for consent to electronic messages.
    AskElectronicConsent,
    /// Saying that collection ends.
    EndingCollection,
    /// Saying that a usual remedy may be used.
    MayInvokeRemedy,
    /// Saying that a usual remedy will be used.
    WillInvokeRemedy,
    /// Required by law.
    RequiredByLaw,
    /// Sending verification of the debt.
    SendVerification,
    /// Sending the original creditor's name and address.
    SendOriginalCreditor,
    /// Answering a dispute that repeats an earlier one.
    AnswerDuplicativeDispute,
    /// A proof of claim.
    ProofOfClaim,
}

impl Purpose {
    /// Reads a purpose by its code.
    pub fn parse(code: &str) -> Option<Purpose> {
        Some(match code {
            "collection" => Purpose::Collection,
            "location_information" => Purpose::LocationInformation,
            "opt_out_confirmation" => Purpose::OptOutConfirmation,
            "ask_electronic_consent" => Purpose::AskElectronicConsent,
            "ending_collection" => Purpose::EndingCollection,
            "may_invoke_remedy" => Purpose::MayInvokeRemedy,
            "will_invoke_remedy" => Purpose::WillInvokeRemedy,
            "required_by_law" => Purpose::RequiredByLaw,
            "send_verification" => Purpose::SendVerification,
            "send_original_creditor" => Purpose::SendOriginalCreditor,
            "answer_duplicative_dispute" => Purpose::AnswerDuplicativeDispute,
            "proof_of_claim" => Purpose::ProofOfClaim,
            _ => return None,
        })
    }
}

/// An event other than a contact.
#[derive(Clone, Debug)]
pub struct Notice {
    /// When.
    pub at: Timestamp,
    /// About which debts.
    pub debts: Vec<Key>,
    /// From whom.
    pub person: Key,
    /// What.
    pub kind: NoticeKind,
}

/// The kinds of events the contact rules know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// Consent to extra calls for some days, given directly to us or not.
    CallConsent {
        /// For how many days, at most seven.
        days: u32,
        /// Given to us and not to somebody else.
        direct: bool,
    },
    /// That consent taken back.
    CallConsentRevoked,
    /// A written wish to stop, or refusal to pay (15 USC 1692c(c)).
    Cease,
    /// A lawyer is known; which one, if that is on record.
    AttorneyKnown(Option<Key>),
    /// That lawyer did not answer in reasonable time, agreed, or withdrew; all of them where none is named.
    AttorneyReleased(Option<Key>),
}

/// One contact somebody wants to make.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// When.
    pub at: Timestamp,
    /// By which medium.
    pub channel: Channel,
    /// To whom.
    pub person: Key,
    /// About which debts.
    pub debts: Vec<Key>,
    /// To which place.
    pub place: Option<Place>,
    /// To which number or address.
    pub address: Option<String>,
    /// What for.
    pub purpose: Purpose,
    /// In answer to which incoming contact.
    pub in_response_to: Option<Key>,
    /// The address is known to be the employer's, and nothing on record opens it.
    pub is_employer_address_without_basis: bool,
    /// The message lacks the statement of how to opt out.
    pub lacks_opt_out_notice: bool,
    /// Says more than a confirmation of an opt-out may.
    pub has_extra_text: bool,
    /// The law requires this medium.
    pub is_required_in_this_medium: bool,
    /// The consumer consented, directly, to contact with this third party.
    pub third_party_consented: bool,
    /// For location calls.
    pub location: LocationCall,
}

/// What is particular to asking a third party for location information.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct LocationCall {
    /// The debt is mentioned.
    pub mentions_debt: bool,
    /// The employer's name is volunteered.
    pub volunteers_employer: bool,
    /// The consumer's location is known already.
    pub location_already_known: bool,
    /// The third party asked us to come back.
    pub asked_again: bool,
    /// The earlier answer is believed wrong, and they now know better.
    pub earlier_answer_wrong: bool,
}

impl Proposal {
    /// Ordinary collection by a channel, with nothing particular about it.
    pub fn of(at: Timestamp, channel: Channel, person: Key, debts: Vec<Key>) -> Proposal {
        Proposal {
            at,
            channel,
            person,
            debts,
            place: None,
            address: None,
            purpose: Purpose::Collection,
            in_response_to: None,
            is_employer_address_without_basis: false,
            lacks_opt_out_notice: false,
            has_extra_text: false,
            is_required_in_this_medium: false,
            third_party_consented: false,
            location: LocationCall::default(),
        }
    }
}
