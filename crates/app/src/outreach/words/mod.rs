//! The words of a contact: which are due once it is reserved, and which were given once it is recorded.
//!
//! [`due_in`] reads them off the kept decision of the reservation, so that what is shown is what is asked about afterwards; for a call
//! that came in, off the record as it stood when it began.
//! [`record_said`] keeps each with its id, version, language and text, and says whether it was given; [`store`] tells the gate, which
//! from then on knows whether the first statement is still owed. Letters keep what their content carried.
//!
//! Always true: nothing counts as given that nobody said was given; a result recorded without saying leaves it as it was before
//! words were recorded.

pub mod pages;
pub mod states;
pub mod states_page;
pub mod store;

use crate::app::{Actor, Failure};
use crate::audit::kept::KeptRow;
use crate::compliance::facts::{Known, gather};
use crate::compliance::gate::{facts_of_incoming, read_kept};
use crate::identity::store as settings;
use crate::outreach::letters::facts::sender;
use crate::store::Tx;
use duly_domain::compliance::facts::{ContactFacts, Facts};
use duly_domain::compliance::limitation::Limitation;
use duly_domain::compliance::record::{Dialing, Disclosure, Outcome, Record};
use duly_domain::outreach::disclosures::{self, Kind, Places, Wording, WordsFacts, required, voice_mail};
use duly_domain::outreach::letter::Language;
use duly_domain::outreach::validation_notice::StateText;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, ContactId, DebtorId, LetterId};
use duly_domain::values::moment::{Moment, date_of_day, day_number};
use store::NewDisclosure;

/// Words that are due, as they are to be given.
#[derive(Clone, Debug)]
pub struct DueWords {
    /// Which.
    pub wording: &'static Wording,
    /// The words with their places filled; or what is missing, with the way out.
    pub words: Result<String, String>,
}

/// The name of a wording's box in the form of a result.
pub fn field_of(wording: &Wording) -> String {
    format!("said.{}", wording.id)
}

/// What was said of the words when a result was recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Said {
    /// Nobody was asked.
    #[default]
    NotAsked,
    /// All that were due.
    All,
    /// These, by their ids; the others were not.
    These(Vec<String>),
}

/// The words that are due in a contact; for calls the voice mail that may be left comes last.
pub async fn due_in(tx: &mut Tx, who: &Actor, contact: ContactId) -> Result<Vec<DueWords>, Failure> {
    let made = store::find_made(tx, contact).await?.map(|made| made.account);
    let Some(account) = made.or(store::find_came_in(tx, contact).await?.map(|came| came.account)) else { return Ok(Vec::new()) };
    let known = gather(tx, account).await?;
    due_with(tx, who, &known, contact).await
}

/// As [`due_in`], of an account that is known already.
pub async fn due_with(tx: &mut Tx, who: &Actor, known: &Known, contact: ContactId) -> Result<Vec<DueWords>, Failure> {
    if let Some(made) = store::find_made(tx, contact).await? {
        let Some(channel) = Channel::parse(&made.channel) else { return Ok(Vec::new()) };
        let (facts, _) = read_kept(&made.facts).map_err(Failure::File)?;
        let is_prerecorded = made.dialing.as_deref().and_then(Dialing::parse).is_some_and(|dialing| dialing != Dialing::Manual);
        let due = Due { channel, person: made.debtor, came_in: false, is_prerecorded };
        return due_of(tx, who, known, &due, &facts).await;
    }
    let Some(came) = store::find_came_in(tx, contact).await? else { return Ok(Vec::new()) };
    let Some(channel) = Channel::parse(&came.channel) else { return Ok(Vec::new()) };
    let facts = facts_of_incoming(tx, known, came.at, (contact, channel, came.debtor)).await?;
    let due = Due { channel, person: came.debtor, came_in: true, is_prerecorded: false };
    due_of(tx, who, known, &due, &facts).await
}

/// A contact whose words are asked for.
struct Due {
    channel: Channel,
    person: DebtorId,
    came_in: bool,
    is_prerecorded: bool,
}

