//! Stories of several days, in the officers' words.

mod accounts;
mod asking;
mod audit;
mod desks;
mod history;
mod identity;
mod intake;
mod jobs;
mod kept;
mod letters;
mod ledger;
mod outreach;
mod parties;
mod plans;
mod posting;
mod store;
mod strategy;
