//! The brief: what somebody needs to know in twenty seconds before they speak, each statement with its evidence.
//!
//! Four parts, in the order in which they help: what is owed, what they said last, what is still open, what we must not do. Nothing in it
//! is written for it: each statement is read from the record and leads to the row it rests on.

use super::store;
use crate::app::Failure;
use crate::compliance::facts::Known;
use crate::compliance::gate::look;
use crate::disputes::pages::open_on;
use crate::outreach::calls::store::find_told;
use crate::outreach::store::list_of_account;
use crate::outreach::words::is_time_barred;
use crate::parties::pages::in_words;
use crate::parties::status::standing::standing;
use crate::store::Tx;
use crate::web::shell::when;
use crate::{accounts::strip::DisputedPart, ledger, plans};
use duly_domain::decision::Answer;
use duly_domain::outreach::conversation::Step;
use duly_domain::outreach::result;
use duly_domain::parties::in_writing::PREFERS;
use duly_domain::values::channel::Channel;
use duly_domain::values::moment::{Moment, day_number, written};
use duly_domain::values::money::Money;
use jiff::tz::TimeZone;
use std::fmt;

/// Letters of a note that are shown: more is read where it stands.
const NOTE_SHOWN: usize = 180;

/// How many contacts are looked through for the last talk.
const CONTACTS: i64 = 50;

/// A part of the brief.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What is owed, and since when.
    Owed,
    /// What they said last.
    Said,
    /// What is still open.
    Open,
    /// What we must not do.
    MustNot,
}

impl Part {
    /// Whether it keeps from something.
    pub fn is_stop(self) -> bool {
        self == Part::MustNot
    }

    /// Every part, in the order in which they are read.
    pub const ALL: [Part; 4] = [Part::Owed, Part::Said, Part::Open, Part::MustNot];
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Owed => "Owed",
            Part::Said => "They said last",
            Part::Open => "Still open",
            Part::MustNot => "We must not",
        })
    }
}

/// One statement of the brief.
#[derive(Clone, Debug)]
pub struct Statement {
    /// In which part.
    pub part: Part,
    /// What.
    pub says: String,
    /// Where the row stands on which it rests.
    pub href: String,
    /// What that row is.
    pub evidence: String,
}

/// The brief of an account.
#[derive(Clone, Debug, Default)]
pub struct Brief {
    statements: Vec<Statement>,
    first: Option<Part>,
}

impl Brief {
    /// The parts that say something, in the order in which they are read.
    pub fn parts(&self) -> Vec<(Part, Vec<&Statement>)> {
        let of = |part: Part| self.statements.iter().filter(|statement| statement.part == part).collect::<Vec<_>>();
        let others = Part::ALL.into_iter().filter(|part| Some(*part) != self.first);
        self.first.into_iter().chain(others).map(|part| (part, of(part))).filter(|(_, statements)| !statements.is_empty()).collect()
    }
}

impl Brief {
    /// The same, with a part before all others.
    pub fn opening_at(self, part: Part) -> Brief {
        Brief { first: Some(part), ..self }
    }

    /// Whether a part stands first although it is not the first.
    pub fn opens_at(&self, part: Part) -> bool {
        self.first == Some(part)
    }
}

/// Reads the brief of an account from its record.
pub async fn of(tx: &mut Tx, known: &Known, at: Moment, zone: &TimeZone) -> Result<Brief, Failure> {
    let mut brief = owed(tx, known).await?;
    brief.extend(said(tx, known, at, zone).await?);
    brief.extend(open(tx, known, at).await?);
    brief.extend(must_not(tx, known, at, zone).await?);
    Ok(Brief { statements: brief, first: None })
}

async fn owed(tx: &mut Tx, known: &Known) -> Result<Vec<Statement>, Failure> {
    let account = &known.account;
    let page = format!("/accounts/{}", account.id);
    let amount = |minor: i64| ledger::store::currency(&account.currency).map(|currency| Money::of(minor, currency));
    let since = account.due_on.map(|on| format!(", unpaid since {}", written(on))).unwrap_or_default();
    let says = format!("{} to {}{since}", amount(account.balance_minor)?, known.creditor.name);
    let mut brief = vec![Statement { part: Part::Owed, says, href: format!("{page}#owed"), evidence: "the ledger".into() }];
    let payments = ledger::store::list_payments(tx, account.id).await?;
    if let Some(last) = payments.iter().find(|payment| payment.state == "posted") {
        let says = format!("Paid {} on {}", amount(last.amount_minor)?, written(last.effective_on));
        let href = format!("{page}/payments/{}/receipt", last.id);
        brief.push(Statement { part: Part::Owed, says, href, evidence: format!("payment {}", last.reference) });
    }
    Ok(brief)
}

async fn said(tx: &mut Tx, known: &Known, at: Moment, zone: &TimeZone) -> Result<Vec<Statement>, Failure> {
    let account = known.account.id;
    let mut brief = Vec::new();
    if let Some((call, Step::Told { reason, since, words, agreed }, told_at)) = find_told(tx, account).await?
        && (agreed || !reason.is_sensitive())
    {
        let since = if since.is_empty() { String::new() } else { format!(" since {since}") };
        let words = if words.is_empty() { String::new() } else { format!(": “{words}”") };
        let evidence = format!("call of {}", when(told_at, at.at, zone));
        brief.push(Statement { part: Part::Said, says: format!("{reason}{since}{words}"), href: format!("/calls/{call}"), evidence });
    }
    let contacts = list_of_account(tx, account, CONTACTS).await?;
    let talk = contacts.iter().find_map(|contact| {
        let result = contact.result.as_deref().and_then(result::find)?;
        (result.is_right_party || contact.direction == "in").then_some((contact, result))
    });
    if let Some((contact, result)) = talk {
        let note = contact.note.as_deref().map(shortened).filter(|note| !note.is_empty());
        let note = note.map(|note| format!(": {note}")).unwrap_or_default();
        let evidence = format!("contact of {}", when(contact.contacted_at, at.at, zone));
        let href = format!("/accounts/{account}#timeline");
        brief.push(Statement { part: Part::Said, says: format!("{}{note}", result.label), href, evidence });
    }
    Ok(brief)
}

