//! Names, found however they are written: without accents, in any script, family name first or last, by sound.
//!
//! A name is kept as it is and never altered; the keys here are only for finding it. Letters of other scripts are written in
//! Latin ones (`Мария` is found by `mariya`), sounds are Double Metaphone (Philips 2000).

use rphonetic::{DoubleMetaphone, Encoder};

/// What a name is found by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameKeys {
    /// The words in their order: `maria del carmen lopez`.
    pub by_name: String,
    /// The family name first: `lopez maria del carmen`.
    pub by_family: String,
    /// How the family name sounds, then the first: `LPS MR`.
    pub by_sound: String,
}

/// What to look for when somebody types a name: beginnings of keys, and sounds when those find too little.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameQuery {
    /// Beginnings of [`NameKeys::by_name`] or [`NameKeys::by_family`].
    pub beginnings: Vec<String>,
    /// Beginnings of [`NameKeys::by_sound`].
    pub sounds: Vec<String>,
}

/// Words that stand behind a family name and are none.
const SUFFIXES: [&str; 8] = ["jr", "sr", "ii", "iii", "iv", "esq", "md", "phd"];

/// A key is cut here: nobody types more.
const LONGEST: usize = 120;

/// The words of a name in small Latin letters and digits.
pub fn words(name: &str) -> Vec<String> {
    deunicode::deunicode(name)
        .to_ascii_lowercase()
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '\'')
        .map(|word| word.replace('\'', ""))
        .filter(|word| !word.is_empty())
        .collect()
}

/// The keys of a name. `Lopez, Maria` is read as `Maria Lopez`.
pub fn keys(name: &str) -> NameKeys {
    let words = match name.split_once(',') {
        Some((family, given)) if !is_suffix_alone(given) => [words(given), words(family)].concat(),
        _ => words(name),
    };
    let is_suffix = |word: &&String| SUFFIXES.contains(&word.as_str());
    let Some(last) = words.iter().rposition(|word| !is_suffix(&word)) else { return NameKeys::default() };
    let family_first: Vec<&str> =
        std::iter::once(last).chain((0..words.len()).filter(|at| *at != last)).map(|at| words[at].as_str()).collect();
    let by_sound = if last == 0 { sound(&words[0]) } else { format!("{} {}", sound(&words[last]), sound(&words[0])) };
    NameKeys { by_name: cut(words.join(" ")), by_family: cut(family_first.join(" ")), by_sound: cut(by_sound) }
}

fn is_suffix_alone(text: &str) -> bool {
    words(text).iter().all(|word| SUFFIXES.contains(&word.as_str()))
}

/// What to look for when this is typed.
pub fn query(text: &str) -> NameQuery {
    let words = words(text);
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return NameQuery::default() };
    if words.len() == 1 {
        return NameQuery { beginnings: vec![cut(first.clone())], sounds: spoken(&[sound(first)]) };
    }
    let mut beginnings = vec![words.join(" ")];
    for turned in [rotated(&words, 1), rotated(&words, words.len() - 1)] {
        if !beginnings.contains(&turned) {
            beginnings.push(turned);
        }
    }
    let sounds = [format!("{} {}", sound(last), sound(first)), format!("{} {}", sound(first), sound(last))];
    NameQuery { beginnings: beginnings.into_iter().map(cut).collect(), sounds: spoken(&sounds) }
}

fn rotated(words: &[String], by: usize) -> String {
    let mut words = words.to_vec();
    words.rotate_left(by);
    words.join(" ")
}

/// Sounds that say something; digits and the like have none.
fn spoken(sounds: &[String]) -> Vec<String> {
    sounds.iter().filter(|sound| !sound.trim().is_empty()).cloned().collect()
}

fn cut(mut key: String) -> String {
    // Keys are ASCII, so any place is the edge of a letter.
    key.truncate(LONGEST);
    key
}

/// How a word sounds; empty where it has no sound.
pub fn sound(word: &str) -> String {
    let letters: String = word.chars().filter(char::is_ascii_alphabetic).collect();
    if letters.is_empty() { String::new() } else { DoubleMetaphone::default().encode(&letters) }
}

/// How alike two names are in whole percent, by the letters of their keys (Dice's coefficient over pairs of letters, 1945).
pub fn likeness(one: &str, other: &str) -> u32 {
    let pairs = |text: &str| {
        let letters: Vec<char> = text.chars().filter(|c| *c != ' ').collect();
        let mut pairs: Vec<(char, char)> = letters.windows(2).map(|pair| (pair[0], pair[1])).collect();
        pairs.sort_unstable();
        pairs
    };
    let (one, mut other) = (pairs(&keys(one).by_name), pairs(&keys(other).by_name));
    let all = one.len() + other.len();
    if all == 0 {
        return 0;
    }
    let mut shared = 0usize;
    for pair in one {
        if let Ok(at) = other.binary_search(&pair) {
            other.remove(at);
            shared += 1;
        }
    }
    u32::try_from(200 * shared / all).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_its_keys() {
        for (name, by_name, by_family, by_sound) in [
            ("Maria del Carmen López", "maria del carmen lopez", "lopez maria del carmen", "LPS MR"),
            ("López, Maria", "maria lopez", "lopez maria", "LPS MR"),
            ("John Smith, Jr.", "john smith jr", "smith john jr", "SM0 JN"),
            ("O'Brien", "obrien", "obrien", "APRN"),
            ("Мария Иванова", "mariia ivanova", "ivanova mariia", "AFNF MR"),
            ("Acme 24 LLC", "acme 24 llc", "llc acme 24", "LK AKM"),
            ("", "", "", ""),
            ("---", "", "", ""),
        ] {
            let found = keys(name);
            assert_eq!(
                (found.by_name.as_str(), found.by_family.as_str(), found.by_sound.as_str()),
                (by_name, by_family, by_sound),
                "{name}"
            );
        }
    }

    #[test]
    fn what_is_typed_looks_in_either_order() {
        let found = query("lopez maria");
        assert_eq!(found.beginnings, ["lopez maria", "maria lopez"]);
        assert_eq!(found.sounds, ["MR LPS", "LPS MR"]);
        assert_eq!(query("Smyth").sounds, [sound("Smith")]);
        assert_eq!(query("  "), NameQuery::default());
        assert_eq!(query("12").sounds, Vec::<String>::new());
    }

    #[test]
    fn likeness_is_in_percent() {
        for (one, other, percent) in [("Ann Otter", "Otter, Ann", 100), ("Jon Smith", "John Smith", 80), ("Ann", "Bob", 0), ("", "", 0)] {
            assert_eq!(likeness(one, other), percent, "{one} and {other}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_keys(name in ".{0,200}") {
            let keys = keys(&name);
            proptest::prop_assert!(keys.by_name.is_ascii() && keys.by_sound.is_ascii() && keys.by_family.len() <= LONGEST);
            query(&name);
        }
    }
}
