//! The ledger: payments posted and reversed, entries added and never changed.

pub mod actions;
pub mod asking;
pub mod at_once;
pub mod bank_file;
pub mod charges;
pub mod check;
pub mod clearing;
pub mod debits;
pub mod direct;
pub mod journal;
pub mod pages;
pub mod payment_file;
pub mod posting;
pub mod processor;
pub mod rates;
pub mod receipts;
pub mod refund;
pub mod remittances;
pub mod store;
pub mod trust;
pub mod write_offs;
