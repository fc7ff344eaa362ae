//! Letters: due, printed, mailed; what they say of us.

use super::named::parse_id;
use super::output::answer;
use super::{Answered, Global};
use crate::accounts;
use crate::accounts::itemized::{store::Itemized, tell_itemization};
use crate::app::{Actor, App, Failure};
use crate::identity::store as settings;
use crate::outreach::letters::confirmations::{self, PrintConfirmations, print_confirmations};
use crate::outreach::letters::{self, PrintNotices, Printing};
use crate::outreach::words::states::{EnterWords, enter};
use clap::{Args, Subcommand};
use duly_domain::outreach::letter::Language;
use duly_domain::values::ids::{AccountId, LetterRunId};
use jiff::civil::Date;
use serde_json::json;
use std::path::PathBuf;

/// `duly letters …`
#[derive(Subcommand)]
pub enum LettersCommand {
    /// Validation notices that are due, the most urgent first, and what keeps each from being printed; one JSON document per line.
    Due {
        /// How many at the most.
        #[arg(long, default_value_t = 200)]
        limit: i64,
    },
    /// Prints the notices that are due: a folder with a PDF for each and a manifest.
    Print {
        /// The folder that the printing's own folder is made in.
        #[arg(long)]
        folder: PathBuf,
        /// The day of mailing, which the letters bear; today unless named.
        #[arg(long)]
        on: Option<Date>,
        /// Only these accounts, whether we communicated about them or not: ids or references.
        #[arg(long)]
        account: Vec<String>,
    },
    /// Plans and pauses that were agreed, accounts that are paid, settled or given up, which nobody confirmed yet; one JSON document per
    /// line.
    ToConfirm {
        /// How many at the most.
        #[arg(long, default_value_t = 200)]
        limit: usize,
    },
    /// Prints what is to be confirmed: a folder with a PDF for each and a manifest.
    Confirm {
        /// The folder that the printing's own folder is made in.
        #[arg(long)]
        folder: PathBuf,
        /// The day of mailing, which the letters bear; today unless named.
        #[arg(long)]
        on: Option<Date>,
        /// Only these accounts: ids or references.
        #[arg(long)]
        account: Vec<String>,
    },
    /// Records that a printing was handed to the mail: from then on its notices bind.
    Mailed {
        /// The printing.
        run: String,
        /// The day it was handed over; the day it was printed for unless named.
        #[arg(long)]
        on: Option<Date>,
    },
    /// Takes back a printing that was never mailed, so that its letters can be printed anew.
    Void {
        /// The printing.
        run: String,
    },
    /// What letters say of us; shows it, and alters what is named.
    Sender(SenderArgs),
    /// To whom a creditor's debts were owed on their itemization date, where that was somebody else.
    Creditor {
        /// The creditor's name.
        name: String,
        /// Who was owed then.
        #[arg(long)]
        itemization_creditor: String,
    },
    /// Sets an account's itemized amounts, in minor units; they must come to what was placed.
    Itemize {
        /// The account: its id or reference.
        #[arg(long)]
        account: String,
        /// Owed on the itemization date.
        #[arg(long)]
        owed: i64,
        /// Interest since, until placement.
        #[arg(long, default_value_t = 0)]
        interest: i64,
        /// Fees and costs since, until placement.
        #[arg(long, default_value_t = 0)]
        fees: i64,
        /// Paid or credited since, until placement.
        #[arg(long, default_value_t = 0)]
        credits: i64,
    },
    /// What a state wants in letters, from a text file: a new version.
    StateText {
        /// The state's two letters.
        state: String,
        /// A text file.
        file: PathBuf,
        /// en or es.
        #[arg(long, default_value = "en")]
        language: String,
        /// Where the words stand, or whose they are.
        #[arg(long)]
        source: String,
    },
}

/// `duly letters sender …`
#[derive(Args)]
pub struct SenderArgs {
    /// Our name.
    #[arg(long)]
    name: Option<String>,
    /// A line of our mailing address; once per line.
    #[arg(long)]
    address: Vec<String>,
    /// Our telephone number.
    #[arg(long)]
    phone: Option<String>,
    /// When it is answered.
    #[arg(long)]
    hours: Option<String>,
    /// Our site.
    #[arg(long)]
    website: Option<String>,
}

