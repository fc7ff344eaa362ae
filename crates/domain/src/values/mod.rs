//! The small values everything else is made of: money, ids, dates, points of contact, channels, regions.
//!
//! Each checks itself when made, so that what exists is well formed. Read [`money`] first.

pub mod calendar;
pub mod channel;
pub mod clock;
pub(crate) mod coded;
pub mod file_problem;
pub mod fixed;
pub mod ids;
pub mod iso4217;
pub mod iso_date;
pub mod moment;
pub mod money;
pub mod point;
pub mod region;
