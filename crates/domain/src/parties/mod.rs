//! Parties: the people and businesses who owe, or who stand beside those who do.
//!
//! [`name`] says how a name is found however it is written, [`merge`] whether two records are one person and why,
//! [`confidence`] how far a number or address can be trusted, [`circumstance`] what is to be heeded about somebody,
//! [`care`] the needs that are written down where they agreed to it, [`right_party`] whether somebody who answers is who we look for,
//! [`in_writing`] by which way somebody likes to have things in writing.

pub mod care;
pub mod circumstance;
pub mod confidence;
pub mod in_writing;
pub mod merge;
pub mod name;
pub mod right_party;
pub mod role;