/// The beginning of a note, cut at a word.
fn shortened(note: &str) -> String {
    let note = note.trim();
    if note.chars().count() <= NOTE_SHOWN {
        return note.to_string();
    }
    let cut: String = note.chars().take(NOTE_SHOWN).collect();
    let end = cut.rfind(' ').unwrap_or(cut.len());
    format!("{} …", &cut[..end])
}

async fn open(tx: &mut Tx, known: &Known, at: Moment) -> Result<Vec<Statement>, Failure> {
    let account = &known.account;
    let page = format!("/accounts/{}", account.id);
    let mut brief = Vec::new();
    for promise in plans::store::list_promises(tx, account.id).await?.iter().filter(|promise| promise.state == "open") {
        let amount = Money::of(promise.amount_minor, ledger::store::currency(&promise.currency)?);
        let says = format!("Promised {amount} by {}", written(promise.due_on));
        let evidence = format!("promise of {}", written(promise.taken_on));
        brief.push(Statement { part: Part::Open, says, href: format!("{page}#promises"), evidence });
    }
    let holds = store::list_holds(tx, account.id).await?;
    for case in open_on(tx, known, &holds, at).await? {
        let due = case.clock.as_ref().map(|clock| format!("; {} by {}", clock.what, clock.due)).unwrap_or_default();
        let (says, href) = (format!("{}{due}", case.kind), format!("/disputes/{}", case.id));
        brief.push(Statement { part: Part::Open, says, href, evidence: format!("case since {}", case.since) });
    }
    for hold in holds.iter().filter(|hold| hold.ended_at.is_none()) {
        let until = hold.until_on.map(|on| format!(", until {}", written(on))).unwrap_or_default();
        let says = format!("Stands still: {}{until}", hold.reason);
        brief.push(Statement { part: Part::Open, says, href: format!("{page}?do=hold"), evidence: "hold".into() });
    }
    if let (Some(action), Some(on)) = (&account.next_action, account.next_action_on) {
        let says = format!("{action}, {}", written(on));
        brief.push(Statement { part: Part::Open, says, href: format!("{page}#next"), evidence: "next action".into() });
    }
    Ok(brief)
}

async fn must_not(tx: &mut Tx, known: &Known, at: Moment, zone: &TimeZone) -> Result<Vec<Statement>, Failure> {
    let account = &known.account;
    let page = format!("/accounts/{}", account.id);
    let mut brief = Vec::new();
    let seen = look(known, at.at, Channel::Call);
    // What refuses a call for good, or until something happens, before what they wish.
    for reason in seen.decision.because.iter().filter(|_| seen.decision.answer == Answer::No && seen.decision.next_allowed_at.is_none()) {
        let says = format!("Call: {}", reason.rule.plain.trim_end_matches('.'));
        brief.push(Statement { part: Part::MustNot, says, href: format!("{page}?why=call"), evidence: reason.rule.cite.to_string() });
    }
    for standing in standing(tx, account.id).await? {
        let card = standing.status.card();
        let whose = if standing.person == known.debtor.id { String::new() } else { format!("{}: ", standing.name) };
        let particular = if standing.particular.is_empty() { String::new() } else { format!(" ({})", standing.particular) };
        let beside = if card.beside.is_empty() { String::new() } else { format!(". {}", card.beside.trim_end_matches('.')) };
        let says = format!("{whose}{}{particular}{beside}", card.words);
        brief.push(Statement { part: Part::MustNot, says, href: format!("{page}?do=stop"), evidence: card.cite.into() });
    }
    let wishes = known.preferences.get(&known.debtor.id).into_iter().flatten().filter(|wish| wish.ended_at.is_none());
    // A wish that closes a channel stands above, among the statuses; one that opens hours, or says what they like, is none to be heeded here.
    for wish in wishes.filter(|wish| !["no_channel", "time_consent", PREFERS].contains(&wish.kind.as_str())) {
        let evidence = format!("told {}", when(wish.told_at, at.at, zone));
        brief.push(Statement { part: Part::MustNot, says: in_words(wish), href: format!("{page}?do=wish"), evidence });
    }
    let balance = Money::of(account.balance_minor, ledger::store::currency(&account.currency)?);
    if let Some(part) = DisputedPart::of(&seen.facts, balance) {
        let says = format!("Ask for the {} that are disputed; {} may be asked for", part.held, part.rest);
        brief.push(Statement { part: Part::MustNot, says, href: format!("{page}?do=case"), evidence: "12 CFR 1006.38(d)(2)".into() });
    }
    if is_time_barred(known, day_number(at.business_day)) {
        let says = "Sue, or speak of suing: the time for it has run out".to_string();
        brief.push(Statement { part: Part::MustNot, says, href: format!("{page}?do=limitation"), evidence: "12 CFR 1006.26(b)".into() });
    }
    Ok(brief)
}
