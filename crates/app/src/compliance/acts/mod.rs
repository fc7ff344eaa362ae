//! May we do this about the debt? A report, a sale, a fee, interest, a draft, a suit, a deletion: gathered, decided, kept.
//!
//! [`ask_act`] is the one door to such acts, as the gate is to contacts: it keeps the answer with what was asked, the facts and the
//! version of the rules, refusals too. What only the asker can know stands in the [`Act`]; everything else comes from the record.
//!
//! [`form`] reads what the asker says, [`words`] tells what was asked and known, [`pages`] shows both.
//!
//! Always true: whoever is told yes finds the decision in the account's record; asking moves no money and sends nothing.

pub mod form;
pub mod pages;
pub mod words;

use super::facts::{Known, gather_for_acts};
use super::gate::decision_json;
use super::law::Law;
use super::store::{self, About};
use crate::app::{Actor, App, Failure, new_uuid};
use crate::audit::kept;
use crate::store::Tx;
use crate::{disputes, ledger, outreach, transaction};
use duly_domain::compliance::acts::{Act, ActFacts, decide_act, gather_act};
use duly_domain::compliance::facts::{Facts, bank_stops_until};
use duly_domain::decision::{Answer, Decision};
use duly_domain::disputes::case::{CaseKind, CaseOutcome};
use duly_domain::values::ids::{AccountId, DecisionId};
use duly_domain::values::moment::{Moment, date_of_day};
use jiff::civil::Date;
use serde_json::{Value as Json, json};

/// The answer about one act.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Under which it is kept.
    pub id: DecisionId,
    /// The answer.
    pub decision: Decision,
    /// What it was made on.
    pub facts: ActFacts,
}

impl Asked {
    /// As commands print it: the shape of `duly decide`, with the id it is kept under.
    pub fn json(&self) -> Json {
        let mut json = answer_json(&self.decision, &self.facts);
        json["decision"] = json!(self.id.to_string());
        json["not_judged"] = json!([]);
        json
    }

    /// Nothing where it was allowed; else why not, with the way out.
    pub fn refusal(&self) -> Option<String> {
        refusal_of(&self.decision).map(|says| format!("{says} Kept as {}", self.id))
    }
}

/// Nothing where an act was allowed; else why not, with the way out.
pub fn refusal_of(decision: &Decision) -> Option<String> {
    let reasons = decision.because.iter().map(|one| format!("{} ({}) {}", one.rule.plain, one.rule.cite, one.rule.instead));
    (decision.answer != Answer::Yes).then(|| format!("the rules forbid it: {}", reasons.collect::<Vec<_>>().join(" ")))
}

/// What would be answered now; nothing is kept, and nobody may act on it.
pub async fn look_act(tx: &mut Tx, at: Moment, account: AccountId, act: &Act) -> Result<Decision, Failure> {
    let known = gather_for_acts(tx, account).await?;
    Ok(decide_act(&facts_of(tx, known, at, act.clone()).await?.1))
}

/// Asks whether an act may be done about an account and keeps the answer, in a transaction of its own.
pub async fn ask(app: &App, who: &Actor, at: Moment, account: AccountId, act: &Act) -> Result<Asked, Failure> {
    transaction!(app.db, tx, { ask_act(tx, who, at, account, act).await })
}

/// As [`ask`], within the transaction of whoever does the act. A refusal is an answer: whoever asks must not go on, and must commit.
pub async fn ask_act(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId, act: &Act) -> Result<Asked, Failure> {
    let known = gather_for_acts(tx, account).await?;
    let person = known.debtor.id;
    let law = Law::of(&known, at.at).json();
    let (act, facts) = facts_of(tx, known, at, act.clone()).await?;
    let decision = decide_act(&facts);
    let id = DecisionId(new_uuid());
    let asked = serde_json::to_value(&act).map_err(unwritable)?;
    let kept = json!({"act": asked, "facts": facts, "law": law});
    let about = About::Act(act.code(), asked.to_string());
    store::insert_decision(tx, id, (account, person), about, &decision, &kept, who.label(), at.at).await?;
    let rules: Vec<&str> = decision.because.iter().map(|reason| reason.rule.id).collect();
    let detail = json!({"decision": id.to_string(), "act": act.code(), "answer": decision.answer.code(), "rules": rules});
    kept::record(tx, who, at.at, account, "act.ask", detail, &[id.into()]).await?;
    Ok(Asked { id, decision, facts })
}

