//! Presence: what an officer is doing now, read from what they do anyway.
//!
//! Nobody sets it and nothing is measured for it: a session, a call and its steps say what there is to say. Read [`presence`].
//! Shown on the floor at `/floor`, never ranked.

use super::conversation::Stage;
use jiff::{SignedDuration, Timestamp};

/// Without a page for so many minutes somebody is idle; a live page that looks by itself is none.
pub const IDLE_MINUTES: i64 = 5;

/// What somebody is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Not signed in.
    Away,
    /// Signed in, and no page was asked for lately.
    Idle,
    /// At accounts, without a call.
    Working,
    /// On a call, at a stage of it.
    OnCall(Stage),
    /// The call is over and not yet wrapped up.
    WrappingUp,
    /// Taking the time they need after a call that was hard.
    Pausing,
}

impl Doing {
    /// The code of its state, for a mark of the floor.
    pub const fn code(self) -> &'static str {
        match self {
            Doing::Away => "away",
            Doing::Idle => "idle",
            Doing::Working => "working",
            Doing::OnCall(stage) => stage.code(),
            Doing::WrappingUp => "wrapping_up",
            Doing::Pausing => "pausing",
        }
    }

    /// The word on screens.
    pub const fn word(self) -> &'static str {
        match self {
            Doing::Away => "Not signed in",
            Doing::Idle => "Idle",
            Doing::Working => "Working",
            Doing::OnCall(_) => "On a call",
            Doing::WrappingUp => "Wrapping up",
            Doing::Pausing => "Pausing",
        }
    }
}

/// A call that is not wrapped up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallNow {
    /// When it began.
    pub began_at: Timestamp,
    /// When they hung up.
    pub ended_at: Option<Timestamp>,
    /// The stage of what was done in it last.
    pub stage: Stage,
}

/// What is known of somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PresenceFacts {
    /// Since when they are signed in.
    pub signed_in_at: Option<Timestamp>,
    /// When they asked for a page last.
    pub seen_at: Option<Timestamp>,
    /// Their call.
    pub call: Option<CallNow>,
    /// When they wrapped up a call last.
    pub wrapped_at: Option<Timestamp>,
    /// Since when they pause.
    pub pausing_since: Option<Timestamp>,
}

/// What somebody is doing, and since when.
pub fn presence(facts: &PresenceFacts, now: Timestamp) -> (Doing, Option<Timestamp>) {
    if let Some(since) = facts.pausing_since {
        return (Doing::Pausing, Some(since));
    }
    match facts.call {
        Some(CallNow { ended_at: Some(ended_at), .. }) => return (Doing::WrappingUp, Some(ended_at)),
        Some(CallNow { began_at, stage, .. }) => return (Doing::OnCall(stage), Some(began_at)),
        None => {}
    }
    let Some((signed_in_at, seen_at)) = facts.signed_in_at.zip(facts.seen_at) else { return (Doing::Away, None) };
    // Whatever they did last, if it was after their last page.
    let seen_at = facts.wrapped_at.map_or(seen_at, |wrapped_at| wrapped_at.max(seen_at));
    let is_idle = seen_at.saturating_add(SignedDuration::from_mins(IDLE_MINUTES)).is_ok_and(|until| until <= now);
    match is_idle {
        true => (Doing::Idle, Some(seen_at)),
        false => (Doing::Working, Some(facts.wrapped_at.map_or(signed_in_at, |wrapped_at| wrapped_at.max(signed_in_at)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_does_says_what_they_are_doing() {
        let at = |minute: i64| Timestamp::from_second(minute * 60).expect("an instant");
        let away = PresenceFacts::default();
        let here = PresenceFacts { signed_in_at: Some(at(0)), seen_at: Some(at(58)), ..away };
        let call = CallNow { began_at: at(50), ended_at: None, stage: Stage::Commit };
        let on_call = PresenceFacts { call: Some(call), ..here };
        for (facts, doing, since) in [
            (away, Doing::Away, None),
            (here, Doing::Working, Some(at(0))),
            (PresenceFacts { wrapped_at: Some(at(30)), ..here }, Doing::Working, Some(at(30))),
            (PresenceFacts { seen_at: Some(at(55)), ..here }, Doing::Idle, Some(at(55))),
            (PresenceFacts { seen_at: Some(at(40)), wrapped_at: Some(at(56)), ..here }, Doing::Working, Some(at(56))),
            (on_call, Doing::OnCall(Stage::Commit), Some(at(50))),
            // Somebody who listens for long asks for no page.
            (PresenceFacts { seen_at: Some(at(50)), ..on_call }, Doing::OnCall(Stage::Commit), Some(at(50))),
            (PresenceFacts { call: Some(CallNow { ended_at: Some(at(59)), ..call }), ..here }, Doing::WrappingUp, Some(at(59))),
            (PresenceFacts { pausing_since: Some(at(59)), ..on_call }, Doing::Pausing, Some(at(59))),
        ] {
            assert_eq!(presence(&facts, at(60)), (doing, since));
        }
    }
}
