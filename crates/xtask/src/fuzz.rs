//! `cargo xtask fuzz`: the rules asked about anything, and case files and files of banks bent in any way, for as long as wanted.
//!
//! The tests draw a few hundred of each; this draws anew until the time is over. What fails is printed as small as it can be made.

use crate::tests::cargo;
use anyhow::{Context, Result, bail};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Seconds when nobody says how many.
const SECONDS: u64 = 300;
/// Drawn by each test in one turn.
const CASES: u64 = 5_000;

/// Draws until the seconds are over, or something fails.
pub fn run(args: &[String]) -> Result<()> {
    let seconds = read(args)?;
    let began = Instant::now();
    let (mut drawn, mut turns) = (0, 0);
    while turns == 0 || began.elapsed() < Duration::from_secs(seconds) {
        let passed = turn()?;
        if passed == 0 {
            bail!("no target ran");
        }
        drawn += passed * CASES;
        turns += 1;
        println!("fuzz: {drawn} drawn in {} s", began.elapsed().as_secs());
    }
    println!("{drawn} drawn in {turns} turns: every one answered and explained");
    Ok(())
}

/// Runs every target once; how many passed.
fn turn() -> Result<u64> {
    let output = cargo()
        .args(["test", "--quiet", "--package", "duly-domain", "--package", "duly", "--lib", "--"])
        .args(["compliance::properties", "compliance::columns::tests::a_mask", "compliance::monotony", "compliance::cases::fuzz"])
        .args(["ledger::bank_file::fuzz", "ledger::ach::fuzz", "reporting::metro2::fuzz"])
        .env("PROPTEST_CASES", CASES.to_string())
        .stderr(Stdio::inherit())
        .output()
        .context("cargo test does not start")?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        println!("{said}");
        bail!("something drawn is not answered as it must be");
    }
    Ok(said.lines().filter_map(passed).sum())
}

/// The number of tests that passed, in the line that says so.
fn passed(line: &str) -> Option<u64> {
    line.strip_prefix("test result: ok. ")?.split(' ').next()?.parse().ok()
}

fn read(args: &[String]) -> Result<u64> {
    match args {
        [] => Ok(SECONDS),
        [name, number] if name == "--seconds" => number.parse().with_context(|| format!("--seconds {number}: no number")),
        _ => bail!("fuzz: there is --seconds N"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read_and_passes_counted() {
        let args = |text: &str| text.split_whitespace().map(String::from).collect::<Vec<_>>();
        assert_eq!((read(&[]).unwrap(), read(&args("--seconds 20")).unwrap()), (SECONDS, 20));
        assert!(read(&args("--seconds")).is_err() && read(&args("--seconds many")).is_err() && read(&args("--times 1")).is_err());
        assert_eq!(passed("test result: ok. 9 passed; 0 failed"), Some(9));
        assert_eq!(passed("test result: FAILED. 9 passed; 1 failed"), None);
    }
}
