//! What is known of references already placed.

use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx, Value};
use duly_domain::values::ids::{AccountId, BatchId, CreditorId};
use jiff::Timestamp;
use jiff::civil::Date;

const NEWEST_MAPPING: &str = "
    select version, body from mappings where creditor_id = $1 and kind = $2 order by version desc limit 1";
const INSERT_MAPPING: &str = "insert into mappings (id, creditor_id, kind, version, body, saved_by, saved_at)";

/// The newest mapping that loaded a creditor's files: version, TOML.
pub async fn find_mapping(tx: &mut Tx, creditor: CreditorId, kind: &str) -> Result<Option<(i64, String)>, StoreError> {
    tx.one(NEWEST_MAPPING, params![creditor, kind]).await
}

/// Keeps a mapping as the next version, unless the newest is the same; the version.
pub async fn save_mapping(tx: &mut Tx, creditor: CreditorId, kind: &str, body: &str, by: &str, at: Timestamp) -> Result<i64, StoreError> {
    let newest = find_mapping(tx, creditor, kind).await?;
    if let Some((version, _)) = newest.as_ref().filter(|(_, known)| known == body) {
        return Ok(*version);
    }
    let version = newest.map_or(1, |(version, _)| version + 1);
    tx.insert_many(INSERT_MAPPING, &[params![crate::app::new_uuid(), creditor, kind, version, body, by, at].to_vec()]).await?;
    Ok(version)
}

rows! {
    /// What is compared when a reference comes again.
    pub struct Placed {
        pub reference: String,
        pub account: AccountId,
        pub batch: Option<BatchId>,
        pub placed_minor: i64,
        pub currency: String,
        pub paid_before_minor: i64,
        pub reduced_before_minor: i64,
        pub itemized_on: Option<Date>,
        pub due_on: Option<Date>,
        pub charged_off_on: Option<Date>,
        pub description: Option<String>,
        pub creditor_status: Option<String>,
    }
}

/// References asked for in one statement.
const CHUNK: usize = 128;

/// The accounts of a creditor that have one of these references.
pub async fn list_placed(tx: &mut Tx, creditor: CreditorId, references: &[&str]) -> Result<Vec<Placed>, StoreError> {
    let mut placed = Vec::new();
    for chunk in references.chunks(CHUNK) {
        // Short chunks repeat their first reference, so that one prepared statement serves them all.
        let padded = chunk.iter().chain(std::iter::repeat_n(&chunk[0], CHUNK - chunk.len()));
        let values: Vec<Value> = params![creditor].iter().cloned().chain(padded.map(|reference| Value::from(*reference))).collect();
        placed.extend(tx.all::<Placed>(statement(), &values).await?);
    }
    Ok(placed)
}

fn statement() -> &'static str {
    static STATEMENT: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    STATEMENT.get_or_init(|| {
        let places: Vec<String> = (2..CHUNK + 2).map(|i| format!("${i}")).collect();
        format!(
            "select reference, id, batch_id, placed_minor, currency, paid_before_minor, reduced_before_minor, itemized_on, due_on,
                    charged_off_on, description, creditor_status
               from accounts where creditor_id = $1 and reference in ({})",
            places.join(", ")
        )
    })
}
