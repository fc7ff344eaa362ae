//! The recap of a call: what was agreed, written for them, as a letter in the print folder or as a text to be sent.
//!
//! [`ways`] says for both whether it may be, and why not, the way they prefer first ([`note_wish`]); [`make`] asks the gate, keeps its answer and what was written, word for word.
//! A letter goes the way of every letter. A text waits until the officer says that it was sent ([`say_sent`]): then the gate is asked
//! once more, since what was allowed yesterday may not be today, and the contact counts.
//!
//! Always true: nothing is written that the gate refuses, whatever they prefer; what counts as sent is a contact with its decision.

pub mod pages;
pub mod showing;
pub mod store;

use super::actions::{Led, load};
use crate::app::{Actor, App, Failure, new_uuid};
use crate::audit::kept;
use crate::compliance::gate::{self, AskContact, Tried};
use crate::compliance::law::cite_of;
use crate::outreach::actions::{SentWriting, keep_sent};
use crate::outreach::letters::facts::{address_lines, reference_of, sender};
use crate::outreach::letters::{self, recaps};
use crate::outreach::words;
use crate::parties;
use crate::parties::actions::{TellPreference, tell_preference_in};
use crate::parties::store::PreferenceRow;
use crate::store::Tx;
use crate::transaction;
use duly_domain::decision::Answer;
use duly_domain::outreach::conversation;
use duly_domain::outreach::letter::Language;
use duly_domain::outreach::recap::{Agreed, RecapFacts, missing, write_text};
use duly_domain::parties::in_writing::{self, PREFERS, Told};
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{CallId, DecisionId, PointId, PreferenceId, RecapId};
use duly_domain::values::moment::Moment;
use serde_json::json;
use store::Recap;

/// The ways of a recap, the safer first.
pub const BY: [Channel; 2] = [Channel::Letter, Channel::Text];

/// One way of sending it, and what keeps from it.
#[derive(Clone, Debug)]
pub struct Way {
    /// A letter, or a text.
    pub channel: Channel,
    /// What keeps from it, each with the way out; nothing where it may be.
    pub because: Vec<String>,
}

impl Way {
    /// Whether it may be.
    pub fn is_open(&self) -> bool {
        self.because.is_empty()
    }
}

/// How what was agreed may be sent, for a screen: nothing is kept. Empty where nothing was agreed.
pub async fn ways(tx: &mut Tx, who: &Actor, at: Moment, led: &Led) -> Result<Vec<Way>, Failure> {
    let Some(agreed) = Agreed::of(&led.conversation) else { return Ok(Vec::new()) };
    let made = store::list_of_call(tx, led.call.id).await?;
    let preferred = preferred_way(led);
    let mut by: Vec<Channel> = BY.into_iter().chain(preferred.filter(|channel| !BY.contains(channel))).collect();
    by.sort_by_key(|channel| Some(*channel) != preferred);
    let mut ways = Vec::new();
    for channel in by.into_iter().filter(|channel| !made.iter().any(|made| made.channel == channel.code())) {
        if !BY.contains(&channel) {
            ways.push(Way { channel, because: vec!["what was agreed is written as a letter or as a text".into()] });
            continue;
        }
        let because = match propose(tx, at, led, channel).await? {
            Err(says) => vec![says],
            Ok(tried) if tried.decision.answer != Answer::Yes => refusals(&tried),
            Ok(tried) => match gather(tx, who, at, led, &tried, channel, agreed.clone()).await {
                Ok(facts) if channel == Channel::Text => {
                    write_text(&facts).err().unwrap_or_default().iter().map(ToString::to_string).collect()
                }
                Ok(facts) => missing(&facts).iter().map(ToString::to_string).collect(),
                Err(Failure::Wrong(problems)) => vec![problems.to_string()],
                Err(failure) => return Err(failure),
            },
        };
        ways.push(Way { channel, because });
    }
    Ok(ways)
}

/// The wish that says by which way whoever the call is with likes to have things in writing.
fn preferred_row(led: &Led) -> Option<&PreferenceRow> {
    let rows = led.known.preferences.get(&led.call.person)?;
    let told = |row: &PreferenceRow| {
        let channel = row.channel.as_deref().and_then(in_writing::parse).filter(|_| row.kind == PREFERS)?;
        Some(Told { channel, at: row.told_at, ended_at: row.ended_at })
    };
    let counts = in_writing::preferred(rows.iter().filter_map(told))?;
    rows.iter().rev().find(|row| told(row) == Some(counts))
}

/// The way they like.
fn preferred_way(led: &Led) -> Option<Channel> {
    preferred_row(led)?.channel.as_deref().and_then(in_writing::parse)
}

