//! A request is asked, answered, taken back, and taken up.

use super::store::{self, Approval, NewAnswer, NewApproval};
use crate::accounts::hardship::actions as hardship;
use crate::app::{Actor, App, Failure, Outcome, WORDS_MAX, check_length, new_uuid};
use crate::audit::kept;
use crate::ledger::charges::actions as charges;
use crate::ledger::write_offs::actions as write_offs;
use crate::outreach::calls;
use crate::plans::actions::facts_of;
use crate::plans::desk::agreeing::weigh;
use crate::plans::desk::limits::promise_limits_of;
use crate::plans::joint::asking::{self as joint, Weighed};
use crate::store::Tx;
use crate::{accounts, identity, strategy, transaction};
use duly_domain::decision::{Answer, Decision};
use duly_domain::identity::{Permission, Role, may};
use duly_domain::outreach::conversation::Stage;
use duly_domain::plans::approval::{
    ApprovalKind, ApprovalState, GOOD_HOURS, HOLD_MINUTES, NoAnswer, Terms, Verdict, WAIT_HOURS, may_answer,
};
use duly_domain::plans::promise::decide_promise;
use duly_domain::values::ids::{AccountId, ApprovalId, CallId};
use duly_domain::values::moment::Moment;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

/// How many requests of one officer may wait at once: more is a mistake of a machine.
const WAITING_MAX: i64 = 10;

/// Something to ask for.
#[derive(Clone, Debug)]
pub struct AskApproval {
    /// On which account.
    pub account: AccountId,
    /// In which call, where somebody holds.
    pub call: Option<CallId>,
    /// What exactly.
    pub terms: Terms,
    /// Why, or the question itself.
    pub words: String,
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(at)
}

/// Asks whoever leads the floor; refused where law or house refuse it to everybody.
pub async fn ask(app: &App, who: &Actor, at: Moment, ask: &AskApproval) -> Result<Outcome<ApprovalId>, Failure> {
    let Some(asked_by) = who.id else { return Err(Failure::Forbidden) };
    let words = ask.words.trim();
    check_length("ask-words", words, WORDS_MAX)?;
    if ask.terms == Terms::Question && words.is_empty() {
        return Err(Failure::wrong("ask-words", "are missing: what is the question?"));
    }
    transaction!(app.db, tx, {
        let account = accounts::store::load_account(tx, ask.account).await?;
        if let Some(call) = ask.call {
            let led = calls::actions::load(tx, who, call).await?;
            if led.call.account != account.id || led.call.wrapped_at.is_some() {
                return Err(Failure::Stale("this call is wrapped up, or about another account".into()));
            }
            led.conversation.may_enter(Stage::Commit).map_err(|says| Failure::Stale(format!("{} {says}", Stage::Commit)))?;
        }
        let mut limits = String::new();
        if ask.terms.kind() != ApprovalKind::Question {
            let Weighed { decision, limits: passes, .. } = decide(tx, at, &ask.terms, &account, who, false).await?;
            let rules: Vec<&str> = decision.because.iter().map(|reason| reason.rule.id).collect();
            match decision.answer {
                Answer::Yes if ask.terms.kind() == ApprovalKind::Plan => {
                    return Err(Failure::Stale("this is within what you may grant: agree the plan".into()));
                }
                Answer::Yes if ask.terms.kind() == ApprovalKind::Promise => {
                    return Err(Failure::Stale("this is within what you may grant: take the promise".into()));
                }
                Answer::Yes => return Err(Failure::Stale("this is within what you may grant: do it".into())),
                Answer::No => {
                    let detail = json!({"terms": &ask.terms, "answer": decision.answer.code(), "rules": rules});
                    kept::record(tx, who, at.at, account.id, "approval.ask", detail, &[]).await?;
                    return Ok(Outcome::Refused(decision));
                }
                Answer::NeedsSupervisor => limits = passes,
            }
        }
        let pressed_twice = |known: &Approval| {
            known.asked_by == asked_by
                && known.clock().state_at(at.at) == ApprovalState::Waiting
                && known.asked().is_ok_and(|terms| terms == ask.terms)
                && known.words == words
        };
        if let Some(known) = store::list_of_account(tx, account.id).await?.iter().find(|known| pressed_twice(known)) {
            return Ok(Outcome::Done(known.id));
        }
        if store::count_waiting_of(tx, asked_by, at.at).await? >= WAITING_MAX {
            return Err(Failure::Stale(format!("{WAITING_MAX} requests of yours wait already: take one back first")));
        }
        let id = ApprovalId(new_uuid());
        let waits = match ask.call {
            Some(_) => SignedDuration::from_mins(HOLD_MINUTES),
            None => SignedDuration::from_hours(WAIT_HOURS),
        };
        let new = NewApproval {
            id,
            account: account.id,
            call: ask.call,
            terms: &ask.terms,
            limits: &limits,
            words,
            asked_by,
            asked_at: at.at,
            lapses_at: later(at.at, waits),
        };
        store::insert_approval(tx, &new).await?;
        let detail = json!({"approval": id.to_string(), "kind": ask.terms.kind().code(), "limits": limits});
        kept::record(tx, who, at.at, account.id, "approval.ask", detail, &[id.into()]).await?;
        Ok(Outcome::Done(id))
    })
}

