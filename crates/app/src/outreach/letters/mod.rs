//! Letters: which are due, printed into a folder for the mail, mailed on a day.
//!
//! A letter goes `Printed` → `Mailed`, or `Void` when it was never mailed. [`print_notices`] asks the gate, writes each notice once
//! and keeps its content and its bytes; the folder follows from what is kept, so that a crash loses none and doubles none.
//! [`record_mailed`] makes the notice that binds the gate: the validation period counts from the mailing, never the printing.
//! Answers to cases are printed by [`answers`], what was agreed in calls by [`recaps`], plans, pauses and ends by [`confirmations`], the ways
//! of the negotiation desk by [`comparisons`], and go the same way.
//!
//! Always true: an account has at most one validation notice that is not void, and none without every element the law wants.

pub mod answers;
pub mod comparisons;
pub mod confirmations;
pub mod facts;
pub mod folder;
pub mod pages;
pub mod recaps;
pub mod store;
pub mod unprintable;

use super::pdf;
use super::words;
use crate::accounts::notice::{Kind, RecordNotice, record_notice_in};
use crate::accounts::papers::store::Document;
use crate::app::{Actor, App, Failure, new_uuid};
use crate::audit::kept;
use crate::compliance::facts::{self as record, Known};
use crate::compliance::gate::{self, AskContact};
use crate::compliance::law::cite_of;
use crate::store::Tx;
use crate::{accounts, audit, compliance, identity, strategy, transaction};
use duly_domain::audit::hex;
use duly_domain::compliance::record::Purpose;
use duly_domain::compliance::validation::{Period, notice_deadline};
use duly_domain::decision::{Answer, Decision};
use duly_domain::outreach::letter::Letter;
use duly_domain::outreach::validation_notice::{Collector, missing, write_notice};
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, CaseId, CreditorId, DocumentId, LetterId, LetterRunId, NoticeId};
use duly_domain::values::moment::Moment;
use jiff::Span;
use jiff::civil::Date;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use store::{NewLetter, Printed};

/// Letters of one folder at the most: they are kept in one transaction.
const LETTERS_MAX: usize = 250;
/// The code of a validation notice among letters.
const VALIDATION_NOTICE: &str = "validation_notice";
/// The code of what was agreed in a call.
const RECAP: &str = "recap";
/// The code of the ways of the negotiation desk.
const COMPARISON: &str = "comparison";
/// Days ahead for which a mailing may be printed.
const DAYS_AHEAD: i64 = 7;

/// A notice that is due.
#[derive(Clone, Debug)]
pub struct DueNotice {
    /// Of which account.
    pub account: AccountId,
    /// The creditor's reference of it.
    pub reference: String,
    /// The day of the first communication.
    pub first_on: Date,
    /// The last day for the notice (12 CFR 1006.34(a)(1)).
    pub deadline: Date,
    /// Whether that day is over.
    pub is_late: bool,
}

/// Lists the notices that are due, the most urgent first.
pub async fn list_due(app: &App, tx: &mut Tx, at: Moment, limit: i64) -> Result<Vec<DueNotice>, Failure> {
    let due = store::list_due(tx, limit).await?.into_iter().map(|due| {
        let first_on = app.moment_at(due.first_communication_at).business_day;
        let deadline = notice_deadline(first_on);
        DueNotice { account: due.account, reference: due.reference, first_on, deadline, is_late: deadline < at.business_day }
    });
    Ok(due.collect())
}

/// What keeps an account's notice from being printed today, each with the way out: what the gate refuses, and what is missing.
pub async fn list_missing(tx: &mut Tx, account: AccountId, at: Moment) -> Result<Vec<String>, Failure> {
    let known = record::gather(tx, account).await?;
    let mut says = refusals(&known, &gate::look(&known, at.at, Channel::Letter).decision);
    let point = gate::best_point(&known.points, "address");
    let facts = facts::gather(tx, &known, point.as_ref(), at.business_day).await?;
    says.extend(missing(&facts).iter().map(ToString::to_string));
    says.extend(unprintable::in_notice(&facts)?);
    Ok(says)
}

/// Why the gate lets no letter go out, each with the way out.
fn refusals(known: &Known, decision: &Decision) -> Vec<String> {
    decision.because.iter().map(|one| format!("{} ({}): {}", one.rule.plain, cite_of(known, one.rule), one.rule.instead)).collect()
}

