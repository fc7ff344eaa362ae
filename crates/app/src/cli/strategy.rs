//! The worklist and one account, as the screens show them.

use super::charges::{payoff, write_off_left};
use super::joint::bring_current;
use super::limitation::{LimitationArgs, limitation};
use super::named::find_actor;
use super::output::{answer, money, written};
use super::{Answered, Global};
use crate::accounts::workspace::workspace_json;
use crate::app::{Actor, App, Failure};
use crate::{accounts, audit, strategy};
use clap::Subcommand;
use jiff::civil::Date;
use serde_json::json;

/// `duly account …`
#[derive(Subcommand)]
pub enum AccountCommand {
    /// What the workspace shows.
    Show {
        /// The account: its id or reference.
        account: String,
    },
    /// Notes the day on which the creditor takes an account back; no plan runs past it.
    Recall {
        /// The account: its id or reference.
        account: String,
        /// The day; without it none is named any more.
        #[arg(long, value_parser = super::plain::day)]
        on: Option<Date>,
    },
    /// Writes off what is left of an account and closes it: small_balance, settled, uncollectible, bankruptcy or deceased.
    WriteOff {
        /// The account: its id or reference.
        account: String,
        /// Why it is given up.
        #[arg(long)]
        because: String,
        /// More about it.
        #[arg(long, default_value = "")]
        note: String,
        /// The e-mail address of whoever writes it off, within their limits.
        #[arg(long)]
        officer: String,
    },
    /// What pays an account off on a day.
    Payoff {
        /// The account: its id or reference.
        account: String,
        /// The day; today unless named.
        #[arg(long, value_parser = super::plain::day)]
        on: Option<Date>,
    },
    /// Brings an account current after payments as agreed: its age counts from today, and nothing else moves.
    ReAge {
        /// The account: its id or reference.
        #[arg(long)]
        account: String,
        /// What shows that they pay again as agreed; or why it is taken back.
        #[arg(long)]
        because: String,
        /// The supervisor's e-mail address.
        #[arg(long)]
        officer: String,
        /// Takes the newest one that stands back.
        #[arg(long)]
        take_back: bool,
    },
    /// The time to sue: the last day and the reasoning line by line, or every account on which it ends soon.
    Limitation(Box<LimitationArgs>),
}

pub(super) async fn worklist(app: &App, global: &Global, officer: &str, limit: usize) -> Result<(), Failure> {
    let mut tx = app.db.read().await?;
    let who = find_actor(&mut tx, officer).await?;
    let Some(user) = who.id else { return Err(Failure::NotFound(format!("user {officer}"))) };
    let list = strategy::actions::list_worklist(&mut tx, user, app.moment(), None, limit).await?;
    let more = usize::try_from(strategy::store::count_of(&mut tx, user).await?).unwrap_or(usize::MAX).saturating_sub(list.len());
    for work in list {
        let ranking = &work.item.ranking;
        let mut terms = strategy::pages::priority_terms(&work.item).into_iter().map(|term| term.plain()).collect::<Vec<_>>();
        terms.extend(work.rest().map(|rest| format!("ask for the undisputed {rest} only: the rest is disputed in writing and held")));
        let json = json!({
            "rank": work.rank, "account": work.item.account.to_string(), "reference": work.item.reference, "lane": work.item.lane,
            "priority": ranking.expected_minor, "because": terms, "terms": {
                "chance_bp": ranking.chance_bp, "chance": ranking.chance_because, "urgency_percent": ranking.urgency_percent,
                "urgency": ranking.urgency_because, "cost_minor": ranking.cost_minor, "owed_minor": work.item.balance_minor,
            },
            "asks_for": work.rest().map(|rest| money(rest.minor(), &work.item.currency)),
            "ranked_on": work.item.ranked_on.to_string(), "ranked_priority": work.item.ranked_minor,
            "workable_until": work.call.until.map(|at| at.to_string()), "attempts_used": work.call.attempts.0,
            "attempts_max": work.call.attempts.1, "next_action": work.item.next_action,
            "next_action_on": work.item.next_action_on.map(|on| on.to_string()), "call": work.call.decision.answer.code(),
            "balance": money(work.item.balance_minor, &work.item.currency),
            "time_barred_after": work.barred.map(|last| last.to_string()),
        });
        answer(global.format, &json, || {
            vec![format!(
                "{:>3} {:<14} {:>16} {:<28} {:>2}/{} calls, {}",
                work.rank,
                work.item.lane,
                written(work.item.balance_minor, &work.item.currency),
                work.item.name.as_deref().unwrap_or("no name on file"),
                work.call.attempts.0,
                work.call.attempts.1,
                work.item.next_action.as_deref().unwrap_or(""),
            )]
        })?;
    }
    if more > 0 {
        // Beside the answer, so that a program reads rows and nothing else.
        eprintln!("{more} more: --limit N shows as many as you ask for");
    }
    Ok(())
}

pub(super) async fn account(app: &App, global: &Global, command: AccountCommand) -> Result<Answered, Failure> {
    match command {
        AccountCommand::ReAge { account, because, officer, take_back } => {
            return bring_current(app, global, &account, &because, &officer, take_back).await;
        }
        AccountCommand::Show { account } => show_account(app, global, &account).await?,
        AccountCommand::WriteOff { account, because, note, officer } => {
            return write_off_left(app, global, &account, &because, note, &officer).await;
        }
        AccountCommand::Recall { account, on } => {
            let id = accounts::store::resolve(&mut app.db.read().await?, &account).await?;
            accounts::closing::set_recall(app, &Actor::command(), app.moment(), id, on).await?;
            let json = json!({"account": id.to_string(), "recall_on": on.map(|on| on.to_string())});
            answer(global.format, &json, || {
                vec![on.map_or("no day of a recall is named".into(), |on| format!("recalled on {on}: no plan runs past it"))]
            })?;
        }
        AccountCommand::Payoff { account, on } => payoff(app, global, &account, on).await?,
        AccountCommand::Limitation(args) => limitation(app, global, *args).await?,
    }
    Ok(Answered::Yes)
}

/// Shows what the workspace shows.
async fn show_account(app: &App, global: &Global, account: &str) -> Result<(), Failure> {
    let mut tx = app.db.read().await?;
    let id = accounts::store::resolve(&mut tx, account).await?;
    audit::views::record(app, &Actor::command(), app.moment().at, id, audit::views::COMMAND).await?;
    audit::views::flush(app).await?;
    let shown = workspace_json(&mut tx, app.moment(), id).await?;
    answer(global.format, &shown, || vec![serde_json::to_string_pretty(&shown).unwrap_or_default()])
}
