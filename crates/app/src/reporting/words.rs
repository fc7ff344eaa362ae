//! What was told of an account, in the words of screens.

use super::joint::read_kept;
use super::store::FurnishingRow;
use crate::cli::output::written as in_money;
use duly_domain::reporting::furnishing::{Condition, Status};
use duly_domain::reporting::joint::GONE;

/// Whole dollars.
pub(super) fn amount(dollars: i64) -> String {
    in_money(dollars.saturating_mul(100), "USD")
}

/// A state with what is owed and what is told of a dispute.
pub(super) fn state_in_words(status: Status, balance_dollars: i64, condition: Option<Condition>) -> String {
    let owed = if status == Status::Collection { format!(", {}", amount(balance_dollars)) } else { String::new() };
    let dispute = condition.map(|condition| format!(", {}", condition.to_string().to_lowercase())).unwrap_or_default();
    format!("{status}{owed}{dispute}")
}

/// What a row told: the state, and what is to be said beside it.
pub fn row_in_words(row: &FurnishingRow) -> (String, String) {
    let condition = row.dispute.as_deref().and_then(Condition::parse);
    let state = match Status::parse(&row.status) {
        Some(status) => state_in_words(status, row.balance_dollars, condition),
        None => row.status.clone(),
    };
    let settled = row.is_settled.then(|| "less was taken as the whole".to_string());
    let people: Vec<_> = row.people.as_deref().into_iter().flat_map(read_kept).collect();
    let gone = people.iter().filter(|(_, code)| *code == GONE).count();
    let beside = match (people.len() - gone, gone) {
        (0, 0) => None,
        (told, 0) => Some(format!("with {told} beside the debtor")),
        (told, gone) => Some(format!("with {told} beside the debtor, {gone} taken off it")),
    };
    let because = row.because.as_ref().map(|because| format!("corrected: {because}"));
    (state, [settled, beside, because].into_iter().flatten().collect::<Vec<_>>().join("; "))
}
