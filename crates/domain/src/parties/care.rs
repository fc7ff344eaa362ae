//! The needs of somebody who needs particular care, and what helps. They are written down with that person's consent alone; without it
//! only that there is a need.

use std::fmt;

macro_rules! needs {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $words:literal, $helps:literal;)*) => {
        /// A need.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Need {
            $($(#[$doc])* $name,)*
        }

        impl Need {
            /// Every one, as screens list them.
            pub const ALL: &'static [Need] = &[$(Need::$name),*];

            /// Its code in forms and tables.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Need::$name => $code,)*
                }
            }

            /// Reads a code.
            pub fn parse(code: &str) -> Option<Need> {
                Need::ALL.iter().copied().find(|known| known.code() == code)
            }

            /// What helps, in a sentence.
            pub const fn helps(self) -> &'static str {
                match self {
                    $(Need::$name => $helps,)*
                }
            }
        }

        impl fmt::Display for Need {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Need::$name => $words,)*
                })
            }
        }
    };
}

needs! {
    /// Illness or disability.
    Health = "health", "Health", "Ask when and how they can talk; offer to write.";
    /// Great age.
    Age = "age", "Age", "Speak slowly, sum up, send what was agreed in writing.";
    /// A disaster where they live.
    Disaster = "disaster", "Disaster", "Let the account stand still for a while.";
    /// Domestic violence.
    DomesticViolence = "domestic_violence", "Domestic violence", "Leave no message; use only the way they named as safe.";
    /// Another language.
    Language = "language", "Language", "Use an interpreter or somebody who speaks it.";
    /// Reading is hard.
    Reading = "reading", "Reading", "Say it; do not rely on letters.";
    /// A loss in the family.
    Bereavement = "bereavement", "Bereavement", "Let some weeks pass.";
    /// Income was lost.
    IncomeLoss = "income_loss", "Loss of income", "Ask what they can pay after their essentials; a small plan or none.";
}
