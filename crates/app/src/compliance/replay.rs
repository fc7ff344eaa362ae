//! Replay: every contact that we made in some days, and every act asked about, is judged again; what comes out otherwise is told.
//!
//! Twice: from the facts that were kept with its decision, which must give the same answer as long as the rules are the same; and
//! from what is known today of that moment, which tells what was learned since. A contact that was made though its decision said
//! no, and no supervisor released it, is told too: with this, that nothing unlawful went out is proved and not believed. What was
//! answered about acts is judged by its kept facts alone, which hold what only the asker knew.

use super::acts;
use super::as_of::AsOf;
use super::gate::{self, AskContact, decide_again};
use super::store as decisions;
use crate::app::{App, Failure};
use crate::outreach::store::{self, MadeContact};
use crate::store::Tx;
use duly_domain::compliance::RULE_SET;
use duly_domain::compliance::acts::{Act, decide_act};
use duly_domain::compliance::record::{Dialing, Purpose};
use duly_domain::decision::{Answer, Decision};
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, ContactId, DecisionId};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt;
use uuid::Uuid;

/// How many contacts are judged before others get their turn.
const PAGE: i64 = 500;

/// How a judgment came out otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The facts kept with the decision give another answer by the same rules: that should not be.
    Facts,
    /// They give another answer by the rules of today.
    Rules,
    /// What is known today of that moment gives another answer.
    Knowledge,
    /// It was made though the decision said no and nobody released it.
    MadeThoughRefused,
    /// It could not be judged again.
    NotJudged,
}

impl Kind {
    /// The code in answers.
    pub const fn code(self) -> &'static str {
        match self {
            Kind::Facts => "facts",
            Kind::Rules => "rules",
            Kind::Knowledge => "knowledge",
            Kind::MadeThoughRefused => "made_though_refused",
            Kind::NotJudged => "not_judged",
        }
    }

    /// Whether something is wrong, and not merely otherwise today.
    pub const fn is_fault(self) -> bool {
        matches!(self, Kind::Facts | Kind::MadeThoughRefused | Kind::NotJudged)
    }
}

/// What was judged again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// A contact that we made.
    Contact(ContactId),
    /// An act that was asked about, by its decision.
    Act(DecisionId),
}

impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Judged::Contact(id) => id.fmt(f),
            Judged::Act(id) => id.fmt(f),
        }
    }
}

/// One judgment that came out otherwise.
#[derive(Clone, Debug)]
pub struct Difference {
    /// How.
    pub kind: Kind,
    /// Of what.
    pub of: Judged,
    /// About which account.
    pub account: AccountId,
    /// When it was made.
    pub at: Timestamp,
    /// The answer then, and its rules.
    pub then: (String, String),
    /// The answer now, and its rules; or why there is none.
    pub now: (String, String),
    /// The rules then.
    pub rule_set: String,
}

/// What a replay came to.
#[derive(Debug, Default)]
pub struct Replay {
    /// Contacts that we made.
    pub contacts: u64,
    /// Those whose decision is kept.
    pub judged: u64,
    /// Those that came in with a file of history: nobody here decided them.
    pub without_decision: u64,
    /// Acts that were asked about.
    pub acts: u64,
    /// What came out otherwise, in order.
    pub differences: Vec<Difference>,
}

impl Replay {
    /// How many differences of a kind there are.
    pub fn count(&self, kind: Kind) -> usize {
        self.differences.iter().filter(|difference| difference.kind == kind).count()
    }
}

