//! The call desk: a call is led stage by stage, and what is done in it is its record.
//!
//! A call begins with a contact that was reserved ([`actions::begin_call`]), or with one that came in ([`answering::answer_call`]); each
//! thing done is a step, kept at once ([`pressing::press`]); what they say may open a case or close a way in place ([`opening`]);
//! hanging up ends it, and wrapping up records the contact's result, the note drafted from the steps, and the next action
//! ([`actions::wrap_call`]).
//! Shown at `/calls/{call}`; what may be on it and when is `duly_domain::outreach::conversation`.
//!
//! Always true: what is owed is not in the page before the right party is verified; a step that stands is never changed; a call is
//! wrapped up once, with its contact recorded in the same transaction.

pub mod actions;
pub mod answering;
pub mod coming_in;
pub mod opening;
pub mod pages;
pub mod pressing;
pub mod recap;
mod showing;
mod stages;
pub mod store;

pub use showing::show;
