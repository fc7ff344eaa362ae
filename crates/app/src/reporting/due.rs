//! What should be corrected before the month is over: accounts whose newest telling differs from what would be told today.

use super::deciding::{act_of, judge};
use super::furnish::PAGE;
use super::store;
use crate::app::Failure;
use crate::compliance::acts::{look_act, refusal_of};
use crate::parties;
use crate::store::Tx;
use duly_domain::reporting::correcting::{Correction, Due, correct, due};
use duly_domain::reporting::furnishing::{Furnishing, Told};
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::Moment;
use std::collections::VecDeque;

/// Accounts looked for at once.
const LOOKED_FOR: i64 = 1_000;

/// An account that should be told anew.
#[derive(Clone, Debug)]
pub struct DueAccount {
    /// Which.
    pub account: AccountId,
    /// The creditor's reference.
    pub reference: String,
    /// The creditor.
    pub creditor: String,
    /// The debtor's name.
    pub name: String,
    /// Why.
    pub due: Due,
    /// What was told last.
    pub told: Told,
    /// What would be told today.
    pub now: Furnishing,
    /// What the rules say against it; taking it out is never refused.
    pub refusal: Option<String>,
}

/// Accounts that should be told anew behind one of them, so many at the most, and whether there are more.
pub async fn list_due(tx: &mut Tx, at: Moment, after: Option<AccountId>, most: usize) -> Result<(Vec<DueAccount>, bool), Failure> {
    let mut found: Vec<DueAccount> = Vec::new();
    let mut after = after.unwrap_or(AccountId(uuid::Uuid::nil()));
    let mut listed = VecDeque::new();
    loop {
        // What is looked for at once is many, what is judged at once a few: most pages are full before all are.
        if listed.is_empty() {
            listed = VecDeque::from(store::list_to_look_at(tx, after, LOOKED_FOR).await?);
        }
        let some: Vec<_> = listed.drain(..listed.len().min(usize::try_from(PAGE).unwrap_or(1))).collect();
        let Some(last) = some.last() else { return Ok((found, false)) };
        after = last.account;
        for judged in judge(tx, some, at).await? {
            let facts = judged.facts(&judged.told, at.business_day)?;
            let Some((due, how)) = due(&facts, judged.since, at.business_day) else { continue };
            let (Ok(now), Some(told)) = (correct(&facts, how, at.business_day), judged.told.last()) else { continue };
            if found.len() == most {
                return Ok((found, true));
            }
            let account = &judged.known.account;
            let refusal = match (how, act_of(&now, "the bureaus")) {
                (Correction::AsItStands, Some(act)) => refusal_of(&look_act(tx, at, account.id, &act).await?),
                _ => None,
            };
            found.push(DueAccount {
                account: account.id,
                reference: account.reference.clone(),
                creditor: judged.to_tell.creditor.clone(),
                name: parties::name_of(judged.known.debtor.name.as_deref()).to_string(),
                due,
                told: *told,
                now,
                refusal,
            });
        }
    }
}
