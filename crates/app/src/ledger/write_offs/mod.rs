//! What is left of an account, written off: closed out of the books by an entry of its own, by somebody who may.
//!
//! [`actions`] writes off and takes back, [`money`] tells what becomes of it when money moves: what arrives takes back what was given up, as
//! far as it goes, and the rest is written off again; where a settlement released the rest it stays released. A payment that comes back
//! takes the account up again, for what was decided rested on it.
//!
//! Always true: an account on which a write-off stands is closed, and owes nothing; what was written off is never told as paid.

pub mod actions;
pub mod check;
pub mod money;
pub mod nightly;
pub mod pages;
pub mod panel;
pub mod store;
