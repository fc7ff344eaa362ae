//! Intake: a creditor's file becomes accounts, or a list of everything that is wrong with it.
//!
//! [`actions::import_accounts`] reads the file once, in one transaction: either every good row is placed or nothing is.
//! A trial run goes the same way and takes everything back.

pub mod actions;
pub mod guessed;
pub mod mapping_file;
pub mod pages;
pub mod refusals;
pub mod source;
pub mod store;
