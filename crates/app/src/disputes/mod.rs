//! Disputes: cases about a debt or about us, from the first word to the outcome, with clocks nobody can overlook.
//!
//! Whatever reaches us as a dispute, a request for the original creditor, a claim of identity theft or a complaint is opened with
//! [`actions::open_case`], from the account in two clicks, or by itself when the stop panel records the notice. What it forbids
//! follows from that notice at once; the case lasts until an answer went out and an outcome is named.

pub mod actions;
pub mod answering;
pub mod causes;
pub mod pages;
pub mod queue;
pub mod stopping;
pub mod store;
pub mod told;
