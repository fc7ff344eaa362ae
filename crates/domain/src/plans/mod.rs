//! Plans: what a debtor said they will pay, and whether they did.

pub mod promise;
