//! Who acted, by name: the record keeps ids, screens show names.

use super::store;
use crate::store::{StoreError, Tx};
use duly_domain::values::ids::UserId;
use std::collections::HashMap;

/// Names that were looked up, so that each is asked for once.
#[derive(Debug, Default)]
pub struct Names(HashMap<String, String>);

impl Names {
    /// The name and role behind what stands in the record; what is no user is said as it is known.
    pub async fn of(&mut self, tx: &mut Tx, label: &str) -> Result<String, StoreError> {
        if let Some(known) = self.0.get(label) {
            return Ok(known.clone());
        }
        let user = match label.parse::<UserId>() {
            Ok(user) => store::find_user(tx, user).await?,
            Err(_) => None,
        };
        let name = match (user, label) {
            (Some(user), _) => format!("{} ({})", user.name, user.role.replace('_', " ")),
            (None, "command") => "Command line".into(),
            (None, "night") => "The night".into(),
            (None, "clock") => "The clock".into(),
            (None, "processor") => "The processor".into(),
            (None, label) => label.to_string(),
        };
        self.0.insert(label.to_string(), name.clone());
        Ok(name)
    }
}
