//! The table `decisions`: added to, never changed.

use super::gate::reason_json;
use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx, Value};
use duly_domain::compliance::RULE_SET;
use duly_domain::compliance::record::Purpose;
use duly_domain::decision::Decision;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, CreditorId, DebtorId, DecisionId};
use jiff::Timestamp;
use serde_json::Value as Json;

const INSERT: &str = "
    insert into decisions (id, account_id, debtor_id, channel, purpose, answer, rules, because, facts, rule_set, next_allowed_at, asked_by, decided_at,
                           act_kind, act)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
const ACTS_OF_ACCOUNT: &str = "
    select id, account_id, act_kind, answer, because, decided_at from decisions
     where account_id = $1 and act_kind is not null order by decided_at desc, id desc limit $2";
const ACTS: &str = "
    select n.id, n.account_id, d.name, a.reference, n.act_kind, n.answer, n.because, n.asked_by, n.decided_at
      from decisions n join accounts a on a.id = n.account_id join debtors d on d.id = n.debtor_id
     where n.act_kind is not null order by n.decided_at desc, n.id desc limit $1 offset $2";
const COUNT_ACTS: &str = "select count(*) from decisions where act_kind is not null";
/// Accounts that the record speaks of and that are not there.
const GONE: &str = "select (select count(*) from audit_heads where chain like 'acc_%') - (select count(*) from accounts)";
const ACTS_BETWEEN: &str = "
    select id, account_id, act_kind, act, answer, rules, facts, rule_set, decided_at from decisions
     where act_kind is not null and decided_at >= $1 and decided_at < $2 and id > $3 order by id limit $4";
const REFUSED: &str = "
    select n.id, n.account_id, d.name, a.reference, coalesce(n.act_kind, n.channel), n.answer, n.because, n.asked_by, n.decided_at
      from decisions n join accounts a on a.id = n.account_id join debtors d on d.id = n.debtor_id
     where n.answer <> 'allowed' and n.decided_at >= $1
     order by n.decided_at desc, n.id desc limit $2 offset $3";
const OF_ACCOUNT: &str = "
    select id, account_id, channel, answer, because, decided_at from decisions
     where account_id = $1 and answer <> 'allowed' and act_kind is null order by decided_at desc, id desc limit $2";
const REFUSED_AT: &str = "
    select answer, rules, decided_at from decisions where account_id = $1 and channel = $2 order by decided_at desc, id desc limit 1";
const REFUSED_IN: &str = "
    select id, account_id, channel, answer, because, decided_at from decisions
     where answer <> 'allowed' and id in ($keys) order by decided_at desc, id desc";
const DECISION: &str = "
    select n.id, n.account_id, a.reference, a.kind, d.name, n.channel, n.purpose, n.answer, n.because, n.facts, n.rule_set, n.next_allowed_at,
           n.asked_by, n.decided_at, n.act_kind, a.currency
      from decisions n join accounts a on a.id = n.account_id join debtors d on d.id = n.debtor_id
     where n.account_id = $1 and n.id = $2";
const BESIDE: &str = "
    select id, channel, answer, decided_at from decisions
     where account_id = $1 and debtor_id = $2 and decided_at >= $3 and decided_at <= $4 and act_kind is null order by decided_at, id limit 100";
const BY_RULES: &str = "
    select rules, count(*) from decisions where answer <> 'allowed' and decided_at >= $1 group by rules order by rules";
const CALLED_OFTEN: &str = "
    select account_id from decisions
     where answer = 'allowed' and decided_at >= $1 and channel = 'call'
     group by account_id having count(*) >= 3 order by count(*) desc, account_id limit $2";
const BY_ANSWER: &str = "select answer, count(*) from decisions where decided_at >= $1 group by answer order by answer";
/// Accounts that wait on lists, every so-manieth of them in the order of their ids.
const WAITING: &str = "
    select account_id from
        (select w.account_id, row_number() over (order by w.account_id) as nth from worklist w) waiting
     where (nth - 1) % $1 = 0 order by account_id limit $2";
