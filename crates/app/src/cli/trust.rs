//! Client money: the proof of a day, the trust book, rate plans.
//!
//! Exit 0: done, and whole. 1: the day is not whole; or what was asked was decided already.

use super::named::{acting, one_of, parse_id};
use super::output::{answer, money, written};
use super::{Answered, Global};
use crate::accounts;
use crate::app::{App, Failure};
use crate::ledger::rates::{self, ProposeRates, in_force, parse, write};
use crate::ledger::remittances::costs::{self, LayOut};
use crate::ledger::trust::booking::{Book, Movement, book_movement, invoice_paid, list_earned, sweep, take_back};
use crate::ledger::trust::pages::work_of;
use crate::ledger::trust::proving::{self, Proved, list_ledgers};
use crate::ledger::trust::store;
use clap::{Args, Subcommand};
use duly_domain::identity::Permission;
use duly_domain::ledger::trust::Kind;
use duly_domain::values::ids::{CreditorId, TrustPostingId};
use jiff::civil::Date;
use serde_json::{Value as Json, json};
use std::path::PathBuf;

/// `duly trust …`
#[derive(Subcommand)]
pub enum TrustCommand {
    /// Proves a day three ways, bank, book and ledgers, and keeps what was found; exit 1 if something has to be done.
    Prove {
        /// The day; today unless named.
        #[arg(long, value_parser = super::plain::day)]
        on: Option<Date>,
    },
    /// What is held for each client, and what it owes.
    Ledgers {
        /// At the end of which day; today unless named.
        #[arg(long, value_parser = super::plain::day)]
        on: Option<Date>,
    },
    /// The book, the newest first; what is on its way alone with --waiting.
    Show {
        /// Remittances and sweeps that the bank has not shown.
        #[arg(long)]
        waiting: bool,
        /// How many at the most.
        #[arg(long, default_value_t = 100)]
        limit: i64,
    },
    /// Takes earned fees out of trust.
    Sweep(BookArgs),
    /// A client paid what was invoiced to the agency itself.
    InvoicePaid {
        /// The client.
        #[arg(long)]
        creditor: String,
        #[command(flatten)]
        book: BookArgs,
    },
    /// Books a movement at the bank that is no payment of a debtor.
    Book {
        /// The bank's entry, as `duly bank list` shows it.
        entry: String,
        /// What it is: cleared, client-paid, brought-in, bank-charge.
        #[arg(long = "as", value_name = "WHAT")]
        what: String,
        /// The postings that left by it, for cleared.
        #[arg(long)]
        clears: Vec<String>,
        /// Who paid, for client-paid.
        #[arg(long)]
        creditor: Option<String>,
        /// The e-mail address of whoever books it.
        #[arg(long)]
        officer: Option<String>,
    },
    /// Takes a posting back.
    Back {
        /// The posting.
        posting: String,
        /// The e-mail address of whoever takes it back.
        #[arg(long)]
        officer: Option<String>,
    },
    /// Records costs that the agency laid out on an account: recovered first from what is collected on it.
    Costs {
        /// The account: its id or reference.
        #[arg(long)]
        account: String,
        /// In minor units of the account's currency.
        #[arg(long, value_parser = super::plain::minor)]
        amount: i64,
        /// On which day.
        #[arg(long, value_parser = super::plain::day)]
        on: Date,
        /// The voucher.
        #[arg(long)]
        reference: String,
        /// What for.
        #[arg(long, default_value = "")]
        words: String,
    },
    /// Takes laid out costs back that were not recovered.
    CostsBack {
        /// The costs.
        costs: String,
    },
}

/// What is booked.
#[derive(Args)]
pub struct BookArgs {
    /// In minor units; all that is earned where a sweep names none.
    #[arg(long, value_parser = super::plain::minor)]
    amount: Option<i64>,
    /// The currency.
    #[arg(long, default_value = "USD")]
    currency: String,
    /// On which day; today unless named.
    #[arg(long, value_parser = super::plain::day)]
    on: Option<Date>,
    /// What it is known by; the same again is the same.
    #[arg(long)]
    reference: String,
    /// The e-mail address of whoever books it.
    #[arg(long)]
    officer: Option<String>,
}

impl BookArgs {
    fn ask(&self, app: &App, amount_minor: i64) -> Book {
        let on = self.on.unwrap_or(app.moment().business_day);
        Book { amount_minor, currency: self.currency.to_uppercase(), on, reference: self.reference.clone() }
    }
}

