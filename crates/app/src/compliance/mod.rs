//! Compliance: facts are gathered from the record, the gate answers, the answer is kept.
//!
//! [`gate`] is the one door to contact. [`facts`] fills the domain's record from the tables; [`cases`] fills it from a file.

pub mod acts;
pub mod amendments;
pub mod as_of;
pub mod cases;
pub mod decision;
pub mod difference;
pub mod events;
pub mod facts;
pub mod gate;
pub mod handbook;
pub mod law;
pub mod licenses;
pub mod packs;
pub mod pages;
pub mod policy;
pub mod replay;
pub mod store;
pub mod today;
pub mod why;
