//! One integration binary: stories on both engines, routes by URL, the browser.

#![allow(clippy::unwrap_used, reason = "a test that meets what it did not expect ends there")]

mod axe;
mod browser;
mod call_desk;
mod cases;
mod coaching_pages;
mod command_line;
mod crash;
mod incoming;
mod joint_asked_pages;
mod joint_pages;
mod letters_pdf;
mod live;
mod localstripe;
mod many;
mod negotiation_desk;
mod permissions;
mod practice_desk;
mod processor_pages;
mod schema;
mod stories;
mod tls;
mod trust_pages;
mod write_off_pages;
