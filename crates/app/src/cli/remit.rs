//! Remittances: previewed, prepared, approved by somebody else, shown, written for the client, rehearsed.
//!
//! Exit 0: done. 1: it changed meanwhile or was decided already; or the rehearsal and the other system differ.

use super::named::{acting, parse_id};
use super::output::{answer, money, written};
use super::trust::find_creditor;
use super::{Answered, Global};
use crate::app::{App, Failure};
use crate::ledger::remittances::gathering::{Ask, Gathered, Held};
use crate::ledger::remittances::rehearsing::{Rehearsed, Sums, rehearse};
use crate::ledger::remittances::statement::{Statement, pay_file, summary};
use crate::ledger::remittances::store::{self, LineRow, RemittanceRow};
use crate::ledger::remittances::{approve, ask_of, lines, next_period, prepare, preview, withdraw};
use clap::{Args, Subcommand};
use duly_domain::identity::Permission;
use duly_domain::ledger::remittance::Remittance;
use duly_domain::values::ids::RemittanceId;
use duly_domain::values::money::Currency;
use jiff::civil::Date;
use serde_json::{Value as Json, json};
use std::path::PathBuf;

/// `duly remit …`
#[derive(Subcommand)]
pub enum RemitCommand {
    /// What a remittance would hold: every payment with its fee and why. Nothing is kept.
    Preview(PeriodArgs),
    /// Prepares a remittance for a second person.
    Prepare {
        #[command(flatten)]
        period: PeriodArgs,
        /// The e-mail address of whoever prepares it.
        #[arg(long)]
        officer: Option<String>,
    },
    /// Prepares a remittance that puts the fees of a locked one right, by the rate plans of now.
    Correct {
        /// The locked one.
        remittance: String,
        /// The e-mail address of whoever prepares it.
        #[arg(long)]
        officer: Option<String>,
    },
    /// Approves and locks what somebody else prepared, if nothing of it has changed.
    Approve {
        /// The remittance.
        remittance: String,
        /// The e-mail address of whoever approves it.
        #[arg(long)]
        officer: Option<String>,
    },
    /// Withdraws what is prepared.
    Withdraw {
        /// The remittance.
        remittance: String,
        /// The e-mail address of whoever withdraws it.
        #[arg(long)]
        officer: Option<String>,
    },
    /// Remittances, the newest first.
    List {
        /// A creditor's alone: its name.
        #[arg(long)]
        creditor: Option<String>,
    },
    /// One remittance with its lines.
    Show {
        /// The remittance.
        remittance: String,
    },
    /// Writes a locked remittance's statement (PDF and workbook), pay file and manifest into a folder.
    Statement {
        /// The remittance.
        remittance: String,
        /// The folder in which the remittance's folder is made.
        #[arg(long)]
        folder: PathBuf,
    },
    /// What locked remittances are to be paid, as CSV on standard output.
    Payfile {
        /// The remittances; every one that the bank has not shown unless named.
        remittances: Vec<String>,
    },
    /// Compares what a remittance would hold with the figures of another system: account, collected, direct, fee.
    Rehearse {
        /// The figures, as CSV.
        file: PathBuf,
        #[command(flatten)]
        period: PeriodArgs,
    },
}

/// A creditor and a period.
#[derive(Args)]
pub struct PeriodArgs {
    /// The creditor's name.
    #[arg(long)]
    creditor: String,
    /// The first day; the one after the last remittance unless named.
    #[arg(long, value_parser = super::plain::day)]
    from: Option<Date>,
    /// The last day; the end of the month before unless named.
    #[arg(long, value_parser = super::plain::day)]
    to: Option<Date>,
    /// The currency.
    #[arg(long, default_value = "USD")]
    currency: String,
}

impl PeriodArgs {
    async fn ask(self, app: &App) -> Result<Ask, Failure> {
        let creditor = find_creditor(app, &self.creditor).await?;
        let (from, to) = next_period(&mut app.db.read().await?, app.moment(), creditor).await?;
        let (from_on, to_on) = (self.from.unwrap_or(from), self.to.unwrap_or(to));
        Ok(Ask { creditor, currency: self.currency.to_uppercase(), from_on, to_on, corrects: None })
    }
}

