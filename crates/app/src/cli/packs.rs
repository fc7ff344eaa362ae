//! Rule packs are listed and shown; amendments of them are proposed, approved and withdrawn.

use super::named::parse_id;
use super::output::answer;
use super::policy::{find_changer, lines};
use super::{Answered, Global};
use crate::app::{App, Failure};
use crate::compliance::amendments::actions::{ProposeAmendment, approve_amendment, propose_amendment, try_amendment, withdraw_amendment};
use crate::compliance::amendments::editions;
use crate::compliance::amendments::pages::{Stands, days, standing};
use crate::compliance::amendments::store::{self, AmendmentRow};
use crate::compliance::packs::{in_full, in_short, load_pack};
use clap::{Args, Subcommand};
use duly_domain::compliance::amendments::Column;
use duly_domain::compliance::editions::{Edition, Editions};
use duly_domain::compliance::packs::{Pack, Part};
use duly_domain::compliance::states::Confidence;
use duly_domain::values::ids::AmendmentId;
use duly_domain::values::moment::Moment;
use jiff::civil::Date;
use serde_json::{Value as Json, json};

/// `duly pack …`
#[derive(Subcommand)]
pub enum PackCommand {
    /// Every pack: federal law, the states, New York City; as amended, where there is a database.
    List,
    /// All that a pack says, with source, confidence and the cases that test it; as amended, where there is a database.
    Show {
        /// Its id, such as us, us-ma or us-ny-nyc.
        pack: String,
    },
    /// What was amended and what is proposed, the newest first.
    Amendments {
        /// Of one pack alone.
        pack: Option<String>,
    },
    /// Proposes an amendment, with the difference it would make.
    Propose(ProposeArgs),
    /// Approves what somebody else proposed.
    Approve {
        /// The amendment.
        amendment: String,
        /// The e-mail address of whoever approves.
        #[arg(long)]
        officer: String,
    },
    /// Withdraws a proposal.
    Withdraw {
        /// The amendment.
        amendment: String,
        /// The e-mail address of whoever withdraws it.
        #[arg(long)]
        officer: String,
    },
}

impl PackCommand {
    /// Whether it can be answered by what the program was shipped with.
    pub(super) fn is_about_shipped(&self) -> bool {
        matches!(self, PackCommand::List | PackCommand::Show { .. })
    }
}

/// What an amendment says.
#[derive(Args)]
pub struct ProposeArgs {
    /// The pack's id, such as us-oh.
    pack: String,
    /// The head of a column of regulation/states.csv, such as contact_caps or sol_written_years.
    #[arg(long, value_parser = column)]
    column: Column,
    /// What it says: "3 calls per debt in 7 days, creditors too", "09:00-20:00 for calls", a number of years, "unknown", "none", "as shipped", or words.
    #[arg(long)]
    says: String,
    /// From which day.
    #[arg(long, value_parser = super::plain::day)]
    from: Date,
    /// The last day, where one is known.
    #[arg(long, value_parser = super::plain::day)]
    to: Option<Date>,
    /// Where the law says so, as a lawyer would cite it.
    #[arg(long)]
    source: String,
    /// How sure the agency is: high, medium or low.
    #[arg(long, value_parser = ["high", "medium", "low"])]
    confidence: String,
    /// Shows the difference and keeps nothing.
    #[arg(long)]
    dry_run: bool,
    /// The e-mail address of whoever proposes it.
    #[arg(long)]
    officer: String,
}

fn column(code: &str) -> Result<Column, String> {
    let codes = || Column::ALL.map(Column::code).join(", ");
    Column::parse(code).ok_or_else(|| format!("{code:?} is no column; they are {}", codes()))
}

/// Answers from what the program was shipped with.
pub(super) fn of_shipped(global: &Global, command: &PackCommand) -> Result<Answered, Failure> {
    show(global, command, &Editions::default().at(0))
}

pub(super) async fn pack(app: &App, global: &Global, command: PackCommand) -> Result<Answered, Failure> {
    let at = app.moment();
    match command {
        PackCommand::List | PackCommand::Show { .. } => {
            let edition = editions(&mut app.db.read().await?).await?.at(at.at.as_second());
            return show(global, &command, &edition);
        }
        PackCommand::Amendments { pack } => list(app, global, at, pack.as_deref()).await?,
        PackCommand::Propose(args) => propose(app, global, at, args).await?,
        PackCommand::Approve { amendment, officer } => {
            let who = find_changer(app, &officer).await?;
            let id: AmendmentId = parse_id("amendment", &amendment)?;
            let difference = approve_amendment(app, &who, at, id).await?;
            let row = store::load_amendment(&mut app.db.read().await?, id).await?;
            let json = json!({"amendment": id.to_string(), "state": row.state, "begins_at": row.begins_at.map(|at| at.to_string()),
                "ends_at": row.ends_at.map(|at| at.to_string()), "difference": difference});
            answer(global.format, &json, || lines(format!("{id} is approved"), &difference))?;
        }
        PackCommand::Withdraw { amendment, officer } => {
            let who = find_changer(app, &officer).await?;
            let id: AmendmentId = parse_id("amendment", &amendment)?;
            withdraw_amendment(app, &who, at, id).await?;
            answer(global.format, &json!({"amendment": id.to_string(), "state": "withdrawn"}), || vec![format!("{id} is withdrawn")])?;
        }
    }
    Ok(Answered::Yes)
}

