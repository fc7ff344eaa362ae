//! Parties: the people and businesses who owe, how to reach them, and what they told us about that.

pub mod actions;
pub mod masking;
pub mod merge;
pub mod pages;
pub mod people;
pub mod person;
pub mod status;
pub mod store;

/// What stands where a person's name goes.
pub fn name_of(name: Option<&str>) -> &str {
    name.unwrap_or("No name on file")
}
