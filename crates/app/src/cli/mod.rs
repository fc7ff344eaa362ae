//! The command line: arguments, output forms, exit codes. What the commands do stands in the rooms' actions.
//!
//! Exit 0: done. 1: ran, and the answer is no. 2: could not run; one line on standard error says what and how to mend it.

mod acts;
mod audit;
mod charges;
mod commands;
mod compliance;
mod debits;
mod disclosures;
mod disputes;
mod guide;
mod identity;
mod incoming;
mod intake;
mod jobs;
mod joint;
mod ledger;
mod letters;
mod licenses;
mod limitation;
mod named;
pub mod output;
mod outreach;
mod packs;
mod plain;
mod plan;
mod plans;
mod policy;
mod processor;
mod receipts;
mod remit;
mod reporting;
mod serve;
mod status;
mod store;
mod strategy;
mod trust;

pub use charges::rate_ppm;
pub use ledger::buckets_json;

use crate::app::{App, Clock, Failure};
use crate::store::{Db, migrate};
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

/// The open platform for recovering overdue debts fairly.
#[derive(Parser)]
#[command(name = "duly", version, about)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options every command takes.
#[derive(Args, Clone)]
pub struct Global {
    /// The database: sqlite:PATH or postgres://USER@HOST/NAME.
    #[arg(long, global = true, env = "DULY_DATABASE")]
    database: Option<String>,
    /// Freezes the clock of this command at an instant, such as 2026-03-02T09:00:00-05:00.
    #[arg(long, global = true, value_parser = plain::instant)]
    now: Option<Timestamp>,
    /// The folder of the key that signs the record; beside the database, or duly.keys for a server, unless named.
    #[arg(long, global = true, env = "DULY_KEYS", value_name = "DIR")]
    keys: Option<PathBuf>,
    /// How answers are written on standard output.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How answers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON document, or one per line where the command says so.
    Json,
    /// A journal for hledger (`export journal` only).
    Hledger,
    /// A journal for beancount (`export journal` only).
    Beancount,
}

