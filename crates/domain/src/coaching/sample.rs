//! Which calls are looked at: some by chance, so that what is seen stands for all, and some by risk, each with its reasons.
//!
//! The draw by chance can be made again by anyone: each call is hashed with the seed, and those with the smallest hashes are drawn
//! ([`by_chance`]). Who knows the seed, which is kept with the draw, comes to the same calls, in any language. The draw by risk takes
//! those with the most reasons ([`by_risk`]); of two alike the one with the smaller hash.
//!
//! Always true: a call is drawn once, however many reasons it has; no call is drawn by risk without a reason.

use crate::values::coded::coded;
use sha2::{Digest, Sha256};

coded! {
    /// Why a call is looked at.
    Why {
        /// Drawn by chance.
        Chance = "chance", "Drawn by chance";
        /// Among the first of somebody new.
        First = "first", "Among their first calls";
        /// They disputed it.
        Dispute = "dispute", "A dispute";
        /// They complained.
        Complaint = "complaint", "A complaint";
        /// It was long.
        Long = "long", "A long call";
        /// What was promised in it was broken.
        Broken = "broken", "The promise was broken";
        /// Its steps fail it.
        Fails = "fails", "Its steps fail it";
        /// Somebody asked for it.
        Asked = "asked", "Asked for";
    }
}

/// How many are drawn, and what counts as risk: what an agency settles for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// Drawn by chance of an officer's week.
    pub random_most: i64,
    /// Drawn by risk besides, at the most.
    pub risk_most: i64,
    /// So many calls of somebody new are their first.
    pub first_calls: i64,
    /// A talk of so many minutes is long.
    pub long_minutes: i64,
}

impl Default for Numbers {
    fn default() -> Numbers {
        Numbers { random_most: 3, risk_most: 3, first_calls: 10, long_minutes: 12 }
    }
}

/// What is known of a call before anybody looks at it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallFacts {
    /// Its name, as the draw hashes it.
    pub id: String,
    /// Which of the officer's calls it was, from 1.
    pub ordinal: i64,
    /// How long it was.
    pub seconds: i64,
    /// Whether they disputed the debt in it.
    pub disputed: bool,
    /// Whether they complained in it.
    pub complained: bool,
    /// Whether what was promised in it was broken.
    pub broke: bool,
    /// Whether its steps fail it.
    pub fails: bool,
}

/// A call that is drawn, by its place among the facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// Its place.
    pub at: usize,
    /// Why.
    pub reasons: Vec<Why>,
}

/// What makes a call a risk.
pub fn risks(call: &CallFacts, numbers: &Numbers) -> Vec<Why> {
    let found = [
        (call.fails, Why::Fails),
        (call.complained, Why::Complaint),
        (call.disputed, Why::Dispute),
        (call.broke, Why::Broken),
        (call.seconds >= numbers.long_minutes.saturating_mul(60), Why::Long),
        (call.ordinal <= numbers.first_calls, Why::First),
    ];
    found.into_iter().filter(|(holds, _)| *holds).map(|(_, why)| why).collect()
}

/// Draws of a week's calls: by chance, then by risk.
pub fn draw(calls: &[CallFacts], seed: &str, numbers: &Numbers) -> Vec<Drawn> {
    let mut order: Vec<(usize, [u8; 32])> = calls.iter().enumerate().map(|(at, call)| (at, ticket(seed, &call.id))).collect();
    order.sort_unstable_by_key(|(_, ticket)| *ticket);
    let mut drawn: Vec<Drawn> =
        order.iter().take(count(numbers.random_most)).map(|(at, _)| Drawn { at: *at, reasons: vec![Why::Chance] }).collect();
    for one in &mut drawn {
        one.reasons.extend(risks(&calls[one.at], numbers));
    }
    let mut risky: Vec<Drawn> = order
        .iter()
        .skip(count(numbers.random_most))
        .map(|(at, _)| Drawn { at: *at, reasons: risks(&calls[*at], numbers) })
        .filter(|one| !one.reasons.is_empty())
        .collect();
    // What fails by its own steps comes first, then what has the most reasons; the order of the tickets stands among equals.
    risky.sort_by_key(|one| (!one.reasons.contains(&Why::Fails), usize::MAX - one.reasons.len()));
    risky.truncate(count(numbers.risk_most));
    drawn.extend(risky);
    drawn
}

/// The hash over the names of all calls that could be drawn, in their order.
pub fn population(calls: &[CallFacts]) -> String {
    let mut hash = Sha256::new();
    for call in calls {
        hash.update(call.id.as_bytes());
        hash.update(b"\n");
    }
    crate::audit::hex(&hash.finalize())
}

