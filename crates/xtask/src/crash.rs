//! `cargo xtask crash`: the kills and races of the tests, as often as wanted, closed by one countable line.

use crate::machine::{Postgres, install};
use crate::tests::cargo;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

/// Kills and races when nobody says how many.
const TIMES: u32 = 1_000;
const RACES: u32 = 10_000;

/// What to do how often, from which seed.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    times: Option<u32>,
    races: Option<u32>,
    seed: u32,
}

/// Runs the kills, the races, or both when neither is named.
pub fn run(args: &[String]) -> Result<()> {
    let asked = read(args)?;
    install()?;
    let postgres = Postgres::start()?;
    let mut filters = Vec::new();
    if asked.times.is_some() {
        filters.extend(["crash::import", "crash::posting", "crash::contacts", "crash::night"]);
    }
    if asked.races.is_some() {
        filters.extend(["crash::races", "crash::two_processes"]);
    }
    println!("crash: seed {}", asked.seed);
    let mut child = cargo()
        .args(["test", "--package", "duly", "--test", "main", "--", "--nocapture", "--test-threads=4"])
        .args(&filters)
        .env("DULY_TEST_POSTGRES", postgres.address())
        .env("DULY_CRASH_SEED", asked.seed.to_string())
        .env("DULY_CRASH_TIMES", asked.times.unwrap_or(0).to_string())
        .env("DULY_CRASH_RACES", asked.races.unwrap_or(0).to_string())
        .stdout(Stdio::piped())
        .spawn()
        .context("cargo test does not start")?;
    let out = child.stdout.take().context("the output of cargo test is piped")?;
    let (mut kills, mut races) = (0, 0);
    for line in BufReader::new(out).lines() {
        let line = line?;
        println!("{line}");
        kills += count(&line, "crash: ", " kills");
        races += count(&line, "races on ", " for the last attempt");
    }
    let ended_well = child.wait()?.success();
    println!("{kills} kills, {races} races, seed {}: {}", asked.seed, if ended_well { "nothing lost, never two" } else { "FAILED" });
    if !ended_well || kills < asked.times.unwrap_or(0) || races < asked.races.unwrap_or(0) {
        bail!("not all of it held");
    }
    Ok(())
}

fn read(args: &[String]) -> Result<Asked> {
    let mut asked = Asked { times: None, races: None, seed: 20_261_122 };
    for pair in args.chunks(2) {
        let [name, number] = pair else { bail!("{} needs a number", pair[0]) };
        let number: u32 = number.parse().with_context(|| format!("{name} {number}: no number"))?;
        match name.as_str() {
            "--times" => asked.times = Some(number),
            "--races" => asked.races = Some(number),
            "--seed" => asked.seed = number,
            _ => bail!("{name}: there are --times, --races and --seed"),
        }
    }
    if asked.times.is_none() && asked.races.is_none() {
        (asked.times, asked.races) = (Some(TIMES), Some(RACES));
    }
    Ok(asked)
}

/// The number before a word in a line that begins in a certain way.
fn count(line: &str, begins: &str, word: &str) -> u32 {
    let Some(at) = line.find(begins) else { return 0 };
    let before = line[at..].split(word).next().filter(|before| before.len() < line[at..].len());
    before.and_then(|before| before.split_whitespace().last()?.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_and_arguments_read() {
        assert_eq!(count("crash: night on Sqlite: 25 kills, 21 of them in the middle", "crash: ", " kills"), 25);
        assert_eq!(count("test a ... races on Sqlite: 500 for the last attempt, one", "races on ", " for the last attempt"), 500);
        assert_eq!(count("crash: night on Sqlite with seed 7", "crash: ", " kills"), 0);
        let args = |text: &str| text.split_whitespace().map(String::from).collect::<Vec<_>>();
        assert_eq!(read(&args("--races 20 --seed 7")).unwrap(), Asked { times: None, races: Some(20), seed: 7 });
        assert_eq!(read(&[]).unwrap().times, Some(TIMES));
        assert!(read(&args("--times many")).is_err() && read(&args("--times")).is_err() && read(&args("--what 1")).is_err());
    }
}
