//! Cases are decided without a database.

use super::Answered;
use super::output::write_line;
use crate::app::Failure;
use crate::compliance::cases;
use serde_json::{Value as Json, json};
use std::path::PathBuf;

pub(super) fn decide() -> Result<Answered, Failure> {
    let case: Json =
        serde_json::from_reader(std::io::stdin()).map_err(|error| Failure::File(format!("standard input is no case: {error}")))?;
    let decision = cases::decide(&case).map_err(Failure::File)?;
    write_line(&decision.to_string())?;
    Ok(Answered::Yes)
}

pub(super) fn run_cases(paths: &[PathBuf]) -> Result<Answered, Failure> {
    let (mut passed, mut failed) = (0u64, 0u64);
    for case in cases::read(paths).map_err(Failure::File)? {
        let ran = cases::run(&case);
        let counter = if ran["pass"] == true { &mut passed } else { &mut failed };
        *counter += 1;
        write_line(&ran.to_string())?;
    }
    write_line(&json!({"passed": passed, "failed": failed}).to_string())?;
    Ok(if failed == 0 { Answered::Yes } else { Answered::No })
}
