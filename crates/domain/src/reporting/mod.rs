//! Reporting: what is told to others about the accounts. First of all, to the bureaus that keep credit reports.
//!
//! [`furnishing`] says what is told of an account in a month, [`consumer`] how a person is named there; [`metro2`] reads and writes the
//! files.

pub mod consumer;
pub mod furnishing;
pub mod metro2;
