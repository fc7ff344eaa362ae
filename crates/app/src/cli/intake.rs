//! Files come in.

use super::named::parse_id;
use super::output::{answer, money, written};
use super::{Answered, Global};
use crate::app::{Actor, App, Failure};
use crate::intake;
use crate::intake::actions::{ImportAccounts, import_accounts};
use crate::intake::history::{ImportHistory, import_history};
use crate::intake::progress::Progress;
use crate::intake::report::Report;
use crate::intake::undo::{TakenBack, take_back};
use crate::parties::merge::matching::find_likenesses_left;
use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// `duly import …`
#[derive(Subcommand)]
pub enum ImportCommand {
    /// Imports a creditor's file of accounts.
    Accounts(AccountsFile),
    /// Imports what happened before about accounts already here: contacts, payments, promises, consents, stops.
    History(HistoryFile),
    /// Posts a bank's or creditor's list of payments: account, amount, on, reference.
    ///
    /// Rows are posted as they are given, however large: `ask_payments_above` is a question of the screen.
    Payments(super::ledger::PaymentsFile),
    /// Takes a batch back: a placement while nobody was contacted about it, history while nothing was decided upon it.
    Undo {
        /// The batch, as the import named it.
        batch: String,
        /// Why what it told never was; needed for history, because taking back a stop permits contact again.
        #[arg(long, default_value = "")]
        because: String,
    },
    /// Takes a whole record, as `export all` wrote it, into an empty database.
    All {
        /// The folder.
        folder: PathBuf,
    },
}

/// A creditor's file of accounts, and how to take it.
#[derive(Args)]
pub struct AccountsFile {
    /// The file: CSV, XLSX, XLS, XLSB, ODS, fixed width, JSON lines; packed or not.
    file: PathBuf,
    /// The creditor; made if it is not known.
    #[arg(long)]
    creditor: String,
    /// The mapping of columns; guessed from the heads without one.
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// Tries and keeps nothing.
    #[arg(long)]
    dry_run: bool,
    /// Alters known accounts that come with other values; they are listed in any case.
    #[arg(long)]
    update: bool,
    /// Ends with 1 if a row was refused.
    #[arg(long)]
    strict: bool,
    /// Where to write the problems; beside it the refused rows.
    #[arg(long)]
    refusals: Option<PathBuf>,
}

/// A file of history, and how to take it.
#[derive(Args)]
pub struct HistoryFile {
    /// The file: CSV, XLSX, XLS, XLSB, ODS, fixed width, JSON lines; packed or not.
    file: PathBuf,
    /// The creditor whose accounts it is about.
    #[arg(long)]
    creditor: String,
    /// The mapping of columns; guessed from the heads without one.
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// Tries and keeps nothing.
    #[arg(long)]
    dry_run: bool,
    /// Ends with 1 if a row was refused.
    #[arg(long)]
    strict: bool,
    /// Where to write the problems; beside it the refused rows.
    #[arg(long)]
    refusals: Option<PathBuf>,
}

pub(super) async fn import(app: &App, global: &Global, command: ImportCommand) -> Result<Answered, Failure> {
    match command {
        ImportCommand::Accounts(asked) => accounts(app, global, asked).await,
        ImportCommand::History(asked) => history(app, global, asked).await,
        ImportCommand::Payments(asked) => super::ledger::import_payments(app, global, asked).await,
        ImportCommand::Undo { batch, because } => {
            let (json, says) = match take_back(app, &Actor::command(), app.moment(), parse_id("batch", &batch)?, &because).await? {
                TakenBack::Accounts(count) => (json!({"batch": batch, "accounts": count}), format!("{count} accounts are taken back")),
                TakenBack::Facts(count) => (json!({"batch": batch, "facts": count}), format!("{count} facts are taken back")),
            };
            answer(global.format, &json, || vec![says]).map(|()| Answered::Yes)
        }
        ImportCommand::All { folder } => super::store::import_all(app, global, &folder).await.map(|()| Answered::Yes),
    }
}

/// A mapping file, read and parsed.
fn parsed<T>(path: &Path, parse: fn(&str) -> Result<T, String>) -> Result<T, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::File(format!("{} cannot be read: {error}", path.display())))?;
    parse(&text).map_err(|error| Failure::File(format!("{}: {error}", path.display())))
}

async fn history(app: &App, global: &Global, asked: HistoryFile) -> Result<Answered, Failure> {
    let HistoryFile { file, creditor, mapping, dry_run, strict, refusals } = asked;
    let ask = ImportHistory {
        mapping: mapping.map(|path| parsed(&path, intake::history::mapping::parse)).transpose()?,
        is_trial: dry_run,
        refusals: Some(refusals.unwrap_or_else(|| refusals_beside(&file))),
        ..ImportHistory::of(&file, &creditor)
    };
    let progress = Progress::default();
    let who = Actor::command();
    let report = told(import_history(app, &who, app.moment(), &ask, &progress), &progress).await?;
    say(global, &report, dry_run, 0, true)?;
    Ok(if strict && report.refused > 0 { Answered::No } else { Answered::Yes })
}

