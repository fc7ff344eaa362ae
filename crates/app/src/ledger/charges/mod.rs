//! What is added to debts and taken off beside payments: interest by its terms, fees, waivers.
//!
//! Interest is posted by the night at a month's end and before a payment, so that what is owed on any day is exact: [`bearing`] works it
//! out from terms, entries and pauses alone, and puts right what was posted before something of the past was known. [`actions`] sets and
//! stops terms, charges fees, waives and takes back. Every charge has an entry, and the answer of the gate that let it be made.
//!
//! Always true: what is posted and not taken back is what the terms say up to the day to which it is posted.

pub mod actions;
pub mod bearing;
pub mod check;
pub mod nightly;
pub mod pages;
pub mod panel;
pub mod payoff;
pub mod posting;
pub mod store;
