//! What somebody could do who has the database in hand.

use crate::floor::Floor;
use duly::store::Value;

impl Floor {
    /// Runs a statement past all actions: what somebody at the database could do.
    pub fn tamper(&mut self, sql: &str, params: &[Value]) {
        let done = self.runtime.block_on(async {
            let mut tx = self.app.db.begin().await?;
            tx.run(sql, params).await?;
            tx.commit().await
        });
        done.expect("the statement runs");
    }

    /// Whether the database itself refuses a statement.
    pub fn is_refused(&mut self, sql: &str, params: &[Value]) -> bool {
        let run = async {
            let mut tx = self.app.db.begin().await?;
            tx.run(sql, params).await
        };
        self.runtime.block_on(run).is_err()
    }

    /// Takes a check away that a table has, as somebody could who has the database in hand.
    pub fn without_check(&mut self, table: &str, check: &str) {
        if self.address.starts_with("sqlite:") {
            self.tamper("pragma ignore_check_constraints = on", &[]);
        } else {
            self.tamper(&format!("alter table {table} drop constraint {check}"), &[]);
        }
    }
}
