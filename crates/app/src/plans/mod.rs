//! Plans: promises to pay, taken and judged, and requests for what is beyond an officer's limits.

pub mod actions;
pub mod agreed;
pub mod approvals;
pub mod desk;
pub mod joint;
pub mod judging;
pub mod nightly;
pub mod pages;
pub mod re_age;
pub mod said;
pub mod store;