/// What is to be printed.
#[derive(Clone, Debug)]
pub struct PrintNotices {
    /// The folder that the printings' folders are made in; without one the letters are kept and opened on screen.
    pub folder: Option<PathBuf>,
    /// The day of mailing; today unless named.
    pub mailing_on: Option<Date>,
    /// These accounts, whether we communicated about them or not; all that are due where none is named.
    pub accounts: Vec<AccountId>,
}

/// A letter that was not printed.
#[derive(Clone, Debug)]
pub struct Held {
    /// Of which account.
    pub account: AccountId,
    /// The creditor's reference of it.
    pub reference: String,
    /// Why, each with the way out.
    pub because: Vec<String>,
}

/// What a printing came to.
#[derive(Clone, Debug, Default)]
pub struct Printing {
    /// The folders written, each with its run and how many letters it holds.
    pub folders: Vec<(LetterRunId, PathBuf, usize)>,
    /// Letters kept without a folder.
    pub opened_on_screen: usize,
    /// What was not printed.
    pub held: Vec<Held>,
}

/// Prints the validation notices that are due into folders for the mail.
pub async fn print_notices(app: &App, who: &Actor, at: Moment, ask: &PrintNotices) -> Result<Printing, Failure> {
    let mailing_on = check_mailing_day(at, ask.mailing_on)?;
    let mut printing = Printing::default();
    if let Some(folder) = &ask.folder {
        // What an earlier printing kept and did not write comes first.
        print_folders(app, at, folder, &mut printing).await?;
    }
    let wanted = match ask.accounts.as_slice() {
        [] => store::list_due(&mut app.db.read().await?, 100_000).await?.into_iter().map(|due| due.account).collect(),
        named => named.to_vec(),
    };
    for accounts in wanted.chunks(LETTERS_MAX) {
        let (printed, held) = print_run(app, who, at, mailing_on, accounts, ask.folder.is_some()).await?;
        printing.held.extend(held);
        match &ask.folder {
            Some(folder) => print_folders(app, at, folder, &mut printing).await?,
            None => printing.opened_on_screen += printed,
        }
    }
    Ok(printing)
}

/// The day of mailing: from today to a few days ahead.
fn check_mailing_day(at: Moment, on: Option<Date>) -> Result<Date, Failure> {
    let on = on.unwrap_or(at.business_day);
    let latest = at.business_day.saturating_add(Span::new().days(DAYS_AHEAD));
    if on < at.business_day {
        return Err(Failure::wrong("on", "lies in the past: a letter bears the day of its mailing, and periods count from it"));
    }
    if on > latest {
        return Err(Failure::wrong("on", format!("is more than {DAYS_AHEAD} days ahead: print nearer to the mailing")));
    }
    Ok(on)
}

/// Writes the folders of all that is kept and not written.
async fn print_folders(app: &App, at: Moment, folder: &Path, printing: &mut Printing) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| crate::store::archive::unwritable(folder, &error))?;
    let runs = store::list_unwritten(&mut app.db.read().await?).await?;
    for run in runs {
        if let Some((path, letters)) = folder::write(app, at, folder, &run).await? {
            printing.folders.push((run.id, path, letters));
        }
    }
    Ok(())
}

/// Writes what is kept and not written into the folder of the configuration, where there is one.
pub async fn write_folders(app: &App, at: Moment) -> Result<(), Failure> {
    match app.letters_folder.clone() {
        Some(folder) => print_folders(app, at, &folder, &mut Printing::default()).await,
        None => Ok(()),
    }
}

