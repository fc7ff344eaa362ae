//! Reporting: what is told to others about the accounts. First of all, to the bureaus that keep credit reports.
//!
//! [`furnish`] decides for each account of the creditors that want it, asks the rules, keeps what is told and writes the file; [`correct`]
//! tells some anew between two files, and [`due`] says which should be. [`deciding`] has what is known before, [`joint`] who is told of
//! beside the debtor, [`record`] puts an account into the records of Metro 2, [`mod@file`] the file onto a disk; [`pages`] shows it all.
//!
//! Always true: what is told of an account in a month is told once and kept with the answer of the rules; the same month again is the same.
//! What corrects it is told beside it, and changes nothing of it.

pub mod account_page;
pub mod correct;
mod deciding;
pub mod due;
mod file;
pub mod furnish;
mod joint;
pub mod pages;
mod record;
pub mod store;
pub mod words;
pub mod workbook;
