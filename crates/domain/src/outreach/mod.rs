//! Outreach: what becomes of a contact.
//!
//! A contact is reserved before it happens and recorded after. [`result`] lists the codes an officer chooses from and what
//! each means in law, for the number, and for the next action. [`letter`] is what stands in a letter,
//! [`disclosures`] the words that must be said or printed, [`validation_notice`] and [`case_letter`] the letters themselves.

pub mod case_letter;
pub mod comparison;
pub mod confirmation;
pub mod conversation;
pub mod disclosures;
pub mod letter;
pub mod presence;
pub mod recap;
pub mod result;
pub mod validation_notice;

/// How long a reservation may stand without a result, in minutes; then it expires and counts as an attempt.
pub const RESERVATION_MINUTES: i64 = 30;
