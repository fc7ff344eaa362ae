//! What the rules may know about the basis on which an address or number is used for messages.

use super::clock_of_days;
use crate::compliance::record::{Record, Wish};
use crate::values::channel::Channel;
use crate::values::clock::Clock;
use crate::values::moment::day_number;
use jiff::Timestamp;
use jiff::civil::Date;

/// How we came to an address or number for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BasisKind {
    /// The consumer wrote to us from it about the debt.
    ConsumerUsedIt,
    /// The consumer agreed to it, to us.
    DirectConsent,
    /// A collector before us used it rightly.
    PriorCollector,
    /// The creditor announced it to the consumer, who could opt out.
    CreditorNotice,
    /// The consumer texted us from it about the debt.
    ConsumerTexted,
    /// The creditor had it on file, and no more.
    CreditorFile,
}

impl BasisKind {
    /// Reads a basis by its code.
    pub fn parse(code: &str) -> Option<BasisKind> {
        Some(match code {
            "consumer_used_it" => BasisKind::ConsumerUsedIt,
            "direct_consent" => BasisKind::DirectConsent,
            "prior_collector" => BasisKind::PriorCollector,
            "creditor_notice" => BasisKind::CreditorNotice,
            "consumer_texted" => BasisKind::ConsumerTexted,
            "creditor_file" => BasisKind::CreditorFile,
            _ => return None,
        })
    }
}

/// The basis on which an address or number is used for messages, as it is on record.
#[derive(Clone, Copy, Debug)]
pub struct Basis {
    /// How we came to it.
    pub kind: BasisKind,
    /// The address is known to be the employer's.
    pub is_employers: bool,
    /// They opted out since.
    pub is_opted_out: bool,
    /// For a creditor's announcement: the creditor had it from the consumer and used it.
    pub creditor_used_it: bool,
    /// For a creditor's announcement: anybody can have an address of this domain.
    pub is_public_domain: bool,
    /// For a creditor's announcement: the day it was sent.
    pub notice_sent: Option<Date>,
    /// For a creditor's announcement: the last day to opt out that it named.
    pub opt_out_by: Option<Date>,
    /// The last text from the consumer about the debt.
    pub last_text: Option<Date>,
    /// The last time they agreed.
    pub consented: Option<Date>,
    /// The last time a complete database said that the number was not given to somebody else.
    pub checked: Option<Date>,
}

impl Basis {
    /// A basis with nothing more on record.
    pub const fn of(kind: BasisKind) -> Basis {
        Basis {
            kind,
            is_employers: false,
            is_opted_out: false,
            creditor_used_it: false,
            is_public_domain: false,
            notice_sent: None,
            opt_out_by: None,
            last_text: None,
            consented: None,
            checked: None,
        }
    }
}

/// The facts of the basis of a message.
#[derive(Clone, Debug)]
pub struct BasisFacts {
    /// When, in seconds since 1970.
    pub at: i64,
    /// The clock in which days are counted.
    pub day_clock: Clock,
    /// The medium.
    pub channel: Channel,
    /// How we came to the address or number.
    pub kind: BasisKind,
    /// The address is known to be the employer's.
    pub is_employers: bool,
    /// They opted out of it.
    pub is_opted_out: bool,
    /// The creditor had it from the consumer and used it.
    pub creditor_used_it: bool,
    /// Anybody can have an address of this domain.
    pub is_public_domain: bool,
    /// The day number on which the creditor's announcement was sent.
    pub notice_sent_day: Option<i32>,
    /// The last day number to opt out of it.
    pub opt_out_by_day: Option<i32>,
    /// The day number of the last text, consent or check; one that lies ahead is none.
    pub fresh_day: Option<i32>,
}

/// Reads what the rules may know about the basis of a message to an address or number, closures on record included.
pub fn gather_basis(record: &Record, at: Timestamp, channel: Channel, address: Option<&str>, basis: &Basis) -> BasisFacts {
    let day_clock = clock_of_days(record, at);
    let today = day_clock.local(at.as_second()).0;
    let closes = |wish: &Wish| match wish {
        Wish::NoChannel(closure) => closure.covers(channel),
        Wish::NoAddress { closure, address: closed } => {
            closure.covers(channel) && address.is_some_and(|address| address.eq_ignore_ascii_case(closed))
        }
        _ => false,
    };
    let stands = |from: Timestamp, until: Option<Timestamp>| from <= at && until.is_none_or(|until| at < until);
    let is_closed = record.consumer.preferences.iter().any(|told| stands(told.at, told.until) && closes(&told.wish));
    // A number that is somebody else's by now is not the one they texted from.
    let dates = [basis.last_text, basis.consented, basis.checked].map(|on| on.filter(|_| !record.consumer.is_number_reassigned));
    BasisFacts {
        at: at.as_second(),
        day_clock,
        channel,
        kind: basis.kind,
        is_employers: basis.is_employers,
        is_opted_out: basis.is_opted_out || is_closed,
        creditor_used_it: basis.creditor_used_it,
        is_public_domain: basis.is_public_domain,
        notice_sent_day: basis.notice_sent.map(day_number),
        opt_out_by_day: basis.opt_out_by.map(day_number),
        fresh_day: dates.into_iter().flatten().map(day_number).filter(|day| *day <= today).max(),
    }
}
