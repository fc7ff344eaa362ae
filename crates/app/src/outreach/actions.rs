//! A contact is reserved through the gate, then recorded by its result.

use super::store::{self, ContactColumns, NewContact};
use super::words::{self, Said};
use crate::app::{Actor, App, Failure, WORDS_MAX, check_length, new_uuid};
use crate::audit::kept::{self, KeptRow};
use crate::coaching::training::certificates;
use crate::compliance::gate::{self, AskContact, attempts_used};
use crate::plans::said;
use crate::store::Tx;
use crate::{accounts, audit, compliance, disputes, parties, strategy, transaction};
use duly_domain::compliance::record::Outcome;
use duly_domain::decision::{Answer, Decision};
use duly_domain::identity::{Permission, may};
use duly_domain::outreach::RESERVATION_MINUTES;
use duly_domain::outreach::result::{self, Consequence, ResultCode};
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, ContactId, DebtorId, DecisionId, PointId, PreferenceId};
use duly_domain::values::moment::Moment;
use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp};
use serde_json::{Value as Json, json};

/// What a reservation came to: the gate's answer, and the contact if it may be made.
#[derive(Clone, Debug)]
pub struct Reserved {
    /// The gate's answer.
    pub decision: Decision,
    /// The reserved contact.
    pub contact: Option<ContactId>,
    /// Until when it waits for its result.
    pub expires_at: Option<Timestamp>,
    /// Calls that count in seven days, this one included, and how many may.
    pub attempts: (u32, u32),
}

/// Asks the gate and, if it may be, reserves the contact: from now on it counts.
///
/// `release` is a supervisor's recorded reason for what the gate leaves to them; it opens nothing the gate refuses.
pub async fn reserve_contact(app: &App, who: &Actor, at: Moment, ask: &AskContact, release: Option<&str>) -> Result<Reserved, Failure> {
    // Hours and seven days are counted by the clock.
    app.prove_clock()?;
    if release.is_some() && !may(who.role, Permission::ReleaseContacts) {
        return Err(Failure::Forbidden);
    }
    if release.is_some_and(|reason| reason.trim().is_empty()) {
        return Err(Failure::wrong("release", "needs a reason"));
    }
    transaction!(app.db, tx, {
        if ask.channel.is_call() {
            certificates::prove(tx, who, Permission::LeadCalls, at).await?;
        }
        for account in std::iter::once(&ask.account).chain(&ask.also) {
            let Some(claim) = store::find_claim(tx, *account, at.at).await? else { continue };
            let here = if *account == ask.account { "this account" } else { "an account it is also about" };
            return Err(Failure::Stale(if claim.is_of_another(who.id) {
                let until = claim.until(&app.zone());
                format!("{} has a {} reserved on {here} until {until}: wait for its result", claim.holder(), claim.channel)
            } else {
                format!("a {} is reserved on {here} already: record its result first", claim.channel)
            }));
        }
        let account = accounts::store::load_account(tx, ask.account).await?;
        if account.state != "open" {
            return Err(Failure::Stale(format!("the account is {}: there is nothing to contact anybody about", account.state)));
        }
        if accounts::store::is_held(tx, ask.account, at.business_day).await? {
            return Err(Failure::Stale("the account is on hold: end the hold first".into()));
        }
        let (decision_id, decision, known, point) = gate::ask(tx, who, at, ask).await?;
        let person = ask.person.unwrap_or(known.debtor.id);
        let seen = gate::look_at(&known, at.at, ask.channel, person);
        let released = decision.answer == Answer::NeedsSupervisor && release.is_some();
        let is_refused = decision.answer != Answer::Yes && !released;
        // What is refused about this debt alone is a refusal, whatever else it was to be about.
        if !is_refused || seen.decision.answer == Answer::Yes {
            for also in &ask.also {
                may_be_about(tx, at, *also, ask.channel, ask.person).await?;
            }
        }
        let rules: Vec<&str> = decision.because.iter().map(|reason| reason.rule.id).collect();
        let detail = json!({"decision": decision_id.to_string(), "channel": ask.channel.code(), "answer": decision.answer.code(),
            "rules": rules, "released_because": release.filter(|_| released), "about": texts(std::iter::once(&ask.account).chain(&ask.also))});
        if is_refused {
            tell_reserved(tx, who, at, ask, detail, &[decision_id.into()]).await?;
            return Ok(Reserved { decision, contact: None, expires_at: None, attempts: seen.attempts });
        }
        let expires_at = at.at.saturating_add(SignedDuration::from_mins(RESERVATION_MINUTES)).unwrap_or(at.at);
        let contact = ContactId(new_uuid());
        let purpose = if ask.purpose == duly_domain::compliance::record::Purpose::LocationInformation {
            "location_information"
        } else {
            "collection"
        };
        store::insert_contact(
            tx,
            NewContact {
                id: contact,
                account: ask.account,
                debtor: person,
                point: point.as_ref().map(|point| point.id),
                decision: Some(decision_id),
                channel: ask.channel.code(),
                direction: "out",
                purpose: purpose.to_string(),
                place: point.filter(|point| matches!(point.label.as_str(), "home" | "work")).map(|point| point.label),
                officer: who.id,
                released_by: released.then(|| who.label().to_string()),
                contacted_at: at.at,
                expires_at,
                dialing: ask.dialing.machine(),
            },
        )
        .await?;
        store::insert_debts(tx, contact, &ask.also).await?;
        tell_reserved(tx, who, at, ask, detail, &[decision_id.into(), contact.into()]).await?;
        let used = seen.attempts.0 + u32::from(ask.channel.is_call());
        Ok(Reserved { decision, contact: Some(contact), expires_at: Some(expires_at), attempts: (used, seen.attempts.1) })
    })
}

