//! `cargo xtask tidy`: the rules of the house, kept by a program.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// Rooms of the domain, in order: a room may use only those before it.
#[rustfmt::skip]
const ROOMS: [&str; 15] = [
    "values", "decision", "identity", "audit", "parties", "accounts", "ledger", "plans", "disputes", "compliance", "outreach", "strategy",
    "coaching", "intake", "reporting",
];

/// What the domain may not name.
const WORLD: [&str; 10] =
    ["tokio", "axum", "rusqlite", "tokio_postgres", "std::fs", "std::net", "std::env", "std::thread", "getrandom", "Timestamp::now"];

/// Names that say nothing.
const EMPTY_NAMES: [&str; 6] = ["common", "utils", "helpers", "misc", "manager", "core"];

/// Words that the glossary spells one way: what is wrong, and what is right.
const SPELLINGS: [(&str, &str); 7] = [
    ("debter", "debtor"),
    ("work list", "worklist"),
    ("promise-to-pay", "promise to pay"),
    ("itemis", "itemiz"),
    ("ageing", "aging"),
    ("authoris", "authoriz"),
    ("dialled", "dialed"),
];

/// Ids of rules and names in case files, which keep the spelling of `regulation/`.
const LAWS_OWN: [&str; 5] =
    ["fdcpa.amount.authorised", "rege.preauth.authorisation", "preauthorised", "\"authorisation\"", "\"authorisation_revoked\""];

/// Files that were longer than the limit when it was set; they may not grow.
const LONG: [(&str, usize); 0] = [];

/// The lines a file of code may have.
const LINES: usize = 500;

/// Checks everything and names every fault at once.
pub fn run() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let mut faults = Vec::new();
    let mut count = 0;
    for path in files(&root)? {
        let shown = path.strip_prefix(&root)?.display().to_string();
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        count += 1;
        names(&shown, &mut faults);
        leftovers(&shown, &text, &mut faults);
        if shown.ends_with(".rs") {
            length(&shown, &text, &mut faults);
            opening(&shown, &text, &mut faults);
            domain(&shown, &text, &mut faults);
            tables(&shown, &text, &mut faults);
            parameters(&shown, &text, &mut faults);
        }
    }
    rules(&root, &mut faults)?;
    crate::handbook::check(&root, &mut faults)?;
    if !faults.is_empty() {
        bail!("tidy:\n  {}", faults.join("\n  "));
    }
    println!("tidy: {count} files keep the rules of the house");
    Ok(())
}

