//! Anything at all, and a file bent in any way: nothing panics, and a total that no longer fits is said.

use super::read;
use super::tests::FILE;
use proptest::prelude::*;

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "[1-9].{39,400}") {
        match read(&text) {
            Err(says) => prop_assert!(!says.is_empty()),
            Ok(file) => prop_assert!(file.problems.iter().all(|problem| !problem.says.is_empty())),
        }
    }

    #[test]
    fn a_bent_file_explains_itself(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<char>(), 0u8..3), 1..8)) {
        let mut chars: Vec<char> = FILE.chars().collect();
        for (at, with, how) in changes {
            let at = at.index(chars.len());
            match how {
                0 => chars[at] = with,
                1 => chars.insert(at, with),
                _ => { chars.remove(at); }
            }
        }
        if let Ok(file) = read(&chars.into_iter().collect::<String>()) {
            prop_assert!(file.problems.iter().all(|problem| !problem.says.is_empty()));
        }
    }

    #[test]
    fn an_amount_that_was_altered_does_not_pass(minor in 0i64..10_000_000_000) {
        let text = FILE.replacen("0100000000  ", &format!("{minor:010}  "), 1);
        prop_assert_eq!(read(&text).unwrap().refuses(), minor != 100_000_000);
    }
}
