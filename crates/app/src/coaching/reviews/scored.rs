//! The score that a call's steps give, before anybody listens; kept when the call is wrapped up.

use super::store::{self, NewCallScore};
use crate::app::{Failure, new_uuid};
use crate::outreach::calls::store::Call;
use crate::store::Tx;
use duly_domain::coaching::scorecard::{Mark, Marked, Recorded, Scorecard};
use duly_domain::outreach::conversation::Conversation;
use duly_domain::outreach::result;
use duly_domain::values::ids::{CallId, CallScoreId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What the steps prove of one item, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptMark {
    /// The item.
    pub item: String,
    /// The mark, where the steps prove one.
    pub mark: Option<Mark>,
    /// Why.
    pub why: String,
    /// The steps it rests on, from 0.
    pub steps: Vec<usize>,
}

/// The score of a call's steps, as it was kept.
#[derive(Clone, Debug, Default)]
pub struct KeptScore {
    /// Item by item.
    pub marks: Vec<KeptMark>,
    /// The share, in basis points.
    pub basis_points: Option<i64>,
    /// The items it fails by.
    pub failed_by: Vec<String>,
}

/// Every item of the scorecard with what the steps prove of it; `result` is the code that was recorded.
pub fn from_steps<'a>(card: &'a Scorecard, call: &Conversation, result: Option<&str>) -> Vec<Marked<'a>> {
    let recorded = result.and_then(result::find).map(|result| Recorded { result });
    card.marks_from(call, recorded.as_ref())
}

/// Keeps the score of a call that is wrapped up; the entry that wraps it up names it.
pub async fn keep(tx: &mut Tx, call: &Call, conversation: &Conversation, result: &str, at: Timestamp) -> Result<CallScoreId, Failure> {
    let card = Scorecard::shipped();
    let marked = from_steps(&card, conversation, Some(result));
    let scored = card.score_of(&marked);
    let marks: Vec<KeptMark> = marked
        .into_iter()
        .map(|one| KeptMark { item: one.item.code.clone(), mark: one.mark, why: one.why.into(), steps: one.steps })
        .collect();
    let id = CallScoreId(new_uuid());
    let new = NewCallScore {
        id,
        account: call.account,
        call: call.id,
        officer: call.officer,
        scorecard: &card.edition(),
        marks: &serde_json::to_string(&marks).expect("marks are always JSON"),
        basis_points: scored.basis_points,
        failed_by: &scored.failed_by.join(" "),
    };
    store::insert_call_score(tx, &new, at).await?;
    Ok(id)
}

/// The score that was kept of a call's steps; calls wrapped up before there were scores have none.
pub async fn find(tx: &mut Tx, call: CallId) -> Result<Option<KeptScore>, Failure> {
    let Some(row) = store::find_call_score(tx, call).await? else { return Ok(None) };
    Ok(Some(KeptScore {
        marks: serde_json::from_str(&row.marks).unwrap_or_default(),
        basis_points: row.basis_points,
        failed_by: row.failed_by.split_whitespace().map(String::from).collect(),
    }))
}
