//! The daily root: one hash over the heads of all chains, so that one signature a day holds everything that was recorded.
//!
//! The tree is that of RFC 6962: a leaf is SHA-256 of a zero byte and the head's lines, a node SHA-256 of a one byte and its
//! two halves, the left half the largest power of two. Heads come in order of their chain's name, byte by byte, one at a
//! time: [`Tree`] keeps one hash per level and no more. [`Root::text`] is what is signed.
//!
//! Always true: a root names the root before it, so none can be left out or exchanged.

use super::hex;
use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest, Sha256};

/// The first line of the signed text; a changed form gets a new name.
const FORM: &str = "duly-root-1";

/// The form of the text that seals views.
const VIEWS: &str = "duly-views-1";

/// A tree under way: the hashes of its finished halves, the largest first.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    halves: Vec<([u8; 32], u64)>,
    chains: i64,
    last: String,
}

/// A chain's name that does not come after the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutOfOrder(pub String);

impl Tree {
    /// Takes the next head.
    pub fn add(&mut self, chain: &str, seq: i64, hash: &[u8]) -> Result<(), OutOfOrder> {
        if self.chains > 0 && chain.as_bytes() <= self.last.as_bytes() {
            return Err(OutOfOrder(chain.to_string()));
        }
        self.last = chain.to_string();
        self.chains += 1;
        let mut node = digest(0, &[format!("{chain}\n{seq}\n{}\n", hex(hash)).as_bytes()]);
        let mut leaves = 1;
        while let Some((left, _)) = self.halves.pop_if(|(_, size)| *size == leaves) {
            node = digest(1, &[&left, &node]);
            leaves *= 2;
        }
        self.halves.push((node, leaves));
        Ok(())
    }

    /// How many heads were taken.
    pub fn chains(&self) -> i64 {
        self.chains
    }

    /// The root of what was taken; of nothing, the hash of nothing.
    pub fn root(mut self) -> [u8; 32] {
        let Some((mut node, _)) = self.halves.pop() else { return Sha256::digest([]).into() };
        while let Some((left, _)) = self.halves.pop() {
            node = digest(1, &[&left, &node]);
        }
        node
    }
}

fn digest(prefix: u8, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update([prefix]);
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

/// One day's root, as it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// The business day that closed.
    pub business_day: Date,
    /// How many chains stood.
    pub chains: i64,
    /// The root of their heads.
    pub root: [u8; 32],
    /// The root before; [`super::START`] for the first.
    pub previous: [u8; 32],
    /// When it was signed.
    pub signed_at: Timestamp,
}

impl Root {
    /// The text that is signed: the form's name, then each field on its line.
    pub fn text(&self) -> String {
        let Root { business_day, chains, root, previous, signed_at } = self;
        format!("{FORM}\n{business_day}\n{chains}\n{}\n{}\n{}\n", hex(root), hex(previous), signed_at.as_microsecond())
    }
}

/// Hashes views one after the other: who saw which account, what of it, when.
#[derive(Clone)]
pub struct Views(Sha256);

impl Default for Views {
    fn default() -> Views {
        Views(Sha256::new_with_prefix(format!("{VIEWS}\n")))
    }
}

impl Views {
    /// Takes the next view, in order of its id.
    pub fn add(&mut self, id: &str, account: &str, seen_by: &str, what: &str, seen_at: Timestamp) {
        self.0.update(format!("{id}\n{account}\n{seen_by}\n{what}\n{}\n", seen_at.as_microsecond()));
    }

    /// The hash of all that were taken, in hexadecimal.
    pub fn hash(self) -> String {
        hex(&self.0.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition of RFC 6962, word for word.
    fn by_definition(leaves: &[[u8; 32]]) -> [u8; 32] {
        match leaves {
            [] => Sha256::digest([]).into(),
            [one] => *one,
            many => {
                let half = many.len().next_power_of_two() / 2;
                digest(1, &[&by_definition(&many[..half]), &by_definition(&many[half..])])
            }
        }
    }

    proptest! {
        #[test]
        fn the_streamed_root_is_that_of_the_definition(count in 0usize..200) {
            let mut tree = Tree::default();
            let mut leaves = Vec::new();
            for i in 0..count {
                let (chain, hash) = (format!("acc_{i:04}"), [u8::try_from(i).unwrap(); 32]);
                tree.add(&chain, 3, &hash).unwrap();
                leaves.push(digest(0, &[format!("{chain}\n3\n{}\n", hex(&hash)).as_bytes()]));
            }
            prop_assert_eq!(tree.chains(), i64::try_from(count).unwrap());
            prop_assert_eq!(tree.root(), by_definition(&leaves));
        }
    }

    #[test]
    fn heads_out_of_order_are_refused() {
        let mut tree = Tree::default();
        tree.add("acc_2", 1, &[0; 32]).unwrap();
        assert_eq!(tree.add("acc_1", 1, &[0; 32]), Err(OutOfOrder("acc_1".into())));
        assert_eq!(tree.add("acc_2", 1, &[0; 32]), Err(OutOfOrder("acc_2".into())));
        assert_eq!(tree.add("agency", 1, &[0; 32]), Ok(()));
    }

    #[test]
    fn the_signed_text_is_plain_lines() {
        let (day, at) = (jiff::civil::date(2026, 3, 2), Timestamp::from_microsecond(7).unwrap());
        let root = Root { business_day: day, chains: 2, root: [1; 32], previous: [0; 32], signed_at: at };
        assert_eq!(root.text(), format!("duly-root-1\n2026-03-02\n2\n{}\n{}\n7\n", "01".repeat(32), "0".repeat(64)));
    }
}
