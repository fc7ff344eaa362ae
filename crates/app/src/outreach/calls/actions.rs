//! A call begins, is led step by step, ends, and is wrapped up.

use super::store::{self, Call};
use crate::app::{Actor, App, Failure, WORDS_MAX, check_length, new_uuid};
use crate::audit::kept;
use crate::coaching::guides;
use crate::coaching::reviews::scored;
use crate::coaching::training::certificates;
use crate::compliance::facts::{Known, gather};
use crate::outreach::actions::{RecordContact, Recorded, record_contact_in};
use crate::outreach::store as contacts;
use crate::outreach::words::{self, DueWords, Said};
use crate::plans::approvals;
use crate::store::Tx;
use crate::transaction;
use duly_domain::accounts::DebtKind;
use duly_domain::compliance::record::{Outcome, Standing};
use duly_domain::compliance::status::Status;
use duly_domain::identity::{Permission, may};
use duly_domain::outreach::conversation::{Conversation, Step, bars_payment};
use duly_domain::outreach::disclosures::Kind;
use duly_domain::parties::right_party::{Check, OnFile};
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{CallId, CallStepId, ContactId, DebtorId};
use duly_domain::values::moment::Moment;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

/// How many steps a call can have: more is a mistake of a machine.
const STEPS_MAX: usize = 200;

/// A call with all that it is led by.
pub struct Led {
    /// The call.
    pub call: Call,
    /// What was done in it, and when.
    pub done_at: Vec<Timestamp>,
    /// What that comes to.
    pub conversation: Conversation,
    /// What is on file about whoever is to be reached.
    pub on_file: OnFile,
    /// The words that are due, what may be left on a machine last.
    pub words: Vec<DueWords>,
    /// The account and its people.
    pub known: Known,
}

impl Led {
    /// The words to be said to them, without what is for a machine.
    pub fn due(&self) -> impl Iterator<Item = &DueWords> {
        said_to_them(&self.words)
    }

    /// What may be left on a machine.
    pub fn message(&self) -> Option<&DueWords> {
        self.words.iter().find(|due| due.wording.kind == Kind::LimitedContent)
    }
}

fn said_to_them(words: &[DueWords]) -> impl Iterator<Item = &DueWords> {
    words.iter().filter(|due| due.wording.kind != Kind::LimitedContent)
}

/// Begins to lead a call that is reserved; the call that was begun, where it was.
pub async fn begin_call(app: &App, who: &Actor, at: Moment, contact: ContactId) -> Result<CallId, Failure> {
    transaction!(app.db, tx, {
        certificates::prove(tx, who, Permission::LeadCalls, at).await?;
        let reserved = contacts::load_contact(tx, contact).await?;
        may_lead(who, contacts::load_claim(tx, contact).await?.is_of_another(who.id))?;
        if let Some(call) = store::find_of_contact(tx, contact).await? {
            return Ok(call);
        }
        if reserved.channel != Channel::Call.code() || reserved.state == "recorded" {
            return Err(Failure::Stale("it is no call that waits for its result".into()));
        }
        let known = gather(tx, reserved.account).await?;
        let language = words::language_of(&known, reserved.debtor == known.debtor.id);
        let call = CallId(new_uuid());
        let guide = guides::code_in_force(tx, language, at.at).await?;
        store::insert_call(tx, call, reserved.account, contact, language.tag(), &guide, at.at).await?;
        let detail = json!({"call": call.to_string(), "contact": contact.to_string()});
        kept::record(tx, who, at.at, reserved.account, "call.begin", detail, &[call.into()]).await?;
        Ok(call)
    })
}

/// Reads a call as it stands.
pub async fn load(tx: &mut Tx, who: &Actor, call: CallId) -> Result<Led, Failure> {
    let call = store::load_call(tx, call).await?;
    may_lead(who, call.officer.is_some() && call.officer != who.id)?;
    let rows = store::list_steps(tx, call.id).await?;
    let steps: Vec<Step> = rows.iter().map(|row| store::read_step(&row.done)).collect::<Result<_, _>>()?;
    let known = gather(tx, call.account).await?;
    let words = words::due_with(tx, who, &known, call.contact).await?;
    let on_file = on_file(&known, call.person);
    let words_are_due = said_to_them(&words).any(|due| due.words.is_ok());
    let conversation =
        Conversation::of(&on_file.checks(), words_are_due, steps).coming_in(call.came_in()).barring(barred(&known, call.person));
    Ok(Led { done_at: rows.iter().map(|row| row.done_at).collect(), call, conversation, on_file, words, known })
}

/// Who reserved a call leads it, or a supervisor.
pub(super) fn may_lead(who: &Actor, is_of_another: bool) -> Result<(), Failure> {
    match is_of_another && !may(who.role, Permission::ReleaseContacts) {
        true => Err(Failure::Stale("somebody else leads this call".into())),
        false => Ok(()),
    }
}

