//! The floor: who is doing what now, what waits, and what officers ask for; for those who lead it, by name and never in an order of merit.
//!
//! It keeps nothing of its own: [`now`] reads sessions, calls and their steps, contacts and promises of today, and the lanes of the
//! worklist. Of a debtor there is the account's reference and nothing else. Shown at `/floor`.

pub mod now;
pub mod pages;
pub mod store;
