//! The time to sue: shown with its reasoning, listed where it ends soon, entered and withdrawn.

use super::Global;
use super::named::{acting, one_of, parse_id};
use super::output::{answer, money};
use crate::accounts;
use crate::accounts::limitation::actions::{Enter, enter, withdraw};
use crate::accounts::limitation::ending::WITHIN_DAYS;
use crate::accounts::limitation::store::list_of_account;
use crate::accounts::limitation::{EntryKind, list_ending, reckoning_of};
use crate::app::{App, Failure};
use clap::{Args, Subcommand};
use duly_domain::compliance::limitation::{Agreement, Tolling};
use duly_domain::identity::Permission;
use jiff::civil::Date;
use serde_json::json;

/// `duly account limitation …`
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct LimitationArgs {
    #[command(subcommand)]
    command: Option<LimitationCommand>,
    /// The account: its id or reference. Without it, every open account on which it ends soon or has ended.
    account: Option<String>,
    /// How many days ahead, where no account is named.
    #[arg(long, default_value_t = WITHIN_DAYS, value_parser = clap::value_parser!(i32).range(0..=36_500))]
    within: i32,
    /// Those of one creditor alone, by name.
    #[arg(long, conflicts_with = "account")]
    creditor: Option<String>,
    /// Those of one desk alone, by name.
    #[arg(long, conflicts_with = "account")]
    desk: Option<String>,
    /// Without those on which it has ended.
    #[arg(long, conflicts_with = "account")]
    not_barred: bool,
}

/// `duly account limitation add …`, `duly account limitation withdraw …`
#[derive(Subcommand)]
enum LimitationCommand {
    /// Puts on record what the time to sue is counted from, with what shows it.
    Add(AddArgs),
    /// Withdraws an entry that was wrong.
    Withdraw {
        /// The account: its id or reference.
        account: String,
        /// The entry, as `duly account limitation A` names it.
        entry: String,
        /// What was wrong with it.
        #[arg(long)]
        because: String,
        /// The e-mail address of who withdraws it; the command line itself unless named.
        #[arg(long)]
        user: Option<String>,
    },
}

/// What an entry is made of.
#[derive(Args)]
struct AddArgs {
    /// The account: its id or reference.
    account: String,
    /// agreement, accrued, contract_law, tolled or revived.
    #[arg(long)]
    kind: String,
    /// The agreement (written, oral, promissory_note, open_account), the state (NY), or why the time stood still (service, stay,
    /// absence, disability, order).
    #[arg(long)]
    value: Option<String>,
    /// The day it accrued or began anew; the first day on which it stood still.
    #[arg(long, value_parser = super::plain::day, value_name = "DAY")]
    from: Option<Date>,
    /// The last day on which it stood still; without it, it still does.
    #[arg(long, value_parser = super::plain::day, value_name = "DAY")]
    until: Option<Date>,
    /// What shows it, and where it is held.
    #[arg(long)]
    source: String,
    /// A document of the account that shows it.
    #[arg(long)]
    document: Option<String>,
    /// The e-mail address of who enters it; the command line itself unless named.
    #[arg(long)]
    user: Option<String>,
}

pub(super) async fn limitation(app: &App, global: &Global, args: LimitationArgs) -> Result<(), Failure> {
    match (&args.command, &args.account) {
        (Some(LimitationCommand::Add(add)), _) => add_entry(app, global, add).await,
        (Some(LimitationCommand::Withdraw { account, entry, because, user }), _) => {
            let mut tx = app.db.read().await?;
            let who = acting(&mut tx, user.as_deref(), Permission::JudgeSuits).await?;
            let account = accounts::store::resolve(&mut tx, account).await?;
            tx.rollback().await;
            withdraw(app, &who, app.moment(), account, parse_id("entry", entry)?, because).await?;
            answer(global.format, &json!({"withdrawn": entry}), || vec![format!("{entry} is withdrawn; it stays on record")])
        }
        (None, Some(account)) => show_limitation(app, global, account).await,
        (None, None) => list_limitations(app, global, &args).await,
    }
}

