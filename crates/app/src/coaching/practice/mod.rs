//! Practice: calls with a scripted person. Nobody is called, and nothing of it touches an account, a contact, a count or a worklist.
//!
//! A practice call begins ([`actions::begin`]), each choice in it is a row that is never changed ([`actions::choose`]), and with the
//! last one it is over and marked, by the scorecard of real calls. Shown at `/practice` and `/practice/calls/{practice}`.
//!
//! Always true: a practice call is seen by whoever made it, and by those who see compliance; what it came to follows from its choices.

pub mod actions;
pub mod pages;
mod showing;
pub mod store;