/// Every file that git would keep, but for those that came from elsewhere.
fn files(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if path.is_dir() {
                if !["target", ".git", "vendor", "data", "fonts"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if ["rs", "md", "toml", "html", "css", "js", "sql"].iter().any(|ending| name.ends_with(&format!(".{ending}"))) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn names(shown: &str, faults: &mut Vec<String>) {
    for part in shown.split(['/', '.']) {
        if EMPTY_NAMES.contains(&part) {
            faults.push(format!("{shown}: {part:?} says nothing about what is in it"));
        }
    }
}

fn leftovers(shown: &str, text: &str, faults: &mut Vec<String>) {
    if shown.starts_with("crates/xtask") {
        return;
    }
    for left in ["todo!(", "dbg!(", "unimplemented!(", "#[ignore", "FIXME", "XXX:"] {
        if text.contains(left) {
            faults.push(format!("{shown}: {left:?} was left"));
        }
    }
    // The law keeps its own spelling, and so do the documents that speak of it.
    if shown.starts_with("crates") || shown.starts_with("migrations") {
        let ours = LAWS_OWN.iter().fold(text.to_lowercase(), |ours, own| ours.replace(own, ""));
        for (wrong, right) in SPELLINGS.iter().filter(|(wrong, _)| ours.contains(wrong)) {
            faults.push(format!("{shown}: {wrong:?} is spelled {right:?}"));
        }
    }
}

fn length(shown: &str, text: &str, faults: &mut Vec<String>) {
    let limit = LONG.iter().find(|(file, _)| *file == shown).map_or(LINES, |(_, lines)| *lines);
    let lines = text.lines().count();
    if lines > limit {
        faults.push(format!("{shown}: {lines} lines, {limit} at the most; split it by sub-noun"));
    }
}

fn opening(shown: &str, text: &str, faults: &mut Vec<String>) {
    if !text.starts_with("//!") {
        faults.push(format!("{shown}: does not open with what it is"));
    }
}

/// The domain touches nothing, and its rooms use only the rooms before them.
fn domain(shown: &str, text: &str, faults: &mut Vec<String>) {
    let Some(inside) = shown.strip_prefix("crates/domain/src/") else { return };
    for word in WORLD.iter().filter(|word| text.contains(*word)) {
        faults.push(format!("{shown}: the domain names {word}"));
    }
    let room = inside.split(['/', '.']).next().unwrap_or_default();
    let Some(at) = ROOMS.iter().position(|known| *known == room) else { return };
    for later in ROOMS.iter().skip(at + 1).filter(|later| text.contains(&format!("crate::{later}"))) {
        faults.push(format!("{shown}: {room} uses {later}, which stands after it"));
    }
}

/// Only a room's own `store.rs` writes its tables.
fn tables(shown: &str, text: &str, faults: &mut Vec<String>) {
    let in_store = shown.ends_with("/store.rs") || shown.contains("/store/");
    if !shown.starts_with("crates/app/src") || in_store || shown.ends_with("mod.rs") {
        return;
    }
    for word in ["insert into ", "delete from ", "update "] {
        let written = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        if written.clone().any(|line| line.contains(&format!("\"{word}")) || line.trim_start().starts_with(word)) {
            faults.push(format!("{shown}: writes a table outside store.rs ({word:?})"));
        }
    }
}

/// SQLite binds `$n` by first appearance: parameters of every statement are numbered in that order.
fn parameters(shown: &str, text: &str, faults: &mut Vec<String>) {
    if !shown.ends_with("store.rs") {
        return;
    }
    // Statements put together by a macro keep their parameters in the order of its parts.
    for statement in
        text.split("const ").skip(1).filter(|statement| !statement.contains("_where!(")).filter_map(|rest| rest.split("\";").next())
    {
        let mut highest = 0;
        for number in statement.split('$').skip(1) {
            let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
            let Ok(number) = digits.parse::<u32>() else { continue };
            if number > highest + 1 {
                let name = statement.split(':').next().unwrap_or_default();
                faults.push(format!("{shown}: {name} uses ${number} before ${}", highest + 1));
            }
            highest = highest.max(number);
        }
    }
}

/// Every rule file is in the catalogue, and every rule of the catalogue is in `regulation/rules.md` or `rules-added.md`.
fn rules(root: &Path, faults: &mut Vec<String>) -> Result<()> {
    let folder = root.join("crates/domain/src/compliance/rules");
    let catalogue = std::fs::read_to_string(folder.join("mod.rs"))?;
    let law =
        std::fs::read_to_string(root.join("regulation/rules.md"))? + &std::fs::read_to_string(root.join("regulation/rules-added.md"))?;
    for entry in std::fs::read_dir(&folder)? {
        let path = entry?.path();
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        if name == "mod" || name == "proposal_tests" {
            continue;
        }
        if !catalogue.contains(&format!("{name}::")) {
            faults.push(format!("compliance/rules/{name}.rs: is not in the catalogue"));
        }
        let text = std::fs::read_to_string(&path)?;
        for id in text.split("id: \"").skip(1).filter_map(|rest| rest.split('"').next()) {
            if !law.contains(&format!("`{id}`")) {
                faults.push(format!("compliance/rules/{name}.rs: {id} stands neither in regulation/rules.md nor in rules-added.md"));
            }
        }
        if !text.contains("#[test]") {
            faults.push(format!("compliance/rules/{name}.rs: has no table of tests"));
        }
        if !text.contains("cite: \"") {
            faults.push(format!("compliance/rules/{name}.rs: cites nothing"));
        }
    }
    Ok(())
}