/// Writes it into the record of the account it was asked for, with the rows that stand there, and of every other it is about.
async fn tell_reserved(tx: &mut Tx, who: &Actor, at: Moment, ask: &AskContact, detail: Json, rows: &[KeptRow]) -> Result<(), Failure> {
    kept::record(tx, who, at.at, ask.account, "contact.reserve", detail.clone(), rows).await?;
    for account in &ask.also {
        audit::record(tx, who, at.at, Some(*account), "contact.reserve", &detail).await?;
    }
    Ok(())
}

/// Ids as they are written into a record.
fn texts<'a>(accounts: impl Iterator<Item = &'a AccountId>) -> Vec<String> {
    accounts.map(AccountId::to_string).collect()
}

/// Whether another account may be talked about in the same contact: by its own holds, limits and rules, and with this person.
async fn may_be_about(tx: &mut Tx, at: Moment, account: AccountId, channel: Channel, person: Option<DebtorId>) -> Result<(), Failure> {
    let known = compliance::facts::gather(tx, account).await?;
    let reference = &known.account.reference;
    if known.account.state != "open" || accounts::store::is_held(tx, account, at.business_day).await? {
        return Err(Failure::Stale(format!("account {reference} is on hold or not open: leave it out")));
    }
    let decision = gate::look_at(&known, at.at, channel, person.unwrap_or(known.debtor.id)).decision;
    match decision.because.first() {
        Some(reason) => Err(Failure::Stale(format!("account {reference} may not be talked about now: {} Leave it out", reason.rule.plain))),
        None => Ok(()),
    }
}

/// How far ahead a next action can be named: what is further away is forgotten by everybody.
const FOLLOW_UP_DAYS_MAX: i64 = 366;

/// What became of a reserved contact.
#[derive(Clone, Debug)]
pub struct RecordContact {
    /// The reservation.
    pub contact: ContactId,
    /// The result's code.
    pub result: String,
    /// The day of the next action, where it is not the usual one.
    pub follow_up_on: Option<Date>,
    /// A time of that day, where one was agreed.
    pub follow_up_at: Option<Timestamp>,
    /// What is new.
    pub note: Option<String>,
    /// Which of the words that were due were said.
    pub said: Said,
}

/// What recording came to: the counters after.
#[derive(Clone, Copy, Debug)]
pub struct Recorded {
    /// The account.
    pub account: AccountId,
    /// Calls that count in seven days, and how many may.
    pub attempts: (u32, u32),
    /// The day of the next action.
    pub next_on: Date,
}

/// Records the result of a contact once; what the result means is done with it.
///
/// An officer records what they reserved themselves; a supervisor, and somebody at the machine, whatever was reserved.
pub async fn record_contact(app: &App, who: &Actor, at: Moment, ask: &RecordContact) -> Result<Recorded, Failure> {
    transaction!(app.db, tx, { record_contact_in(tx, who, at, ask).await })
}