/// What law, house and somebody's limits say to terms as the account stands now. Where whoever asked leads as well, two of them have
/// looked, which passes a limit of either.
async fn decide(
    tx: &mut Tx,
    at: Moment,
    terms: &Terms,
    account: &accounts::store::Account,
    who: &Actor,
    is_second: bool,
) -> Result<Weighed, Failure> {
    if let Some((plan, with)) = terms.as_joint_plan() {
        let accounts: Vec<AccountId> = std::iter::once(account.id).chain(with.iter().copied()).collect();
        return joint::weigh(tx, at, &accounts, plan, who.role).await;
    }
    let decision = decide_alone(tx, at, terms, account, who, is_second).await?;
    let limits = decision.because.iter().map(|reason| reason.rule.id).collect::<Vec<_>>().join(" ");
    Ok(Weighed { decision, limits, says: Vec::new() })
}

/// As [`decide`], for what is about one account.
async fn decide_alone(
    tx: &mut Tx,
    at: Moment,
    terms: &Terms,
    account: &accounts::store::Account,
    who: &Actor,
    is_second: bool,
) -> Result<Decision, Failure> {
    if let Some(plan) = terms.as_plan() {
        return Ok(weigh(tx, at, account.id, plan, who.role).await?.2);
    }
    if let Some((bucket, amount)) = terms.as_waiver() {
        return charges::weigh(account, bucket, amount, who.role, false);
    }
    if let Some(left) = terms.as_write_off() {
        return write_offs::weigh(tx, at, account, left, who.role, is_second).await;
    }
    if let Some((from, until, _)) = terms.as_pause() {
        return hardship::weigh(tx, at, account, (from, until), who.role, false).await;
    }
    let Some((amount, due_on)) = terms.as_promise() else {
        return Ok(Decision { answer: Answer::Yes, next_allowed_at: None, because: Vec::new(), warnings: Vec::new() });
    };
    let limits = promise_limits_of(tx, account, who.role, at.business_day).await?;
    let facts = facts_of(tx, account, limits, at).await?;
    Ok(decide_promise(&facts, amount, due_on, at.business_day))
}

/// Answers a request: the first answer stands, whoever comes second is told of it.
pub async fn answer(
    app: &App,
    who: &Actor,
    at: Moment,
    id: ApprovalId,
    verdict: &Verdict,
    words: &str,
) -> Result<Outcome<ApprovalState>, Failure> {
    let Some(by) = who.id.filter(|_| may(who.role, Permission::LeadFloor)) else { return Err(Failure::Forbidden) };
    let words = words.trim();
    check_length("words", words, WORDS_MAX)?;
    transaction!(app.db, tx, {
        let request = store::load_approval(tx, id).await?;
        let asked = request.asked()?;
        let stands = request.clock().state_at(at.at);
        may_answer(stands, &asked, request.asked_by == by, verdict, words).map_err(|why| in_words(why, &request))?;
        // An approval passes a limit; what law and house refuse by now it does not.
        let terms = match verdict {
            Verdict::Approve => Some(&asked),
            Verdict::Counter(terms) => Some(terms),
            Verdict::Refuse | Verdict::Tell => None,
        };
        if let Some(terms) = terms {
            let account = accounts::store::load_account(tx, request.account).await?;
            let asker = identity::store::find_user(tx, request.asked_by).await?.and_then(|user| Role::parse(&user.role));
            let is_second = asker.is_some_and(|role| may(role, Permission::LeadFloor));
            let Weighed { decision, says, .. } = match decide(tx, at, terms, &account, who, is_second).await {
                // What policy and budget do not have is nobody's to grant.
                Err(Failure::Wrong(problems)) => {
                    let says: Vec<String> = problems.0.into_iter().map(|(_, says)| says).collect();
                    return Err(Failure::Stale(says.join(" ")));
                }
                decided => decided?,
            };
            if decision.answer != Answer::Yes {
                return match says.is_empty() {
                    true => Ok(Outcome::Refused(decision)),
                    // Over several accounts each says for itself why.
                    false => Err(Failure::Stale(says.join("; ").trim_end_matches('.').to_string())),
                };
            }
        }
        let state = verdict.state();
        let new = NewAnswer {
            id,
            state,
            terms: if let Verdict::Counter(terms) = verdict { Some(terms) } else { None },
            words: Some(words).filter(|words| !words.is_empty()),
            by,
            at: at.at,
            good_until: state.is_granted().then(|| later(at.at, SignedDuration::from_hours(GOOD_HOURS))),
        };
        if !store::update_answered(tx, &new).await? {
            return Err(Failure::Stale("somebody else answered it a moment ago: look again".into()));
        }
        let detail = json!({"approval": id.to_string(), "answer": state.code()});
        kept::record(tx, who, at.at, request.account, "approval.answer", detail, &[id.into()]).await?;
        strategy::actions::place_on_worklist(tx, request.account, at).await?;
        Ok(Outcome::Done(state))
    })
}

