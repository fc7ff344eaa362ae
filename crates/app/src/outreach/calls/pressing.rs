//! A press on the call desk: its form is read, the call is read once, and what was done is kept, in one transaction.

use super::actions::{Led, end_in, keep_step, load};
use super::{opening, store};
use crate::app::{Actor, App, Failure, Outcome, Problems};
use crate::ledger;
use crate::plans::actions::{TakePromise, take_promise_in};
use crate::store::Tx;
use crate::transaction;
use crate::web::form::Fields;
use duly_domain::decision::Answer;
use duly_domain::outreach::conversation::{Answered, Choice, Conversation, Means, Reason, Stage, Step, Trigger};
use duly_domain::parties::right_party::{Check, Fit};
use duly_domain::values::ids::CallId;
use duly_domain::values::moment::Moment;

/// What a press came to.
pub enum Pressed {
    /// It is kept; the call as it is now.
    Kept(Conversation),
    /// What is wrong with it, or why it is refused.
    Wrong(Problems),
}

/// Reads a form and does what it says.
pub async fn press(app: &App, who: &Actor, at: Moment, call: CallId, fields: &Fields) -> Result<Pressed, Failure> {
    let trigger = match fields.text("step") {
        "opened" => Some(Trigger::parse(fields.text("trigger")).ok_or_else(|| Failure::wrong("form", "choose what they said"))?),
        _ => None,
    };
    if let Some(trigger) = trigger {
        open(app, who, at, call, trigger, fields).await?;
    }
    transaction!(app.db, tx, {
        let mut led = load(tx, who, call).await?;
        let problems = match trigger {
            Some(trigger) => {
                keep_step(tx, who, at, &mut led, Step::Opened { trigger }).await?;
                Problems::default()
            }
            None => keep(tx, who, at, &mut led, fields).await?,
        };
        Ok(if problems.is_empty() { Pressed::Kept(led.conversation) } else { Pressed::Wrong(problems) })
    })
}

/// Opens the case in the room that owns it, unless this call opened it before.
async fn open(app: &App, who: &Actor, at: Moment, call: CallId, trigger: Trigger, fields: &Fields) -> Result<(), Failure> {
    let (call, steps) = {
        let mut tx = app.db.read().await?;
        (store::load_call(&mut tx, call).await?, store::list_steps(&mut tx, call).await?)
    };
    super::actions::may_lead(who, call.officer.is_some() && call.officer != who.id)?;
    if call.wrapped_at.is_some() {
        return Err(Failure::Stale("this call is wrapped up".into()));
    }
    let step = Step::Opened { trigger };
    let is_open = steps.iter().any(|row| store::read_step(&row.done).is_ok_and(|done| done == step));
    if is_open { Ok(()) } else { opening::open(app, who, at, &call, trigger, fields.some("words")).await }
}

/// Keeps what a form says was done; what cannot be read, or is refused, is named, and what else was done stands.
async fn keep(tx: &mut Tx, who: &Actor, at: Moment, led: &mut Led, fields: &Fields) -> Result<Problems, Failure> {
    let mut problems = Problems::default();
    let step = match fields.text("step") {
        "answered" => match Answered::parse(fields.text("who")) {
            Some(answered) => Step::Answered { who: answered },
            None => return Err(Failure::wrong("form", "choose who answered")),
        },
        "checked" => return check(tx, who, at, led, fields).await,
        "located" => Step::Located { told: fields.text("told") == "yes" },
        "message" => Step::MessageLeft,
        "disclosed" => Step::Disclosed { words: words_said(led, fields)? },
        "purpose" => Step::Purpose,
        "told" => match Reason::parse(fields.text("reason")) {
            Some(reason) => {
                let agreed = fields.text("agreed") == "yes";
                // What they did not agree to is not written down at all.
                let is_kept = agreed || !reason.is_sensitive();
                let text = |name: &str| if is_kept { fields.text(name).to_string() } else { String::new() };
                Step::Told { reason, since: text("since"), words: text("words"), agreed }
            }
            None => return Err(Failure::wrong("reason", "is not chosen")),
        },
        "offered" => {
            let choices: Vec<Choice> = fields.ticked("choice.").iter().filter_map(|code| Choice::parse(code)).collect();
            Step::Offered { choices }
        }
        "budget" => {
            let currency = ledger::store::currency(&led.known.account.currency)?;
            let mut amount = |name: &'static str| fields.amount(name, currency, &mut problems).unwrap_or(0);
            let (income_minor, essentials_minor, priority_minor) = (amount("income"), amount("essentials"), amount("priority"));
            Step::Budget { income_minor, essentials_minor, priority_minor }
        }
        "promised" if fields.text("refused") == "yes" => Step::Refused,
        "promised" => return promise(tx, who, at, led, fields).await,
        "read_back" => Step::ReadBack { confirmed: fields.text("confirmed") == "yes" },
        "agreed" => {
            let on = fields.date("on", &mut problems);
            let by = Means::parse(fields.text("by")).unwrap_or(Means::None);
            let minute = fields.minute("time").and_then(|minute| u16::try_from(minute).ok());
            match on {
                Some(on) => Step::Agreed { on, minute, by },
                None => return Ok(problems),
            }
        }
        "bad_time" => {
            keep_step(tx, who, at, led, Step::BadTime).await?;
            end_in(tx, who, at, &led.call).await?;
            return Ok(problems);
        }
        _ => return Err(Failure::wrong("form", "is no step of a call")),
    };
    if problems.is_empty() {
        keep_step(tx, who, at, led, step).await?;
    }
    Ok(problems)
}

