//! Hardship pauses: while somebody cannot pay, fees, interest, contact and credit reporting stop together.
//!
//! A pause is granted from the account or the negotiation desk, within somebody's limits or by a request. From then on the gate refuses what
//! we would begin ourselves, interest counts no day of it, what was charged since its first day is taken back, a bureau is told nothing
//! new, and the plan comes after it. On its day it ends by itself, and the account is on the worklist to be looked at with them.
//!
//! Read [`actions::grant_pause`]. What is decided stands in `duly_domain::accounts::hardship`.
//!
//! Always true: an account has at most one pause that stands, with a hold that ends with it.

pub mod actions;
pub mod nightly;
pub mod pages;
pub mod panel;
pub mod store;
