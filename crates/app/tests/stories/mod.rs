//! Stories of several days, in the officers' words.

mod accounts;
mod audit;
mod history;
mod intake;
mod jobs;
mod ledger;
mod outreach;
mod parties;
mod plans;
mod store;
