//! Names as programs of plain-text accounting read them, and no two of them alike.
//!
//! What a name holds that has a meaning there is replaced; where that changed it, a mark tells it from one that would look the same.

/// A text in a journal of hledger: no colons, semicolons, bars, double blanks, line ends, parentheses.
pub fn hledger_text(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace([':', ';', '|'], "-").replace(['(', ')'], "'")
}

/// A part of an account's name in hledger.
pub fn hledger_part(name: &str, mark: &str) -> String {
    match hledger_text(name) {
        plain if plain == name => plain,
        plain => format!("{plain} {mark}").trim().to_string(),
    }
}

/// A part of an account's name in beancount: letters of ASCII, digits and dashes, of which the first is a capital or a digit.
pub fn beancount_part(name: &str, mark: &str) -> String {
    let letters = deunicode::deunicode(name);
    let mut plain: String = letters.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    if let Some(first) = plain.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    match plain.as_bytes().first() {
        Some(first) if first.is_ascii_alphanumeric() && plain == name => plain,
        Some(first) if first.is_ascii_alphanumeric() => format!("{plain}-{mark}"),
        _ => format!("X{plain}-{mark}"),
    }
}

/// A text in quotes, as beancount reads it.
pub fn beancount_text(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("\"{}\"", words.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_lose_what_has_a_meaning_and_are_marked_then() {
        assert_eq!(hledger_part("R-1", "7f"), "R-1");
        assert_eq!(hledger_part("A:B", "7f"), "A-B 7f");
        assert_eq!(hledger_text("Maria; the  (other)\none"), "Maria- the 'other' one");
        assert_eq!(beancount_part("Larkfield", "7f"), "Larkfield");
        assert_eq!(beancount_part("R-1", "7f"), "R-1");
        assert_eq!(beancount_part("müller & co", "7f"), "Muller---co-7f");
        assert_eq!(beancount_part("-1", "7f"), "X-1-7f");
        assert_eq!(beancount_part("", "7f"), "X-7f");
        assert_eq!(beancount_text("a \"b\"\\\n c"), "\"a \\\"b\\\"\\\\ c\"");
    }

    proptest! {
        #[test]
        fn every_name_can_be_read(name in any::<String>()) {
            let part = beancount_part(&name, "7f");
            prop_assert!(part.starts_with(|first: char| first.is_ascii_uppercase() || first.is_ascii_digit()), "{part}");
            prop_assert!(part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "{part}");
            let part = hledger_part(&name, "7f");
            prop_assert!(!part.contains(['\n', ';', ':', '|']) && !part.contains("  "), "{part}");
        }
    }
}
