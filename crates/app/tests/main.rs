//! One integration binary: stories on both engines, routes by URL, the browser.

mod browser;
mod cases;
mod permissions;
mod schema;
mod stories;
