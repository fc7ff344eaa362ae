//! What was agreed or has ended on an account, confirmed by letter: plans, pauses, accounts that are paid, settled or given up.
//!
//! [`list_due`] finds what nobody confirmed yet; [`print_confirmations`] asks the gate for each, keeps what it lets go and names what it
//! refuses or lacks. A confirmation is printed once for what it confirms, unless the printing is taken back. Once it is in the mail it is
//! a contact of ours.
//!
//! Always true: the letter says what the books and the agreements say at its printing; nothing is printed that the gate refuses.

pub mod store;

use super::store::Printed;
use super::{Held, LETTERS_MAX, Printing, ToKeep, check_mailing_day, facts, keep, print_folders, refusals, unprintable};
use crate::accounts::hardship;
use crate::accounts::store::Account;
use crate::app::{Actor, App, Failure, new_uuid};
use crate::audit::kept;
use crate::compliance::gate::{self, AskContact, Tried};
use crate::outreach::actions::{SentWriting, keep_sent};
use crate::outreach::{pdf, words};
use crate::plans::agreed;
use crate::store::Tx;
use crate::{accounts, audit, ledger, transaction};
use duly_domain::compliance::record::Purpose;
use duly_domain::decision::{Answer, Decision};
use duly_domain::outreach::confirmation::{ConfirmationFacts, Confirmed, Ending, missing, write_confirmation};
use duly_domain::outreach::letter::{Language, Letter};
use duly_domain::plans::promise::PromiseState;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, ConfirmationId, LetterRunId, PlanId};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::Money;
use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp};
use serde_json::json;
use std::path::PathBuf;
use store::{Confirmation, DueRow};

/// Days within which something is confirmed; what is older was told otherwise, or is no news.
const DAYS_BACK: i64 = 30;

/// A confirmation that is due.
#[derive(Clone, Debug)]
pub struct DueConfirmation {
    /// Of which account, about what.
    pub row: DueRow,
    /// What is confirmed.
    pub confirmed: Confirmed,
}

/// Lists what is to be confirmed, the oldest first.
pub async fn list_due(tx: &mut Tx, at: Moment, limit: usize) -> Result<Vec<DueConfirmation>, Failure> {
    let (since, since_at) = since(at);
    let mut due = named(store::list_due(tx, since, since_at).await?);
    due.truncate(limit);
    Ok(due)
}

/// The first day whose agreements are confirmed, and the first moment.
fn since(at: Moment) -> (Date, Timestamp) {
    let since = at.business_day.saturating_sub(Span::new().days(DAYS_BACK));
    (since, at.at.saturating_sub(SignedDuration::from_hours(24 * DAYS_BACK)).unwrap_or(at.at))
}

fn named(rows: Vec<DueRow>) -> Vec<DueConfirmation> {
    let named = |row: DueRow| Confirmed::parse(&row.confirmed).map(|confirmed| DueConfirmation { row, confirmed });
    rows.into_iter().filter_map(named).collect()
}

/// What keeps a confirmation from being printed today, each with the way out.
pub async fn list_missing(tx: &mut Tx, who: &Actor, at: Moment, due: &DueConfirmation) -> Result<Vec<String>, Failure> {
    let account = accounts::store::load_account(tx, due.row.account).await?;
    let (_, tried) = match propose(tx, at, &account, due.confirmed).await? {
        Ok(proposed) => proposed,
        Err(because) => return Ok(because),
    };
    let mut says = refused(&tried);
    let facts = gather(tx, who, at.business_day, &account, due, &tried).await?;
    says.extend(missing(&facts).iter().map(ToString::to_string));
    says.extend(unprintable::in_confirmation(&facts)?);
    Ok(says)
}

/// What is to be printed.
#[derive(Clone, Debug)]
pub struct PrintConfirmations {
    /// The folder that the printings' folders are made in; without one the letters are kept and opened on screen.
    pub folder: Option<PathBuf>,
    /// The day of mailing; today unless named.
    pub mailing_on: Option<Date>,
    /// Of these accounts; of all where none is named.
    pub accounts: Vec<AccountId>,
}

