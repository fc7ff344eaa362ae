//! Plans that were agreed: their installments fall due one after the other, each as a promise, and are kept or broken by money.
//!
//! [`course`] says what becomes of a plan whenever its account's promises were judged: the next installment is promised by itself, a
//! broken one breaks the plan, a payment that is taken back takes back what it kept. Agreed at the [`desk`](super::desk); shown on the
//! account.
//!
//! Always true: an account has at most one active plan, and an active plan has one installment open.

pub mod course;
pub mod following;
pub mod pages;
pub mod panel;
pub mod revising;
pub mod store;
