//! Coaching: how a conversation is led, and how people learn to lead it well.
//!
//! [`guide`] is the text that stands beside a call: what to say and ask at each stage, and what to do with what they say.
//! [`scorecard`] says what a call is measured by, and what its steps already prove.
//! [`topic`] and [`quiz`] teach the rules by what the rules themselves say.
//! [`practice`] is a call with a scripted person, led by the same guide and marked by the same scorecard.

pub mod course;
pub mod draw;
pub mod guide;
pub mod practice;
pub mod quiz;
pub mod scorecard;
pub mod topic;
