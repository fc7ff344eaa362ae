//! Jobs: the night, the checks and what they found last, and the turns of everything that takes long.

pub mod check;
pub mod checking;
pub mod nightly;
pub mod pages;
pub mod store;
pub mod turns;
