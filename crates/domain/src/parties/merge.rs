//! Are two records one person? Weights with their reasons, for somebody to decide; nothing is merged by itself.
//!
//! Points for what agrees and against what differs, in the manner of Fellegi and Sunter ("A Theory for Record Linkage", 1969):
//! what strangers rarely share weighs much, what many share weighs little.

use super::name::{keys, likeness};
use jiff::civil::Date;

/// What is known of one record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identifying {
    /// The name as it stands.
    pub name: Option<String>,
    /// Date of birth.
    pub date_of_birth: Option<Date>,
    /// Telephone numbers in E.164.
    pub phones: Vec<String>,
    /// E-mail addresses.
    pub emails: Vec<String>,
    /// Postal addresses as one line.
    pub addresses: Vec<String>,
    /// Whether it is a business.
    pub is_business: bool,
}

/// How much speaks for one person, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// Points; see [`LIKELY`].
    pub weight: i32,
    /// Each part: words, points.
    pub because: Vec<(String, i32)>,
}

/// From here on somebody should look.
pub const LIKELY: i32 = 60;

/// Weighs two records.
pub fn weigh(one: &Identifying, other: &Identifying) -> Likeness {
    let mut because: Vec<(String, i32)> = Vec::new();
    let mut add = |says: &str, points: i32| because.push((says.to_string(), points));
    if let (Some(a), Some(b)) = (&one.name, &other.name) {
        let (a_keys, b_keys) = (keys(a), keys(b));
        match likeness(a, b) {
            _ if a_keys.by_name.is_empty() || b_keys.by_name.is_empty() => {}
            _ if a_keys.by_name == b_keys.by_name => add("the same name", 35),
            percent if percent >= 80 => add("nearly the same name", 25),
            percent if a_keys.by_sound == b_keys.by_sound && percent >= 40 => add("names that sound alike", 20),
            percent if percent < 40 => add("other names", -30),
            _ => {}
        }
    }
    match (one.date_of_birth, other.date_of_birth) {
        (Some(a), Some(b)) if a == b => add("the same date of birth", 40),
        (Some(a), Some(b)) if a.year() == b.year() && a.month() == b.day() && a.day() == b.month() => {
            add("the same date of birth, day and month turned", 30);
        }
        (Some(_), Some(_)) => add("other dates of birth", -50),
        _ => {}
    }
    let shares = |a: &[String], b: &[String]| a.iter().any(|value| b.contains(value));
    if shares(&one.phones, &other.phones) {
        add("the same telephone number", 30);
    }
    if shares(&one.emails, &other.emails) {
        add("the same e-mail address", 35);
    }
    let folded = |addresses: &[String]| -> Vec<String> {
        addresses
            .iter()
            .map(|address| super::name::words(address))
            .filter(|words| names_a_house(words))
            .map(|words| words.join(" "))
            .collect()
    };
    if shares(&folded(&one.addresses), &folded(&other.addresses)) {
        add("the same postal address", 20);
    }
    if one.is_business != other.is_business {
        add("one is a person, the other a business", -60);
    }
    let weight = because.iter().map(|(_, points)| points).sum();
    Likeness { weight, because }
}

/// Whether an address says more than the city and its postal code, which thousands share.
fn names_a_house(words: &[String]) -> bool {
    let number = words.iter().position(|word| word.bytes().any(|byte| byte.is_ascii_digit()));
    number.is_some_and(|at| at + 1 < words.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn person(name: &str, born: Option<Date>, phone: &str, address: &str) -> Identifying {
        Identifying {
            name: Some(name.into()),
            date_of_birth: born,
            phones: vec![phone.into()],
            addresses: vec![address.into()],
            ..Identifying::default()
        }
    }

    #[test]
    fn what_agrees_speaks_for_and_what_differs_against() {
        let maria = person("María López", Some(date(1980, 4, 2)), "+16145550100", "1 Alder Lane, Columbus");
        for (other, weight, likely) in [
            (person("Lopez, Maria", Some(date(1980, 4, 2)), "+16145550100", "1 ALDER LANE Columbus"), 125, true),
            (person("Maria Lopez", None, "+16145550199", "9 Elm"), 35, false),
            (person("Carlos Ruiz", None, "+16145550199", "OH, 43205"), -30, false),
            (person("Maria Lopez", Some(date(1980, 2, 4)), "+1", ""), 65, true),
            (person("Maria Lopez", Some(date(1955, 1, 1)), "+16145550100", ""), 15, false),
            (person("Carlos Ruiz", None, "+16145550100", "1 Alder Lane, Columbus"), 20, false),
        ] {
            let found = weigh(&maria, &other);
            assert_eq!((found.weight, found.weight >= LIKELY), (weight, likely), "{:?}: {:?}", other.name, found.because);
        }
        // A city and its postal code are no address that two people share.
        let somewhere = |phone: &str| person("Maria Lopez", None, phone, "Columbus, OH, 43205");
        assert_eq!(weigh(&somewhere("+1"), &somewhere("+2")).weight, 35);
    }
}
