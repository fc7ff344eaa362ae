//! The law under which a quiz is asked: what was known of policy and amendments when it was, so that the same quiz can be made again.

use crate::app::Failure;
use crate::compliance::policy::Policies;
use crate::compliance::{amendments, policy};
use crate::store::Tx;
use duly_domain::coaching::quiz::Law;
use duly_domain::compliance::editions::Editions;
use jiff::Timestamp;
use std::sync::Arc;

/// What was decided until one moment, as it holds at another.
pub async fn law_of(tx: &mut Tx, known_at: Timestamp, holds_at: Timestamp) -> Result<Law, Failure> {
    let was_known = |decided_at: Option<Timestamp>| decided_at.is_some_and(|decided_at| decided_at <= known_at);
    let mut versions = policy::store::list_approved(tx).await?;
    versions.retain(|row| was_known(row.decided_at));
    let approved = amendments::store::list_approved(tx).await?;
    let editions = match approved.iter().all(|row| was_known(row.decided_at)) {
        true => amendments::editions(tx).await?,
        false => {
            let known = approved.iter().filter(|row| was_known(row.decided_at));
            Editions::of(known.filter_map(amendments::store::AmendmentRow::amendment).map(Arc::new).collect())
        }
    };
    Ok(Law { policy: Policies::of_house(&versions).at(holds_at), editions })
}
