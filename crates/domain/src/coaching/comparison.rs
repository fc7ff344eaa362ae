//! Officers' figures compared fairly: what each came to, beside what the whole floor would have come to with the same cases.
//!
//! Three figures are compared, each with its own cases ([`Figure`]): calls that reached the right person, promises taken in talks, and
//! promises that were kept of those that were judged. They are the funnel's *RPC rate per attempt*, *PTP rate* and *kept rate, strict*.
//!
//! Who works the hard accounts reaches fewer people. So the cases are parted into strata that are alike (age of the debt, amount, first
//! talk or not), each stratum has the rate that all officers together had in it, and an officer's **expected** count is the
//! sum of those rates over their own cases: indirect standardization (Breslow and Day 1987, Statistical Methods in Cancer Research II,
//! IARC 82, chapter 2). The **ratio** is observed over expected: 1 is what the floor does with such cases.
//!
//! The interval is Byar's approximation to the exact limits of a Poisson count (same, p. 69), 95 %: `O (1 - 1/9O - z/(3 sqrt O))^3`
//! below and `(O+1) (1 - 1/(9(O+1)) + z/(3 sqrt(O+1)))^3` above, over the expected count. A case comes off or not, so that the count
//! varies less than a Poisson one: the interval is a little wide, to the officer's favor; most so for promises kept, which most are.
//! Floating point is used for the ratio and its limits alone, rounded to hundredths; counts and shares are whole numbers, and no money
//! is in it.
//!
//! Always true: the expected counts of all officers add up to the observed ones; with fewer cases than [`FEW`] or less than
//! [`EXPECTED_FEW`] expected nothing is compared, only counted; a share of nothing is no share; the list is by name and never by rank.

#![expect(clippy::float_arithmetic, reason = "a ratio of counts and its limits; no money is in them")]

use crate::plans::promise::PromiseState;
use crate::values::coded::coded;
use std::collections::BTreeMap;

coded! {
    /// What is compared.
    Figure, 3 {
        /// Calls made in which the right person was spoken with, of all that were made.
        Reached = "reached", "Reached the right person";
        /// Promises taken, of talks with the right person.
        Promised = "promised", "Promises taken";
        /// Promises kept whole and in time, of those that were judged.
        Kept = "kept", "Promises kept";
    }
}

impl Figure {
    /// What its cases are.
    pub const fn cases(self) -> &'static str {
        match self {
            Figure::Reached => "Calls",
            Figure::Promised => "Talks",
            Figure::Kept => "Promises judged",
        }
    }

    /// What comes off.
    pub const fn observed(self) -> &'static str {
        match self {
            Figure::Reached => "Reached",
            Figure::Promised => "Promises",
            Figure::Kept => "Kept",
        }
    }
}

/// Whether a promise was kept, where that was judged: one that is open, or was taken back before its day, is in no share.
pub const fn was_kept(state: PromiseState) -> Option<bool> {
    match state {
        PromiseState::Kept => Some(true),
        PromiseState::PartlyKept | PromiseState::Broken => Some(false),
        PromiseState::Open | PromiseState::Withdrawn => None,
    }
}

/// A share in hundredths of a percent, half up; of nothing there is none.
pub fn share(observed: i64, cases: i64) -> Option<i64> {
    let doubled = i128::from(observed).checked_mul(20_000)?.checked_add(i128::from(cases))?;
    if cases <= 0 { None } else { i64::try_from(doubled / (2 * i128::from(cases))).ok() }
}

/// With fewer cases nothing is compared (the project's convention for rates of people).
pub const FEW: i64 = 30;

/// With less expected an interval says nothing.
pub const EXPECTED_FEW: f64 = 5.0;

/// The 97.5th percentile of the normal distribution.
const Z: f64 = 1.959_964;

/// Cases that are alike in what an officer cannot choose, of one officer: how many, and how many came off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Whose.
    pub officer: String,
    /// Which, in words.
    pub stratum: String,
    /// How many.
    pub cases: i64,
    /// How many came off.
    pub observed: i64,
}

/// An officer beside the floor.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// Whose.
    pub officer: String,
    /// How many cases.
    pub cases: i64,
    /// How many came off.
    pub observed: i64,
    /// How many would have, at the floor's rates.
    pub expected: f64,
    /// The ratio in hundredths with its limits; nothing where there is too little to say.
    pub ratio: Option<(i64, i64, i64)>,
}