async fn due_of(tx: &mut Tx, who: &Actor, known: &Known, due: &Due, facts: &ContactFacts) -> Result<Vec<DueWords>, Failure> {
    let Due { channel, person, came_in, is_prerecorded } = *due;
    let statement = facts.disclosure;
    let today = facts.instant(facts.at).day;
    let is_debtor = person == known.debtor.id;
    let language = language_of(known, is_debtor);
    let asked = WordsFacts {
        channel,
        regf_binds: facts.regf_binds,
        // Decisions from before this was judged say nothing of it.
        due: statement.map_or(Disclosure::None, |statement| statement.due),
        is_repeat: statement.is_some_and(|statement| statement.is_repeat),
        state: known.record.consumer.state.filter(|_| is_debtor),
        language,
        is_time_barred: is_time_barred(known, today),
        is_recorded: calls_are_recorded(tx).await?,
        is_prerecorded,
        on: today,
    };
    let mut wordings = required(&asked);
    if !came_in && channel.is_call() && asked.due != Disclosure::None && asked.regf_binds {
        wordings.push(voice_mail(language));
    }
    let places = places(tx, known, &who.name).await?;
    Ok(wordings
        .into_iter()
        .map(|wording| DueWords { wording, words: wording.fill(&places).map_err(|missing| in_words(&missing)) })
        .collect())
}

/// What a letter to somebody says of who writes and why, in each language; what lacks a name is left to whoever names the gap.
pub async fn statements(tx: &mut Tx, who: &Actor, known: &Known, facts: &ContactFacts) -> Result<Vec<StateText>, Failure> {
    let statement = facts.disclosure;
    let places = places(tx, known, &who.name).await?;
    let mut texts = Vec::new();
    for language in [Language::English, Language::Spanish] {
        let wanted = required(&WordsFacts {
            channel: Channel::Letter,
            regf_binds: facts.regf_binds,
            due: statement.map_or(Disclosure::Short, |statement| statement.due.max(Disclosure::Short)),
            is_repeat: statement.is_some_and(|statement| statement.is_repeat),
            state: None,
            language,
            is_time_barred: false,
            is_recorded: false,
            is_prerecorded: false,
            on: facts.instant(facts.at).day,
        });
        let of_us = wanted.into_iter().filter(|wording| wording.kind.statement().is_some() && wording.language == language);
        texts.extend(of_us.filter_map(|wording| Some(StateText { language, text: wording.fill(&places).ok()? })));
    }
    Ok(texts)
}

/// What a text to somebody says of who writes, and how to stop it, in a language; what lacks a name is named.
pub async fn of_text(tx: &mut Tx, who: &Actor, known: &Known, facts: &ContactFacts, language: Language) -> Result<Vec<StateText>, Failure> {
    let (statement, today) = (facts.disclosure, facts.instant(facts.at).day);
    let places = places(tx, known, &who.name).await?;
    let wanted = required(&WordsFacts {
        channel: Channel::Text,
        regf_binds: facts.regf_binds,
        due: statement.map_or(Disclosure::Short, |statement| statement.due.max(Disclosure::Short)),
        is_repeat: statement.is_some_and(|statement| statement.is_repeat),
        state: known.record.consumer.state,
        language,
        is_time_barred: is_time_barred(known, today),
        is_recorded: false,
        is_prerecorded: false,
        on: today,
    });
    let filled = wanted.into_iter().map(|wording| {
        let text = wording.fill(&places).map_err(|missing| Failure::wrong("text", in_words(&missing)))?;
        Ok(StateText { language, text })
    });
    filled.collect()
}

/// Whose names fill the places.
pub async fn places(tx: &mut Tx, known: &Known, officer: &str) -> Result<Places, Failure> {
    let us = sender(tx).await?;
    let reference = &known.account.reference;
    let end = reference.chars().count().saturating_sub(4);
    Ok(Places {
        collector: us.name,
        telephone: us.phone,
        officer: officer.to_string(),
        creditor: known.creditor.name.clone(),
        number: reference.chars().skip(end).collect(),
    })
}

fn in_words(missing: &[&str]) -> String {
    let named = missing.iter().map(|place| match *place {
        "{collector}" => "our name",
        "{telephone}" => "our telephone number",
        "{officer}" => "the name of whoever speaks",
        "{creditor}" => "the creditor's name",
        _ => "the account's number",
    });
    format!("Not ready: {} is not on file. An administrator settles what is ours under Settings.", named.collect::<Vec<_>>().join(" and "))
}

/// Whether our calls are recorded, as the settings say.
pub async fn calls_are_recorded(tx: &mut Tx) -> Result<bool, Failure> {
    Ok(settings::find_setting(tx, settings::CALLS_RECORDED).await?.as_deref() == Some("yes"))
}

/// The language in which somebody is spoken with: the debtor's own, where it is on file.
pub fn language_of(known: &Known, is_debtor: bool) -> Language {
    let own = known.debtor.language.as_deref().filter(|_| is_debtor);
    own.and_then(Language::parse).unwrap_or(Language::English)
}

