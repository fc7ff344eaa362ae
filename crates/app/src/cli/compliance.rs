//! Cases are decided without a database; a contact about an account from its record.

use super::Answered;
use super::output::write_line;
use super::outreach::read_ask;
use crate::app::{App, Failure};
use crate::compliance::{cases, gate};
use clap::Args;
use duly_domain::compliance::record::Dialing;
use duly_domain::decision::Answer;
use serde_json::{Value as Json, json};
use std::path::PathBuf;

/// Which contact is to be decided; a case on standard input where no account is named.
#[derive(Args)]
pub struct DecideArgs {
    /// The account: its id or reference. Without it a case is read on standard input.
    #[arg(long)]
    pub(super) account: Option<String>,
    /// The person's id; the debtor unless named.
    #[arg(long, requires = "account")]
    person: Option<String>,
    /// call, text, email, letter …
    #[arg(long, requires = "account", default_value = "call")]
    channel: String,
    /// The number or address: its id, or as it is written.
    #[arg(long, requires = "account")]
    to: Option<String>,
    /// Who or what dials or sends: manual, atds, prerecorded, artificial_voice.
    #[arg(long, requires = "account", value_parser = super::plain::dialing, default_value = "manual")]
    dialing: Dialing,
    /// Ask for the undisputed part of the debt alone, and speak of the rest as disputed.
    #[arg(long, requires = "account")]
    undisputed_only: bool,
}

/// Decides a contact about an account as the gate would, and keeps nothing.
pub(super) async fn decide_contact(app: &App, args: &DecideArgs) -> Result<Answered, Failure> {
    let mut tx = app.db.read().await?;
    let account = args.account.as_deref().unwrap_or_default();
    let ask = read_ask(&mut tx, account, args.person.as_deref(), &args.channel, args.to.as_deref(), args.dialing).await?;
    let ask = gate::AskContact { is_about_undisputed: args.undisputed_only, ..ask };
    let decision = gate::try_out(&mut tx, app.moment().at, &ask).await?.decision;
    write_line(&gate::decision_json(&decision).to_string())?;
    Ok(if decision.answer == Answer::Yes { Answered::Yes } else { Answered::No })
}

pub(super) fn decide() -> Result<Answered, Failure> {
    let case: Json =
        serde_json::from_reader(std::io::stdin()).map_err(|error| Failure::File(format!("standard input is no case: {error}")))?;
    let decision = cases::decide(&case).map_err(Failure::File)?;
    write_line(&decision.to_string())?;
    Ok(Answered::Yes)
}

pub(super) fn run_cases(paths: &[PathBuf]) -> Result<Answered, Failure> {
    let (mut passed, mut failed) = (0u64, 0u64);
    for case in cases::read(paths).map_err(Failure::File)? {
        let ran = cases::run(&case);
        let counter = if ran["pass"] == true { &mut passed } else { &mut failed };
        *counter += 1;
        write_line(&ran.to_string())?;
    }
    write_line(&json!({"passed": passed, "failed": failed}).to_string())?;
    Ok(if failed == 0 { Answered::Yes } else { Answered::No })
}