#[derive(Subcommand)]
enum Command {
    /// Makes a living sample agency and serves it.
    Demo {
        /// How many accounts to make.
        #[arg(long, default_value_t = 600)]
        accounts: u32,
        /// The seed: the same seed makes the same agency.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// The address to serve at.
        #[arg(long, default_value = "127.0.0.1:7171")]
        listen: SocketAddr,
        /// Makes it and stops.
        #[arg(long)]
        no_serve: bool,
    },
    /// Serves the product.
    Serve(serve::ServeArgs),
    /// The configuration.
    #[command(subcommand)]
    Config(serve::ConfigCommand),
    /// Brings files in.
    #[command(subcommand)]
    Import(intake::ImportCommand),
    /// The worklist as an officer sees it now; one JSON document per line.
    Worklist {
        /// The officer's e-mail address.
        #[arg(long)]
        officer: String,
        /// How many rows at the most.
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Decides one case read on standard input, which needs no database; or a contact about an account, and keeps nothing.
    Decide(compliance::DecideArgs),
    /// Runs files or folders of conformance cases; needs no database.
    Cases {
        /// Files, or folders with JSON files.
        #[arg(required = true)]
        paths: Vec<PathBuf>,
    },
    /// Reserves and records contacts.
    #[command(subcommand)]
    Contact(outreach::ContactCommand),
    /// Validation notices: which are due, printed, mailed; what letters say of us.
    #[command(subcommand)]
    Letters(letters::LettersCommand),
    /// Disputes, requests, claims of identity theft and complaints: opened, taken further, closed.
    #[command(subcommand)]
    Case(disputes::CaseCommand),
    /// What the law of each place asks: the rule packs with source and confidence; needs no database.
    #[command(subcommand)]
    Pack(packs::PackCommand),
    /// What we and our creditors ask beyond the law: proposed, approved by a second person, dated.
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// The texts of the call guide: proposed, approved by a second person, dated.
    #[command(subcommand)]
    Guide(guide::GuideCommand),
    /// The agency's licenses and bonds: what is missing, what is on file.
    #[command(subcommand)]
    License(licenses::LicenseCommand),
    /// Statuses of people and debts: written stops, lawyers, bankruptcies, deaths, need of care.
    #[command(subcommand)]
    Status(status::StatusCommand),
    /// Acts that are no contact: may we report, sell, charge, draw, sue, delete?
    #[command(subcommand)]
    Act(acts::ActCommand),
    /// The words that must be said or printed; needs no database.
    #[command(subcommand)]
    Disclosure(disclosures::DisclosureCommand),
    /// Takes and withdraws promises to pay.
    #[command(subcommand)]
    Promise(plans::PromiseCommand),
    /// Offers, and the policy that they come from.
    #[command(subcommand)]
    Plan(plan::PlanCommand),
    /// Posts and reverses payments.
    #[command(subcommand)]
    Payment(ledger::PaymentCommand),
    /// Charges by card and bank debit through the payment processor.
    #[command(subcommand)]
    Processor(processor::ProcessorCommand),
    /// Interest by its terms: set, stopped, shown.
    #[command(subcommand)]
    Interest(charges::InterestCommand),
    /// Fees: charged where the rules permit it, taken back.
    #[command(subcommand)]
    Fee(charges::FeeCommand),
    /// Gives up a part of interest, fees or costs.
    Waive(charges::WaiveArgs),
    /// Hardship pauses: granted, ended, shown.
    #[command(subcommand)]
    Pause(charges::PauseCommand),
    /// Client money: the proof of a day, clients' ledgers, the trust book.
    #[command(subcommand)]
    Trust(trust::TrustCommand),
    /// What creditors are charged: proposed, approved by a second person, dated.
    #[command(subcommand)]
    Rate(trust::RateCommand),
    /// Remittances to creditors: previewed, prepared, approved by a second person, locked.
    #[command(subcommand)]
    Remit(remit::RemitCommand),
    /// Takes statements of banks: camt, MT940, BAI2, OFX; reading one needs no database.
    #[command(subcommand)]
    Bank(incoming::BankCommand),
    /// NACHA files: read (which needs no database), debits agreed, sent and followed to their return.
    #[command(subcommand)]
    Ach(incoming::AchCommand),
    /// Writes Metro 2 files for bureaus, and reads them; reading needs no database.
    #[command(subcommand)]
    Metro2(incoming::Metro2Command),
    /// Shows accounts.
    #[command(subcommand)]
    Account(strategy::AccountCommand),
    /// Runs the night that closes a business day.
    Night {
        /// The day that closes.
        #[arg(long, value_parser = plain::day)]
        business_day: Date,
    },
    /// Proves the integrity of the record.
    Check,
    /// Takes records out.
    #[command(subcommand)]
    Export(ExportCommand),
    /// Everything on record about an account, or about a creditor's accounts, as a folder that proves itself.
    Evidence(audit::EvidenceArgs),
    /// Writes everything into one packed file, while others work; reads it back.
    Backup {
        /// The file to write.
        file: PathBuf,
    },
    /// Takes a backup into an empty database, proved before it lasts.
    Restore {
        /// The backup.
        file: PathBuf,
    },
    /// Moves everything to another, empty database of either engine.
    Transfer {
        /// The other database: sqlite:PATH or postgres://USER@HOST/NAME.
        #[arg(long)]
        to: String,
    },
    /// Says what the database holds: counts, hashes and the state hash.
    State,
    /// The record: contacts judged again.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// The key that signs the record.
    #[command(subcommand)]
    Keys(audit::KeysCommand),
    /// Users.
    #[command(subcommand)]
    User(identity::UserCommand),
    /// Brings the database's schema up to date.
    Migrate,
}

/// `duly export …`
#[derive(Subcommand)]
enum ExportCommand {
    /// The whole ledger as plain-text accounting (`--format hledger`).
    Journal,
    /// The audit record, to be proved without this program.
    Audit {
        /// A folder that is empty or not there.
        folder: PathBuf,
        /// One account alone: its id or reference.
        #[arg(long)]
        account: Option<String>,
    },
    /// Everything but sessions and keys: a file per table, and a manifest.
    All {
        /// A folder that is empty or not there.
        folder: PathBuf,
    },
}

/// What a command comes to: done, or the answer is no.
pub enum Answered {
    /// Done.
    Yes,
    /// Ran, and the answer is no.
    No,
}

/// Reads the arguments and runs the command.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(asked) if !asked.use_stderr() => {
            // Help and version were asked for.
            // Whoever asked may have read enough.
            write!(std::io::stdout(), "{asked}").ok();
            return ExitCode::SUCCESS;
        }
        Err(wrong) => {
            eprintln!("duly: {}", plain::usage(&wrong.to_string()));
            return ExitCode::from(2);
        }
    };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn,duly=info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let address = cli.global.address(commands::DATABASE);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("duly: the runtime did not start: {error}");
            return ExitCode::from(2);
        }
    };
    match runtime.block_on(commands::run(cli)) {
        Ok(Answered::Yes) => ExitCode::SUCCESS,
        Ok(Answered::No) => ExitCode::from(1),
        // It ran, and what stands in the way is said.
        Err(stale @ Failure::Stale(_)) => {
            eprintln!("duly: {stale}");
            ExitCode::from(1)
        }
        Err(error) => {
            eprintln!("duly: {}", plain::failure(&error, &address));
            ExitCode::from(2)
        }
    }
}

impl Global {
    /// The address of the database, or a command's own default.
    fn address(&self, default: &str) -> String {
        self.database.clone().unwrap_or_else(|| default.to_string())
    }

    fn clock(&self) -> Clock {
        self.now.map_or(Clock::System, Clock::frozen)
    }

    /// Opens a database that is there, and brings its schema up to date.
    async fn open(&self, default: &str) -> Result<App, Failure> {
        let address = self.address(default);
        match address.strip_prefix("sqlite:") {
            Some(path) if !std::path::Path::new(path).exists() => Err(Failure::wrong(
                "database",
                format!("{path} is not there; duly import, restore, user add, serve, migrate and demo make one"),
            )),
            _ => self.open_or_make(default).await,
        }
    }

    /// Whether there is a database to open.
    fn is_there(&self, default: &str) -> bool {
        self.address(default).strip_prefix("sqlite:").is_none_or(|path| std::path::Path::new(path).exists())
    }

    /// As [`Global::open`], and makes it where there is none.
    async fn open_or_make(&self, default: &str) -> Result<App, Failure> {
        let app = store::keys_of(self, App::new(Db::open(&self.address(default)).await?, self.clock()));
        migrate::migrate(&app.db, app.moment().at).await?;
        crate::audit::kept::begin(&app).await?;
        crate::identity::actions::take_up_settings(&app).await?;
        if let Some(newest) = crate::audit::store::find_newest(&mut app.db.read().await?).await? {
            app.reached(newest);
        }
        Ok(app)
    }
}

/// Says one line on standard output: where the product is.
pub fn say(line: &str) -> Result<(), Failure> {
    output::write_line(line)
}
