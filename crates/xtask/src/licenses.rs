//! `cargo xtask licenses`: every dependency may be shipped with ours, and comes from the public registry.
//!
//! What only benchmarks beside the workspace use is never shipped: of it the lock file alone is read, for sources and for what needs
//! more than a C compiler, so that nobody downloads it for the check.

use anyhow::{Context, Result, bail};
use serde_json::Value as Json;
use std::process::Command;

/// Licenses that go with Apache-2.0.
const ACCEPTED: [&str; 13] = [
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "0BSD",
    "Unlicense",
    "CC0-1.0",
    "Unicode-3.0",
    "BSL-1.0",
];

/// What needs more than a C compiler.
const FORBIDDEN: [&str; 3] = ["openssl-sys", "aws-lc-sys", "native-tls"];

/// Checks every package of the lock file.
pub fn run() -> Result<()> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--locked", "--all-features"])
        .output()
        .context("cargo metadata does not start")?;
    if !output.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    }
    let metadata: Json = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().context("metadata without packages")?;
    let mut problems = Vec::new();
    for package in packages {
        let name = format!("{} {}", package["name"].as_str().unwrap_or("?"), package["version"].as_str().unwrap_or("?"));
        if let Some(source) = package["source"].as_str()
            && !source.starts_with("registry+")
        {
            problems.push(format!("{name} comes from {source}"));
        }
        if let Some(problem) = problem_with(package["license"].as_str().unwrap_or("")) {
            problems.push(format!("{name} {problem}"));
        }
        if FORBIDDEN.contains(&package["name"].as_str().unwrap_or("")) {
            problems.push(format!("{name} needs more than a C compiler"));
        }
    }
    let compared = concat!(env!("CARGO_MANIFEST_DIR"), "/../../benches/gate/Cargo.lock");
    problems.extend(problems_of_lock(&std::fs::read_to_string(compared).context(compared)?));
    if !problems.is_empty() {
        bail!("dependencies:\n  {}", problems.join("\n  "));
    }
    println!("licenses: {} packages may be shipped", packages.len());
    Ok(())
}

/// Packages of a lock file that come from elsewhere than a registry, or need more than a C compiler.
fn problems_of_lock(lock: &str) -> Vec<String> {
    let quoted = |line: &str, name: &str| Some(line.strip_prefix(name)?.strip_prefix(" = ")?.trim_matches('"').to_string());
    let mut problems = Vec::new();
    for package in lock.split("[[package]]").skip(1) {
        let find = |name: &str| package.lines().find_map(|line| quoted(line, name));
        let name = find("name").unwrap_or_default();
        if let Some(source) = find("source").filter(|source| !source.starts_with("registry+")) {
            problems.push(format!("{name} comes from {source}"));
        }
        if FORBIDDEN.contains(&name.as_str()) {
            problems.push(format!("{name} needs more than a C compiler"));
        }
    }
    problems
}

fn problem_with(license: &str) -> Option<String> {
    // Old manifests part alternatives by a slash.
    let expression = license.replace('/', " OR ");
    let parsed = match spdx::Expression::parse(&expression) {
        Ok(parsed) => parsed,
        Err(_) => return Some(format!("states no license that can be read: {license:?}")),
    };
    let accepted = parsed.evaluate(|requirement| ACCEPTED.contains(&requirement.to_string().as_str()));
    (!accepted).then(|| format!("has the license {license}, which is not on the list"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licenses_are_judged_by_what_they_allow() {
        for license in ["MIT OR Apache-2.0", "MIT/Apache-2.0", "(MIT OR GPL-3.0-only) AND BSD-3-Clause", "Apache-2.0"] {
            assert_eq!(problem_with(license), None, "{license}");
        }
        for license in ["GPL-3.0-only", "MIT AND GPL-3.0-only", "", "custom"] {
            assert!(problem_with(license).is_some(), "{license}");
        }
    }

    #[test]
    fn a_lock_file_is_read_for_sources_and_for_what_is_forbidden() {
        let lock = "version = 4\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"git+https://example.org/a\"\n\n\
            [[package]]\nname = \"openssl-sys\"\nsource = \"registry+https://example.org\"\n\n[[package]]\nname = \"ours\"\n";
        assert_eq!(problems_of_lock(lock), ["a comes from git+https://example.org/a", "openssl-sys needs more than a C compiler"]);
    }
}
