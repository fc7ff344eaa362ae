//! Audit: one hash chain per account, so that nothing can be changed or left out unnoticed.
//!
//! An entry's hash is SHA-256 over the text of [`Entry::text`], which holds the hash of the entry before. Whoever has the
//! rows can recompute the chain without our program: the text is plain lines. [`root`] draws all chains together;
//! [`kept`] is what entries say of the rows that were kept with them.

pub mod kept;
pub mod root;

use sha2::{Digest, Sha256};

/// The first line of every hashed text; a changed form gets a new name.
const FORM: &str = "duly-audit-1";

/// What is hashed of one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The chain: an account's id, or `agency` for what concerns no account.
    pub chain: &'a str,
    /// 1, 2, 3 … within the chain.
    pub seq: i64,
    /// Microseconds since 1970.
    pub at_micros: i64,
    /// Who: a user's id, `night` or `command`.
    pub actor: &'a str,
    /// What was done, such as `promise.take`.
    pub act: &'a str,
    /// The particulars, as JSON on one line.
    pub detail: &'a str,
}

/// The hash that stands before the first entry.
pub const START: [u8; 32] = [0; 32];

impl Entry<'_> {
    /// The text that is hashed: the form's name, then each field on its line, then the hash before in hexadecimal.
    pub fn text(&self, previous: &[u8; 32]) -> String {
        let Entry { chain, seq, at_micros, actor, act, detail } = self;
        let mut text = String::with_capacity(detail.len() + 256);
        let mut digits = itoa::Buffer::new();
        text.push_str(FORM);
        for line in [chain, digits.format(*seq), itoa::Buffer::new().format(*at_micros), actor, act, detail, ""] {
            text.push('\n');
            text.push_str(line);
        }
        push_hex(&mut text, previous);
        text.push('\n');
        text
    }

    /// The hash of the entry after the one before.
    pub fn hash(&self, previous: &[u8; 32]) -> [u8; 32] {
        Sha256::digest(self.text(previous).as_bytes()).into()
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    push_hex(&mut text, bytes);
    text
}

/// The same behind a text.
fn push_hex(text: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    // As many bytes at a time as a hash has.
    for bytes in bytes.chunks(32) {
        let mut digits = [0; 64];
        for (at, byte) in bytes.iter().enumerate() {
            (digits[at * 2], digits[at * 2 + 1]) = (DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]);
        }
        text.push_str(std::str::from_utf8(&digits[..bytes.len() * 2]).expect("digits are text"));
    }
}

/// Walks one chain in order and says where it first breaks.
#[derive(Clone, Copy, Debug)]
pub struct Verifier {
    seq: i64,
    previous: [u8; 32],
}

impl Default for Verifier {
    fn default() -> Verifier {
        Verifier { seq: 0, previous: START }
    }
}

impl Verifier {
    /// Takes the next entry with the hash stored beside it; the error names what does not fit.
    pub fn take(&mut self, entry: &Entry<'_>, stored: &[u8]) -> Result<(), &'static str> {
        if entry.seq != self.seq + 1 {
            return Err("an entry is missing or out of order");
        }
        let hash = entry.hash(&self.previous);
        if hash != stored {
            return Err("an entry was changed");
        }
        (self.seq, self.previous) = (entry.seq, hash);
        Ok(())
    }

    /// How many entries were taken, and the hash of the last: what the chain's head must say.
    pub fn head(&self) -> (i64, [u8; 32]) {
        (self.seq, self.previous)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Entry = Entry { chain: "acc_1", seq: 1, at_micros: 10, actor: "usr_1", act: "promise.take", detail: "{}" };
    const SECOND: Entry = Entry { chain: "acc_1", seq: 2, at_micros: 20, actor: "night", act: "promise.break", detail: "{}" };

    #[test]
    fn a_chain_verifies_and_any_change_breaks_it() {
        let (first, second) = (FIRST.hash(&START), SECOND.hash(&FIRST.hash(&START)));
        let mut whole = Verifier::default();
        assert_eq!(whole.take(&FIRST, &first).and(whole.take(&SECOND, &second)), Ok(()));
        assert_eq!(whole.head(), (2, second));

        let mut changed = Verifier::default();
        assert_eq!(changed.take(&Entry { detail: "{\"amount\":1}", ..FIRST }, &first), Err("an entry was changed"));
        let mut cut = Verifier::default();
        assert_eq!(cut.take(&SECOND, &second), Err("an entry is missing or out of order"));
    }

    #[test]
    fn the_hashed_text_is_plain_lines() {
        let text = FIRST.text(&START);
        assert_eq!(text, format!("duly-audit-1\nacc_1\n1\n10\nusr_1\npromise.take\n{{}}\n{}\n", "0".repeat(64)));
    }
}