/// `duly rate …`
#[derive(Subcommand)]
pub enum RateCommand {
    /// Proposes a version of what a creditor is charged, read from TOML.
    Propose {
        /// The plan.
        file: PathBuf,
        /// Whose it is: the creditor's name.
        #[arg(long)]
        creditor: String,
        /// For payments from which day on.
        #[arg(long, value_parser = super::plain::day)]
        from: Date,
        /// What was agreed.
        #[arg(long)]
        reason: String,
        /// The e-mail address of whoever proposes it.
        #[arg(long)]
        officer: Option<String>,
    },
    /// Approves a version that somebody else proposed.
    Approve {
        /// The version.
        plan: String,
        /// The e-mail address of whoever approves it.
        #[arg(long)]
        officer: Option<String>,
    },
    /// Withdraws a version that is proposed.
    Withdraw {
        /// The version.
        plan: String,
        /// The e-mail address of whoever withdraws it.
        #[arg(long)]
        officer: Option<String>,
    },
    /// Every version, or a creditor's alone.
    Show {
        /// The creditor's name.
        #[arg(long)]
        creditor: Option<String>,
    },
}

/// A creditor by its name or id.
pub(super) async fn find_creditor(app: &App, named: &str) -> Result<CreditorId, Failure> {
    let mut tx = app.db.read().await?;
    if let Ok(id) = named.parse::<CreditorId>() {
        return Ok(accounts::store::load_creditor(&mut tx, id).await?.id);
    }
    let found = accounts::store::find_creditor_by_name(&mut tx, named).await?;
    Ok(found.ok_or_else(|| Failure::NotFound(format!("creditor {named}")))?.id)
}

pub(super) async fn trust(app: &App, global: &Global, command: TrustCommand) -> Result<Answered, Failure> {
    let at = app.moment();
    match command {
        TrustCommand::Prove { on } => {
            let on = on.unwrap_or(at.business_day);
            let who = acting(&mut app.db.read().await?, None, Permission::KeepTrust).await?;
            let found = proving::prove(app, &who, at, on).await?;
            let kept = store::list_proofs(&mut app.db.read().await?, 100).await?;
            let work: Vec<String> = found
                .iter()
                .filter_map(|one| kept.iter().find(|row| row.on_day == on && row.currency == one.currency))
                .flat_map(work_of)
                .collect();
            let json = json!({"on": on.to_string(), "whole": found.iter().all(Proved::is_whole), "work": work,
                "currencies": found.iter().map(proved_json).collect::<Vec<_>>()});
            answer(global.format, &json, || found.iter().map(proved_line).chain(work.iter().map(|says| format!("  {says}"))).collect())?;
            return Ok(if found.iter().all(Proved::is_whole) { Answered::Yes } else { Answered::No });
        }
        TrustCommand::Ledgers { on } => {
            let ledgers = list_ledgers(&mut app.db.read().await?, on.unwrap_or(at.business_day)).await?;
            let in_json = ledgers.iter().map(|one| {
                json!({"creditor": one.creditor.to_string(), "name": one.name, "held": money(one.held_minor, &one.currency),
                    "owes_returned": money(one.returned_minor, &one.currency), "owes_billed": money(one.billed_minor, &one.currency)})
            });
            let json = json!({"ledgers": in_json.collect::<Vec<_>>()});
            answer(global.format, &json, || {
                let owes = |one: &proving::ClientLedger| written(one.returned_minor + one.billed_minor, &one.currency);
                ledgers
                    .iter()
                    .map(|one| format!("{:<30} {:>18} held, {} owed", one.name, written(one.held_minor, &one.currency), owes(one)))
                    .collect()
            })?;
        }
        TrustCommand::Show { waiting, limit } => show(app, global, waiting, limit).await?,
        TrustCommand::Sweep(args) => {
            let who = acting(&mut app.db.read().await?, args.officer.as_deref(), Permission::KeepTrust).await?;
            let amount = match args.amount {
                Some(amount) => amount,
                None => {
                    let earned = list_earned(&mut app.db.read().await?, at).await?;
                    let earned = earned.into_iter().find(|(currency, _)| currency.eq_ignore_ascii_case(&args.currency));
                    let earned = earned.map_or(0, |(_, minor)| minor);
                    if earned <= 0 {
                        return Err(Failure::Stale("nothing is earned and in trust: there is nothing to take out".into()));
                    }
                    earned
                }
            };
            let id = sweep(app, &who, at, &args.ask(app, amount)).await?;
            booked(global, &[id], amount, &args.currency)?;
        }
        TrustCommand::InvoicePaid { creditor, book } => {
            let who = acting(&mut app.db.read().await?, book.officer.as_deref(), Permission::KeepTrust).await?;
            let amount = book.amount.ok_or_else(|| Failure::wrong("amount", "is missing: how much was paid?"))?;
            let creditor = find_creditor(app, &creditor).await?;
            let id = invoice_paid(app, &who, at, creditor, &book.ask(app, amount)).await?;
            booked(global, &[id], amount, &book.currency)?;
        }
        TrustCommand::Book { entry, what, clears, creditor, officer } => {
            let who = acting(&mut app.db.read().await?, officer.as_deref(), Permission::KeepTrust).await?;
            let what = match (what.as_str(), creditor) {
                ("cleared", _) => {
                    let ids = clears.iter().map(|id| parse_id::<TrustPostingId>("clears", id)).collect::<Result<Vec<_>, _>>()?;
                    Movement::Cleared(ids)
                }
                ("client-paid", Some(creditor)) => Movement::ClientPaid(find_creditor(app, &creditor).await?),
                ("client-paid", None) => return Err(Failure::wrong("creditor", "is missing: who paid?")),
                ("brought-in", _) => Movement::BroughtIn,
                ("bank-charge", _) => Movement::BankCharge,
                (other, _) => return Err(one_of("as", other, ["cleared", "client-paid", "brought-in", "bank-charge"])),
            };
            let ids = book_movement(app, &who, at, parse_id("entry", &entry)?, &what).await?;
            let json = json!({"entry": entry, "postings": ids.iter().map(ToString::to_string).collect::<Vec<_>>()});
            answer(global.format, &json, || vec![format!("booked as {} postings", ids.len())])?;
        }
        TrustCommand::Back { posting, officer } => {
            let who = acting(&mut app.db.read().await?, officer.as_deref(), Permission::KeepTrust).await?;
            let id = take_back(app, &who, at, parse_id("posting", &posting)?).await?;
            answer(global.format, &json!({"posting": id.to_string(), "takes_back": posting}), || vec![format!("taken back by {id}")])?;
        }
        TrustCommand::Costs { account, amount, on, reference, words } => {
            let account = accounts::store::resolve(&mut app.db.read().await?, &account).await?;
            let who = acting(&mut app.db.read().await?, None, Permission::KeepTrust).await?;
            let id = costs::lay_out(app, &who, at, &LayOut { account, amount_minor: amount, on, reference, words }).await?;
            answer(global.format, &json!({"costs": id.to_string()}), || vec![format!("costs {id}")])?;
        }
        TrustCommand::CostsBack { costs: id } => {
            let who = acting(&mut app.db.read().await?, None, Permission::KeepTrust).await?;
            costs::take_back(app, &who, at, parse_id("costs", &id)?).await?;
            answer(global.format, &json!({"costs": id, "state": "taken_back"}), || vec!["taken back".into()])?;
        }
    }
    Ok(Answered::Yes)
}

