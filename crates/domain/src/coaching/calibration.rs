//! Whether two reviewers see the same: how often they agree, and how much of it chance would bring about.
//!
//! Every coefficient is a fraction of whole numbers, worked out exactly and rounded once, half up, to basis points:
//!
//! - **percent agreement**: pairs with the same mark over pairs;
//! - **Cohen's kappa** (Cohen 1960, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20):
//!   agreement beyond what the two reviewers' own frequencies bring about by chance, all four marks as names;
//! - **weighted kappa** (Cohen 1968, "Weighted kappa", Psychological Bulletin 70) over the three marks in their order, where no and
//!   partly are half as far apart as no and yes; pairs in which one saw no occasion for the item are left out;
//! - **Krippendorff's alpha** for names (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"): as kappa, but chance is that
//!   of all marks together, and few pairs are corrected for.
//!
//! Always true: with fewer than [`FEW`] pairs no coefficient is told, only how many agree; where all marks are the same there is no
//! coefficient, since nothing could have disagreed.

use super::scorecard::{Mark, share};

/// With fewer pairs than this a coefficient says more about chance than about the reviewers.
pub const FEW: usize = 20;

/// What comes of comparing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// How many pairs.
    pub pairs: usize,
    /// How many of them are the same mark.
    pub same: usize,
    /// Percent agreement, in basis points.
    pub percent: Option<i64>,
    /// Cohen's kappa, in basis points.
    pub kappa: Option<i64>,
    /// Weighted kappa of the ordered marks, in basis points.
    pub weighted: Option<i64>,
    /// Krippendorff's alpha, in basis points.
    pub alpha: Option<i64>,
}

impl Agreement {
    /// Whether there are too few to say more than how many agree.
    pub fn is_few(&self) -> bool {
        self.pairs < FEW
    }
}

/// Compares pairs of marks.
pub fn agreement(pairs: &[(Mark, Mark)]) -> Agreement {
    let place = |mark: Mark| Mark::ALL.iter().position(|known| *known == mark).unwrap_or(0);
    let mut table = [[0_i64; 4]; 4];
    let mut ordered = [[0_i64; 3]; 3];
    for (one, other) in pairs {
        table[place(*one)][place(*other)] += 1;
        if let (Some(left), Some(right)) = (one.halves(), other.halves()) {
            let at = |halves: i64| usize::try_from(halves).unwrap_or(0);
            ordered[at(left)][at(right)] += 1;
        }
    }
    let same = pairs.iter().filter(|(one, other)| one == other).count();
    let counted = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let is_enough = pairs.len() >= FEW;
    let in_order: i64 = ordered.iter().flatten().sum();
    Agreement {
        pairs: pairs.len(),
        same,
        percent: share(counted(same), counted(pairs.len())),
        kappa: is_enough.then(|| kappa(&table, |one, other| i64::from(one != other))).flatten(),
        weighted: (in_order >= counted(FEW)).then(|| kappa(&ordered, |one, other| one.abs_diff(other) as i64)).flatten(),
        alpha: is_enough.then(|| alpha(&table)).flatten(),
    }
}

/// Kappa of a table of counts, with the weight of each disagreement: 1 - n * observed / expected.
fn kappa<const K: usize>(table: &[[i64; K]; K], weight: impl Fn(usize, usize) -> i64) -> Option<i64> {
    let n: i64 = table.iter().flatten().sum();
    let row = |at: usize| -> i64 { table[at].iter().sum() };
    let column = |at: usize| -> i64 { table.iter().map(|row| row[at]).sum() };
    let (mut observed, mut expected) = (0, 0);
    for (one, counts) in table.iter().enumerate() {
        for (other, count) in counts.iter().enumerate() {
            observed += weight(one, other) * count;
            expected += weight(one, other) * row(one) * column(other);
        }
    }
    beyond_chance(n * observed, expected)
}

/// Krippendorff's alpha for names, of two reviewers who marked everything: 1 - (n - 1) * observed / expected, n marks in all.
fn alpha<const K: usize>(table: &[[i64; K]; K]) -> Option<i64> {
    let of = |at: usize| -> i64 { table[at].iter().sum::<i64>() + table.iter().map(|row| row[at]).sum::<i64>() };
    let n: i64 = (0..K).map(of).sum();
    let (mut observed, mut expected) = (0, 0);
    for (one, counts) in table.iter().enumerate() {
        for (other, count) in counts.iter().enumerate().filter(|(other, _)| *other != one) {
            // Each pair stands in the table once; among all marks it counts in both orders.
            observed += 2 * count;
            expected += of(one) * of(other);
        }
    }
    beyond_chance((n - 1) * observed, expected)
}