/// Keeps the notices of some accounts as one run: how many, and what could not be printed.
async fn print_run(
    app: &App,
    who: &Actor,
    at: Moment,
    mailing_on: Date,
    accounts: &[AccountId],
    has_folder: bool,
) -> Result<(usize, Vec<Held>), Failure> {
    transaction!(app.db, tx, {
        let run = LetterRunId(new_uuid());
        let (mut held, mut count) = (Vec::new(), 0usize);
        for account in accounts {
            let row = accounts::store::load_account(tx, *account).await?;
            match prepare(app, tx, who, at, mailing_on, &row).await? {
                Err(because) => held.push(Held { account: row.id, reference: row.reference, because }),
                Ok((letter, addressee)) => match pdf::print(&letter) {
                    Err(error) => held.push(Held { account: row.id, reference: row.reference, because: vec![error.to_string()] }),
                    Ok(rendering) => {
                        if count == 0 {
                            store::insert_run(tx, run, mailing_on, who.label(), at.at).await?;
                        }
                        count += 1;
                        let to_keep = ToKeep {
                            account: row.id,
                            case: None,
                            kind: VALIDATION_NOTICE,
                            letter: &letter,
                            addressee,
                            period_ends_on: Some(Period::of(letter.dated_on).ends_on),
                            enclosures: &[],
                        };
                        keep(tx, who, at, run, count, to_keep, rendering).await?;
                    }
                },
            }
        }
        if count > 0 {
            let detail = json!({"run": run.to_string(), "letters": count, "mailing_on": mailing_on.to_string()});
            audit::record(tx, who, at.at, None, "letters.print", &detail).await?;
            if !has_folder {
                // On paper by whoever opens them: no folder follows, or they would be mailed twice.
                store::update_written(tx, run, at.at).await?;
            }
        }
        Ok((count, held))
    })
}

/// A notice ready to be set, with its name and address; or why there is none.
type Prepared = Result<(Letter, String), Vec<String>>;

async fn prepare(
    app: &App,
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    mailing_on: Date,
    account: &accounts::store::Account,
) -> Result<Prepared, Failure> {
    let because = |says: &str| Ok(Err(vec![says.to_string()]));
    if store::has_notice(tx, account.id).await? {
        return because("its validation notice was sent or is printed already");
    }
    if account.state != "open" {
        return because("the account is not open");
    }
    // A hold is ours. Once we have communicated, the days for the notice are the law's, and run on.
    let is_due = store::is_due(tx, account.id).await?;
    if accounts::store::is_held(tx, account.id, at.business_day).await? && !is_due {
        return because("the account is on hold: end the hold first");
    }
    let mut ask = AskContact::with_debtor(account.id, Channel::Letter);
    // So it is with a hardship pause: where nothing else stands against it, the notice that is due goes.
    if is_due && account.paused_until.is_some() {
        let refused = gate::try_out(tx, at.at, &ask).await.map(|tried| tried.decision.because).unwrap_or_default();
        if !refused.is_empty() && refused.iter().all(|reason| reason.rule.id == "policy.hardship-pause") {
            ask.purpose = Purpose::RequiredByLaw;
        }
    }
    let tried = match gate::try_out(tx, at.at, &ask).await {
        Ok(tried) => tried,
        Err(Failure::Wrong(problems)) => return because(&problems.to_string()),
        Err(failure) => return Err(failure),
    };
    // What is held back again on the same day for the same reasons is on record already; so is nothing that cannot be set.
    let prepared = match tried.decision.answer {
        Answer::Yes => {
            let facts = facts::gather(tx, &tried.known, tried.point.as_ref(), mailing_on).await?;
            let unprintable = unprintable::in_notice(&facts)?;
            match write_notice(&facts) {
                Ok(_) if !unprintable.is_empty() => return Ok(Err(unprintable)),
                Ok(letter) => {
                    let mut addressee = vec![facts.consumer];
                    addressee.extend(facts.address);
                    Ok((letter, addressee.join("\n")))
                }
                Err(missing) => return Ok(Err(missing.iter().map(ToString::to_string).collect())),
            }
        }
        _ => {
            let reasons = refusals(&tried.known, &tried.decision);
            let before = compliance::store::find_refused_at(tx, account.id, Channel::Letter, &tried.decision).await?;
            if before.is_some_and(|before| app.moment_at(before).business_day == at.business_day) {
                return Ok(Err(reasons));
            }
            Err(reasons)
        }
    };
    let (id, decision, ..) = gate::ask(tx, who, at, &ask).await?;
    let rules: Vec<&str> = decision.because.iter().map(|reason| reason.rule.id).collect();
    let detail = json!({"decision": id.to_string(), "channel": Channel::Letter.code(), "answer": decision.answer.code(), "rules": rules});
    kept::record(tx, who, at.at, account.id, "letter.ask", detail, &[id.into()]).await?;
    Ok(prepared)
}