/// Why it is not answered so, in words.
fn in_words(why: NoAnswer, request: &Approval) -> Failure {
    let by = request.answerer.as_deref().unwrap_or("nobody");
    match why {
        NoAnswer::Stands(ApprovalState::Lapsed) => Failure::Stale("it lapsed before you answered: they were told".into()),
        NoAnswer::Stands(ApprovalState::Withdrawn) => Failure::Stale(format!("{} has taken it back", request.asker)),
        NoAnswer::Stands(state) => Failure::Stale(format!("{by} was first: it stands at {}", state.to_string().to_lowercase())),
        NoAnswer::Own => Failure::Stale("you asked it yourself: somebody else answers it".into()),
        NoAnswer::WithoutWords => Failure::wrong("words", "are missing: say why"),
        NoAnswer::BesideIt if request.asked().is_ok_and(|asked| asked.kind() == ApprovalKind::Plan) => {
            Failure::Stale("these are the terms that were asked for: approve them, or name others".into())
        }
        NoAnswer::BesideIt => Failure::wrong("counter-amount", "and day are those that were asked for: approve them, or name others"),
    }
}

/// Takes a request back that nobody answered.
pub async fn withdraw(app: &App, who: &Actor, at: Moment, id: ApprovalId) -> Result<Approval, Failure> {
    transaction!(app.db, tx, {
        let request = store::load_approval(tx, id).await?;
        if who.id != Some(request.asked_by) {
            return Err(Failure::Forbidden);
        }
        let stands = request.clock().state_at(at.at);
        if stands != ApprovalState::Waiting {
            return Err(Failure::Stale(format!("it stands at {} and cannot be taken back", stands.to_string().to_lowercase())));
        }
        store::update_state(tx, id, ApprovalState::Waiting, ApprovalState::Withdrawn).await?;
        let detail = json!({"approval": id.to_string()});
        kept::record(tx, who, at.at, request.account, "approval.withdraw", detail, &[id.into()]).await?;
        Ok(request)
    })
}

/// Notes that what came of a request was taken up; what was granted stays good for its time.
pub async fn take_up(app: &App, who: &Actor, at: Moment, id: ApprovalId) -> Result<Approval, Failure> {
    transaction!(app.db, tx, {
        let request = store::load_approval(tx, id).await?;
        if request.clock().state_at(at.at) == ApprovalState::Waiting {
            return Err(Failure::Stale("nobody has answered it yet".into()));
        }
        note(tx, who, at, &request).await?;
        strategy::actions::place_on_worklist(tx, request.account, at).await?;
        Ok(request)
    })
}

/// Uses up what was granted, once.
pub async fn use_up(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId, id: ApprovalId) -> Result<(), Failure> {
    if !store::update_used_up(tx, id, at.at).await? {
        return Err(Failure::Stale("what was granted is used up already".into()));
    }
    kept::record(tx, who, at.at, account, "approval.use", json!({"approval": id.to_string()}), &[id.into()]).await
}

async fn note(tx: &mut Tx, who: &Actor, at: Moment, request: &Approval) -> Result<(), Failure> {
    if store::update_noted(tx, request.id, at.at).await? {
        let detail = json!({"approval": request.id.to_string()});
        kept::record(tx, who, at.at, request.account, "approval.note", detail, &[request.id.into()]).await?;
    }
    Ok(())
}

/// A call is wrapped up: nobody holds any more, so what still waits may wait longer; what was answered in it was heard.
///
/// What was granted and not used stays to be taken up: they are to be called back with it.
pub async fn call_is_over(tx: &mut Tx, who: &Actor, at: Moment, call: CallId) -> Result<(), Failure> {
    for request in store::list_of_call(tx, call).await? {
        match request.clock().state_at(at.at) {
            ApprovalState::Waiting => {
                store::update_lapses(tx, request.id, later(request.asked_at, SignedDuration::from_hours(WAIT_HOURS))).await?;
                let detail = json!({"approval": request.id.to_string()});
                kept::record(tx, who, at.at, request.account, "approval.wait", detail, &[request.id.into()]).await?;
            }
            ApprovalState::Refused | ApprovalState::Answered => note(tx, who, at, &request).await?,
            _ => {}
        }
    }
    Ok(())
}