/// As [`record_contact`], within a transaction.
pub async fn record_contact_in(tx: &mut Tx, who: &Actor, at: Moment, ask: &RecordContact) -> Result<Recorded, Failure> {
    let Some(code) = result::find(&ask.result) else {
        let known: Vec<&str> = result::RESULTS.iter().map(|result| result.code).collect();
        return Err(Failure::wrong("result", format!("{:?} is no result code; there are {}", ask.result, known.join(", "))));
    };
    if ask.follow_up_on.is_some_and(|on| on < at.business_day) {
        return Err(Failure::wrong("follow-up", "lies in the past"));
    }
    if ask.follow_up_on.is_some_and(|on| on > at.business_day.saturating_add(Span::new().days(FOLLOW_UP_DAYS_MAX))) {
        return Err(Failure::wrong("follow-up", "is more than a year ahead: name a nearer day"));
    }
    check_length("note", ask.note.as_deref().unwrap_or_default(), WORDS_MAX)?;
    let contact = store::load_contact(tx, ask.contact).await?;
    let claim = store::load_claim(tx, ask.contact).await?;
    if claim.is_of_another(who.id) && who.id.is_some() && !may(who.role, Permission::ReleaseContacts) {
        let (holder, channel) = (claim.holder(), &claim.channel);
        return Err(Failure::Stale(format!("{holder} reserved this {channel}: they, or a supervisor, record its result")));
    }
    let channel = Channel::parse(&contact.channel).unwrap_or(Channel::Call);
    let came_in = contact.direction == "in";
    if !result::for_channel(channel).any(|known| known.code == code.code) || (came_in && !code.comes_in()) {
        let way = if came_in { " that comes in" } else { "" };
        return Err(Failure::wrong("result", format!("{} does not come about by {}{way}", code.code, contact.channel)));
    }
    // An attempt that expired has counted; what is said of it later does not take it back.
    let is_late = contact.state == "expired" || contact.expires_at.is_some_and(|expires| expires < at.at);
    let has_talked = contact.outcome.as_deref() == Some("conversation");
    let outcome = match is_late {
        true if has_talked => Outcome::Conversation,
        true if !code.outcome.is_connected() && !came_in => Outcome::NoAnswer,
        _ => code.outcome,
    };
    if !store::update_recorded(tx, ask.contact, code.code, outcome_code(outcome), ask.note.as_deref(), at.at).await? {
        return Err(Failure::Stale("its result was recorded before".into()));
    }
    let about = store::list_accounts_of(tx, ask.contact).await?;
    let detail = json!({"contact": ask.contact.to_string(), "result": code.code, "outcome": outcome_code(outcome),
        "about": texts(about.iter())});
    let words = words::record_said(tx, who, at, contact.account, ask.contact, outcome, &ask.said).await?;
    carry_out(tx, who, at, &contact, code).await?;
    if let Some(note) = &ask.note {
        said::look(tx, who, at, contact.account, said::Place::Contact(ask.contact), note).await?;
    }
    let mut next_on = None;
    for account in about {
        // The contact stands in the record of its own account; the others are told of it.
        let mut rows = vec![ask.contact.into()];
        rows.extend(words.iter().copied());
        let rows = if account == contact.account { rows.as_slice() } else { &[] };
        kept::record(tx, who, at.at, account, "contact.record", detail.clone(), rows).await?;
        let next = follow_up(tx, who, at, &contact, account, code, ask).await?;
        strategy::actions::place_on_worklist(tx, account, at).await?;
        next_on = next_on.or(next);
    }
    let next_on = next_on.unwrap_or(at.business_day);
    let known = compliance::facts::gather(tx, contact.account).await?;
    let seen = gate::look_at(&known, at.at, Channel::Call, contact.debtor);
    Ok(Recorded { account: contact.account, attempts: (attempts_used(&seen.facts), seen.attempts.1), next_on })
}

/// Does what a result means for the person: the number's state, and what they closed.
async fn carry_out(tx: &mut Tx, who: &Actor, at: Moment, contact: &ContactColumns, code: &ResultCode) -> Result<(), Failure> {
    // A number that they closed and call from stays closed.
    let is_closed = match contact.point.filter(|_| contact.direction == "in") {
        Some(point) => parties::store::list_points(tx, contact.debtor).await?.iter().any(|row| row.id == point && row.state == "closed"),
        None => false,
    };
    if let (Some(point), Some(state)) = (contact.point.filter(|_| !is_closed), code.point.state()) {
        parties::store::update_point_state(tx, point, state, code.is_right_party.then_some(at.at)).await?;
    }
    if matches!(code.consequence, Consequence::CloseChannel) {
        close_channel(tx, who, at, contact).await?;
    }
    Ok(())
}

