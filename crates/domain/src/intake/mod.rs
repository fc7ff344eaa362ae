//! Intake: from the cells of a creditor's file to an account that may be placed, with every problem of every row at once.
//!
//! [`mapping::Mapping`] says which column is which; [`row::read`] turns one row into a [`row::NewAccount`] or its problems.
//! Nothing is guessed silently and nothing is cleaned: a date that is no day is a problem, not a day near it.

pub mod guess;
pub mod history;
pub mod mapping;
pub mod row;
mod shape;
mod text;
