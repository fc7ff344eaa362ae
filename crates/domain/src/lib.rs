//! What is true and what is allowed in the recovery of overdue debts.
//!
//! Nothing here touches the world: no clock, no file, no database, no randomness.
//! Facts come in as plain values, an answer goes out with every reason that shaped it.
//! Rooms are listed in reading order; a room may use only the rooms above it.

#![warn(missing_docs)]

pub mod accounts;
pub mod audit;
pub mod coaching;
pub mod compliance;
pub mod decision;
pub mod disputes;
pub mod identity;
pub mod intake;
pub mod ledger;
pub mod outreach;
pub mod parties;
pub mod plans;
pub mod reporting;
pub mod strategy;
pub mod values;