async fn add_entry(app: &App, global: &Global, args: &AddArgs) -> Result<(), Failure> {
    let kind = EntryKind::parse(&args.kind).ok_or_else(|| one_of("kind", &args.kind, EntryKind::ALL.map(EntryKind::code)))?;
    let value = args.value.clone().unwrap_or_default();
    match kind {
        EntryKind::Agreement if Agreement::parse(&value).is_none() => {
            return Err(one_of("value", &value, Agreement::ALL.map(Agreement::code)));
        }
        EntryKind::Tolled if Tolling::parse(&value).is_none() => return Err(one_of("value", &value, Tolling::ALL.map(Tolling::code))),
        EntryKind::Accrued | EntryKind::Revived if !value.is_empty() => {
            return Err(Failure::wrong("value", format!("is not asked for with --kind {}: leave it out", kind.code())));
        }
        _ => {}
    }
    let mut tx = app.db.read().await?;
    let who = acting(&mut tx, args.user.as_deref(), Permission::JudgeSuits).await?;
    let account = accounts::store::resolve(&mut tx, &args.account).await?;
    tx.rollback().await;
    let ask = Enter {
        account,
        kind,
        value,
        from: args.from,
        until: args.until,
        source: args.source.clone(),
        document: args.document.as_deref().map(|document| parse_id("document", document)).transpose()?,
    };
    let entry = enter(app, &who, app.moment(), &ask).await?;
    let mut tx = app.db.read().await?;
    let time = reckoning_of(&mut tx, account, app.moment().business_day).await?.limitation();
    tx.rollback().await;
    let last = time.map(|time| time.last_day.to_string());
    let json = json!({"entry": entry.to_string(), "account": account.to_string(), "kind": kind.code(), "last_day": last});
    answer(global.format, &json, || {
        let last = last.as_deref().unwrap_or("not known: it counts as run out");
        vec![format!("entered as {entry}: {kind}"), format!("the last day for a suit: {last}")]
    })
}

/// Shows the time to sue on one account.
async fn show_limitation(app: &App, global: &Global, account: &str) -> Result<(), Failure> {
    let mut tx = app.db.read().await?;
    let id = accounts::store::resolve(&mut tx, account).await?;
    let today = app.moment().business_day;
    let reckoning = reckoning_of(&mut tx, id, today).await?;
    let entries = list_of_account(&mut tx, id).await?;
    tx.rollback().await;
    let lines = reckoning.lines();
    let time = reckoning.limitation();
    let json = json!({"account": id.to_string(), "last_day": time.map(|time| time.last_day.to_string()),
        "years": time.map(|time| time.years), "is_verified": time.map(|time| time.is_verified),
        "is_barred": time.is_none_or(|time| time.last_day < today), "missing": reckoning.missing,
        "reasoning": lines.iter().map(|line| json!({"says": line.says, "source": line.source, "is_verified": line.is_verified})).collect::<Vec<_>>(),
        "entries": entries.iter().map(|row| json!({"entry": row.id.to_string(), "kind": row.kind, "value": row.value,
            "from": row.from_on.map(|on| on.to_string()), "until": row.until_on.map(|on| on.to_string()), "source": row.source,
            "document": row.document.map(|id| id.to_string()), "withdrawn_because": row.withdrawn_because})).collect::<Vec<_>>()});
    answer(global.format, &json, || {
        let doubt = |is_verified: bool| if is_verified { "" } else { " (not verified)" };
        let reasoning = lines.iter().map(|line| format!("{} {}{}", line.says, line.source, doubt(line.is_verified)));
        let standing = entries.iter().filter(|row| row.withdrawn_at.is_none());
        reasoning.chain(standing.map(|row| format!("{} {}; source: {}", row.id, row.kind.replace('_', " "), row.source))).collect()
    })
}

/// Lists open accounts on which the time to sue ends soon or has ended; one JSON document per line.
async fn list_limitations(app: &App, global: &Global, args: &LimitationArgs) -> Result<(), Failure> {
    let mut tx = app.db.read().await?;
    let today = app.moment().business_day;
    let known = |name: &Option<String>, all: Vec<String>, field: &'static str| match name {
        Some(name) if !all.contains(name) => Err(one_of(field, name, all.iter().map(String::as_str))),
        _ => Ok(()),
    };
    known(&args.creditor, accounts::store::list_creditors(&mut tx).await?.into_iter().map(|row| row.name).collect(), "creditor")?;
    known(&args.desk, accounts::store::list_desks(&mut tx).await?.into_iter().map(|row| row.name).collect(), "desk")?;
    let is_asked = |wanted: &Option<String>, name: &str| wanted.as_deref().is_none_or(|wanted| wanted == name);
    for ending in list_ending(&mut tx, today, args.within).await? {
        let (row, last, is_barred) = (&ending.row, ending.time.last_day, ending.time.last_day < today);
        if !is_asked(&args.creditor, &row.creditor_name) || !is_asked(&args.desk, &row.desk_name) || (args.not_barred && is_barred) {
            continue;
        }
        let json = json!({"account": row.account.to_string(), "reference": row.reference, "creditor": row.creditor_name,
            "desk": row.desk_name, "balance": money(row.balance_minor, &row.currency), "last_day": last.to_string(),
            "days_left": ending.days_left(today), "years": ending.time.years, "is_verified": ending.time.is_verified,
            "is_barred": is_barred});
        answer(global.format, &json, || {
            let says = if is_barred { "time-barred".into() } else { format!("{} days left", ending.days_left(today)) };
            let doubt = if ending.time.is_verified { "" } else { ", not verified" };
            vec![format!("{:<20} {last} {says:<14} {}, {}{doubt}", row.reference, row.creditor_name, row.desk_name)]
        })?;
    }
    tx.rollback().await;
    Ok(())
}
