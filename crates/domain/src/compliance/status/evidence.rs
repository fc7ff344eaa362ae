//! How we know that a status began or is over.

use std::fmt;

macro_rules! evidence {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $words:literal;)*) => {
        /// How we know.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Evidence {
            $($(#[$doc])* $name,)*
        }

        impl Evidence {
            /// Every one.
            pub const ALL: &'static [Evidence] = &[$(Evidence::$name),*];

            /// Its code in commands, forms and tables.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Evidence::$name => $code,)*
                }
            }

            /// Reads a code.
            pub fn parse(code: &str) -> Option<Evidence> {
                Evidence::ALL.iter().copied().find(|known| known.code() == code)
            }
        }

        impl fmt::Display for Evidence {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Evidence::$name => $words,)*
                })
            }
        }
    };
}

evidence! {
    /// They wrote a letter.
    Letter = "letter", "Their letter";
    /// They wrote by e-mail, text or the portal.
    Message = "message", "Their e-mail, text or portal message";
    /// They said it.
    Said = "said", "They said so";
    /// Their lawyer wrote or said it.
    LawyersWord = "lawyer", "Their lawyer's word";
    /// The lawyer did not answer in reasonable time.
    LawyerSilent = "lawyer_silent", "The lawyer did not answer";
    /// A notice of a court.
    CourtNotice = "court_notice", "Notice of the court";
    /// An order of a court.
    CourtOrder = "court_order", "Order of the court";
    /// The courts' docket.
    Docket = "pacer", "The courts' docket (PACER)";
    /// Family told us.
    Family = "family", "Their family";
    /// A death certificate.
    DeathCertificate = "death_certificate", "Death certificate";
    /// Letters by which a court names who acts for the estate.
    EstatePapers = "estate_papers", "Papers of the estate";
    /// The client's file says so.
    Client = "client", "The client told us";
    /// A check against a register of deaths, filings or addresses.
    Check = "check", "A check of registers";
    /// The Department of Defense's register.
    DefenseRegister = "defense_register", "The register of the Department of Defense";
    /// Military orders.
    Orders = "orders", "Military orders";
    /// The register of a prison.
    PrisonRegister = "prison_register", "The register of the prison";
    /// A document that shows a date of birth.
    BirthDocument = "birth_document", "A document with their date of birth";
    /// A public agency or somebody who cares for them.
    Carer = "carer", "An agency or somebody who cares for them";
    /// It was entered by mistake.
    Mistake = "mistake", "It was entered by mistake";
}
