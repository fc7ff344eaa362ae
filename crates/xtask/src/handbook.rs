//! `cargo xtask handbook`: writes `docs/handbook/`, one page per rule, and lets `tidy` see whether it is up to date.

use anyhow::{Context, Result};
use duly_domain::compliance::handbook::pages;
use std::path::Path;

const FOLDER: &str = "docs/handbook";

/// Writes every page and takes away those whose rule is gone.
pub fn run() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let folder = root.join(FOLDER);
    std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    for name in strangers(&root)? {
        std::fs::remove_file(folder.join(&name)).with_context(|| name)?;
    }
    let pages = pages();
    for page in &pages {
        std::fs::write(folder.join(&page.name), &page.text).with_context(|| page.name.clone())?;
    }
    println!("handbook: {} pages in {FOLDER}", pages.len());
    Ok(())
}

/// Names every page that is missing, old, or of a rule that is gone.
pub fn check(root: &Path, faults: &mut Vec<String>) -> Result<()> {
    for page in pages() {
        if std::fs::read_to_string(root.join(FOLDER).join(&page.name)).ok().as_ref() != Some(&page.text) {
            faults.push(format!("{FOLDER}/{}: is not what its card says; run `cargo xtask handbook`", page.name));
        }
    }
    faults.extend(strangers(root)?.into_iter().map(|name| format!("{FOLDER}/{name}: no rule has this page; run `cargo xtask handbook`")));
    Ok(())
}

/// Files in the folder that no rule has.
fn strangers(root: &Path) -> Result<Vec<String>> {
    let Ok(entries) = std::fs::read_dir(root.join(FOLDER)) else { return Ok(Vec::new()) };
    let pages = pages();
    let mut found = Vec::new();
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !pages.iter().any(|page| page.name == name) {
            found.push(name);
        }
    }
    found.sort();
    Ok(found)
}
