//! Any crash: the real program is killed at random points of real work, races for the last attempt, outages of the machine.
//!
//! [`campaign`] kills as often as it is told: 200 times over all kinds of work and both engines with the tests, more by
//! `cargo xtask crash`. Points are drawn from a seed that is printed; what is asserted holds for every point.

mod cluster;
mod contacts;
mod disk;
mod import;
mod night;
mod outages;
mod place;
mod posting;
mod races;
mod served;
mod server_gone;
mod two_processes;

use duly_testkit::Engine;
use place::Killed;
use std::time::Duration;

/// Kinds of work, each on both engines.
const CAMPAIGNS: u32 = 8;

/// How often to kill in one campaign.
fn kills_wanted() -> u32 {
    number("DULY_CRASH_TIMES", 200).div_ceil(CAMPAIGNS)
}

/// How many races to run on one engine.
fn races_wanted() -> u32 {
    number("DULY_CRASH_RACES", 500)
}

/// From where the points are drawn.
fn seed() -> u32 {
    number("DULY_CRASH_SEED", 20_261_122)
}

fn number(name: &str, usual: u32) -> u32 {
    std::env::var(name).ok().map_or(usual, |text| text.parse().expect("a number"))
}

/// Random numbers that come again with their seed (splitmix64).
struct Dice(u64);

impl Dice {
    /// Of the run's seed, apart for each use.
    fn of(what: &str) -> Dice {
        Dice(what.bytes().fold(u64::from(seed()), |mixed, byte| (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)))
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit.max(1)
    }

    /// A while up to another.
    fn within(&mut self, longest: Duration) -> Duration {
        Duration::from_micros(self.below(u64::try_from(longest.as_micros()).unwrap_or(u64::MAX)))
    }
}

/// What a campaign came to.
#[derive(Default)]
struct Tally {
    kills: u32,
    tries: u32,
    /// Kills that found the work begun and not done.
    in_the_middle: u32,
}

impl Tally {
    /// Counts a try; whether it killed anything.
    fn count(&mut self, killed: &Killed, is_in_the_middle: bool) {
        self.tries += 1;
        self.kills += u32::from(killed.hit);
        self.in_the_middle += u32::from(killed.hit && is_in_the_middle);
    }
}

/// Kills in rounds until it was done as often as wanted; a good share must have found the work half way.
fn campaign(kind: &str, engine: Engine, mut round: impl FnMut(&mut Dice, &mut Tally, u32)) {
    let (mut dice, mut tally) = (Dice::of(&format!("{kind} {engine:?}")), Tally::default());
    let wanted = kills_wanted();
    println!("crash: {kind} on {engine:?} with seed {}", seed());
    let mut rounds = 0;
    while tally.kills < wanted {
        rounds += 1;
        round(&mut dice, &mut tally, wanted);
        assert!(tally.tries <= 20 + 8 * wanted, "{} of {} tries killed anything: the whiles are too long", tally.kills, tally.tries);
    }
    println!(
        "crash: {kind} on {engine:?}: {} kills, {} of them in the middle, {rounds} rounds, nothing lost",
        tally.kills, tally.in_the_middle
    );
    assert!(
        wanted < 20 || tally.in_the_middle * 5 >= tally.kills,
        "only {} of {} kills found the work half done",
        tally.in_the_middle,
        tally.kills
    );
}
