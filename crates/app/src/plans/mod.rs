//! Plans: promises to pay, taken and judged.

pub mod actions;
pub mod judging;
pub mod nightly;
pub mod pages;
pub mod store;
