//! A joint plan beyond somebody's limits is asked of a supervisor: one request for all accounts, with the limits it passes on each.
//!
//! The request stands on the account at whose desk it was asked and names the others. Whether it may be granted is asked of every account
//! anew each time: when it is asked for, when it is answered, and when it is agreed. One that refuses refuses for all.

use super::standing::{JointDesk, Said, answer_of};
use crate::app::{Failure, Problems};
use crate::plans::approvals;
use crate::store::Tx;
use duly_domain::decision::{Answer, Decision};
use duly_domain::identity::Role;
use duly_domain::plans::schedule::PlanTerms;
use duly_domain::values::ids::{AccountId, ApprovalId};
use duly_domain::values::moment::Moment;
use std::collections::BTreeSet;

/// What parts the account from the limit in what is kept of a request.
const PARTS: char = '/';

/// What all accounts say together.
pub struct Weighed {
    /// The answer of all, with every reason of each.
    pub decision: Decision,
    /// The limits it passes, each with its account, as they are kept.
    pub limits: String,
    /// What stands against it, account by account, in sentences.
    pub says: Vec<String>,
}

/// What law, house, policy and somebody's limits say to a plan over several accounts as they stand now.
pub async fn weigh(tx: &mut Tx, at: Moment, accounts: &[AccountId], terms: PlanTerms, role: Role) -> Result<Weighed, Failure> {
    let (offer, saids) = JointDesk::of(tx, accounts, at).await?.weigh(terms, role, at);
    let outside: Vec<(&'static str, String)> =
        saids.iter().flat_map(|said| said.problems.iter().map(|problem| ("joint", by(said, &problem.says)))).collect();
    if !outside.is_empty() {
        return Err(Failure::Wrong(Problems(outside)));
    }
    let answer = if offer.is_some() { answer_of(&saids) } else { Answer::No };
    let reasons = || saids.iter().flat_map(|said| said.decision.because.iter().map(move |reason| (said, reason)));
    Ok(Weighed {
        limits: reasons().map(|(said, reason)| format!("{}{PARTS}{}", said.account, reason.rule.id)).collect::<Vec<_>>().join(" "),
        says: saids.iter().flat_map(|said| said.reasons().into_iter().map(|says| by(said, &says))).collect(),
        decision: Decision {
            answer,
            next_allowed_at: None,
            because: reasons().map(|(_, reason)| reason.clone()).collect(),
            warnings: Vec::new(),
        },
    })
}

fn by(said: &Said, says: &str) -> String {
    format!("{}, {}: {says}", said.reference, said.creditor)
}

/// A kept limit: of which account where that is said, and which.
pub fn limit_of(kept: &str) -> (Option<AccountId>, &str) {
    match kept.split_once(PARTS) {
        Some((account, limit)) => (account.parse().ok(), limit),
        None => (None, kept),
    }
}

/// The request by which exactly these terms stand granted over exactly these accounts, whichever of them it was asked on.
pub async fn find_grant(tx: &mut Tx, accounts: &[AccountId], terms: &PlanTerms, at: Moment) -> Result<Option<ApprovalId>, Failure> {
    let over: BTreeSet<AccountId> = accounts.iter().copied().collect();
    for account in &over {
        for granted in approvals::store::list_granted(tx, *account, at.at).await? {
            let is_it = granted.granted()?.as_joint_plan().is_some_and(|(granted_terms, with)| {
                granted_terms == *terms && with.iter().copied().chain([*account]).collect::<BTreeSet<_>>() == over
            });
            if is_it {
                return Ok(Some(granted.id));
            }
        }
    }
    Ok(None)
}
