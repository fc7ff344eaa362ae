//! Payments by card and bank debit through a processor: what somebody let us charge, what was asked, what came of it.
//!
//! The numbers of cards and accounts are typed into the processor's own fields and never reach us: we keep its tokens, and what it tells to
//! be shown. What is charged is decided here, never above what is owed. A charge stands in the record before the processor is asked
//! ([`charging`]); what it answers, tells by signed messages ([`hearing`]) or says when it is asked again ([`syncing`]) goes one way in
//! ([`applying`]), and by that alone money is posted and taken back.
//!
//! Stored in `processor_methods`, `processor_charges` and `processor_events`; shown on the account; proved by `duly check`.
//!
//! Always true: what is posted of a charge is what stands of it by all that was applied; an event is applied once.

pub mod adapter;
pub mod applying;
pub mod charging;
pub mod check;
pub mod fields_page;
pub mod hearing;
mod http;
pub mod methods;
pub mod pages;
pub mod panel;
pub mod store;
mod stripe;
pub mod syncing;
