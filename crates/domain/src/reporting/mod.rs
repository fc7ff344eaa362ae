//! Reporting: what is told to others about the accounts. First of all, to the bureaus that keep credit reports.
//!
//! [`metro2`] reads the files in which accounts are reported to them.

pub mod metro2;