/// Prints what is due to be confirmed into folders for the mail.
pub async fn print_confirmations(app: &App, who: &Actor, at: Moment, ask: &PrintConfirmations) -> Result<Printing, Failure> {
    let mailing_on = check_mailing_day(at, ask.mailing_on)?;
    let mut printing = Printing::default();
    if let Some(folder) = &ask.folder {
        print_folders(app, at, folder, &mut printing).await?;
    }
    let mut wanted: Vec<AccountId> = match ask.accounts.as_slice() {
        [] => list_due(&mut app.db.read().await?, at, usize::MAX).await?.into_iter().map(|due| due.row.account).collect(),
        named => named.to_vec(),
    };
    wanted.dedup();
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

/// Keeps what some accounts have to be told as one run: how many letters, and what could not be printed.
async fn print_run(
    app: &App,
    who: &Actor,
    at: Moment,
    mailing_on: Date,
    accounts: &[AccountId],
    has_folder: bool,
) -> Result<(usize, Vec<Held>), Failure> {
    let (since, since_at) = since(at);
    transaction!(app.db, tx, {
        let run = LetterRunId(new_uuid());
        let (mut held, mut count) = (Vec::new(), 0usize);
        for id in accounts {
            let account = accounts::store::load_account(tx, *id).await?;
            let all = named(store::list_due_of(tx, since, since_at, *id).await?);
            if all.is_empty() {
                let because = vec!["nothing of it is to be confirmed".to_string()];
                held.push(Held { account: *id, reference: account.reference.clone(), because });
            }
            for due in all {
                match prepare(tx, who, at, mailing_on, &account, &due).await? {
                    Err(because) => held.push(Held { account: *id, reference: account.reference.clone(), because }),
                    Ok(ready) => {
                        if count == 0 {
                            super::store::insert_run(tx, run, mailing_on, who.label(), at.at).await?;
                        }
                        count += 1;
                        keep_ready(tx, who, at, run, count, &account, &due, ready).await?;
                    }
                }
            }
        }
        if count > 0 {
            let detail = json!({"run": run.to_string(), "letters": count, "mailing_on": mailing_on.to_string()});
            audit::record(tx, who, at.at, None, "letters.print", &detail).await?;
            if !has_folder {
                super::store::update_written(tx, run, at.at).await?;
            }
        }
        Ok((count, held))
    })
}

/// A confirmation ready to be kept.
struct Ready {
    ask: AskContact,
    tried: Tried,
    letter: Letter,
    rendering: pdf::Rendering,
    addressee: String,
}

/// Writes the letter, or says why there is none.
async fn prepare(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    mailing_on: Date,
    account: &Account,
    due: &DueConfirmation,
) -> Result<Result<Ready, Vec<String>>, Failure> {
    let (ask, tried) = match propose(tx, at, account, due.confirmed).await? {
        Ok(proposed) => proposed,
        Err(because) => return Ok(Err(because)),
    };
    if tried.decision.answer != Answer::Yes {
        return Ok(Err(refused(&tried)));
    }
    let facts = gather(tx, who, mailing_on, account, due, &tried).await?;
    let unprintable = unprintable::in_confirmation(&facts)?;
    if !unprintable.is_empty() {
        return Ok(Err(unprintable));
    }
    let letter = match write_confirmation(&facts) {
        Ok(letter) => letter,
        Err(missing) => return Ok(Err(missing.iter().map(ToString::to_string).collect())),
    };
    let mut addressee = vec![facts.person];
    addressee.extend(facts.address);
    Ok(match pdf::print(&letter) {
        Ok(rendering) => Ok(Ready { ask, tried, letter, rendering, addressee: addressee.join("\n") }),
        Err(error) => Err(vec![error.to_string()]),
    })
}

/// What the gate would say. Where a pause that is to be confirmed is all that stands against it, the letter is asked for as what they
/// have to be told.
async fn propose(
    tx: &mut Tx,
    at: Moment,
    account: &Account,
    confirmed: Confirmed,
) -> Result<Result<(AskContact, Tried), Vec<String>>, Failure> {
    let mut ask = AskContact { purpose: confirmed.purpose(), ..AskContact::with_debtor(account.id, Channel::Letter) };
    let tried = match gate::try_out(tx, at.at, &ask).await {
        Ok(tried) => tried,
        Err(Failure::Wrong(problems)) => return Ok(Err(vec![problems.to_string()])),
        Err(failure) => return Err(failure),
    };
    let is_by_pause_alone = |decision: &Decision| decision.because.iter().all(|reason| reason.rule.id == "policy.hardship-pause");
    if confirmed == Confirmed::PauseGranted && tried.decision.answer != Answer::Yes && is_by_pause_alone(&tried.decision) {
        ask.purpose = Purpose::RequiredByLaw;
        let tried = gate::try_out(tx, at.at, &ask).await?;
        return Ok(Ok((ask, tried)));
    }
    Ok(Ok((ask, tried)))
}

fn refused(tried: &Tried) -> Vec<String> {
    match tried.decision.answer {
        Answer::Yes => Vec::new(),
        _ => refusals(&tried.known, &tried.decision),
    }
}

/// Reads everything the letter shows.
async fn gather(
    tx: &mut Tx,
    who: &Actor,
    mailed_on: Date,
    account: &Account,
    due: &DueConfirmation,
    tried: &Tried,
) -> Result<ConfirmationFacts, Failure> {
    let known = &tried.known;
    let currency = ledger::store::currency(&account.currency)?;
    let (mut payments, mut is_settlement) = (Vec::new(), false);
    if due.confirmed == Confirmed::PlanAgreed {
        let plan = agreed::store::load_plan(tx, PlanId(due.row.about)).await?;
        is_settlement = plan.is_settled();
        let own = agreed::store::list_installments(tx, account.id).await?.into_iter().filter(|one| one.plan == plan.id);
        let open = own.filter(|one| !matches!(one.standing(), Some(PromiseState::Kept | PromiseState::Withdrawn)));
        payments = open.map(|one| (one.due_on, Money::of(one.amount_minor, currency))).collect();
    }
    let pauses = hardship::store::list_of_account(tx, account.id).await?;
    let pause = pauses.iter().find(|pause| pause.id.0 == due.row.about).map(|pause| (pause.from_on, pause.until_on));
    let (state_texts, words_due) = words::states::gather(tx, known, mailed_on).await?;
    Ok(ConfirmationFacts {
        confirmed: due.confirmed,
        mailed_on,
        language: known.debtor.language.as_deref().and_then(Language::parse).unwrap_or(Language::English),
        collector: facts::sender(tx).await?,
        person: known.debtor.name.clone().unwrap_or_default(),
        address: tried.point.as_ref().map(facts::address_lines).unwrap_or_default(),
        creditor: known.creditor.name.clone(),
        account_number: account.reference.clone(),
        reference: facts::reference_of(account.id),
        // What was written off was not paid.
        owed_now: Money::of(account.balance_minor.saturating_add(account.written_off_minor), currency),
        paid: Money::of(ledger::store::sum_paid(tx, account.id).await?, currency),
        payments,
        is_settlement,
        pause,
        ending: account.closed_because.as_deref().and_then(Ending::parse),
        statements: words::statements(tx, who, known, &tried.facts).await?,
        state_texts,
        words_due,
    })
}

/// Keeps the answer of the gate, the letter, and what it confirms.
async fn keep_ready(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    run: LetterRunId,
    number: usize,
    account: &Account,
    due: &DueConfirmation,
    ready: Ready,
) -> Result<(), Failure> {
    let Ready { ask, tried, letter, rendering, addressee } = ready;
    let (decision, answer, ..) = gate::ask(tx, who, at, &ask).await?;
    let rules: Vec<&str> = answer.because.iter().map(|reason| reason.rule.id).collect();
    let detail =
        json!({"decision": decision.to_string(), "channel": Channel::Letter.code(), "answer": answer.answer.code(), "rules": rules});
    kept::record(tx, who, at.at, account.id, "letter.ask", detail, &[decision.into()]).await?;
    let to_keep = ToKeep {
        account: account.id,
        case: None,
        kind: due.confirmed.code(),
        letter: &letter,
        addressee,
        period_ends_on: None,
        enclosures: &[],
    };
    let letter = keep(tx, who, at, run, number, to_keep, rendering).await?;
    let new = Confirmation {
        id: ConfirmationId(new_uuid()),
        account: account.id,
        debtor: tried.known.debtor.id,
        confirmed: due.confirmed.code().into(),
        about: due.row.about,
        letter,
        decision,
    };
    store::insert(tx, &new, at.business_day, who.label(), at.at).await?;
    let detail = json!({"confirmation": new.id.to_string(), "confirmed": new.confirmed, "letter": letter.to_string()});
    kept::record(tx, who, at.at, account.id, "confirmation.print", detail, &[new.id.into()]).await
}

/// The code of what such a contact is for.
const fn purpose_of(confirmed: Confirmed) -> &'static str {
    match confirmed {
        Confirmed::PlanAgreed => "collection",
        Confirmed::PauseGranted => "required_by_law",
        Confirmed::PaidInFull | Confirmed::Settled | Confirmed::CollectionEnded => "ending_collection",
    }
}

/// Records that it is in the mail: a contact of ours.
pub(super) async fn mailed(tx: &mut Tx, who: &Actor, at: Moment, letter: &Printed) -> Result<(), Failure> {
    let Some(confirmation) = store::find_of_letter(tx, letter.id).await? else { return Ok(()) };
    let confirmed = Confirmed::parse(&confirmation.confirmed).unwrap_or(Confirmed::PlanAgreed);
    let sent = SentWriting {
        account: confirmation.account,
        debtor: confirmation.debtor,
        point: None,
        decision: confirmation.decision,
        channel: Channel::Letter,
        purpose: purpose_of(confirmed),
        says: &format!("{confirmed}, confirmed by letter."),
    };
    let id = keep_sent(tx, who, at, sent).await?;
    store::update_sent(tx, confirmation.id, id).await?;
    let detail = json!({"confirmation": confirmation.id.to_string(), "contact": id.to_string()});
    kept::record(tx, who, at.at, confirmation.account, "confirmation.send", detail, &[id.into(), confirmation.id.into()]).await
}
