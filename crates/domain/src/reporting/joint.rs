//! People beside the debtor, as a bureau is told of them: who owes it too, and who answers for it.
//!
//! A co-debtor stands beside the debtor (ECOA 2 for both), a guarantor behind them (5; the debtor is the maker, 7). Nobody else on an account
//! is told of. Whoever was told as owing it and is not on it any more is told once more, as somebody whose record of it goes (Z).
//!
//! Read [`tell`]. Source: the Metro 2 format, segments J1 and J2, and its codes under the Equal Credit Opportunity Act. Always true: nobody
//! is told of whose name or address is not whole, or who was never told of the debt themselves (12 CFR 1006.30(a)(1)).

use super::consumer::{Address, Name};
use crate::values::coded::coded;

coded! {
    /// How somebody owes a debt beside its debtor.
    Liability {
        /// Owes it with the debtor.
        Joint = "2", "owes it too";
        /// Answers for the debtor.
        Guarantor = "5", "answers for it";
    }
}

coded! {
    /// Why somebody on an account is not told of.
    LeftAside {
        /// A business has no consumer report.
        Business = "business", "it is a business";
        /// No one of that name could be found.
        NoName = "no_name", "the name has no family name and given name";
        /// They could not be told apart.
        NoAddress = "no_address", "there is no whole address in the United States";
        /// 12 CFR 1006.30(a)(1).
        Untold = "untold", "nobody spoke with them about it or wrote to them, or the days of a return still run (12 CFR 1006.30(a)(1))";
    }
}

impl Liability {
    /// How somebody in a role on an account owes it; nothing for the roles that do not.
    pub fn of_role(role: &str) -> Option<Liability> {
        match role {
            "co_debtor" => Some(Liability::Joint),
            "guarantor" => Some(Liability::Guarantor),
            _ => None,
        }
    }
}

/// The code of somebody who died.
pub const DECEASED: &str = "X";
/// The code of somebody whose record of the account goes.
pub const GONE: &str = "Z";

/// What must be known of somebody beside the debtor.
#[derive(Clone, Debug)]
pub struct Person {
    /// How they owe it; nothing where they do not any more.
    pub liability: Option<Liability>,
    /// Whether it is a business.
    pub is_business: bool,
    /// Known to have died.
    pub is_deceased: bool,
    /// They themselves were told enough about the debt.
    pub is_told: bool,
    /// The parts of their name.
    pub name: Option<Name>,
    /// The parts of their address.
    pub address: Option<Address>,
}

/// Somebody who is told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// The code of how they owe it.
    pub ecoa: &'static str,
    /// Their name.
    pub name: Name,
    /// Their address.
    pub address: Address,
}

/// What is told of somebody beside the debtor, or why nothing is.
pub fn tell(person: Person) -> Result<Beside, LeftAside> {
    if person.is_business {
        return Err(LeftAside::Business);
    }
    let name = person.name.ok_or(LeftAside::NoName)?;
    let address = person.address.ok_or(LeftAside::NoAddress)?;
    let ecoa = match person.liability {
        None => GONE,
        Some(_) if !person.is_told => return Err(LeftAside::Untold),
        Some(_) if person.is_deceased => DECEASED,
        Some(liability) => liability.code(),
    };
    Ok(Beside { ecoa, name, address })
}

/// The code of the debtor, beside whom these are told of.
pub fn of_debtor<'c>(is_deceased: bool, beside: impl IntoIterator<Item = &'c str>) -> &'static str {
    let (mut with_joint, mut with_guarantor) = (false, false);
    for code in beside {
        with_joint |= code == Liability::Joint.code();
        with_guarantor |= code == Liability::Guarantor.code();
    }
    match (is_deceased, with_joint, with_guarantor) {
        (true, ..) => DECEASED,
        (_, true, _) => Liability::Joint.code(),
        (_, _, true) => "7",
        _ => "1",
    }
}

#[cfg(test)]
mod tests {
    use super::super::consumer;
    use super::*;
    use proptest::prelude::*;

    fn person(role: &str) -> Person {
        Person {
            liability: Liability::of_role(role),
            is_business: false,
            is_deceased: false,
            is_told: true,
            name: consumer::name("Ana Lopez"),
            address: consumer::address("12 Mill Road, Columbus, OH, 43205"),
        }
    }

    #[test]
    fn who_owes_it_too_is_told_by_their_own_code() {
        let code = |person: Person| tell(person).map(|beside| beside.ecoa);
        assert_eq!(code(person("co_debtor")), Ok("2"));
        assert_eq!(code(person("guarantor")), Ok("5"));
        assert_eq!(code(Person { is_deceased: true, ..person("guarantor") }), Ok("X"));
        // Who was told of and owes it no more goes, whether or not we spoke with them.
        assert_eq!(code(Person { is_told: false, ..person("spouse") }), Ok("Z"));
        assert_eq!(code(Person { is_told: false, ..person("co_debtor") }), Err(LeftAside::Untold));
        assert_eq!(code(Person { is_business: true, ..person("guarantor") }), Err(LeftAside::Business));
        assert_eq!(code(Person { name: None, ..person("guarantor") }), Err(LeftAside::NoName));
        assert_eq!(code(Person { address: None, ..person("guarantor") }), Err(LeftAside::NoAddress));
    }

    #[test]
    fn the_debtor_is_told_as_those_beside_them_have_it() {
        //  deceased  beside           code
        for (is_deceased, beside, code) in [
            (false, &[][..], "1"),
            (false, &["2"], "2"),
            (false, &["5"], "7"),
            (false, &["5", "2"], "2"),
            (false, &["Z"], "1"),
            (false, &["X"], "1"),
            (true, &["2"], "X"),
        ] {
            assert_eq!(of_debtor(is_deceased, beside.iter().copied()), code, "{beside:?}");
        }
    }

    proptest! {
        /// Whoever is told of has a code that the format knows.
        #[test]
        fn every_code_is_one_of_the_format(role in prop::sample::select(vec!["co_debtor", "guarantor", "spouse", ""]), flags in any::<[bool; 3]>()) {
            let [is_business, is_deceased, is_told] = flags;
            if let Ok(beside) = tell(Person { is_business, is_deceased, is_told, ..person(role) }) {
                prop_assert!(["2", "5", "X", "Z"].contains(&beside.ecoa));
                prop_assert!(["1", "2", "7", "X"].contains(&of_debtor(is_deceased, [beside.ecoa])));
            }
        }
    }
}
