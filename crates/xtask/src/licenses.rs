//! `cargo xtask licenses`: every dependency may be shipped with ours, and comes from the public registry.

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
        let forbidden = ["openssl-sys", "aws-lc-sys", "native-tls"];
        if forbidden.contains(&package["name"].as_str().unwrap_or("")) {
            problems.push(format!("{name} needs more than a C compiler"));
        }
    }
    if !problems.is_empty() {
        bail!("dependencies:\n  {}", problems.join("\n  "));
    }
    println!("licenses: {} packages may be shipped", packages.len());
    Ok(())
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
}
