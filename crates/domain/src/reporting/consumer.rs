//! A consumer as a bureau's file names them: the parts of a name and of an address, in capital letters of ASCII.
//!
//! Source: the Metro 2 format's base segment, fields 27 to 44. What the record does not keep (a social security number) is not told.

use crate::values::point::parse_zip;
use crate::values::region;

/// The parts of a person's name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// The family's.
    pub family: String,
    /// The first given one.
    pub given: String,
    /// The others.
    pub middle: String,
    /// `J`, `S`, or the number of the generation.
    pub generation: &'static str,
}

/// The parts of an address in the United States.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// House and street.
    pub street: String,
    /// Unit, floor, care of.
    pub second: String,
    /// City.
    pub city: String,
    /// Two letters.
    pub state: String,
    /// Five digits.
    pub zip: String,
}

/// The parts of a name: `Maria de Lopez Jr`, or `Lopez, Maria`. Nothing where there are not at least two words.
pub fn name(text: &str) -> Option<Name> {
    let (family, given) = match text.split_once(',') {
        Some((family, given)) if words(given).iter().any(|word| generation(word).is_none()) => (words(family), words(given)),
        _ => {
            let mut all = words(text);
            let at = all.iter().rposition(|word| generation(word).is_none())?;
            let suffixes = all.split_off(at + 1);
            (all.split_off(at).into_iter().chain(suffixes).collect(), all)
        }
    };
    let sign = family.iter().chain(&given).find_map(|word| generation(word)).unwrap_or_default();
    let own = |words: &[String]| words.iter().filter(|word| generation(word).is_none()).cloned().collect::<Vec<_>>();
    let (family, given) = (own(&family), own(&given));
    let (first, middle) = given.split_first()?;
    (!family.is_empty()).then(|| Name { family: family.join(" "), given: first.clone(), middle: middle.join(" "), generation: sign })
}

fn words(text: &str) -> Vec<String> {
    let plain = capitals(text);
    let words = plain.split_whitespace().map(|word| word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric()));
    words.filter(|word| !word.is_empty()).map(String::from).collect()
}

/// The sign of a generation, where a word is one.
fn generation(word: &str) -> Option<&'static str> {
    Some(match word {
        "JR" => "J",
        "SR" => "S",
        "II" => "2",
        "III" => "3",
        "IV" => "4",
        _ => return None,
    })
}

/// The parts of an address kept in one line, `street, unit, city, state, ZIP`. Nothing where it is no whole address of a state.
pub fn address(text: &str) -> Option<Address> {
    let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    let [lines @ .., city, state, zip] = parts.as_slice() else { return None };
    let (street, second) = lines.split_first()?;
    let zip = parse_zip(zip).ok()?;
    region::states_of_zip(&zip).contains(state).then(|| Address {
        street: capitals(street),
        second: capitals(&second.join(" ")),
        city: capitals(city),
        state: (*state).to_string(),
        zip,
    })
}

/// A text in capital letters of ASCII.
pub fn capitals(text: &str) -> String {
    deunicode::deunicode(text).to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Option<[String; 4]> {
        name(text).map(|name| [name.family, name.given, name.middle, name.generation.to_string()])
    }

    #[test]
    fn names_are_taken_apart() {
        let of = |parts: [&str; 4]| Some(parts.map(String::from));
        assert_eq!(parts("Maria Lopez"), of(["LOPEZ", "MARIA", "", ""]));
        assert_eq!(parts("José Luis García-Márquez Jr."), of(["GARCIA-MARQUEZ", "JOSE", "LUIS", "J"]));
        assert_eq!(parts("García Márquez, José Luis"), of(["GARCIA MARQUEZ", "JOSE", "LUIS", ""]));
        assert_eq!(parts("John Smith, III"), of(["SMITH", "JOHN", "", "3"]));
        assert_eq!((parts("Cher"), parts(""), parts("Jr.")), (None, None, None));
    }

    #[test]
    fn an_address_is_taken_apart_or_is_none() {
        let whole = address("12 Ave. José Martí, Apt 4, Albuquerque, NM, 87106-1234").unwrap();
        assert_eq!((whole.street.as_str(), whole.second.as_str()), ("12 AVE. JOSE MARTI", "APT 4"));
        assert_eq!((whole.city.as_str(), whole.state.as_str(), whole.zip.as_str()), ("ALBUQUERQUE", "NM", "87106"));
        assert_eq!(address("590 Alder Lane, Albuquerque, NM, 87106").unwrap().second, "");
        for text in [
            "Albuquerque, NM, 87106",
            "590 Alder Lane, Albuquerque, OH, 87106",
            "590 Alder Lane, Albuquerque, NM",
            "",
            "1 Rue X, Paris, 75001",
        ] {
            assert_eq!(address(text), None, "{text}");
        }
    }
}
