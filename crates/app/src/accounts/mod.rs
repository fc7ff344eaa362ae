//! Accounts: one debt each, the creditors who placed them, the desks that own them, the holds on them.
//!
//! Always true: an open account has one desk, and a next action on a day or a hold that stands.

pub mod actions;
pub mod desks;
pub mod nightly;
pub mod pages;
pub mod search;
pub mod store;
pub mod timeline;
pub mod workspace;