fn count(most: i64) -> usize {
    usize::try_from(most).unwrap_or(0)
}

/// The ticket of a call in a draw: the smallest are drawn.
fn ticket(seed: &str, id: &str) -> [u8; 32] {
    Sha256::digest(format!("{seed}\n{id}").as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn calls(count: usize) -> Vec<CallFacts> {
        (0..count).map(|at| CallFacts { id: format!("call_{at}"), ordinal: 100, ..CallFacts::default() }).collect()
    }

    #[test]
    fn what_makes_a_call_a_risk() {
        let numbers = Numbers::default();
        let plain = CallFacts { id: "c".into(), ordinal: 11, seconds: 719, ..CallFacts::default() };
        let cases: [(CallFacts, &[Why]); 7] = [
            (plain.clone(), &[]),
            (CallFacts { ordinal: 10, ..plain.clone() }, &[Why::First]),
            (CallFacts { seconds: 720, ..plain.clone() }, &[Why::Long]),
            (CallFacts { disputed: true, ..plain.clone() }, &[Why::Dispute]),
            (CallFacts { complained: true, broke: true, ..plain.clone() }, &[Why::Complaint, Why::Broken]),
            (CallFacts { fails: true, ..plain.clone() }, &[Why::Fails]),
            (CallFacts { ordinal: 1, seconds: 900, ..plain }, &[Why::Long, Why::First]),
        ];
        for (call, expected) in cases {
            assert_eq!(risks(&call, &numbers), expected, "{call:?}");
        }
    }

    #[test]
    fn what_fails_comes_before_what_has_more_reasons() {
        let mut week = calls(8);
        week[2] = CallFacts { complained: true, disputed: true, ..week[2].clone() };
        week[5].fails = true;
        week[6].disputed = true;
        let numbers = Numbers { random_most: 0, risk_most: 2, ..Numbers::default() };
        let drawn = draw(&week, "seed", &numbers);
        assert_eq!(drawn.iter().map(|one| one.at).collect::<Vec<_>>(), [5, 2]);
    }

    #[test]
    fn the_draw_is_what_anyone_can_work_out() {
        // printf 'seed\ncall_3' | sha256sum, for each call: the two smallest are drawn.
        let mut tickets: Vec<(String, usize)> =
            (0..6).map(|at| (crate::audit::hex(&Sha256::digest(format!("seed\ncall_{at}").as_bytes())), at)).collect();
        tickets.sort();
        let numbers = Numbers { random_most: 2, ..Numbers::default() };
        let drawn: Vec<usize> = draw(&calls(6), "seed", &numbers).into_iter().map(|one| one.at).collect();
        assert_eq!(drawn, [tickets[0].1, tickets[1].1]);
        assert_ne!(population(&calls(6)), population(&calls(5)));
    }

    #[test]
    fn chance_favors_nobody() {
        // 2,000 draws of 1 out of 10: each is expected 200 times; beyond 60 off (more than four standard deviations) it is no chance.
        let mut times = [0_i64; 10];
        let numbers = Numbers { random_most: 1, risk_most: 0, ..Numbers::default() };
        for seed in 0..2_000 {
            times[draw(&calls(10), &seed.to_string(), &numbers)[0].at] += 1;
        }
        assert!(times.iter().all(|count| (140..=260).contains(count)), "{times:?}");
    }

    proptest! {
        #[test]
        fn nothing_is_drawn_twice_or_without_a_reason(
            marks in proptest::collection::vec((0_i64..20, 0_i64..2_000, any::<[bool; 4]>()), 0..30),
            random_most in -1_i64..6, risk_most in -1_i64..6, seed in "[a-z]{0,4}",
        ) {
            let week: Vec<CallFacts> = marks.iter().enumerate().map(|(at, (ordinal, seconds, flags))| CallFacts {
                id: format!("call_{at}"), ordinal: *ordinal, seconds: *seconds,
                disputed: flags[0], complained: flags[1], broke: flags[2], fails: flags[3],
            }).collect();
            let numbers = Numbers { random_most, risk_most, ..Numbers::default() };
            let drawn = draw(&week, &seed, &numbers);
            let mut places: Vec<usize> = drawn.iter().map(|one| one.at).collect();
            places.sort_unstable();
            places.dedup();
            prop_assert_eq!(places.len(), drawn.len());
            prop_assert!(drawn.iter().all(|one| !one.reasons.is_empty()));
            prop_assert!(drawn.len() <= count(random_most) + count(risk_most));
            prop_assert_eq!(drawn, draw(&week, &seed, &numbers));
        }
    }
}
