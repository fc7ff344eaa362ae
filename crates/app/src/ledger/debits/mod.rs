//! Debits: what people agreed to is kept, drawn by NACHA files, and followed to its return.
//!
//! An authorization is agreed ([`agreeing`]), debits are planned under it ([`planning`]), sent with a file that the record holds before the
//! disk does ([`sending`], [`file`]), posted as payments on their day ([`settling`]), and what banks tell of them is applied once
//! ([`taking`]). What is decided of all that stands in the domain's room of the same name.
//!
//! Stored in `debit_authorizations`, `debits`, `debit_files` and `debit_returns`; shown on the account and at `/debits`; proved by
//! `duly check`.
//!
//! Always true: nothing is sent past the gate, and nothing twice; a settled debit is one payment, a returned one a payment reversed;
//! the number of a bank account is sealed ([`sealing`]).

pub mod account_page;
pub mod agreeing;
pub mod check;
pub mod file;
pub mod look;
pub mod pages;
pub mod panel;
pub mod planning;
pub mod sealing;
pub mod sending;
pub mod settling;
pub mod store;
pub mod taking;
