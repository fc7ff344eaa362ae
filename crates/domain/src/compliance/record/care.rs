//! What calls for care with a person: it changes how they are reached, never what they owe or when their turn comes.

use serde::{Deserialize, Serialize};

/// What is to be heeded about a person who is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Care {
    /// Needs particular care.
    pub is_vulnerable: bool,
    /// Is in prison.
    pub is_incarcerated: bool,
    /// Is under age.
    pub is_minor: bool,
    /// Cannot pay for a while, by what they told us.
    pub is_in_hardship: bool,
}

impl Care {
    /// Whether trained staff should speak with them.
    pub const fn is_called_for(self) -> bool {
        self.is_vulnerable || self.is_incarcerated || self.is_in_hardship
    }
}
