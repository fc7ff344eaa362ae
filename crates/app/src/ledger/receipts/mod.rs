//! Money in from bank statements: taken from the bank's file, posted where one account is named, decided by a person where not.
//!
//! A movement of money is `posted` by its reference or by a person; waits as `unidentified`; `came_back` when a payment was returned, until
//! a person reverses it; is `set_aside` with a reason when it is nobody's payment; or `went_out`. What was decided is taken back by another
//! decision, and nothing is deleted. Whom unidentified money may belong to is found when it is looked at ([`look`]), not kept.
//!
//! Read [`take::take_file`], then [`decide`]. Stored in `bank_statements`, `bank_entries` and, where a movement was
//! one payment of a joint plan, `bank_parts` ([`together`]); shown at `/bank`; proved by `duly check`.
//!
//! Always true: a movement is kept once, however often files tell it; a posted one has its payment of the same amount,
//! or its payments that come to it.

pub mod check;
pub mod decide;
pub mod look;
pub mod pages;
pub mod store;
pub mod take;
mod together;
