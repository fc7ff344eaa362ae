//! Events other than contacts: what came in, what was sent, what became known.

use super::{Key, Keys};
use crate::values::channel::Channel;
use crate::values::money::Money;
use jiff::Timestamp;
use jiff::civil::Date;

/// An event other than a contact.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Its own key, where something may refer to it.
    pub key: Option<Key>,
    /// When.
    pub at: Timestamp,
    /// About which debts.
    pub debts: Keys,
    /// From whom.
    pub person: Key,
    /// About which number, where it is about one.
    pub number: Option<String>,
    /// What.
    pub kind: NoticeKind,
}

/// The kinds of events the rules know.
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
    /// Whoever wrote it takes a written stop back, in writing.
    CeaseWithdrawn,
    /// A lawyer is known; which one, if that is on record.
    AttorneyKnown(Option<Key>),
    /// That lawyer did not answer in reasonable time, agreed, or withdrew; all of them where none is named.
    AttorneyReleased(Option<Key>),
    /// The validation notice went out (12 CFR 1006.34).
    ValidationNoticeSent {
        /// The day it was mailed, where that is not the day of the event.
        sent_on: Option<Date>,
        /// The end of the validation period that it states.
        stated_end: Option<Date>,
    },
    /// Something we sent came back; the last thing sent where none is named.
    Undeliverable(Option<Key>),
    /// They dispute the debt, in writing or not.
    Dispute {
        /// By letter, e-mail or the portal.
        in_writing: bool,
        /// The day it was submitted, where that is not the day it came.
        submitted_on: Option<Date>,
        /// It repeats one that was met with verification, with nothing new (12 CFR 1006.38(a)(1)).
        is_duplicative: bool,
        /// The part of the debt it is about; all of it where none is named.
        part: Option<Money>,
    },
    /// A copy of verification or of a judgment was sent.
    VerificationSent,
    /// A dispute that repeats an earlier one was answered with the reason.
    DuplicativeDisputeAnswered,
    /// They ask for the original creditor's name and address (12 CFR 1006.38(c)).
    OriginalCreditorRequest {
        /// By letter, e-mail or the portal.
        in_writing: bool,
        /// The day it was submitted, where that is not the day it came.
        submitted_on: Option<Date>,
    },
    /// That name and address were sent.
    OriginalCreditorSent,
    /// They agree to electronic messages.
    ElectronicConsent,
    /// They agree to calls and texts by machine to the number (47 USC 227(b)(1)).
    TcpaConsent {
        /// To one kind alone: calls or texts.
        channel: Option<Channel>,
    },
    /// That consent taken back; for every number where none is named.
    TcpaRevoked {
        /// For one kind alone: calls or texts.
        channel: Option<Channel>,
    },
}
