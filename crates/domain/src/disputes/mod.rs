//! Disputes: what somebody holds against a debt or against us, as cases with clocks, evidence, an answer and an outcome.
//!
//! A case is open until it has an outcome. What a dispute or a request *forbids* meanwhile is decided by `compliance` from the
//! notices on record; here stands the work that lifts it. Read [`case`] first, then [`clock`].

pub mod case;
pub mod clock;
