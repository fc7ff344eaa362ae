//! Anything at all, and a file bent in any way: nothing panics, and every refusal says why.

use super::read;
use proptest::prelude::*;

/// A header, nothing else, and a trailer that says so.
fn empty_file() -> Vec<u8> {
    let counts = "000000000".repeat(44);
    let counts = counts.replacen("000000000", "000000000         ", 1).chars().take(396).collect::<String>();
    let mut trailer = format!("{:<426}", format!("0426TRAILER{counts}"));
    trailer.replace_range(56..65, "000000002");
    format!("{:<426}{trailer}", "0426HEADER").into_bytes()
}

#[test]
fn a_file_of_nothing_is_whole() {
    let file = read(&empty_file()).unwrap();
    assert!(!file.refuses() && file.accounts.is_empty(), "{:?}", file.problems);
    // In blocks it is the same, whether the trailer has a block of its own or not.
    for block in ["", "0430"] {
        let mut blocked = [&b"0430"[..], empty_file().as_slice()].concat();
        blocked.splice(430..430, block.bytes());
        let file = read(&blocked).unwrap();
        assert!(!file.refuses() && file.is_blocked, "{block}: {:?}", file.problems);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..900), is_packed: bool) {
        let head: &[u8] = if is_packed { b"\x01\x6e\x00\x00HEADER" } else { b"0426HEADER" };
        for bytes in [bytes.clone(), [head, &bytes].concat()] {
            match read(&bytes) {
                Err(says) => prop_assert!(!says.is_empty()),
                Ok(file) => prop_assert!(file.problems.iter().all(|problem| !problem.says.is_empty())),
            }
        }
    }

    #[test]
    fn a_bent_file_explains_itself(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..3), 1..8)) {
        let mut bytes = empty_file();
        for (at, with, how) in changes {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = with,
                1 => bytes.insert(at, with),
                _ => { bytes.remove(at); }
            }
        }
        if let Ok(file) = read(&bytes) {
            prop_assert!(file.problems.iter().all(|problem| !problem.says.is_empty()));
        }
    }

    #[test]
    fn a_file_cut_short_is_never_taken_for_whole(length in 11usize..851) {
        let cut = empty_file()[..length].to_vec();
        prop_assert!(read(&cut).unwrap().refuses());
    }
}