/// 1 - disagreed / expected in basis points, half up; nothing where nothing could have disagreed.
const fn beyond_chance(disagreed: i64, expected: i64) -> Option<i64> {
    match expected {
        0 => None,
        _ => Some(((expected - disagreed) * 20_000 + expected).div_euclid(expected * 2)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAMES: fn(usize, usize) -> i64 = |one, other| (one != other) as i64;

    #[test]
    fn cohens_kappa_of_published_tables() {
        // Fleiss, Statistical Methods for Rates and Proportions (2nd ed., 1981), table 13.1: two raters, 100 diagnoses; kappa 0.68.
        assert_eq!(kappa(&[[75, 1, 4], [5, 4, 1], [0, 0, 10]], NAMES), Some(6_765));
        // Cohen 1968, table 1, as counts of 200: kappa .492 and, with his weights of disagreement, weighted kappa .348.
        let diagnoses = [[88, 14, 18], [10, 40, 10], [2, 6, 12]];
        assert_eq!(kappa(&diagnoses, NAMES), Some(4_915));
        let weights = [[0, 1, 3], [1, 0, 6], [3, 6, 0]];
        assert_eq!(kappa(&diagnoses, |one, other| weights[one][other]), Some(3_478));
    }

    #[test]
    fn krippendorffs_alpha_of_his_own_examples() {
        // Krippendorff 2011, example A: 0 1 0 0 0 0 0 0 1 0 against 1 1 1 0 0 1 0 0 0 0; alpha 0.095.
        assert_eq!(alpha(&[[5, 3], [1, 1]]), Some(952));
        // Example B: aabbdcccedda against babbbccceddd, five names, twelve units; alpha 0.692.
        let mut table = [[0; 5]; 5];
        for (ben, gerry) in "aabbdcccedda".bytes().zip("babbbccceddd".bytes()) {
            table[usize::from(ben - b'a')][usize::from(gerry - b'a')] += 1;
        }
        assert_eq!(alpha(&table), Some(6_920));
    }

    #[test]
    fn too_few_are_not_made_a_coefficient_of() {
        let some = agreement(&[(Mark::Yes, Mark::Yes); FEW - 1]);
        assert!(some.is_few() && some.kappa.is_none() && some.alpha.is_none());
        assert_eq!((some.same, some.percent), (FEW - 1, Some(10_000)));
        let all_alike = agreement(&[(Mark::Yes, Mark::Yes); FEW]);
        assert_eq!((all_alike.kappa, all_alike.weighted, all_alike.alpha), (None, None, None), "nothing could have disagreed");
        assert_eq!(agreement(&[]), Agreement::default());
    }

    #[test]
    fn half_a_step_apart_weighs_half() {
        let mut pairs = vec![(Mark::Yes, Mark::Yes); 10];
        pairs.extend([(Mark::No, Mark::No); 10]);
        let near = agreement(&[pairs.clone(), vec![(Mark::Yes, Mark::Partly); 4]].concat());
        let far = agreement(&[pairs.clone(), vec![(Mark::Yes, Mark::No); 4]].concat());
        assert!(near.weighted > far.weighted, "{near:?} {far:?}");
        let without = agreement(&[pairs, vec![(Mark::Yes, Mark::NotApplicable); 4]].concat());
        assert_eq!(without.weighted, Some(10_000), "where one saw no occasion there is no distance");
        assert!(without.kappa < Some(10_000));
    }

    proptest! {
        #[test]
        fn a_coefficient_is_at_most_all_and_the_same_from_either_side(given in proptest::collection::vec((0_usize..4, 0_usize..4), 0..60)) {
            let pairs: Vec<(Mark, Mark)> = given.iter().map(|(one, other)| (Mark::ALL[*one], Mark::ALL[*other])).collect();
            let turned: Vec<(Mark, Mark)> = pairs.iter().map(|(one, other)| (*other, *one)).collect();
            let found = agreement(&pairs);
            prop_assert_eq!(found, agreement(&turned));
            for one in [found.percent, found.kappa, found.weighted, found.alpha].into_iter().flatten() {
                prop_assert!((-10_000..=10_000).contains(&one), "{}", one);
            }
        }
    }
}
