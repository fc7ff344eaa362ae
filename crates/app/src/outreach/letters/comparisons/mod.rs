//! The ways of the negotiation desk, sent to somebody as a letter: printed like every other, and a contact of ours once it is in the mail.
//!
//! [`look`] says for a screen what stands and what keeps from it; [`print_comparison`] asks the gate, keeps its answer, and the letter
//! where it may go. What is the same in offers, name and address is printed once, unless the printing is taken back; while one waits for
//! the mail there is no second.
//!
//! Always true: nothing is printed that the gate refuses, and no ways are sent on an account on which nothing may be agreed.

pub mod store;

use super::store::Printed;
use super::{COMPARISON, ToKeep, facts, keep, refusals, unprintable, write_folders};
use crate::app::{Actor, App, Failure, new_uuid};
use crate::audit::kept;
use crate::compliance::gate::{self, AskContact, Tried};
use crate::outreach::actions::{SentWriting, keep_sent};
use crate::outreach::{pdf, words};
use crate::plans::desk::comparison::blocks;
use crate::plans::desk::standing::Desk;
use crate::store::Tx;
use crate::{audit, transaction};
use duly_domain::audit::hex;
use duly_domain::decision::Answer;
use duly_domain::outreach::comparison::{ComparisonFacts, answered_on, missing, write_comparison};
use duly_domain::outreach::letter::Letter;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, ComparisonId, LetterId, LetterRunId};
use duly_domain::values::moment::{Moment, written};
use duly_domain::values::money::Money;
use jiff::Timestamp;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{Comparison, StandingRow};

/// What keeps a comparison from going out, each with the way out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Why.
    pub because: Vec<String>,
    /// From when the gate would let it go, where that is known.
    pub next: Option<Timestamp>,
}

impl Held {
    fn by(because: Vec<String>) -> Held {
        Held { because, next: None }
    }
}

/// What printing it came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It is in the print folder, or to be opened and printed.
    Printed(LetterId),
    /// The very same is printed or mailed already.
    Stands,
    /// It may not go, or something is missing.
    Held(Held),
}

/// What a screen shows of it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The last that was printed and not taken back.
    pub last: Option<StandingRow>,
    /// Whether that is what would be printed today.
    pub is_same: bool,
    /// What keeps it from being printed today.
    pub held: Option<Held>,
}

/// A comparison that may be printed.
struct Ready {
    letter: Letter,
    version: String,
    addressee: String,
}

/// What stands of it, and what keeps from it: nothing is kept.
pub async fn look(tx: &mut Tx, who: &Actor, at: Moment, desk: &Desk) -> Result<Seen, Failure> {
    let standing = store::list_standing(tx, desk.account.id).await?;
    let prepared = match propose(tx, at, desk).await? {
        Err(held) => Err(held),
        Ok(tried) if tried.decision.answer != Answer::Yes => Err(refused(&tried)),
        Ok(tried) => prepare(tx, who, at, desk, &tried).await?,
    };
    let is_same = prepared.as_ref().is_ok_and(|ready| standing.iter().any(|row| row.version == ready.version));
    let held = match prepared {
        Err(held) => Some(held),
        Ok(_) if is_same => None,
        Ok(_) => waiting(&standing),
    };
    Ok(Seen { last: standing.into_iter().next(), is_same, held })
}

/// Prints the ways as they are today for the mail, once; or says what keeps from it.
pub async fn print_comparison(app: &App, who: &Actor, at: Moment, account: AccountId) -> Result<Sent, Failure> {
    let has_folder = app.letters_folder.is_some();
    let sent = transaction!(app.db, tx, { print_within(tx, who, at, account, has_folder).await })?;
    if matches!(sent, Sent::Printed(_)) {
        write_folders(app, at).await?;
    }
    Ok(sent)
}

async fn print_within(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId, has_folder: bool) -> Result<Sent, Failure> {
    let desk = Desk::of(tx, account, at).await?;
    let tried = match propose(tx, at, &desk).await? {
        Ok(tried) => tried,
        Err(held) => return Ok(Sent::Held(held)),
    };
    let ready = match tried.decision.answer {
        Answer::Yes => match prepare(tx, who, at, &desk, &tried).await? {
            Ok(ready) => Some(ready),
            Err(held) => return Ok(Sent::Held(held)),
        },
        _ => None,
    };
    if let Some(ready) = &ready {
        let standing = store::list_standing(tx, account).await?;
        if standing.iter().any(|row| row.version == ready.version) {
            return Ok(Sent::Stands);
        }
        if let Some(held) = waiting(&standing) {
            return Ok(Sent::Held(held));
        }
    }
    let (decision, answer, ..) = gate::ask(tx, who, at, &ask_of(account)).await?;
    let rules: Vec<&str> = answer.because.iter().map(|reason| reason.rule.id).collect();
    let detail =
        json!({"decision": decision.to_string(), "channel": Channel::Letter.code(), "answer": answer.answer.code(), "rules": rules});
    kept::record(tx, who, at.at, account, "comparison.ask", detail, &[decision.into()]).await?;
    let Some(Ready { letter, version, addressee }) = ready.filter(|_| answer.answer == Answer::Yes) else {
        return Ok(Sent::Held(Held { because: refusals(&tried.known, &answer), next: answer.next_allowed_at }));
    };
    let rendering = pdf::print(&letter).map_err(|error| Failure::wrong("letter", error.to_string()))?;
    let run = LetterRunId(new_uuid());
    super::store::insert_run(tx, run, letter.dated_on, who.label(), at.at).await?;
    let to_keep = ToKeep { account, case: None, kind: COMPARISON, letter: &letter, addressee, period_ends_on: None, enclosures: &[] };
    let kept_as = keep(tx, who, at, run, 1, to_keep, rendering).await?;
    let detail = json!({"run": run.to_string(), "letters": 1, "mailing_on": letter.dated_on.to_string()});
    audit::record(tx, who, at.at, None, "letters.print", &detail).await?;
    if !has_folder {
        super::store::update_written(tx, run, at.at).await?;
    }
    let new = Comparison { id: ComparisonId(new_uuid()), account, debtor: tried.known.debtor.id, version, letter: kept_as, decision };
    store::insert(tx, &new, at.business_day, who.label(), at.at).await?;
    let detail = json!({"comparison": new.id.to_string(), "version": new.version, "letter": kept_as.to_string()});
    kept::record(tx, who, at.at, account, "comparison.print", detail, &[new.id.into()]).await?;
    Ok(Sent::Printed(kept_as))
}

