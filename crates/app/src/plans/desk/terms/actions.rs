//! Terms are proposed, approved or refused by a second person, or taken back.
//!
//! Read [`try_terms`] first: it reads a text, names every problem by its line, and tells what of it differs from what is in force.

use super::About;
use super::store::{self, Decided, ProposalRow};
use super::words::{self, Change, Part};
use crate::accounts::store::load_creditor;
use crate::app::{Actor, App, Failure, Problems, WORDS_MAX, check_length, new_uuid};
use crate::audit::kept;
use crate::plans::desk::limits::{self, Written};
use crate::plans::desk::standing::book_of;
use crate::plans::desk::store::find_limits;
use crate::plans::desk::{budgeting, policy};
use crate::store::Tx;
use crate::transaction;
use duly_domain::identity::{Permission, may};
use duly_domain::plans::offers::OfferBook;
use duly_domain::values::ids::{CreditorId, TermsProposalId};
use duly_domain::values::moment::Moment;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;
use uuid::Uuid;

/// Terms to be proposed.
#[derive(Clone, Debug)]
pub struct ProposeTerms {
    /// Limits, or a policy for offers.
    pub about: About,
    /// Whose policy; the house's unless named. Limits name creditors in their rows.
    pub creditor: Option<CreditorId>,
    /// The text.
    pub body: String,
    /// From which day.
    pub from_on: Date,
    /// Why.
    pub reason: String,
}

/// A text that was read and found right.
enum Read {
    Limits(Written),
    Offers(OfferBook),
}

impl Read {
    fn parts(&self) -> Vec<Part> {
        match self {
            Read::Limits(written) => words::of_limits(written),
            Read::Offers(book) => words::of_offers(book),
        }
    }
}

/// What is in force, part by part: of limits the rows that were set, of offers what holds for a creditor or the house.
pub async fn parts_in_force(tx: &mut Tx, about: About, creditor: Option<CreditorId>, on: Date) -> Result<Vec<Part>, Failure> {
    Ok(match about {
        About::Limits => words::of_limits(&limits_in_force(tx, on).await?),
        About::Offers => words::of_offers(&book_of(tx, creditor, on).await?.0),
    })
}

/// The limits that were set and hold on a day; none where nobody set any.
pub async fn limits_in_force(tx: &mut Tx, on: Date) -> Result<Written, Failure> {
    let Some(row) = find_limits(tx, on).await? else { return Ok(Written::default()) };
    serde_json::from_str(&row.terms).map_err(|_| Failure::Stale(format!("the limits {} cannot be read: run duly check", row.id)))
}

/// Reads a text and tells what it changes; every problem at once, and nothing is kept.
pub async fn try_terms(tx: &mut Tx, at: Moment, about: About, creditor: Option<CreditorId>, body: &str) -> Result<Vec<Change>, Failure> {
    let read = read(tx, about, body).await?;
    let changes = words::changes(&parts_in_force(tx, about, creditor, at.business_day).await?, &read.parts());
    if changes.is_empty() {
        return Err(Failure::wrong("text", "says what holds now: change something first"));
    }
    Ok(changes)
}

/// What a text of a proposal would say, where it can be read.
pub async fn parts_of(tx: &mut Tx, row: &ProposalRow) -> Result<Vec<Part>, Failure> {
    Ok(read(tx, row.is_about(), &row.body).await?.parts())
}

async fn read(tx: &mut Tx, about: About, body: &str) -> Result<Read, Failure> {
    let unreadable = |failure: Failure| match failure {
        Failure::File(says) => Failure::wrong("text", says),
        failure => failure,
    };
    match about {
        About::Limits => {
            let written = limits::parse(body).map_err(unreadable)?;
            let lines = lines_of(body, "[[row]]");
            let mut problems = Problems::default();
            for (no, row) in written.row.iter().enumerate() {
                match limits::table(tx, &Written { row: vec![row.clone()] }).await {
                    Ok(_) => {}
                    Err(Failure::Wrong(wrong)) => {
                        let line = lines.get(no).copied().unwrap_or(1);
                        problems.0.extend(wrong.0.into_iter().map(|(field, says)| ("text", format!("line {line}, {field}: {says}"))));
                    }
                    Err(failure) => return Err(failure),
                }
            }
            if problems.is_empty() { Ok(Read::Limits(written)) } else { Err(Failure::Wrong(problems)) }
        }
        About::Offers => {
            let book = policy::parse(body).map_err(unreadable)?;
            let found = budgeting::in_fields(book.problems()).0;
            let named = found.into_iter().map(|(field, says)| ("text", format!("line {}, {field}: {says}", line_of(body, field))));
            let problems = Problems(named.collect());
            if problems.is_empty() { Ok(Read::Offers(book)) } else { Err(Failure::Wrong(problems)) }
        }
    }
}

/// The lines of a text that say exactly this, counted from one.
fn lines_of(body: &str, head: &str) -> Vec<usize> {
    (1..).zip(body.lines()).filter(|(_, line)| line.trim() == head).map(|(no, _)| no).collect()
}

/// The line on which a field of a policy stands.
fn line_of(body: &str, field: &str) -> usize {
    let is_it = |line: &str| line.trim_start().trim_start_matches('[').starts_with(field);
    (1..).zip(body.lines()).find(|(_, line)| is_it(line)).map_or(1, |(no, _)| no)
}

