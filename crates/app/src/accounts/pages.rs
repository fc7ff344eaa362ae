//! The account workspace.

use crate::app::Failure;
use crate::store::Tx;
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::Moment;
use serde_json::{Value as Json, json};

/// What the workspace shows, for commands.
pub async fn workspace_json(_tx: &mut Tx, _at: Moment, _account: AccountId) -> Result<Json, Failure> {
    Ok(json!({}))
}
