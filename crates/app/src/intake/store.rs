//! What is known of references already placed.

use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx, Value};
use duly_domain::values::ids::{AccountId, BatchId, CreditorId};
use jiff::civil::Date;

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
const CHUNK: usize = 500;

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