fn booked(global: &Global, ids: &[TrustPostingId], amount: i64, currency: &str) -> Result<(), Failure> {
    let json =
        json!({"postings": ids.iter().map(ToString::to_string).collect::<Vec<_>>(), "amount": money(amount, &currency.to_uppercase())});
    answer(global.format, &json, || ids.iter().map(|id| format!("posting {id}: {}", written(amount, &currency.to_uppercase()))).collect())
}

fn proved_json(one: &Proved) -> Json {
    let Proved { currency, proof, below_zero } = one;
    let some = |minor: Option<i64>| minor.map_or(Json::Null, |minor| money(minor, currency));
    json!({"currency": currency, "bank": some(proof.bank), "book": money(proof.book, currency), "ledgers": some(proof.ledgers()),
        "clients": money(proof.clients, currency), "agency": money(proof.agency, currency), "on_its_way": money(proof.on_its_way, currency),
        "unapplied": money(proof.unapplied, currency), "unidentified": money(proof.unidentified, currency),
        "not_booked": money(proof.not_booked, currency), "coming": money(proof.coming, currency), "late": money(proof.late, currency), "difference": some(proof.difference()), "inside": some(proof.inside()),
        "to_bring_in": money(proof.to_bring_in(), currency), "ledgers_below_zero": below_zero, "whole": one.is_whole()})
}

fn proved_line(one: &Proved) -> String {
    let Proved { currency, proof, .. } = one;
    let shown = |minor| written(minor, currency);
    let bank = proof.bank.map_or_else(|| "no statement".into(), shown);
    let found = match proof.difference() {
        Some(0) if one.is_whole() => "whole".to_string(),
        Some(minor) => format!("difference {}", shown(minor)),
        None => "the bank is not proved".into(),
    };
    format!(
        "{bank} at the bank; {} of clients, {} of the agency, {} on its way, {} overpaid, {} unidentified, {} not booked, {} to come: {found}",
        shown(proof.clients),
        shown(proof.agency),
        shown(proof.on_its_way),
        shown(proof.unapplied),
        shown(proof.unidentified),
        shown(proof.not_booked),
        shown(proof.coming)
    )
}

