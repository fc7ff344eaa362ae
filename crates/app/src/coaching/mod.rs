//! Coaching: how people learn to lead a conversation well: the words, the calls they led, practice.
//!
//! [`guides`] has the texts of the call guide as versions.
//! [`reviews`] looks at calls that were led: the score their steps give, the officer's own view, the reviewer's, and what follows.
//! [`practice`] is a call with a scripted person.
//! [`training`] teaches the rules and certifies.
//! What a call is measured by and what a score is stand in `duly_domain::coaching`.
//!
//! Routes stand in `web::router`, steps of the night in `jobs::nightly`, commands in `cli`, as of every room.

pub mod guides;
pub mod practice;
pub mod reviews;
pub mod training;