/// A letter to be kept.
struct ToKeep<'l> {
    account: AccountId,
    case: Option<CaseId>,
    kind: &'static str,
    letter: &'l Letter,
    addressee: String,
    period_ends_on: Option<Date>,
    enclosures: &'l [DocumentId],
}

/// Keeps a letter of a run: its content, its bytes among the documents of its account, and what goes with it.
async fn keep(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    run: LetterRunId,
    number: usize,
    to_keep: ToKeep<'_>,
    rendering: pdf::Rendering,
) -> Result<LetterId, Failure> {
    let ToKeep { account, case, kind, letter, addressee, period_ends_on, enclosures } = to_keep;
    let hash = hex(&Sha256::digest(&rendering.bytes));
    let reference = facts::reference_of(account);
    let slug = kind.replace('_', "-");
    let document = Document {
        id: DocumentId(new_uuid()),
        kind: "letter_sent".into(),
        file_name: format!("{slug}-{reference}.pdf"),
        media_type: "application/pdf".into(),
        source: "printed for the mail".into(),
        hash: hash.clone(),
        size_bytes: i64::try_from(rendering.bytes.len()).unwrap_or(i64::MAX),
        by: who.label().into(),
        filed_at: at.at,
    };
    accounts::papers::store::insert_document(tx, account, &document, &rendering.bytes).await?;
    let new = NewLetter {
        id: LetterId(new_uuid()),
        run,
        account,
        case,
        kind,
        language: letter.parts.last().map_or("en-US", |part| part.language.tag()),
        file_name: format!("{number:04}-{slug}-{reference}.pdf"),
        reference,
        addressee,
        content: letter.text(),
        document: document.id,
        hash: hash.clone(),
        pages: i64::try_from(rendering.pages).unwrap_or(i64::MAX),
        mailing_on: letter.dated_on,
        period_ends_on,
        printed_at: at.at,
    };
    let detail = json!({"letter": new.id.to_string(), "document": document.id.to_string(), "kind": kind, "sha256": hash, "pages": new.pages,
        "mailing_on": new.mailing_on.to_string(), "period_ends_on": period_ends_on.map(|on| on.to_string()),
        "case": case.map(|case| case.to_string()),
        "enclosures": enclosures.iter().map(DocumentId::to_string).collect::<Vec<_>>()});
    let (letter, content) = (new.id, new.content.clone());
    store::insert_letter(tx, new).await?;
    store::insert_enclosures(tx, letter, enclosures).await?;
    let mut rows = vec![document.id.into(), letter.into()];
    rows.extend(words::record_carried(tx, who, at, account, letter, &content).await?);
    kept::record(tx, who, at.at, account, "letter.print", detail, &rows).await?;
    Ok(letter)
}

/// Records the day on which a printing was handed to the mail: from now on the notices bind the gate. How many letters.
pub async fn record_mailed(app: &App, who: &Actor, at: Moment, run: LetterRunId, on: Option<Date>) -> Result<usize, Failure> {
    transaction!(app.db, tx, {
        let printed = store::load_run(tx, run).await?;
        let on = on.unwrap_or(printed.mailing_on);
        if on > at.business_day {
            return Err(Failure::wrong("on", "is in the future: record the mailing when it has happened"));
        }
        if on < app.moment_at(printed.printed_at).business_day {
            return Err(Failure::wrong("on", "is before the letters were printed"));
        }
        let mut count = 0;
        for letter in store::list_of_run(tx, run).await?.into_iter().filter(|letter| letter.state == "printed") {
            let notice = match letter.case {
                Some(case) => {
                    answers::mailed(tx, who, at, &letter, case, on).await?;
                    None
                }
                None if letter.kind == RECAP => {
                    recaps::mailed(tx, who, at, &letter).await?;
                    None
                }
                None if letter.kind == COMPARISON => {
                    comparisons::mailed(tx, who, at, &letter).await?;
                    None
                }
                None if letter.kind != VALIDATION_NOTICE => {
                    confirmations::mailed(tx, who, at, &letter).await?;
                    None
                }
                None => Some(notice_of_mailing(tx, who, at, &letter, on).await?),
            };
            store::update_mailed(tx, letter.id, on, notice).await?;
            let detail = json!({"letter": letter.id.to_string(), "notice": notice.map(|notice| notice.to_string()),
                "mailed_on": on.to_string(), "sha256": letter.hash});
            kept::record(tx, who, at.at, letter.account, "letter.mail", detail, &[letter.id.into()]).await?;
            strategy::actions::place_on_worklist(tx, letter.account, at).await?;
            count += 1;
        }
        if count == 0 {
            return Err(Failure::Stale("no letter of this printing waits for the mail".into()));
        }
        let detail = json!({"run": run.to_string(), "letters": count, "mailed_on": on.to_string()});
        audit::record(tx, who, at.at, None, "letters.mail", &detail).await?;
        Ok(count)
    })
}

