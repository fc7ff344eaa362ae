//! The story harness: a floor with a frozen clock, on both engines. Never ships.

mod floor;
mod people;
pub mod server;
mod tampering;

pub use floor::{Engine, Floor, Officer, PASSWORD, Person};

/// Stories told once and run on both engines: each becomes a module with the tests `sqlite` and `postgres`.
#[macro_export]
macro_rules! both_engines {
    ($($(#[$doc:meta])* fn $name:ident(mut $floor:ident: $day:literal) $body:block)*) => {$(
        $(#[$doc])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            #[test]
            fn sqlite() {
                run($crate::Floor::on($crate::Engine::Sqlite, $day));
            }

            #[test]
            fn postgres() {
                run($crate::Floor::on($crate::Engine::Postgres, $day));
            }

            #[allow(unused_mut)]
            fn run(mut $floor: $crate::Floor) $body
        }
    )*};
}
