//! Cases are opened, taken further and closed; the queue.

use super::named::{find_actor, parse_id};
use super::output::{answer, money, write_line};
use super::{Answered, Format, Global};
use crate::accounts;
use crate::app::{App, Failure};
use crate::disputes::actions::{AddStep, CloseCase, OpenCase, add_step, close_case, kind_of_code, open_case};
use crate::disputes::causes::count;
use crate::disputes::queue::{self, QueuedCase};
use crate::outreach::letters::answers::{AnswerCase, print_answer};
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use duly_domain::accounts::Bucket;
use duly_domain::disputes::case::{CaseKind, CaseOutcome, Ground, RootCause, StepKind};
use duly_domain::identity::{Permission, may};
use duly_domain::outreach::case_letter::CaseLetterKind;
use duly_domain::values::ids::{CaseId, DocumentId, LetterRunId};
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::json;
use std::path::PathBuf;

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
    /// How many cases reached us by root cause, kind, creditor and month; one JSON document per line.
    Causes {
        /// From this day; half a year ago unless named.
        #[arg(long, value_parser = super::plain::day)]
        from: Option<Date>,
        /// Up to this day; today unless named.
        #[arg(long, value_parser = super::plain::day)]
        to: Option<Date>,
    },
    /// Prints the letter that answers a case; mailed, it is a step of the case.
    Answer(AnswerArgs),
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
        /// The document that shows it, filed with the account.
        #[arg(long)]
        document: Option<String>,
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

/// `duly case answer …`
#[derive(Args)]
pub struct AnswerArgs {
    /// The case.
    case: String,
    /// Which letter.
    #[arg(long, value_parser = PossibleValuesParser::new(CaseLetterKind::ALL.map(CaseLetterKind::code)))]
    letter: String,
    /// What was found, as it is printed.
    #[arg(long, default_value = "")]
    found: String,
    /// How a complaint ended.
    #[arg(long, value_parser = PossibleValuesParser::new(CaseOutcome::ALL.map(CaseOutcome::code)))]
    outcome: Option<String>,
    /// A document of the account that goes with it; once per document.
    #[arg(long)]
    enclose: Vec<String>,
    /// The original creditor's name, then the lines of its address; once per line.
    #[arg(long)]
    original_creditor: Vec<String>,
    /// What is taken off, in minor units, by a letter that corrects.
    #[arg(long, value_parser = super::plain::minor)]
    correction: Option<i64>,
    /// The bucket it is taken off.
    #[arg(long, default_value = "principal")]
    bucket: String,
    /// The folder that the printing's own folder is made in.
    #[arg(long)]
    folder: PathBuf,
    /// The day of mailing, which the letter bears; today unless named.
    #[arg(long, value_parser = super::plain::day)]
    on: Option<Date>,
    /// The e-mail address of whoever answers.
    #[arg(long)]
    officer: String,
}

async fn print(app: &App, global: &Global, args: AnswerArgs) -> Result<Answered, Failure> {
    let who = find_actor(&mut app.db.read().await?, &args.officer).await?;
    if !may(who.role, Permission::WorkCases) || (args.correction.is_some() && !may(who.role, Permission::CorrectAmounts)) {
        return Err(Failure::Forbidden);
    }
    let bucket = Bucket::parse(&args.bucket).ok_or_else(|| Failure::wrong("bucket", format!("{:?} is none", args.bucket)))?;
    let enclosures = args.enclose.iter().map(|id| parse_id::<DocumentId>("document", id)).collect::<Result<Vec<_>, Failure>>()?;
    let ask = AnswerCase {
        case: parse_id("case", &args.case)?,
        kind: CaseLetterKind::parse(&args.letter).ok_or_else(|| Failure::wrong("letter", "is none"))?,
        outcome: args.outcome.as_deref().and_then(CaseOutcome::parse),
        found: args.found,
        enclosures,
        original_creditor: args.original_creditor,
        correction: args.correction.map(|minor| (bucket, minor)),
        mailing_on: args.on,
        folder: Some(args.folder),
    };
    let printing = print_answer(app, &who, app.moment(), &ask).await?;
    let told = |(run, place, _): &(LetterRunId, PathBuf, usize)| json!({"run": run.to_string(), "folder": place.display().to_string()});
    let folders: Vec<_> = printing.folders.iter().map(told).collect();
    let because: Vec<&String> = printing.held.iter().flat_map(|held| &held.because).collect();
    answer(global.format, &json!({"folders": folders, "held": because}), || {
        let mut lines: Vec<String> = printing.folders.iter().map(|(run, place, _)| format!("{run}: {}", place.display())).collect();
        lines.extend(because.iter().map(|says| format!("not printed: {says}")));
        lines
    })?;
    Ok(if because.is_empty() { Answered::Yes } else { Answered::No })
}

async fn causes(app: &App, from: Option<Date>, to: Option<Date>) -> Result<Answered, Failure> {
    let to = to.unwrap_or(app.moment().business_day);
    let from = from.unwrap_or_else(|| to.saturating_sub(6.months()));
    for count in count(&mut app.db.read().await?, from, to).await? {
        write_line(
            &json!({"kind": count.kind.code(), "root_cause": count.cause.map(RootCause::code), "creditor": count.creditor,
                "month": count.month, "cases": count.cases})
            .to_string(),
        )?;
    }
    Ok(Answered::Yes)
}

pub(super) async fn case(app: &App, global: &Global, command: CaseCommand) -> Result<Answered, Failure> {
    let at = app.moment();
    match command {
        CaseCommand::List => return list(app, global).await,
        CaseCommand::Causes { from, to } => return causes(app, from, to).await,
        CaseCommand::Answer(args) => return print(app, global, args).await,
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
        CaseCommand::Step { case, step, on, words, document, officer } => {
            let who = find_actor(&mut app.db.read().await?, &officer).await?;
            if !may(who.role, Permission::WorkCases) {
                return Err(Failure::Forbidden);
            }
            let case: CaseId = parse_id("case", &case)?;
            let kind = StepKind::parse(&step).ok_or_else(|| Failure::wrong("step", "is none"))?;
            let document = document.map(|id| parse_id::<DocumentId>("document", &id)).transpose()?;
            let ask = AddStep { words, document, ..AddStep::of(kind, on.unwrap_or(at.business_day)) };
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
