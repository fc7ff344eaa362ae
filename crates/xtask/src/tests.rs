//! `cargo xtask test`: everything that must hold, in order of cheapness, closed by one countable line.

use crate::machine::{self, Postgres, install};
use crate::{licenses, tidy};
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs all checks and tests.
pub fn run() -> Result<()> {
    machine::run(cargo().args(["fmt", "--all", "--check"]))?;
    tidy::run()?;
    licenses::run()?;
    install()?;
    machine::run(cargo().args(["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]))?;
    let localstripe = machine::localstripe()?;
    let postgres = Postgres::start()?;
    let (passed, failed, ended_well) = tests(&postgres, &localstripe)?;
    println!("{passed} passed, {failed} failed");
    if failed > 0 || !ended_well {
        bail!("tests failed");
    }
    if passed == 0 {
        bail!("no test ran");
    }
    Ok(())
}

/// Makes the pictures of the manual from the product itself.
pub fn pictures() -> Result<()> {
    install()?;
    let rest: Vec<String> = std::env::args().skip(2).collect();
    machine::run(cargo().args(["run", "--quiet", "--package", "duly", "--example", "pictures", "--"]).args(rest))
}

pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs `cargo test` over the workspace, passes its output on, and counts.
fn tests(postgres: &Postgres, localstripe: &Path) -> Result<(u64, u64, bool)> {
    let mut child = cargo()
        .args(["test", "--workspace", "--no-fail-fast", "--", "--test-threads=4"])
        .env("DULY_TEST_POSTGRES", postgres.address())
        .env("DULY_TEST_LOCALSTRIPE", localstripe)
        .stdout(Stdio::piped())
        .spawn()
        .context("cargo test does not start")?;
    let out = child.stdout.take().context("the output of cargo test is piped")?;
    let (mut passed, mut failed) = (0, 0);
    for line in BufReader::new(out).lines() {
        let line = line?;
        println!("{line}");
        if let Some(counts) = line.strip_prefix("test result: ") {
            let count = |word: &str| {
                counts.split(word).next().and_then(|before| before.split_whitespace().last()?.parse::<u64>().ok()).unwrap_or(0)
            };
            passed += count(" passed");
            failed += count(" failed");
        }
    }
    Ok((passed, failed, child.wait()?.success()))
}