pub(super) async fn remit(app: &App, global: &Global, command: RemitCommand) -> Result<Answered, Failure> {
    let at = app.moment();
    match command {
        RemitCommand::Preview(period) => {
            let ask = period.ask(app).await?;
            let gathered = preview(app, at, &ask).await?;
            answer(global.format, &gathered_json(&ask, &gathered), || gathered_lines(&gathered, &ask.currency))?;
            return Ok(if gathered.problems.is_empty() { Answered::Yes } else { Answered::No });
        }
        RemitCommand::Prepare { period, officer } => {
            let who = acting(&mut app.db.read().await?, officer.as_deref(), Permission::KeepTrust).await?;
            let row = prepare(app, &who, at, &period.ask(app).await?).await?;
            show(app, global, &row).await?;
        }
        RemitCommand::Correct { remittance, officer } => {
            let who = acting(&mut app.db.read().await?, officer.as_deref(), Permission::KeepTrust).await?;
            let id: RemittanceId = parse_id("remittance", &remittance)?;
            let row = store::load_remittance(&mut app.db.read().await?, id).await?;
            let row = prepare(app, &who, at, &Ask { corrects: Some(id), ..ask_of(&row) }).await?;
            show(app, global, &row).await?;
        }
        RemitCommand::Approve { remittance, officer } => {
            let who = acting(&mut app.db.read().await?, officer.as_deref(), Permission::ApproveTrust).await?;
            let row = approve(app, &who, at, parse_id("remittance", &remittance)?).await?;
            show(app, global, &row).await?;
        }
        RemitCommand::Withdraw { remittance, officer } => {
            let who = acting(&mut app.db.read().await?, officer.as_deref(), Permission::KeepTrust).await?;
            let row = withdraw(app, &who, at, parse_id("remittance", &remittance)?).await?;
            answer(global.format, &json!({"remittance": row.id.to_string(), "state": row.state}), || vec!["withdrawn".into()])?;
        }
        RemitCommand::List { creditor } => {
            let rows = match creditor {
                Some(named) => store::list_of_creditor(&mut app.db.read().await?, find_creditor(app, &named).await?).await?,
                None => store::list_remittances(&mut app.db.read().await?, 500).await?,
            };
            let json = json!({"remittances": rows.iter().map(row_json).collect::<Vec<_>>()});
            answer(global.format, &json, || rows.iter().map(row_line).collect())?;
        }
        RemitCommand::Show { remittance } => {
            let row = store::load_remittance(&mut app.db.read().await?, parse_id("remittance", &remittance)?).await?;
            show(app, global, &row).await?;
        }
        RemitCommand::Statement { remittance, folder } => {
            let statement = Statement::read(app, parse_id("remittance", &remittance)?).await?;
            let place = statement.write_into(&folder)?;
            let json = json!({"remittance": remittance, "folder": place.display().to_string()});
            answer(global.format, &json, || vec![place.display().to_string()])?;
        }
        RemitCommand::Payfile { remittances } => {
            let mut tx = app.db.read().await?;
            let mut rows = Vec::new();
            if remittances.is_empty() {
                let waiting = crate::ledger::trust::store::list_on_its_way(&mut tx).await?;
                for id in waiting.iter().filter_map(|posting| posting.remittance) {
                    rows.push(store::load_remittance(&mut tx, id).await?);
                }
            }
            for id in &remittances {
                rows.push(store::load_remittance(&mut tx, parse_id("remittance", id)?).await?);
            }
            let text = String::from_utf8_lossy(&pay_file(&rows)?).into_owned();
            let json = json!({"remittances": rows.iter().map(row_json).collect::<Vec<_>>(), "csv": text});
            answer(global.format, &json, || text.lines().map(String::from).collect())?;
        }
        RemitCommand::Rehearse { file, period } => {
            let ask = period.ask(app).await?;
            let found = rehearse(app, at, &ask, &file).await?;
            answer(global.format, &rehearsed_json(&found, &ask.currency), || rehearsed_lines(&found, &ask.currency))?;
            let is_same = found.differs.is_empty() && found.gathered.problems.is_empty();
            return Ok(if is_same { Answered::Yes } else { Answered::No });
        }
    }
    Ok(Answered::Yes)
}

async fn show(app: &App, global: &Global, row: &RemittanceRow) -> Result<(), Failure> {
    let lines = lines(app, &mut app.db.read().await?, row).await?;
    let mut json = row_json(row);
    json["lines"] = lines.iter().map(line_json).collect();
    answer(global.format, &json, || {
        let of = Currency::parse(&row.currency).unwrap_or(Currency::Usd);
        let sums = summary(row, of).into_iter().map(|(words, money, _)| format!("{words:<44} {money}"));
        [row_line(row)].into_iter().chain(sums).chain(lines.iter().map(line_line)).collect()
    })
}

fn figures_json(figures: &Remittance, currency: &str) -> Json {
    let amount = |minor| money(minor, currency);
    json!({"collected": amount(figures.collected), "direct": amount(figures.direct), "came_back": amount(figures.came_back),
        "fees": amount(figures.fees), "costs": amount(figures.costs), "kept": amount(figures.kept), "paid": amount(figures.paid),
        "invoiced": amount(figures.invoiced),
        "owed_before": {"returned": amount(figures.before.returned), "billed": amount(figures.before.billed)},
        "owed_after": {"returned": amount(figures.after.returned), "billed": amount(figures.after.billed)}})
}

