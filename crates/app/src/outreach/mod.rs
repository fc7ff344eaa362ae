//! Outreach: contacts are reserved before they happen and recorded after.
//!
//! A reservation asks the gate and counts at once, so two officers cannot both spend the last attempt. Without a result it
//! expires after half an hour and still counts: it may have rung. A call is led at the desk in [`calls`].

pub mod actions;
pub mod calls;
pub mod claims;
pub mod floor;
pub mod incoming;
pub mod letters;
pub mod nightly;
pub mod pages;
pub mod pdf;
pub mod store;
pub mod words;
