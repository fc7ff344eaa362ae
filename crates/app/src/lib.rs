//! Duly: the open platform for recovering overdue debts fairly.
//!
//! `duly_domain` says what is true and what is allowed; this crate is where it happens. Rooms have the same names in both.
//! Start with [`app`], then any room's `mod.rs`; [`web::router`] is the table of contents of the product.

pub mod app;
pub mod config;
pub mod store;

pub mod accounts;
pub mod audit;
pub mod coaching;
pub mod compliance;
pub mod disputes;
pub mod identity;
pub mod intake;
pub mod ledger;
pub mod outreach;
pub mod parties;
pub mod plans;
pub mod reporting;
pub mod strategy;

pub mod cli;
pub mod demo;
pub mod jobs;
pub mod web;

/// For SQLite's pieces as well as ours: what pages and payments take and give back is many and small.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