fn row_json(row: &RemittanceRow) -> Json {
    json!({"remittance": row.id.to_string(), "creditor": row.creditor_name, "number": row.number, "from": row.from_on.to_string(),
        "to": row.to_on.to_string(), "mode": row.mode, "state": row.state, "corrects": row.corrects.map(|id| id.to_string()),
        "line_count": row.line_count, "figures": figures_json(&crate::ledger::remittances::figures_of(row), &row.currency),
        "prepared_by": row.prepared_by, "decided_by": row.decided_by})
}

fn row_line(row: &RemittanceRow) -> String {
    let amount = |minor| written(minor, &row.currency);
    format!(
        "{} {} {}, {} to {}: {}, {} collected, {} of fees, {} remitted",
        row.id,
        row.creditor_name,
        row.number,
        row.from_on,
        row.to_on,
        row.state,
        amount(row.collected_minor),
        amount(row.fees_minor),
        amount(row.paid_minor)
    )
}

fn line_json(line: &LineRow) -> Json {
    let amount = |minor| money(minor, &line.currency);
    json!({"kind": line.kind, "direct": line.is_direct, "account": line.account.to_string(), "reference": line.reference,
        "payment": line.entry.to_string(), "plan": line.plan.to_string(), "paid_on": line.paid_on.to_string(),
        "amount": amount(line.amount_minor), "costs": amount(line.costs_minor), "fee": amount(line.fee_minor), "why": line.why})
}

fn line_line(line: &LineRow) -> String {
    let amount = |minor| written(minor, &line.currency);
    format!(
        "  {} {:<10} {:<16} {:>16}  fee {} ({})",
        line.paid_on,
        line.kind,
        line.reference,
        amount(line.amount_minor),
        amount(line.fee_minor),
        line.why
    )
}

fn held_json(held: &Held) -> Json {
    let currency = held.amount.currency().code();
    json!({"account": held.account.to_string(), "reference": held.reference, "amount": money(held.amount.minor(), currency),
        "paid_on": held.paid_on.to_string(), "free_on": held.free_on.to_string()})
}

fn gathered_json(ask: &Ask, gathered: &Gathered) -> Json {
    json!({"creditor": ask.creditor.to_string(), "from": ask.from_on.to_string(), "to": ask.to_on.to_string(), "mode": gathered.mode,
        "figures": figures_json(&gathered.figures, &ask.currency), "lines": gathered.lines.iter().map(line_json).collect::<Vec<_>>(),
        "held": gathered.held.iter().map(held_json).collect::<Vec<_>>(), "problems": gathered.problems})
}

fn gathered_lines(gathered: &Gathered, currency: &str) -> Vec<String> {
    let figures = &gathered.figures;
    let amount = |minor| written(minor, currency);
    let mut lines = vec![format!(
        "{} lines: {} collected, {} paid to the client, {} of fees; {} would be remitted, {} invoiced",
        gathered.lines.len(),
        amount(figures.collected),
        amount(figures.direct),
        amount(figures.fees),
        amount(figures.paid),
        amount(figures.invoiced)
    )];
    lines.extend(gathered.lines.iter().map(line_line));
    lines.extend(
        gathered.held.iter().map(|held| format!("  {} {:<16} {} held until {}", held.paid_on, held.reference, held.amount, held.free_on)),
    );
    lines.extend(gathered.problems.iter().cloned());
    lines
}

fn sums_json(sums: &Sums, currency: &str) -> Json {
    json!({"collected": money(sums.collected, currency), "direct": money(sums.direct, currency), "fee": money(sums.fee, currency)})
}

fn rehearsed_json(found: &Rehearsed, currency: &str) -> Json {
    let differs = found.differs.iter().map(|one| {
        json!({"account": one.reference, "here": sums_json(&one.here, currency), "there": sums_json(&one.there, currency), "why": one.why})
    });
    json!({"accounts": found.accounts, "here": sums_json(&found.here, currency), "there": sums_json(&found.there, currency),
        "differs": differs.collect::<Vec<_>>(), "held": found.gathered.held.iter().map(held_json).collect::<Vec<_>>(),
        "problems": found.gathered.problems, "same": found.differs.is_empty()})
}

fn rehearsed_lines(found: &Rehearsed, currency: &str) -> Vec<String> {
    let said = |sums: &Sums| {
        let amount = |minor| written(minor, currency);
        format!("{} collected, {} direct, {} of fees", amount(sums.collected), amount(sums.direct), amount(sums.fee))
    };
    let mut lines = vec![
        format!("{} accounts, {} differ", found.accounts, found.differs.len()),
        format!("here   {}", said(&found.here)),
        format!("there  {}", said(&found.there)),
    ];
    for one in &found.differs {
        lines.push(format!("  {}: here {}; there {}", one.reference, said(&one.here), said(&one.there)));
        lines.extend(one.why.iter().map(|why| format!("      {why}")));
    }
    lines.extend(found.gathered.problems.iter().cloned());
    lines
}
