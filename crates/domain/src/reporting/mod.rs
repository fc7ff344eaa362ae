//! Reporting: what is told to others about the accounts. First of all, to the bureaus that keep credit reports.
//!
//! [`furnishing`] says what is told of an account in a month, [`correcting`] what must be told before the month is over, [`joint`] who is told
//! of beside the debtor, [`consumer`] how a person is named there; [`metro2`] reads and writes the
//! files.

pub mod consumer;
pub mod correcting;
pub mod furnishing;
pub mod joint;
pub mod metro2;