impl Compared {
    /// What came off of the cases, in hundredths of a percent.
    pub fn share(&self) -> Option<i64> {
        share(self.observed, self.cases)
    }

    /// Whether the interval holds 1: nothing is shown to be other than the floor's.
    pub fn is_as_expected(&self) -> bool {
        self.ratio.is_none_or(|(_, low, high)| low <= 100 && 100 <= high)
    }
}

/// Compares officers, in the order of their names.
pub fn compare(cells: &[Cell]) -> Vec<Compared> {
    let mut strata: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for cell in cells {
        let sum = strata.entry(&cell.stratum).or_default();
        *sum = (sum.0 + cell.cases, sum.1 + cell.observed);
    }
    let mut officers: BTreeMap<&str, Compared> = BTreeMap::new();
    for cell in cells {
        let (cases, observed) = strata.get(cell.stratum.as_str()).copied().unwrap_or_default();
        let new = Compared { officer: cell.officer.clone(), cases: 0, observed: 0, expected: 0.0, ratio: None };
        let of = officers.entry(&cell.officer).or_insert(new);
        of.cases += cell.cases;
        of.observed += cell.observed;
        if cases > 0 {
            of.expected += cell.cases as f64 * observed as f64 / cases as f64;
        }
    }
    let mut compared: Vec<Compared> = officers.into_values().collect();
    for one in &mut compared {
        if one.cases >= FEW && one.expected >= EXPECTED_FEW {
            let (low, high) = byar(one.observed);
            let hundredths = |count: f64| (count / one.expected * 100.0).round() as i64;
            one.ratio = Some((hundredths(one.observed as f64), hundredths(low), hundredths(high)));
        }
    }
    compared
}