/// Compares what they said; what cannot be read is named and is no miss. What was typed is not kept.
async fn check(tx: &mut Tx, who: &Actor, at: Moment, led: &mut Led, fields: &Fields) -> Result<Problems, Failure> {
    let mut problems = Problems::default();
    if let Some(check) = Check::parse(fields.text("declined")) {
        keep_step(tx, who, at, led, Step::Checked { check, fit: Fit::Declined }).await?;
        return Ok(problems);
    }
    let said: Vec<Check> = Check::ALL.into_iter().filter(|check| fields.some(check.code()).is_some()).collect();
    if said.is_empty() {
        return Err(Failure::wrong("form", "type what they said, or press that they would not say"));
    }
    for check in said {
        match led.on_file.compare(check, fields.text(check.code())) {
            Ok(fit) => keep_step(tx, who, at, led, Step::Checked { check, fit }).await?,
            Err(says) => problems.0.push((check.code(), says.into())),
        }
    }
    Ok(problems)
}

/// Which of the words that were due were said.
fn words_said(led: &Led, fields: &Fields) -> Result<Vec<String>, Failure> {
    let due: Vec<String> = led.due().filter(|due| due.words.is_ok()).map(|due| due.wording.id.to_string()).collect();
    let said = if fields.text("all") == "yes" { due.clone() } else { fields.ticked("said.") };
    let said: Vec<String> = said.into_iter().filter(|id| due.contains(id)).collect();
    match said.is_empty() && !due.is_empty() {
        true => Err(Failure::wrong("said", "come before anything else: tick what you said")),
        false => Ok(said),
    }
}

/// Takes the promise and keeps it as a step; a refusal is kept too, and said.
async fn promise(tx: &mut Tx, who: &Actor, at: Moment, led: &mut Led, fields: &Fields) -> Result<Problems, Failure> {
    let mut problems = Problems::default();
    let currency = ledger::store::currency(&led.known.account.currency)?;
    let (amount, due_on) = (fields.amount("amount", currency, &mut problems), fields.date("due", &mut problems));
    let (Some(amount_minor), Some(due_on)) = (amount, due_on) else { return Ok(problems) };
    led.conversation.may_enter(Stage::Commit).map_err(|says| Failure::Stale(format!("{} {says}", Stage::Commit)))?;
    let ask = TakePromise { account: led.call.account, amount_minor, due_on };
    match take_promise_in(tx, who, at, ask).await? {
        Outcome::Done(_) => {
            let step = Step::Promised { amount_minor, currency: currency.code().into(), due_on };
            keep_step(tx, who, at, led, step).await?;
            Ok(problems)
        }
        Outcome::Refused(decision) => {
            let says: Vec<&str> = decision.because.iter().map(|reason| reason.rule.plain).collect();
            let mut problems = Problems::one("promise", says.join(" "));
            if decision.answer == Answer::NeedsSupervisor {
                problems.0.push(("limit", "is passed: a supervisor may grant it".into()));
            }
            Ok(problems)
        }
    }
}
