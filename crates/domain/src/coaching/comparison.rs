//! Officers' rates compared fairly: what each came to, beside what the whole floor would have come to with the same calls.
//!
//! Who works the hard accounts reaches fewer people. So the calls are parted into strata that are alike (age of the debt, amount, first
//! talk or not, channel), each stratum has the rate that all officers together had in it, and an officer's **expected** count is the
//! sum of those rates over their own calls: indirect standardization (Breslow and Day 1987, Statistical Methods in Cancer Research II,
//! IARC 82, chapter 2). The **ratio** is observed over expected: 1 is what the floor does with such calls.
//!
//! The interval is Byar's approximation to the exact limits of a Poisson count (same, p. 69), 95 %: `O (1 - 1/9O - z/(3 sqrt O))^3`
//! below and `(O+1) (1 - 1/(9(O+1)) + z/(3 sqrt(O+1)))^3` above, over the expected count. A call comes off or not, so that the count
//! varies less than a Poisson one: the interval is a little wide, to the officer's favor. Floating point is used for the ratio and its
//! limits alone, rounded to hundredths; counts are whole, and no money is in it.
//!
//! Always true: the expected counts of all officers add up to the observed ones; with fewer calls than [`FEW`] or less than
//! [`EXPECTED_FEW`] expected nothing is compared, only counted; the list is by name and never by rank.

#![expect(clippy::float_arithmetic, reason = "a ratio of counts and its limits; no money is in them")]

use std::collections::BTreeMap;

/// With fewer calls nothing is compared (the project's convention for rates of people).
pub const FEW: i64 = 30;

/// With less expected an interval says nothing.
pub const EXPECTED_FEW: f64 = 5.0;

/// The 97.5th percentile of the normal distribution.
const Z: f64 = 1.959_964;

/// Calls that are alike in what an officer cannot choose, of one officer: how many, and how many of them came off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Whose.
    pub officer: String,
    /// Which calls, in words.
    pub stratum: String,
    /// How many.
    pub calls: i64,
    /// How many came off.
    pub reached: i64,
}

/// An officer beside the floor.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// Whose.
    pub officer: String,
    /// How many calls.
    pub calls: i64,
    /// How many came off.
    pub observed: i64,
    /// How many would have, at the floor's rates.
    pub expected: f64,
    /// The ratio in hundredths with its limits; nothing where there is too little to say.
    pub ratio: Option<(i64, i64, i64)>,
}

impl Compared {
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
        *sum = (sum.0 + cell.calls, sum.1 + cell.reached);
    }
    let mut officers: BTreeMap<&str, Compared> = BTreeMap::new();
    for cell in cells {
        let (calls, reached) = strata.get(cell.stratum.as_str()).copied().unwrap_or_default();
        let new = Compared { officer: cell.officer.clone(), calls: 0, observed: 0, expected: 0.0, ratio: None };
        let of = officers.entry(&cell.officer).or_insert(new);
        of.calls += cell.calls;
        of.observed += cell.reached;
        if calls > 0 {
            of.expected += cell.calls as f64 * reached as f64 / calls as f64;
        }
    }
    let mut compared: Vec<Compared> = officers.into_values().collect();
    for one in &mut compared {
        if one.calls >= FEW && one.expected >= EXPECTED_FEW {
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

    fn cell(officer: &str, stratum: &str, calls: i64, reached: i64) -> Cell {
        Cell { officer: officer.into(), stratum: stratum.into(), calls, reached }
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
                .map(|(officer, stratum, calls, share)| cell(&officer.to_string(), &stratum.to_string(), *calls, calls * share / 100))
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
