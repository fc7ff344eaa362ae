//! Desks and teams: who works which accounts, under whom, and how work moves from one desk to another.
//!
//! A desk owns accounts and has members, who see its accounts on their list. A team is users under one supervisor; a user
//! belongs to one team or none. Work moves by criteria: previewed first, applied in pieces, undone as a whole ([`moving`]).
//!
//! Shown at `/desks`, `/teams` and `/moves`, where no debtor is named, because administrators see them too.
//!
//! Always true: nobody leaves a desk, or is switched off, while its open accounts would be left to nobody.

pub mod actions;
pub mod moves;
pub mod moving;
pub mod pages;
pub mod store;
pub mod teams;
