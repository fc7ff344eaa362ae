//! Re-aging: an account that is paid as agreed again is brought current, by a supervisor and with a reason.
//!
//! From then on its age counts from a new day: its stage, the limits that go by age, its place on the worklist. The day since which the
//! debt is unpaid stays as it is, and with it the first delinquency, the time to sue and what a bureau is told.
//!
//! Read [`actions::re_age`]. What is decided stands in `duly_domain::plans::re_age`.
//!
//! Always true: the day from which an account's age counts is its newest re-age's that was not taken back (`duly check`).

pub mod actions;
pub mod pages;
pub mod store;
