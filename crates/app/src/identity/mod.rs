//! Identity: users, their passwords and their sessions.
//!
//! A password is kept as Argon2id; a session's token only as its SHA-256. Read [`actions`].

pub mod actions;
pub mod names;
pub mod pages;
pub mod password;
pub mod settings;
pub mod store;
pub mod users;
