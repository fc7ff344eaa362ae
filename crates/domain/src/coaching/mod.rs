//! Coaching: how a conversation is led, and how people learn to lead it well.
//!
//! [`guide`] is the text that stands beside a call: what to say and ask at each stage, and what to do with what they say; [`practice`]
//! is a call with a scripted person.

pub mod guide;
pub mod practice;
