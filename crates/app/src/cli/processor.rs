//! Charges by card and bank debit through the processor: kept, asked for, sent back, read again.
//!
//! Exit 0: done. 1: the charge was declined, refused by the rules, or something could not be taken in.

use super::named::{acting, parse_id};
use super::output::{answer, money, written};
use super::{Answered, Global};
use crate::accounts;
use crate::app::{App, Failure, Outcome, new_uuid};
use crate::compliance::gate::decision_json;
use crate::config::Configuration;
use crate::ledger::processor::charging::{AskCharge, charge, refund_charge};
use crate::ledger::processor::methods::{AddMethod, add_method, revoke_method};
use crate::ledger::processor::panel::in_words;
use crate::ledger::processor::store::{self, ChargeRow, MethodRow};
use crate::ledger::processor::syncing::sync;
use clap::Subcommand;
use duly_domain::identity::Permission;
use duly_domain::ledger::processor::State;
use duly_domain::values::ids::ProcessorChargeId;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};
use std::path::PathBuf;

/// Hours back that a sync looks unless it is told otherwise.
const HOURS: i64 = 72;
/// Charges that are listed.
const MOST: i64 = 200;

/// `duly processor …`
#[derive(Subcommand)]
pub enum ProcessorCommand {
    /// The cards and bank accounts of an account.
    Methods {
        /// The account: its id or reference.
        #[arg(long)]
        account: String,
    },
    /// Keeps a card or bank account by the processor's token.
    Add {
        /// The account: its id or reference.
        #[arg(long)]
        account: String,
        /// What the processor's fields gave; never a number.
        #[arg(long)]
        token: String,
        /// What they agreed to, when and how.
        #[arg(long)]
        words: String,
        /// They signed it, or authenticated it in a similar way.
        #[arg(long)]
        in_writing: bool,
        /// They were given a copy.
        #[arg(long)]
        copy_given: bool,
        #[command(flatten)]
        by: By,
    },
    /// Takes a card or bank account back.
    Revoke {
        /// Which.
        method: String,
        /// Who took it back, and how.
        #[arg(long)]
        because: String,
        #[command(flatten)]
        by: By,
    },
    /// Charges a card or bank account.
    Charge {
        /// The account: its id or reference.
        #[arg(long)]
        account: String,
        /// Which card or bank account.
        #[arg(long)]
        method: String,
        /// In minor units of the account's currency; never above what is owed.
        #[arg(long, value_parser = super::plain::minor)]
        amount: i64,
        /// What they agreed to, when and how.
        #[arg(long)]
        words: String,
        /// It is one of a series that they authorized in writing.
        #[arg(long)]
        series: bool,
        /// What the charge is known by, so that asking twice is asking once: `pch_` and 32 digits.
        #[arg(long)]
        id: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// The charges of an account.
    Charges {
        /// The account: its id or reference.
        #[arg(long)]
        account: String,
    },
    /// Sends money of a charge back.
    Refund {
        /// The charge.
        charge: String,
        /// In minor units; all that stands unless named.
        #[arg(long, value_parser = super::plain::minor)]
        amount: Option<i64>,
        /// Why.
        #[arg(long)]
        because: String,
        #[command(flatten)]
        by: By,
    },
    /// Reads from the processor what its messages missed.
    Sync {
        /// Charges made since an instant; three days unless named.
        #[arg(long, value_parser = super::plain::instant)]
        since: Option<Timestamp>,
        /// The configuration file that names the processor.
        #[arg(long)]
        config: Option<PathBuf>,
    },
}

/// Who asks, and by which configuration.
#[derive(clap::Args)]
pub struct By {
    /// The e-mail address of whoever does it; the command line itself unless named.
    #[arg(long)]
    user: Option<String>,
    /// The configuration file that names the processor.
    #[arg(long)]
    config: Option<PathBuf>,
}

/// The product with the processor that a configuration names.
fn with(app: &App, config: Option<&PathBuf>) -> Result<App, Failure> {
    let configuration = Configuration::read(config.map(PathBuf::as_path))?;
    Ok(app.clone().charging_through(configuration.processor()?))
}

pub(super) async fn processor(app: &App, global: &Global, command: ProcessorCommand) -> Result<Answered, Failure> {
    let at = app.moment();
    match command {
        ProcessorCommand::Methods { account } => {
            let mut tx = app.db.read().await?;
            let account = accounts::store::resolve(&mut tx, &account).await?;
            let rows = store::list_methods(&mut tx, account).await?;
            let json = json!({"account": account.to_string(), "methods": rows.iter().map(method_json).collect::<Vec<_>>()});
            answer(global.format, &json, || rows.iter().map(|row| format!("{} {}", row.id, in_words(row))).collect())?;
        }
        ProcessorCommand::Add { account, token, words, in_writing, copy_given, by } => {
            let app = with(app, by.config.as_ref())?;
            let who = acting(&mut app.db.read().await?, by.user.as_deref(), Permission::AskCharges).await?;
            let account = accounts::store::resolve(&mut app.db.read().await?, &account).await?;
            let ask = AddMethod { account, token, words, is_in_writing: in_writing, copy_given };
            let id = add_method(&app, &who, at, &ask).await?;
            let row = store::load_method(&mut app.db.read().await?, id).await?;
            answer(global.format, &method_json(&row), || vec![format!("{} {}", row.id, in_words(&row))])?;
        }
        ProcessorCommand::Revoke { method, because, by } => {
            let app = with(app, by.config.as_ref())?;
            let who = acting(&mut app.db.read().await?, by.user.as_deref(), Permission::AskCharges).await?;
            revoke_method(&app, &who, at, parse_id("method", &method)?, &because).await?;
            answer(global.format, &json!({"method": method, "state": "revoked"}), || vec!["revoked".into()])?;
        }
        ProcessorCommand::Charge { account, method, amount, words, series, id, by } => {
            let app = with(app, by.config.as_ref())?;
            let who = acting(&mut app.db.read().await?, by.user.as_deref(), Permission::AskCharges).await?;
            let account = accounts::store::resolve(&mut app.db.read().await?, &account).await?;
            let id = id.map(|id| parse_id("id", &id)).transpose()?.unwrap_or(ProcessorChargeId(new_uuid()));
            let method = parse_id("method", &method)?;
            let ask = AskCharge { id, account, method, amount_minor: amount, words, is_single: !series };
            return match charge(&app, &who, at, &ask).await? {
                Outcome::Done(row) => {
                    say(global, &row)?;
                    Ok(if row.state == State::Failed.code() { Answered::No } else { Answered::Yes })
                }
                Outcome::Refused(decision) => {
                    let mut json = decision_json(&decision);
                    json["charge"] = Json::Null;
                    let lines =
                        || decision.because.iter().map(|reason| format!("refused: {} ({})", reason.rule.plain, reason.rule.cite)).collect();
                    answer(global.format, &json, lines)?;
                    Ok(Answered::No)
                }
            };
        }
        ProcessorCommand::Charges { account } => {
            let mut tx = app.db.read().await?;
            let account = accounts::store::resolve(&mut tx, &account).await?;
            let rows = store::list_charges(&mut tx, account, MOST).await?;
            let json = json!({"account": account.to_string(), "charges": rows.iter().map(charge_json).collect::<Vec<_>>()});
            answer(global.format, &json, || rows.iter().map(line).collect())?;
        }
        ProcessorCommand::Refund { charge, amount, because, by } => {
            let app = with(app, by.config.as_ref())?;
            let who = acting(&mut app.db.read().await?, by.user.as_deref(), Permission::ReversePayments).await?;
            let row = refund_charge(&app, &who, at, parse_id("charge", &charge)?, amount, &because).await?;
            say(global, &row)?;
        }
        ProcessorCommand::Sync { since, config } => {
            let app = with(app, config.as_ref())?;
            let who = crate::app::Actor::command();
            let since = since.unwrap_or_else(|| at.at.saturating_sub(SignedDuration::from_hours(HOURS)).unwrap_or(at.at));
            let synced = sync(&app, &who, at, since).await?;
            let changed: Vec<String> = synced.changed.iter().map(ToString::to_string).collect();
            let json = json!({"since": since.to_string(), "messages": synced.messages, "asked": synced.asked, "read": synced.read,
                "foreign": synced.foreign, "changed": changed, "problems": synced.problems});
            answer(global.format, &json, || {
                let mut lines = vec![format!(
                    "{} charges read, {} of others; {} without an end asked about, {} messages that waited; {} stand otherwise now",
                    synced.read,
                    synced.foreign,
                    synced.asked,
                    synced.messages,
                    changed.len()
                )];
                lines.extend(synced.problems.iter().map(|says| format!("not taken in: {says}")));
                lines
            })?;
            return Ok(if synced.problems.is_empty() { Answered::Yes } else { Answered::No });
        }
    }
    Ok(Answered::Yes)
}

fn say(global: &Global, row: &ChargeRow) -> Result<(), Failure> {
    answer(global.format, &charge_json(row), || vec![line(row)])
}

fn line(row: &ChargeRow) -> String {
    let state = State::parse(&row.state).map(|state| state.to_string()).unwrap_or_default();
    let why = if row.failure.is_empty() { String::new() } else { format!(": {}", row.failure) };
    format!("{} {} {state}{why}", row.id, written(row.amount_minor, &row.currency))
}

fn charge_json(row: &ChargeRow) -> Json {
    json!({"charge": row.id.to_string(), "account": row.account.to_string(), "method": row.method.to_string(),
        "amount": money(row.amount_minor, &row.currency), "state": row.state, "failure": row.failure,
        "refunded": money(row.refunded_minor, &row.currency), "posted": money(row.posted_minor, &row.currency),
        "payment": row.payment.map(|payment| payment.to_string()), "decision": row.decision.to_string(),
        "intent": row.intent, "reference": row.charge, "single": row.is_single, "words": row.words, "asked_at": row.asked_at.to_string()})
}

fn method_json(row: &MethodRow) -> Json {
    json!({"method": row.id.to_string(), "account": row.account.to_string(), "kind": row.kind, "brand": row.brand, "last_four": row.last_four,
        "expires": row.expires, "words": row.words, "in_writing": row.is_in_writing, "copy_given": row.copy_given,
        "added_at": row.added_at.to_string(), "revoked": row.revoked_because})
}
