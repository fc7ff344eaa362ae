//! What is to be heeded about somebody: each with a source and a beginning, and an end when it is lifted.

use std::fmt;

/// A circumstance of a person or business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Circumstance {
    /// Has died.
    Deceased,
    /// Is in insolvency.
    Bankrupt,
    /// Is represented by an attorney.
    Represented,
    /// Serves in the forces.
    Military,
    /// Needs particular care: health, age, disaster, domestic violence, language.
    Vulnerable,
    /// Is in prison.
    Incarcerated,
    /// Is under age.
    Minor,
    /// Cannot pay for a while, by what they told us.
    Hardship,
}

impl Circumstance {
    /// All of them, as screens list them.
    pub const ALL: [Circumstance; 8] = [
        Circumstance::Deceased,
        Circumstance::Bankrupt,
        Circumstance::Represented,
        Circumstance::Military,
        Circumstance::Vulnerable,
        Circumstance::Incarcerated,
        Circumstance::Minor,
        Circumstance::Hardship,
    ];

    /// Its code in tables and files.
    pub fn code(self) -> &'static str {
        match self {
            Circumstance::Deceased => "deceased",
            Circumstance::Bankrupt => "bankrupt",
            Circumstance::Represented => "represented",
            Circumstance::Military => "military",
            Circumstance::Vulnerable => "vulnerable",
            Circumstance::Incarcerated => "incarcerated",
            Circumstance::Minor => "minor",
            Circumstance::Hardship => "hardship",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Circumstance> {
        Circumstance::ALL.into_iter().find(|known| known.code() == code)
    }
}

impl fmt::Display for Circumstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Circumstance::Deceased => "Deceased",
            Circumstance::Bankrupt => "In bankruptcy",
            Circumstance::Represented => "Has an attorney",
            Circumstance::Military => "In the forces",
            Circumstance::Vulnerable => "Needs particular care",
            Circumstance::Incarcerated => "In prison",
            Circumstance::Minor => "Under age",
            Circumstance::Hardship => "Cannot pay for a while",
        })
    }
}
