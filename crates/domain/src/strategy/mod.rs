//! Strategy: what to do next, and with whom first.

pub mod worklist;
