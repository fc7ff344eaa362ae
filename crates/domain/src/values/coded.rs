//! Enumerations with a code and words each: parsing, code and display, written once.

/// A table of codes and words for an enumeration. With a count `ALL` is an array, without one a slice.
macro_rules! coded {
    (@all $name:ident, [$($variant:ident),+] $count:literal) => {
        /// Every one, in the order in which they are offered.
        pub const ALL: [$name; $count] = [$($name::$variant),+];
    };
    (@all $name:ident, [$($variant:ident),+]) => {
        /// Every one, in the order in which they are offered.
        pub const ALL: &'static [$name] = &[$($name::$variant),+];
    };
    ($(#[$doc:meta])* $name:ident $(, $count:literal)? { $($(#[$one:meta])* $variant:ident = $code:literal, $words:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $(#[doc = $words] $(#[$one])* #[serde(rename = $code)] $variant),+
        }

        impl $name {
            $crate::values::coded::coded!(@all $name, [$($variant),+] $($count)?);

            /// The code in forms, commands and the database.
            pub const fn code(self) -> &'static str {
                match self {
                    $($name::$variant => $code),+
                }
            }

            /// Finds one by its code.
            pub fn parse(code: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|known| known.code() == code)
            }
        }

        /// The words on screens.
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self {
                    $($name::$variant => $words),+
                })
            }
        }
    };
}

pub(crate) use coded;