pub(super) async fn letters(app: &App, global: &Global, command: LettersCommand) -> Result<Answered, Failure> {
    let (who, at) = (Actor::command(), app.moment());
    match command {
        LettersCommand::Due { limit } => due(app, global, limit).await?,
        LettersCommand::Print { folder, on, account } => return print(app, global, folder, on, &account).await,
        LettersCommand::ToConfirm { limit } => to_confirm(app, global, limit).await?,
        LettersCommand::Confirm { folder, on, account } => {
            let ask = PrintConfirmations { folder: Some(folder), mailing_on: on, accounts: resolved(app, &account).await? };
            let printing = print_confirmations(app, &who, at, &ask).await?;
            return said(global, &printing, "nothing is to be confirmed");
        }
        LettersCommand::Mailed { run, on } => {
            let run: LetterRunId = parse_id("printing", &run)?;
            let count = letters::record_mailed(app, &who, at, run, on).await?;
            let json = json!({"run": run.to_string(), "letters": count});
            answer(global.format, &json, || vec![format!("{count} letters are in the mail")])?;
        }
        LettersCommand::Void { run } => {
            let run: LetterRunId = parse_id("printing", &run)?;
            let count = letters::void_run(app, &who, at, run).await?;
            let json = json!({"run": run.to_string(), "letters": count});
            answer(global.format, &json, || vec![format!("{count} letters were taken back: destroy the paper")])?;
        }
        LettersCommand::Sender(args) => sender(app, global, args).await?,
        LettersCommand::Creditor { name, itemization_creditor } => {
            let creditor = letters::set_itemization_creditor(app, &who, at, &name, &itemization_creditor).await?;
            let json = json!({"creditor": creditor.to_string(), "itemization_creditor": itemization_creditor.trim()});
            answer(global.format, &json, || vec![format!("{name}: owed to {} on the itemization date", itemization_creditor.trim())])?;
        }
        LettersCommand::Itemize { account, owed, interest, fees, credits } => {
            let account = accounts::store::resolve(&mut app.db.read().await?, &account).await?;
            let told =
                Itemized { owed_minor: owed, interest_minor: interest, fees_minor: fees, credits_minor: credits, currency: String::new() };
            tell_itemization(app, &who, at, account, &told).await?;
            let json = json!({"account": account.to_string()});
            answer(global.format, &json, || vec!["the amounts are set".into()])?;
        }
        LettersCommand::StateText { state, file, language, source } => {
            let words =
                std::fs::read_to_string(&file).map_err(|error| Failure::File(format!("{} cannot be read: {error}", file.display())))?;
            let language = Language::parse(&language).ok_or_else(|| Failure::wrong("language", "is not en or es"))?;
            let ask = EnterWords { state: state.clone(), language, words, source };
            let version = enter(app, &who, at, &ask).await?;
            let json = json!({"state": state, "language": language.tag(), "version": version});
            answer(global.format, &json, || vec![format!("letters to {state} carry version {version} from now on")])?;
        }
    }
    Ok(Answered::Yes)
}

async fn due(app: &App, global: &Global, limit: i64) -> Result<(), Failure> {
    let at = app.moment();
    let mut tx = app.db.read().await?;
    for due in letters::list_due(app, &mut tx, at, limit).await? {
        let missing = letters::list_missing(&mut tx, due.account, at).await?;
        let json = json!({"account": due.account.to_string(), "reference": due.reference, "first_communication_on": due.first_on.to_string(),
            "deadline": due.deadline.to_string(), "late": due.is_late, "missing": missing});
        answer(global.format, &json, || {
            let state = if due.is_late { "late since" } else { "due by" };
            let mut lines = vec![format!("{}: {state} {}", due.reference, due.deadline)];
            lines.extend(missing.iter().map(|says| format!("  {says}")));
            lines
        })?;
    }
    Ok(())
}

async fn to_confirm(app: &App, global: &Global, limit: usize) -> Result<(), Failure> {
    let (who, at) = (Actor::command(), app.moment());
    let mut tx = app.db.read().await?;
    for due in confirmations::list_due(&mut tx, at, limit).await? {
        let missing = confirmations::list_missing(&mut tx, &who, at, &due).await?;
        let json = json!({"account": due.row.account.to_string(), "reference": due.row.reference, "confirms": due.confirmed.code(),
            "since": due.row.since.to_string(), "missing": missing});
        answer(global.format, &json, || {
            let mut lines = vec![format!("{}: {}, since {}", due.row.reference, due.confirmed, due.row.since)];
            lines.extend(missing.iter().map(|says| format!("  {says}")));
            lines
        })?;
    }
    Ok(())
}

async fn resolved(app: &App, accounts: &[String]) -> Result<Vec<AccountId>, Failure> {
    let mut named = Vec::new();
    for text in accounts {
        named.push(accounts::store::resolve(&mut app.db.read().await?, text).await?);
    }
    Ok(named)
}

async fn print(app: &App, global: &Global, folder: PathBuf, on: Option<Date>, accounts: &[String]) -> Result<Answered, Failure> {
    let ask = PrintNotices { folder: Some(folder), mailing_on: on, accounts: resolved(app, accounts).await? };
    said(global, &letters::print_notices(app, &Actor::command(), app.moment(), &ask).await?, "no notice is due")
}

/// What a printing came to.
fn said(global: &Global, printing: &Printing, nothing: &str) -> Result<Answered, Failure> {
    let folders = printing.folders.iter();
    let folders = folders.map(|(run, path, letters)| json!({"run": run.to_string(), "folder": path, "letters": letters}));
    let held = printing.held.iter();
    let held = held.map(|held| json!({"account": held.account.to_string(), "reference": held.reference, "because": held.because}));
    let json = json!({"folders": folders.collect::<Vec<_>>(), "held": held.collect::<Vec<_>>()});
    answer(global.format, &json, || {
        let mut lines: Vec<String> =
            printing.folders.iter().map(|(run, path, letters)| format!("{}: {letters} letters, {run}", path.display())).collect();
        lines.extend(printing.held.iter().map(|held| format!("{} was not printed: {}", held.reference, held.because.join("; "))));
        if lines.is_empty() {
            lines.push(nothing.into());
        }
        lines
    })?;
    Ok(if printing.held.is_empty() { Answered::Yes } else { Answered::No })
}

async fn sender(app: &App, global: &Global, args: SenderArgs) -> Result<(), Failure> {
    let address = (!args.address.is_empty()).then(|| args.address.join("\n"));
    let told: Vec<(&'static str, String)> = [
        (settings::COMPANY, args.name),
        (settings::ADDRESS, address),
        (settings::PHONE, args.phone),
        (settings::HOURS, args.hours),
        (settings::WEBSITE, args.website),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect();
    let sender = letters::set_sender(app, &Actor::command(), app.moment(), &told).await?;
    let json = json!({"name": sender.name, "address": sender.address, "phone": sender.phone, "hours": sender.hours,
        "website": sender.website});
    answer(global.format, &json, || {
        let mut lines = vec![sender.name];
        lines.extend(sender.address);
        lines.extend([sender.phone, sender.hours, sender.website]);
        lines.into_iter().filter(|line| !line.is_empty()).collect()
    })
}
