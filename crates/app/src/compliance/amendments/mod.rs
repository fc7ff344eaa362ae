//! Amendments of the rule packs: what the law says since the program was shipped, as the agency enters it.
//!
//! An amendment of one column is proposed with its source, its difference shown on the worklist and on the conformance cases, approved
//! by a second person and in force from its day ([`actions`]). [`editions`] gives the tables as amended to whoever decides; they are made
//! once for what is approved, and found again after that.
//!
//! Always true: nobody approves what they proposed; no amendment is changed after its decision; what ends one is another one.

pub mod actions;
pub mod change;
pub mod pages;
pub mod store;

use crate::app::Failure;
use crate::store::Tx;
use duly_domain::compliance::amendments::Amendment;
use duly_domain::compliance::editions::Editions;
use std::sync::{Arc, Mutex, PoisonError};

/// Sets of amendments whose tables are at hand: one for each database that a process serves.
const AT_HAND: usize = 8;

static MADE: Mutex<Vec<Editions>> = Mutex::new(Vec::new());

/// The tables of the states as shipped and as amended, at all times.
pub async fn editions(tx: &mut Tx) -> Result<Editions, Failure> {
    let approved = store::list_approved(tx).await?;
    if approved.is_empty() {
        return Ok(Editions::default());
    }
    let amendments: Vec<Arc<Amendment>> = approved.iter().filter_map(store::AmendmentRow::amendment).map(Arc::new).collect();
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = made.iter().find(|known| known.amendments() == amendments) {
        return Ok(known.clone());
    }
    let editions = Editions::of(amendments);
    if made.len() == AT_HAND {
        made.remove(0);
    }
    made.push(editions.clone());
    Ok(editions)
}
