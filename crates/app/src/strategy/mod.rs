//! Strategy: the worklist, built by the night and kept true by every act.

pub mod actions;
pub mod counts;
pub mod led;
pub mod nightly;
pub mod pages;
pub mod store;
