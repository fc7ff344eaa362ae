//! Coaching: how a conversation is led, and how people learn to lead it well.
//!
//! [`guide`] is the text that stands beside a call: what to say and ask at each stage, and what to do with what they say.
//! [`scorecard`] says what a call is measured by, and what its steps already prove.
//! [`sample`] says which calls are looked at, [`review`] who marks them and who sees it, [`calibration`] whether reviewers see the same;
//! [`goal`] what an officer works on; [`comparison`] what an officer came to beside what the floor would have with the same calls.
//! [`topic`] and [`quiz`] teach the rules by what the rules themselves say.
//! [`practice`] is a call with a scripted person, led by the same guide and marked by the same scorecard.

pub mod calibration;
pub mod comparison;
pub mod course;
pub mod draw;
pub mod goal;
pub mod guide;
pub mod practice;
pub mod quiz;
pub mod review;
pub mod sample;
pub mod scorecard;
pub mod topic;