/// Whether the time to sue is known to have run out; what is not known is not said.
pub fn is_time_barred(known: &Known, today: i32) -> bool {
    let debt = known.record.debts.iter().find(|debt| debt.key == known.account.id.0.as_u128());
    let law = known.record.consumer.law.on(date_of_day(today));
    let time = debt.and_then(|debt| Limitation::of(debt.agreement, debt.accrued_on, known.record.consumer.state, debt.contract_law, &law));
    time.is_some_and(|time| day_number(time.last_day) < today)
}

/// Keeps what was said of the words when a result was recorded, in its transaction; the rows, for its entry.
///
/// Where nobody was reached nothing was to be said, and nothing is kept.
pub async fn record_said(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    account: AccountId,
    contact: ContactId,
    outcome: Outcome,
    said: &Said,
) -> Result<Vec<KeptRow>, Failure> {
    if *said == Said::NotAsked {
        return Ok(Vec::new());
    }
    let due = due_in(tx, who, contact).await?;
    if let Said::These(ids) = said
        && let Some(unknown) = ids.iter().find(|id| !due.iter().any(|words| words.wording.id == **id && words.words.is_ok()))
    {
        let known: Vec<&str> = due.iter().map(|words| words.wording.id).collect();
        let known = if known.is_empty() { "none are".to_string() } else { format!("there are {}", known.join(", ")) };
        return Err(Failure::wrong("said", format!("names {unknown:?}, which is not due in this contact: {known}")));
    }
    if !matches!(outcome, Outcome::Conversation | Outcome::Voicemail | Outcome::Delivered) {
        return Ok(Vec::new());
    }
    let mut rows = Vec::new();
    for DueWords { wording, words } in due {
        let Ok(words) = words else { continue };
        let is_voice_mail = wording.kind == Kind::LimitedContent;
        let was_given = match said {
            Said::These(ids) => ids.iter().any(|id| id == wording.id),
            // Whoever said all of it spoke with somebody.
            _ => !is_voice_mail,
        };
        // What may be left on a machine is owed to nobody.
        if is_voice_mail && (!was_given || outcome != Outcome::Voicemail) {
            continue;
        }
        let new = NewDisclosure { contact: Some(contact), ..NewDisclosure::of(account, wording, words, was_given) };
        store::insert(tx, &new, who.label(), at.at).await?;
        rows.push(new.id.into());
    }
    Ok(rows)
}

/// Keeps which words a letter's content carried; the rows, for its entry.
pub async fn record_carried(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    account: AccountId,
    letter: LetterId,
    content: &str,
) -> Result<Vec<KeptRow>, Failure> {
    let known = gather(tx, account).await?;
    let places = places(tx, &known, &who.name).await?;
    let mut rows = states::record_carried(tx, who, at, &known, letter, content).await?;
    for wording in disclosures::carried(content, &places, Channel::Letter) {
        let Ok(words) = wording.fill(&places) else { continue };
        let new = NewDisclosure { letter: Some(letter), ..NewDisclosure::of(account, wording, words, true) };
        store::insert(tx, &new, who.label(), at.at).await?;
        rows.push(new.id.into());
    }
    Ok(rows)
}

/// Notes on the record which earlier contacts gave the statement of who speaks and why, and which did not.
pub async fn note_said(tx: &mut Tx, record: &mut Record, person: DebtorId) -> Result<(), Failure> {
    for (contact, kind, was_given) in store::list_statements(tx, person).await? {
        let of = record.contacts.iter_mut().filter(|known| known.key == Some(contact.0.as_u128()));
        for known in of {
            match Kind::parse(&kind) {
                Some(Kind::LimitedContent) => known.is_limited_content |= was_given,
                Some(kind) => {
                    let said = kind.statement().filter(|_| was_given).unwrap_or(Disclosure::None);
                    known.disclosed = known.disclosed.max(Some(said));
                }
                None => {}
            }
        }
    }
    Ok(())
}

/// One line for a timeline: what was said, and what was due and not said.
pub fn in_a_line(rows: &[store::KeptDisclosure]) -> String {
    let named = |was_given: bool| {
        let rows = rows.iter().filter(|row| row.was_given == was_given);
        rows.map(|row| {
            let kind = Kind::parse(&row.kind).map_or_else(|| row.kind.clone(), |kind| kind.to_string().to_lowercase());
            let spanish = if row.language.starts_with("es") { ", in Spanish" } else { "" };
            format!("{kind}{spanish} (v{})", row.version)
        })
        .collect::<Vec<_>>()
        .join(", ")
    };
    let (given, owed) = (named(true), named(false));
    let parts = [(given, "words given"), (owed, "words due and not given")];
    parts.into_iter().filter(|(words, _)| !words.is_empty()).map(|(words, what)| format!("{what}: {words}")).collect::<Vec<_>>().join(" · ")
}
