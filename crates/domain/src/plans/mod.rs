//! Plans: what a debtor said they will pay, whether they did, and what an officer asks to grant beyond their limits.

pub mod approval;
pub mod promise;