/// The notice that a mailed validation notice is to the gate.
async fn notice_of_mailing(tx: &mut Tx, who: &Actor, at: Moment, letter: &Printed, on: Date) -> Result<NoticeId, Failure> {
    // A period that was printed may be too long, never too short (12 CFR 1006.34(b)(5)).
    if letter.period_ends_on.is_none_or(|ends_on| ends_on < Period::of(on).earliest_lawful_end) {
        let says = format!("is after {}, for which they were printed: take the printing back and print anew", letter.mailing_on);
        return Err(Failure::wrong("on", says));
    }
    let notice = RecordNotice {
        sent_on: Some(on),
        stated_end_on: letter.period_ends_on,
        reference: Some(letter.reference.clone()),
        ..RecordNotice::of(letter.account, Kind::ValidationNoticeSent, at.at)
    };
    record_notice_in(tx, who, at, &notice).await
}

/// Takes back what was printed and never mailed, so that it can be printed anew. How many letters.
pub async fn void_run(app: &App, who: &Actor, at: Moment, run: LetterRunId) -> Result<u64, Failure> {
    transaction!(app.db, tx, {
        store::load_run(tx, run).await?;
        let letters: Vec<_> = store::list_of_run(tx, run).await?.into_iter().filter(|letter| letter.state == "printed").collect();
        let count = store::update_void(tx, run).await?;
        for letter in letters {
            let detail = json!({"letter": letter.id.to_string(), "run": run.to_string()});
            kept::record(tx, who, at.at, letter.account, "letter.void", detail, &[letter.id.into()]).await?;
        }
        if count == 0 {
            return Err(Failure::Stale("no letter of this printing waits for the mail".into()));
        }
        store::update_written(tx, run, at.at).await?;
        let detail = json!({"run": run.to_string(), "letters": count});
        audit::record(tx, who, at.at, None, "letters.void", &detail).await?;
        Ok(count)
    })
}

/// Settles what letters say of us; what is not named stays.
pub async fn set_sender(app: &App, who: &Actor, at: Moment, told: &[(&'static str, String)]) -> Result<Collector, Failure> {
    if told.iter().any(|(_, value)| value.trim().is_empty()) {
        return Err(Failure::wrong("sender", "holds an empty line: leave out what stays as it is"));
    }
    transaction!(app.db, tx, {
        for (name, value) in told {
            identity::store::update_setting(tx, name, value.trim()).await?;
        }
        if !told.is_empty() {
            let names: Vec<&str> = told.iter().map(|(name, _)| *name).collect();
            audit::record(tx, who, at.at, None, "organization.sender", &json!({"changed": names})).await?;
        }
        facts::sender(tx).await
    })
}

/// Settles to whom a creditor's debts were owed on their itemization date.
pub async fn set_itemization_creditor(app: &App, who: &Actor, at: Moment, creditor: &str, then: &str) -> Result<CreditorId, Failure> {
    if then.trim().is_empty() {
        return Err(Failure::wrong("itemization creditor", "is empty"));
    }
    transaction!(app.db, tx, {
        let row = accounts::store::find_creditor_by_name(tx, creditor).await?;
        let row = row.ok_or_else(|| Failure::NotFound(format!("creditor {creditor}")))?;
        accounts::store::update_itemization_creditor(tx, row.id, then.trim()).await?;
        let detail = json!({"creditor": row.id.to_string(), "itemization_creditor": then.trim()});
        audit::record(tx, who, at.at, None, "creditor.itemization_creditor", &detail).await?;
        Ok(row.id)
    })
}
