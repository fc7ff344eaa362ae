//! How far a call has come: the stages at its left, and what is known so far at its foot.

use super::actions::Led;
use crate::ledger;
use duly_domain::outreach::conversation::{Stage, Step, Way};
use duly_domain::parties::right_party::{Check, Fit};
use duly_domain::values::moment::written;
use duly_domain::values::money::Money;
use jiff::Timestamp;

/// A stage in the list at the left.
pub struct ShownStage {
    /// Its place, from one.
    pub number: usize,
    /// Which it is.
    pub stage: Stage,
    /// Whether it has what belongs to it.
    pub is_done: bool,
    /// Whether the conversation ends with it.
    pub is_stopped: bool,
    /// Whether it may be entered.
    pub is_open: bool,
    /// When it was done, or what keeps it shut.
    pub says: String,
}

/// The stages in their order, each as far as it is.
pub fn stages(led: &Led) -> Vec<ShownStage> {
    // What keeps stages shut is said once.
    let first_shut = Stage::ALL.iter().find(|stage| led.conversation.may_enter(**stage).is_err());
    let shown = |(at, stage): (usize, &Stage)| {
        let may = led.conversation.may_enter(*stage);
        let is_done = led.conversation.is_done(*stage);
        let done_at = led.conversation.steps().iter().zip(&led.done_at).rev().find(|(step, _)| step.stage() == *stage);
        let says = match (may, done_at) {
            (Err(says), _) if first_shut == Some(stage) || *stage == Stage::ReadBack => says.to_string(),
            (Ok(()), Some((_, at))) if is_done => minutes(led.call.began_at, *at),
            _ => String::new(),
        };
        let is_stopped = *stage == Stage::Verify && led.conversation.way() == Way::NotVerified;
        ShownStage { number: at + 1, stage: *stage, is_done, is_stopped, is_open: may.is_ok(), says }
    };
    Stage::ALL.iter().enumerate().map(shown).collect()
}

/// Seconds from one moment to another, none below zero.
pub fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_secs().max(0)
}

/// How long after a moment another is, as `mm:ss`.
pub fn minutes(from: Timestamp, to: Timestamp) -> String {
    let seconds = seconds(from, to);
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

/// What they promised last, in words; empty where nothing is.
pub fn promised(led: &Led) -> String {
    let Some((amount, currency, due_on)) = led.conversation.promised() else { return String::new() };
    match ledger::store::currency(currency) {
        Ok(currency) => format!("{} by {}", Money::of(amount, currency), written(due_on)),
        Err(_) => String::new(),
    }
}

/// What is known so far, for the foot of the page.
pub fn chips(led: &Led) -> Vec<(&'static str, String)> {
    let call = &led.conversation;
    let mut chips = Vec::new();
    if let Some(who) = call.answered() {
        chips.push(("", who.to_string().to_lowercase()));
    }
    let matched = Check::ALL.into_iter().filter(|check| call.fit(*check) == Some(Fit::Matches)).count();
    if matched > 0 {
        chips.push(("ok", format!("{matched} checked")));
    }
    if call.way() == Way::NotVerified {
        chips.push(("no", "not verified".into()));
    }
    for step in call.steps() {
        chips.push(match step {
            Step::MessageLeft => ("ok", "message left".into()),
            Step::Disclosed { .. } => ("ok", "disclosed".into()),
            Step::Told { reason, agreed, .. } if *agreed || !reason.is_sensitive() => ("acc", reason.to_string().to_lowercase()),
            Step::Opened { trigger } => ("acc", trigger.to_string().to_lowercase()),
            Step::ReadBack { confirmed: true } => ("ok", "read back".into()),
            Step::Refused => ("", "will not pay".into()),
            Step::BadTime => ("", "bad time".into()),
            _ => continue,
        });
    }
    if call.promised().is_some() {
        chips.push(("ok", promised(led)));
    }
    chips.dedup();
    chips
}
