//! Answers to cases as letters: decided on the case, asked of the gate, printed, and a step of the case once they are mailed.
//!
//! [`print_answer`] books what is corrected and keeps the letter in one transaction: what a letter says is so from then on. What
//! somebody disputes stays held until [`mailed`] records that the answer is in the mail. A hold of the account does not keep it from
//! being answered.

use super::store::{self, Printed};
use super::{Held, Printing, ToKeep, check_mailing_day, facts, keep, print_folders, refusals, unprintable};
use crate::accounts::notice::Kind;
use crate::app::{Actor, App, Failure, Problems};
use crate::audit::kept;
use crate::compliance::gate::{self, AskContact, Tried};
use crate::disputes::actions as cases;
use crate::disputes::store::Case;
use crate::identity::actions::zone_in;
use crate::outreach::pdf;
use crate::outreach::words;
use crate::store::Tx;
use crate::{accounts, audit, disputes, ledger, parties, transaction};
use duly_domain::accounts::Bucket;
use duly_domain::decision::Answer;
use duly_domain::disputes::case::{CaseKind, CaseOutcome};
use duly_domain::outreach::case_letter::{CaseLetterFacts, CaseLetterKind, write_letter};
use duly_domain::outreach::letter::Language;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{CaseId, DocumentId, LetterRunId};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::Money;
use jiff::civil::Date;
use serde_json::json;
use std::path::PathBuf;

/// What goes into one envelope at the most.
const ENCLOSURES_MAX: usize = 20;

/// An answer to be printed.
#[derive(Clone, Debug)]
pub struct AnswerCase {
    /// To which case.
    pub case: CaseId,
    /// Which answer.
    pub kind: CaseLetterKind,
    /// How the complaint ended.
    pub outcome: Option<CaseOutcome>,
    /// What was found, in words that are printed.
    pub found: String,
    /// Documents of the account that go with it.
    pub enclosures: Vec<DocumentId>,
    /// The original creditor's name, then where it is, line by line; what is on file where none is named.
    pub original_creditor: Vec<String>,
    /// What is taken off what was placed: from which bucket, how much in minor units.
    pub correction: Option<(Bucket, i64)>,
    /// The day of mailing; today unless named.
    pub mailing_on: Option<Date>,
    /// The folder that the printing's folder is made in; without one the letter is opened on screen.
    pub folder: Option<PathBuf>,
}

/// Prints an answer. What the gate refuses is held, with every reason; what is missing is named, and nothing is booked.
pub async fn print_answer(app: &App, who: &Actor, at: Moment, ask: &AnswerCase) -> Result<Printing, Failure> {
    let mailing_on = check_mailing_day(at, ask.mailing_on)?;
    if ask.enclosures.len() > ENCLOSURES_MAX {
        return Err(Failure::wrong("enclosures", format!("are more than {ENCLOSURES_MAX}: send the others apart")));
    }
    let mut printing = Printing::default();
    if let Some(folder) = &ask.folder {
        print_folders(app, at, folder, &mut printing).await?;
    }
    let held = transaction!(app.db, tx, { print_within(tx, who, at, ask, mailing_on).await })?;
    match (held, &ask.folder) {
        (Some(held), _) => printing.held.push(held),
        (None, Some(folder)) => print_folders(app, at, folder, &mut printing).await?,
        (None, None) => printing.opened_on_screen += 1,
    }
    Ok(printing)
}

/// Keeps the letter; what held it back where the gate refused.
async fn print_within(tx: &mut Tx, who: &Actor, at: Moment, ask: &AnswerCase, mailing_on: Date) -> Result<Option<Held>, Failure> {
    let case = cases::load_open(tx, ask.case).await?;
    let kind = cases::kind_of(&case)?;
    if !CaseLetterKind::of(kind).contains(&ask.kind) {
        return Err(Failure::wrong("kind", "is none that answers a case of this kind"));
    }
    if store::waits_of_case(tx, case.id).await? {
        return Err(Failure::Stale("an answer of this case is printed already: mail it or take it back under Letters".into()));
    }
    let about =
        AskContact { person: Some(case.debtor), purpose: ask.kind.purpose(), ..AskContact::with_debtor(case.account, Channel::Letter) };
    let tried = gate::try_out(tx, at.at, &about).await?;
    let (decision, answer, ..) = gate::ask(tx, who, at, &about).await?;
    let rules: Vec<&str> = answer.because.iter().map(|reason| reason.rule.id).collect();
    let detail = json!({"decision": decision.to_string(), "channel": Channel::Letter.code(), "answer": answer.answer.code(), "rules": rules,
        "case": case.id.to_string()});
    kept::record(tx, who, at.at, case.account, "letter.ask", detail, &[decision.into()]).await?;
    if answer.answer != Answer::Yes {
        let because = refusals(&tried.known, &answer);
        return Ok(Some(Held { account: case.account, reference: tried.known.account.reference, because }));
    }
    let case = match ask.correction {
        Some(correction) => book(tx, who, at, ask, case, correction).await?,
        None => case,
    };
    let facts = gather(tx, who, ask, kind, &case, &tried, mailing_on).await?;
    let unprintable = unprintable::in_answer(&facts)?;
    if !unprintable.is_empty() {
        return Err(Failure::Wrong(Problems(unprintable.into_iter().map(|says| ("letter", says)).collect())));
    }
    let letter = write_letter(&facts)
        .map_err(|missing| Failure::Wrong(Problems(missing.iter().map(|missing| ("letter", missing.to_string())).collect())))?;
    let rendering = pdf::print(&letter).map_err(|error| Failure::wrong("letter", error.to_string()))?;
    let run = LetterRunId(crate::app::new_uuid());
    store::insert_run(tx, run, mailing_on, who.label(), at.at).await?;
    let mut addressee = vec![facts.person];
    addressee.extend(facts.address);
    let to_keep = ToKeep {
        account: case.account,
        case: Some(case.id),
        kind: ask.kind.code(),
        letter: &letter,
        addressee: addressee.join("\n"),
        period_ends_on: None,
        enclosures: &ask.enclosures,
    };
    keep(tx, who, at, run, 1, to_keep, rendering).await?;
    let detail = json!({"run": run.to_string(), "letters": 1, "mailing_on": mailing_on.to_string()});
    audit::record(tx, who, at.at, None, "letters.print", &detail).await?;
    if ask.folder.is_none() {
        store::update_written(tx, run, at.at).await?;
    }
    Ok(None)
}

