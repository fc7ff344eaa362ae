//! Reporting: what is told to others about the accounts. First of all, to the bureaus that keep credit reports.
//!
//! [`furnish`] decides for each account of the creditors that want it, asks the rules, keeps what is told and writes the file;
//! [`record`] puts an account into the records of Metro 2.
//!
//! Always true: what is told of an account in a month is told once and kept with the answer of the rules; the same month again is the same.

pub mod furnish;
mod record;
pub mod store;
pub mod workbook;
