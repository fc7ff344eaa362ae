//! Joint plans: a person with several accounts, also of several creditors, agrees one plan over them.
//!
//! What was agreed for the whole is one row, which is never changed; each account keeps a plan of its own that names it, and follows its
//! own promises and its own money as every plan does. [`agreeing`] asks every account its own rules, [`asking`] a supervisor; [`paying`] takes one payment for the
//! whole, [`arriving`] tells what of the bank is one; revisions and withdrawals go for all plans that still run, in one transaction (`agreed::revising`, `agreed::following`).
//!
//! Always true: the parts of each payment add up to it, and the parts of all accounts to the whole (`duly check`). Where one account
//! refuses, nothing is agreed on any.

pub mod agreeing;
pub mod arriving;
pub mod asking;
pub mod check;
pub mod pages;
pub mod panel;
pub mod paying;
pub mod standing;
pub mod store;

use super::agreed::store::{PlanRow, list_of_joint};
use crate::store::{StoreError, Tx};
use duly_domain::plans::plan::PlanState;

/// A plan with those that run beside it for the same whole: what is done to one is done to all.
pub async fn running(tx: &mut Tx, plan: &PlanRow) -> Result<Vec<PlanRow>, StoreError> {
    match plan.joint {
        None => Ok(vec![plan.clone()]),
        Some(joint) => {
            Ok(list_of_joint(tx, joint).await?.into_iter().filter(|row| row.id == plan.id || row.standing() == PlanState::Active).collect())
        }
    }
}
