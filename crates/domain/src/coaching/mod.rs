//! Coaching: how a conversation is led, and how people learn to lead it well.
//!
//! [`guide`] is the text that stands beside a call: what to say and ask at each stage, and what to do with what they say.
//! [`scorecard`] says what a call is measured by, and what its steps already prove.
//! [`sample`] says which calls are looked at, [`review`] who marks them and who sees it, [`calibration`] whether reviewers see the same;
//! [`goal`] what an officer works on.

pub mod calibration;
pub mod goal;
pub mod guide;
pub mod review;
pub mod sample;
pub mod scorecard;