const WAITING_OF: &str = "
    select account_id from
        (select w.account_id, row_number() over (order by w.account_id) as nth
           from worklist w join accounts a on a.id = w.account_id where a.creditor_id = $1) waiting
     where (nth - 1) % $2 = 0 order by account_id limit $3";
const COUNT_WAITING: &str = "select count(*) from worklist";
const COUNT_WAITING_OF: &str = "select count(*) from worklist w join accounts a on a.id = w.account_id where a.creditor_id = $1";

rows! {
    /// One refusal, for the compliance officer.
    pub struct Refusal {
        pub id: DecisionId,
        pub account: AccountId,
        pub name: Option<String>,
        pub reference: String,
        pub channel: String,
        pub answer: String,
        pub because: String,
        pub asked_by: String,
        pub decided_at: Timestamp,
    }

    /// One decision with everything that was kept with it.
    pub struct KeptDecision {
        pub id: DecisionId,
        pub account: AccountId,
        pub reference: String,
        pub kind: String,
        pub name: Option<String>,
        pub channel: String,
        pub purpose: String,
        pub answer: String,
        pub because: String,
        pub facts: String,
        pub rule_set: String,
        pub next_allowed_at: Option<Timestamp>,
        pub asked_by: String,
        pub decided_at: Timestamp,
        pub act_kind: Option<String>,
        pub currency: String,
    }

    /// A decision about an act, to be made again.
    pub struct ActToReplay {
        pub id: DecisionId,
        pub account: AccountId,
        pub kind: String,
        pub act: Option<String>,
        pub answer: String,
        pub rules: String,
        pub facts: String,
        pub rule_set: String,
        pub decided_at: Timestamp,
    }

    /// One refusal on an account's timeline.
    pub struct RefusalOfAccount {
        pub id: DecisionId,
        pub account: AccountId,
        pub channel: String,
        pub answer: String,
        pub because: String,
        pub decided_at: Timestamp,
    }
}

