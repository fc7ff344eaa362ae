//! What a person told us about how to be reached: times, places, channels, addresses.

use crate::values::channel::Channel;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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
