//! Intake: a creditor's file becomes accounts, or a list of everything that is wrong with it.
//!
//! [`actions::import_accounts`] reads the file once and keeps it piece by piece; [`undo::take_back`] takes a whole placement back.
//! A trial run only reads.

pub mod actions;
pub mod batch;
pub mod guessed;
pub mod history;
pub mod mapping_file;
pub mod pages;
pub mod placing;
pub mod pointing;
pub mod progress;
pub mod reading;
pub mod refusals;
pub mod report;
pub mod source;
pub mod store;
pub mod undo;
pub mod upload;
