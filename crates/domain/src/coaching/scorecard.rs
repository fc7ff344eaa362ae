//! The scorecard: what a call is measured by, and the score of it.
//!
//! It is authored as text, like the guide:
//!
//! ```text
//! title: How a call was led
//! version: 1
//!
//! # group agreement
//!
//! # item read_back: What was promised was read back and confirmed
//! weight: 10
//! proof: read_back
//! look: amount and day, in their words
//! ```
//!
//! Every call is scored first from its steps, without anybody listening ([`Scorecard::marks_from`]): an item with a `proof` is marked
//! where the steps prove it, with those steps as evidence; what only somebody who listens can judge stays open. An item with `fails`
//! makes the whole call fail where its mark is no. The same marks of a person are added up by the same [`Scorecard::score`].
//!
//! Read [`Scorecard::marks_from`] first. A call of practice is scored like any other: it needs only its steps.
//!
//! Always true: a score is a share of what applied and was marked, in basis points, half up; with nothing marked there is none; the
//! score and the failing are two things and neither hides the other.

mod proof;
mod reading;

use crate::coaching::guide::Problem;
use crate::outreach::conversation::Conversation;
use crate::values::coded::coded;

pub use proof::{Proof, Recorded};

coded! {
    /// What an item is about.
    Group {
        /// Who is it, and were the words said?
        Identification = "identification", "Identification and disclosure";
        /// How they were spoken with.
        Conduct = "conduct", "Conduct";
        /// Whether it was a conversation.
        Dialogue = "dialogue", "Dialogue";
        /// What was agreed, and how surely.
        Agreement = "agreement", "Agreement";
        /// What was written down.
        Documentation = "documentation", "Documentation";
        /// What the law asks besides.
        Law = "law", "Law";
    }
}

coded! {
    /// What an item came to.
    Mark {
        /// It was so.
        Yes = "yes", "Yes";
        /// In part.
        Partly = "partly", "Partly";
        /// It was not.
        No = "no", "No";
        /// There was no occasion for it.
        NotApplicable = "not_applicable", "Does not apply";
    }
}

impl Mark {
    /// Halves of the item's weight; nothing where it did not apply.
    pub const fn halves(self) -> Option<i64> {
        match self {
            Mark::Yes => Some(2),
            Mark::Partly => Some(1),
            Mark::No => Some(0),
            Mark::NotApplicable => None,
        }
    }
}

/// One thing a call is measured by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its name in the text and wherever marks are kept.
    pub code: String,
    /// What is asked.
    pub question: String,
    /// What it is about.
    pub group: Group,
    /// How much it counts.
    pub weight: i64,
    /// What is said of a call that fails by it.
    pub fails: Option<String>,
    /// What the steps can prove of it.
    pub proof: Option<Proof>,
    /// What to look or listen for.
    pub look: String,
}

/// A scorecard that was read and found right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scorecard {
    /// Its name.
    pub title: String,
    /// Which of its versions.
    pub version: u32,
    /// What is asked, in the order of the text.
    pub items: Vec<Item>,
}

/// What the steps of a call prove about one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked<'a> {
    /// The item.
    pub item: &'a Item,
    /// The mark, where the steps prove one.
    pub mark: Option<Mark>,
    /// Why, in a sentence.
    pub why: &'static str,
    /// The steps it rests on, from 0.
    pub steps: Vec<usize>,
}

/// The score of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scored {
    /// The share of what applied and was marked, in basis points, half up; nothing where nothing was.
    pub basis_points: Option<i64>,
    /// The items that make it fail.
    pub failed_by: Vec<String>,
    /// The items that nobody marked yet.
    pub open: Vec<String>,
}

impl Scorecard {
    /// Reads a text; every problem at once.
    pub fn parse(text: &str) -> Result<Scorecard, Vec<Problem>> {
        reading::read(text)
    }

    /// The scorecard that comes with the program.
    pub fn shipped() -> Scorecard {
        Scorecard::parse(SHIPPED).unwrap_or_else(|problems| unreachable!("the shipped scorecard is read by a test: {problems:?}"))
    }

    /// By which name its marks are kept, so that they are read with the items they were given for.
    pub fn edition(&self) -> String {
        format!("shipped/{}", self.version)
    }

    /// An item by its code.
    pub fn item(&self, code: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.code == code)
    }

    /// What the steps of a call prove, item by item; `recorded` is what was written down when it was wrapped up.
    pub fn marks_from(&self, call: &Conversation, recorded: Option<&Recorded>) -> Vec<Marked<'_>> {
        let marked = |item| proof::prove(item, call, recorded);
        self.items.iter().map(marked).collect()
    }

    /// Adds marks up; what is marked twice counts as it was marked last, and what is no item of this scorecard not at all.
    pub fn score<'a>(&self, marks: impl IntoIterator<Item = (&'a str, Mark)> + Clone) -> Scored {
        let mut scored = Scored::default();
        let (mut reached, mut possible) = (0_i64, 0_i64);
        for item in &self.items {
            let Some((_, mark)) = marks.clone().into_iter().filter(|(code, _)| *code == item.code).last() else {
                scored.open.push(item.code.clone());
                continue;
            };
            if mark == Mark::No && item.fails.is_some() {
                scored.failed_by.push(item.code.clone());
            }
            if let Some(halves) = mark.halves() {
                reached += item.weight * halves;
                possible += item.weight * 2;
            }
        }
        scored.basis_points = share(reached, possible);
        scored
    }

    /// The score that the steps alone give.
    pub fn score_of(&self, marked: &[Marked<'_>]) -> Scored {
        let marks: Vec<(&str, Mark)> = marked.iter().filter_map(|one| Some((one.item.code.as_str(), one.mark?))).collect();
        self.score(marks.iter().copied())
    }
}

