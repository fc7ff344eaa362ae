//! Draws that can be made again: the same seed gives the same draws, on every machine and in every version.

/// A row of draws from a seed.
#[derive(Clone, Debug)]
pub struct Draw(u64);

impl Draw {
    /// Begins at a seed.
    pub const fn of(seed: u64) -> Draw {
        Draw(seed)
    }

    /// The next draw (SplitMix64).
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut drawn = self.0;
        drawn = (drawn ^ (drawn >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        drawn = (drawn ^ (drawn >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        drawn ^ (drawn >> 31)
    }

    /// A number below another; 0 where there is none.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % end).unwrap_or(0)
    }

    /// A number from one to another, both included.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        let span = usize::try_from(to.saturating_sub(from)).unwrap_or(0);
        from.saturating_add(i64::try_from(self.below(span + 1)).unwrap_or(0))
    }

    /// One of several; they may not be none.
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// Puts them into another order.
    pub fn shuffle<T>(&mut self, all: &mut [T]) {
        for at in (1..all.len()).rev() {
            let with = self.below(at + 1);
            all.swap(at, with);
        }
    }

    /// The places of so many in a drawn order.
    pub fn order(&mut self, count: usize) -> Vec<usize> {
        let mut places: Vec<usize> = (0..count).collect();
        self.shuffle(&mut places);
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_and_nothing_is_lost() {
        let mut draw = Draw::of(1_234_567);
        // The published first values of SplitMix64 for this seed.
        assert_eq!([draw.next(), draw.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
        for seed in 0..200 {
            let mut order = Draw::of(seed).order(7);
            assert_eq!(order, Draw::of(seed).order(7));
            order.sort_unstable();
            assert_eq!(order, [0, 1, 2, 3, 4, 5, 6]);
            assert!((3..=5).contains(&Draw::of(seed).between(3, 5)));
        }
        assert_eq!(Draw::of(1).below(0), 0);
    }
}
