//! What nobody answered lapses, and what nobody used in its time cannot be used any more: written down soon after, with its entry.
//!
//! Nothing waits for it: whoever looks reads the times themselves ([`Clock::state_at`](duly_domain::plans::approval::Clock::state_at)).

use super::store;
use crate::app::{Actor, App, Failure};
use crate::audit::kept;
use crate::store::Tx;
use crate::{strategy, transaction};
use duly_domain::plans::approval::ApprovalState;
use duly_domain::values::moment::Moment;
use serde_json::json;
use std::time::Duration;

/// How often somebody looks.
const EVERY: Duration = Duration::from_secs(5);

/// Looks for as long as the product is served.
pub async fn watch(app: App) {
    let mut beat = tokio::time::interval(EVERY);
    let mut is_failing = false;
    loop {
        beat.tick().await;
        match lapse_due(&app, app.moment()).await {
            Ok(_) => is_failing = false,
            Err(failure) if !is_failing => {
                is_failing = true;
                tracing::warn!(%failure, "requests for approval that lapsed could not be written down; it is tried again");
            }
            Err(_) => {}
        }
    }
}

/// Writes down what is over by now; how much.
pub async fn lapse_due(app: &App, at: Moment) -> Result<usize, Failure> {
    if store::list_due(&mut app.db.read().await?, at.at).await?.is_empty() {
        return Ok(0);
    }
    transaction!(app.db, tx, { lapse_in(tx, at).await })
}

async fn lapse_in(tx: &mut Tx, at: Moment) -> Result<usize, Failure> {
    let due = store::list_due(tx, at.at).await?;
    for request in &due {
        let from = request.clock().state;
        let to = request.clock().state_at(at.at);
        if to == from || !store::update_state(tx, request.id, from, to).await? {
            continue;
        }
        let act = if to == ApprovalState::Lapsed { "approval.lapse" } else { "approval.end" };
        let detail = json!({"approval": request.id.to_string()});
        kept::record(tx, &Actor::clock(), at.at, request.account, act, detail, &[request.id.into()]).await?;
        strategy::actions::place_on_worklist(tx, request.account, at).await?;
    }
    Ok(due.len())
}