/// Does what a result means for each account the contact was about: what is held, the next action.
async fn follow_up(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    contact: &ContactColumns,
    about: AccountId,
    code: &ResultCode,
    ask: &RecordContact,
) -> Result<Option<Date>, Failure> {
    if code.is_right_party {
        accounts::store::update_reached(tx, about).await?;
    }
    if matches!(code.consequence, Consequence::HoldForDispute) {
        disputes::actions::open_spoken(tx, who, at, about, contact.debtor, &contact.channel).await?;
    }
    let account = accounts::store::load_account(tx, about).await?;
    if account.state != "open" && contact.direction == "in" {
        // Whose account is closed may call; nothing is planned for it.
        return Ok(None);
    }
    let usual = at.business_day.saturating_add(Span::new().days(i64::from(code.next_in_days)));
    // A promise taken in this talk has named its own day already.
    // So has the plan with the debtor, when somebody else was reached.
    let keeps_plan = code.code == "promised" || contact.debtor != account.debtor;
    let planned = account.next_action_on.filter(|on| keeps_plan && *on > at.business_day);
    let next_on = ask.follow_up_on.or(planned).unwrap_or(usual);
    let action = if planned.is_some() && ask.follow_up_on.is_none() {
        account.next_action.as_deref().unwrap_or(code.next_action)
    } else {
        code.next_action
    };
    accounts::actions::set_next(tx, about, action, next_on, ask.follow_up_at).await?;
    Ok(Some(next_on))
}

async fn close_channel(tx: &mut Tx, who: &Actor, at: Moment, contact: &ContactColumns) -> Result<(), Failure> {
    let row = parties::store::PreferenceRow {
        id: PreferenceId(new_uuid()),
        kind: "no_channel".into(),
        days: None,
        from_minute: None,
        to_minute: None,
        place: None,
        channel: Some(contact.channel.clone()),
        address: None,
        words: None,
        source: "said in a contact".into(),
        told_at: at.at,
        ended_at: None,
    };
    parties::actions::keep_preference(tx, who, at, contact.account, contact.debtor, &row).await
}

/// Something that was written to a person and is sent.
pub struct SentWriting<'s> {
    /// About which account.
    pub account: AccountId,
    /// To whom.
    pub debtor: DebtorId,
    /// To which point of contact, where that is known.
    pub point: Option<PointId>,
    /// By which decision.
    pub decision: DecisionId,
    /// How it went.
    pub channel: Channel,
    /// The code of its purpose.
    pub purpose: &'s str,
    /// What the timeline says of it.
    pub says: &'s str,
}

/// Keeps something that was sent as a contact of ours.
pub async fn keep_sent(tx: &mut Tx, who: &Actor, at: Moment, sent: SentWriting<'_>) -> Result<ContactId, Failure> {
    let id = ContactId(new_uuid());
    let new = NewContact {
        id,
        account: sent.account,
        debtor: sent.debtor,
        point: sent.point,
        decision: Some(sent.decision),
        channel: sent.channel.code(),
        direction: "out",
        purpose: sent.purpose.into(),
        place: None,
        officer: who.id,
        released_by: None,
        contacted_at: at.at,
        expires_at: at.at,
        dialing: None,
    };
    store::insert_contact(tx, new).await?;
    store::update_recorded(tx, id, "sent", outcome_code(Outcome::Delivered), Some(sent.says), at.at).await?;
    Ok(id)
}

/// The code of an outcome in the database: as files name it.
pub fn outcome_code(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::NoAnswer => "no_answer",
        Outcome::Voicemail => "voicemail",
        Outcome::Conversation => "conversation",
        Outcome::AnsweredDropped => "answered_dropped",
        Outcome::AnsweredBusy => "answered_busy",
        Outcome::RecordingNoMessage => "recording_no_message",
        Outcome::LeftMessage => "left_message",
        Outcome::Delivered => "delivered",
        Outcome::Busy => "busy",
        Outcome::NotInService => "not_in_service",
        Outcome::NotConnected => "not_connected",
    }
}