async fn accounts(app: &App, global: &Global, asked: AccountsFile) -> Result<Answered, Failure> {
    let AccountsFile { file, creditor, mapping, dry_run, update, strict, refusals } = asked;
    let mapping = mapping.map(|path| parsed(&path, intake::mapping_file::parse)).transpose()?;
    let ask = ImportAccounts {
        mapping,
        is_trial: dry_run,
        updates: update,
        refusals: Some(refusals.unwrap_or_else(|| refusals_beside(&file))),
        ..ImportAccounts::of(&file, &creditor)
    };
    let progress = Progress::default();
    let who = Actor::command();
    let import = import_accounts(app, &who, app.moment(), &ask, &progress);
    let report = told(import, &progress).await?;
    let likenesses = if dry_run { 0 } else { find_likenesses_left(app, app.moment(), &progress).await? };
    say(global, &report, dry_run, likenesses, false)?;
    Ok(if strict && report.refused > 0 { Answered::No } else { Answered::Yes })
}

/// Says what an import came to.
fn say(global: &Global, report: &Report, dry_run: bool, likenesses: u64, is_history: bool) -> Result<(), Failure> {
    let changes: Vec<Json> = report
        .changes
        .iter()
        .map(|change| json!({"row": change.row, "account": change.account.to_string(), "differences": change.differences}))
        .collect();
    let json = json!({
        "rows": report.rows, "accepted": report.accepted, "refused": report.refused, "duplicates": report.duplicates,
        "changed": report.changed, "updated": report.updated, "changes": changes, "gaps": report.gaps, "batch": report.batch.map(|batch| batch.to_string()),
        "placed": money(report.placed_minor, &report.currency), "refusals": report.refusals, "refused_rows": report.refused_rows,
        "acknowledgement": report.acknowledgement, "resumed": report.resumed, "settled": report.settled, "likenesses": likenesses,
        "matched": report.matched, "unmatched": report.unmatched, "guessed": report.is_guess, "notices": report.notices, "dry_run": dry_run,
    });
    answer(global.format, &json, || {
        let mut lines = vec![format!(
            "{} rows: {} {}, {} refused, {} known already, {} known with other values; {} placed",
            report.rows,
            report.accepted,
            if dry_run { "would be accepted" } else { "accepted" },
            report.refused,
            report.duplicates,
            report.changed,
            written(report.placed_minor, &report.currency),
        )];
        if report.resumed > 0 {
            lines.push(format!("{} of them were placed by an earlier run of this file that was cut off", report.resumed));
        }
        if likenesses > 0 {
            lines.push(format!("{likenesses} people may be known already: decide under Likenesses"));
        }
        if report.settled > 0 {
            lines.push(format!("{} of the accepted owe nothing: they are kept as paid, and nobody works them", report.settled));
        }
        if report.is_guess {
            let pairs: Vec<String> = report.matched.iter().map(|(field, head)| format!("{field} from {head}")).collect();
            lines.push(format!("the mapping was guessed: {}", pairs.join(", ")));
        }
        lines.extend(report.notices.iter().map(|notice| format!("note: {notice}")));
        lines.extend(report.by_problem.iter().map(|(column, says, refuses, count)| {
            let how = match (*refuses, is_history) {
                (true, _) => "",
                (false, true) => " (loaded as it stands)",
                (false, false) => " (loaded with a gap)",
            };
            format!("{count:>8} × {column} {says}{how}")
        }));
        let undo = match is_history {
            true => "; duly import undo --because takes it back while nothing was decided upon it",
            false => "; duly import undo takes it back while nobody was contacted",
        };
        lines.extend(report.batch.map(|batch| format!("batch {batch}{undo}")));
        if let Some(path) = report.refusals.as_deref().filter(|_| report.refused + report.gaps > 0) {
            lines.push(format!("every problem: {}", path.display()));
        }
        lines
    })
}

/// Waits for an import and says on standard error how far it is, once a second.
async fn told<T>(import: impl Future<Output = T>, progress: &Progress) -> T {
    let mut import = std::pin::pin!(import);
    let mut beat = tokio::time::interval(Duration::from_secs(1));
    beat.tick().await;
    loop {
        tokio::select! {
            done = &mut import => return done,
            _ = beat.tick() => {
                let reached = progress.reached();
                let share = if reached.total == 0 { String::new() } else { format!("{} % of the file, ", reached.percent()) };
                eprintln!("{share}{} rows kept, {} of them refused", reached.rows, reached.refused);
            }
        }
    }
}

/// Beside where we stand, not beside the file: a creditor's folder may be read-only.
pub(super) fn refusals_beside(file: &Path) -> PathBuf {
    let stem = file.file_name().map_or_else(|| "import".into(), |name| name.to_string_lossy().into_owned());
    let stem = stem.split('.').next().unwrap_or("import").to_string();
    PathBuf::from(format!("{stem}-refusals.csv"))
}
