//! One kept decision: the answer, every reason, the facts and the policy it was made on, and where the record holds it.

use super::acts;
use super::gate::{attempts_used, decide_again, read_kept};
use super::store::{self, KeptDecision};
use crate::accounts::{self, strip};
use crate::app::Failure;
use crate::audit::kept::{self, Stands};
use crate::audit::{self, views};
use crate::identity::names::Names;
use crate::web::Web;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page, when};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use duly_domain::audit::hex;
use duly_domain::compliance::RULE_SET;
use duly_domain::compliance::acts::{decide_act, word};
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, DecisionId};
use serde_json::Value as Json;

/// One reason as it was kept.
struct ShownReason {
    rule: String,
    plain: String,
    detail: String,
    instead: String,
    cite: String,
    /// Whose rule it is, where that is not the law.
    whose: String,
    is_verified: bool,
}

/// Where the record holds the decision.
struct ShownEntry {
    seq: i64,
    hash: String,
    stands: Stands,
}

#[derive(Template)]
#[template(path = "compliance/decision.html")]
struct DecisionPage {
    frame: Frame,
    account: AccountId,
    decision: KeptDecision,
    title: String,
    tone: &'static str,
    answer: String,
    purpose: &'static str,
    asked: Words,
    when: String,
    who: String,
    next: String,
    reasons: Vec<ShownReason>,
    facts: Vec<(&'static str, String)>,
    policy: Vec<(&'static str, String)>,
    again: String,
    entry: Option<ShownEntry>,
    kept: String,
}

/// `GET /accounts/{account}/decisions/{decision}`
pub async fn get_decision(
    State(web): State<Web>,
    visit: Visit,
    Path((account, decision)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let account = accounts::store::resolve(&mut tx, &account).await?;
    let id: DecisionId = decision.parse().map_err(|_| Failure::NotFound("such decision".into()))?;
    let decision = store::load_decision(&mut tx, account, id).await?;
    let entry = match audit::store::find_naming(&mut tx, account, &id.to_string()).await? {
        Some(entry) => {
            Some(ShownEntry { seq: entry.seq, hash: hex(&entry.hash), stands: kept::compare(&mut tx, id.into(), &entry).await? })
        }
        None => None,
    };
    let who = Names::default().of(&mut tx, &decision.asked_by).await?;
    tx.rollback().await;
    views::record(&web.app, &visit.who, visit.at.at, account, views::DECISION).await?;
    let channel = Channel::parse(&decision.channel).map_or_else(|| decision.channel.clone(), |channel| channel.to_string());
    let channel = decision.act_kind.as_deref().map_or(channel, |kind| word(kind).to_string());
    let act = decision.act_kind.is_some().then(|| acts::read_kept(&decision.facts).ok()).flatten();
    let (facts, policy) = match &act {
        Some((_, facts)) => (acts::words::of_facts(facts), vec![("Rule set", decision.rule_set.clone())]),
        None => facts_and_policy(&decision),
    };
    let (tone, answer) = acts::pages::said(&decision.answer);
    let shown_when = |at| when(at, visit.at.at, &visit.zone);
    Ok(page(&DecisionPage {
        frame: Frame::of(&visit, "/accounts", "Decision"),
        account,
        title: channel,
        tone,
        answer: answer.into(),
        asked: act.map(|(act, _)| acts::words::of_act(&act, &decision.currency)).unwrap_or_default(),
        purpose: if decision.act_kind.is_some() {
            ""
        } else if decision.purpose == "LocationInformation" {
            "location information"
        } else {
            "collection"
        },
        when: shown_when(decision.decided_at),
        who,
        next: match (tone, decision.next_allowed_at) {
            ("ok", _) => "then and there".into(),
            (_, Some(next)) => shown_when(next),
            (_, None) => "not within 60 days, unless they say so".into(),
        },
        reasons: reasons(&decision.because),
        facts,
        policy,
        again: again(&decision),
        entry,
        kept: serde_json::from_str::<Json>(&decision.facts).map_or_else(|_| decision.facts.clone(), |kept| format!("{kept:#}")),
        decision,
    }))
}

fn reasons(because: &str) -> Vec<ShownReason> {
    let because: Vec<Json> = serde_json::from_str(because).unwrap_or_default();
    let shown = because.iter().map(|reason| {
        let text = |name: &str| reason[name].as_str().unwrap_or_default().to_string();
        ShownReason {
            rule: text("rule"),
            plain: text("plain"),
            detail: text("detail"),
            instead: text("instead"),
            cite: text("citation"),
            whose: text("whose").replace('_', " "),
            // What was kept before there were marks is shown as it was.
            is_verified: matches!(text("confidence").as_str(), "" | "high"),
        }
    });
    shown.collect()
}

type Words = Vec<(&'static str, String)>;

/// What was looked at, and the numbers that were the policy then, in words.
fn facts_and_policy(decision: &KeptDecision) -> (Words, Words) {
    let Ok((facts, policy)) = read_kept(&decision.facts) else { return (Vec::new(), Vec::new()) };
    let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let (max, whose) = policy.attempts_max_7_days();
    let attempts = (attempts_used(&facts), max);
    let kept: Json = serde_json::from_str(&decision.facts).unwrap_or_default();
    let ((opens, opened_by), (closes, closed_by)) = (policy.opens_minute(), policy.closes_minute());
    let version = |number: u32| if number == 0 { "none".to_string() } else { number.to_string() };
    let mut numbers = vec![
        ("Calls in 7 days", format!("{max} at the most, by {whose}")),
        ("Hours", format!("{} to {}, by {opened_by} and {closed_by}", time(opens), time(closes))),
        ("Policy version", format!("ours {}, the creditor's {}", version(policy.house.number), version(policy.creditor.number))),
        ("Rule set", decision.rule_set.clone()),
    ];
    let packs = kept["law"]["packs"].as_array().into_iter().flatten();
    let packs: Vec<String> = packs.filter_map(|pack| Some(format!("{} {}", pack["pack"].as_str()?, pack["version"].as_str()?))).collect();
    if !packs.is_empty() {
        numbers.push(("Rule packs", packs.join(", ")));
    }
    (strip::in_words(&facts, &decision.kind, attempts, decision.decided_at), numbers)
}

/// Whether the same facts give the same answer today.
fn again(decision: &KeptDecision) -> String {
    let made = match decision.act_kind {
        Some(_) => acts::read_kept(&decision.facts).map(|(_, facts)| decide_act(&facts)),
        None => decide_again(&decision.facts),
    };
    match made {
        Ok(made) if made.answer.code() == decision.answer => {
            format!("Made again from these facts by the rules of {RULE_SET}: the same answer.")
        }
        Ok(made) if decision.rule_set != RULE_SET => {
            let answer = made.answer.code().replace('_', " ");
            format!("Made again from these facts by the rules of {RULE_SET}: {answer}. The rules have changed since.")
        }
        Ok(made) => format!("Made again from these facts by the same rules: {}. That should not be.", made.answer.code().replace('_', " ")),
        Err(says) => says,
    }
}
