//! "May we sue?": asked of the rules about suits and threats of suit, and kept as a decision with its facts.

use super::facts::gather_for_acts;
use super::store;
use crate::app::{Actor, App, Failure, new_uuid};
use crate::audit::kept;
use crate::transaction;
use duly_domain::compliance::facts::{SuitFacts, gather_suit};
use duly_domain::compliance::{decide, rules};
use duly_domain::decision::Decision;
use duly_domain::values::ids::{AccountId, DecisionId};
use duly_domain::values::moment::Moment;
use serde_json::json;

/// What stands in place of a channel with a decision about a suit.
pub const SUIT: &str = "suit";
/// With one about the threat of a suit.
pub const THREAT: &str = "suit_threat";

/// Answers whether a suit, or a threat of one, may be brought against an account's debtor, and keeps the answer.
pub async fn ask_suit(app: &App, who: &Actor, at: Moment, account: AccountId, is_threat: bool) -> Result<(DecisionId, Decision), Failure> {
    transaction!(app.db, tx, {
        let known = gather_for_acts(tx, account).await?;
        let facts = gather_suit(&known.record, at.at, known.debtor.id.0.as_u128(), &[account.0.as_u128()], false);
        let decision = decide(&rules::SUIT, &facts, &());
        let id = DecisionId(new_uuid());
        let act = if is_threat { THREAT } else { SUIT };
        store::insert_act(tx, id, account, known.debtor.id, act, &decision, &json!({"facts": facts}), who.label(), at.at).await?;
        let detail = json!({"decision": id.to_string(), "act": act, "answer": decision.answer.code()});
        kept::record(tx, who, at.at, account, "suit.ask", detail, &[id.into()]).await?;
        Ok((id, decision))
    })
}

/// Whether a kept decision is about a suit.
pub fn is_about(channel: &str) -> bool {
    matches!(channel, SUIT | THREAT)
}

/// Its words on screens.
pub fn in_words(channel: &str) -> &'static str {
    if channel == THREAT { "Threat of a suit" } else { "Suit" }
}

/// Makes a kept decision again, from nothing but what was kept with it.
pub fn decide_again(kept: &str) -> Result<Decision, String> {
    #[derive(serde::Deserialize)]
    struct Kept {
        facts: SuitFacts,
    }
    let Kept { facts } = serde_json::from_str(kept).map_err(|error| format!("the kept facts cannot be read: {error}"))?;
    Ok(decide(&rules::SUIT, &facts, &()))
}
