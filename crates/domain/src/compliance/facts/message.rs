//! What the rules may know about the parts of a message that may be a limited-content one.

use super::clock_of_days;
use crate::compliance::record::Record;
use crate::values::clock::Clock;
use jiff::Timestamp;

/// The facts of a message that may be a limited-content one.
#[derive(Clone, Debug)]
pub struct MessageFacts {
    /// When, in seconds since 1970.
    pub at: i64,
    /// The clock in which days are counted.
    pub day_clock: Clock,
    /// Left as a voice mail.
    pub is_voicemail: bool,
    /// Cut off before its end.
    pub is_cut_off: bool,
    /// Names a business whose name does not show that it collects debts.
    pub names_business: bool,
    /// Asks for a reply.
    pub asks_for_reply: bool,
    /// Names a person to ask for.
    pub names_person: bool,
    /// Gives a number to reply to.
    pub gives_number: bool,
    /// Says anything beyond these and the few parts that may be added.
    pub says_more: bool,
}

/// Reads the parts of a message as files name them; a part that is not known is one too many.
pub fn gather_message<'p>(
    record: &Record,
    at: Timestamp,
    is_voicemail: bool,
    parts: impl IntoIterator<Item = &'p str>,
    is_cut_off: bool,
) -> MessageFacts {
    let mut facts = MessageFacts {
        at: at.as_second(),
        day_clock: clock_of_days(record, at),
        is_voicemail,
        is_cut_off,
        names_business: false,
        asks_for_reply: false,
        names_person: false,
        gives_number: false,
        says_more: false,
    };
    for part in parts {
        match part {
            "business_name_not_debt" => facts.names_business = true,
            "asks_for_reply" => facts.asks_for_reply = true,
            "person_to_ask_for" => facts.names_person = true,
            "reply_number" => facts.gives_number = true,
            "salutation" | "date_time" | "suggested_times" | "any_representative" => {}
            _ => facts.says_more = true,
        }
    }
    facts
}
