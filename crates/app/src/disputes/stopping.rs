//! What a case stops and what it does not, in words, with the rule that says so.
//!
//! The gate decides by the notice recorded with the case; here its answer is told where the case is seen.

use super::store::Case;
use crate::compliance::facts::Known;
use duly_domain::compliance::facts::{Effect, find_effect};
use duly_domain::disputes::case::CaseKind;
use duly_domain::values::moment::written;
use jiff::Timestamp;

/// What a case does to the collecting of its debt.
pub struct Stopping {
    /// The chip: tone and word.
    pub chip: (&'static str, &'static str),
    /// What is stopped, or that nothing is.
    pub stops: String,
    /// What follows from it beside that.
    pub follows: String,
    /// Which rule says so.
    pub source: &'static str,
}

const MARKED: &str = "It stays marked as disputed: whoever is told of the debt is told that too (15 USC 1692e(8)). ";
const HELD: &str = "The account stands still all the same: the house held it when the case was opened, not this rule. ";
const MAY_GO_ON: &str = "Calls, messages and letters may go on as the other rules let them.";

impl Stopping {
    /// What an open case does at a moment, and whether the hold placed with it stands; nothing where it is a complaint, which the gate
    /// does not ask about.
    pub fn of(case: &Case, kind: CaseKind, known: &Known, is_held: bool, at: Timestamp) -> Option<Stopping> {
        let is_request = kind == CaseKind::OriginalCreditor;
        if kind == CaseKind::Complaint {
            return None;
        }
        let effect = find_effect(&known.record, known.account.id.0.as_u128(), is_request, at)?;
        let (what, owed) = match is_request {
            true => ("request", "the original creditor's name and address have been sent"),
            false => ("dispute", "a copy of verification or of the judgment has been sent"),
        };
        let nothing = ("wait", "nothing is stopped");
        let (chip, stops) = match effect {
            Effect::Stops => {
                let part = if case.disputed_minor.is_some() { "the disputed part" } else { "this debt" };
                (("no", "collecting is stopped"), format!("Collecting {part} is stopped until {owed}."))
            }
            Effect::Late(ended_on) => {
                let ended = written(ended_on);
                let says = format!("Nothing is stopped: the {what} was submitted after the validation period, which ended on {ended}.");
                (nothing, format!("{says} {MAY_GO_ON}"))
            }
            Effect::Answered => (("ok", "answered"), format!("The {what} was answered: it stops nothing any more. {MAY_GO_ON}")),
            Effect::Spoken => {
                let says = format!("Nothing is stopped: a spoken {what} stops nothing by law, only one in writing does.");
                (nothing, format!("{says} {MAY_GO_ON}"))
            }
            Effect::Unbound => (nothing, format!("Nothing is stopped: Regulation F does not reach this debt. {MAY_GO_ON}")),
        };
        let mut follows = String::new();
        if !is_request && effect != Effect::Unbound {
            follows.push_str(MARKED);
        }
        if is_held && effect != Effect::Stops {
            follows.push_str(HELD);
        }
        if effect != Effect::Answered {
            follows.push_str("It is answered by its clock.");
        }
        let source = match (effect, is_request) {
            (Effect::Unbound, _) => "12 CFR 1006.2(f), (i)",
            (_, true) => "12 CFR 1006.38(c); regf.dispute.original-creditor",
            (_, false) => "12 CFR 1006.38(d)(2); 15 USC 1692g(b); regf.dispute.written-stop",
        };
        Some(Stopping { chip, stops, follows, source })
    }
}