/// A share in basis points, half up; of nothing there is none.
pub(crate) const fn share(part: i64, whole: i64) -> Option<i64> {
    match whole {
        0 => None,
        _ => Some((part * 20_000 + whole) / (whole * 2)),
    }
}

/// The text of the scorecard that comes with the program.
pub const SHIPPED: &str = include_str!("scorecard/en.txt");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn three() -> Scorecard {
        let text = "title: Three\nversion: 4\n# group conduct\n# item calm: Calm\nweight: 3\n# item kind: Kind\nweight: 2\n\
                    # item threat: No threat\nweight: 5\nfails: Threatened\n";
        Scorecard::parse(text).expect("it is right")
    }

    type Case<'a> = (&'a [(&'a str, Mark)], Option<i64>, &'a [&'a str], &'a [&'a str]);

    #[test]
    fn the_score_is_the_weighted_share_of_what_applied() {
        use Mark::{No, NotApplicable as Na, Partly, Yes};
        let cases: [Case<'_>; 7] = [
            (&[("calm", Yes), ("kind", Yes), ("threat", Yes)], Some(10_000), &[], &[]),
            (&[("calm", Partly), ("kind", Yes), ("threat", Yes)], Some(8_500), &[], &[]),
            // An automatic fail is named, and the figure stays what it is.
            (&[("calm", Yes), ("kind", Yes), ("threat", No)], Some(5_000), &["threat"], &[]),
            // What did not apply is in neither half of the fraction.
            (&[("calm", Yes), ("kind", No), ("threat", Na)], Some(6_000), &[], &[]),
            (&[("kind", Partly)], Some(5_000), &[], &["calm", "threat"]),
            (&[("calm", Na), ("kind", Na), ("threat", Na)], None, &[], &[]),
            (&[("unknown", No)], None, &[], &["calm", "kind", "threat"]),
        ];
        let card = three();
        for (marks, basis_points, failed_by, open) in cases {
            let scored = card.score(marks.iter().copied());
            assert_eq!(scored.basis_points, basis_points, "{marks:?}");
            assert_eq!(scored.failed_by, failed_by, "{marks:?}");
            assert_eq!(scored.open, open, "{marks:?}");
        }
        assert_eq!(card.edition(), "shipped/4");
    }

    #[test]
    fn what_is_marked_again_counts_as_it_was_marked_last() {
        let scored = three().score([("kind", Mark::No), ("kind", Mark::Yes)]);
        assert_eq!(scored.basis_points, Some(10_000));
    }

    #[test]
    fn a_share_is_rounded_half_up() {
        assert_eq!(
            [share(1, 3), share(2, 3), share(1, 20_000), share(1, 20_001), share(0, 0)],
            [Some(3_333), Some(6_667), Some(1), Some(0), None]
        );
    }

    #[test]
    fn the_shipped_scorecard_is_right() {
        let card = Scorecard::parse(SHIPPED).unwrap_or_else(|problems| panic!("{problems:#?}"));
        for group in Group::ALL {
            assert!(card.items.iter().any(|item| item.group == *group), "{group} has an item");
        }
        for proof in Proof::ALL {
            assert_eq!(card.items.iter().filter(|item| item.proof == Some(*proof)).count(), 1, "{proof}");
        }
        assert!(card.items.iter().any(|item| item.proof.is_none()), "somebody has to listen");
    }

    proptest! {
        /// A better mark never makes a score worse, and a score lies between nothing and all.
        #[test]
        fn a_better_mark_never_lowers_the_score(given in proptest::collection::vec(0_usize..4, 3), at in 0_usize..3) {
            let card = three();
            let codes = ["calm", "kind", "threat"];
            let marks: Vec<(&str, Mark)> = codes.iter().zip(&given).map(|(code, mark)| (*code, Mark::ALL[*mark])).collect();
            let scored = card.score(marks.iter().copied());
            prop_assert!(scored.basis_points.is_none_or(|points| (0..=10_000).contains(&points)));
            let mut better = marks.clone();
            better[at].1 = Mark::Yes;
            let after = card.score(better.iter().copied());
            prop_assert!(after.basis_points >= scored.basis_points);
            prop_assert!(after.failed_by.len() <= scored.failed_by.len());
        }
    }
}
