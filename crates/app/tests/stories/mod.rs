//! Stories of several days, in the officers' words.

mod accounts;
mod desks;
mod identity;
mod intake;
mod jobs;
mod ledger;
mod outreach;
mod parties;
mod plans;