/// Notes by which way they like to have things in writing, as they say in the call once they are verified.
pub async fn note_wish(app: &App, who: &Actor, at: Moment, call: CallId, by: &str) -> Result<PreferenceId, Failure> {
    transaction!(app.db, tx, {
        let led = load(tx, who, call).await?;
        if led.call.wrapped_at.is_some() {
            return Err(Failure::Stale("this call is wrapped up: note their wish on the account".into()));
        }
        if led.conversation.way() != conversation::Way::Talking {
            return Err(Failure::Stale("their wish is noted once they are verified".into()));
        }
        let told = TellPreference {
            person: Some(led.call.person),
            kind: PREFERS.into(),
            channel: Some(by.to_string()),
            ..TellPreference::default()
        };
        tell_preference_in(tx, who, at, led.call.account, &told).await
    })
}

/// The contact that a recap would be, as the gate sees it; what there is no number or address for is said.
fn about(led: &Led, channel: Channel, points: &[parties::store::Point]) -> Result<AskContact, String> {
    let living = |point: &&parties::store::Point| !matches!(point.state.as_str(), "wrong" | "dead" | "closed");
    let point = match channel {
        Channel::Text => {
            let mobile = points.iter().filter(living).find(|point| point.kind == "phone" && point.label == "mobile");
            Some(mobile.ok_or("no mobile number is on file: enter it on the person's page")?.id)
        }
        _ => None::<PointId>,
    };
    Ok(AskContact { person: Some(led.call.person), point, ..AskContact::with_debtor(led.call.account, channel) })
}

async fn propose(tx: &mut Tx, at: Moment, led: &Led, channel: Channel) -> Result<Result<Tried, String>, Failure> {
    let points = parties::store::list_points(tx, led.call.person).await?;
    let ask = match about(led, channel, &points) {
        Ok(ask) => ask,
        Err(says) => return Ok(Err(says)),
    };
    match gate::try_out(tx, at.at, &ask).await {
        Ok(tried) => Ok(Ok(tried)),
        Err(Failure::Wrong(problems)) => Ok(Err(problems.to_string())),
        Err(failure) => Err(failure),
    }
}

fn refusals(tried: &Tried) -> Vec<String> {
    let because = tried.decision.because.iter();
    because.map(|one| format!("{} ({})", one.rule.plain.trim_end_matches('.'), cite_of(&tried.known, one.rule))).collect()
}

async fn gather(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    led: &Led,
    tried: &Tried,
    channel: Channel,
    agreed: Agreed,
) -> Result<RecapFacts, Failure> {
    let known = &tried.known;
    let language = Language::parse(&led.call.language).unwrap_or(Language::English);
    let person = parties::store::load_debtor(tx, led.call.person).await?;
    let statements = match channel {
        Channel::Text => words::of_text(tx, who, known, &tried.facts, language).await?,
        _ => words::statements(tx, who, known, &tried.facts).await?,
    };
    let (state_texts, words_due) = words::states::gather(tx, known, at.business_day).await?;
    let zone = crate::identity::actions::zone_in(tx).await?;
    Ok(RecapFacts {
        mailed_on: at.business_day,
        talked_on: led.call.began_at.to_zoned(zone).date(),
        language,
        collector: sender(tx).await?,
        person: person.name.unwrap_or_default(),
        address: tried.point.as_ref().filter(|point| point.kind == "address").map(address_lines).unwrap_or_default(),
        creditor: known.creditor.name.clone(),
        account_number: known.account.reference.clone(),
        reference: reference_of(led.call.account),
        agreed,
        statements,
        state_texts,
        words_due,
    })
}

/// What making it came to.
#[derive(Clone, Debug)]
pub enum Made {
    /// It is kept: in the print folder, or ready to be sent.
    Kept(RecapId),
    /// The gate refused it, or something is missing; each with the way out.
    Held(Vec<String>),
}

