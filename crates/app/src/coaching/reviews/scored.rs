//! The score that a call's steps give, before anybody listens.

use duly_domain::coaching::scorecard::{Marked, Recorded, Scorecard};
use duly_domain::outreach::conversation::Conversation;
use duly_domain::outreach::result;

/// Every item of the scorecard with what the steps prove of it; `result` is the code that was recorded.
pub fn from_steps<'a>(card: &'a Scorecard, call: &Conversation, result: Option<&str>) -> Vec<Marked<'a>> {
    let recorded = result.and_then(result::find).map(|result| Recorded { result });
    card.marks_from(call, recorded.as_ref())
}
