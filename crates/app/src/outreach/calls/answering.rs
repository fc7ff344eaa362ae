//! They called us: the call desk opens for an account, without a question to the gate, for no rule refuses an answer.
//!
//! The contact is kept at the beginning, as one that came in and whose result is awaited, in one transaction with its call; wrapping up
//! records it. One that nobody wraps up stays on the officer's list, and ends by the night as what its steps say: a talk, or none.

use super::actions::{load, may_be_told};
use super::store;
use crate::app::{Actor, App, Failure, new_uuid};
use crate::audit::kept;
use crate::compliance::facts::{Known, gather};
use crate::outreach::store::{self as contacts, NewContact};
use crate::outreach::words;
use crate::{accounts, audit, parties, transaction};
use duly_domain::outreach::RESERVATION_MINUTES;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, CallId, ContactId, DebtorId};
use duly_domain::values::moment::Moment;
use duly_domain::values::point::Phone;
use jiff::SignedDuration;
use serde_json::json;

/// A call that comes in.
#[derive(Clone, Debug)]
pub struct AnswerCall {
    /// About which account.
    pub account: AccountId,
    /// Who they say they are; the debtor unless named.
    pub person: Option<DebtorId>,
    /// The number that the telephone shows, as it was typed.
    pub number: String,
}

/// Answers a call: the desk that was opened, once for the same call.
pub async fn answer_call(app: &App, who: &Actor, at: Moment, ask: &AnswerCall) -> Result<CallId, Failure> {
    // The seven days after a talk are counted by the clock.
    app.prove_clock()?;
    transaction!(app.db, tx, {
        let known = gather(tx, ask.account).await?;
        let person = reached(&known, ask.person)?;
        if let Some(call) = store::find_under_way(tx, ask.account, person, who.id, at.at).await? {
            return Ok(call);
        }
        let points = match person == known.debtor.id {
            true => known.points.clone(),
            false => parties::store::list_points(tx, person).await?,
        };
        let number = Phone::parse(&ask.number).ok().map(|phone| phone.e164().to_string());
        let point = points.into_iter().find(|point| point.kind == "phone" && Some(&point.value) == number.as_ref());
        let (contact, call) = (ContactId(new_uuid()), CallId(new_uuid()));
        let new = NewContact {
            id: contact,
            account: ask.account,
            debtor: person,
            point: point.as_ref().map(|point| point.id),
            decision: None,
            channel: Channel::Call.code(),
            direction: "in",
            purpose: "collection".into(),
            place: point.filter(|point| matches!(point.label.as_str(), "home" | "work")).map(|point| point.label),
            officer: who.id,
            released_by: None,
            contacted_at: at.at,
            expires_at: at.at.saturating_add(SignedDuration::from_mins(RESERVATION_MINUTES)).unwrap_or(at.at),
            dialing: None,
        };
        contacts::insert_contact(tx, new).await?;
        let language = words::language_of(&known, person == known.debtor.id);
        store::insert_call(tx, call, ask.account, contact, language.tag(), "shipped", at.at).await?;
        let detail = json!({"call": call.to_string(), "contact": contact.to_string(), "person": person.to_string()});
        kept::record(tx, who, at.at, ask.account, "call.answer", detail, &[contact.into(), call.into()]).await?;
        Ok(call)
    })
}

/// With whom the call is led: whoever may be told about the debt. Somebody else on file who calls is asked nothing about themselves.
fn reached(known: &Known, person: Option<DebtorId>) -> Result<DebtorId, Failure> {
    let Some(person) = person.filter(|person| *person != known.debtor.id) else { return Ok(known.debtor.id) };
    if !known.record.persons.iter().any(|other| other.key == person.0.as_u128()) {
        return Err(Failure::wrong("person", "is not on this account"));
    }
    Ok(if may_be_told(known, person) { person } else { known.debtor.id })
}

/// They speak of another of their debts too: the call is about that one as well, and counts there.
pub async fn talk_about(app: &App, who: &Actor, at: Moment, call: CallId, also: AccountId) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        let led = load(tx, who, call).await?;
        if !led.call.came_in() || !led.conversation.may_show_debt() || led.call.wrapped_at.is_some() {
            return Err(Failure::Stale("another debt is spoken of in a call that they made, once they are verified".into()));
        }
        let about = contacts::list_accounts_of(tx, led.call.contact).await?;
        if about.contains(&also) {
            return Ok(());
        }
        let is_theirs = accounts::store::list_ids_beside(tx, led.call.account).await?.contains(&also);
        if !is_theirs || led.call.person != led.known.debtor.id {
            return Err(Failure::NotFound(format!("account {also} of this person")));
        }
        contacts::insert_debts(tx, led.call.contact, &[also]).await?;
        let detail = json!({"call": call.to_string(), "contact": led.call.contact.to_string(), "also": also.to_string()});
        for account in [led.call.account, also] {
            audit::record(tx, who, at.at, Some(account), "call.about", &detail).await?;
        }
        Ok(())
    })
}
