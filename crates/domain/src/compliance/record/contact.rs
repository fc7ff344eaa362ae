//! Earlier contacts: by which medium, with whom, about what, and what became of them.

use super::{Key, Keys, Place};
use crate::values::channel::Channel;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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

    /// Whether neither a person nor their mailbox could be reached: busy, not in service, a recording that takes no message.
    pub const fn takes_no_message(self) -> bool {
        !self.is_connected() || matches!(self, Outcome::RecordingNoMessage)
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
    pub debts: Keys,
    /// What for.
    pub purpose: Purpose,
    /// Nobody answered and no message could have been left.
    pub was_unreachable: bool,
    /// Who or what dialed and spoke.
    pub dialing: Dialing,
    /// The voice mail left was a limited-content message (12 CFR 1006.2(j)): an attempt, and no communication.
    pub is_limited_content: bool,
    /// Which statement about who speaks and why was given in it, where that was recorded.
    pub disclosed: Option<Disclosure>,
    /// Placed by this collector.
    pub is_ours: bool,
    /// What is on record of few contacts.
    pub particulars: Option<Box<Particulars>>,
}

/// What is on record of few contacts. It lies apart, so that a history is walked in few lines of memory.
#[derive(Clone, Debug, Default)]
pub struct Particulars {
    /// Which debts were raised, where that differs.
    pub discussed: Option<Vec<Key>>,
    /// To or from which number or address, where it is on record.
    pub address: Option<String>,
    /// From or to which place.
    pub place: Option<Place>,
    /// Which incoming contact it answered.
    pub in_response_to: Option<Key>,
    /// Consent to further calls given in it, in days.
    pub gives_call_consent: Option<u32>,
}

impl Contact {
    /// What is particular to it, to be filled in.
    pub fn particulars(&mut self) -> &mut Particulars {
        self.particulars.get_or_insert_default()
    }

    /// Which debts were raised, where that differs.
    pub fn discussed(&self) -> Option<&[Key]> {
        self.particulars.as_ref()?.discussed.as_deref()
    }

    /// To or from which number or address, where it is on record.
    pub fn address(&self) -> Option<&str> {
        self.particulars.as_ref()?.address.as_deref()
    }

    /// From or to which place.
    pub fn place(&self) -> Option<Place> {
        self.particulars.as_ref()?.place
    }

    /// Which incoming contact it answered.
    pub fn in_response_to(&self) -> Option<Key> {
        self.particulars.as_ref()?.in_response_to
    }

    /// Consent to further calls given in it, in days.
    pub fn gives_call_consent(&self) -> Option<u32> {
        self.particulars.as_ref()?.gives_call_consent
    }

    /// The debts that were spoken of in it: those it was marked with where nothing else is on record.
    pub(in crate::compliance) fn talked_about(&self) -> &[Key] {
        self.discussed().unwrap_or(&self.debts)
    }
}

/// Who or what dials a call or sends a text, and who speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dialing {
    /// A person, one by one.
    #[default]
    Manual,
    /// A system that makes up the numbers at random or in sequence (47 USC 227(a)(1)).
    Automatic,
    /// A recording speaks.
    Prerecorded,
    /// A voice made by a machine speaks.
    ArtificialVoice,
}

impl Dialing {
    /// Reads a way of dialing by its code.
    pub fn parse(code: &str) -> Option<Dialing> {
        Some(match code {
            "manual" => Dialing::Manual,
            "atds" => Dialing::Automatic,
            "prerecorded" => Dialing::Prerecorded,
            "artificial_voice" => Dialing::ArtificialVoice,
            _ => return None,
        })
    }

    /// Its code where it is no person.
    pub const fn machine(self) -> Option<&'static str> {
        match self {
            Dialing::Manual => None,
            Dialing::Automatic => Some("atds"),
            Dialing::Prerecorded => Some("prerecorded"),
            Dialing::ArtificialVoice => Some("artificial_voice"),
        }
    }

    /// Whether no person speaks.
    pub const fn is_spoken_by_machine(self) -> bool {
        matches!(self, Dialing::Prerecorded | Dialing::ArtificialVoice)
    }
}

/// What a communication says about who speaks and why (12 CFR 1006.18(e)); each says what the ones before it say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Disclosure {
    /// Nothing.
    None,
    /// That it comes from a debt collector.
    Short,
    /// That we are attempting to collect a debt and will use for that purpose what we are told.
    Full,
}

impl Disclosure {
    /// Reads a statement by its code.
    pub fn parse(code: &str) -> Option<Disclosure> {
        Some(match code {
            "none" => Disclosure::None,
            "short" => Disclosure::Short,
            "full" => Disclosure::Full,
            _ => return None,
        })
    }
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

    /// Whether it asks for payment or leads up to it. The rest answers what the law makes us answer, or ends collection.
    pub const fn is_collection(self) -> bool {
        matches!(
            self,
            Purpose::Collection
                | Purpose::LocationInformation
                | Purpose::AskElectronicConsent
                | Purpose::MayInvokeRemedy
                | Purpose::WillInvokeRemedy
        )
    }

    /// Whether it gives what the consumer asked for or the law requires.
    pub const fn is_owed(self) -> bool {
        matches!(
            self,
            Purpose::RequiredByLaw | Purpose::SendVerification | Purpose::SendOriginalCreditor | Purpose::AnswerDuplicativeDispute
        )
    }
}
