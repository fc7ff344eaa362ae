//! Notifications of change: what their bank says is right, put in the place of what we held.
//!
//! Where what stands in the corrected data follows from the code. A number of a bank that does not prove itself, or an account that is
//! neither checking nor savings, is left to a person.

use crate::ledger::ach::writing::{BankAccountKind, Routing, is_number};

/// How an account at a bank is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// The bank.
    pub bank: Routing,
    /// The number of the account. Never shown whole.
    pub number: String,
    /// What kind of account it is.
    pub kind: BankAccountKind,
}

/// The details as a notification corrects them; nothing where a person must look at it.
pub fn correct(code: &str, data: &str, held: &Details) -> Option<Details> {
    let at = |from: usize, to: usize| data.chars().skip(from - 1).take(to + 1 - from).collect::<String>().trim().to_string();
    let bank = |from: usize| Routing::parse(&at(from, from + 8));
    let number = |from: usize| Some(at(from, from + 16)).filter(|number| is_number(number));
    let kind = |from: usize| kind_of(&at(from, from + 1));
    let held = held.clone();
    Some(match code {
        "C01" => Details { number: number(1)?, ..held },
        "C02" => Details { bank: bank(1)?, ..held },
        "C03" => Details { bank: bank(1)?, number: number(13)?, ..held },
        "C05" => Details { kind: kind(1)?, ..held },
        "C06" => Details { number: number(1)?, kind: kind(21)?, ..held },
        "C07" => Details { bank: bank(1)?, number: number(10)?, kind: kind(27)? },
        _ => return None,
    })
}

/// The kind of account that a transaction code speaks of.
fn kind_of(code: &str) -> Option<BankAccountKind> {
    match code {
        "22" | "23" | "24" | "27" | "28" | "29" => Some(BankAccountKind::Checking),
        "32" | "33" | "34" | "37" | "38" | "39" => Some(BankAccountKind::Savings),
        _ => None,
    }
}

/// The last four letters of a number, which may be shown.
pub fn last_four(number: &str) -> String {
    let letters: Vec<char> = number.chars().filter(|letter| letter.is_ascii_alphanumeric()).collect();
    letters[letters.len().saturating_sub(4)..].iter().collect()
}