/// Books what the answer says is taken off.
async fn book(tx: &mut Tx, who: &Actor, at: Moment, ask: &AnswerCase, case: Case, (bucket, minor): (Bucket, i64)) -> Result<Case, Failure> {
    if ask.kind != CaseLetterKind::Correction {
        return Err(Failure::wrong("correction", "belongs to a letter that corrects"));
    }
    let account = accounts::store::load_account(tx, case.account).await?;
    cases::correct(tx, who, at, &account, &case, bucket, minor).await?;
    disputes::store::load_case(tx, case.id).await
}

/// Reads everything the answer shows.
async fn gather(
    tx: &mut Tx,
    who: &Actor,
    ask: &AnswerCase,
    case_kind: CaseKind,
    case: &Case,
    tried: &Tried,
    mailing_on: Date,
) -> Result<CaseLetterFacts, Failure> {
    let known = &tried.known;
    // As it stands after the correction.
    let account = accounts::store::load_account(tx, case.account).await?;
    let currency = ledger::store::currency(&account.currency)?;
    let person = parties::store::load_debtor(tx, case.debtor).await?;
    let filed = accounts::papers::store::list_documents(tx, case.account).await?;
    let mut enclosures = Vec::with_capacity(ask.enclosures.len());
    for id in &ask.enclosures {
        let document = filed.iter().find(|document| document.id == *id);
        let document = document.ok_or_else(|| Failure::NotFound(format!("document {id} on this account")))?;
        enclosures.push(document.file_name.clone());
    }
    let original_creditor = match ask.original_creditor.is_empty() {
        true => accounts::store::find_itemization_creditor(tx, account.creditor).await?.into_iter().collect(),
        false => ask.original_creditor.clone(),
    };
    let (state_texts, words_due) = words::states::gather(tx, known, mailing_on).await?;
    Ok(CaseLetterFacts {
        kind: ask.kind,
        case: case_kind,
        mailed_on: mailing_on,
        language: person.language.as_deref().and_then(Language::parse).unwrap_or(Language::English),
        collector: facts::sender(tx).await?,
        person: person.name.clone().unwrap_or_default(),
        address: tried.point.as_ref().map(facts::address_lines).unwrap_or_default(),
        creditor: known.creditor.name.clone(),
        original_creditor,
        account_number: account.reference.clone(),
        reference: facts::reference_of(account.id),
        received_on: case.received_on,
        part: case.disputed_minor.map(|minor| Money::of(minor, currency)),
        answered_on: verified_on(tx, case).await?,
        outcome: ask.outcome,
        found: ask.found.trim().to_string(),
        itemized: facts::itemized(tx, &account, currency).await?,
        corrected: case.corrected_minor.map(|minor| Money::of(minor, currency)),
        owed_now: Money::of(account.balance_minor, currency),
        enclosures,
        statements: words::statements(tx, who, known, &tried.facts).await?,
        state_texts,
        words_due,
    })
}

/// The day of the last verification before the case came: what a repeated dispute repeats was met with it.
async fn verified_on(tx: &mut Tx, case: &Case) -> Result<Option<Date>, Failure> {
    let mut days = Vec::new();
    for known in disputes::store::list_of_account(tx, case.account).await? {
        let steps = disputes::store::list_steps(tx, known.id).await?;
        days.extend(steps.into_iter().filter(|step| step.kind == "verification_sent").map(|step| step.happened_on));
    }
    let zone = zone_in(tx).await?;
    let told = accounts::store::notices::list_of_kind(tx, case.account, Kind::VerificationSent.code(), &zone).await?;
    days.extend(told);
    Ok(days.into_iter().filter(|on| *on <= case.received_on).max())
}

/// Records that an answer is in the mail: a step of its case, and the notice that lifts what was stopped.
pub(super) async fn mailed(tx: &mut Tx, who: &Actor, at: Moment, letter: &Printed, case: CaseId, on: Date) -> Result<(), Failure> {
    let Some(kind) = CaseLetterKind::parse(&letter.kind) else { return Ok(()) };
    let has_copies = store::has_enclosures(tx, letter.id).await?;
    cases::answer_by_letter(tx, who, at, case, kind.step(has_copies), on, letter.document).await
}