/// Writes what was agreed in a call that is over, by one way, once.
pub async fn make(app: &App, who: &Actor, at: Moment, call: CallId, channel: Channel) -> Result<Made, Failure> {
    let has_folder = app.letters_folder.is_some();
    let made = transaction!(app.db, tx, {
        let led = load(tx, who, call).await?;
        if led.call.wrapped_at.is_none() {
            return Err(Failure::Stale("a recap is made of a call that is wrapped up".into()));
        }
        if let Some(made) = store::list_of_call(tx, call).await?.into_iter().find(|made| made.channel == channel.code()) {
            return Ok(Made::Kept(made.id));
        }
        let Some(agreed) = Agreed::of(&led.conversation) else {
            return Err(Failure::Stale("nothing was agreed in this call that could be written down".into()));
        };
        let points = parties::store::list_points(tx, led.call.person).await?;
        let tried = match propose(tx, at, &led, channel).await? {
            Ok(tried) => tried,
            Err(says) => return Ok(Made::Held(vec![says])),
        };
        let ask = about(&led, channel, &points).map_err(|says| Failure::wrong("recap", says))?;
        let (decision, is_allowed) = ask_gate(tx, who, at, &ask, call).await?;
        if !is_allowed {
            return Ok(Made::Held(refusals(&tried)));
        }
        let facts = gather(tx, who, at, &led, &tried, channel, agreed).await?;
        let (letter, content) = match channel {
            Channel::Text => {
                let wrong = |missing: Vec<duly_domain::outreach::validation_notice::Missing>| {
                    Failure::Wrong(crate::app::Problems(missing.iter().map(|one| ("text", one.to_string())).collect()))
                };
                (None, write_text(&facts).map_err(wrong)?)
            }
            _ => {
                let (letter, content) = recaps::print(tx, who, at, led.call.account, &facts, has_folder).await?;
                (Some(letter), content)
            }
        };
        let recap = Recap {
            id: RecapId(new_uuid()),
            account: led.call.account,
            call,
            channel: channel.code().into(),
            language: facts.language.tag().into(),
            content,
            letter,
            decision,
            made_at: at.at,
            contact: None,
            sent_at: None,
            letter_state: None,
        };
        store::insert(tx, &recap, who.label()).await?;
        let detail = json!({"recap": recap.id.to_string(), "call": call.to_string(), "channel": channel.code(),
            "letter": letter.map(|letter| letter.to_string())});
        kept::record(tx, who, at.at, led.call.account, "recap.make", detail, &[recap.id.into()]).await?;
        Ok(Made::Kept(recap.id))
    });
    // What is missing is said as what keeps from it.
    let made = match made {
        Err(Failure::Wrong(problems)) => Ok(Made::Held(vec![problems.to_string()])),
        made => made,
    }?;
    if channel == Channel::Letter && matches!(made, Made::Kept(_)) {
        letters::write_folders(app, at).await?;
    }
    Ok(made)
}

/// Asks the gate for an act and keeps its answer; whether it allows.
async fn ask_gate(tx: &mut Tx, who: &Actor, at: Moment, ask: &AskContact, call: CallId) -> Result<(DecisionId, bool), Failure> {
    let (decision, answer, ..) = gate::ask(tx, who, at, ask).await?;
    let rules: Vec<&str> = answer.because.iter().map(|reason| reason.rule.id).collect();
    let detail = json!({"decision": decision.to_string(), "channel": ask.channel.code(), "answer": answer.answer.code(), "rules": rules,
        "call": call.to_string()});
    kept::record(tx, who, at.at, ask.account, "recap.ask", detail, &[decision.into()]).await?;
    Ok((decision, answer.answer == Answer::Yes))
}

/// The officer sends a text now, and says so: asked of the gate once more, and counted as the contact that it is. What was refused.
pub async fn say_sent(app: &App, who: &Actor, at: Moment, recap: RecapId) -> Result<Vec<String>, Failure> {
    app.prove_clock()?;
    transaction!(app.db, tx, {
        let recap = store::load(tx, recap).await?;
        let led = load(tx, who, recap.call).await?;
        if recap.channel != Channel::Text.code() {
            return Err(Failure::Stale("a letter is recorded as mailed under Letters".into()));
        }
        if recap.sent_at.is_some() {
            return Ok(Vec::new());
        }
        let points = parties::store::list_points(tx, led.call.person).await?;
        let ask = match about(&led, Channel::Text, &points) {
            Ok(ask) => ask,
            Err(says) => return Ok(vec![says]),
        };
        let tried = gate::try_out(tx, at.at, &ask).await?;
        let (decision, is_allowed) = ask_gate(tx, who, at, &ask, recap.call).await?;
        if !is_allowed {
            return Ok(refusals(&tried));
        }
        contact(tx, who, at, &recap, (Channel::Text, decision, ask.point)).await?;
        Ok(Vec::new())
    })
}

/// A recap that is in the mail is a contact of ours.
pub async fn became_contact(tx: &mut Tx, who: &Actor, at: Moment, recap: &Recap) -> Result<(), Failure> {
    contact(tx, who, at, recap, (Channel::Letter, recap.decision, None)).await
}

async fn contact(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    recap: &Recap,
    (channel, decision, point): (Channel, DecisionId, Option<PointId>),
) -> Result<(), Failure> {
    let call = super::store::load_call(tx, recap.call).await?;
    let sent = SentWriting {
        account: recap.account,
        debtor: call.person,
        point,
        decision,
        channel,
        purpose: "collection",
        says: "What was agreed in the call, written for them.",
    };
    let id = keep_sent(tx, who, at, sent).await?;
    store::update_sent(tx, recap.id, id, at.at).await?;
    let detail = json!({"recap": recap.id.to_string(), "contact": id.to_string(), "channel": channel.code()});
    kept::record(tx, who, at.at, recap.account, "recap.send", detail, &[id.into(), recap.id.into()]).await
}