/// What an answer is about.
pub enum About {
    /// A contact by a channel, for a purpose.
    Contact(Channel, Purpose),
    /// An act that is no contact: the code of its kind, and what was asked.
    Act(&'static str, String),
}

pub async fn insert_decision(
    tx: &mut Tx,
    id: DecisionId,
    (account, person): (AccountId, DebtorId),
    about: About,
    decision: &Decision,
    facts: &Json,
    by: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let because: Vec<Json> = decision.because.iter().chain(&decision.warnings).map(reason_json).collect();
    let (channel, purpose, act_kind, act) = match about {
        About::Contact(channel, purpose) => (channel.code(), format!("{purpose:?}"), None, None),
        About::Act(kind, asked) => ("none", "none".into(), Some(kind), Some(asked)),
    };
    let values = params![
        id,
        account,
        person,
        channel,
        purpose,
        decision.answer.code(),
        rules(decision),
        Json::from(because).to_string(),
        facts.to_string(),
        RULE_SET,
        decision.next_allowed_at,
        by,
        at,
        act_kind,
        act
    ];
    tx.run(INSERT, values).await.map(drop)
}

/// What was answered about acts on an account, the newest first; the channel is the act's kind.
pub async fn list_acts_of_account(tx: &mut Tx, account: AccountId, limit: i64) -> Result<Vec<RefusalOfAccount>, StoreError> {
    tx.all(ACTS_OF_ACCOUNT, params![account, limit]).await
}

/// What was answered about acts, behind so many newer ones; the channel is the act's kind.
pub async fn list_acts(tx: &mut Tx, limit: i64, behind: i64) -> Result<Vec<Refusal>, StoreError> {
    tx.all(ACTS, params![limit, behind]).await
}

pub async fn count_acts(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.number(COUNT_ACTS, &[]).await
}

/// How many accounts were deleted though the record speaks of them: none may be before its time, and none is by this program.
pub async fn count_gone(tx: &mut Tx) -> Result<i64, StoreError> {
    Ok(tx.number(GONE, &[]).await?.max(0))
}

/// A page of the decisions about acts between two moments, the second left out.
pub async fn list_acts_between(
    tx: &mut Tx,
    from: Timestamp,
    to: Timestamp,
    after: DecisionId,
    limit: i64,
) -> Result<Vec<ActToReplay>, StoreError> {
    tx.all(ACTS_BETWEEN, params![from, to, after, limit]).await
}

/// When an answer about a channel refused for the same rules, if the newest did.
pub async fn find_refused_at(
    tx: &mut Tx,
    account: AccountId,
    channel: Channel,
    decision: &Decision,
) -> Result<Option<Timestamp>, StoreError> {
    let newest: Option<(String, String, Timestamp)> = tx.one(REFUSED_AT, params![account, channel.code()]).await?;
    Ok(newest.filter(|(answer, told, _)| answer == decision.answer.code() && *told == rules(decision)).map(|(.., at)| at))
}

/// The rules that stood in the way, as they are kept.
fn rules(decision: &Decision) -> String {
    decision.because.iter().map(|reason| reason.rule.id).collect::<Vec<_>>().join(" ")
}

/// Refusals behind so many newer ones.
pub async fn list_refusals(tx: &mut Tx, since: Timestamp, limit: i64, behind: i64) -> Result<Vec<Refusal>, StoreError> {
    tx.all(REFUSED, params![since, limit, behind]).await
}

pub async fn list_of_account(tx: &mut Tx, account: AccountId, limit: i64) -> Result<Vec<RefusalOfAccount>, StoreError> {
    tx.all(OF_ACCOUNT, params![account, limit]).await
}

/// Those of some decisions that did not allow.
pub async fn list_refusals_in(tx: &mut Tx, ids: &[Value]) -> Result<Vec<RefusalOfAccount>, StoreError> {
    tx.all_in(REFUSED_IN, ids).await
}

pub async fn load_decision(tx: &mut Tx, account: AccountId, id: DecisionId) -> Result<KeptDecision, Failure> {
    tx.one(DECISION, params![account, id]).await?.ok_or_else(|| Failure::NotFound(format!("decision {id} on this account")))
}

pub async fn count_by_answer(tx: &mut Tx, since: Timestamp) -> Result<Vec<(String, i64)>, StoreError> {
    tx.all(BY_ANSWER, params![since]).await
}

/// How often which rules stood in the way together since a moment.
pub async fn count_by_rules(tx: &mut Tx, since: Timestamp) -> Result<Vec<(String, i64)>, StoreError> {
    tx.all(BY_RULES, params![since]).await
}

/// Accounts about which a call was allowed three times or more since a moment, the most often first.
pub async fn list_called_often(tx: &mut Tx, since: Timestamp, limit: i64) -> Result<Vec<AccountId>, StoreError> {
    Ok(tx.all::<(AccountId,)>(CALLED_OFTEN, params![since, limit]).await?.into_iter().map(|(account,)| account).collect())
}

/// What was decided about contacts with a person between two moments: decision, channel, answer, when.
pub async fn list_beside(
    tx: &mut Tx,
    account: AccountId,
    person: DebtorId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<(DecisionId, String, String, Timestamp)>, StoreError> {
    tx.all(BESIDE, params![account, person, from, to]).await
}

/// How many accounts wait on lists: of a creditor, or all.
pub async fn count_waiting(tx: &mut Tx, creditor: Option<CreditorId>) -> Result<i64, StoreError> {
    match creditor {
        Some(creditor) => tx.number(COUNT_WAITING_OF, params![creditor]).await,
        None => tx.number(COUNT_WAITING, &[]).await,
    }
}

/// Every so-manieth account that waits on a list.
pub async fn list_waiting(tx: &mut Tx, creditor: Option<CreditorId>, step: i64, limit: i64) -> Result<Vec<AccountId>, StoreError> {
    let rows: Vec<(AccountId,)> = match creditor {
        Some(creditor) => tx.all(WAITING_OF, params![creditor, step, limit]).await?,
        None => tx.all(WAITING, params![step, limit]).await?,
    };
    Ok(rows.into_iter().map(|(account,)| account).collect())
}
