//! Parties: the people and businesses who owe, how to reach them, and what they told us about that.

pub mod actions;
pub mod masking;
pub mod merge;
pub mod pages;
pub mod people;
pub mod person;
pub mod status;
pub mod store;