async fn show(app: &App, global: &Global, waiting: bool, limit: i64) -> Result<(), Failure> {
    let mut tx = app.db.read().await?;
    let rows = if waiting { store::list_on_its_way(&mut tx).await? } else { store::list_postings(&mut tx, limit).await? };
    let in_json = rows.iter().map(|row| {
        let [bank, clients, agency, way, returned, billed, _] = row.minor.map(|minor| money(minor, &row.currency));
        json!({"posting": row.id.to_string(), "kind": row.kind, "on": row.booked_on.to_string(), "creditor": row.creditor_name,
            "remittance": row.remittance.map(|id| id.to_string()), "reference": row.reference, "words": row.words,
            "bank": bank, "clients": clients, "agency": agency, "on_its_way": way, "returned": returned, "billed": billed,
            "takes_back": row.takes_back.map(|id| id.to_string()), "taken_back": row.taken_back > 0})
    });
    let json = json!({"postings": in_json.collect::<Vec<_>>()});
    answer(global.format, &json, || {
        let kind = |row: &store::PostingRow| Kind::parse(&row.kind).map(|kind| kind.to_string()).unwrap_or_default();
        rows.iter().map(|row| format!("{} {} {} {}", row.booked_on, row.id, kind(row), row.words)).collect()
    })
}

pub(super) async fn rate(app: &App, global: &Global, command: RateCommand) -> Result<Answered, Failure> {
    let at = app.moment();
    let (row, says) = match command {
        RateCommand::Propose { file, creditor, from, reason, officer } => {
            let who = acting(&mut app.db.read().await?, officer.as_deref(), Permission::KeepTrust).await?;
            let text =
                std::fs::read_to_string(&file).map_err(|error| Failure::File(format!("{} cannot be read: {error}", file.display())))?;
            let ask = ProposeRates { creditor: find_creditor(app, &creditor).await?, plan: parse(&text)?, from_on: from, reason };
            (rates::propose(app, &who, at, &ask).await?, "proposed")
        }
        RateCommand::Approve { plan, officer } => {
            let who = acting(&mut app.db.read().await?, officer.as_deref(), Permission::ApproveTrust).await?;
            (rates::approve(app, &who, at, parse_id("plan", &plan)?).await?, "approved")
        }
        RateCommand::Withdraw { plan, officer } => {
            let who = acting(&mut app.db.read().await?, officer.as_deref(), Permission::KeepTrust).await?;
            (rates::withdraw(app, &who, at, parse_id("plan", &plan)?).await?, "withdrawn")
        }
        RateCommand::Show { creditor } => {
            show_rates(app, global, creditor.as_deref()).await?;
            return Ok(Answered::Yes);
        }
    };
    let json = json!({"plan": row.id.to_string(), "number": row.number, "state": row.state, "from": row.from_on.to_string()});
    answer(global.format, &json, || vec![format!("version {} of {} is {says}: {}", row.number, row.creditor_name, row.id)])?;
    Ok(Answered::Yes)
}

async fn show_rates(app: &App, global: &Global, creditor: Option<&str>) -> Result<(), Failure> {
    let today = app.moment().business_day;
    let wanted = match creditor {
        Some(named) => Some(find_creditor(app, named).await?),
        None => None,
    };
    let rows: Vec<_> = rates::store::list_plans(&mut app.db.read().await?).await?;
    let rows: Vec<_> = rows.into_iter().filter(|row| wanted.is_none_or(|wanted| row.creditor == wanted)).collect();
    let (mut in_json, mut lines) = (Vec::new(), Vec::new());
    for row in &rows {
        let of_same: Vec<_> = rows.iter().filter(|one| one.creditor == row.creditor).cloned().collect();
        let is_in_force = in_force(&of_same, today).is_some_and(|one| one.id == row.id);
        let plan = row.plan()?;
        in_json.push(json!({"plan": row.id.to_string(), "creditor": row.creditor_name, "number": row.number, "state": row.state,
            "in_force": is_in_force, "from": row.from_on.to_string(), "reason": row.reason, "terms": plan,
            "proposed_by": row.proposed_by, "decided_by": row.decided_by}));
        let state = if is_in_force { "in force" } else { row.state.as_str() };
        lines.push(format!("{} {}, version {}, from {}: {state}", row.id, row.creditor_name, row.number, row.from_on));
        lines.extend(write(&plan)?.lines().map(|line| format!("    {line}")));
    }
    answer(global.format, &json!({"plans": in_json}), || lines)
}