/// Byar's 95 % limits of a count.
pub fn byar(observed: i64) -> (f64, f64) {
    let limit = |count: f64, z: f64| count * (1.0 - 1.0 / (9.0 * count) + z / (3.0 * count.sqrt())).powi(3);
    let count = observed.max(0) as f64;
    let low = if observed <= 0 { 0.0 } else { limit(count, -Z).max(0.0) };
    (low, limit(count + 1.0, Z))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cell(officer: &str, stratum: &str, cases: i64, observed: i64) -> Cell {
        Cell { officer: officer.into(), stratum: stratum.into(), cases, observed }
    }

    #[test]
    fn shares_are_those_of_the_worked_month() {
        // 420 talks of 6,000 calls, 126 promises in them, 71 of 110 judged kept whole.
        for (figure, observed, cases, known) in
            [(Figure::Reached, 420, 6_000, 700), (Figure::Promised, 126, 420, 3_000), (Figure::Kept, 71, 110, 6_455)]
        {
            assert_eq!(share(observed, cases), Some(known), "{figure}");
        }
        assert_eq!(share(0, 0), None, "a share of nothing is neither none nor all");
        assert_eq!((share(1, 8), share(1, 3), share(2, 3)), (Some(1_250), Some(3_333), Some(6_667)), "half up, once");
        assert_eq!(share(5, 4), Some(12_500), "more promises than talks are said as they are");
        assert_eq!(share(i64::MAX, i64::MAX), Some(10_000));
    }

    #[test]
    fn only_what_was_judged_is_in_the_share_of_the_kept() {
        let judged: Vec<(PromiseState, Option<bool>)> = PromiseState::ALL.iter().map(|state| (*state, was_kept(*state))).collect();
        let (kept, cases) = judged.iter().fold((0, 0), |(kept, cases), (_, was)| match was {
            Some(was) => (kept + i64::from(*was), cases + 1),
            None => (kept, cases),
        });
        assert_eq!((kept, cases), (1, 3), "partly kept is judged, and not kept: {judged:?}");
        assert_eq!((was_kept(PromiseState::Open), was_kept(PromiseState::Withdrawn)), (None, None));
    }

    #[test]
    fn the_arithmetic_of_a_mixed_floor_is_known() {
        // Two strata: 60 kept of 100 and 30 kept of 100. Dana has 80 of the first and 20 of the second: 48 + 6 = 54 expected.
        let cells =
            [cell("Dana", "first", 80, 40), cell("Dana", "before", 20, 5), cell("Eli", "first", 20, 20), cell("Eli", "before", 80, 25)];
        let [dana, eli] = &compare(&cells)[..] else { panic!("two officers") };
        assert!((dana.expected - 54.0).abs() < 1e-9 && (eli.expected - 36.0).abs() < 1e-9, "{dana:?} {eli:?}");
        assert_eq!((dana.cases, dana.observed, dana.share()), (100, 45, Some(4_500)));
        // 45 of 54: 0.833, by Byar 0.608 to 1.115; the share of both is 45 %, and yet Eli does better with what Eli has.
        assert_eq!(dana.ratio, Some((83, 61, 112)));
        assert_eq!((eli.share(), eli.ratio.map(|(ratio, ..)| ratio)), (Some(4_500), Some(125)));
        assert!(dana.is_as_expected() && eli.is_as_expected());
    }

    #[test]
    fn byars_limits_are_near_the_exact_ones_of_published_tables() {
        // Exact limits of a Poisson count: 30 is 20.24 to 42.83 (Beaumont and Breslow's table 7.5, in Barry 1992), 10 is 4.80 to 18.39 and
        // 100 is 81.36 to 121.63 (Ulm 1990, American Journal of Epidemiology 131, the chi-square limits).
        for (observed, low, high) in [(10, 4.80, 18.39), (30, 20.24, 42.83), (100, 81.36, 121.63)] {
            let found = byar(observed);
            assert!((found.0 - low).abs() < 0.03 && (found.1 - high).abs() < 0.03, "{observed}: {found:?}");
        }
        assert_eq!(byar(0).0, 0.0);
        assert!((byar(0).1 - 3.69).abs() < 0.1, "exactly 3.69: {:?}", byar(0));
        // The ratio of 100 observed to 90 expected: 0.904 to 1.351, as published implementations of the method give it.
        let (low, high) = byar(100);
        assert!((low / 90.0 - 0.9040).abs() < 0.0005 && (high / 90.0 - 1.3514).abs() < 0.0005);
    }

    #[test]
    fn the_mix_of_calls_is_no_merit_and_no_fault() {
        // In each stratum both come to the same share; Dana has the hard ones.
        let cells = [cell("Dana", "old", 80, 8), cell("Dana", "new", 20, 10), cell("Eli", "old", 20, 2), cell("Eli", "new", 80, 40)];
        let compared = compare(&cells);
        assert_eq!(compared.iter().map(|one| (one.officer.as_str(), one.observed)).collect::<Vec<_>>(), [("Dana", 18), ("Eli", 42)]);
        for one in &compared {
            assert_eq!(one.ratio.map(|(ratio, ..)| ratio), Some(100), "{one:?}");
            assert!(one.is_as_expected());
        }
    }

    #[test]
    fn too_little_is_only_counted() {
        let few = compare(&[cell("Dana", "new", FEW - 1, 10), cell("Eli", "new", 100, 50)]);
        assert_eq!((few[0].ratio, few[0].observed, few[0].is_as_expected()), (None, 10, true));
        assert!(few[1].ratio.is_some());
        assert_eq!(compare(&[cell("Dana", "new", 100, 1), cell("Eli", "new", 100, 2)])[0].ratio, None, "1.5 expected");
        assert!(compare(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn the_expected_counts_add_up_and_the_ratio_lies_within_its_limits(
            given in proptest::collection::vec((0_usize..4, 0_usize..3, 0_i64..200, 0_i64..=100), 0..20),
        ) {
            let cells: Vec<Cell> = given.iter()
                .map(|(officer, stratum, cases, share)| cell(&officer.to_string(), &stratum.to_string(), *cases, cases * share / 100))
                .collect();
            let compared = compare(&cells);
            let observed: i64 = compared.iter().map(|one| one.observed).sum();
            let expected: f64 = compared.iter().map(|one| one.expected).sum();
            prop_assert!((observed as f64 - expected).abs() < 1e-6, "{} {}", observed, expected);
            for (ratio, low, high) in compared.iter().filter_map(|one| one.ratio) {
                prop_assert!(low <= ratio && ratio <= high, "{} {} {}", low, ratio, high);
            }
            prop_assert!(compared.is_sorted_by(|one, other| one.officer < other.officer));
        }
    }
}
