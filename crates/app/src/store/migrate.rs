//! Migrations: numbered steps, each applied once, in order; a newer database is refused.

use super::{Db, StoreError, Tx};
use crate::params;
use duly_domain::audit::hex;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

struct Step {
    number: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// A step has one text for both engines, or, marked `apart`, one for each.
macro_rules! steps {
    (@text $name:literal $file:literal) => { include_str!(concat!("../../../../migrations/", $name, "/", $file)) };
    (@step $number:literal $name:literal) => {
        Step { number: $number, name: $name, sqlite: steps!(@text $name "1_both.sql"), postgres: steps!(@text $name "1_both.sql") }
    };
    (@step $number:literal $name:literal apart) => {
        Step { number: $number, name: $name, sqlite: steps!(@text $name "1_sqlite.sql"), postgres: steps!(@text $name "1_postgres.sql") }
    };
    ($($number:literal $name:literal $($apart:ident)?;)*) => { [$(steps!(@step $number $name $($apart)?)),*] };
}

/// In order of their numbers, which may leave gaps.
const STEPS: &[Step] = &steps! {
    1 "0001_identity";
    2 "0002_parties";
    3 "0003_accounts";
    4 "0004_ledger";
    5 "0005_plans";
    6 "0006_compliance";
    7 "0007_outreach";
    8 "0008_strategy";
    9 "0009_audit";
    10 "0010_jobs";
    11 "0011_notices";
    12 "0012_proof";
    13 "0013_imports";
    14 "0014_people";
    15 "0015_moves";
    16 "0016_account_papers";
    17 "0017_compared";
    18 "0018_mappings";
    19 "0019_worklist_index";
    20 "0020_quick_lists";
    21 "0021_told_by_whom";
    22 "0022_kept";
    23 "0023_history_back";
    24 "0024_letters";
    25 "0025_narrow_tables" apart;
    26 "0026_marks";
    28 "0028_proof_of_more";
    29 "0029_cases";
    30 "0030_policies";
    31 "0031_statuses";
    32 "0032_acts";
    33 "0033_wide_entries";
    34 "0034_amendments";
    35 "0035_answers";
    36 "0036_licenses";
    39 "0039_places";
    40 "0040_entries_by_account" apart;
    41 "0041_calls";
    42 "0042_recaps";
    43 "0043_approvals" apart;
    44 "0044_reviews";
    45 "0045_practice";
    46 "0046_guides";
    48 "0048_in_writing" apart;
    49 "0049_payments_are_entries";
    51 "0051_furnishings";
    52 "0052_plans";
    54 "0054_receipts";
    55 "0055_remittances";
    56 "0056_trust_book";
    58 "0058_charges" apart;
    59 "0059_plan_revisions";
    60 "0060_limits";
    61 "0061_debits";
    62 "0062_note_flags";
    63 "0063_processor";
    64 "0064_confirmations" apart;
    65 "0065_returned" apart;
    66 "0066_joint_plans";
    67 "0067_write_offs" apart;
    68 "0068_re_ages";
    69 "0069_corrections";
    70 "0070_bank_parts";
    72 "0072_told_accounts";
    73 "0073_comparisons" apart;
    74 "0074_clearings" apart;
};

const JOURNAL: &str = "
    create table if not exists schema_steps (
        number bigint primary key,
        name text not null,
        hash text not null,
        applied_at bigint not null
    )";
const SQLITE_TABLES: &str = "select name from sqlite_master where type in ('table', 'view')";
const POSTGRES_TABLES: &str = "
    select cast(relname as text) from pg_class where relkind in ('r', 'v') and relnamespace = cast(current_schema() as regnamespace)";
const APPLIED: &str = "select number, hash from schema_steps order by number";
const APPLY: &str = "insert into schema_steps (number, name, hash, applied_at) values ($1, $2, $3, $4)";

/// The number of the newest step this program knows.
pub fn newest() -> i64 {
    STEPS.iter().map(|step| step.number).max().unwrap_or(0)
}

/// Brings the schema up to date; how many steps were applied.
pub async fn migrate(db: &Db, now: Timestamp) -> Result<usize, StoreError> {
    crate::transaction!(db, tx, {
        let missing = list_missing(tx).await?;
        if !missing.is_empty() {
            return Err(StoreError::Missing(missing.join(", ")));
        }
        tx.batch(JOURNAL).await?;
        let applied: Vec<(i64, String)> = tx.all(APPLIED, &[]).await?;
        if let Some((found, _)) = applied.iter().rev().find(|(found, _)| !STEPS.iter().any(|step| step.number == *found)) {
            return Err(StoreError::Newer { found: *found, known: newest() });
        }
        let mut count = 0;
        for step in STEPS {
            let sql = if tx.engine() == "sqlite" { step.sqlite } else { step.postgres };
            let hash = hex(&Sha256::digest(sql.as_bytes()));
            match applied.iter().find(|(number, _)| *number == step.number) {
                Some((number, before)) if *before != hash => return Err(StoreError::ChangedStep(*number)),
                Some(_) => {}
                None => {
                    tx.batch(sql).await?;
                    tx.run(APPLY, params![step.number, step.name, hash, now]).await?;
                    count += 1;
                }
            }
        }
        Ok(count)
    })
}

/// The tables and views that some steps leave behind, and the journal.
fn tables_after<'s>(texts: impl Iterator<Item = &'s str>) -> BTreeSet<&'s str> {
    let mut tables = BTreeSet::from(["schema_steps"]);
    for line in texts.flat_map(str::lines) {
        let words: Vec<&str> = line.split([' ', '(', ';']).filter(|word| !word.is_empty()).collect();
        match words[..] {
            ["create", "table" | "view", name, ..] => tables.insert(name),
            ["drop", "table" | "view", name] => tables.remove(name),
            ["alter", "table", before, "rename", "to", after] => tables.remove(before) && tables.insert(after),
            _ => false,
        };
    }
    tables
}

/// Tables and views that were there once and are gone: nothing of ours removes one.
async fn list_missing(tx: &mut Tx) -> Result<Vec<&'static str>, StoreError> {
    let is_sqlite = tx.engine() == "sqlite";
    let there: Vec<(String,)> = tx.all(if is_sqlite { SQLITE_TABLES } else { POSTGRES_TABLES }, &[]).await?;
    let is_there = |name: &str| there.iter().any(|(known,)| known == name);
    let text = |step: &Step| if is_sqlite { step.sqlite } else { step.postgres };
    if !is_there("schema_steps") {
        // An empty database has none; one with tables of ours lost the journal.
        let is_ours = tables_after(STEPS.iter().map(text)).into_iter().any(is_there);
        return Ok(if is_ours { vec!["schema_steps"] } else { Vec::new() });
    }
    let applied: Vec<(i64, String)> = tx.all(APPLIED, &[]).await?;
    let steps = STEPS.iter().filter(|step| applied.iter().any(|(number, _)| *number == step.number));
    Ok(tables_after(steps.map(text)).into_iter().filter(|name| !is_there(name)).collect())
}

/// Whether the schema is the one this program knows; the error says what to do.
pub async fn verify(db: &Db) -> Result<bool, StoreError> {
    let mut tx = db.read().await?;
    let applied: Vec<(i64, String)> = tx.all(APPLIED, &[]).await?;
    Ok(STEPS.iter().all(|step| applied.iter().any(|(number, _)| *number == step.number)))
}