/// Proposes terms: kept, and binding nobody.
pub async fn propose_terms(app: &App, who: &Actor, at: Moment, ask: &ProposeTerms) -> Result<(TermsProposalId, Vec<Change>), Failure> {
    if !may(who.role, Permission::ChangePolicy) {
        return Err(Failure::Forbidden);
    }
    let mut problems = Problems::default();
    problems.check_proposal(at, ask.from_on, "agreed", &ask.reason);
    transaction!(app.db, tx, {
        if let Some(creditor) = ask.creditor {
            load_creditor(tx, creditor).await?;
        }
        let changes = match try_terms(tx, at, ask.about, ask.creditor, &ask.body).await {
            Ok(changes) if problems.is_empty() => changes,
            Ok(_) => return Err(Failure::Wrong(problems.clone())),
            Err(Failure::Wrong(of_text)) => {
                let mut all = problems.clone();
                all.0.extend(of_text.0);
                return Err(Failure::Wrong(all));
            }
            Err(failure) => return Err(failure),
        };
        let known = store::list(tx, ask.about).await?;
        if known.iter().any(|row| row.state == "proposed" && row.creditor == ask.creditor) {
            return Err(Failure::Stale("another change of it is proposed already: decide about that first".into()));
        }
        let row = ProposalRow {
            id: TermsProposalId(new_uuid()),
            about: ask.about.code().into(),
            creditor: ask.creditor,
            body: ask.body.replace("\r\n", "\n"),
            from_on: ask.from_on,
            reason: ask.reason.trim().to_string(),
            proposed_by: who.label().to_string(),
            proposed_at: at.at,
            state: "proposed".into(),
            made: None,
            decided_words: None,
            decided_by: None,
            decided_at: None,
        };
        store::insert(tx, &row).await?;
        record(tx, who, at.at, "terms.propose", &row).await?;
        Ok((row.id, changes))
    })
}

/// Approves what somebody else proposed; it holds from its day, or from today if that has passed.
pub async fn approve_terms(app: &App, who: &Actor, at: Moment, id: TermsProposalId) -> Result<Date, Failure> {
    transaction!(app.db, tx, {
        let row = open_of_another(tx, who, id).await?;
        let from_on = row.from_on.max(at.business_day);
        let by = (row.proposed_by.as_str(), who);
        // What was right when it was proposed may not be by now.
        let made: Uuid = match read(tx, row.is_about(), &row.body).await? {
            Read::Limits(written) => limits::insert_version(tx, at, by, &written, from_on).await?.id.0,
            Read::Offers(book) => policy::insert_version(tx, at, by, row.creditor, &book, from_on).await?.id.0,
        };
        let decided = Decided { state: "approved", made: Some(made), words: None, by: who.label(), at: at.at };
        decide(tx, who, id, &decided, "terms.approve").await?;
        Ok(from_on)
    })
}

/// Refuses what somebody else proposed, with the reason.
pub async fn refuse_terms(app: &App, who: &Actor, at: Moment, id: TermsProposalId, why: &str) -> Result<(), Failure> {
    let why = why.trim();
    if why.is_empty() {
        return Err(Failure::wrong("words", "are missing: say why"));
    }
    check_length("words", why, WORDS_MAX)?;
    transaction!(app.db, tx, {
        open_of_another(tx, who, id).await?;
        let decided = Decided { state: "refused", made: None, words: Some(why), by: who.label(), at: at.at };
        decide(tx, who, id, &decided, "terms.refuse").await
    })
}

/// Takes one's own proposal back; it stays on record.
pub async fn withdraw_terms(app: &App, who: &Actor, at: Moment, id: TermsProposalId) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        let row = open(tx, id).await?;
        if row.proposed_by != who.label() {
            return Err(Failure::Forbidden);
        }
        let decided = Decided { state: "withdrawn", made: None, words: None, by: who.label(), at: at.at };
        decide(tx, who, id, &decided, "terms.withdraw").await
    })
}

async fn open(tx: &mut Tx, id: TermsProposalId) -> Result<ProposalRow, Failure> {
    let row = store::load(tx, id).await?;
    if row.state == "proposed" { Ok(row) } else { Err(Failure::Stale(format!("it is {} already", row.state))) }
}

async fn open_of_another(tx: &mut Tx, who: &Actor, id: TermsProposalId) -> Result<ProposalRow, Failure> {
    if !may(who.role, Permission::ChangePolicy) {
        return Err(Failure::Forbidden);
    }
    let row = open(tx, id).await?;
    if row.proposed_by == who.label() {
        return Err(Failure::wrong("approver", "is who proposed it: a second person decides"));
    }
    Ok(row)
}

async fn decide(tx: &mut Tx, who: &Actor, id: TermsProposalId, decided: &Decided<'_>, act: &str) -> Result<(), Failure> {
    if !store::update_decided(tx, id, decided).await? {
        return Err(Failure::Stale("it was decided meanwhile".into()));
    }
    let row = store::load(tx, id).await?;
    record(tx, who, decided.at, act, &row).await
}

/// Writes an act into the agency's chain, with the hash of the proposal as it stands.
async fn record(tx: &mut Tx, who: &Actor, at: Timestamp, act: &str, row: &ProposalRow) -> Result<(), Failure> {
    let detail = json!({"proposal": row.id.to_string(), "about": row.about, "from": row.from_on.to_string(), "reason": row.reason});
    kept::record_of_agency(tx, who, at, act, detail, &[row.id.into()]).await
}
