//! Trust accounting: client money apart from the agency's, and proved each day.
//!
//! What debtors pay stands in the entries of their accounts. What follows for creditors is the trust book ([`booking`]): remittances, fees
//! earned and swept, what is on its way, what came back and was covered. [`proving`] holds bank, book and ledgers against each other.
//!
//! Stored in `trust_postings` and `trust_proofs`; shown at `/trust`; proved by the night and by `duly check`.
//!
//! Always true: no client's ledger falls below zero; what was posted is never changed, but taken back by another posting.

pub mod booking;
pub mod check;
pub mod pages;
pub mod proving;
pub mod store;
