//! Limits and the policy for offers, proposed by one person and decided about by another, on a page or by command.
//!
//! What is proposed is kept as its text and holds nothing. [`actions`] reads it, names every problem by its line, and makes of what is
//! approved a version like one that was set at once. [`words`] says what a text means, and what of it differs from what is in force.
//! Stored in `terms_proposals`; shown at `/compliance/terms/limits` and `/compliance/terms/offers`.
//!
//! Always true: nobody approves what they proposed; what is approved holds from its day, or from the day of its approval if that is later.

pub mod actions;
pub mod pages;
pub mod store;
pub mod words;

/// What is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// What somebody may grant alone.
    Limits,
    /// What may be offered.
    Offers,
}

impl About {
    /// The code in addresses, commands and the database.
    pub const fn code(self) -> &'static str {
        match self {
            About::Limits => "limits",
            About::Offers => "offers",
        }
    }

    /// Finds one by its code.
    pub fn parse(code: &str) -> Option<About> {
        [About::Limits, About::Offers].into_iter().find(|known| known.code() == code)
    }

    /// Its name on screens.
    pub const fn title(self) -> &'static str {
        match self {
            About::Limits => "Limits",
            About::Offers => "Policy for offers",
        }
    }
}