/// What cannot be: these are plain values.
fn unwritable(error: serde_json::Error) -> Failure {
    Failure::File(format!("what was asked cannot be written: {error}"))
}

/// The facts of an act on an account: what the gate knows, and what acts alone ask about.
async fn facts_of(tx: &mut Tx, mut known: Known, at: Moment, act: Act) -> Result<(Act, ActFacts), Failure> {
    let (account, key) = (&known.account, known.account.id.0.as_u128());
    let is_from_identity_theft = account.closed_because.as_deref() == Some("fraud") || is_told_of_theft(tx, account.id).await?;
    if let Some(debt) = known.record.debts.iter_mut().find(|debt| debt.key == key) {
        // What was written off is gone from the books and was not paid.
        debt.is_paid |= account.state == "paid" || (account.balance_minor <= 0 && account.written_off_minor == 0);
        debt.is_settled |= account.closed_because.as_deref() == Some("settled");
        debt.is_from_identity_theft |= is_from_identity_theft;
    }
    let act = match act {
        // Whatever happened about the debt keeps its record, not contacts alone.
        Act::Delete { kept, last_activity_on } => {
            let last = last_activity(tx, &known).await?;
            Act::Delete { kept, last_activity_on: last_activity_on.max(Some(last)) }
        }
        act => act,
    };
    let facts = gather_act(&known.record, at.at, known.record.consumer.key, &[key], &act);
    Ok((act, facts))
}

/// Whether they said that the debt comes from identity theft, and nobody has found that it does not.
async fn is_told_of_theft(tx: &mut Tx, account: AccountId) -> Result<bool, Failure> {
    let cases = disputes::store::list_of_account(tx, account).await?;
    Ok(cases.iter().any(|case| {
        let was_refuted = case.outcome.as_deref() == Some(CaseOutcome::Verified.code());
        case.kind == CaseKind::IdentityTheft.code() && !was_refuted
    }))
}

/// The last day on which something was done about the debt that is no contact: placed, paid, written about.
async fn last_activity(tx: &mut Tx, known: &Known) -> Result<Date, Failure> {
    let account = known.account.id;
    let paid = ledger::store::list_payments(tx, account).await?.into_iter().map(|payment| payment.effective_on);
    let letters = outreach::letters::store::list_of_account(tx, account).await?;
    let mailed = letters.into_iter().filter_map(|letter| letter.mailed_on);
    Ok(paid.chain(mailed).chain(known.account.closed_on).fold(known.account.placed_on, Date::max))
}

/// An answer as commands print it, with the dates that belong to the act.
pub fn answer_json(decision: &Decision, facts: &ActFacts) -> Json {
    let mut json = decision_json(decision);
    json["values"] = values(facts);
    json
}

/// The dates that belong to an act.
fn values(facts: &ActFacts) -> Json {
    match facts {
        ActFacts::Debit(facts) => {
            let debited_on = date_of_day(facts.instant(facts.at).day);
            json!({"bank_stops_until": bank_stops_until(debited_on).to_string()})
        }
        ActFacts::Suit(facts) => match facts.debts.iter().filter_map(|debt| debt.limitation).min_by_key(|time| time.last_day) {
            Some(first) => json!({
                "last_day_to_sue": date_of_day(first.last_day).to_string(),
                "limitation_years": first.years,
                "limitation_verified": first.is_verified,
            }),
            None => json!({}),
        },
        _ => json!({}),
    }
}

/// What was asked, and the facts it was decided on, as they are kept with a decision about an act.
pub fn read_kept(kept: &str) -> Result<(Act, ActFacts), String> {
    #[derive(serde::Deserialize)]
    struct Kept {
        act: Act,
        facts: ActFacts,
    }
    let Kept { act, facts } = serde_json::from_str(kept).map_err(|error| format!("the kept facts cannot be read: {error}"))?;
    Ok((act, facts))
}
