//! Statuses of people and debts: entered and lifted with how we know, each shown with what is still allowed.
//!
//! What a status is, whom it binds and what stays allowed stands in `duly_domain::compliance::status`. It binds the gate by the row it
//! leaves: a notice (a written stop, a lawyer, a bankruptcy), a circumstance (a death, service, need of care) or a wish (a closed
//! channel). Beside that row [`store`] keeps how we know, never changed.
//!
//! Read [`actions::enter`] first. Always true: nothing is lifted without a reason, a source and somebody who may.

pub mod actions;
pub mod pages;
pub mod panel;
pub mod standing;
pub mod store;