fn show(global: &Global, command: &PackCommand, edition: &Edition) -> Result<Answered, Failure> {
    if let PackCommand::Show { pack } = command {
        let pack = load_pack(edition, pack)?;
        answer(global.format, &in_full(pack), || {
            let mut lines = vec![format!("{} ({}), in force {}", pack.name, pack.version, pack.in_force())];
            let line = |part: &Part| {
                let mark = if part.confidence == Confidence::High { "" } else { " [unverified]" };
                let by = part.by_amendment().map(|by| format!(" [{by}, {}]", part.in_force())).unwrap_or_default();
                format!("{}: {} ({}; {}){mark}{by}", part.topic, part.says, part.source, part.does)
            };
            lines.extend(pack.parts.iter().map(line));
            lines
        })?;
        return Ok(Answered::Yes);
    }
    let packs = edition.packs();
    let json = json!({"packs": packs.iter().map(|pack| in_short(pack)).collect::<Vec<_>>()});
    answer(global.format, &json, || {
        let line = |pack: &Pack| {
            let mark = if pack.is_verified() { "" } else { ", unverified" };
            let (id, name, version, from) = (&pack.id, pack.name, &pack.version, pack.in_force_from);
            format!("{id:<10} {name}, {version}, from {from}, {} confidence{mark}", pack.confidence.code())
        };
        packs.iter().map(|pack| line(pack)).collect()
    })?;
    Ok(Answered::Yes)
}

async fn propose(app: &App, global: &Global, at: Moment, args: ProposeArgs) -> Result<(), Failure> {
    let who = find_changer(app, &args.officer).await?;
    let ask = ProposeAmendment {
        pack: args.pack,
        column: args.column,
        says: args.says,
        from_on: args.from,
        to_on: args.to,
        source: args.source,
        confidence: Confidence::parse(&args.confidence),
    };
    if args.dry_run {
        let difference = try_amendment(app, at, &ask).await?;
        return answer(global.format, &json!({"difference": difference}), || lines("nothing is kept".into(), &difference));
    }
    let (id, difference) = propose_amendment(app, &who, at, &ask).await?;
    let json = json!({"amendment": id.to_string(), "state": "proposed", "difference": difference});
    answer(global.format, &json, || lines(format!("{id} is proposed"), &difference))
}

async fn list(app: &App, global: &Global, at: Moment, pack: Option<&str>) -> Result<(), Failure> {
    let mut tx = app.db.read().await?;
    let rows = match pack {
        Some(pack) => {
            load_pack(&Editions::default().at(0), pack)?;
            store::list_of_pack(&mut tx, pack).await?
        }
        None => store::list_all(&mut tx).await?,
    };
    tx.rollback().await;
    let stands = standing(&rows, at.at);
    let in_json = |(row, stands): (&AmendmentRow, &Stands)| {
        let read = |text: &str| serde_json::from_str::<Json>(text).unwrap_or_default();
        json!({
            "amendment": row.id.to_string(),
            "number": row.number,
            "pack": row.pack,
            "column": row.column,
            "says": row.says,
            "source": row.source,
            "confidence": row.confidence,
            "state": row.state,
            "in_force": *stands == Stands::InForce,
            "from": row.from_on.to_string(),
            "to": row.to_on.map(|last| last.to_string()),
            "begins_at": row.begins_at.map(|at| at.to_string()),
            "ends_at": row.ends_at.map(|at| at.to_string()),
            "proposed_by": row.proposed_by,
            "proposed_at": row.proposed_at.to_string(),
            "decided_by": row.decided_by,
            "decided_at": row.decided_at.map(|at| at.to_string()),
            "difference": read(row.difference_decided.as_ref().unwrap_or(&row.difference)),
        })
    };
    let json = json!({"amendments": rows.iter().zip(&stands).map(in_json).collect::<Vec<_>>()});
    answer(global.format, &json, || {
        if rows.is_empty() {
            return vec!["nothing was ever amended: the packs say what the program was shipped with".into()];
        }
        let line = |(row, stands): (&AmendmentRow, &Stands)| {
            let state = if *stands == Stands::InForce { "in force" } else { row.state.as_str() };
            let AmendmentRow { id, pack, column, says, source, confidence, number, .. } = row;
            format!("{id} {pack}, amendment {number}: {state}, {}: {column}: {says} ({source}; {confidence} confidence)", days(row))
        };
        rows.iter().zip(&stands).map(line).collect()
    })
}
