//! Accounts: one debt each, the creditors who placed them, the desks that own them, the holds on them.
//!
//! Always true: an open account has one desk, and a next action on a day or a hold that stands.

pub mod actions;
pub mod brief;
pub mod closing;
pub mod desks;
pub mod hardship;
pub mod itemized;
pub mod limitation;
pub mod nightly;
pub mod notice;
pub mod pages;
pub mod papers;
pub mod people_on;
pub mod search;
pub mod store;
pub mod strip;
pub mod timeline;
pub mod workspace;