/// It is for the account's debtor, and asks for payment.
fn ask_of(account: AccountId) -> AskContact {
    AskContact::with_debtor(account, Channel::Letter)
}

/// What the gate would say; where nothing may be agreed, or there is nowhere to send it, that is said without asking.
async fn propose(tx: &mut Tx, at: Moment, desk: &Desk) -> Result<Result<Tried, Held>, Failure> {
    let stops = desk.stops();
    if !stops.is_empty() {
        let because = stops.iter().map(|reason| format!("{} {}", reason.rule.plain, reason.rule.instead));
        return Ok(Err(Held::by(because.collect())));
    }
    match gate::try_out(tx, at.at, &ask_of(desk.account.id)).await {
        Ok(tried) => Ok(Ok(tried)),
        Err(Failure::Wrong(problems)) => Ok(Err(Held::by(vec![problems.to_string()]))),
        Err(failure) => Err(failure),
    }
}

fn refused(tried: &Tried) -> Held {
    Held { because: refusals(&tried.known, &tried.decision), next: tried.decision.next_allowed_at }
}

/// One of another day that is printed and not in the mail.
fn waiting(standing: &[StandingRow]) -> Option<Held> {
    let one = standing.iter().find(|row| row.mailed_on.is_none())?;
    let says =
        format!("the comparison of {} is printed and not in the mail: mail it or take it back under Letters first", written(one.made_on));
    Some(Held::by(vec![says]))
}

/// Writes the letter, or says what is missing.
async fn prepare(tx: &mut Tx, who: &Actor, at: Moment, desk: &Desk, tried: &Tried) -> Result<Result<Ready, Held>, Failure> {
    let known = &tried.known;
    let language = words::language_of(known, true);
    let answered_on = answered_on(at.business_day);
    let then = desk.agreed_on(answered_on);
    let offers = then.offers().ok();
    let (state_texts, words_due) = words::states::gather(tx, known, at.business_day).await?;
    let facts = ComparisonFacts {
        mailed_on: at.business_day,
        answered_on,
        language,
        collector: facts::sender(tx).await?,
        person: known.debtor.name.clone().unwrap_or_default(),
        address: tried.point.as_ref().map(facts::address_lines).unwrap_or_default(),
        creditor: known.creditor.name.clone(),
        account_number: desk.account.reference.clone(),
        reference: facts::reference_of(desk.account.id),
        owed_now: Money::of(desk.account.balance_minor, desk.case.balance.currency()),
        ways: language.of_letter().iter().map(|language| (*language, blocks(&then, offers.as_ref(), *language, true))).collect(),
        statements: words::statements(tx, who, known, &tried.facts).await?,
        state_texts,
        words_due,
    };
    let unprintable = unprintable::in_comparison(&facts)?;
    if !unprintable.is_empty() {
        return Ok(Err(Held::by(unprintable)));
    }
    let letter = match write_comparison(&facts) {
        Ok(letter) => letter,
        Err(_) => return Ok(Err(Held::by(missing(&facts).iter().map(ToString::to_string).collect()))),
    };
    let version = hex(&Sha256::digest(facts.offered()));
    let mut addressee = vec![facts.person];
    addressee.extend(facts.address);
    Ok(Ok(Ready { letter, version, addressee: addressee.join("\n") }))
}

/// Records that it is in the mail: a contact of ours.
pub(super) async fn mailed(tx: &mut Tx, who: &Actor, at: Moment, letter: &Printed) -> Result<(), Failure> {
    let Some(comparison) = store::find_of_letter(tx, letter.id).await? else { return Ok(()) };
    let sent = SentWriting {
        account: comparison.account,
        debtor: comparison.debtor,
        point: None,
        decision: comparison.decision,
        channel: Channel::Letter,
        purpose: "collection",
        says: "The ways to deal with the account, sent by letter.",
    };
    let id = keep_sent(tx, who, at, sent).await?;
    store::update_sent(tx, comparison.id, id).await?;
    let detail = json!({"comparison": comparison.id.to_string(), "contact": id.to_string()});
    kept::record(tx, who, at.at, comparison.account, "comparison.send", detail, &[id.into(), comparison.id.into()]).await
}
