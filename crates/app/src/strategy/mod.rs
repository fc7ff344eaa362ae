//! Strategy: the worklist, ranked by the night and by every act; what is shown of a row is true when it is shown.

pub mod actions;
pub mod counts;
pub mod led;
pub mod nightly;
pub mod pages;
pub mod store;
