//! Result codes: what an officer says became of a contact, with the legal meaning of each.
//!
//! The code drives the counters (through [`Outcome`]), the state of the number, and the next action that must follow.
//! A reservation that was never recorded is taken as unanswered: it counts.

use crate::compliance::record::Outcome;
use crate::values::channel::Channel;

/// What a result says about the number or address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointEffect {
    /// Nothing.
    None,
    /// The right person was reached there.
    Verified,
    /// It reaches somebody else: never use it again.
    Wrong,
    /// It reaches nobody.
    Dead,
}

impl PointEffect {
    /// The state of the point that follows, if it changes.
    pub const fn state(self) -> Option<&'static str> {
        match self {
            PointEffect::None => None,
            PointEffect::Verified => Some("verified"),
            PointEffect::Wrong => Some("wrong"),
            PointEffect::Dead => Some("dead"),
        }
    }
}

/// What the law and the work need besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// Nothing more.
    None,
    /// They asked us to stop using this channel: closed at once (12 CFR 1006.14(h)).
    CloseChannel,
    /// They dispute the debt: the account stands still until somebody has looked.
    HoldForDispute,
}

/// One result code.
#[derive(Debug, PartialEq, Eq)]
pub struct ResultCode {
    /// The code in commands and the database.
    pub code: &'static str,
    /// The words on screens.
    pub label: &'static str,
    /// By which media it can come about.
    pub for_calls: bool,
    /// What it is in law.
    pub outcome: Outcome,
    /// Whether the right person was spoken with.
    pub is_right_party: bool,
    /// What it says about the number.
    pub point: PointEffect,
    /// What else follows.
    pub consequence: Consequence,
    /// What is to be done next, when the officer names nothing else.
    pub next_action: &'static str,
    /// In how many days.
    pub next_in_days: i32,
}

const fn call(code: &'static str, label: &'static str, outcome: Outcome, next_action: &'static str, next_in_days: i32) -> ResultCode {
    ResultCode {
        code,
        label,
        for_calls: true,
        outcome,
        is_right_party: false,
        point: PointEffect::None,
        consequence: Consequence::None,
        next_action,
        next_in_days,
    }
}

const fn message(code: &'static str, label: &'static str, outcome: Outcome, next_action: &'static str, next_in_days: i32) -> ResultCode {
    ResultCode { for_calls: false, ..call(code, label, outcome, next_action, next_in_days) }
}

const fn talk(code: &'static str, label: &'static str, next_action: &'static str, next_in_days: i32) -> ResultCode {
    ResultCode { is_right_party: true, point: PointEffect::Verified, ..call(code, label, Outcome::Conversation, next_action, next_in_days) }
}

/// Every result code, in the order in which they are offered.
pub static RESULTS: [ResultCode; 18] = [
    call("no_answer", "No answer", Outcome::NoAnswer, "Call again", 2),
    call("left_message", "Message left", Outcome::Voicemail, "Call again", 3),
    call("busy", "Busy", Outcome::Busy, "Call again", 1),
    call("hung_up", "Hung up", Outcome::AnsweredDropped, "Call again", 3),
    call("third_party", "Somebody else answered", Outcome::AnsweredDropped, "Call again", 3),
    call("not_verified", "Would not or could not prove who they are", Outcome::AnsweredDropped, "Write instead", 1),
    call("cannot_talk", "Cannot talk now", Outcome::AnsweredBusy, "Call back", 1),
    talk("talked", "Talked, nothing agreed", "Follow up the talk", 7),
    talk("promised", "Talked, promised to pay", "Watch the promise", 7),
    talk("refuses", "Talked, will not pay", "Review the account", 14),
    ResultCode { consequence: Consequence::HoldForDispute, ..talk("disputes", "Talked, disputes the debt", "Answer the dispute", 1) },
    ResultCode {
        consequence: Consequence::CloseChannel,
        ..talk("asked_to_stop", "Talked, asked us to stop calling", "Choose another channel", 1)
    },
    ResultCode { point: PointEffect::Wrong, ..call("wrong_number", "Wrong number", Outcome::AnsweredDropped, "Find another number", 1) },
    ResultCode { point: PointEffect::Dead, ..call("not_in_service", "Not in service", Outcome::NotInService, "Find another number", 1) },
    message("sent", "Sent", Outcome::Delivered, "Wait for an answer", 5),
    ResultCode { point: PointEffect::Dead, ..message("returned", "Came back", Outcome::NotConnected, "Find another address", 1) },
    ResultCode {
        consequence: Consequence::CloseChannel,
        ..message("opted_out", "Answered: stop", Outcome::Delivered, "Choose another channel", 1)
    },
    message("not_made", "Not made after all", Outcome::NotConnected, "Decide what to do", 1),
];

/// What can become of a call that they make.
const COMING_IN: [&str; 11] = [
    "hung_up",
    "third_party",
    "not_verified",
    "cannot_talk",
    "talked",
    "promised",
    "refuses",
    "disputes",
    "asked_to_stop",
    "wrong_number",
    "not_made",
];

impl ResultCode {
    /// Whether it can become of a call that they make.
    pub fn comes_in(&self) -> bool {
        COMING_IN.contains(&self.code)
    }

    /// The words on screens, of a contact that we made or of one that came in.
    pub fn words(&self, came_in: bool) -> &'static str {
        match self.code {
            "third_party" if came_in => "Somebody else called",
            "not_made" if came_in => "It was not about this account",
            _ => self.label,
        }
    }
}

/// Finds a result code.
pub fn find(code: &str) -> Option<&'static ResultCode> {
    RESULTS.iter().find(|result| result.code == code)
}

/// The codes that can come about by a channel; `not_made` can by all.
pub fn for_channel(channel: Channel) -> impl Iterator<Item = &'static ResultCode> {
    RESULTS.iter().filter(move |result| result.code == "not_made" || result.for_calls == channel.is_call())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_did_not_connect_is_free() {
        for result in &RESULTS {
            let free = matches!(result.code, "busy" | "not_in_service" | "returned" | "not_made");
            assert_eq!(!result.outcome.is_connected(), free, "{}", result.code);
            assert!(result.next_in_days >= 1 && !result.next_action.is_empty(), "{} needs a next action", result.code);
        }
    }

    #[test]
    fn a_talk_with_the_right_person_closes_the_week_and_proves_the_number() {
        for result in RESULTS.iter().filter(|result| result.is_right_party) {
            assert_eq!(result.outcome, Outcome::Conversation, "{}", result.code);
            assert_eq!(result.point, PointEffect::Verified, "{}", result.code);
        }
    }

    #[test]
    fn what_comes_in_has_results_of_its_own() {
        assert!(COMING_IN.iter().all(|code| find(code).is_some_and(|result| result.for_calls || *code == "not_made")));
        assert!(!find("left_message").unwrap().comes_in() && !find("busy").unwrap().comes_in());
        assert_eq!(find("third_party").unwrap().words(true), "Somebody else called");
        assert_eq!(find("third_party").unwrap().words(false), "Somebody else answered");
    }

    #[test]
    fn codes_are_found_by_channel() {
        assert!(for_channel(Channel::Call).any(|result| result.code == "no_answer"));
        assert!(for_channel(Channel::Letter).all(|result| !result.for_calls || result.code == "not_made"));
        assert_eq!(find("promised").map(|result| result.label), Some("Talked, promised to pay"));
        assert!(find("nonsense").is_none());
    }
}