/// Judges every contact made from one moment up to another, left out, again.
pub async fn replay(app: &App, from: Timestamp, to: Timestamp) -> Result<Replay, Failure> {
    let mut done = Replay::default();
    let mut after = ContactId(Uuid::nil());
    loop {
        let mut tx = app.db.read().await?;
        let page = store::list_made(&mut tx, from, to, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for contact in &page {
            done.contacts += 1;
            judge(&mut tx, contact, &app.zone(), &mut done).await?;
        }
        tx.rollback().await;
        tokio::task::yield_now().await;
    }
    replay_acts(app, from, to, &mut done).await?;
    Ok(done)
}

/// Makes what was answered about acts again from its kept facts.
async fn replay_acts(app: &App, from: Timestamp, to: Timestamp, done: &mut Replay) -> Result<(), Failure> {
    let mut after = DecisionId(Uuid::nil());
    loop {
        let mut tx = app.db.read().await?;
        let page = decisions::list_acts_between(&mut tx, from, to, after, PAGE).await?;
        tx.rollback().await;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        for act in page {
            done.acts += 1;
            let then = (act.answer.clone(), act.rules.clone());
            let (kind, now) = match judge_act(&act) {
                Err(says) => (Kind::NotJudged, (says, String::new())),
                Ok(again) if in_short(&again) == then => continue,
                Ok(again) => (if act.rule_set == RULE_SET { Kind::Facts } else { Kind::Rules }, in_short(&again)),
            };
            done.differences.push(Difference {
                kind,
                of: Judged::Act(act.id),
                account: act.account,
                at: act.decided_at,
                then,
                now,
                rule_set: act.rule_set,
            });
        }
        tokio::task::yield_now().await;
    }
}

/// Makes one again; what was asked must be what its own columns say.
fn judge_act(kept: &decisions::ActToReplay) -> Result<Decision, String> {
    let (act, facts) = acts::read_kept(&kept.facts)?;
    let told = kept.act.as_deref().and_then(|told| serde_json::from_str::<Act>(told).ok());
    match told.as_ref() == Some(&act) && kept.kind == act.code() {
        true => Ok(decide_act(&facts)),
        false => Err("what was asked is not what its facts say was asked".into()),
    }
}

async fn judge(tx: &mut Tx, contact: &MadeContact, zone: &TimeZone, done: &mut Replay) -> Result<(), Failure> {
    let (Some(answer), Some(facts)) = (&contact.answer, &contact.facts) else {
        done.without_decision += 1;
        return Ok(());
    };
    done.judged += 1;
    let then = (answer.clone(), contact.rules.clone().unwrap_or_default());
    let rule_set = contact.rule_set.clone().unwrap_or_default();
    let mut tell = |kind: Kind, now: (String, String)| {
        let (then, rule_set) = (then.clone(), rule_set.clone());
        done.differences.push(Difference {
            kind,
            of: Judged::Contact(contact.id),
            account: contact.account,
            at: contact.contacted_at,
            then,
            now,
            rule_set,
        });
    };
    let was_allowed = answer == Answer::Yes.code();
    let was_released = answer == Answer::NeedsSupervisor.code() && contact.released_by.is_some();
    if !was_allowed && !was_released {
        tell(Kind::MadeThoughRefused, then.clone());
    }
    match decide_again(facts) {
        Err(says) => tell(Kind::NotJudged, (says, String::new())),
        Ok(again) if in_short(&again) != then => {
            let kind = if rule_set == RULE_SET { Kind::Facts } else { Kind::Rules };
            tell(kind, in_short(&again));
        }
        Ok(_) => {}
    }
    match by_knowledge(tx, contact, zone).await {
        Ok(today) if in_short(&today) != then => tell(Kind::Knowledge, in_short(&today)),
        Ok(_) => {}
        // Who owes the account is somebody else since; what was decided then stands by its facts.
        Err(Failure::NotFound(what)) => tell(Kind::Knowledge, (format!("no {what} any more"), String::new())),
        Err(Failure::Wrong(problems)) => tell(Kind::Knowledge, (problems.to_string(), String::new())),
        Err(failure) => return Err(failure),
    }
    Ok(())
}

/// What would be answered for the moment of a contact by what is known today.
async fn by_knowledge(tx: &mut Tx, contact: &MadeContact, zone: &TimeZone) -> Result<Decision, Failure> {
    let also = store::list_accounts_of(tx, contact.id).await?;
    // What was asked for stands with the decision alone.
    let dispute =
        contact.facts.as_deref().and_then(|facts| gate::read_kept(facts).ok()).map(|(facts, _)| facts.dispute).unwrap_or_default();
    let ask = AskContact {
        account: contact.account,
        person: Some(contact.debtor),
        channel: Channel::parse(&contact.channel).ok_or_else(|| Failure::wrong("channel", "is unknown"))?,
        point: contact.point,
        purpose: Purpose::parse(&contact.purpose).unwrap_or_default(),
        also: also.into_iter().filter(|account| *account != contact.account).collect(),
        dialing: contact.dialing.as_deref().and_then(Dialing::parse).unwrap_or_default(),
        // It changes what is shown, never the answer.
        is_by_trained: false,
        is_about_undisputed: dispute.is_about_undisputed,
    };
    let then = AsOf { contact: Some(contact.id.0), ..AsOf::of(contact.contacted_at, zone) };
    gate::judge_again(tx, &then, &ask, contact.id, dispute.undisputed).await
}

/// A decision as it is kept: the answer's code and the ids of its rules.
fn in_short(decision: &Decision) -> (String, String) {
    let rules: Vec<&str> = decision.because.iter().map(|reason| reason.rule.id).collect();
    (decision.answer.code().to_string(), rules.join(" "))
}
