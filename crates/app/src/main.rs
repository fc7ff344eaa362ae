//! The `duly` program: arguments, then the command, then the exit code.

fn main() -> std::process::ExitCode {
    duly::cli::main()
}
