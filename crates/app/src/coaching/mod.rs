//! Coaching: what helps an officer lead a call well.
//!
//! The texts of the call guide as versions ([`guides`]).

pub mod guides;
