//! Stories of several days, in the officers' words.

mod accounts;
mod asking;
pub mod audit;
mod desks;
mod disputes;
mod history;
mod identity;
mod intake;
mod jobs;
mod kept;
mod ledger;
mod letters;
mod limitation;
mod machines;
mod merging;
mod officer;
mod outreach;
mod parties;
mod plans;
mod policy;
mod posting;
mod replay;
mod statuses;
mod store;
mod strategy;
mod why;
mod wishes;
