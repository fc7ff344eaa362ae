//! A mapping guessed for a file that came without one.

use super::source::{FileChoice, Source};
use crate::app::Failure;
use duly_domain::intake::guess::ROWS;
use duly_domain::intake::mapping::{Guess, guess};
use std::path::Path;

/// Guesses a mapping from the heads and the first rows.
pub fn guess_of(path: &Path) -> Result<Guess, Failure> {
    let (heads, samples) = samples_of(path)?;
    Ok(guess(&heads, &samples))
}

/// The heads and the cells of the first rows.
pub fn samples_of(path: &Path) -> Result<(Vec<String>, Vec<Vec<String>>), Failure> {
    let mut source = Source::open(path, &FileChoice::default()).map_err(Failure::File)?;
    let mut samples = Vec::with_capacity(ROWS);
    while samples.len() < ROWS
        && let Some(row) = source.next_row().map_err(Failure::File)?
    {
        samples.push(row.cells().map(String::from).collect());
    }
    Ok((source.heads().to_vec(), samples))
}