/// Whether somebody on the account may be told about the debt, once they are verified: on a business's debt whoever works it there.
pub(super) fn may_be_told(known: &Known, person: DebtorId) -> bool {
    let other = known.record.persons.iter().find(|other| other.key == person.0.as_u128());
    let is_of_business = DebtKind::parse(&known.account.kind) == Some(DebtKind::Business);
    person == known.debtor.id || other.is_some_and(|other| is_of_business || other.standing != Standing::ThirdParty)
}

/// What keeps every word about paying out of a call with somebody.
fn barred(known: &Known, person: DebtorId) -> Option<&'static str> {
    let (account, is_debtor) = (known.account.id.0.as_u128(), person == known.debtor.id);
    let debtors = known.record.debts.iter().find(|debt| debt.key == account).and_then(|debt| debt.bankruptcy);
    let other = known.record.persons.iter().find(|other| other.key == person.0.as_u128());
    let own = other.and_then(|other| other.cases.iter().find(|(debt, _)| *debt == account).map(|(_, case)| *case));
    // A case of the debtor shields whoever owes it with them under some chapters.
    let case = if is_debtor { debtors } else { own.or(debtors.filter(|case| !case.is_discharged && case.shields_co_debtors())) };
    let case = case.filter(|case| !case.is_stay_lifted)?;
    let status = if case.is_discharged { Status::Discharged } else { Status::of_chapter(case.chapter.map(i64::from)) };
    bars_payment(status)
}

/// What is on file about whoever is reached. Nothing proves somebody who may not be told.
fn on_file(known: &Known, person: DebtorId) -> OnFile {
    if !may_be_told(known, person) {
        return OnFile::default();
    }
    let is_debtor = person == known.debtor.id;
    let addresses = known.points.iter().filter(|point| is_debtor && point.kind == "address");
    OnFile {
        date_of_birth: known.debtor.date_of_birth.filter(|_| is_debtor),
        addresses: addresses.map(|point| (point.value.clone(), point.zip.clone())).collect(),
        reference: known.account.reference.clone(),
    }
}

/// What they said to a check, compared with what is on file; what was typed is not kept.
pub async fn compare(app: &App, who: &Actor, at: Moment, call: CallId, check: Check, said: &str) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        let mut led = load(tx, who, call).await?;
        let fit = led.on_file.compare(check, said).map_err(|says| Failure::wrong(check.code(), says))?;
        keep_step(tx, who, at, &mut led, Step::Checked { check, fit }).await
    })
}

/// Keeps one thing that was done.
pub async fn take_step(app: &App, who: &Actor, at: Moment, call: CallId, step: Step) -> Result<(), Failure> {
    transaction!(app.db, tx, { take_step_in(tx, who, at, call, step.clone()).await })
}

/// As [`take_step`], within a transaction.
pub async fn take_step_in(tx: &mut Tx, who: &Actor, at: Moment, call: CallId, step: Step) -> Result<(), Failure> {
    let mut led = load(tx, who, call).await?;
    keep_step(tx, who, at, &mut led, step).await
}

/// Keeps a step of a call that was read in the same transaction; from then on it is one of its steps.
pub(super) async fn keep_step(tx: &mut Tx, who: &Actor, at: Moment, led: &mut Led, step: Step) -> Result<(), Failure> {
    prove(&step, at)?;
    let call = &led.call;
    if call.wrapped_at.is_some() {
        return Err(Failure::Stale("this call is wrapped up".into()));
    }
    if led.conversation.steps().len() >= STEPS_MAX {
        return Err(Failure::Stale(format!("a call has {STEPS_MAX} steps at the most: wrap it up")));
    }
    // What somebody says, and that they cannot talk now, is heard at any moment.
    let is_heard_always = matches!(step, Step::Opened { .. } | Step::BadTime | Step::Agreed { .. });
    if !is_heard_always {
        led.conversation.may_enter(step.stage()).map_err(|says| Failure::Stale(format!("{} {says}", step.stage())))?;
    }
    if let Step::Answered { who } = step
        && !led.conversation.who().contains(&who)
    {
        return Err(Failure::wrong("form", "choose who is calling"));
    }
    if led.conversation.steps().last() == Some(&step) {
        // Pressed twice.
        return Ok(());
    }
    let id = CallStepId(new_uuid());
    let seq = i64::try_from(led.conversation.steps().len()).unwrap_or(i64::MAX) + 1;
    let done = serde_json::to_string(&step).expect("a step is always JSON");
    store::insert_step(tx, id, call, seq, &done, at.at).await?;
    let detail = json!({"call": call.id.to_string(), "stage": step.stage().code()});
    let (contact, account) = (call.contact, call.account);
    led.done_at.push(at.at);
    led.conversation = std::mem::take(&mut led.conversation).with(step);
    let mut rows = vec![id.into()];
    // The seven days after a talk begin with it, whenever, or if ever, it is wrapped up.
    if led.conversation.result().outcome == Outcome::Conversation && contacts::update_talked(tx, contact).await? {
        rows.push(contact.into());
    }
    kept::record(tx, who, at.at, account, "call.step", detail, &rows).await
}

