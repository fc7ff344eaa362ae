//! Sums at the bank, matched to what they stand for: the debits of a file, debits that came back.
//!
//! A file of debits is posted payment by payment, each on its day; the bank shows one credit for it, and sums for what came back. What is
//! waited for is found anew each time ([`expected`]); a movement that is certainly one of them is matched when its statement is taken, any
//! other when a person says so ([`matching`]). Nothing is posted by that: money on its way is at the bank.
//!
//! Stored in `bank_clearings`, a row for each piece; shown at `/bank` and `/trust`; proved by `duly check`.
//!
//! Always true: a matched movement is what its pieces come to, to the cent; nothing is matched twice.

pub mod check;
pub mod expected;
pub mod matching;
pub mod store;
