//! Jobs: the night.

pub mod check;
pub mod nightly;
pub mod pages;
pub mod store;