/// What is wrong with what was typed.
fn prove(step: &Step, at: Moment) -> Result<(), Failure> {
    match step {
        Step::Told { since, words, .. } => {
            check_length("since", since, 40)?;
            check_length("words", words, WORDS_MAX)
        }
        Step::Agreed { on, .. } if *on < at.business_day => Err(Failure::wrong("on", "lies in the past")),
        Step::Budget { income_minor, essentials_minor, priority_minor }
            if [income_minor, essentials_minor, priority_minor].iter().any(|minor| **minor < 0) =>
        {
            Err(Failure::wrong("income", "cannot be below zero"))
        }
        _ => Ok(()),
    }
}

/// Hangs up; what is left is to wrap up.
pub async fn end_call(app: &App, who: &Actor, at: Moment, call: CallId) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        let led = load(tx, who, call).await?;
        end_in(tx, who, at, &led.call).await
    })
}

/// As [`end_call`], of a call that was read in the same transaction.
pub(super) async fn end_in(tx: &mut Tx, who: &Actor, at: Moment, call: &Call) -> Result<(), Failure> {
    if store::update_ended(tx, call.id, at.at).await? {
        let detail = json!({"call": call.id.to_string()});
        kept::record(tx, who, at.at, call.account, "call.end", detail, &[call.id.into()]).await?;
    }
    Ok(())
}

/// What the officer says of a call when it is over.
#[derive(Clone, Debug)]
pub struct WrapUp {
    /// The call.
    pub call: CallId,
    /// The result's code.
    pub result: String,
    /// The note, as it was drafted or changed.
    pub note: String,
    /// The day of the next action.
    pub follow_up_on: Option<Date>,
    /// A time of that day, where one was agreed.
    pub follow_up_at: Option<Timestamp>,
}

/// Records the call's contact and closes the call; every open account has a next step.
pub async fn wrap_call(app: &App, who: &Actor, at: Moment, ask: &WrapUp) -> Result<Recorded, Failure> {
    transaction!(app.db, tx, {
        let led = load(tx, who, ask.call).await?;
        wrap_in(tx, who, at, &led, ask).await
    })
}

/// As [`wrap_call`], of a call that was read in the same transaction.
pub(super) async fn wrap_in(tx: &mut Tx, who: &Actor, at: Moment, led: &Led, ask: &WrapUp) -> Result<Recorded, Failure> {
    if led.call.wrapped_at.is_some() {
        return Err(Failure::Stale("this call is wrapped up".into()));
    }
    if ask.follow_up_on.is_none() && led.known.account.state == "open" {
        return Err(Failure::wrong("follow_up", "is missing: every open account needs a next step"));
    }
    end_in(tx, who, at, &led.call).await?;
    let record = RecordContact {
        contact: led.call.contact,
        result: ask.result.clone(),
        follow_up_on: ask.follow_up_on,
        follow_up_at: ask.follow_up_at,
        note: Some(ask.note.trim().to_string()).filter(|note| !note.is_empty()),
        said: said(led),
    };
    let recorded = record_contact_in(tx, who, at, &record).await?;
    store::update_wrapped(tx, led.call.id, at.at).await?;
    approvals::actions::call_is_over(tx, who, at, led.call.id).await?;
    let score = scored::keep(tx, &led.call, &led.conversation, &ask.result, at.at).await?;
    let detail = json!({"call": led.call.id.to_string(), "contact": led.call.contact.to_string(), "steps": led.conversation.steps().len()});
    kept::record(tx, who, at.at, led.call.account, "call.wrap", detail, &[led.call.id.into(), score.into()]).await?;
    Ok(recorded)
}

/// Which of the words that were due were said: those of the steps.
fn said(led: &Led) -> Said {
    let mut ids = Vec::new();
    for step in led.conversation.steps() {
        match step {
            Step::Disclosed { words } => ids.extend(words.iter().cloned()),
            Step::MessageLeft => ids.extend(led.message().map(|due| due.wording.id.to_string())),
            _ => {}
        }
    }
    ids.retain(|id| led.words.iter().any(|due| due.wording.id == id && due.words.is_ok()));
    ids.sort_unstable();
    ids.dedup();
    Said::These(ids)
}
