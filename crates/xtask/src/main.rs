//! The house's own chores: `cargo xtask test`, `tidy`, `licenses`, `handbook`, `pictures`, `crash`, `fuzz`.

mod crash;
mod fuzz;
mod handbook;
mod licenses;
mod machine;
mod tests;
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask test | tidy | licenses | handbook | pictures [--all FOLDER] | crash [--times N] [--races N] [--seed N] | fuzz [--seconds N]";

fn main() -> ExitCode {
    let chore = std::env::args().nth(1).unwrap_or_default();
    let done = match chore.as_str() {
        "test" => tests::run(),
        "tidy" => tidy::run(),
        "crash" => crash::run(&std::env::args().skip(2).collect::<Vec<_>>()),
        "fuzz" => fuzz::run(&std::env::args().skip(2).collect::<Vec<_>>()),
        "handbook" => handbook::run(),
        "licenses" => licenses::run(),
        "pictures" => tests::pictures(),
        _ => Err(anyhow::anyhow!(USAGE)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
