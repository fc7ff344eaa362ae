//! Cases are opened, taken further and closed; the queue.

use super::named::{find_actor, parse_id};
use super::output::{answer, money, write_line};
use super::{Answered, Format, Global};
use crate::accounts;
use crate::app::{App, Failure};
use crate::disputes::actions::{AddStep, CloseCase, OpenCase, add_step, close_case, kind_of_code, open_case};
use crate::disputes::queue::{self, QueuedCase};
use clap::Subcommand;
use clap::builder::PossibleValuesParser;
use duly_domain::accounts::Bucket;
use duly_domain::disputes::case::{CaseKind, CaseOutcome, Ground, RootCause, StepKind};
use duly_domain::identity::{Permission, may};
use duly_domain::values::ids::CaseId;
use jiff::civil::Date;
use serde_json::json;

/// `duly case …`
#[derive(Subcommand)]
pub enum CaseCommand {
    /// Opens a case about an account.
    Open {
        /// The account: its id or reference.
        #[arg(long)]
        account: String,
        /// What it is about.
        #[arg(long, value_parser = PossibleValuesParser::new(CaseKind::ALL.map(CaseKind::code)))]
        kind: String,
        /// What they say is wrong with the debt.
        #[arg(long, value_parser = PossibleValuesParser::new(Ground::ALL.map(Ground::code)))]
        ground: Option<String>,
        /// It was said, not written.
        #[arg(long)]
        spoken: bool,
        /// The day it was submitted; today unless named.
        #[arg(long, value_parser = super::plain::day)]
        received: Option<Date>,
        /// The part that is disputed, in minor units; all of it unless named.
        #[arg(long, value_parser = super::plain::minor)]
        disputed: Option<i64>,
        /// In their words.
        #[arg(long)]
        words: Option<String>,
        /// The account stands still until somebody has looked.
        #[arg(long)]
        still: bool,
        /// The e-mail address of whoever opens it.
        #[arg(long)]
        officer: String,
    },
    /// The open cases, what runs out first on top; one JSON document per line.
    List,
    /// Records a step of a case.
    Step {
        /// The case.
        case: String,
        /// What happened.
        #[arg(long, value_parser = PossibleValuesParser::new(StepKind::ALL.map(StepKind::code)))]
        step: String,
        /// On which day; today unless named.
        #[arg(long, value_parser = super::plain::day)]
        on: Option<Date>,
        /// More about it.
        #[arg(long)]
        words: Option<String>,
        /// The e-mail address of whoever records it.
        #[arg(long)]
        officer: String,
    },
    /// Closes a case with its outcome.
    Close {
        /// The case.
        case: String,
        /// How it ended.
        #[arg(long, value_parser = PossibleValuesParser::new(CaseOutcome::ALL.map(CaseOutcome::code)))]
        outcome: String,
        /// Why there was something to complain about.
        #[arg(long, value_parser = PossibleValuesParser::new(RootCause::ALL.map(RootCause::code)))]
        root_cause: Option<String>,
        /// What was found.
        #[arg(long)]
        found: String,
        /// What is taken off, in minor units, where it is corrected.
        #[arg(long, value_parser = super::plain::minor)]
        correction: Option<i64>,
        /// The bucket it is taken off.
        #[arg(long, default_value = "principal")]
        bucket: String,
        /// The e-mail address of whoever decides it.
        #[arg(long)]
        officer: String,
    },
}

pub(super) async fn case(app: &App, global: &Global, command: CaseCommand) -> Result<Answered, Failure> {
    let at = app.moment();
    match command {
        CaseCommand::List => return list(app, global).await,
        CaseCommand::Open { account, kind, ground, spoken, received, disputed, words, still, officer } => {
            let mut tx = app.db.read().await?;
            let who = find_actor(&mut tx, &officer).await?;
            let account = accounts::store::resolve(&mut tx, &account).await?;
            tx.rollback().await;
            if !may(who.role, Permission::RecordStops) {
                return Err(Failure::Forbidden);
            }
            let ask = OpenCase {
                ground: ground.as_deref().and_then(Ground::parse),
                words,
                disputed_minor: disputed,
                received_on: received,
                stands_still: still,
                ..OpenCase::of(account, kind_of_code(&kind)?, !spoken)
            };
            let case = open_case(app, &who, at, &ask).await?;
            answer(global.format, &json!({"case": case.to_string()}), || vec![format!("case {case} is open")])?;
        }
        CaseCommand::Step { case, step, on, words, officer } => {
            let who = find_actor(&mut app.db.read().await?, &officer).await?;
            if !may(who.role, Permission::WorkCases) {
                return Err(Failure::Forbidden);
            }
            let case: CaseId = parse_id("case", &case)?;
            let kind = StepKind::parse(&step).ok_or_else(|| Failure::wrong("step", "is none"))?;
            let ask = AddStep { words, ..AddStep::of(kind, on.unwrap_or(at.business_day)) };
            add_step(app, &who, at, case, &ask).await?;
            answer(global.format, &json!({"case": case.to_string(), "step": step}), || vec![format!("recorded with case {case}")])?;
        }
        CaseCommand::Close { case, outcome, root_cause, found, correction, bucket, officer } => {
            let who = find_actor(&mut app.db.read().await?, &officer).await?;
            if !may(who.role, Permission::WorkCases) || (correction.is_some() && !may(who.role, Permission::CorrectAmounts)) {
                return Err(Failure::Forbidden);
            }
            let case: CaseId = parse_id("case", &case)?;
            let correction = match correction {
                Some(minor) => {
                    Some((Bucket::parse(&bucket).ok_or_else(|| Failure::wrong("bucket", format!("{bucket:?} is none")))?, minor))
                }
                None => None,
            };
            let named = CaseOutcome::parse(&outcome).ok_or_else(|| Failure::wrong("outcome", "is none"))?;
            let root_cause = root_cause.as_deref().and_then(RootCause::parse);
            close_case(app, &who, at, &CloseCase { case, outcome: named, root_cause, found, correction }).await?;
            answer(global.format, &json!({"case": case.to_string(), "outcome": outcome}), || vec![format!("case {case} is closed")])?;
        }
    }
    Ok(Answered::Yes)
}

async fn list(app: &App, global: &Global) -> Result<Answered, Failure> {
    for queued in queue::read(&mut app.db.read().await?, i64::MAX).await? {
        let QueuedCase { case, kind, clock: due } = &queued;
        if global.format == Format::Text {
            let says = due.map_or("name the outcome".to_string(), |clock| format!("{} by {}", clock.what.to_lowercase(), clock.due_on));
            write_line(&format!("{} {kind} {}: {says}", case.id, case.reference))?;
            continue;
        }
        let json = json!({"case": case.id.to_string(), "account": case.account.to_string(), "reference": case.reference, "kind": case.kind,
            "in_writing": case.in_writing, "received_on": case.received_on.to_string(), "ground": case.ground,
            "disputed": case.disputed_minor.map(|minor| money(minor, &case.currency)),
            "due": due.map(|clock| clock.what), "due_on": due.map(|clock| clock.due_on.to_string()), "limit": due.map(|clock| clock.source)});
        write_line(&json.to_string())?;
    }
    Ok(Answered::Yes)
}
